//! Which examples cargo has built beside this test: those with `required-features` only where the features are on.

use std::fs;
use std::path::Path;

/// The feature that an example needs and that this build lacks; `None` where it is built.
pub(crate) fn lacking(example: &str) -> Option<String> {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest = manifest.expect("the project has a Cargo.toml");
    let of_example = manifest.split("[[example]]").find(|part| part.contains(&format!("name = \"{example}\"")))?;
    let needed = of_example.lines().find_map(|line| line.strip_prefix("required-features = [\""))?;
    let needed = needed.trim_end_matches("\"]");
    let is_on = match needed {
        "database" => cfg!(feature = "database"),
        other => panic!("{example} needs {other}: say here when that is on"),
    };
    (!is_on).then(|| needed.to_owned())
}
