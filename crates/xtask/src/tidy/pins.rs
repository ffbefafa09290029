//! A workflow's action is pinned by the hash of its commit: a tag can be moved to other code.

use super::{Source, Violation};

pub(super) fn check(source: &Source) -> Vec<Violation> {
    if !source.path.starts_with(".github/") || !(source.is("yml") || source.is("yaml")) {
        return Vec::new();
    }

    source
        .text
        .lines()
        .enumerate()
        .filter_map(|(at, line)| Some((at, action(line)?)))
        .filter(|(_, action)| !is_pinned(action))
        .map(|(at, action)| {
            source.violation(
                at + 1,
                format!("{action} is not pinned by the 40 digits of a commit"),
            )
        })
        .collect()
}

fn action(line: &str) -> Option<&str> {
    let value = line.trim().trim_start_matches("- ").strip_prefix("uses:")?;

    value
        .split_whitespace()
        .next()
        .map(|action| action.trim_matches(['"', '\'']))
}

fn is_pinned(action: &str) -> bool {
    action.starts_with("./")
        || action.rsplit_once('@').is_some_and(|(_, hash)| {
            hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn a_tag_is_found_and_a_hash_is_fine() {
        let text = "steps:\n  - uses: actions/checkout@v4\n  - uses: a/b@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2\n  - uses: ./local\n    uses: c/d\n";
        let lines: Vec<usize> = check(&source(".github/workflows/ci.yml", text))
            .iter()
            .map(|violation| violation.line)
            .collect();

        assert_eq!(lines, [2, 5]);
    }
}
