//! The native paper code: `MS1:` + base45 (RFC 9285) of a `COSE_Sign1` over a CWT (DESIGN.md §4,
//! SECURITY.md §2 `code`).

use std::fmt;

use crate::cbor::{self, Value};
use crate::cose::{EDDSA, sig_structure1, tagged, untag_limited};
use crate::crypto::{PublicKey, SigningKey};
use crate::ids::Handle;
use crate::screen::HolderClass;
use crate::time::Timestamp;
use crate::verdict::Reason;

/// What every native code begins with.
pub const PREFIX: &str = "MS1:";
/// The longest native code (SECURITY.md §8), prefix included.
pub const MAX_TEXT: usize = 700;

const TAG_SIGN1: u64 = 18;
/// A native code holds some 30 data items.
const MAX_ITEMS: usize = 64;
const CLAIM_ISS: i64 = 1;
const CLAIM_EXP: i64 = 4;
const CLAIM_IAT: i64 = 6;
/// `status` (IETF Token Status List, CWT claim key 65535).
const CLAIM_STATUS: i64 = 65_535;
/// Our private claim with what the paper says of its holder.
const CLAIM_HOLDER: i64 = -65_540;

/// Everything that a native code says. Its `Debug` tells nothing of the holder, so that no log can.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who signed it: the name of an issuer in `trust`.
    pub issuer: String,
    /// Issued at.
    pub issued_at: Timestamp,
    /// Valid before this second.
    pub expires: Timestamp,
    /// Which status list, byte for byte as in `trust`.
    pub status_uri: String,
    /// Which place in it.
    pub status_index: u64,
    /// Whose.
    pub handle: Handle,
    /// Masked name as printed.
    pub name: String,
    /// Birth year.
    pub birth_year: u16,
    /// Holder class.
    pub class: HolderClass,
    /// The last four characters of the ID document.
    pub last_four: String,
    /// On a test centre's slip only: when the sample was taken, and what came of it.
    pub slip: Option<Slip>,
}

/// A test result on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Sampled at.
    pub sampled_at: Timestamp,
    /// The result.
    pub result: TestResult,
}

/// What came of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestResult {
    /// Nothing found.
    Negative,
    /// Found.
    Positive,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .field("issued_at", &self.issued_at)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Claims {
    /// The text of the code, signed by `key`.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        let protected = protected(key.public().kid().short());
        let payload = cbor::encode(&self.to_value());
        let signature = key.sign(&sig_structure1(&protected, &[], &payload));
        let bytes = cbor::encode(&tagged(
            TAG_SIGN1,
            protected,
            payload,
            Value::bytes(signature),
        ));

        format!("{PREFIX}{}", base45::encode(bytes))
    }

    fn to_value(&self) -> Value {
        let mut holder = vec![
            (Value::int(1), Value::bytes(self.handle.0)),
            (Value::int(2), Value::text(&self.name)),
            (Value::int(3), Value::from(self.birth_year)),
            (Value::int(4), Value::from(class_number(self.class))),
            (Value::int(5), Value::text(&self.last_four)),
        ];
        if let Some(slip) = self.slip {
            let result = match slip.result {
                TestResult::Negative => 1_u8,
                TestResult::Positive => 2,
            };
            holder.push((
                Value::int(6),
                Value::Array(vec![Value::int(slip.sampled_at.0), Value::from(result)]),
            ));
        }
        let status_list = Value::map([
            ("idx", Value::from(self.status_index)),
            ("uri", Value::text(&self.status_uri)),
        ]);

        Value::Map(vec![
            (Value::int(CLAIM_ISS), Value::text(&self.issuer)),
            (Value::int(CLAIM_EXP), Value::int(self.expires.0)),
            (Value::int(CLAIM_IAT), Value::int(self.issued_at.0)),
            (
                Value::int(CLAIM_STATUS),
                Value::map([("status_list", status_list)]),
            ),
            (Value::int(CLAIM_HOLDER), Value::Map(holder)),
        ])
    }

    /// Exactly the claims {1, 4, 6, 65535, -65540}, each of its own type.
    fn from_value(value: Value) -> Option<Self> {
        let mut claims = Numbered::of(value)?;
        let mut holder = Numbered::of(claims.take(CLAIM_HOLDER)?)?;
        let status_list = one_field(claims.take(CLAIM_STATUS)?, "status_list")?;
        let mut status = cbor::Fields::of(status_list).ok()?;
        let read = Self {
            issuer: text(&claims.take(CLAIM_ISS)?)?,
            issued_at: Timestamp(claims.take(CLAIM_IAT)?.as_i64()?),
            expires: Timestamp(claims.take(CLAIM_EXP)?.as_i64()?),
            status_uri: status.text("uri").ok()?,
            status_index: status.get("idx", Value::as_u64).ok()?,
            handle: Handle(holder.take(1)?.as_array()?),
            name: text(&holder.take(2)?)?,
            birth_year: u16::try_from(holder.take(3)?.as_u64()?).ok()?,
            class: class_from_number(holder.take(4)?.as_u64()?)?,
            last_four: text(&holder.take(5)?)?,
            slip: holder
                .take(6)
                .map(|slip| slip_from(&slip).ok_or(()))
                .transpose()
                .ok()?,
        };
        (claims.is_empty() && holder.is_empty() && status.end().is_ok()).then_some(read)
    }
}

