//! Public keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037).

use domain::crypto::{KeyError, KeyKind, VerifyingKey, sha256};
use serde_json::{Map, Value};

use super::encoding::{base64, base64url, rsa_public_key};
use crate::certificate::{NoCertificate, Signer};

/// A key in JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jwk<'a>(&'a Map<String, Value>);

impl<'a> Jwk<'a> {
    /// The key in `value`, if that is an object with a `kty`.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        let object = value.as_object()?;

        object.contains_key("kty").then_some(Self(object))
    }

    /// One of its texts.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    /// One of its numbers.
    pub(super) fn number(self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }

    /// Why it is not to be trusted, however good its numbers are.
    pub(super) fn flaw(self) -> Option<&'static str> {
        if self.0.contains_key("d") || self.0.contains_key("k") {
            return Some("it holds its own secret, which now everybody has: tell the publisher");
        }

        self.text("use")
            .is_some_and(|usage| usage != "sig")
            .then_some("it is not for signatures")
    }

    /// What its first certificate (`x5c`) says; `None` without one.
    pub(super) fn signer(self) -> Option<Result<Signer, NoCertificate>> {
        let first = self.0.get("x5c")?.as_array().map(|chain| chain.first());
        let der = first.flatten().and_then(Value::as_str).and_then(base64);

        Some(der.map_or(Err(NoCertificate), |der| Signer::from_der(&der)))
    }

    /// The key.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Unsupported`] for every curve but P-256, P-384 and Ed25519.
    pub(super) fn key(self) -> Result<VerifyingKey, KeyError> {
        let number = |name| {
            let text = self.text(name).ok_or(KeyError::Malformed)?;
            base64(text).ok_or(KeyError::Malformed)
        };
        match (self.text("kty"), self.text("crv")) {
            (Some("EC"), Some("P-256")) => {
                let point = point(&number("x")?, &number("y")?, 32)?;
                VerifyingKey::new(KeyKind::P256, &point)
            }
            (Some("EC"), Some("P-384")) => {
                let point = point(&number("x")?, &number("y")?, 48)?;
                VerifyingKey::new(KeyKind::P384, &point)
            }
            (Some("OKP"), Some("Ed25519")) => VerifyingKey::new(KeyKind::Ed25519, &number("x")?),
            (Some("RSA"), None) => {
                let key = rsa_public_key(&number("n")?, &number("e")?);
                VerifyingKey::new(KeyKind::Rsa, &key)
            }
            (Some("EC" | "OKP"), Some(_)) => Err(KeyError::Unsupported),
            (Some(_) | None, _) => Err(KeyError::Malformed),
        }
    }

    /// Its thumbprint (RFC 7638) in base64url: SHA-256 of the members that make the key, in one spelling. `None` for
    /// what is no elliptic curve key.
    pub(super) fn thumbprint(self) -> Option<String> {
        let member = |name| Some((name, self.text(name)?));
        let members = match self.text("kty")? {
            "EC" => vec![member("crv")?, member("kty")?, member("x")?, member("y")?],
            "OKP" => vec![member("crv")?, member("kty")?, member("x")?],
            _ => return None,
        };
        let written: Vec<String> = members
            .into_iter()
            .map(|(name, value)| format!("{}:{}", Value::from(name), Value::from(value)))
            .collect();
        let text = format!("{{{}}}", written.join(","));

        Some(base64url(&sha256(&[text.as_bytes()])))
    }
}

/// An uncompressed point (SEC 1 §2.3.3). Some publishers write a number with a zero before it, as if it had a sign, or
/// without the zeros that it begins with.
fn point(x: &[u8], y: &[u8], length: usize) -> Result<Vec<u8>, KeyError> {
    let mut point = vec![4];
    for number in [x, y] {
        let start = number.iter().position(|byte| *byte != 0);
        let digits = start.and_then(|at| number.get(at..)).unwrap_or_default();
        let zeros = length
            .checked_sub(digits.len())
            .ok_or(KeyError::Malformed)?;
        point.resize(point.len() + zeros, 0);
        point.extend(digits);
    }

    Ok(point)
}

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<VerifyingKey, KeyError> {
        Jwk::of(value).unwrap().key()
    }

    #[test]
    fn the_example_of_rfc_7638_s_elliptic_sibling_has_its_thumbprint() {
        // RFC 8037 appendix A.3.
        let key = json!({"crv": "Ed25519", "kty": "OKP", "kid": "any",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let thumbprint = Jwk::of(&key).unwrap().thumbprint();
        assert_eq!(
            thumbprint.as_deref(),
            Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        );
    }

    #[test]
    fn a_coordinate_counts_by_its_value_whatever_zeros_it_has() {
        let bytes = |length: usize, first: u8| {
            let mut bytes = vec![9; length];
            bytes[0] = first;
            base64url(&bytes)
        };
        let with_sign = json!({"kty": "EC", "crv": "P-256", "x": bytes(33, 0), "y": bytes(31, 8)});
        let key = read(&with_sign).unwrap();
        let expected = [&[4][..], &[9; 32], &[0, 8], &[9; 30]].concat();
        assert_eq!(key.as_bytes(), expected);
        let too_long = json!({"kty": "EC", "crv": "P-256", "x": bytes(33, 1), "y": bytes(32, 1)});
        assert_eq!(read(&too_long), Err(KeyError::Malformed));
    }

    #[test]
    fn every_kind_of_key_is_read_and_others_are_told_apart() {
        let ed = SigningKey::new(Secret::new([1; 32])).public();
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(ed.as_bytes())});
        assert_eq!(read(&key), Ok(ed.into()));
        let weak = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(&[0; 32])});
        assert!(matches!(read(&weak), Err(KeyError::Weak(_))));
        let rsa = json!({"kty": "RSA", "n": base64url(&[0xaa; 256]), "e": "AQAB"});
        assert_eq!(read(&rsa).map(|key| key.kind()), Ok(KeyKind::Rsa));
        let short = json!({"kty": "RSA", "n": base64url(&[0xaa; 128]), "e": "AQAB"});
        assert_eq!(read(&short), Err(KeyError::Unsupported));
        let p384 = json!({"kty": "EC", "crv": "P-384", "x": base64url(&[1; 48]), "y": base64url(&[2; 48])});
        assert_eq!(read(&p384).map(|key| key.kind()), Ok(KeyKind::P384));
        let p521 = json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"});
        assert_eq!(read(&p521), Err(KeyError::Unsupported));
        assert_eq!(read(&json!({"kty": "oct"})), Err(KeyError::Malformed));
        assert!(Jwk::of(&json!({"crv": "P-256"})).is_none());
    }

    #[test]
    fn a_key_with_its_secret_or_for_encryption_has_a_flaw() {
        let flaw = |value: Value| Jwk::of(&value).unwrap().flaw();
        assert!(flaw(json!({"kty": "EC", "d": "AA"})).is_some());
        assert!(flaw(json!({"kty": "EC", "use": "enc"})).is_some());
        assert_eq!(flaw(json!({"kty": "EC", "use": "sig"})), None);
    }
}
