//! Feature check: the checks, by steps of the ladder. Each is a row of data (what it wants and why, in both languages,
//! and the chapter that explains it) and a function that plays it.

use super::Settings;
use super::bench::Bench;
use super::broken::{Broken, Words};

mod echo;
mod ending;
mod group;
mod hostile;
mod lines;
mod names;
mod private;
mod slow;
mod words;

/// What a check counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Has to hold.
    Core,
    /// Has to hold too, but nobody is harmed where it does not.
    Manners,
    /// Depends on figures of the machine, and never changes the exit status.
    Extra,
}

/// One check.
pub(super) struct Check {
    /// What `--only` calls it.
    pub(super) name: &'static str,
    /// The step of the ladder that brings it.
    pub(super) step: u8,
    pub(super) kind: Kind,
    /// What has to hold first.
    pub(super) needs: &'static [&'static str],
    /// The page, without its ending.
    pub(super) chapter: &'static str,
    /// What is wanted, in one sentence.
    pub(super) wants: Words,
    /// Why, and what is mostly wrong where it does not hold.
    pub(super) why: Words,
    /// Needs a server that was started here.
    pub(super) stops_the_server: bool,
    pub(super) run: fn(&Bench<'_>) -> Result<(), Broken>,
}

impl Check {
    /// Of the first step, without which nothing else can be tried.
    const FIRST: Check = Check {
        name: "",
        step: 1,
        kind: Kind::Core,
        needs: &[],
        chapter: "",
        wants: ["", ""],
        why: ["", ""],
        stops_the_server: false,
        run: |_| Ok(()),
    };
}

/// What each step adds.
pub(super) const STEPS: [Words; 10] = [
    ["a server that answers one", "сервер отвечает одному"],
    ["two at once", "двое сразу"],
    ["lines", "строки"],
    ["names", "имена"],
    ["the welcome and the group", "приветствие и общий чат"],
    ["the private talk and the words", "личный разговор и особые слова"],
    ["one order, and a reader who stops", "один порядок и остановившийся читатель"],
    ["many readers who stop, and one who is late", "много остановившихся и один опоздавший"],
    ["leaving and stopping in order", "уход и остановка по порядку"],
    ["empty, huge and hostile input", "пустой, огромный и враждебный ввод"],
];

/// All checks, step by step.
fn all() -> impl Iterator<Item = &'static Check> {
    let files = [echo::CHECKS, lines::CHECKS, names::CHECKS, group::CHECKS, private::CHECKS];
    let more = [words::CHECKS, slow::CHECKS, ending::CHECKS, hostile::CHECKS];
    files.into_iter().chain(more).flatten()
}

/// The checks that are asked for, the extra ones last.
pub(super) fn chosen(settings: &Settings) -> Vec<&'static Check> {
    let is_named = |check: &&Check| settings.only.is_empty() || settings.only.iter().any(|name| name == check.name);
    let checks = all().filter(|check| settings.step.is_none_or(|step| check.step <= step));
    let mut checks: Vec<&Check> =
        checks.filter(|check| !settings.core || check.kind != Kind::Extra).filter(is_named).collect();
    // A server may slow down whoever has written much: so what writes much comes last.
    checks.sort_by_key(|check| check.kind == Kind::Extra);
    checks
}

/// The names of all checks.
pub(super) fn names() -> Vec<&'static str> {
    all().map(|check| check.name).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn checks_stand_in_order_with_a_page_in_both_languages_and_need_only_what_stands_before() {
        let mut before: Vec<&Check> = Vec::new();
        for check in all() {
            assert!(before.last().is_none_or(|last| last.step <= check.step), "{} stands too late", check.name);
            assert!(before.iter().all(|other| other.name != check.name), "{} is there twice", check.name);
            for needs in check.needs {
                assert!(before.iter().any(|other| other.name == *needs), "{} needs {needs}", check.name);
            }
            for language in ["en", "ru"] {
                let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(language).join(check.chapter);
                assert!(page.with_extension("md").exists(), "{}: {}", check.name, page.display());
            }
            let is_russian = |text: &str| text.chars().any(|c| ('а'..='я').contains(&c));
            for [english, russian] in [check.wants, check.why] {
                assert!(!english.is_empty() && !is_russian(english) && is_russian(russian), "{}", check.name);
            }
            before.push(check);
        }
    }
}
