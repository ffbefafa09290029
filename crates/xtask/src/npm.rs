//! npm in the screens' folder.

use std::{path::Path, process::Command};

use crate::{failure::Outcome, process, say, tree};

/// npm, which on Windows is a script that has to be called by its full name.
pub(crate) fn npm() -> Command {
    let mut npm = Command::new(if cfg!(target_os = "windows") {
        "npm.cmd"
    } else {
        "npm"
    });
    let ui = tree::ui();
    if ui.is_dir() {
        npm.current_dir(ui);
    }

    npm
}

/// Brings the packages that package-lock.json names, without their install scripts, unless they are there.
pub(crate) fn install() -> Outcome {
    if !is_stale(&tree::ui()) {
        return Ok(());
    }
    say::line("bringing the screens' packages: npm ci --ignore-scripts");

    process::run(npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// Whether package-lock.json is newer than what was installed from it.
fn is_stale(ui: &Path) -> bool {
    let changed = |path: &str| {
        std::fs::metadata(ui.join(path))
            .and_then(|file| file.modified())
            .ok()
    };

    match (
        changed("package-lock.json"),
        changed("node_modules/.package-lock.json"),
    ) {
        (Some(wanted), Some(installed)) => wanted > installed,
        (None | Some(_), None) => true,
        (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn packages_are_brought_when_missing_or_older_than_their_list() {
        let ui = std::env::temp_dir().join(format!("menshen-xtask-npm-{}", std::process::id()));
        fs::create_dir_all(ui.join("node_modules")).unwrap();
        fs::write(ui.join("package-lock.json"), "{}").unwrap();
        assert!(is_stale(&ui));

        fs::write(ui.join("node_modules/.package-lock.json"), "{}").unwrap();
        assert!(!is_stale(&ui));

        let installed = fs::metadata(ui.join("node_modules/.package-lock.json"))
            .unwrap()
            .modified()
            .unwrap();
        let list = fs::File::options()
            .write(true)
            .open(ui.join("package-lock.json"))
            .unwrap();
        list.set_modified(installed + std::time::Duration::from_secs(1))
            .unwrap();
        assert!(is_stale(&ui));

        fs::remove_dir_all(&ui).unwrap();
    }
}
