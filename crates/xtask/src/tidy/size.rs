//! A file that nobody reads to the end hides things.

use super::{Source, Violation};

const MOST: usize = 600;

pub(super) fn check(source: &Source) -> Vec<Violation> {
    let lines = source.text.lines().count();
    let counted = ["rs", "svelte", "ts"]
        .iter()
        .any(|extension| source.is(extension));
    if !counted || source.path.ends_with(".d.ts") || lines <= MOST {
        return Vec::new();
    }

    vec![source.violation(
        MOST + 1,
        format!("{lines} lines: split the file by its subjects, {MOST} are the most"),
    )]
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn a_file_of_600_lines_is_fine_and_one_of_601_is_not() {
        for path in ["a/b.rs", "ui/b.ts", "ui/b.svelte"] {
            assert_eq!(check(&source(path, &"x\n".repeat(600))), []);
            assert_eq!(check(&source(path, &"x\n".repeat(601))).len(), 1, "{path}");
        }
        assert_eq!(check(&source("README.md", &"x\n".repeat(601))), []);
    }
}
