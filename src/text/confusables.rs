//! Robust: what looks alike within the alphabet of nicknames, small letters only. Pure.
//!
//! Made by `python3 src/text/confusables.py confusables.txt > src/text/confusables.rs`, not by hand, from Unicode's
//! confusables.txt (UTS 39), version 17.0.0, and the few pairs that the script adds.

/// Each character that looks like another, and the spelling that all of its kind share; sorted, and closed: no
/// spelling holds a character that has a row of its own.
pub(super) const ALIKE: &[(char, &str)] = &[
    ('0', "o"),
    ('1', "i"),
    ('l', "i"),
    ('m', "rn"),
    ('w', "vv"),
    ('а', "a"),
    ('б', "6"),
    ('в', "b"),
    ('г', "r"),
    ('е', "e"),
    ('з', "3"),
    ('й', "и"),
    ('к', "k"),
    ('м', "rn"),
    ('н', "h"),
    ('о', "o"),
    ('р', "p"),
    ('с', "c"),
    ('т', "t"),
    ('у', "y"),
    ('х', "x"),
    ('ш', "vv"),
    ('ы', "bi"),
    ('ь', "b"),
    ('ю', "io"),
    ('ѐ', "e"),
    ('ё', "e"),
    ('ѓ', "r"),
    ('ѕ', "s"),
    ('і', "i"),
    ('ї', "i"),
    ('ј', "j"),
    ('ќ', "k"),
    ('ѝ', "и"),
    ('ў', "y"),
    ('ґ', "r"),
];
