//! The authority's passphrase: typed on the terminal, or from the file that `MENSHEN_PASSPHRASE_FILE` names.

use std::cell::OnceCell;
use std::env;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{Failure, files};

/// Names a file with the passphrase in its first line.
pub(crate) const VARIABLE: &str = "MENSHEN_PASSPHRASE_FILE";
/// A passphrase has at least this many characters.
const SHORTEST: usize = 12;

/// A passphrase, wiped on drop.
pub(crate) type Passphrase = Zeroizing<Vec<u8>>;

/// A passphrase that is asked for when the first locked key needs it, and then kept.
#[derive(Default)]
pub(crate) struct Later {
    known: OnceCell<Passphrase>,
}

impl Later {
    /// Keeps a passphrase that was chosen a moment ago; one that is known already stays.
    pub(crate) fn known(&self, passphrase: Passphrase) {
        let _ = self.known.set(passphrase);
    }

    /// The passphrase.
    ///
    /// # Errors
    /// No terminal and no file.
    pub(crate) fn give(&self) -> Result<&Passphrase, Failure> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let given = enter("Passphrase of the authority: ")?;

        Ok(self.known.get_or_init(|| given))
    }
}

/// A new passphrase, typed twice.
///
/// # Errors
/// Too short, typed differently, no terminal and no file.
pub(crate) fn choose() -> Result<Passphrase, Failure> {
    let chosen = if let Some(path) = file() {
        from_file(&path)?
    } else {
        let chosen = ask("New passphrase: ")?;
        if ask("The same again: ")? != chosen {
            return Err(Failure::Refused(
                "the two passphrases differ: nothing was made, start again".to_owned(),
            ));
        }
        chosen
    };
    if String::from_utf8_lossy(&chosen).chars().count() < SHORTEST {
        return Err(Failure::Refused(format!(
            "a passphrase needs at least {SHORTEST} characters: take four or five words"
        )));
    }

    Ok(chosen)
}

/// A passphrase that is known already, typed once.
///
/// # Errors
/// No terminal and no file.
pub(crate) fn enter(prompt: &str) -> Result<Passphrase, Failure> {
    match file() {
        Some(path) => from_file(&path),
        None => ask(prompt),
    }
}

fn file() -> Option<PathBuf> {
    env::var_os(VARIABLE).map(PathBuf::from)
}

fn from_file(path: &Path) -> Result<Passphrase, Failure> {
    let text = Zeroizing::new(files::read_text(path)?);
    let line = text.lines().next().unwrap_or_default();

    Ok(Zeroizing::new(line.as_bytes().to_vec()))
}

fn ask(prompt: &str) -> Result<Passphrase, Failure> {
    rpassword::prompt_password(prompt)
        .map(|typed| Zeroizing::new(typed.into_bytes()))
        .map_err(|error| {
            Failure::Refused(format!(
                "no passphrase can be asked for here ({error}): run this in a terminal, or name a file with {VARIABLE}"
            ))
        })
}
