//! The command that takes a stick in.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use server::clock::Clock;
use server::folder::Folder;
use server::usb::{self, UsbError};
use zeroize::Zeroizing;

use crate::say;

/// By this process, or by the server that runs on the folder.
pub(crate) fn import(
    folder: &Folder,
    passphrase: Option<Zeroizing<Vec<u8>>>,
    at: &Path,
    clock: Arc<dyn Clock>,
) -> Result<()> {
    let (good, lines) = match usb::import(folder, passphrase, at, clock) {
        Err(UsbError::Running(_)) => usb::ask_running(folder, at)?,
        outcome => {
            let report = outcome?;
            (report.is_good(), report.lines())
        }
    };
    for line in &lines {
        say(line)?;
    }
    if !good {
        bail!("not everything on the stick could be done: see above; what was stored stays stored");
    }

    Ok(())
}
