//! Robust: characters that leave no ink: a reader cannot tell that they are there. Pure.

/// What cannot be seen when it stands alone: white space, what leaves no ink, and marks that belong on a letter.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_whitespace() || is_inkless(c) || is_combining(c)
}

/// Unicode's `Default_Ignorable_Code_Point`, and beside it characters that are drawn as nothing: the blank of Braille,
/// annotations, the layout of hieroglyphs, an empty note.
fn is_inkless(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{13430}'..='\u{13440}'
            | '\u{16FE4}' | '\u{1D159}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// The blocks of marks that are drawn over or under the letter before them.
fn is_combining(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}'
            | '\u{483}'..='\u{489}'
            | '\u{591}'..='\u{5BD}'
            | '\u{610}'..='\u{61A}'
            | '\u{64B}'..='\u{65F}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20F0}'
            | '\u{FE20}'..='\u{FE2F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_no_ink_is_unseen_and_letters_are_not() {
        let unseen = [
            ' ',
            '\t',
            '\u{A0}',
            '\u{3000}',
            '\u{AD}',
            '\u{34F}',
            '\u{115F}',
            '\u{180E}',
            '\u{200B}',
            '\u{200D}',
            '\u{2060}',
            '\u{2800}',
            '\u{3164}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{E0041}',
            '\u{E0100}',
            '\u{301}',
            '\u{20DD}',
        ];
        for c in unseen {
            assert!(is_unseen(c), "U+{:04X}", u32::from(c));
        }
        for c in ['a', 'ж', '0', '.', '\u{5D0}', '\u{627}', '한', '🙂', '⠁', '\u{FFFD}'] {
            assert!(!is_unseen(c), "U+{:04X}", u32::from(c));
        }
    }
}
