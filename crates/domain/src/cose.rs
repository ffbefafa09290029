//! COSE objects of our own documents (RFC 9052, SECURITY.md §2): protected {1: -8, 4: kid, 16: typ},
//! unprotected empty, `external_aad` = L(typ), tag required.

use thiserror::Error;

use crate::cbor::{self, CborError, Value};
use crate::crypto::{Kid, PublicKey, SigningKey, label};

/// COSE algorithm number of `EdDSA` (RFC 9053 §2.2).
pub const EDDSA: i64 = -8;
const TAG_SIGN1: u64 = 18;
const TAG_SIGN: u64 = 98;
const MAX_SIGNATURES: usize = 8;
/// A trust document holds up to 20,000 keys of up to two dozen items each (SECURITY.md §8).
const MAX_ITEMS: usize = 500_000;

/// Why bytes are not a signed document of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CoseError {
    /// Not deterministic CBOR.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// Tag, buckets or members are not as SECURITY.md §2 wants them.
    #[error("the signed object is not built as it should be")]
    Shape,
    /// A document of another type.
    #[error("the document is of another type")]
    Type,
}

/// A `COSE_Sign1` of our own, read but not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign1 {
    kid: Kid,
    to_be_signed: Vec<u8>,
    payload: Vec<u8>,
    signature: [u8; 64],
}

impl Sign1 {
    /// Signs `payload` as a document of type `typ`.
    #[must_use]
    pub fn sign(typ: &str, payload: &Value, key: &SigningKey) -> Vec<u8> {
        let protected = protected(typ, Some(key.public().kid()));
        let payload = cbor::encode(payload);
        let signature = key.sign(&sig_structure1(&protected, &label(typ), &payload));

        cbor::encode(&tagged(
            TAG_SIGN1,
            protected,
            payload,
            Value::bytes(signature),
        ))
    }

    /// Reads a document of type `typ`.
    ///
    /// # Errors
    /// See [`CoseError`].
    pub fn read(typ: &str, bytes: &[u8]) -> Result<Self, CoseError> {
        let [protected_bytes, payload, signature] = untag(TAG_SIGN1, bytes)?;
        let protected_bytes = owned_bytes(protected_bytes)?;
        let payload = owned_bytes(payload)?;
        let signature = signature.as_array().ok_or(CoseError::Shape)?;
        let kid = read_protected(&protected_bytes, Some(typ))?.ok_or(CoseError::Shape)?;
        let to_be_signed = sig_structure1(&protected_bytes, &label(typ), &payload);

        Ok(Self {
            kid,
            to_be_signed,
            payload,
            signature,
        })
    }

    /// The key that it names.
    #[must_use]
    pub fn kid(&self) -> Kid {
        self.kid
    }

    /// The payload, if `key` is the key named and made the signature.
    #[must_use]
    pub fn verify(&self, key: &PublicKey) -> Option<Value> {
        if key.kid() != self.kid || key.verify(&self.to_be_signed, &self.signature).is_err() {
            return None;
        }

        cbor::decode(&self.payload, MAX_ITEMS).ok()
    }
}

/// A `COSE_Sign` of our own with one or more signatures, read but not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    body_protected: Vec<u8>,
    aad: Vec<u8>,
    payload: Vec<u8>,
    signatures: Vec<(Vec<u8>, [u8; 64])>,
}

impl Sign {
    /// Signs `payload` as a document of type `typ` with every one of `keys`.
    #[must_use]
    pub fn sign(typ: &str, payload: &Value, keys: &[&SigningKey]) -> Vec<u8> {
        let mut object = Self {
            body_protected: protected(typ, None),
            aad: label(typ),
            payload: cbor::encode(payload),
            signatures: Vec::new(),
        };
        for key in keys {
            object.add(key);
        }

        object.to_bytes()
    }

    /// Signs the payload with one more key, beside the signatures that are there.
    pub fn add(&mut self, key: &SigningKey) {
        let signer = signer_protected(key.public().kid());
        let signature = key.sign(&self.signed_by(&signer));
        self.signatures.push((signer, signature));
    }

