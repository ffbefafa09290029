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

/// Cargo builds the programs of other packages only where those are tested too, so they are built here once,
/// in the profile of whoever asks: never an old one.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    let folder = folder
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))?;

    Ok(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

fn build() -> anyhow::Result<PathBuf> {
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
