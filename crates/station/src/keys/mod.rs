//! The key that wraps all others (SECURITY.md §6): in the keychain, behind a passphrase, or in a plain
//! file by an explicit flag. A missing or wrong key is a message; the database is never touched.

mod heads;
mod keychain;
mod record;

use domain::crypto::{Aead256, Fresh, Hardness, Secret, key_from_passphrase, label};
use domain::screen::Protection;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::folder::{Folder, FolderError};
use crate::random::{self, NoRandomness};
pub(crate) use heads::HeadKeeper;
use record::{Kdf, KeyRecord, RECORD};

/// What the user offers to open the station's keys with.
#[derive(Default)]
pub enum Unlock {
    /// The keychain. At a start: what enrolment recorded, if that needs no typing.
    #[default]
    Keychain,
    /// A plain file, 0600. At a start: what enrolment recorded, if that needs no typing.
    KeyFile,
    /// Typed text.
    Passphrase(Passphrase),
}

/// A typed passphrase, wiped on drop.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes what was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// Why the keys do not open.
#[derive(Debug, Error)]
pub enum KeyError {
    /// No record of any key: never enrolled, or `key.json` was deleted.
    #[error(
        "there is no key beside the log: put key.json back from a copy; without it the log stays closed, and nothing was changed"
    )]
    Missing,
    /// `key.json` reads as nothing known.
    #[error("key.json is damaged: put it back from a copy; nothing was changed")]
    Damaged,
    /// The key opens nothing.
    #[error(
        "the key or passphrase is not the one that this log was made with: try again; nothing was changed"
    )]
    Wrong,
    /// The station is behind a passphrase and none was given.
    #[error("this station's key is behind a passphrase: type it at start")]
    PassphraseNeeded,
    /// The keychain does not answer, or does not keep what is written.
    #[error(
        "the keychain of this system does not work ({0}): unlock it, or enrol with a passphrase or with --key-file"
    )]
    Keychain(String),
    /// The passphrase was shorter than it may be.
    #[error("the passphrase is too short: take at least 10 characters")]
    TooShort,
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// Characters that a new passphrase has at least.
const SHORTEST: usize = 10;
/// What the record seals to tell a wrong key before anything else is opened.
const CHECK: &[u8] = b"menshen station key";

/// The wrapping key, ready for use.
pub struct Kek {
    cipher: Aead256,
    protection: Protection,
    /// Its name in the keychain, where it lies in one.
    account: Option<String>,
}

impl Kek {
    /// Makes a new key and keeps it as `unlock` says: written and read back.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn create(folder: &Folder, unlock: &Unlock) -> Result<Self, KeyError> {
        let (secret, mut record) = match unlock {
            Unlock::Keychain => {
                let secret = Secret::generate(random::fresh()?);
                let account = domain::hex::encode(random::fresh::<8>()?.into_bytes());
                keychain::write(&account, &secret)?;
                (keychain::read(&account)?, KeyRecord::keychain(account))
            }
            Unlock::KeyFile => {
                let secret = Secret::generate(random::fresh()?);
                let record = KeyRecord::key_file(&secret);
                (secret, record)
            }
            Unlock::Passphrase(passphrase) => {
                if passphrase.0.chars().count() < SHORTEST {
                    return Err(KeyError::TooShort);
                }
                let kdf = Kdf::new(random::fresh()?, Hardness::STATION);
                (derive(passphrase, &kdf)?, KeyRecord::passphrase(kdf))
            }
        };
        let cipher = Aead256::new(&secret);
        record.check = domain::hex::encode(cipher.seal(CHECK, &aad("check"), random::fresh()?));
        folder.replace(RECORD, &record.to_json())?;

