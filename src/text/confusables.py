#!/usr/bin/env python3
"""Makes src/text/confusables.rs, the table of what looks alike within the alphabet of nicknames.

    python3 src/text/confusables.py confusables.txt > src/text/confusables.rs

confusables.txt is Unicode's own list (UTS 39): https://www.unicode.org/Public/security/latest/confusables.txt
Two names look alike where their letters do in either case: the small l is the capital I, so it is the small i too.
"""

import re
import sys
import unicodedata

LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "".join(map(chr, range(0x430, 0x460))) + "ґ"
SMALL = LATIN + CYRILLIC + "0123456789"

# What Unicode's list leaves out and a reader's eye does not.
OUR_OWN = {"w": "vv", "ґ": "г"}


def read(path):
    """The list as {character: what it looks like}, and its version."""
    looks, version = {}, "unknown"
    with open(path, encoding="utf-8-sig") as lines:
        for line in lines:
            if found := re.match(r"# Version: (\S+)", line):
                version = found[1]
            fields = line.split("#")[0].split(";")
            if len(fields) == 3:
                looks[chr(int(fields[0], 16))] = "".join(chr(int(code, 16)) for code in fields[1].split())
    return looks, version


def pairs(looks):
    """Pairs of a letter and a word that looks like it, both of our alphabet and in small letters."""
    found = list(OUR_OWN.items())
    # A letter from outside that stands for one of ours alone: the list writes ы as two such, and one of them is ь.
    ours = {looks[c]: c for c in SMALL + SMALL.upper() if len(looks.get(c, "")) == 1 and looks[c] not in SMALL}
    for letter in SMALL:
        # A letter with a small mark above it is mistaken for the bare one: ё, й, ї, ў, ѓ, ќ.
        bare = unicodedata.normalize("NFD", letter)[0]
        found.append((letter, bare))
        for cased in {letter, letter.upper()}:
            word = "".join(ours.get(c, c) for c in looks.get(cased, cased)).lower()
            if all(c in SMALL for c in word):
                found.append((letter, word))
    # Letters before words: by then it is known which letters of the words are one.
    return sorted(((letter, word) for letter, word in found if letter != word), key=lambda pair: (len(pair[1]), pair))


def close(found):
    """Each letter's one spelling: letters that look alike share it, and it is made of letters that stand for themselves."""
    spelling = {c: c for c in SMALL}
    rank = {c: i for i, c in enumerate(LATIN + "0123456789" + CYRILLIC)}
    changed = True
    while changed:
        changed = False
        for letter, word in found:
            one = "".join(spelling[c] for c in spelling[letter])
            other = "".join(spelling[c] for c in word)
            if one == other:
                continue
            # The longer one is the finer one: m becomes rn. Of two letters the Latin one stays.
            keep, drop = sorted([one, other], key=lambda word: (-len(word), [rank[c] for c in word]))
            if len(drop) != 1:
                sys.exit(f"{letter} looks like {one} and like {other}: neither is one letter")
            spelling = {c: word.replace(drop, keep) for c, word in spelling.items()}
            changed = True
    return spelling


def main():
    looks, version = read(sys.argv[1])
    spelling = close(pairs(looks))
    rows = sorted((c, word) for c, word in spelling.items() if c != word)
    print("//! What looks alike within the alphabet of nicknames, small letters only. Pure.")
    print("//!")
    print("//! Made by `python3 src/text/confusables.py confusables.txt > src/text/confusables.rs`, not by hand, from Unicode's")
    print(f"//! confusables.txt (UTS 39), version {version}, and the few pairs that the script adds.")
    print()
    print("/// Each character that looks like another, and the spelling that all of its kind share; sorted, and closed: no")
    print("/// spelling holds a character that has a row of its own.")
    print("pub(super) const ALIKE: &[(char, &str)] = &[")
    for c, word in rows:
        print(f"    ('{c}', \"{word}\"),")
    print("];")


if __name__ == "__main__":
    main()
