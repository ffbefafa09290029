//! `root`: the three keys that everything else hangs on.

use super::{DocumentError, Header};
use crate::cbor::{Fields, Value, WrongShape};
use crate::cose::Sign;
use crate::crypto::{PublicKey, SigningKey, sha256};
use crate::time::DAY;

const TYP: &str = "root";
/// 64 KiB (SECURITY.md §8).
const MAX_BYTES: usize = 64 * 1024;
/// A root lives ten years at most; it is replaced by version, not by age.
const MAX_LIFE: i64 = 3_653 * DAY;

/// Who may sign a `trust` document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Authority, version, times.
    pub header: Header,
    /// The keys.
    pub keys: Vec<PublicKey>,
    /// How many distinct keys must sign; at least 2.
    pub threshold: usize,
    /// A demonstration: refused by a real station, DEMO on every screen.
    pub demo: bool,
}

impl Root {
    /// The signed document.
    #[must_use]
    pub fn sign(&self, keys: &[&SigningKey]) -> Vec<u8> {
        let mut entries = self.header.entries();
        entries.extend([
            (
                Value::text("keys"),
                Value::Array(
                    self.keys
                        .iter()
                        .map(|k| Value::bytes(k.as_bytes()))
                        .collect(),
                ),
            ),
            (
                Value::text("threshold"),
                Value::from(u64::try_from(self.threshold).unwrap_or(u64::MAX)),
            ),
            (Value::text("demo"), Value::Bool(self.demo)),
        ]);

        Sign::sign(TYP, &Value::Map(entries), keys)
    }

    /// Takes the first root, known by the hash that came with the enrolment.
    ///
    /// # Errors
    /// See [`DocumentError`]; [`DocumentError::NotSigned`] also where the hash is another.
    pub fn first(bytes: &[u8], expected_hash: &[u8; 32]) -> Result<Self, DocumentError> {
        if sha256(&[bytes]) != *expected_hash {
            return Err(DocumentError::NotSigned);
        }

        Self::self_signed(bytes)
    }

    /// Reads a root that is signed by a threshold of its own keys. Whether it may replace another, or
    /// be a first one, is the caller's to know.
    ///
    /// # Errors
    /// See [`DocumentError`].
    pub fn self_signed(bytes: &[u8]) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge);
        }
        let signed = Sign::read(TYP, bytes)?;
        let root = Self::from_value(
            signed
                .unverified_payload()
                .map_err(crate::cose::CoseError::from)?,
        )?;
        root.check()?;
        if signed.verify(&root.keys, root.threshold).is_none() {
            return Err(DocumentError::NotSigned);
        }

        Ok(root)
    }

    fn check(&self) -> Result<(), DocumentError> {
        self.header.check_life(MAX_LIFE)?;
        let mut distinct = self.keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if self.threshold < 2
            || self.threshold > self.keys.len()
            || distinct.len() != self.keys.len()
            || self.keys.len() > 8
        {
            return Err(DocumentError::Content);
        }

        Ok(())
    }

    fn from_value(value: Value) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value)?;
        let header = Header::take(&mut fields)?;
        let raw: Vec<[u8; 32]> = fields.list("keys", |key| key.as_array().ok_or(WrongShape))?;
        let keys = raw
            .into_iter()
            .map(PublicKey::new)
            .collect::<Result<_, _>>()?;
        let threshold = fields.get("threshold", |value| usize::try_from(value.as_u64()?).ok())?;
        let demo = fields.get("demo", Value::as_bool)?;
        fields.end()?;

        Ok(Self {
            header,
            keys,
            threshold,
            demo,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Secret, WeakKey};
    use crate::ids::AuthorityId;
    use crate::time::Timestamp;

    fn key(byte: u8) -> SigningKey {
        SigningKey::new(Secret::new([byte; 32]))
    }

    fn root() -> Root {
        Root {
            header: Header {
                authority: AuthorityId([1; 16]),
                version: 1,
                issued_at: Timestamp(0),
                expires: Timestamp(DAY),
            },
            keys: vec![key(1).public(), key(2).public(), key(3).public()],
            threshold: 2,
            demo: true,
        }
    }

    #[test]
    fn a_root_is_taken_by_its_hash_and_two_of_its_own_signatures() {
        let bytes = root().sign(&[&key(1), &key(3)]);
        assert_eq!(Root::first(&bytes, &sha256(&[&bytes])), Ok(root()));
        assert_eq!(Root::first(&bytes, &[0; 32]), Err(DocumentError::NotSigned));
    }

    #[test]
    fn one_signature_twice_or_a_foreign_key_is_not_enough() {
        for signers in [[&key(1), &key(1)], [&key(1), &key(9)]] {
            let bytes = root().sign(&signers);
            assert_eq!(Root::self_signed(&bytes), Err(DocumentError::NotSigned));
        }
    }

    #[test]
    fn a_root_with_threshold_one_or_a_doubled_key_is_refused() {
        let lax = Root {
            threshold: 1,
            ..root()
        };
        let doubled = Root {
            keys: vec![key(1).public(), key(1).public()],
            ..root()
        };
        for root in [lax, doubled] {
            let bytes = root.sign(&[&key(1), &key(2)]);
            assert_eq!(Root::self_signed(&bytes), Err(DocumentError::Content));
        }
    }

    #[test]
    fn a_root_with_a_low_order_key_is_refused() {
        let weak = Value::Map({
            let mut entries = root().header.entries();
            entries.extend([
                (
                    Value::text("keys"),
                    Value::Array(vec![
                        Value::bytes([0; 32]),
                        Value::bytes(key(1).public().as_bytes()),
                    ]),
                ),
                (Value::text("threshold"), Value::from(2_u8)),
                (Value::text("demo"), Value::Bool(false)),
            ]);
            entries
        });
        let bytes = Sign::sign(TYP, &weak, &[&key(1)]);
        assert_eq!(
            Root::self_signed(&bytes),
            Err(DocumentError::WeakKey(WeakKey))
        );
    }
}
