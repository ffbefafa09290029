//! Codes of other formats that verify: an example of our own, and the public vectors where they are beside the checkout.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::code::foreign::{ForeignKey, KeyRing, Reading, SignedForeign, VerifiedForeign, verify};
use domain::crypto::{Secret, SigningKey, VerifyingKey};
use domain::time::Timestamp;
use domain::verdict::Reason;
use serde_json::Value;

/// The formats as the public vectors call them.
pub const FORMATS: [&str; 6] = ["hcert", "shc", "nzcp", "vdsnc", "claim169", "pretix"];
/// Our own example; the first byte is the fuzzer's.
const OWN: &str = include_str!("../../crates/domain/fuzz/corpus/hcert/vector");

/// A code that verifies, and what verifies it.
pub struct Example {
    text: String,
    code: SignedForeign,
    key: VerifyingKey,
    ring: KeyRing,
    now: Timestamp,
}

impl Example {
    /// An EU certificate signed by a key for tests.
    ///
    /// # Panics
    /// If it does not verify.
    #[must_use]
    pub fn own() -> Self {
        let key = SigningKey::new(Secret::new([2; 32])).public();

        Self::of(OWN.trim_start_matches('\0'), &[key.into()]).expect("our own example verifies")
    }

    /// None where no key made the signature, or something else refuses the code.
    fn of(text: &str, keys: &[VerifyingKey]) -> Option<Self> {
        let code = Reading::default().decode(text).ok()?;
        let key = keys.iter().find(|key| bare(key, &code))?.clone();
        let ring = KeyRing::new([ForeignKey {
            key: Some(key.clone()),
            ..ForeignKey::new(code.format, code.key_id.clone())
        }]);
        let example = Self {
            text: text.to_owned(),
            now: code.issued_at.max(code.not_before).unwrap_or_default(),
            code,
            key,
            ring,
        };
        example.judge(text).ok()?;

        Some(example)
    }

    /// The text of the code.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the station's rules make of `text`, with this code's key and at its time.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn judge(&self, text: &str) -> Result<VerifiedForeign, Reason> {
        verify(&self.ring, &Reading::default().decode(text)?, self.now)
    }

    /// Whether `other` is this code, byte for byte in what is signed and in everything else that was read.
    #[must_use]
    pub fn is(&self, other: &VerifiedForeign) -> bool {
        *other.code() == self.code
    }

    /// The signature alone.
    #[must_use]
    pub fn bare(&self) -> bool {
        bare(&self.key, &self.code)
    }
}

fn bare(key: &VerifyingKey, code: &SignedForeign) -> bool {
    key.verify(code.algorithm, &code.signed, &code.signature)
        .is_ok()
}

/// The public codes of a format that a key beside them signed; none where they are not beside this checkout.
///
/// # Errors
/// A file that is there and cannot be read.
pub fn public(format: &str) -> anyhow::Result<Vec<Example>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/vectors")
        .join(format)
        .join("vectors.jsonl");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path)?;
    let lines: Vec<Value> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;

    Ok(lines.iter().filter_map(example).collect())
}

fn example(line: &Value) -> Option<Example> {
    let keys: Vec<VerifyingKey> = line["keys"]
        .as_array()?
        .iter()
        .filter_map(|key| STANDARD.decode(key["spki_der_b64"].as_str()?).ok())
        .filter_map(|der| VerifyingKey::from_spki(&der).ok())
        .collect();

    Example::of(line["qr"].as_str()?, &keys)
}
