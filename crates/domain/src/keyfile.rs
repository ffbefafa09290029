//! Key files: one secret, its role and its public half as JSON, in clear for a demonstration or under a
//! passphrase (SECURITY.md §1). Text in and out; who calls reads and writes the file, mode 0600.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cbor::{self, Value};
use crate::crypto::{
    Aead256, CannotOpen, ContentKey, Fresh, Hardness, NONCE_BYTES, OpeningKey, Secret, SigningKey,
    key_from_passphrase, label,
};
use crate::hex;

/// The only version of the form so far.
const VERSION: u32 = 1;
/// A key file is a few hundred bytes.
const MAX_BYTES: usize = 16 * 1024;

/// What a key is for. One key, one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyRole {
    /// Signs `root` and `trust`.
    Root,
    /// Signs assignments.
    Registry,
    /// Signs residents' sheets.
    Issuer,
    /// Signs test centres' slips.
    Slip,
    /// Signs manifests.
    Status,
    /// Signs answers to stations.
    Receipt,
    /// Opens USB exports.
    Exchange,
    /// Opens one week's entries.
    Sealing,
    /// Encrypts one week's status files.
    StatusSecret,
    /// Opens codes that are encrypted with AES-128-GCM.
    #[serde(rename = "content-128")]
    Content128,
    /// Opens codes that are encrypted with AES-256-GCM.
    #[serde(rename = "content-256")]
    Content256,
    /// Signs a station's rows.
    StationSigning,
    /// Opens what is sealed to a station.
    StationOpening,
}

impl KeyRole {
    /// Its word in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Registry => "registry",
            Self::Issuer => "issuer",
            Self::Slip => "slip",
            Self::Status => "status",
            Self::Receipt => "receipt",
            Self::Exchange => "exchange",
            Self::Sealing => "sealing",
            Self::StatusSecret => "status-secret",
            Self::Content128 => "content-128",
            Self::Content256 => "content-256",
            Self::StationSigning => "station-signing",
            Self::StationOpening => "station-opening",
        }
    }

    /// The public half of `secret` in this role; a status secret and a key of encrypted codes have none.
    fn public(self, secret: &Secret) -> Option<[u8; 32]> {
        let copy = || Secret::new(*secret.expose());
        match self {
            Self::Root
            | Self::Registry
            | Self::Issuer
            | Self::Slip
            | Self::Status
            | Self::Receipt
            | Self::StationSigning => Some(*SigningKey::new(copy()).public().as_bytes()),
            Self::Exchange | Self::Sealing | Self::StationOpening => {
                Some(*OpeningKey::new(secret).public().as_bytes())
            }
            Self::StatusSecret | Self::Content128 | Self::Content256 => None,
        }
    }
}

impl fmt::Display for KeyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a text is no key that we can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyFileError {
    /// Not a key file, or of a later form.
    #[error("this is no key file that this release can read")]
    Shape,
    /// The public half is not that of the secret: the file was put together from two.
    #[error("the key file's two halves do not belong together")]
    HalvesDiffer,
    /// It asks for more work than [`Hardness::LIMIT`], or for none.
    #[error("the key file's passphrase settings are outside what is allowed")]
    Hardness,
    /// Wrong passphrase, or the file was altered.
    #[error("the passphrase does not open the key file, or the file was altered")]
    CannotOpen,
    /// It is under a passphrase, and none was given.
    #[error("the key file is under a passphrase")]
    Locked,
}

/// A secret and what it is for. No `Debug`, no `Clone`.
pub struct KeyFile {
    /// What it is for.
    pub role: KeyRole,
    /// Belongs to a demonstration.
    pub demo: bool,
    secret: Secret,
}

impl KeyFile {
    /// Takes a secret for a role.
    #[must_use]
    pub fn new(role: KeyRole, demo: bool, secret: Secret) -> Self {
        Self { role, demo, secret }
    }

