#!/bin/sh
# A lab of eight machines in one: network namespaces on a bridge of their own. In front two balancers (HAProxy), of which
# keepalived gives one the address 10.77.0.10; behind them two chat-servers, a and b; behind those three members of etcd.
#
#   sudo sh examples/failover/lab.sh up          bring it up; 'down' takes it away, with all that runs in it
#   sudo sh examples/failover/lab.sh chat -n anna     join the chat, from a machine in the street; in another window: boris
#   sudo sh examples/failover/lab.sh status      who is well, who has the address, who is where
#   sudo sh examples/failover/lab.sh break WHAT  server, freeze, leader, quorum, balancer, balancer-cut, server-cut, rolling
#   sudo sh examples/failover/lab.sh mend        whatever was broken works again
#   sudo sh examples/failover/lab.sh photos      the scenes of chapter 16, as text
#   sudo sh examples/failover/lab.sh test        people who talk through every fault, and each line that they saw compared
#
# It needs root, and apt-get install haproxy keepalived etcd-server etcd-client iproute2 netcat-openbsd. LAB_BIN names a
# folder with chat and chat-server that are built already. With --skip it is no failure that it cannot run here.
# The host's own network is not touched; what the lab writes lies in /run/chatroom-lab.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
project=$here/../..
lab=/run/chatroom-lab
net=10.77.0
address=$net.10
port=12345
# The engine: without a chat-server that has it, a and b are two chats.
cluster=${LAB_CLUSTER:-yes}
if ! grep -q '^cluster = ' "$project/Cargo.toml"; then cluster=no; fi
machines='lb1 lb2 a b e1 e2 e3 street'

say() { printf '%s\n' "$*" >&2; }
fail() { say "lab: $*"; exit 1; }
of() { # MACHINE: the last part of its address
    case $1 in
    lb1) echo 11 ;; lb2) echo 12 ;; a) echo 21 ;; b) echo 22 ;; e1) echo 31 ;; e2) echo 32 ;; e3) echo 33 ;;
    street) echo 100 ;;
    *) fail "there is no machine $1; there are: $machines" ;;
    esac
}
on() { # MACHINE COMMAND...: runs it there
    on_machine=$1
    shift
    ip netns exec "chatlab-$on_machine" "$@"
}
is_up() { [ -e /run/netns/chatlab-bridge ]; }

# The command is tried until it succeeds, ten times a second. A machine does not tell a shell what becomes of it.
wait_for() { # SECONDS WHAT COMMAND...
    tries=$(($1 * 10)) what=$2
    shift 2
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "waited in vain for: $what; see $lab/*.log"
        sleep 0.1
    done
}

can_run() {
    missing=
    for tool in haproxy keepalived etcd etcdctl ip nc; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    [ -z "$missing" ] ||
        { say "missing:$missing; Debian: apt-get install haproxy keepalived etcd-server etcd-client iproute2 netcat-openbsd"; return 1; }
    [ "$(id -u)" -eq 0 ] || { say 'it takes root, to make networks; try it with sudo'; return 1; }
    { ip netns add chatlab-probe && ip netns del chatlab-probe; } 2>/dev/null ||
        { say 'network namespaces cannot be made here, as in many containers'; return 1; }
}

# Starts a program on a machine; its process is in MACHINE.PROGRAM.pid, its words are in MACHINE.PROGRAM.log.
start() { # MACHINE PROGRAM ARGUMENT...
    machine=$1 program=$2
    shift 2
    # shellcheck disable=SC2016 # the inner shell's
    on "$machine" setsid sh -c 'echo $$ >"$0"; exec "$@"' "$lab/$machine.$program.pid" "$@" \
        </dev/null >>"$lab/$machine.$program.log" 2>&1 &
}
runs() { # MACHINE PROGRAM: whether it runs, be it frozen or not
    [ -s "$lab/$1.$2.pid" ] && kill -0 "$(cat "$lab/$1.$2.pid")" 2>/dev/null
}
signal() { # SIGNAL MACHINE PROGRAM
    kill "-$1" "$(cat "$lab/$2.$3.pid")"
}

