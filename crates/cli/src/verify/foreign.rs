//! A vector in a format of others, decided with the program's own decoders, trust and clock.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::code::foreign::revocation::{ListError, Revocation, Revocations, RidList};
use domain::code::foreign::{
    ForeignKey, Format, KeyRing, Reading, SignedForeign, SignerNames, in_time, shc, signers,
};
use domain::crypto::{ContentKey, KeyKind, VerifyingKey};
use domain::hex;
use domain::time::Timestamp;
use domain::verdict::Reason;

use super::vectors::{Decrypt, Jwk, Key, Vector};
use crate::certificate::Signer;

/// What was found of a vector, field by field; `None` where it cannot be told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) decode: bool,
    pub(super) signature: bool,
    pub(super) expired: Option<bool>,
    pub(super) not_yet_valid: Option<bool>,
    pub(super) key_usage_ok: Option<bool>,
    pub(super) list_valid: Option<bool>,
    pub(super) revoked: Option<bool>,
}

/// Decides a code at `at`. Each step is told apart from those before it, as the sources of the vectors do: a code may be
/// unsigned and in time.
///
/// # Errors
/// What is wrong with the vector itself.
pub(super) fn decide(vector: &Vector, at: Option<Timestamp>) -> Result<Found, String> {
    let Ok(code) = vector.foreign()? else {
        return Ok(Found::default());
    };
    let keys: Vec<_> = vector
        .keys
        .iter()
        .map(|key| key.foreign(code.format))
        .collect();
    let time = at.map(|at| in_time(&code, at));
    let list = vector.rids();
    let has_list = list.is_some();
    let list_valid = list.as_ref().map(|list| vector.is_of_a_key(list));
    let mut revocations = Revocations::default();
    revocations.rids.extend(list.and_then(Result::ok));
    let revoked = revocations.of(&code, &SignerNames::default()) == Some(Revocation::Revoked);
    let keys = KeyRing::new(keys);
    let made = signers(&keys, &code);

    Ok(Found {
        decode: true,
        expired: time.map(|time| time == Err(Reason::Expired)),
        not_yet_valid: time.map(|time| time == Err(Reason::NotYetValid)),
        key_usage_ok: made
            .as_ref()
            .ok()
            .map(|signers| signers.iter().any(|key| key.may_vouch_for(&code.kinds))),
        list_valid: list_valid.or(vector.expect_crl_valid.map(|_| false)),
        // Of other lists than this one the line says nothing.
        revoked: has_list.then_some(revoked),
        signature: made.is_ok(),
    })
}

impl Vector {
    /// The code of one text, or of several that belong together.
    fn foreign(&self) -> Result<Result<SignedForeign, Reason>, String> {
        let keys = self.decrypt.as_ref().map(Decrypt::key).transpose()?;
        let reading = Reading {
            content_keys: keys.into_iter().collect(),
            ..Reading::default()
        };

        Ok(match self.texts()[..] {
            [text] => reading.decode(text),
            ref parts => shc::decode_parts(parts),
        })
    }

    /// The list of revoked cards that comes with the line, where one does, or why it is not to be taken.
    fn rids(&self) -> Option<Result<RidList, ListError>> {
        let list = self.crl.as_ref()?;
        let version = self
            .crl_version_in_jwks
            .or_else(|| list.get("ctr")?.as_u64())
            .unwrap_or_default();

        Some(RidList::decode(list.to_string().as_bytes(), version))
    }

    /// Whether a list was taken and is of one of the keys, as far as they say their ids.
    fn is_of_a_key(&self, list: &Result<RidList, ListError>) -> bool {
        let whose = self.crl.as_ref().and_then(|list| list.get("kid")?.as_str());
        let mut ids = self
            .keys
            .iter()
            .filter_map(|key| key.kid.as_deref())
            .peekable();

        list.is_ok() && (ids.peek().is_none() || ids.any(|id| Some(id) == whose))
    }
}

impl Decrypt {
    fn key(&self) -> Result<ContentKey, String> {
        hex::decode(&self.symmetric_key_hex)
            .and_then(|bytes| ContentKey::new(&bytes))
            .ok_or_else(|| "`decrypt` holds no key for AES-GCM".to_owned())
    }
}

impl Key {
    /// The key as a trust list would hold it. A certificate says more than the key alone; one that cannot be read says
    /// nothing, and then only the key counts.
    fn foreign(&self, format: Format) -> ForeignKey {
        let signer = self
            .x509_pem
            .as_deref()
            .and_then(|pem| Signer::from_pem(pem).ok());

        ForeignKey {
            issuer: self.iss.clone(),
            country: signer.as_ref().and_then(|signer| signer.country.clone()),
            key: self.verifying(signer.as_ref()),
            not_before: signer.as_ref().map(|signer| signer.not_before),
            not_after: signer.as_ref().map(|signer| signer.not_after),
            kinds: signer
                .as_ref()
                .map(|signer| signer.kinds.clone())
                .unwrap_or_default(),
            ..ForeignKey::new(format, self.key_id(format, signer.as_ref()))
        }
    }

