//! Enrolment: a one-time token that the authority handed over becomes a station with keys of its own
//! (SECURITY.md §4).

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::cbor::{self, Value};
use crate::crypto::{BadSignature, PublicKey, SealingKey, SigningKey, WeakKey, label, sha256};

/// What the authority hands over, as a file or a code: where the centre is and how to know it. Its `Debug`
/// tells no token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// The centre's address, `https://...`.
    pub url: String,
    /// The one-time token, 32 hexadecimal digits; good for 15 minutes.
    pub token: String,
    /// The authority, 32 hexadecimal digits.
    pub authority: String,
    /// SHA-256 of the root document, 64 hexadecimal digits.
    pub root_sha256: String,
    /// SHA-256 of the public key (SPKI) that the centre's TLS shows, 64 hexadecimal digits; without it a
    /// CA decides.
    pub spki_sha256: Option<String>,
}

impl fmt::Debug for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairing")
            .field("url", &self.url)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

/// 128 random bits that are good for one enrolment within 15 minutes. Wiped on drop.
pub struct PairingToken([u8; 16]);

impl PairingToken {
    /// Seconds that a token is good for.
    pub const LIFE: i64 = 900;

    /// Takes a token.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, to hand over.
    #[must_use]
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// What the centre keeps of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&[&self.0])
    }
}

impl Drop for PairingToken {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A station's wish to be enrolled.
pub struct EnrolRequest {
    /// The token.
    pub token: PairingToken,
    /// The station's new signing key.
    pub signing_key: PublicKey,
    /// The station's new key for sealed secrets.
    pub sealing_key: SealingKey,
    signature: [u8; 64],
}

impl EnrolRequest {
    /// A request for the holder of `key`.
    #[must_use]
    pub fn new(token: PairingToken, key: &SigningKey, sealing_key: SealingKey) -> Self {
        let signature = key.sign(&message(&token, &key.public(), &sealing_key));

        Self {
            token,
            signing_key: key.public(),
            sealing_key,
            signature,
        }
    }

    /// cbor(\[token, ed25519, x25519, signature\]).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(vec![
            Value::bytes(self.token.0),
            Value::bytes(self.signing_key.as_bytes()),
            Value::bytes(self.sealing_key.as_bytes()),
            Value::bytes(self.signature),
        ]))
    }

    /// Reads a request; both keys are checked here, where they enter.
    ///
    /// # Errors
    /// [`WeakKey`] for such a key; none inside for what is no request.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, WeakKey> {
        let Some((token, signing_key, sealing_key, signature)) = members(bytes) else {
            return Ok(None);
        };

        Ok(Some(Self {
            token: PairingToken::new(token),
            signing_key: PublicKey::new(signing_key)?,
            sealing_key: SealingKey::new(sealing_key)?,
            signature,
        }))
    }

    /// Checks that the sender holds the signing key.
    ///
    /// # Errors
    /// See [`BadSignature`].
    pub fn verify(&self) -> Result<(), BadSignature> {
        let message = message(&self.token, &self.signing_key, &self.sealing_key);

        self.signing_key.verify(&message, &self.signature)
    }

    /// The twelve digits that station and console show before the assignment is signed.
    #[must_use]
    pub fn code(&self) -> String {
        pair_code(&self.signing_key, &self.sealing_key, &self.token)
    }
}

/// What an enrolled station is told before its assignment: cbor(\[root, trust\]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// The root document.
    pub root: Vec<u8>,
    /// The trust document.
    pub trust: Vec<u8>,
}

impl Enrolled {
    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(&Value::Array(vec![
            Value::bytes(&self.root),
            Value::bytes(&self.trust),
        ]))
    }

    /// Reads it; neither document is verified here.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 4).ok()?;
        let [root, trust] = value.as_items()? else {
            return None;
        };

        Some(Self {
            root: root.as_bytes()?.to_vec(),
            trust: trust.as_bytes()?.to_vec(),
        })
    }
}

/// The first 8 bytes of SHA-256(L("pair") ‖ both public keys ‖ pairing token) mod 10^12, as
/// `1234 5678 9012`.
#[must_use]
pub fn pair_code(
    signing_key: &PublicKey,
    sealing_key: &SealingKey,
    token: &PairingToken,
) -> String {
    let hash = sha256(&[
        &label("pair"),
        signing_key.as_bytes(),
        sealing_key.as_bytes(),
        &token.0,
    ]);
    let number = u64::from_be_bytes(*hash.first_chunk().expect("SHA-256 gives 32 bytes"))
        % 1_000_000_000_000;
    let (high, low) = (number / 100_000_000, number % 100_000_000);

    format!("{high:04} {:04} {:04}", low / 10_000, low % 10_000)
}

type Members = ([u8; 16], [u8; 32], [u8; 32], [u8; 64]);

fn members(bytes: &[u8]) -> Option<Members> {
    let value = cbor::decode(bytes, 8).ok()?;
    let [token, signing_key, sealing_key, signature] = value.as_items()? else {
        return None;
    };

    Some((
        token.as_array()?,
        signing_key.as_array()?,
        sealing_key.as_array()?,
        signature.as_array()?,
    ))
}

/// L("enrol") ‖ SHA-256(token) ‖ both public keys.
fn message(token: &PairingToken, signing_key: &PublicKey, sealing_key: &SealingKey) -> Vec<u8> {
    let mut message = label("enrol");
    message.extend_from_slice(&token.hash());
    message.extend_from_slice(signing_key.as_bytes());
    message.extend_from_slice(sealing_key.as_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pairing_tells_no_token_in_a_debug_line() {
        let pairing = Pairing {
            url: "https://centre.example".to_owned(),
            token: "00112233445566778899aabbccddeeff".to_owned(),
            authority: "01".repeat(16),
            root_sha256: "02".repeat(32),
            spki_sha256: None,
        };
        let line = format!("{pairing:?}");
        assert!(line.contains("centre.example"), "{line}");
        assert!(!line.contains(&pairing.token), "{line}");
    }
}
