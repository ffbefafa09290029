//! Counts tests from what their runners print: cargo's own, cargo-nextest and vitest.

use std::collections::BTreeMap;

/// What was heard so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u32,
    pub(crate) failed: u32,
    skipped: u32,
    /// Tests that said they skipped themselves: their runner counts them among those that passed.
    moved: u32,
    /// Why tests were skipped, and how many for that reason.
    reasons: BTreeMap<String, u32>,
    /// The test whose output is being heard, until it says that it skipped itself.
    speaker: Option<String>,
    /// The output of a test that passed is of no interest, but for a reason to skip.
    quiet: bool,
}

impl Tally {
    /// Takes a line of a runner's output in, and says whether it is worth showing.
    pub(crate) fn hear(&mut self, line: &str) -> bool {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.cargo(result);
        } else if let Some((_, summary)) = line
            .split_once("Summary [")
            .filter(|_| !line.starts_with("    test"))
        {
            self.nextest(summary);
        } else if let Some(summary) = line.trim_start().strip_prefix("Tests  ") {
            self.vitest(summary);
        } else if let Some(reason) = line.trim_start().strip_prefix("SKIPPED:") {
            return self.skips_itself(reason.trim());
        }

        self.changes_speaker(line);
        !self.quiet || is_status(line)
    }

    /// Notes a suite that this machine cannot run.
    pub(crate) fn leave_out(&mut self, what: &str, why: &str) {
        self.skip(format!("{what}: {why}"), 1);
    }

    /// The reasons to skip, one a line.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = String> {
        self.reasons.iter().map(|(reason, count)| match count {
            1 => reason.clone(),
            count => format!("{reason} ({count} times)"),
        })
    }

    /// The closing line.
    pub(crate) fn count(&self) -> String {
        format!(
            "{} passed, {} failed, {} skipped",
            self.passed.saturating_sub(self.moved),
            self.failed,
            self.skipped
        )
    }

    /// `ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s`
    fn cargo(&mut self, result: &str) {
        let result = result.split_once(". ").map_or(result, |(_, counts)| counts);
        for part in result.split(';') {
            self.add(part, &["passed"], &["failed"], &["ignored"]);
        }
    }

    /// `   0.070s] 3/4 tests run: 2 passed (1 slow, 1 leaky), 1 failed, 1 timed out, 1 skipped`
    fn nextest(&mut self, summary: &str) {
        let Some((_, counts)) = summary.split_once("run: ") else {
            return;
        };
        let mut depth = 0_u32;
        let plain: String = counts
            .chars()
            .filter(|char| {
                match char {
                    '(' => depth += 1,
                    ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0
            })
            .collect();
        for part in plain.replace(')', "").split(',') {
            self.add(
                part,
                &["passed"],
                &["failed", "exec failed", "timed out"],
                &["skipped"],
            );
        }
    }

    /// `1 failed | 11 passed | 2 skipped | 1 todo (15)`
    fn vitest(&mut self, summary: &str) {
        let counts = summary
            .split_once('(')
            .map_or(summary, |(counts, _)| counts);
        for part in counts.split('|') {
            self.add(part, &["passed"], &["failed"], &["skipped", "todo"]);
        }
    }

    fn add(&mut self, part: &str, passed: &[&str], failed: &[&str], skipped: &[&str]) {
        let Some((number, word)) = part.trim().split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<u32>() else {
            return;
        };
        if passed.contains(&word) {
            self.passed += number;
        } else if failed.contains(&word) {
            self.failed += number;
        } else if skipped.contains(&word) && number > 0 {
            self.skip("marked in its source as not to be run".to_owned(), number);
        }
    }

    /// A test may give several reasons and is still one test.
    fn skips_itself(&mut self, reason: &str) -> bool {
        let Some(speaker) = self.speaker.take() else {
            return true;
        };
        self.skip(format!("{speaker}: {reason}"), 1);
        self.moved += 1;

        true
    }

    fn skip(&mut self, reason: String, count: u32) {
        *self.reasons.entry(reason).or_default() += count;
        self.skipped += count;
    }

    /// Cargo heads a test's output with `---- name stdout ----`, nextest with `PASS [   0.004s] (1/3) package name`.
    fn changes_speaker(&mut self, line: &str) {
        if let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            self.speaker = Some(name.to_owned());
        } else if is_status(line) {
            let passed = line.trim_start().starts_with("PASS [");
            self.speaker = line
                .rsplit_once(") ")
                .map(|(_, name)| name.trim().to_owned())
                .filter(|_| passed);
            self.quiet = passed;
        } else if line.starts_with("──") || line.starts_with("     Summary [") {
            self.quiet = false;
        }
    }
}