    /// Takes the signatures of another copy, made elsewhere over the same payload; none that is here already.
    ///
    /// # Errors
    /// [`OtherPayload`], and nothing is taken.
    pub fn join(&mut self, other: &Self) -> Result<(), OtherPayload> {
        if self.payload != other.payload || self.body_protected != other.body_protected {
            return Err(OtherPayload);
        }
        for signature in &other.signatures {
            if !self.signatures.contains(signature) {
                self.signatures.push(signature.clone());
            }
        }

        Ok(())
    }

    /// Keeps one signature of each of `keys` that made one, and no other: what came from elsewhere may hold more than
    /// [`Self::read`] takes.
    pub fn keep_verified(&mut self, keys: &[PublicKey]) {
        let mut kept: Vec<(Vec<u8>, [u8; 64])> = Vec::new();
        for (signer, signature) in &self.signatures {
            let is_new = kept.iter().all(|(known, _)| known != signer);
            if is_new && keys.iter().any(|key| self.fits(key, signer, signature)) {
                kept.push((signer.clone(), *signature));
            }
        }
        self.signatures = kept;
    }

    /// The object as [`Self::read`] reads it: as many signatures as there are, also none.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let signatures = self
            .signatures
            .iter()
            .map(|(signer, signature)| {
                Value::Array(vec![
                    Value::bytes(signer),
                    Value::Map(Vec::new()),
                    Value::bytes(signature),
                ])
            })
            .collect();

        cbor::encode(&tagged(
            TAG_SIGN,
            self.body_protected.clone(),
            self.payload.clone(),
            Value::Array(signatures),
        ))
    }

    /// Reads a document of type `typ`.
    ///
    /// # Errors
    /// See [`CoseError`]; more than 8 signatures are refused too.
    pub fn read(typ: &str, bytes: &[u8]) -> Result<Self, CoseError> {
        let [body_protected, payload, signatures] = untag(TAG_SIGN, bytes)?;
        let body_protected = owned_bytes(body_protected)?;
        if read_protected(&body_protected, Some(typ))?.is_some() {
            return Err(CoseError::Shape);
        }
        let Value::Array(signatures) = signatures else {
            return Err(CoseError::Shape);
        };
        if signatures.len() > MAX_SIGNATURES {
            return Err(CoseError::Shape);
        }

        Ok(Self {
            body_protected,
            aad: label(typ),
            payload: owned_bytes(payload)?,
            signatures: signatures
                .into_iter()
                .map(read_signature)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The payload before any signature was checked, for a `root` that says which keys sign it.
    ///
    /// # Errors
    /// Not deterministic CBOR.
    pub fn unverified_payload(&self) -> Result<Value, CborError> {
        cbor::decode(&self.payload, MAX_ITEMS)
    }

    /// How many **distinct public keys** of `keys` made a signature that verifies.
    #[must_use]
    pub fn verified_by(&self, keys: &[PublicKey]) -> usize {
        let mut distinct: Vec<PublicKey> = keys.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.iter().filter(|key| self.has_signed(key)).count()
    }

    /// The payload, if at least `threshold` distinct keys of `keys` signed it.
    #[must_use]
    pub fn verify(&self, keys: &[PublicKey], threshold: usize) -> Option<Value> {
        if threshold == 0 || self.verified_by(keys) < threshold {
            return None;
        }

        self.unverified_payload().ok()
    }

    /// The signed bytes: what copies that were signed apart must have in common.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Whether `key` made one of the signatures.
    #[must_use]
    pub fn has_signed(&self, key: &PublicKey) -> bool {
        self.signatures
            .iter()
            .any(|(signer, signature)| self.fits(key, signer, signature))
    }

    fn fits(&self, key: &PublicKey, signer: &[u8], signature: &[u8; 64]) -> bool {
        *signer == signer_protected(key.kid())
            && key.verify(&self.signed_by(signer), signature).is_ok()
    }

    /// What a signer with this protected bucket signs.
    fn signed_by(&self, signer: &[u8]) -> Vec<u8> {
        sig_structure(&self.body_protected, signer, &self.aad, &self.payload)
    }
}

/// Two copies do not hold the same payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the signatures are over other bytes")]
pub struct OtherPayload;

/// `Sig_structure` of a `COSE_Sign1` (RFC 9052 §4.4).
pub(crate) fn sig_structure1(protected: &[u8], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    cbor::encode(&Value::Array(vec![
        Value::text("Signature1"),
        Value::bytes(protected),
        Value::bytes(aad),
        Value::bytes(payload),
    ]))
}

fn sig_structure(body: &[u8], signer: &[u8], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    cbor::encode(&Value::Array(vec![
        Value::text("Signature"),
        Value::bytes(body),
        Value::bytes(signer),
        Value::bytes(aad),
        Value::bytes(payload),
    ]))
}

/// The body's protected bucket. With one signer it names algorithm and key too; with several, they do.
fn protected(typ: &str, kid: Option<Kid>) -> Vec<u8> {
    let mut map = vec![(Value::int(16), Value::text(typ))];
    if let Some(kid) = kid {
        map.push((Value::int(1), Value::int(EDDSA)));
        map.push((Value::int(4), Value::bytes(kid.0)));
    }

    cbor::encode(&Value::Map(map))
}

fn signer_protected(kid: Kid) -> Vec<u8> {
    cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(EDDSA)),
        (Value::int(4), Value::bytes(kid.0)),
    ]))
}

