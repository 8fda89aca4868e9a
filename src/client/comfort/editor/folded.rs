//! Feature editor: what stands in a draft as one character: a long paste; and, of a draft that is taller than half the
//! window, what is far from the cursor. So the chat is never pushed off the screen. Touches its locks, and the window's
//! size.

use parking_lot::Mutex;

use super::rows::height;
use super::terminal::{columns, rows};

/// The first of the characters that stand for pastes: nobody has a key for them.
const PASTE: u32 = 0xF_0000;
/// Pastes that may stand so, in a draft or in the history.
const PASTES: usize = 500;
/// The same for parts of a draft that is too tall.
const PART: u32 = 0xF_4000;
/// A part is kept for good: Ctrl-Y may bring it back. Nobody moves through long drafts as often as that.
const PARTS: usize = 4000;
/// Lines of a paste that are drawn, and are sent without asking.
pub(super) const PASTE_LINES: usize = 5;
/// Characters between the cursor and what is not drawn: one more key must not meet it.
const NEAR: usize = 8;

/// The texts that characters stand for.
#[derive(Default)]
pub(super) struct Folded {
    pastes: Mutex<Vec<String>>,
    parts: Mutex<Vec<String>>,
}

/// What is drawn for a character that stands for a text.
pub(super) fn picture(c: char) -> Option<char> {
    at(c, PASTE, PASTES).map(|_| '¶').or_else(|| at(c, PART, PARTS).map(|_| '…'))
}

/// The number of the text that `c` stands for, where it is one of `most` characters from `first` on.
fn at(c: char, first: u32, most: usize) -> Option<usize> {
    let at = usize::try_from(u32::from(c).checked_sub(first)?).ok()?;
    (at < most).then_some(at)
}

/// Puts a text away. `None`: there is no character left for it.
fn fold(texts: &Mutex<Vec<String>>, first: u32, most: usize, text: &str) -> Option<char> {
    let mut texts = texts.lock();
    let at = u32::try_from(texts.len()).ok().filter(|_| texts.len() < most)?;
    texts.push(text.to_owned());
    char::from_u32(first + at)
}

fn unfolded(texts: &Mutex<Vec<String>>, first: u32, most: usize, draft: &str) -> String {
    let texts = texts.lock();
    let mut whole = String::with_capacity(draft.len());
    for c in draft.chars() {
        match at(c, first, most).and_then(|at| texts.get(at)) {
            Some(text) => whole.push_str(text),
            None => whole.push(c),
        }
    }
    whole
}

impl Folded {
    /// What a paste puts into the draft: itself, or one character, where the draft would be too tall.
    pub(super) fn pasted(&self, text: String) -> String {
        let is_tall = height(&text, columns()) > most_rows() || text.lines().count() > PASTE_LINES;
        let stands = is_tall.then(|| fold(&self.pastes, PASTE, PASTES, &text)).flatten();
        stands.map_or(text, String::from)
    }

    /// The draft with all of its parts; pastes stand in it still.
    pub(super) fn whole(&self, draft: &str) -> String {
        unfolded(&self.parts, PART, PARTS, draft)
    }

    /// All that was typed and pasted.
    pub(super) fn text(&self, draft: &str) -> String {
        unfolded(&self.pastes, PASTE, PASTES, &self.whole(draft))
    }

    /// How many lines the pastes have that stand in this draft; `None` where none does.
    pub(super) fn lines(&self, draft: &str) -> Option<usize> {
        let (whole, pastes) = (self.whole(draft), self.pastes.lock());
        let lines = |c| Some(pastes.get(at(c, PASTE, PASTES)?)?.lines().count());
        whole.chars().filter_map(lines).reduce(|all, lines| all + lines)
    }

