//! `key.json`: how the station's key is kept, and at level 0 the key itself.

use domain::crypto::{Fresh, Hardness, Secret};
use domain::screen::Protection;
use serde::{Deserialize, Serialize};

use super::KeyError;
use crate::folder::Folder;

/// The file's name.
pub(super) const RECORD: &str = "key.json";
/// The file is some hundred bytes.
const MAX_BYTES: u64 = 4 * 1024;
const VERSION: u8 = 1;

/// What the file says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRecord {
    menshen_station_key: u8,
    protection: Protection,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kdf: Option<Kdf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// A known text under the key.
    pub(super) check: String,
}

/// How a passphrase becomes a key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kdf {
    argon2id_memory_kib: u32,
    passes: u32,
    /// 16 bytes in hexadecimal.
    pub(super) salt: String,
}

impl Kdf {
    pub(super) fn new(salt: Fresh<16>, hardness: Hardness) -> Self {
        Self {
            argon2id_memory_kib: hardness.memory_kib,
            passes: hardness.passes,
            salt: domain::hex::encode(salt.into_bytes()),
        }
    }

    pub(super) fn hardness(&self) -> Hardness {
        Hardness {
            memory_kib: self.argon2id_memory_kib,
            passes: self.passes,
        }
    }
}

impl KeyRecord {
    pub(super) fn keychain(account: String) -> Self {
        Self {
            account: Some(account),
            ..Self::of(Protection::Keychain)
        }
    }

    pub(super) fn key_file(secret: &Secret) -> Self {
        Self {
            secret: Some(domain::hex::encode(secret.expose())),
            ..Self::of(Protection::KeyFile)
        }
    }

    pub(super) fn passphrase(kdf: Kdf) -> Self {
        Self {
            kdf: Some(kdf),
            ..Self::of(Protection::Passphrase)
        }
    }

    fn of(protection: Protection) -> Self {
        Self {
            menshen_station_key: VERSION,
            protection,
            account: None,
            kdf: None,
            secret: None,
            check: String::new(),
        }
    }

    pub(super) fn read(folder: &Folder) -> Result<Self, KeyError> {
        let bytes = folder.read(RECORD, MAX_BYTES)?.ok_or(KeyError::Missing)?;

        serde_json::from_slice(&bytes).map_err(|_| KeyError::Damaged)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a record of texts and numbers is always JSON")
    }

    pub(super) fn protection(&self) -> Result<Protection, KeyError> {
        if self.menshen_station_key == VERSION {
            Ok(self.protection)
        } else {
            Err(KeyError::Damaged)
        }
    }

    pub(super) fn account(&self) -> Result<&str, KeyError> {
        self.account.as_deref().ok_or(KeyError::Damaged)
    }

    pub(super) fn kdf(&self) -> Result<&Kdf, KeyError> {
        self.kdf.as_ref().ok_or(KeyError::Damaged)
    }

    pub(super) fn secret(&self) -> Result<Secret, KeyError> {
        self.secret
            .as_deref()
            .and_then(domain::hex::decode_array)
            .map(Secret::new)
            .ok_or(KeyError::Damaged)
    }
}
