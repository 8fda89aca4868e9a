#!/bin/sh
# Installs chat-server and chat into ~/.local/bin, built from the lock file, and their completions and manual pages into
# ~/.local/share; can be run again, from any folder. `sh download.sh --help` says what it takes.
# Edits no file of yours: where ~/.local/bin is not in PATH, it says what to add.
set -eu

programs='chat-server chat'
# Manual pages of what chat-server can do only with the database.
database_pages='man/man1/chat-server-history.1 man/man1/chat-server-users.1'
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

fail() {
    printf 'download.sh: %s\n' "$1" >&2
    exit 1
}

usage() {
    cat <<'END'
Usage: sh download.sh [--with-database | --uninstall | --help]

  (nothing)        builds chat-server and chat, and installs them into ~/.local/bin
  --with-database  the same; this chat-server can keep its chat in a file: chat-server --database FILE
  --uninstall      takes all of it away again, whichever of the two it was
  -h, --help       says this

The first build takes a minute or two, and about 200 MB in target/.
END
}

[ -n "${HOME:-}" ] || fail 'HOME is not set; it has to name your home folder'
bin=$HOME/.local/bin
share=$HOME/.local/share
state=$HOME/.local/state
case ${XDG_STATE_HOME:-} in
/*) state=$XDG_STATE_HOME ;;
esac
history=$state/chatroom/history

# Where bash, fish, zsh and man look for what belongs to a program, below a share folder. No name holds a space.
shared() {
    printf '%s\n' "bash-completion/completions/$1" "fish/vendor_completions.d/$1.fish" \
        "zsh/site-functions/_$1" "man/man1/$1.1"
    [ "$1" != chat ] || printf '%s\n' "man/man1/chat-check.1"
}

uninstall() {
    for program in $programs; do
        if [ -e "$bin/$program" ]; then
            rm -f -- "$bin/$program"
            printf 'Removed %s\n' "$bin/$program"
        else
            printf 'There is no %s\n' "$bin/$program"
        fi
        for file in $(shared "$program"); do
            remove_shared "$file"
        done
    done
    remove_database_pages
    remove_empty "$bin"
    if [ -e "$history" ]; then
        printf 'Left as it is: %s, what you said in groups; to remove it: rm "%s"\n' "$history" "$history"
    fi
    if [ -d "$here/target" ]; then
        printf 'Left as it is: %s, what the build made; to remove it: rm -r "%s"\n' "$here/target" "$here/target"
    fi
}

# The folder $1 and those above it, up to ~/.local, as long as nothing is in them.
remove_empty() {
    folder=$1
    while [ "$folder" != "$HOME" ] && rmdir -- "$folder" 2>/dev/null; do
        folder=${folder%/*}
    done
}

remove_shared() {
    rm -f -- "$share/$1"
    remove_empty "$share/${1%/*}"
}

remove_database_pages() {
    for file in $database_pages; do
        remove_shared "$file"
    done
}

# Everything that the build needs, each with the one thing to do about it.
check_tools() {
    command -v cargo >/dev/null 2>&1 ||
        fail 'cargo is missing; install Rust from https://rustup.rs and open a new terminal'
    wanted=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' "$here/Cargo.toml")
    found=$(cargo --version | sed 's/^cargo \([0-9.]*\).*/\1/')
    [ -n "$found" ] || fail "cargo does not run; 'rustup default stable' sets it up"
    oldest=$(printf '%s\n%s\n' "$wanted" "$found" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)
    if [ "$oldest" != "$wanted" ]; then
        update='install a newer Rust from https://rustup.rs (of the systems, Debian 13 has one)'
        if command -v rustup >/dev/null 2>&1; then
            update="'rustup update' brings it"
        fi
        fail "cargo $found is too old, $wanted is needed; $update"
    fi
    command -v cc >/dev/null 2>&1 ||
        fail "a linker is missing: there is no 'cc'; install gcc (Debian, Ubuntu: sudo apt install gcc)"
}

# One file from the folder $1 of docs/share, where they stand: they are only copied.
install_file() {
    mkdir -p -- "$share/${2%/*}" || fail "cannot make the folder $share/${2%/*}"
    cp -- "$here/docs/share/$1$2" "$share/$2" || fail "cannot write $share/$2"
}

# Completions and the manual page of one program. With the database chat-server has more flags, and two pages more.
install_shared() {
    for file in $(shared "$1"); do
        if [ "$database" = yes ] && [ "$1" = chat-server ]; then
            install_file with-database/ "$file"
        else
            install_file '' "$file"
        fi
    done
}

install_database_pages() {
    for file in $database_pages; do
        install_file with-database/ "$file"
    done
}

install_programs() {
    check_tools
    printf 'Building, which takes a minute or two the first time ...\n'
    set -- --release --locked --bins
    if [ "$database" = yes ]; then
        set -- "$@" --features database
    fi
    cargo build "$@" --manifest-path "$here/Cargo.toml" --target-dir "$here/target" ||
        fail 'the build failed; the lines above say why'
    mkdir -p -- "$bin" || fail "cannot make the folder $bin"
    for program in $programs; do
        # A new file, then a rename: a program that runs right now is replaced without being disturbed.
        cp -- "$here/target/release/$program" "$bin/$program.new" || fail "cannot write $bin/$program.new"
        mv -f -- "$bin/$program.new" "$bin/$program" || fail "cannot write $bin/$program"
        printf 'Installed %s\n' "$bin/$program"
        install_shared "$program"
    done
    if [ "$database" = yes ]; then
        install_database_pages
        try='chat-server --database chat.db'
    else
        remove_database_pages # of an earlier install
        try=chat-server
    fi
    case ":$PATH:" in
    *":$bin:"*) ;;
    *) printf "%s is not in your PATH; type this line now, and add it to ~/.profile for the next login:\n    export PATH=\"\$HOME/.local/bin:\$PATH\"\n" "$bin" ;;
    esac
    printf 'Try: %s\n' "$try"
}

what=install
database=no
for option in "$@"; do
    case $option in
    --with-database) database=yes ;;
    --uninstall) what=uninstall ;;
    -h | --help)
        usage
        exit
        ;;
    *) fail "there is no option '$option'; 'sh download.sh --help' says which there are" ;;
    esac
done
case $what in
install) install_programs ;;
uninstall) uninstall ;;
esac