start_etcd() { # MACHINE
    all=
    for member in e1 e2 e3; do all="$all,$member=http://$net.$(of $member):2380"; done
    its=http://$net.$(of "$1")
    start "$1" etcd etcd --name "$1" --data-dir "$lab/$1" --initial-cluster "${all#,}" --initial-cluster-state new \
        --listen-client-urls "$its:2379" --advertise-client-urls "$its:2379" \
        --listen-peer-urls "$its:2380" --initial-advertise-peer-urls "$its:2380" \
        --heartbeat-interval 100 --election-timeout 1000 \
        --auto-compaction-mode revision --auto-compaction-retention 10000
}
engine() { etcdctl_at "--endpoints=$(urls)" "$@"; }
etcdctl_at() { on street env ETCDCTL_API=3 etcdctl --dial-timeout=1s --command-timeout=3s "$@"; }
urls() { echo "http://$net.31:2379,http://$net.32:2379,http://$net.33:2379"; }

start_server() { # MACHINE
    set -- "$1" "$built/chat-server" --ip-address "$net.$(of "$1")" --port $port --peer-timeout 5 --rate off \
        --trusted-proxy "$net.11,$net.12" --motd "$lab/$1.motd"
    echo "You are at server $1." >"$lab/$1.motd"
    if [ "$cluster" = yes ]; then set -- "$@" --cluster "$(urls)" --server-name "$1"; fi
    machine=$1
    shift
    start "$machine" chat-server env RUST_LOG="${LAB_LOG:-info}" "$@"
}

start_haproxy() { # MACHINE
    cat >"$lab/haproxy.cfg" <<END
global
    stats socket $lab/$1.haproxy.sock mode 600 level admin
    log stderr format raw local0 notice
defaults
    mode tcp
    timeout connect 1s
    timeout check 1s
    timeout client 1h
    timeout server 1h
frontend people
    bind $address:$port transparent
    option clitcpka
    default_backend servers
backend servers
    balance leastconn
    option tcp-check
    tcp-check connect send-proxy
    tcp-check expect string "Your nickname?"
    option srvtcpka
    default-server check inter 500ms fall 2 rise 2 send-proxy-v2 on-marked-down shutdown-sessions
    server a $net.21:$port
    server b $net.22:$port
END
    mv "$lab/haproxy.cfg" "$lab/$1.haproxy.cfg"
    start "$1" haproxy haproxy -db -f "$lab/$1.haproxy.cfg"
}

start_keepalived() { # MACHINE PRIORITY
    cat >"$lab/$1.keepalived.conf" <<END
global_defs {
    vrrp_version 3
    script_user root
    enable_script_security
}
vrrp_script haproxy {
    script "/bin/sh $lab/$1.alive"
    interval 1
    fall 1
    rise 1
}
vrrp_instance chat {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 77
    priority $2
    advert_int 0.3
    virtual_ipaddress {
        $address/24
    }
    track_script {
        haproxy
    }
}
END
    # shellcheck disable=SC2016 # the script's own
    printf 'kill -0 "$(cat %s)"\n' "$lab/$1.haproxy.pid" >"$lab/$1.alive"
    start "$1" keepalived keepalived --dont-fork --log-console --vrrp --pid "$lab/$1.keepalived.own.pid" \
        --vrrp_pid "$lab/$1.vrrp.own.pid" --use-file "$lab/$1.keepalived.conf"
}
priority() { if [ "$1" = lb1 ]; then echo 101; else echo 100; fi; }

