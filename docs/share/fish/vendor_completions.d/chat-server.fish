complete -c chat-server -s i -l ip-address -d 'Address or host name to listen on; 0.0.0.0 lets other computers in' -r -f -a "(__fish_print_hostnames)"
complete -c chat-server -s p -l port -d 'Port to listen on; 0 lets the system choose' -r
complete -c chat-server -l unframed-port -d 'A second port, for students\' own clients: those that send no line ends, as the original\'s, and those that do' -r
complete -c chat-server -l motd -d 'A file that is shown to everyone after the welcome; it is read anew for each newcomer' -r -F
complete -c chat-server -l max-clients -d 'Most clients at once [default: 1000, or what fits this machine]' -r
complete -c chat-server -l per-address -d 'Most clients at once from one address [default: half of all; no limit for this computer itself]' -r
complete -c chat-server -l rate -d 'Lines a second that one client may write, after 20 at once, and ten times as many all of one address; \'off\' for no limit' -r
complete -c chat-server -l login-timeout -d 'Seconds in which a nickname has to be chosen' -r
complete -c chat-server -l peer-timeout -d 'Seconds within which a client that vanished without a word is found out' -r
complete -c chat-server -l lang -d 'Language of the program\'s own words, but not of the log; without it the environment says which' -r -f -a "en\t''
ru\t''"
complete -c chat-server -l show-text -d 'Write each message into the log, with what it says'
complete -c chat-server -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chat-server -s V -l version -d 'Print version'