    /// The draft, before the cursor and after it, cut to what fits around the cursor.
    pub(super) fn around_cursor(&self, prompt: &str, draft: &(String, String)) -> (String, String) {
        let (before, after) = (self.whole(&draft.0), self.whole(&draft.1));
        let Some((from, to)) = drawn_part(prompt, &before, &after, most_rows(), columns()) else {
            return (before, after);
        };
        let (hidden, drawn) = before.split_at_checked(from).unwrap_or(("", &before));
        let (drawn_after, hidden_after) = after.split_at_checked(to).unwrap_or((&after, ""));
        (self.folded_part(hidden) + drawn, drawn_after.to_owned() + &self.folded_part(hidden_after))
    }

    /// Where there is no character left, the part is drawn.
    fn folded_part(&self, part: &str) -> String {
        let stands = (!part.is_empty()).then(|| fold(&self.parts, PART, PARTS, part)).flatten();
        stands.map_or_else(|| part.to_owned(), String::from)
    }
}

/// Rows that a draft may take with its prompt.
fn most_rows() -> u32 {
    u32::from(rows() / 2).max(2)
}

/// Whether another part is to be drawn: this one is too tall, or the cursor comes near to what is not drawn.
pub(super) fn is_to_be_cut(prompt: &str, before: &str, after: &str) -> bool {
    let is_part = |c| at(c, PART, PARTS).is_some();
    let is_near = before.chars().rev().take(NEAR).any(is_part) || after.chars().take(NEAR).any(is_part);
    is_near || height(&[prompt, before, after].concat(), columns()) > most_rows()
}

/// From where on `before` is drawn, and up to where `after` is; `None`: all of both. The cursor is kept off the ends, where
/// there is something beyond them.
fn drawn_part(prompt: &str, before: &str, after: &str, most: u32, columns: u16) -> Option<(usize, usize)> {
    let takes = |parts: &[&str]| height(&parts.concat(), columns);
    if takes(&[prompt, before, after]) <= most {
        return None;
    }
    let places = |text: &str| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>();
    let for_after = takes(&[after]).min(most / 2);
    let starts = places(before);
    let rest = |from: usize| before.get(from..).unwrap_or_default();
    let is_too_tall = |from: &usize| takes(&[prompt, "…", rest(*from)]) > (most - for_after).max(1);
    let from = starts.get(starts.partition_point(is_too_tall)).copied().unwrap_or(before.len());
    let ends = places(after);
    let fits = |to: &usize| takes(&[prompt, "…", rest(from), after.get(..*to).unwrap_or_default(), "…"]) <= most;
    let to = ends.partition_point(fits).checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or_default();
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_from_the_cursor_is_not_drawn() {
        let part = |before: &str, after: &str| drawn_part("> ", before, after, 4, 10);
        assert_eq!(part("short", " and short"), None);
        // In the end, in the beginning, in the middle; each time four rows of ten.
        assert_eq!(part(&"x".repeat(100), ""), Some((74, 0)));
        assert_eq!(part("", &"x".repeat(100)), Some((0, 35)));
        let (from, to) = part(&"x".repeat(100), &"y".repeat(100)).expect("it is too tall");
        assert!((80..=90).contains(&from) && (10..=30).contains(&to), "{from} {to}");
        assert_eq!(part(&"я\n".repeat(10), ""), Some((24, 0)), "rows of one letter");
        // A window of nothing is no reason to panic.
        for columns in 0..4 {
            drawn_part("> ", "abcdef", "ghi", 2, columns);
        }
    }

    #[test]
    fn nothing_is_lost() {
        let folded = Folded::default();
        let paste = folded.pasted("line\n".repeat(9));
        assert_eq!((paste.chars().count(), folded.lines(&paste)), (1, Some(9)));
        let draft = (format!("{}{paste}", "я".repeat(5000)), "b".repeat(5000));
        let (before, after) = folded.around_cursor("> ", &draft);
        assert!(before.len() < 5000 && after.len() < 5000);
        assert_eq!((folded.whole(&before), folded.whole(&after)), draft);
        assert!(folded.text(&before).ends_with("яline\nline\nline\nline\nline\nline\nline\nline\nline\n"));
    }
}
