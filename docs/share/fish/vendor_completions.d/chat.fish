complete -c chat -s i -l ip-address -d 'Address or host name of the server' -r -f -a "(__fish_print_hostnames)"
complete -c chat -s p -l port -d 'Port of the server' -r
complete -c chat -s n -l nickname -d 'Your nickname; without it you are asked' -r -f -a "(__fish_complete_users)"
complete -c chat -l framing -d 'How messages are told apart: \'lines\' for chat-server, \'chunks\' for the original Python server' -r -f -a "lines\t''
chunks\t''"
complete -c chat -l log -d 'Append what is said to this file, with date and time' -r -F
complete -c chat -l color -d 'Colours: \'auto\' has them on a terminal, unless `NO_COLOR` is set' -r -f -a "auto\t''
always\t''
never\t''"
complete -c chat -l bell -d 'When the terminal\'s bell rings: with private messages and your name, with every message, or never' -r -f -a "off\t''
private\t''
all\t''"
complete -c chat -l lang -d 'Language of the program\'s own words; without it the environment says which' -r -f -a "en\t''
ru\t''"
complete -c chat -l raw -d 'Show what goes over the wire instead: each read and each write, with its length'
complete -c chat -l no-reconnect -d 'A server that is lost is not tried again'
complete -c chat -l no-time -d 'Without the time before each line'
complete -c chat -s q -l quiet -d 'Without the joins and leaves of others'
complete -c chat -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chat -s V -l version -d 'Print version'
