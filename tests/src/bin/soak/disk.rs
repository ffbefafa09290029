//! `soak disk`: a thousand aimed kills, ten thousand power losses.

use std::path::Path;

use acceptance::disk::life::{self, Life};
use acceptance::disk::{self, Disk, report, server};
use acceptance::figures::Stopwatch;
use anyhow::bail;

/// Tries every life, and keeps the report if that was enough of it.
pub(crate) fn soak(
    (states, kills): (usize, usize),
    keeps: bool,
    seed: u64,
    date: &str,
) -> anyhow::Result<String> {
    if let Some(why) = disk::missing() {
        bail!("{why}");
    }
    let watch = Stopwatch::start();
    let disk = Disk::new(&std::env::current_exe()?)?;
    let tried = report::try_all(&disk, states, kills, seed)?;
    let text = tried.text(seed, date, watch.time());
    if keeps {
        report::keep(&text)?;
    }

    Ok(text)
}

/// A life, for the laboratory that started it.
pub(crate) fn live(life: &str, data: &Path) -> anyhow::Result<String> {
    let out = &mut std::io::stdout().lock();
    match Life::named(life) {
        Some(life) => life::live(life, data, out)?,
        None if life == server::NAME => server::live(data, out)?,
        None => bail!("nobody lives a life called {life}"),
    }

    Ok(String::new())
}