/// A native code whose structure is right and whose signature nobody has checked yet. Its claims are
/// out of reach until then, and out of its `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedCode {
    kid: [u8; 4],
    to_be_signed: Vec<u8>,
    signature: [u8; 64],
    claims: Claims,
}

impl fmt::Debug for SignedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedCode")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SignedCode {
    /// Takes apart what follows the prefix (SECURITY.md §3 steps 1 to 3).
    ///
    /// # Errors
    /// [`Reason::Malformed`]: too long, not base45 in its one spelling, not deterministic CBOR, buckets or
    /// claims other than ours.
    pub fn decode(body: &str) -> Result<Self, Reason> {
        if body.len() > MAX_TEXT.saturating_sub(PREFIX.len()) {
            return Err(Reason::Malformed);
        }
        let bytes = base45::decode(body).map_err(|_| Reason::Malformed)?;
        if base45::encode(&bytes) != body {
            return Err(Reason::Malformed);
        }

        Self::from_cose(&bytes).ok_or(Reason::Malformed)
    }

    /// The short id of the key that it names.
    #[must_use]
    pub fn kid(&self) -> [u8; 4] {
        self.kid
    }

    /// What it says, if `key` made the signature.
    #[must_use]
    pub fn verify(&self, key: &PublicKey) -> Option<&Claims> {
        key.verify(&self.to_be_signed, &self.signature)
            .is_ok()
            .then_some(&self.claims)
    }

    fn from_cose(bytes: &[u8]) -> Option<Self> {
        let [protected_bucket, payload, signature] =
            untag_limited(TAG_SIGN1, bytes, MAX_ITEMS).ok()?;
        let protected_bytes = protected_bucket.as_bytes()?;
        let payload = payload.as_bytes()?;
        let kid = read_protected(protected_bytes)?;

        Some(Self {
            kid,
            to_be_signed: sig_structure1(protected_bytes, &[], payload),
            signature: signature.as_array()?,
            claims: Claims::from_value(cbor::decode(payload, MAX_ITEMS).ok()?)?,
        })
    }
}

/// The number of a class in a code and in a sealed entry.
#[must_use]
pub fn class_number(class: HolderClass) -> u8 {
    match class {
        HolderClass::Minor => 1,
        HolderClass::Senior => 2,
        HolderClass::Disabled => 3,
        HolderClass::Other => 4,
    }
}

fn class_from_number(number: u64) -> Option<HolderClass> {
    match number {
        1 => Some(HolderClass::Minor),
        2 => Some(HolderClass::Senior),
        3 => Some(HolderClass::Disabled),
        4 => Some(HolderClass::Other),
        _ => None,
    }
}

fn slip_from(value: &Value) -> Option<Slip> {
    let [sampled_at, result] = value.as_items()? else {
        return None;
    };
    let result = match result.as_u64()? {
        1 => TestResult::Negative,
        2 => TestResult::Positive,
        _ => return None,
    };

    Some(Slip {
        sampled_at: Timestamp(sampled_at.as_i64()?),
        result,
    })
}

/// Exactly {1: -8, 4: first 4 bytes of kid}.
fn protected(kid: [u8; 4]) -> Vec<u8> {
    cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(EDDSA)),
        (Value::int(4), Value::bytes(kid)),
    ]))
}

/// The bucket is fixed but for the four bytes at its end, so it is compared, not parsed.
fn read_protected(bytes: &[u8]) -> Option<[u8; 4]> {
    let kid = *bytes.last_chunk()?;
    (bytes == protected(kid)).then_some(kid)
}

fn text(value: &Value) -> Option<String> {
    value.as_text().map(str::to_owned)
}

fn one_field(value: Value, name: &str) -> Option<Value> {
    let mut fields = cbor::Fields::of(value).ok()?;
    let field = fields.take(name).ok()?;
    fields.end().ok()?;

    Some(field)
}

/// A map with integer keys, taken apart field by field.
struct Numbered(Vec<(Value, Value)>);

impl Numbered {
    fn of(value: Value) -> Option<Self> {
        if let Value::Map(entries) = value {
            Some(Self(entries))
        } else {
            None
        }
    }

    fn take(&mut self, number: i64) -> Option<Value> {
        let at = self
            .0
            .iter()
            .position(|(key, _)| key.as_i64() == Some(number))?;

        Some(self.0.swap_remove(at).1)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
#[path = "native_tests.rs"]
mod tests;
