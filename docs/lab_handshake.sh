#!/bin/sh
# One connection, seen from outside: the system calls by strace, the segments by tcpdump. It runs in a network namespace of
# its own, with small buffers, and leaves nothing behind.
#
#     sh docs/lab_handshake.sh
#
# Linux. It needs strace and tcpdump, unshare (util-linux) and ip (iproute2), and either root or a system that lets a user
# make namespaces. Where something is missing, it says what, and ends with status 3.
set -eu

cannot() {
    echo "$0: $1" >&2
    exit 3
}

if [ "${1:-}" != inside ]; then
    [ "$(uname)" = Linux ] || cannot 'network namespaces are a thing of Linux'
    for command in strace tcpdump unshare ip; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$command" >/dev/null ||
            cannot "$command is missing: apt-get install strace tcpdump util-linux iproute2"
    done
    cd "$(dirname "$0")/.."
    cargo build --quiet --locked --example 02_handshake
    program=${CARGO_TARGET_DIR:-target}/debug/examples/02_handshake
    set -- --net
    # A user who is not root may do in a namespace of its own what root may, and stays who it is: tcpdump asks for that.
    [ "$(id -u)" -eq 0 ] || set -- --user --map-current-user --keep-caps --net
    unshare "$@" true 2>/dev/null || cannot 'no namespace may be made here: run it as root, or outside of the container'
    exec unshare "$@" sh "docs/$(basename "$0")" inside "$program"
fi

program=$2
set --
PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d)
sniffer=
clean_up() {
    if [ -n "$sniffer" ]; then
        kill "$sniffer" 2>/dev/null || : # it has ended by itself
        wait "$sniffer" || :
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' HUP INT PIPE TERM

# As between two computers: segments of 1460 bytes. Small buffers, so that the end of the window comes soon; what tcpdump
# calls `win` is in bytes then. And none of the options that make its lines long.
ip link set lo up mtu 1500 || cannot 'the network of the namespace cannot be set up here'
setting() { echo "$2" >"/proc/sys/net/ipv4/$1" || cannot "$1 cannot be set here"; }
setting tcp_rmem '4096 8192 8192'
setting tcp_wmem '4096 16384 16384'
for option in window_scaling timestamps sack; do setting "tcp_$option" 0; done

# -Z root: stays root, where it is root; else its user could not write into the folder.
[ "$(id -u)" -ne 0 ] || set -- -Z root
: >"$folder/says"
tcpdump "$@" -i lo -nn -U -w "$folder/segments" tcp 2>"$folder/says" &
sniffer=$!
until grep -q 'listening on' "$folder/says"; do
    kill -0 "$sniffer" 2>/dev/null || cannot "tcpdump: $(cat "$folder/says")"
    sleep 0.1
done

strace -o "$folder/calls" -e trace=socket,bind,listen,connect,accept4,sendto,recvfrom,shutdown,close \
    "$program" >"$folder/printed" || cannot "strace may not look at a program here: $(cat "$folder/calls")"
port=$(sed -n '/sin_port=htons([1-9]/{s/.*htons(\([0-9]*\)).*/\1/p;q}' "$folder/calls")
# Shortened: one side is called server, the other client, and what is always the same is left out.
calls() {
    sed -n '/^socket/,$p' "$folder/calls" |
        sed "s/ *= / = /
            s/{[^}]*(0)[^}]*}, [^)]*)/port 0)/
            s/{[^}]*($port)[^}]*}, [^)]*)/server)/
            s/{[^}]*}, [^)]*)/client)/
            s/, MSG_NOSIGNAL, NULL, 0)/)/
            s/, 0, NULL, NULL)/)/
            s/xxxx*\"[.]*/xxx\"/"
}
# The time is that since the segment before.
segments() {
    tcpdump -nn -ttt -r "$folder/segments" 2>/dev/null |
        sed "s/^ *00:00:0/+/; s/ IP / /; s/127.0.0.1.$port/server/; s/127.0.0.1.[0-9]*/client/"
}
# Each of two connections ends with two FINs: tcpdump writes a moment later than the kernel sends.
tries=50
until [ "$(segments | grep -c 'Flags \[F')" -ge 4 ]; do
    [ "$((tries -= 1))" -gt 0 ] || cannot 'tcpdump has not seen both connections end'
    sleep 0.1
done

echo '== what the program prints'
cat "$folder/printed"
echo '== the system calls'
calls
echo '== the segments'
segments