    /// Takes a key of encrypted codes; one of 16 bytes is followed by 16 zeros.
    #[must_use]
    pub fn of_content(key: &ContentKey, demo: bool) -> Self {
        let bytes = key.expose();
        let (role, secret) = match bytes.try_into() {
            Ok(all) => (KeyRole::Content256, Secret::new(all)),
            Err(_) => (KeyRole::Content128, Secret::new(padded(bytes))),
        };

        Self::new(role, demo, secret)
    }

    /// What a file's text says that its key is for, without opening it: nothing vouches for it.
    ///
    /// # Errors
    /// [`KeyFileError::Shape`].
    pub fn claimed_role(text: &str) -> Result<KeyRole, KeyFileError> {
        if text.len() > MAX_BYTES {
            return Err(KeyFileError::Shape);
        }
        let form: Form = serde_json::from_str(text).map_err(|_| KeyFileError::Shape)?;

        Ok(form.role)
    }

    /// Reads a file's text; one under a passphrase is opened by what `passphrase` gives.
    ///
    /// # Errors
    /// See [`KeyFileError`]; [`KeyFileError::Locked`] where a passphrase is needed and there is none.
    pub fn read(text: &str, passphrase: Option<&[u8]>) -> Result<Self, KeyFileError> {
        if text.len() > MAX_BYTES {
            return Err(KeyFileError::Shape);
        }
        let form: Form = serde_json::from_str(text).map_err(|_| KeyFileError::Shape)?;
        if form.menshen_key != VERSION {
            return Err(KeyFileError::Shape);
        }
        let public = form
            .public
            .as_deref()
            .map(|digits| hex::decode_array(digits).ok_or(KeyFileError::Shape))
            .transpose()?;
        let secret = match (form.secret, form.sealed) {
            (Some(digits), None) => {
                Secret::new(hex::decode_array(&digits).ok_or(KeyFileError::Shape)?)
            }
            (None, Some(sealed)) => sealed.open(
                passphrase.ok_or(KeyFileError::Locked)?,
                &place(form.role, form.demo, public),
            )?,
            (None, None) | (Some(_), Some(_)) => return Err(KeyFileError::Shape),
        };
        if form.role.public(&secret) != public {
            return Err(KeyFileError::HalvesDiffer);
        }

        Ok(Self::new(form.role, form.demo, secret))
    }

    /// Whether a file's text asks for a passphrase.
    #[must_use]
    pub fn is_locked(text: &str) -> bool {
        Self::read(text, None).is_err_and(|error| error == KeyFileError::Locked)
    }

    /// The file's text with the secret in clear: for demonstrations, and where the folder is the guard.
    #[must_use]
    pub fn in_clear(&self) -> String {
        self.form(Some(hex::encode(self.secret.expose())), None)
    }

    /// The file's text with the secret under `passphrase`.
    ///
    /// # Errors
    /// [`KeyFileError::Hardness`].
    pub fn locked(
        &self,
        passphrase: &[u8],
        hardness: Hardness,
        salt: Fresh<16>,
        nonce: Fresh<NONCE_BYTES>,
    ) -> Result<String, KeyFileError> {
        let salt = salt.into_bytes();
        let key = key_from_passphrase(passphrase, &salt, hardness).ok_or(KeyFileError::Hardness)?;
        let aad = place(self.role, self.demo, self.role.public(&self.secret));
        let sealed = Aead256::new(&key).seal(self.secret.expose(), &aad, nonce);
        let (nonce, text) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(KeyFileError::Shape)?;

        Ok(self.form(
            None,
            Some(Sealed {
                kdf: Kdf {
                    argon2id: Argon2id {
                        m_kib: hardness.memory_kib,
                        t: hardness.passes,
                        p: 1,
                        salt: hex::encode(salt),
                    },
                },
                nonce: hex::encode(nonce),
                ciphertext: hex::encode(text),
            }),
        ))
    }

