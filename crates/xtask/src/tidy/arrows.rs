//! Which of our packages may depend on which: every arrow points down.

use super::{Source, Violation};

const PACKAGES: &[&str] = &[
    "acceptance",
    "domain",
    "menshen",
    "menshen-desktop",
    "menshen-server",
    "reader",
    "reading",
    "station",
    "stick",
    "xtask",
];

/// A manifest and the packages of ours that it may name.
const ARROWS: &[(&str, &[&str])] = &[
    ("crates/cli/Cargo.toml", &["domain", "reader", "station"]),
    ("crates/domain/Cargo.toml", &[]),
    ("crates/reader/Cargo.toml", &[]),
    ("crates/server/Cargo.toml", &["domain", "stick"]),
    ("crates/station/Cargo.toml", &["domain", "reader", "stick"]),
    ("crates/stick/Cargo.toml", &["domain"]),
    ("crates/xtask/Cargo.toml", &[]),
    ("src-tauri/Cargo.toml", &["domain", "station"]),
    (
        "tests/Cargo.toml",
        &["domain", "menshen", "menshen-server", "reader", "station"],
    ),
    ("tests/reading/Cargo.toml", &["reader"]),
];

pub(super) fn check(source: &Source) -> Vec<Violation> {
    let Some((_, allowed)) = ARROWS.iter().find(|(path, _)| *path == source.path) else {
        return Vec::new();
    };
    let mut violations = Vec::new();
    let mut in_dependencies = false;
    for (at, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            in_dependencies = table.ends_with("dependencies");
            if let Some((_, name)) = table.split_once("dependencies.") {
                violations.extend(judge(source, at + 1, name, allowed));
            }
        } else if in_dependencies {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            violations.extend(judge(source, at + 1, name.trim_matches('"'), allowed));
        }
    }

    violations
}

fn judge(source: &Source, line: usize, name: &str, allowed: &[&str]) -> Option<Violation> {
    if source.path == "crates/xtask/Cargo.toml" && !name.is_empty() && !name.starts_with('#') {
        return Some(source.violation(
            line,
            format!("xtask starts in seconds because it depends on nothing, not even {name}"),
        ));
    }
    if PACKAGES.contains(&name) && !allowed.contains(&name) {
        return Some(source.violation(
            line,
            format!("this package may not depend on {name}: every arrow points down"),
        ));
    }

    None
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn server_and_station_may_not_name_each_other() {
        let server = "[dependencies]\ndomain.workspace = true\nstation.workspace = true\n";
        let station = "[dev-dependencies]\nmenshen-server = { path = \"../server\" }\n";

        assert_eq!(lines("crates/server/Cargo.toml", server), [3]);
        assert_eq!(lines("crates/station/Cargo.toml", station), [2]);
    }

    #[test]
    fn every_arrow_that_is_not_drawn_is_found() {
        for (path, allowed) in ARROWS {
            for package in PACKAGES.iter().filter(|package| !allowed.contains(package)) {
                assert_eq!(
                    lines(path, &format!("[dependencies]\n{package} = \"1\"")),
                    [2],
                    "{path} {package}"
                );
                assert_eq!(
                    lines(path, &format!("[dependencies.{package}]\n")),
                    [1],
                    "{path} {package}"
                );
            }
            if *path != "crates/xtask/Cargo.toml" {
                assert_eq!(
                    lines(
                        path,
                        &format!(
                            "[dependencies]\n{}.workspace = true",
                            allowed.join(".workspace = true\n")
                        )
                    ),
                    []
                );
            }
        }
    }

    #[test]
    fn xtask_depends_on_nothing_at_all() {
        assert_eq!(
            lines(
                "crates/xtask/Cargo.toml",
                "[dependencies]\nanyhow.workspace = true\n\n[lints]\nworkspace = true\n"
            ),
            [2]
        );
    }

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&source(path, text))
            .iter()
            .map(|violation| violation.line)
            .collect()
    }
}
