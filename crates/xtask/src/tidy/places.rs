//! Nothing of the machine a change was made on: no folder of its owner, no host its packages came from.

use super::{Source, Violation};

/// Written in two halves, so that this file does not find itself.
const FOLDERS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
    concat!("/wo", "rk/"),
];

const HOSTS: &[&str] = &[
    concat!("deb.debian", ".org"),
    concat!("files.pythonhosted", ".org"),
    concat!("index.crates", ".io"),
    concat!("pypi", ".org"),
    concat!("registry.npmjs", ".org"),
    concat!("static.crates", ".io"),
];

pub(super) fn check(source: &Source) -> Vec<Violation> {
    let is_lock = source.path.ends_with("Cargo.lock") || source.path.ends_with("package-lock.json");
    let mut violations = Vec::new();
    for (at, line) in source.text.lines().enumerate() {
        for folder in FOLDERS.iter().filter(|folder| names_folder(line, folder)) {
            violations
                .push(source.violation(at + 1, format!("{folder}.. is a place on one machine")));
        }
        for host in HOSTS
            .iter()
            .filter(|host| !is_lock && line.contains(**host))
        {
            violations.push(source.violation(
                at + 1,
                format!("{host} is for the package client's own settings"),
            ));
        }
    }

    violations
}

/// A path that starts there, and goes on with somebody's name: neither `data/root/` nor `/home/<you>`.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let starts = line
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|before| {
                !before.is_alphanumeric()
                    && !matches!(before, '.' | '_' | '-' | '~' | '}' | ')' | '>' | '/' | '*')
            });
        let goes_on = line
            .get(at + folder.len()..)
            .and_then(|after| after.chars().next())
            .is_some_and(|after| after.is_lowercase() || after == '.' || after == '_');

        starts && goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn each_folder_and_host_is_found() {
        for folder in FOLDERS {
            assert_eq!(
                check(&source(
                    "docs/a.md",
                    &format!("x\nsee {folder}someone/file")
                ))
                .len(),
                1,
                "{folder}"
            );
        }
        for host in HOSTS {
            assert_eq!(
                check(&source("docs/a.md", &format!("https://{host}/x"))).len(),
                1,
                "{host}"
            );
        }
    }

    #[test]
    fn lock_files_may_name_where_packages_come_from() {
        let text = format!("\"resolved\": \"https://{}/x\"", HOSTS.join(" "));

        assert_eq!(check(&source("ui/package-lock.json", &text)), []);
    }

    #[test]
    fn paths_within_the_project_and_blanks_to_fill_in_are_fine() {
        for folder in FOLDERS {
            assert_eq!(
                check(&source(
                    "docs/a.md",
                    &format!("data{folder}x {folder}<you> {folder}")
                )),
                [],
                "{folder}"
            );
        }
    }
}