has_address() { on "$1" ip -brief address show dev eth0 | grep -q "$address/"; }
holder() { for machine in lb1 lb2; do ! has_address $machine || echo $machine; done; }
one_holder() { [ "$(holder | wc -l)" -eq 1 ]; }
states() { # BALANCER: a server a line, UP or DOWN, and how many are connected
    printf 'show stat\n' | on "$1" nc -U -N "$lab/$1.haproxy.sock" 2>/dev/null |
        awk -F, '$1 == "servers" && $2 != "BACKEND" { print $2, $18, $5 }'
}
both_up() { [ "$(states "$1" | grep -c ' UP ')" -eq 2 ]; }
leader() { # the member that leads, as a machine's name
    engine endpoint status --write-out=fields 2>/dev/null |
        awk -F' : ' '/"MemberID"/ { id = $2 } /"Leader"/ { leader = $2 } /"Endpoint"/ { if (id == leader) print $2 }' |
        sed -n "s/.*$net\.3\([123]\):.*/e\1/p"
}
has_leader() { [ -n "$(leader)" ]; }

up() {
    ! is_up || fail "it is up already; 'down' takes it away"
    trap 'trap - INT TERM HUP EXIT; say "lab: not all of it came up, so it is taken away again"; down' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir -p "$lab"
    chmod 700 "$lab"
    find_programs
    ip netns add chatlab-bridge
    on bridge ip link add br0 type bridge
    on bridge ip link set br0 up
    for machine in $machines; do
        ip netns add "chatlab-$machine"
        on bridge ip link add name "$machine" type veth peer name eth0 netns "chatlab-$machine"
        on bridge ip link set dev "$machine" master br0 up
        on "$machine" ip link set lo up
        on "$machine" ip link set eth0 up
        on "$machine" ip address add "$net.$(of "$machine")/24" dev eth0
    done
    everything
    trap - INT TERM HUP EXIT
    say "It is up. Join with: sudo sh $0 chat -n anna    (the address is $address, port $port)"
    [ "$cluster" = yes ] || say 'Without the engine: a and b are two chats, side by side.'
}

find_programs() {
    features=proxy
    if [ "$cluster" = yes ]; then features=proxy,cluster; fi
    if [ -n "${LAB_BIN:-}" ]; then
        built=$(cd "$LAB_BIN" && pwd)
    else
        command -v cargo >/dev/null 2>&1 ||
            fail "cargo is not among root's programs: cargo build --release --features $features, then LAB_BIN=target/release"
        (cd "$project" && cargo build --release --locked --quiet --features "$features" --bins)
        built=$project/target/release
    fi
    echo "$built" >"$lab/built"
}

# Starts whatever does not run, and waits until all of it is well.
everything() {
    built=$(cat "$lab/built")
    if [ "$cluster" = yes ]; then
        for machine in e1 e2 e3; do runs $machine etcd || start_etcd $machine; done
        wait_for 20 'a leader of etcd' has_leader
    fi
    for machine in a b; do runs $machine chat-server || start_server $machine; done
    for machine in lb1 lb2; do
        runs $machine haproxy || start_haproxy $machine
        runs "$machine" keepalived || start_keepalived "$machine" "$(priority "$machine")"
        # The first comes to the address before the other asks for it.
        wait_for 20 'the address at a balancer' one_holder
    done
    for machine in lb1 lb2; do wait_for 20 "two servers that are well, as $machine sees them" both_up $machine; done
}

down() {
    for name in bridge $machines; do
        if [ -e "/run/netns/chatlab-$name" ]; then
            # All that runs there, whoever started it.
            ip netns pids "chatlab-$name" | xargs -r kill -9 2>/dev/null || true
            ip netns del "chatlab-$name"
        fi
    done
    rm -rf "$lab"
}