/// The key id in a protected bucket that must hold nothing beyond what [`protected`] writes.
fn read_protected(bytes: &[u8], typ: Option<&str>) -> Result<Option<Kid>, CoseError> {
    let Value::Map(entries) = cbor::decode(bytes, 8)? else {
        return Err(CoseError::Shape);
    };
    let field = |number: i64| {
        entries
            .iter()
            .find(|(key, _)| key.as_i64() == Some(number))
            .map(|(_, value)| value)
    };
    if field(16).and_then(Value::as_text) != typ {
        return Err(CoseError::Type);
    }
    let typ_fields = usize::from(typ.is_some());
    if entries.len() == typ_fields {
        return Ok(None);
    }
    let kid = field(4).and_then(Value::as_array).map(Kid);
    let alg = field(1).and_then(Value::as_i64);
    if entries.len() != typ_fields.saturating_add(2) || alg != Some(EDDSA) || kid.is_none() {
        return Err(CoseError::Shape);
    }

    Ok(kid)
}

fn read_signature(value: Value) -> Result<(Vec<u8>, [u8; 64]), CoseError> {
    let Value::Array(members) = value else {
        return Err(CoseError::Shape);
    };
    let [protected, unprotected, signature] =
        <[Value; 3]>::try_from(members).map_err(|_| CoseError::Shape)?;
    let signature = signature.as_array().ok_or(CoseError::Shape)?;
    let protected = owned_bytes(protected)?;
    if unprotected != Value::Map(Vec::new()) || read_protected(&protected, None)?.is_none() {
        return Err(CoseError::Shape);
    }

    Ok((protected, signature))
}

pub(crate) fn tagged(tag: u64, protected: Vec<u8>, payload: Vec<u8>, last: Value) -> Value {
    Value::Tag(
        tag,
        Box::new(Value::Array(vec![
            Value::Bytes(protected),
            Value::Map(Vec::new()),
            Value::Bytes(payload),
            last,
        ])),
    )
}

/// Protected bucket, payload and last member of a tagged object whose unprotected bucket is empty.
fn untag(tag: u64, bytes: &[u8]) -> Result<[Value; 3], CoseError> {
    untag_limited(tag, bytes, MAX_ITEMS)
}

/// As [`untag`], for an object of at most `max_items` data items.
pub(crate) fn untag_limited(
    tag: u64,
    bytes: &[u8],
    max_items: usize,
) -> Result<[Value; 3], CoseError> {
    let Value::Tag(found, inner) = cbor::decode(bytes, max_items)? else {
        return Err(CoseError::Shape);
    };
    let Value::Array(members) = *inner else {
        return Err(CoseError::Shape);
    };
    let [protected, unprotected, payload, last] =
        <[Value; 4]>::try_from(members).map_err(|_| CoseError::Shape)?;
    if found != tag || unprotected != Value::Map(Vec::new()) {
        return Err(CoseError::Shape);
    }

    Ok([protected, payload, last])
}

