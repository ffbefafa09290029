//! Where things lie: the checkout, its tracked files, the built programs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    failure::{Failure, Outcome},
    process,
};

/// The checkout's folder.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);

    here.ancestors()
        .nth(2)
        .map_or_else(|| here.clone(), Path::to_path_buf)
}

/// The folder of the screens' sources.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// Cargo's target folder: this program lies in `TARGET/debug`, wherever TARGET was put.
pub(crate) fn target() -> Outcome<PathBuf> {
    let own = std::env::current_exe().map_err(|error| {
        Failure::broken(format!("cannot tell where this program lies: {error}"))
    })?;

    own.ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .ok_or_else(|| {
            Failure::broken(format!(
                "{} does not lie in cargo's target folder",
                own.display()
            ))
        })
}

/// The folder of the programs that cargo built without optimising them.
pub(crate) fn programs() -> Outcome<PathBuf> {
    Ok(target()?.join("debug"))
}

/// The program `name` as cargo built it.
pub(crate) fn built(name: &str, release: bool) -> Outcome<PathBuf> {
    let profile = if release { "release" } else { "debug" };

    Ok(target()?
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The files that are committed or about to be, relative to the root, with forward slashes.
pub(crate) fn files() -> Outcome<Vec<String>> {
    let listed = process::capture(
        Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root()),
    )?;
    let mut files: Vec<String> = listed
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();

    Ok(files)
}
