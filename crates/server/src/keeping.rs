//! The commands that keep what is stored: backup, restore, verify.

use std::path::Path;

use anyhow::{Result, bail};
use domain::time::Timestamp;
use server::backup;
use server::folder::Folder;
use server::store::sqlite::{self, SqliteRegister, SqliteStore, Verified};
use server::store::{ChainId, Register, Store};

use crate::say;

/// Faults that are told one by one.
const TOLD: usize = 100;

pub(crate) fn back_up(folder: &Folder, to: &Path, now: Timestamp) -> Result<()> {
    let list = backup::back_up(folder, to, now)?;
    let bytes: u64 = list.files.iter().map(|file| file.bytes).sum();

    say(&format!(
        "{} databases, {bytes} bytes, are in {}; keys are not: keep authority/, server/keys and server/tls apart",
        list.files.len(),
        to.display()
    ))
}

pub(crate) fn restore(from: &Path, folder: &Folder) -> Result<()> {
    let list = backup::restore(from, folder)?;
    say(&format!(
        "{} databases restored to {}",
        list.files.len(),
        folder.server().display()
    ))?;
    // The heads follow the days that were copied after them.
    SqliteStore::open(folder, 1)?.close();

    verify(folder)
}

pub(crate) fn verify(folder: &Folder) -> Result<()> {
    let register = SqliteRegister::open(folder)?;
    let starts = |chain: &ChainId| {
        let known = register.known(chain.station, chain.epoch)?;

        Ok(known.map(|known| known.starts).unwrap_or_default())
    };
    let lock = folder.lock()?;
    let verified = sqlite::verify(folder, lock.is_none(), starts)?;
    tell(&verified)
}

fn tell(verified: &Verified) -> Result<()> {
    for fault in verified.faults.iter().take(TOLD) {
        say(&format!("FAULT  {fault}"))?;
    }
    if verified.unfinished > 0 {
        say(&format!(
            "the server was killed in its last commit: {} entries are ahead of the heads, which the next start brings up",
            verified.unfinished
        ))?;
    }
    say(&format!(
        "{} days, {} chains, {} entries: {} faults",
        verified.days,
        verified.chains,
        verified.rows,
        verified.faults.len()
    ))?;
    if !verified.faults.is_empty() {
        bail!("what is stored is not whole");
    }

    Ok(())
}