fn owned_bytes(value: Value) -> Result<Vec<u8>, CoseError> {
    if let Value::Bytes(bytes) = value {
        Ok(bytes)
    } else {
        Err(CoseError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;

    fn key(byte: u8) -> SigningKey {
        SigningKey::new(Secret::new([byte; 32]))
    }

    fn payload() -> Value {
        Value::map([("authority", Value::bytes([1; 16]))])
    }

    #[test]
    fn a_document_verifies_under_its_key_and_type_only() {
        let bytes = Sign1::sign("answer", &payload(), &key(1));
        let read = Sign1::read("answer", &bytes).unwrap();
        assert_eq!(read.verify(&key(1).public()), Some(payload()));
        assert_eq!(read.verify(&key(2).public()), None);
        assert_eq!(Sign1::read("manifest", &bytes), Err(CoseError::Type));
    }

    #[test]
    fn every_flipped_bit_of_a_document_is_refused() {
        let bytes = Sign1::sign("answer", &payload(), &key(1));
        for at in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[at / 8] ^= 1 << (at % 8);
            let verified = Sign1::read("answer", &altered)
                .ok()
                .and_then(|read| read.verify(&key(1).public()));
            assert_eq!(verified, None, "bit {at}");
        }
    }

    #[test]
    fn one_root_key_that_signs_twice_counts_once() {
        let bytes = Sign::sign("trust", &payload(), &[&key(1), &key(1)]);
        let read = Sign::read("trust", &bytes).unwrap();
        let keys = [key(1).public(), key(1).public(), key(2).public()];
        assert_eq!(read.verified_by(&keys), 1);
        assert_eq!(read.verify(&keys, 2), None);
    }

    #[test]
    fn a_threshold_of_distinct_keys_verifies_and_nine_signatures_are_refused_unread() {
        let bytes = Sign::sign("trust", &payload(), &[&key(1), &key(3)]);
        let keys = [key(1).public(), key(2).public(), key(3).public()];
        let read = Sign::read("trust", &bytes).unwrap();
        assert_eq!(read.verify(&keys, 2), Some(payload()));
        assert_eq!(read.verify(&keys, 3), None);
        assert_eq!(read.verify(&keys, 0), None);

        let one = key(1);
        let many = Sign::sign("trust", &payload(), &[&one; 9]);
        assert_eq!(Sign::read("trust", &many), Err(CoseError::Shape));
    }

    #[test]
    fn copies_signed_apart_join_to_what_would_have_been_signed_together() {
        let copy = || Sign::read("trust", &Sign::sign("trust", &payload(), &[])).unwrap();
        let (mut one, mut other) = (copy(), copy());
        one.add(&key(1));
        other.add(&key(3));
        one.join(&other).unwrap();
        one.join(&other).unwrap();
        let together = Sign::sign("trust", &payload(), &[&key(1), &key(3)]);
        assert_eq!(one.to_bytes(), together);

        let strange = Value::map([("authority", Value::bytes([2; 16]))]);
        let strange = Sign::read("trust", &Sign::sign("trust", &strange, &[&key(2)])).unwrap();
        assert_eq!(one.join(&strange), Err(OtherPayload));
        assert_eq!(one.to_bytes(), together);
    }

    #[test]
    fn only_one_verified_signature_of_each_key_is_kept() {
        let mut signed = Sign::read("trust", &Sign::sign("trust", &payload(), &[&key(1)])).unwrap();
        let forged = (signer_protected(key(2).public().kid()), [7; 64]);
        signed.signatures.insert(0, forged);
        signed.add(&key(1));
        signed.add(&key(3));
        signed.keep_verified(&[key(1).public(), key(2).public()]);
        let alone = Sign::sign("trust", &payload(), &[&key(1)]);
        assert_eq!(signed.to_bytes(), alone);
    }

    #[test]
    fn something_in_the_unprotected_bucket_is_refused() {
        let Value::Tag(tag, inner) =
            cbor::decode(&Sign1::sign("answer", &payload(), &key(1)), 100).unwrap()
        else {
            unreachable!()
        };
        let Value::Array(mut members) = *inner else {
            unreachable!()
        };
        members[1] = Value::Map(vec![(Value::int(4), Value::bytes([0; 8]))]);
        let bytes = cbor::encode(&Value::Tag(tag, Box::new(Value::Array(members))));
        assert_eq!(Sign1::read("answer", &bytes), Err(CoseError::Shape));
    }
}