    /// The id as codes of the format name it.
    fn key_id(&self, format: Format, signer: Option<&Signer>) -> Vec<u8> {
        let Some(kid) = self.kid.as_deref() else {
            // A key without an id would be a candidate for every code.
            let by_hash = signer.filter(|_| matches!(format, Format::Hcert | Format::VdsNc));
            return by_hash.map_or_else(Vec::new, |signer| signer.key_id.to_vec());
        };
        match format {
            Format::Hcert => STANDARD
                .decode(kid)
                .unwrap_or_else(|_| kid.as_bytes().to_vec()),
            Format::Nzcp => {
                let iss = self.iss.as_deref().unwrap_or_default();
                format!("{iss}#{kid}").into_bytes()
            }
            Format::Shc | Format::VdsNc | Format::Claim169 | Format::Pretix => {
                kid.as_bytes().to_vec()
            }
        }
    }

    /// `None` for what is no key, or of a kind that is not checked here.
    fn verifying(&self, signer: Option<&Signer>) -> Option<VerifyingKey> {
        if self.spki_der_b64.is_none() && self.raw_b64.is_none() {
            if let Some(jwk) = &self.jwk {
                return jwk.key();
            }
            if let Some(hex) = &self.public_hex {
                return of_raw(&hex::decode(hex)?);
            }
        }
        match (&self.spki_der_b64, &self.raw_b64) {
            (Some(der), _) => VerifyingKey::from_spki(&STANDARD.decode(der).ok()?).ok(),
            (None, Some(raw)) => {
                VerifyingKey::new(KeyKind::Ed25519, &STANDARD.decode(raw).ok()?).ok()
            }
            (None, None) => signer?.key.clone().ok(),
        }
    }
}

impl Jwk {
    /// `None` for what is no key, or of a kind that is not checked here.
    fn key(&self) -> Option<VerifyingKey> {
        let part = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
        let x = part(&self.x)?;
        match self.crv.as_deref()? {
            "Ed25519" => VerifyingKey::new(KeyKind::Ed25519, &x).ok(),
            "P-256" => {
                VerifyingKey::new(KeyKind::P256, &[vec![4], x, part(&self.y)?].concat()).ok()
            }
            "P-384" => {
                VerifyingKey::new(KeyKind::P384, &[vec![4], x, part(&self.y)?].concat()).ok()
            }
            _ => None,
        }
    }
}

/// A key that says by its length what it is: Ed25519, or a point of P-256 or P-384.
fn of_raw(bytes: &[u8]) -> Option<VerifyingKey> {
    let kind = match bytes.len() {
        32 => KeyKind::Ed25519,
        65 => KeyKind::P256,
        97 => KeyKind::P384,
        _ => return None,
    };

    VerifyingKey::new(kind, bytes).ok()
}

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};

    use super::*;

    /// 2026-11-24T00:00:00Z, a day before the code's end.
    const NOW: Timestamp = Timestamp(1_795_478_400);

    fn text() -> &'static str {
        let seed = include_str!("../../../domain/fuzz/corpus/hcert/vector");
        seed.trim_start_matches('\0')
    }

    fn vector(text: &str, keys: Vec<Key>) -> Vector {
        let line = serde_json::json!({"id": "own", "qr": text}).to_string();
        let mut vector: Vector = serde_json::from_str(&line).unwrap();
        vector.keys = keys;

        vector
    }

    fn key(x509_pem: Option<&str>) -> Key {
        let public = SigningKey::new(Secret::new([2; 32])).public();
        Key {
            spki_der_b64: None,
            raw_b64: Some(STANDARD.encode(public.as_bytes())),
            x509_pem: x509_pem.map(str::to_owned),
            kid: Some(STANDARD.encode(public.kid().0)),
            iss: None,
            jwk: None,
            public_hex: None,
        }
    }

    #[test]
    fn each_step_is_told_apart_from_those_before_it() {
        let found = |keys: Vec<Key>, at| decide(&vector(text(), keys), Some(at)).unwrap();
        let good = Found {
            decode: true,
            signature: true,
            expired: Some(false),
            not_yet_valid: Some(false),
            key_usage_ok: Some(true),
            ..Found::default()
        };
        assert_eq!(found(vec![key(None)], NOW), good);
        let late = found(vec![key(None)], NOW.plus(86_401));
        assert_eq!((late.signature, late.expired), (true, Some(true)));
        let unsigned = found(Vec::new(), NOW);
        assert_eq!(unsigned.key_usage_ok, None);
        assert_eq!((unsigned.signature, unsigned.expired), (false, Some(false)));
        let for_tests = include_str!("../../tests/fixtures/signer.pem");
        let held = found(vec![key(Some(for_tests))], NOW);
        assert_eq!((held.signature, held.key_usage_ok), (true, Some(false)));
        let by_jwk = Key {
            raw_b64: None,
            jwk: Some(Jwk {
                crv: Some("Ed25519".to_owned()),
                x: Some(
                    URL_SAFE_NO_PAD
                        .encode(SigningKey::new(Secret::new([2; 32])).public().as_bytes()),
                ),
                y: None,
            }),
            ..key(None)
        };
        assert_eq!(found(vec![by_jwk], NOW), good);
        let none = decide(&vector("HC2:6BF", Vec::new()), Some(NOW));
        assert_eq!(none, Ok(Found::default()));
    }
}
