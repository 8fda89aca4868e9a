//! Feature check: a run as one JSON object, for a program that reads many. Pure.

use super::{Summary, got, needs_told};
use crate::check::broken::in_lang;
use crate::check::steps::Kind;
use crate::check::{Done, Outcome, page, verdict};
use crate::client::Lang;

/// `{"error": ...}`: there was nothing to check.
pub(super) fn failure(line: &str) -> String {
    format!("{{\"status\":2,\"error\":{}}}", string(line))
}

/// The summary, and each check.
pub(super) fn run(done: &[Done], summary: &Summary, lang: Lang) -> String {
    let checks: Vec<String> = done.iter().map(|done| check(done, lang)).collect();
    let first = summary.first_to_mend.map_or("null".to_owned(), |check| string(check.name));
    format!(
        "{{\"status\":{},\"step\":{},\"first_to_mend\":{first},\"hold\":{},\"broken\":{},\"not_run\":{},\"checks\":[\n{}\n]}}",
        verdict(done) as u8,
        summary.step.map_or("null".to_owned(), |step| step.to_string()),
        summary.hold,
        summary.broken,
        summary.not_run,
        checks.join(",\n")
    )
}

fn check(done: &Done, lang: Lang) -> String {
    let check = done.check;
    let kind = match check.kind {
        Kind::Core => "core",
        Kind::Manners => "manners",
        Kind::Extra => "extra",
    };
    let mut fields = vec![
        ("name", string(check.name)),
        ("step", check.step.to_string()),
        ("kind", string(kind)),
        ("wants", string(in_lang(check.wants, lang))),
        ("chapter", string(&page(check.chapter, lang))),
    ];
    match &done.outcome {
        Outcome::Holds => fields.push(("outcome", string("holds"))),
        Outcome::NotRun(needs) => {
            fields.push(("outcome", string("not run")));
            fields.push(("needs", string(&needs_told(*needs, lang))));
        }
        Outcome::Broken(broken) => {
            fields.push(("outcome", string("broken")));
            fields.push(("sent", string(&broken.sent)));
            fields.push(("expected", string(&broken.wanted.told(lang))));
            fields.push(("got", string(&got(broken, lang))));
            fields.push(("after_ms", broken.after.as_millis().to_string()));
            fields.push(("why", string(in_lang(check.why, lang))));
            fields.push(("talk", list(&done.talk)));
            fields.push(("last_lines", list(&done.last_lines)));
        }
    }
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

fn list(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| string(line)).collect();
    format!("[{}]", lines.join(","))
}

/// A JSON string, with its quotes.
fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted += &format!("\\u{:04x}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("a\"b\\c\nd\u{1}я"), "\"a\\\"b\\\\c\\nd\\u0001я\"");
    }
}
