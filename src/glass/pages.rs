//! Feature glass: the page, and the chapters of the course that it refers to; all of it is in the program, so it works
//! from anywhere and without a network. Pure.

const HTML: &str = "text/html; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
/// A chapter comes as it was written: text, whatever it holds.
const TEXT: &str = "text/plain; charset=utf-8";

macro_rules! chapter {
    ($name:literal) => {
        [
            (concat!("/course/en/", $name), TEXT, include_str!(concat!("../../docs/en/", $name))),
            (concat!("/course/ru/", $name), TEXT, include_str!(concat!("../../docs/ru/", $name))),
        ]
    };
}

/// The page itself: path, type, text.
pub(super) const PAGE: [(&str, &str, &str); 5] = [
    ("/", HTML, include_str!("page/index.html")),
    ("/picture.js", JS, include_str!("page/picture.js")),
    ("/words.js", JS, include_str!("page/words.js")),
    ("/glass.js", JS, include_str!("page/glass.js")),
    ("/style.css", CSS, include_str!("page/style.css")),
];

const COURSE: [[(&str, &str, &str); 2]; 6] = [
    chapter!("07_protocol.md"),
    chapter!("08_server.md"),
    chapter!("09_shared_state.md"),
    chapter!("10_delivery.md"),
    chapter!("11_client.md"),
    chapter!("12_ending.md"),
];

/// The type and the text of what lies at this path.
pub(super) fn find(path: &str) -> Option<(&'static str, &'static str)> {
    let mut all = PAGE.iter().chain(COURSE.iter().flatten());
    all.find(|(its, ..)| *its == path).map(|&(_, kind, text)| (kind, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_asks_no_other_server_and_needs_no_inline_code() {
        let bytes: usize = PAGE.iter().map(|(_, _, text)| text.len()).sum();
        assert!(bytes <= 30 * 1024, "{bytes} bytes");
        for (path, _, text) in PAGE {
            assert!(!text.contains("http://") && !text.contains("https://"), "{path} names another server");
            assert!(!text.contains("innerHTML") && !text.contains(" style="), "{path}: texts are texts");
        }
    }

    #[test]
    fn each_chapter_that_the_page_names_is_there() {
        let script = PAGE[2].2;
        let named: Vec<&str> = script.split('"').filter(|part| part.ends_with(".md")).collect();
        assert!(!named.is_empty());
        for name in named {
            for lang in ["en", "ru"] {
                assert!(find(&format!("/course/{lang}/{name}")).is_some(), "{name}");
            }
        }
    }
}
