//! For the checks of all exercises: whether an answer is the student's own.

/// Ends the check where `mine.rs` takes its answer from `solution.rs`, or from the answers of others.
pub(crate) fn is_own(mine: &str) {
    let code = mine.lines().filter_map(|line| line.split("//").next());
    let code: String = code.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    for file in ["solution", "other"] {
        let taken = ["::FILE", "FILE::", "FILE.rs", "{FILE", ",FILE"].map(|form| form.replace("FILE", file));
        let is_taken = taken.iter().any(|form| code.contains(form.as_str()));
        assert!(!is_taken, "mine.rs takes its answer from {file}.rs: write your own");
    }
}
