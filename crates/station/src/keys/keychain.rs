//! Level 2: Windows Credential Manager, macOS Keychain, Linux Secret Service. Never kernel keyutils,
//! which forget at reboot: the crate's default features do not build them.

use domain::crypto::Secret;
use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::KeyError;

const SERVICE: &str = "menshen-station";

/// Keeps the key under an account name of its own.
pub(super) fn write(account: &str, secret: &Secret) -> Result<(), KeyError> {
    entry(account)?
        .set_secret(secret.expose())
        .map_err(|error| refused(&error))
}

/// The key as the keychain has it.
pub(super) fn read(account: &str) -> Result<Secret, KeyError> {
    let bytes = match entry(account)?.get_secret() {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(Error::NoEntry) => return Err(KeyError::Missing),
        Err(error) => return Err(refused(&error)),
    };

    Ok(Secret::new(
        bytes.as_slice().try_into().map_err(|_| KeyError::Damaged)?,
    ))
}

/// Keeps a head beside the key, one for each epoch.
pub(super) fn write_head(account: &str, epoch: u32, slot: &[u8]) -> Result<(), KeyError> {
    entry(&head_account(account, epoch))?
        .set_secret(slot)
        .map_err(|error| refused(&error))
}

/// The head that [`write_head`] kept last.
pub(super) fn read_head(account: &str, epoch: u32) -> Result<Option<Vec<u8>>, KeyError> {
    match entry(&head_account(account, epoch))?.get_secret() {
        Ok(slot) => Ok(Some(slot)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

fn head_account(account: &str, epoch: u32) -> String {
    format!("{account}.head.{epoch}")
}

fn entry(account: &str) -> Result<Entry, KeyError> {
    if let Err(error) = Entry::store_status() {
        return Err(refused(error));
    }

    Entry::new(SERVICE, account).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> KeyError {
    KeyError::Keychain(error.to_string())
}