        Self::open(folder, unlock)
    }

    /// Opens the key that was recorded.
    ///
    /// # Errors
    /// See [`KeyError`]; after any, nothing was changed.
    pub fn open(folder: &Folder, unlock: &Unlock) -> Result<Self, KeyError> {
        let record = KeyRecord::read(folder)?;
        let protection = record.protection()?;
        let secret = match protection {
            Protection::Keychain => keychain::read(record.account()?)?,
            Protection::KeyFile => record.secret()?,
            Protection::Passphrase => match unlock {
                Unlock::Passphrase(passphrase) => derive(passphrase, record.kdf()?)?,
                Unlock::Keychain | Unlock::KeyFile => return Err(KeyError::PassphraseNeeded),
            },
        };
        let kek = Self {
            cipher: Aead256::new(&secret),
            protection,
            account: match protection {
                Protection::Keychain => Some(record.account()?.to_owned()),
                Protection::KeyFile | Protection::Passphrase => None,
            },
        };
        let check = domain::hex::decode(&record.check).ok_or(KeyError::Damaged)?;
        if kek
            .cipher
            .open(&check, &aad("check"))
            .is_ok_and(|text| text == CHECK)
        {
            Ok(kek)
        } else {
            Err(KeyError::Wrong)
        }
    }

    /// Keeps the key of the station in `from` for `to` as well: a later epoch's log lies under the same one.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn hand_on(from: &Folder, to: &Folder, unlock: &Unlock) -> Result<Self, KeyError> {
        let record = KeyRecord::read(from)?;
        to.replace(RECORD, &record.to_json())?;

        Self::open(to, unlock)
    }

    /// Who keeps heads in the keychain; none where the key does not lie in one.
    ///
    /// # Errors
    /// [`KeyError::Keychain`].
    pub fn head_keeper(&self) -> Result<Option<HeadKeeper>, KeyError> {
        self.account.clone().map(HeadKeeper::start).transpose()
    }

    /// The head of this epoch's log that the keychain has; none where it has none, or the key does not lie in one.
    ///
    /// # Errors
    /// [`KeyError::Keychain`].
    pub fn kept_head(&self, epoch: u32) -> Result<Option<Vec<u8>>, KeyError> {
        match &self.account {
            Some(account) => keychain::read_head(account, epoch),
            None => Ok(None),
        }
    }

    /// How the key is kept.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// Wraps a secret under a name, so that one cannot stand in for another.
    #[must_use]
    pub fn wrap(&self, name: &str, secret: &Secret, nonce: Fresh<12>) -> Vec<u8> {
        self.cipher.seal(secret.expose(), &aad(name), nonce)
    }

    /// The secret that was wrapped under this name.
    ///
    /// # Errors
    /// [`KeyError::Wrong`].
    pub fn unwrap(&self, name: &str, wrapped: &[u8]) -> Result<Secret, KeyError> {
        let plain = Zeroizing::new(
            self.cipher
                .open(wrapped, &aad(name))
                .map_err(|_| KeyError::Wrong)?,
        );

        Ok(Secret::new(
            plain.as_slice().try_into().map_err(|_| KeyError::Wrong)?,
        ))
    }
}

fn derive(passphrase: &Passphrase, kdf: &Kdf) -> Result<Secret, KeyError> {
    let salt = domain::hex::decode_array(&kdf.salt).ok_or(KeyError::Damaged)?;

    key_from_passphrase(passphrase.0.as_bytes(), &salt, kdf.hardness()).ok_or(KeyError::Damaged)
}

fn aad(name: &str) -> Vec<u8> {
    let mut aad = label("station-key");
    aad.extend_from_slice(name.as_bytes());
    aad
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        (data, folder)
    }

    fn words(text: &str) -> Unlock {
        Unlock::Passphrase(Passphrase::new(text.to_owned()))
    }

    #[test]
    fn a_key_file_opens_without_a_flag_and_says_what_it_is() {
        let (_data, folder) = folder();
        let made = Kek::create(&folder, &Unlock::KeyFile).unwrap();
        let wrapped = made.wrap("log", &Secret::new([7; 32]), random::fresh().unwrap());
        let opened = Kek::open(&folder, &Unlock::Keychain).unwrap();
        assert_eq!(opened.protection(), Protection::KeyFile);
        assert_eq!(*opened.unwrap("log", &wrapped).unwrap().expose(), [7; 32]);
        assert!(matches!(
            opened.unwrap("recent", &wrapped),
            Err(KeyError::Wrong)
        ));
    }

    #[test]
    fn a_wrong_passphrase_or_none_is_a_message() {
        let (_data, folder) = folder();
        Kek::create(&folder, &words("correct horse")).unwrap();
        assert!(Kek::open(&folder, &words("correct horse")).is_ok());
        assert!(matches!(
            Kek::open(&folder, &words("wrong horses")),
            Err(KeyError::Wrong)
        ));
        assert!(matches!(
            Kek::open(&folder, &Unlock::Keychain),
            Err(KeyError::PassphraseNeeded)
        ));
        assert!(matches!(
            Kek::create(&folder, &words("short")),
            Err(KeyError::TooShort)
        ));
    }

    #[test]
    fn a_deleted_or_damaged_record_is_a_message() {
        let (_data, folder) = folder();
        assert!(matches!(
            Kek::open(&folder, &Unlock::Keychain),
            Err(KeyError::Missing)
        ));
        folder.replace(RECORD, b"{}").unwrap();
        assert!(matches!(
            Kek::open(&folder, &Unlock::Keychain),
            Err(KeyError::Damaged)
        ));
    }
}
