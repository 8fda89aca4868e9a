#!/bin/sh
# The scenes of chapter 16, as docs/img/failover_1.txt and so on: what was typed, and what the machines said to it. Run by
# 'lab.sh photos'. In them lab stands for: sudo sh examples/failover/lab.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
photos=$here/../../docs/img
lab() { sh "$here/lab.sh" "$@"; }
# shellcheck disable=SC2329 # the scenes call it
comes() { printf '%s\nQUIT\n' "$1" | lab chat 2>&1 | grep 'You are at'; }

# A line is shown, and done; before the next one the machines have had a moment to notice.
types() { # LINE
    printf '$ %s\n' "$1"
    eval "$1"
    sleep 2
}
scene() { # NUMBER LINE...
    number=$1
    shift
    for line in "$@"; do types "$line"; done | grep -v '^It is up\.' >"$photos/failover_$number.txt"
    echo "failover_$number.txt"
}

lab down
lab up
trap 'lab down' EXIT
trap 'exit 130' INT TERM HUP
# shellcheck disable=SC2016 # it is done by eval
in_turn='for name in anna boris vera gleb; do comes $name; done'
scene 1 'lab status' "$in_turn"
scene 2 'lab break balancer-cut' 'lab status | grep -v sees' 'comes vera'
scene 3 'lab mend' 'lab status | grep -v sees' 'lab break balancer-cut' 'lab status | grep -v sees' 'comes vera'
lab mend
scene 4 'lab break server' 'lab status' "$in_turn" 'lab mend' "$in_turn"
# The transcripts of who missed something are kept elsewhere.
scene 5 'lab test | grep -v shown'
