# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_chat_global_optspecs
    string join \n i/ip-address= p/port= n/nickname= framing= raw log= peer-timeout= no-reconnect color= bell= no-time q/quiet lang= h/help V/version
end

function __fish_chat_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_chat_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_chat_using_subcommand
    set -l cmd (__fish_chat_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c chat -n "__fish_chat_needs_command" -s i -l ip-address -d 'Address or host name of the server; several, with commas or given again, are tried in turn' -r -f -a "(__fish_print_hostnames)"
complete -c chat -n "__fish_chat_needs_command" -s p -l port -d 'Port of the server' -r
complete -c chat -n "__fish_chat_needs_command" -s n -l nickname -d 'Your nickname; without it you are asked' -r -f -a "(__fish_complete_users)"
complete -c chat -n "__fish_chat_needs_command" -l framing -d 'How messages are told apart: \'lines\' for chat-server, \'chunks\' for the original Python server' -r -f -a "lines\t''
chunks\t''"
complete -c chat -n "__fish_chat_needs_command" -l log -d 'Append what is said to this file, with date and time' -r -F
complete -c chat -n "__fish_chat_needs_command" -l peer-timeout -d 'Seconds within which a server that vanished without a word is found out, or one whose address has moved' -r
complete -c chat -n "__fish_chat_needs_command" -l color -d 'Colours: \'auto\' has them on a terminal, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c chat -n "__fish_chat_needs_command" -l bell -d 'When the terminal\'s bell rings: with private messages and your name, with every message, or never' -r -f -a "off\t''
private\t''
all\t''"
complete -c chat -n "__fish_chat_needs_command" -l lang -d 'Language of the program\'s own words; without it the environment says which' -r -f -a "en\t''
ru\t''"
complete -c chat -n "__fish_chat_needs_command" -l raw -d 'Show what goes over the wire instead: each read and each write, with its length'
complete -c chat -n "__fish_chat_needs_command" -l no-reconnect -d 'A server that is lost is not tried again'
complete -c chat -n "__fish_chat_needs_command" -l no-time -d 'Without the time before each line'
complete -c chat -n "__fish_chat_needs_command" -s q -l quiet -d 'Without the joins and leaves of others'
complete -c chat -n "__fish_chat_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chat -n "__fish_chat_needs_command" -s V -l version -d 'Print version'
complete -c chat -n "__fish_chat_needs_command" -f -a "check" -d 'Checks a server, in whatever language it is written'
complete -c chat -n "__fish_chat_using_subcommand check" -l step -d 'The checks of this step, and of those before' -r
complete -c chat -n "__fish_chat_using_subcommand check" -l only -d 'Only the check of this name; may be given again' -r
complete -c chat -n "__fish_chat_using_subcommand check" -l timeout -d 'Longest wait for an answer' -r
complete -c chat -n "__fish_chat_using_subcommand check" -l patience -d 'Longest wait for the server to start, and to end' -r
complete -c chat -n "__fish_chat_using_subcommand check" -l format -d 'As lines of text, or as JSON' -r -f -a "text\t''
json\t''"
complete -c chat -n "__fish_chat_using_subcommand check" -l lang -d 'Language of the report; without it the environment says which' -r -f -a "en\t''
ru\t''"
complete -c chat -n "__fish_chat_using_subcommand check" -l no-extra -d 'Without the extra checks'
complete -c chat -n "__fish_chat_using_subcommand check" -l show-wire -d 'Show the whole conversation of each check'
complete -c chat -n "__fish_chat_using_subcommand check" -s q -l quiet -d 'Show the summary alone'
complete -c chat -n "__fish_chat_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
