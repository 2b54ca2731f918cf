//! Counts tests from the result lines of cargo and of Node.

use std::fmt::{self, Display};
use std::ops::AddAssign;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

/// From `test result: ok. 6 passed; 0 failed; 1 ignored; …`, one line per test program.
pub fn cargo(line: &str) -> Option<Tally> {
    let counts = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?.1;
    let of = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some(Tally { passed: of(" passed")?, failed: of(" failed")?, skipped: of(" ignored")? })
}

/// From `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0`, `ℹ skipped 0`, `ℹ todo 0`: one line per kind, once per run.
pub fn node(line: &str) -> Option<Tally> {
    let (kind, count) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let count = count.parse().ok()?;
    match kind {
        "pass" => Some(Tally { passed: count, ..Tally::default() }),
        "fail" | "cancelled" => Some(Tally { failed: count, ..Tally::default() }),
        "skipped" | "todo" => Some(Tally { skipped: count, ..Tally::default() }),
        _ => None,
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(to, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Tally, cargo, node};

    #[test]
    fn cargo_counts_each_program_and_takes_no_other_line_for_a_result() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(cargo(line), Some(Tally { passed: 12, failed: 3, skipped: 1 }));
        assert_eq!(cargo("test result::says_so ... ok"), None);
        assert_eq!(cargo("running 6 tests"), None);
    }

    #[test]
    fn node_counts_a_cancelled_test_as_failed_and_does_not_count_suites() {
        assert_eq!(node("ℹ pass 3"), Some(Tally { passed: 3, failed: 0, skipped: 0 }));
        assert_eq!(node("ℹ cancelled 2"), Some(Tally { passed: 0, failed: 2, skipped: 0 }));
        assert_eq!(node("ℹ suites 4"), None);
        assert_eq!(node("ℹ duration_ms 1200.5"), None);
        assert_eq!(node("✔ pass 3"), None);
    }

    #[test]
    fn the_last_line_names_skipped_tests_only_where_there_are_any() {
        let none = Tally { passed: 2, failed: 0, skipped: 0 };
        assert_eq!(none.to_string(), "2 passed, 0 failed");
        assert_eq!(Tally { skipped: 1, ..none }.to_string(), "2 passed, 0 failed, 1 skipped");
    }
}
