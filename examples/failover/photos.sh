#!/bin/sh
# The scenes of chapter 16, as docs/img/failover_1.txt and so on: what was typed, and what the machines said to it. Run by
# 'lab.sh photos'. In them lab stands for: sudo sh examples/failover/lab.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
photos=$here/../../docs/img
lab() { sh "$here/lab.sh" "$@"; }
# shellcheck disable=SC2329 # the scenes call it
comes() { printf 'vera\nQUIT\n' | lab chat 2>&1 | grep 'You are at'; }

# A line is shown, and done; before the next one the machines have had a moment to notice.
types() { # LINE
    printf '$ %s\n' "$1"
    eval "$1" 2>&1
    sleep 2
}
scene() { # NUMBER LINE...
    number=$1
    shift
    for line in "$@"; do types "$line"; done >"$photos/failover_$number.txt"
    echo "failover_$number.txt"
}

lab down
lab up
trap 'lab down' EXIT
trap 'exit 130' INT TERM HUP
in_turn='for i in 1 2 3 4; do comes; done'
scene 1 'lab status' "$in_turn"
scene 2 'lab break balancer-cut' 'lab status | grep -v sees' comes
scene 3 'lab mend' 'lab status | grep -v sees' 'lab break balancer-cut' 'lab status | grep -v sees' comes
lab mend
scene 4 'lab break server' 'lab status' "$in_turn" 'lab mend' "$in_turn"