    /// The secret as it is, for a status secret.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The secret as a key of encrypted codes; `None` for another role, and for what [`KeyFile::of_content`] does not make.
    #[must_use]
    pub fn content_key(&self) -> Option<ContentKey> {
        let bytes = self.secret.expose();
        match self.role {
            KeyRole::Content256 => ContentKey::new(bytes),
            KeyRole::Content128 => {
                let (key, zeros) = bytes.split_first_chunk::<16>()?;
                (*zeros == [0; 16]).then(|| ContentKey::new(key)).flatten()
            }
            KeyRole::Root
            | KeyRole::Registry
            | KeyRole::Issuer
            | KeyRole::Slip
            | KeyRole::Status
            | KeyRole::Receipt
            | KeyRole::Exchange
            | KeyRole::Sealing
            | KeyRole::StatusSecret
            | KeyRole::StationSigning
            | KeyRole::StationOpening => None,
        }
    }

    /// The secret as an Ed25519 key.
    #[must_use]
    pub fn into_signing_key(self) -> SigningKey {
        SigningKey::new(self.secret)
    }

    /// The secret as an X25519 key.
    #[must_use]
    pub fn into_opening_key(self) -> OpeningKey {
        OpeningKey::new(&self.secret)
    }

    fn form(&self, secret: Option<String>, sealed: Option<Sealed>) -> String {
        let form = Form {
            menshen_key: VERSION,
            role: self.role,
            demo: self.demo,
            public: self.role.public(&self.secret).map(hex::encode),
            secret,
            sealed,
        };
        let mut text = serde_json::to_string_pretty(&form)
            .expect("a form of numbers and texts is always JSON");
        text.push('\n');
        text
    }
}

fn padded(key: &[u8]) -> [u8; 32] {
    let mut all = [0; 32];
    for (to, from) in all.iter_mut().zip(key) {
        *to = *from;
    }

    all
}

/// The file as it stands on the disk.
#[derive(Serialize, Deserialize)]
struct Form {
    menshen_key: u32,
    role: KeyRole,
    #[serde(default)]
    demo: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(flatten)]
    sealed: Option<Sealed>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    kdf: Kdf,
    nonce: String,
    #[serde(rename = "box")]
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
struct Kdf {
    argon2id: Argon2id,
}

#[derive(Serialize, Deserialize)]
struct Argon2id {
    m_kib: u32,
    t: u32,
    p: u32,
    salt: String,
}

impl Sealed {
    fn open(&self, passphrase: &[u8], aad: &[u8]) -> Result<Secret, KeyFileError> {
        let settings = &self.kdf.argon2id;
        let salt = hex::decode_array(&settings.salt).ok_or(KeyFileError::Shape)?;
        let hardness = Hardness {
            memory_kib: settings.m_kib,
            passes: settings.t,
        };
        if settings.p != 1 {
            return Err(KeyFileError::Hardness);
        }
        let key = key_from_passphrase(passphrase, &salt, hardness).ok_or(KeyFileError::Hardness)?;
        let mut sealed = hex::decode(&self.nonce).ok_or(KeyFileError::Shape)?;
        sealed.extend(hex::decode(&self.ciphertext).ok_or(KeyFileError::Shape)?);
        let plain = Aead256::new(&key)
            .open(&sealed, aad)
            .map_err(|CannotOpen| KeyFileError::CannotOpen)?;
        let secret = plain.try_into().map_err(|_| KeyFileError::Shape)?;

        Ok(Secret::new(secret))
    }
}