/// nextest's line about a test: right-aligned to twelve characters, then the time.
fn is_status(line: &str) -> bool {
    const WORDS: [&str; 8] = [
        "PASS [",
        "FAIL [",
        "LEAK [",
        "SLOW [",
        "ABORT [",
        "SIGABRT [",
        "SIGSEGV [",
        "TIMEOUT [",
    ];
    let text = line.trim_start();

    (line.len() - text.len()) >= 4 && WORDS.iter().any(|word| text.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXTEST: &str = "\
    Starting 3 tests across 1 binary (1 test skipped)
        PASS [   0.004s] (1/3) nx tests::a_pass
  stdout ───

    running 1 test
    test tests::a_pass ... ok

    test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s

        PASS [   0.004s] (2/3) nx tests::a_skip
  stdout ───

    running 1 test
    SKIPPED: no sun
    test tests::a_skip ... ok

        FAIL [   0.069s] (3/3) nx tests::a_fail
  stdout ───

    running 1 test
    hello
────────────
     Summary [   0.070s] 3 tests run: 2 passed (1 slow, 1 leaky), 1 failed, 1 skipped
        FAIL [   0.069s] (3/3) nx tests::a_fail";

    const CARGO: &str = "\
running 3 tests
test tests::a_pass ... ok
test tests::a_skip ... ok

successes:

---- tests::a_skip stdout ----
SKIPPED: no sun
SKIPPED: no moon either

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.06s
test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.06s";

    #[test]
    fn nextest_is_counted_by_its_summary_alone() {
        let (tally, _) = heard(NEXTEST);

        assert_eq!(tally.count(), "1 passed, 1 failed, 2 skipped");
        assert_eq!(
            reasons(&tally),
            [
                "marked in its source as not to be run",
                "nx tests::a_skip: no sun"
            ]
        );
    }

    #[test]
    fn the_output_of_tests_that_passed_is_not_shown_but_that_of_the_others_is() {
        let (_, shown) = heard(NEXTEST);

        assert_eq!(
            shown
                .iter()
                .filter(|line| line.contains("running 1 test"))
                .count(),
            1
        );
        assert_eq!(
            shown
                .iter()
                .filter(|line| line.contains("PASS [") || line.contains("SKIPPED"))
                .count(),
            3
        );
        assert!(shown.iter().any(|line| line.contains("hello")));
        assert!(shown.iter().any(|line| line.contains("Summary")));
    }

    #[test]
    fn cargo_is_counted_over_all_its_binaries_and_a_test_skips_itself_once() {
        let (tally, _) = heard(CARGO);

        assert_eq!(tally.count(), "6 passed, 1 failed, 2 skipped");
        assert_eq!(
            reasons(&tally),
            [
                "marked in its source as not to be run",
                "tests::a_skip: no sun"
            ]
        );
    }

    #[test]
    fn tests_that_never_ended_or_never_started_are_failures() {
        let (tally, _) = heard(
            "     Summary [   9.1s] 3/9 tests run: 1 passed, 1 timed out, 1 exec failed, 0 skipped",
        );

        assert_eq!(tally.count(), "1 passed, 2 failed, 0 skipped");
    }

    #[test]
    fn vitest_is_counted() {
        let (tally, _) =
            heard(" Test Files  2 passed (2)\n      Tests  1 failed | 11 passed | 2 skipped (14)");

        assert_eq!(tally.count(), "11 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn a_suite_that_was_left_out_is_named() {
        let mut tally = Tally::default();
        tally.leave_out("the window's tests", "no webview");

        assert_eq!(
            (tally.count(), reasons(&tally)),
            (
                "0 passed, 0 failed, 1 skipped".to_owned(),
                vec!["the window's tests: no webview".to_owned()]
            )
        );
    }

    fn heard(text: &str) -> (Tally, Vec<&str>) {
        let mut tally = Tally::default();
        let shown = text.lines().filter(|line| tally.hear(line)).collect();

        (tally, shown)
    }

    fn reasons(tally: &Tally) -> Vec<String> {
        tally.reasons().collect()
    }
}
