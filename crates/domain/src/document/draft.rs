//! A `trust` document on its way to its signatures, which may be made on separate machines (SECURITY.md §4).

use super::trust::{MAX_BYTES, TYP};
use super::{DocumentError, Root, TrustBody};
use crate::cose::{CoseError, OtherPayload, Sign};
use crate::crypto::{PublicKey, SigningKey, sha256};

/// A `trust` document that stands every check but that of its signatures: what is refused here would be refused at
/// every station, whoever had signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustDraft {
    object: Sign,
    body: TrustBody,
}

impl TrustDraft {
    /// A draft without a signature.
    ///
    /// # Errors
    /// As [`TrustDraft::read`].
    pub fn new(body: &TrustBody, root: &Root) -> Result<Self, DocumentError> {
        Self::read(&body.sign(&[]), root)
    }

    /// Reads a draft with as many signatures as it may have, also none. Those that no key of `root` made are left out.
    ///
    /// # Errors
    /// See [`DocumentError`]: all of what `Trust::verify` refuses, but for signatures.
    pub fn read(bytes: &[u8], root: &Root) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge);
        }
        let mut object = Sign::read(TYP, bytes)?;
        let body = TrustBody::from_value(object.unverified_payload().map_err(CoseError::from)?)?;
        body.check(root)?;
        object.keep_verified(&root.keys);

        Ok(Self { object, body })
    }

    /// What it says.
    #[must_use]
    pub fn body(&self) -> &TrustBody {
        &self.body
    }

    /// SHA-256 of the bytes that are signed: the same however many signatures there are.
    #[must_use]
    pub fn payload_hash(&self) -> [u8; 32] {
        sha256(&[self.object.payload()])
    }

    /// Signs it with one more key; one that has signed already is left alone.
    pub fn sign(&mut self, key: &SigningKey) {
        if !self.object.has_signed(&key.public()) {
            self.object.add(key);
        }
    }

    /// Takes the signatures of a copy that was signed elsewhere, one for each key of `root`.
    ///
    /// # Errors
    /// [`OtherPayload`] where the copy is of another draft.
    pub fn join(&mut self, other: &Self, root: &Root) -> Result<(), OtherPayload> {
        self.object.join(&other.object)?;
        self.object.keep_verified(&root.keys);

        Ok(())
    }

    /// The keys of `root` that have signed, each once.
    #[must_use]
    pub fn signers(&self, root: &Root) -> Vec<PublicKey> {
        let keys = root.keys.iter().copied();

        keys.filter(|key| self.object.has_signed(key)).collect()
    }

    /// The document with the signatures that it has.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.object.to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Header, Trust};
    use crate::fixture::{AUTHORITY, NOW, key, trust};
    use crate::ids::AuthorityId;
    use crate::time::DAY;

    fn root() -> Root {
        Root {
            header: Header {
                authority: AUTHORITY,
                version: 1,
                issued_at: NOW,
                expires: NOW.plus(DAY),
            },
            keys: vec![key(1).public(), key(2).public(), key(3).public()],
            threshold: 2,
            demo: false,
        }
    }

    fn draft() -> TrustDraft {
        TrustDraft::new(&trust().body, &root()).unwrap()
    }

    #[test]
    fn a_draft_signed_on_two_machines_becomes_the_document_that_was_drafted() {
        let root = root();
        let bytes = draft().to_bytes();
        assert_eq!(
            Trust::verify(&bytes, &root),
            Err(DocumentError::NotSigned),
            "a draft is no document"
        );
        let signed = |byte| {
            let mut copy = TrustDraft::read(&bytes, &root).unwrap();
            copy.sign(&key(byte));
            copy.sign(&key(byte));
            copy.to_bytes()
        };
        let mut whole = TrustDraft::read(&signed(1), &root).unwrap();
        assert_eq!(whole.signers(&root), [key(1).public()]);
        whole
            .join(&TrustDraft::read(&signed(3), &root).unwrap(), &root)
            .unwrap();
        assert_eq!(whole.signers(&root), [key(1).public(), key(3).public()]);
        assert_eq!(whole.payload_hash(), draft().payload_hash());
        let verified = Trust::verify(&whole.to_bytes(), &root).unwrap();
        assert_eq!(verified.body, trust().body);
    }

    #[test]
    fn one_key_twice_and_a_stranger_are_no_two_signers() {
        let root = root();
        let mut signed = draft();
        signed.sign(&key(1));
        signed.sign(&key(9));
        let again = TrustDraft::read(&signed.to_bytes(), &root).unwrap();
        signed.join(&again, &root).unwrap();
        assert_eq!(signed.signers(&root), [key(1).public()]);
        let bytes = signed.to_bytes();
        assert_eq!(Trust::verify(&bytes, &root), Err(DocumentError::NotSigned));
    }

    #[test]
    fn signatures_of_another_draft_are_not_taken() {
        let mut body = trust().body;
        body.retention_days += 1;
        let mut other = TrustDraft::new(&body, &root()).unwrap();
        other.sign(&key(2));
        let mut signed = draft();
        signed.sign(&key(1));
        assert_eq!(signed.join(&other, &root()), Err(OtherPayload));
        assert_eq!(signed.signers(&root()), [key(1).public()]);
        assert_ne!(signed.payload_hash(), other.payload_hash());
    }

    #[test]
    fn what_no_station_would_take_is_no_draft() {
        let drafted = |change: &dyn Fn(&mut TrustBody)| {
            let mut body = trust().body;
            change(&mut body);
            TrustDraft::new(&body, &root()).err()
        };
        let too_long = |body: &mut TrustBody| body.header.expires = NOW.plus(90 * DAY);
        assert_eq!(drafted(&too_long), Some(DocumentError::Content));
        let strange = |body: &mut TrustBody| body.header.authority = AuthorityId([9; 16]);
        assert_eq!(drafted(&strange), Some(DocumentError::OtherAuthority));
        let twice = |body: &mut TrustBody| body.receipt = body.status.clone();
        assert_eq!(drafted(&twice), Some(DocumentError::KeyInTwoRoles));
        let large = |body: &mut TrustBody| body.districts = vec!["x".repeat(5 << 20)];
        assert_eq!(drafted(&large), Some(DocumentError::TooLarge));
    }
}
