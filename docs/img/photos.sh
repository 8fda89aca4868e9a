#!/usr/bin/env bash
# Takes the photos of chapter 13: real windows of the real programs. `docs/img/photos.sh` takes all of them,
# `docs/img/photos.sh joining` one. Each is NAME.png and NAME.txt, the same screen as text; then
# `BLESS=1 cargo test --test docs` copies the texts into the pages.
#
# An X server without a screen (Xvfb) holds one xterm, that holds tmux, and each pane is somebody's terminal. What they
# type is typed by tmux; before the next key the script waits for the line that answers the last one.
set -euo pipefail

photos=$(cd "$(dirname "$0")" && pwd)
project=$photos/../..
built=${CARGO_TARGET_DIR:-$project/target}/release
seconds=20 # how long a line may take to come

say() { printf '%s\n' "$*" >&2; }

missing=
for tool in Xvfb xterm tmux import nc cargo; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
    say "missing:$missing (Debian: apt-get install xvfb xterm tmux imagemagick netcat-openbsd fonts-dejavu-core)"
    exit 1
fi
(cd "$project" && cargo build --release --locked --bins --quiet)

work=$(mktemp -d)
xvfb=
window=
socket=$work/none # of tmux; another for each photo, since a server that ends still holds its own
in_tmux() { tmux -S "$socket" -f /dev/null "$@"; }
close_window() {
    in_tmux kill-server 2>/dev/null || true
    if [ -n "$window" ]; then wait "$window" 2>/dev/null || true; fi
    window=
}
finish() {
    close_window
    if [ -n "$xvfb" ]; then kill "$xvfb" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT

Xvfb -displayfd 3 -screen 0 1400x1000x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb.log" &
xvfb=$!

# until_true WHAT COMMAND...: the command is tried again until it succeeds, or for too long.
until_true() {
    local what=$1 end=$((SECONDS + seconds)) pane
    shift
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            say "waited ${seconds}s for: $what"
            for pane in "${order[@]}"; do say "-- $pane --" && text "$pane" >&2; done
            exit 1
        fi
        sleep 0.1
    done
}
until_true 'the X server' test -s "$work/display"
DISPLAY=:$(cat "$work/display")
export DISPLAY

# A port that nobody listens on: the usual one, if it is free.
port=12345
nobody_listens() { ! (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
until nobody_listens; do port=$((port + 1)); done

# A terminal that says nothing of the machine: a plain prompt, no settings of anybody's.
shell="env -i PATH='$built':/usr/bin:/bin HOME='$work' TERM=tmux-256color LC_ALL=C.UTF-8 HISTFILE= PS1='\$ ' bash --norc --noprofile"

# open_window COLUMNS ROWS SERVER_ROWS NAME...: the first pane stands above, the others side by side below it.
open_window() {
    local columns=$1 rows=$2 top=$3 name below
    shift 3
    socket=$(mktemp -u "$work/tmux.XXXXXX")
    until_true "the port $port is free again" nobody_listens
    in_tmux new-session -d -s photo -x "$columns" -y "$rows" "$shell"
    in_tmux set -g status off
    in_tmux set -g pane-border-status top
    in_tmux set -g pane-border-format ' #{@who} '
    in_tmux set -g pane-border-style fg=colour244
    in_tmux set -g pane-active-border-style fg=colour244
    in_tmux set -g default-terminal tmux-256color
    in_tmux set -g escape-time 0
    in_tmux set -p @who "$1"
    name_of["$1"]=$(in_tmux display -p '#{pane_id}')
    order=("$1")
    shift
    below=("$@")
    for name in "${below[@]}"; do
        if [ "$name" = "${below[0]}" ]; then in_tmux split-window -v "$shell"; else in_tmux split-window -h "$shell"; fi
        in_tmux set -p @who "$name"
        name_of["$name"]=$(in_tmux display -p '#{pane_id}')
        order+=("$name")
    done
    in_tmux select-layout main-horizontal
    in_tmux resize-pane -t "${name_of[${order[0]}]}" -y "$top"
    # color3: xterm's own yellow cannot be read on white.
    xterm -T photo -fa 'DejaVu Sans Mono' -fs 10 -u8 -bg white -fg black -xrm 'XTerm*color3: #806000' \
        -b 6 +sb -geometry "${columns}x$rows+0+0" \
        -e tmux -S "$socket" attach -t photo &
    window=$!
    until_true 'the window' window_is_there
    for name in "${order[@]}"; do sees "$name" '$'; done
}
window_is_there() { [ -n "$(in_tmux list-clients 2>/dev/null)" ]; }
declare -A name_of
order=()

# What somebody sees, without the empty lines at its end; a line that was too wide for the pane is one line, and so is one
# that chat cut between words and went on with further to the right.
text() {
    in_tmux capture-pane -p -J -t "${name_of[$1]}" | awk '
        function out() { if (line == "") empty++; else { for (; empty; empty--) print ""; print line } }
        { sub(/ +$/, "") }
        line ~ /^[0-9][0-9]:[0-9][0-9] / && /^        [^ ]/ { sub(/^ +/, ""); line = line " " $0; next }
        NR > 1 { out() }
        { line = $0 }
        END { out() }'
}
shows() { text "$1" | grep -qF -- "$2"; }
sees() { until_true "$1 sees: $2" shows "$1" "$2"; }

# types NAME LINE [ANSWER]: somebody types a line, and the script waits for the answer.
types() {
    in_tmux send-keys -t "${name_of[$1]}" -l -- "$2"
    in_tmux send-keys -t "${name_of[$1]}" Enter
    if [ $# -gt 2 ]; then sees "$1" "$3"; fi
}
presses() { in_tmux send-keys -t "${name_of[$1]}" "$2"; }

# The screen as a picture and as text. Two pictures that are the same: xterm has drawn all that tmux gave it. The same
# text before and after the second one: it is the text of that picture, whatever counts the seconds on the screen.
texts() {
    local name
    for name in "${order[@]}"; do
        printf -- '-- %s --\n' "$name"
        text "$name"
    done
}
still() {
    mv "$work/new.png" "$work/old.png" 2>/dev/null || true
    texts >"$work/new.txt"
    import -window photo -strip -depth 8 -colors 48 -define png:exclude-chunks=date,time "png8:$work/new.png"
    cmp -s "$work/old.png" "$work/new.png" && texts | cmp -s - "$work/new.txt"
}
shoot() {
    rm -f "$work/old.png" "$work/new.png"
    in_tmux select-pane -t "${name_of[${order[0]}]}"
    until_true 'a picture that stands still' still
    mv "$work/new.png" "$photos/$1.png"
    mv "$work/new.txt" "$photos/$1.txt"
    say "$1: $(wc -c <"$photos/$1.png") bytes, $(wc -l <"$photos/$1.txt") lines"
    close_window
}

starts_server() { types server "chat-server -p $port $1" "to choose a nickname"; }
joins() { types "$1" "chat -p $port -n $1" 'go into the group'; }
joins_group() {
    joins "$1"
    types "$1" 2 'You in group'
}

# clears NAME: the screen of somebody whose joining is not what the photo is about.
clears() {
    presses "$1" C-l
    until_true "$1's screen is clear" begins_with_prompt "$1"
}
begins_with_prompt() { text "$1" | head -n 1 | grep -q '^\['; }

joining() {
    open_window 118 27 6 server anna boris vera
    starts_server ''
    joins_group anna
    joins_group boris
    joins_group vera
    sees anna 'vera has joined'
    sees boris 'vera has joined'
    types anna 'hello, boris and vera'
    sees boris 'anna: hello'
    sees vera 'anna: hello'
    shoot joining
}

private() {
    open_window 118 14 2 server anna boris vera
    starts_server ''
    joins_group boris
    joins_group vera
    joins anna
    sees vera 'vera'
    clears boris
    clears vera
    clears anna
    types anna 1 'Choose your user-chat'
    types anna boris 'Successful'
    sees boris 'writes to you alone'
    types anna 'lunch at one?'
    sees boris 'lunch at one?'
    types boris '/tell anna with pleasure'
    sees anna 'with pleasure'
    types boris 'good morning, all'
    sees vera 'good morning, all'
    shoot private
}

words() {
    open_window 118 19 2 server anna boris
    starts_server ''
    joins_group anna
    joins_group boris
    sees anna 'boris has joined'
    clears anna
    clears boris
    types anna LIST 'Here: anna, boris'
    types anna TELL 'Who will get your message?'
    types anna boris 'What is your message'
    types anna 'do you know gleb?' 'you to boris: do you know gleb?'
    sees boris 'do you know gleb?'
    types boris 'TELL anna not yet' 'you to anna: not yet'
    sees anna 'boris to you: not yet'
    types anna '/tell gleb are you there?' 'Not'
    shoot words
}

refused() {
    open_window 118 26 3 server anna nc
    starts_server ''
    joins_group anna
    clears anna
    types nc "nc 127.0.0.1 $port" 'Your nickname?'
    types nc LIST 'Not sent'
    types nc Anna 'already used'
    types nc boris 'go into the group'
    types nc 2 'You in group'
    types nc 'good morning' '(broadcast) boris: good morning'
    sees anna 'boris: good morning'
    shoot refused
}

slow() {
    open_window 118 22 8 server boris vera gleb
    starts_server '--rate 500'
    types boris "nc 127.0.0.1 $port | sed 's/000*/000.../'" 'Your nickname?'
    types boris boris 'What do you want'
    types boris 2 'You in group'
    types vera "nc 127.0.0.1 $port" 'Your nickname?'
    types vera vera 'go into the group'
    types vera 2 'You in group'
    presses vera C-z
    sees vera 'Stopped'
    types gleb "(echo 2; yes \$(printf %04000d 0) | head -n 2000) | chat -p $port -n gleb | tail -n 1"
    sees server 'vera left'
    sees gleb 'Disconnected'
    types boris 'that was a long one' 'boris: that was a long one'
    shoot slow
}

ending() {
    open_window 118 22 8 server anna boris
    starts_server ''
    joins_group anna
    types boris "nc 127.0.0.1 $port" 'Your nickname?'
    types boris boris 'go into the group'
    types boris 2 'You in group'
    sees anna 'boris has joined'
    clears anna
    types boris 'good night' 'boris: good night'
    sees anna 'good night'
    presses server C-c
    sees server 'stopped'
    types server 'echo $?' '0'
    sees boris 'Disconnected'
    sees anna 'Disconnected'
    shoot ending
}

all=(joining private words refused slow ending)
[ $# -gt 0 ] || set -- "${all[@]}"
for photo in "$@"; do
    case " ${all[*]} " in
        *" $photo "*) "$photo" ;;
        *) say "there is no photo $photo; there are: ${all[*]}"; exit 2 ;;
    esac
done
