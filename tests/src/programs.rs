//! The programs as built, beside whoever asks.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, ensure};

/// `menshen`.
///
/// # Errors
/// It cannot be built.
pub fn menshen() -> anyhow::Result<PathBuf> {
    program("menshen")
}

/// `menshen-server`.
///
/// # Errors
/// It cannot be built.
pub fn menshen_server() -> anyhow::Result<PathBuf> {
    program("menshen-server")
}

/// Names the folder of programs that were built just now, so that the stories need not build them.
pub const BUILT_IN: &str = "MENSHEN_PROGRAMS";

/// Cargo builds the programs of other packages only where those are tested too, so they are built here once,
/// in the profile of whoever asks: never an old one. `cargo xtask test` has built them with everything else.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    let folder = folder
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))?;

    Ok(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

fn build() -> anyhow::Result<PathBuf> {
    if let Some(folder) = std::env::var_os(BUILT_IN) {
        return Ok(PathBuf::from(folder));
    }
    let own = std::env::current_exe()?;
    let folder = own
        .ancestors()
        .find(|folder| {
            matches!(
                folder.file_name().and_then(|n| n.to_str()),
                Some("debug" | "release")
            )
        })
        .context("a program that cargo built lies under debug or release")?;
    let target = folder
        .parent()
        .context("a profile's folder lies in the target folder")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            "menshen",
            "--package",
            "menshen-server",
        ])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    ensure!(
        cargo.status()?.success(),
        "menshen and menshen-server do not build"
    );

    Ok(folder.to_owned())
}