/// Binds role, demo flag and public half to the sealed secret.
fn place(role: KeyRole, demo: bool, public: Option<[u8; 32]>) -> Vec<u8> {
    let public = public.map_or(Value::Null, Value::bytes);
    let mut place = label("key-file");
    place.extend(cbor::encode(&Value::Array(vec![
        Value::text(role.word()),
        Value::Bool(demo),
        public,
    ])));
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    const EASY: Hardness = Hardness {
        memory_kib: 64,
        passes: 1,
    };

    fn key(role: KeyRole) -> KeyFile {
        KeyFile::new(role, true, Secret::new([7; 32]))
    }

    fn locked(role: KeyRole) -> String {
        key(role)
            .locked(b"word", EASY, Fresh::new([1; 16]), Fresh::new([2; 12]))
            .unwrap()
    }

    #[test]
    fn a_key_in_clear_comes_back_with_its_role_and_its_demo_mark() {
        for role in [KeyRole::Issuer, KeyRole::Sealing, KeyRole::StatusSecret] {
            let back = KeyFile::read(&key(role).in_clear(), None).ok().unwrap();
            assert_eq!(back.role, role);
            assert!(back.demo);
            assert_eq!(back.secret().expose(), &[7; 32]);
        }
    }

    #[test]
    fn a_key_of_encrypted_codes_comes_back_in_its_length_and_from_no_other_role() {
        for (bytes, role) in [
            (&[7; 16][..], KeyRole::Content128),
            (&[7; 32], KeyRole::Content256),
        ] {
            let file = KeyFile::of_content(&ContentKey::new(bytes).unwrap(), true);
            let locked = file
                .locked(b"word", EASY, Fresh::new([1; 16]), Fresh::new([2; 12]))
                .unwrap();
            for text in [file.in_clear(), locked] {
                assert_eq!(KeyFile::claimed_role(&text), Ok(role));
                let back = KeyFile::read(&text, Some(b"word")).ok().unwrap();
                let key = back.content_key().unwrap();
                assert_eq!((back.role, key.expose()), (role, bytes));
            }
        }
        assert!(key(KeyRole::StatusSecret).content_key().is_none());
        let unfilled = key(KeyRole::Content128).content_key();
        assert!(unfilled.is_none(), "its last 16 bytes are not zero");
        let words = [KeyRole::Content128, KeyRole::Content256].map(KeyRole::word);
        assert_eq!(words, ["content-128", "content-256"]);
    }

    #[test]
    fn a_locked_key_opens_by_its_passphrase_alone() {
        let text = locked(KeyRole::Root);
        assert!(KeyFile::is_locked(&text));
        assert!(!text.contains(&hex::encode([7; 32])));
        let open = |word| KeyFile::read(&text, word).map(|key| *key.secret().expose());
        assert_eq!(open(Some(b"word")), Ok([7; 32]));
        assert_eq!(open(Some(b"Word")), Err(KeyFileError::CannotOpen));
        assert_eq!(open(None), Err(KeyFileError::Locked));
    }

    #[test]
    fn a_locked_key_cannot_be_given_another_role_or_lose_its_demo_mark() {
        for (from, to) in [("root", "registry"), ("true", "false")] {
            let altered = locked(KeyRole::Root).replace(from, to);
            assert_eq!(
                KeyFile::read(&altered, Some(b"word")).err(),
                Some(KeyFileError::CannotOpen)
            );
        }
    }

    #[test]
    fn halves_of_two_keys_other_files_and_greedy_settings_are_refused() {
        let other = KeyFile::new(KeyRole::Issuer, true, Secret::new([8; 32])).in_clear();
        let mixed = key(KeyRole::Issuer)
            .in_clear()
            .replace(&hex::encode([7; 32]), &hex::encode([8; 32]));
        assert_ne!(mixed, other);
        let greedy = locked(KeyRole::Root).replace("\"m_kib\": 64", "\"m_kib\": 4000000000");
        let later = key(KeyRole::Issuer)
            .in_clear()
            .replace("\"menshen_key\": 1", "\"menshen_key\": 2");
        for (text, error) in [
            (mixed.as_str(), KeyFileError::HalvesDiffer),
            (greedy.as_str(), KeyFileError::Hardness),
            (later.as_str(), KeyFileError::Shape),
            ("{}", KeyFileError::Shape),
            ("", KeyFileError::Shape),
        ] {
            assert_eq!(KeyFile::read(text, Some(b"word")).err(), Some(error));
        }
    }
}
