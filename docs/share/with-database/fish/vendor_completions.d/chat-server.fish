# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_chat_server_global_optspecs
    string join \n i/ip-address= p/port= unframed-port= motd= max-clients= per-address= rate= login-timeout= peer-timeout= show-text lang= glass= trace= trace-max= lab= one-thread database= history= keep-days= console socket= h/help V/version
end

function __fish_chat_server_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_chat_server_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_chat_server_using_subcommand
    set -l cmd (__fish_chat_server_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c chat-server -n "__fish_chat_server_needs_command" -s i -l ip-address -d 'Address or host name to listen on; 0.0.0.0 lets other computers in' -r -f -a "(__fish_print_hostnames)"
complete -c chat-server -n "__fish_chat_server_needs_command" -s p -l port -d 'Port to listen on; 0 lets the system choose' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l unframed-port -d 'A second port, for students\' own clients: those that send no line ends, as the original\'s, and those that do' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l motd -d 'A file that is shown to everyone after the welcome; it is read anew for each newcomer' -r -F
complete -c chat-server -n "__fish_chat_server_needs_command" -l max-clients -d 'Most clients at once [default: 1000, or what fits this machine]' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l per-address -d 'Most clients at once from one address [default: half of all; no limit for this computer itself]' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l rate -d 'Lines a second that one client may write, after 20 at once, and ten times as many all of one address; \'off\' for no limit' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l login-timeout -d 'Seconds in which a nickname has to be chosen' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l peer-timeout -d 'Seconds within which a client that vanished without a word is found out' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l lang -d 'Language of the program\'s own words, but not of the log; without it the environment says which' -r -f -a "en\t''
ru\t''"
complete -c chat-server -n "__fish_chat_server_needs_command" -l glass -d 'Show on a page, in a browser on this computer, what each thread does; what is said only with --show-text' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l trace -d 'Write the run down: FILE.mmd is a sequence diagram (mermaid), FILE.json a trace for Perfetto' -r -F
complete -c chat-server -n "__fish_chat_server_needs_command" -l trace-max -d 'Most arrows in a diagram, and most events in a trace' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l lab -d 'For a lesson, on this computer alone: split=3,delay=50ms,stall=boris, or fault=NAME, one of the original\'s' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l database -d 'Keep users, messages and accounts in this SQLite file; it is created where there is none' -r -F
complete -c chat-server -n "__fish_chat_server_needs_command" -l history -d 'Messages that whoever comes into the group is shown' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l keep-days -d 'Forget messages after so many days [default: never]' -r
complete -c chat-server -n "__fish_chat_server_needs_command" -l socket -d 'Where \'chat-server ctl\' reaches this server [default: a socket of its own for each port]' -r -F
complete -c chat-server -n "__fish_chat_server_needs_command" -l show-text -d 'Write each message into the log, with what it says'
complete -c chat-server -n "__fish_chat_server_needs_command" -l one-thread -d 'For a lesson, on this computer alone: one thread serves all clients, so the second waits for the first'
complete -c chat-server -n "__fish_chat_server_needs_command" -l console -d 'Take the teacher\'s commands from the standard input, even where that is no terminal'
complete -c chat-server -n "__fish_chat_server_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chat-server -n "__fish_chat_server_needs_command" -s V -l version -d 'Print version'
complete -c chat-server -n "__fish_chat_server_needs_command" -f -a "history" -d 'Print the messages in a database; the server may be running'
complete -c chat-server -n "__fish_chat_server_needs_command" -f -a "users" -d 'Print who was ever here; the server may be running'
complete -c chat-server -n "__fish_chat_server_needs_command" -f -a "account" -d 'What helps when a password is lost, and who wants to be forgotten; the server may be running'
complete -c chat-server -n "__fish_chat_server_needs_command" -f -a "ctl" -d 'Send a command to a server of yours that runs: say, who, kick ... \'ctl help\' lists them'
complete -c chat-server -n "__fish_chat_server_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chat-server -n "__fish_chat_server_using_subcommand history" -l database -d 'The file' -r -F
complete -c chat-server -n "__fish_chat_server_using_subcommand history" -l with -d 'Only what this user wrote, or was written in private' -r
complete -c chat-server -n "__fish_chat_server_using_subcommand history" -l since -d 'Only what was said since then, in UTC: 2026-11-23, or \'2026-11-23 15:41\'' -r
complete -c chat-server -n "__fish_chat_server_using_subcommand history" -l format -d 'As lines of text, or as JSON' -r -f -a "text\t''
json\t''"
complete -c chat-server -n "__fish_chat_server_using_subcommand history" -s h -l help -d 'Print help'
complete -c chat-server -n "__fish_chat_server_using_subcommand users" -l database -d 'The file' -r -F
complete -c chat-server -n "__fish_chat_server_using_subcommand users" -l format -d 'As lines of text, or as JSON' -r -f -a "text\t''
json\t''"
complete -c chat-server -n "__fish_chat_server_using_subcommand users" -s h -l help -d 'Print help'
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and not __fish_seen_subcommand_from reset delete" -s h -l help -d 'Print help'
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and not __fish_seen_subcommand_from reset delete" -f -a "reset" -d 'Forget the password of a nickname: whoever comes first may register it anew'
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and not __fish_seen_subcommand_from reset delete" -f -a "delete" -d 'Forget a user: the account, all that they wrote, and what was written to them alone'
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and __fish_seen_subcommand_from reset" -l database -d 'The file' -r -F
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and __fish_seen_subcommand_from delete" -l database -d 'The file' -r -F
complete -c chat-server -n "__fish_chat_server_using_subcommand account; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c chat-server -n "__fish_chat_server_using_subcommand ctl" -l socket -d 'The server\'s --socket, where it has one' -r -F
complete -c chat-server -n "__fish_chat_server_using_subcommand ctl" -s p -l port -d 'The server\'s port' -r
complete -c chat-server -n "__fish_chat_server_using_subcommand ctl" -s h -l help -d 'Print help'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and not __fish_seen_subcommand_from history users account ctl help" -f -a "history" -d 'Print the messages in a database; the server may be running'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and not __fish_seen_subcommand_from history users account ctl help" -f -a "users" -d 'Print who was ever here; the server may be running'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and not __fish_seen_subcommand_from history users account ctl help" -f -a "account" -d 'What helps when a password is lost, and who wants to be forgotten; the server may be running'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and not __fish_seen_subcommand_from history users account ctl help" -f -a "ctl" -d 'Send a command to a server of yours that runs: say, who, kick ... \'ctl help\' lists them'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and not __fish_seen_subcommand_from history users account ctl help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "reset" -d 'Forget the password of a nickname: whoever comes first may register it anew'
complete -c chat-server -n "__fish_chat_server_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "delete" -d 'Forget a user: the account, all that they wrote, and what was written to them alone'
