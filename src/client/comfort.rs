//! Comfort: what makes the client pleasant to use, and no lesson needs: what is typed and shown, in which language and
//! colours, and a lost server that is found again. Touches nothing itself.

pub(super) mod back;
pub(super) mod clock;
pub(super) mod connecting;
#[cfg(feature = "editor")]
mod editor;
pub(super) mod history;
pub(super) mod lang;
pub(super) mod look;
pub(super) mod meant;
pub(super) mod others;
pub(super) mod prompt;
pub(super) mod raw;
pub(super) mod resume;
pub(super) mod screen;
mod seam;
pub(super) mod sent_lines;
#[cfg_attr(not(feature = "editor"), expect(dead_code, reason = "most of it is asked for by the editor's prompt"))]
pub(super) mod talk;
pub(super) mod transcript;
pub(super) mod waiting;