status() {
    for machine in lb1 lb2; do
        if runs $machine haproxy; then well=well; else well='HAProxy is gone'; fi
        cable $machine
        echo "$machine  $well$cut$(! has_address $machine || echo ", has the address $address")"
        states $machine | while read -r server is clients; do echo "     sees $server $is, $clients connected"; done
    done
    for machine in a b; do
        if runs $machine chat-server; then well="runs"; else well='is gone'; fi
        cable $machine
        echo "$machine    chat-server $well$cut"
    done
    [ "$cluster" = yes ] || return 0
    leads=$(leader)
    for machine in e1 e2 e3; do
        if runs $machine etcd; then well=runs; else well='is gone'; fi
        cable $machine
        echo "$machine   etcd $well$cut$([ "$leads" != $machine ] || echo ', leads')"
    done
}
cable() { # MACHINE: sets $cut
    cut=
    on bridge ip -brief link show dev "$1" | grep -q ' UP ' || cut=', its cable is pulled'
}

break_it() { # WHAT
    case $1 in
    server) signal KILL a chat-server ;;
    freeze) signal STOP a chat-server ;;
    leader) signal KILL "$(needs_engine && leader)" etcd ;;
    quorum) needs_engine && signal KILL e1 etcd && signal KILL e2 etcd ;;
    balancer) signal KILL "$(holder)" haproxy ;;
    balancer-cut) on bridge ip link set dev "$(holder)" down ;;
    server-cut) on bridge ip link set dev a down ;;
    rolling) rolling ;;
    *) fail "break WHAT? server, freeze, leader, quorum, balancer, balancer-cut, server-cut or rolling" ;;
    esac
}
needs_engine() { [ "$cluster" = yes ] || fail 'there is no etcd: this chat-server is built without the engine'; }

# One after the other, each in order and back before the next: nothing is ever without its other half.
rolling() {
    for machine in a b; do
        signal TERM $machine chat-server
        wait_for 10 "the end of $machine" stopped $machine chat-server
        everything
    done
    if [ "$cluster" = yes ]; then
        for machine in e1 e2 e3; do
            signal TERM $machine etcd
            wait_for 10 "the end of $machine" stopped $machine etcd
            everything
        done
    fi
    for machine in lb1 lb2; do
        signal TERM $machine haproxy
        wait_for 10 "the end of $machine" stopped $machine haproxy
        everything
    done
}
stopped() { ! runs "$1" "$2"; }

mend() {
    for machine in $machines; do on bridge ip link set dev "$machine" up; done
    for machine in a b; do ! runs $machine chat-server || signal CONT $machine chat-server; done
    everything
}

# The whole lab for this one test, and away again, whatever happens.
try() {
    [ "$cluster" = yes ] || skip_or_fail 'this chat-server has no engine: two chats have no common order to compare'
    trap down EXIT
    trap 'exit 130' INT TERM HUP
    if ! is_up; then up; fi
    trap down EXIT
    trap 'exit 130' INT TERM HUP
    built=$(cat "$lab/built")
    if [ ! -x "$built/examples/failover" ]; then
        (cd "$project" && cargo build --release --locked --quiet --features proxy,cluster --example failover)
    fi
    on street "$built/examples/failover" "$0" "$built/chat" "${LAB_PEOPLE:-20}" "${LAB_RATE:-40}" "$@"
}
skip_or_fail() { # WHY
    say "lab: it cannot run here: $1"
    [ "$skip" = yes ] || exit 1
    exit 0
}

skip=no
what=${1:-}
[ $# -eq 0 ] || shift
if [ "${1:-}" = --skip ]; then
    skip=yes
    shift
fi
case $what in
up | test | photos)
    why=$(can_run 2>&1) || skip_or_fail "$why"
    ;;
down) ;;
chat | status | break | mend | address) is_up || fail "it is not up: sudo sh $0 up" ;;
*)
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "$0"
    exit 2
    ;;
esac
case $what in
up) up ;;
down) down ;;
status) status ;;
break) break_it "${1:-}" ;;
mend) mend ;;
chat) on street "$(cat "$lab/built")/chat" -i $address -p $port --peer-timeout 1 "$@" ;;
photos) sh "$here/photos.sh" "$0" ;;
test) try "$@" ;;
esac
