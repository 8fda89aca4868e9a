#!/bin/sh
# Who is on which step: runs `chat check` over a folder of servers, one after the other, and prints a table.
#
#     sh docs/check_all.sh FOLDER
#
# A server is a Python file, a program that can be run, or a folder with a Cargo.toml; it takes its port from PORT.
# CHAT names another `chat` than the one in PATH. Each server takes a minute at most.
set -eu

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
chat=${CHAT:-chat}

# The value of a name in the first line of the JSON.
value() { printf '%s\n' "$1" | sed -n "1s/.*\"$2\":\"\{0,1\}\([^,\"]*\).*/\1/p"; }

printf '%-24s %-5s %s\n' server step 'first to mend'
for path in "$1"/*; do
    case $path in
    *.py) set -- python3 "$path" ;;
    *) if [ -f "$path/Cargo.toml" ]; then
        # Built before, so that the wait for the server is no wait for the compiler.
        cargo build --quiet --manifest-path "$path/Cargo.toml" || continue
        set -- cargo run --quiet --manifest-path "$path/Cargo.toml"
    elif [ -f "$path" ] && [ -x "$path" ]; then
        set -- "$path"
    else
        continue
    fi ;;
    esac
    told=$("$chat" check --lang en --format json -- "$@") || : # the status is in the table
    step=$(value "$told" step)
    first=$(value "$told" first_to_mend | sed 's/^null$/-/')
    printf '%-24s %-5s %s\n' "$(basename "$path")" "${step:--}" "${first:-$(value "$told" error)}"
done
