//! JSON Web Signatures in compact form (RFC 7515 §7.1), taken apart and not yet checked.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::crypto::Algorithm;
use crate::json::{self, Limits};
use crate::verdict::Reason;

/// The parts of a compact JWS.
pub(crate) struct Compact<'a> {
    /// The protected header.
    header: Map<String, Value>,
    /// The payload's bytes as they were before base64url.
    pub(crate) payload: Vec<u8>,
    /// The signature; none of its length was checked, not even that it has any.
    pub(crate) signature: Vec<u8>,
    /// What is signed: header and payload as text.
    pub(crate) signed: &'a str,
}

impl<'a> Compact<'a> {
    /// Takes `text` apart. `limits` are the header's.
    ///
    /// # Errors
    /// [`Reason::Malformed`]: not three parts of base64url in its one spelling, a header that is no JSON object or has a
    /// `crit`.
    pub(crate) fn split(text: &'a str, limits: Limits) -> Result<Self, Reason> {
        let (signed, signature) = text.rsplit_once('.').ok_or(Reason::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Reason::Malformed)?;
        let header = json::decode(&base64url(header)?, limits).map_err(|_| Reason::Malformed)?;
        let Value::Object(header) = header else {
            return Err(Reason::Malformed);
        };
        if header.contains_key("crit") {
            return Err(Reason::Malformed);
        }

        Ok(Self {
            header,
            payload: base64url(payload)?,
            signature: base64url(signature)?,
            signed,
        })
    }

    /// A text of the header.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// The algorithm that the header names.
    ///
    /// # Errors
    /// See [`algorithm`].
    pub(crate) fn algorithm(&self) -> Result<Algorithm, Reason> {
        algorithm(self.text("alg").ok_or(Reason::Malformed)?)
    }
}

/// The algorithm with a JOSE name (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// # Errors
/// [`Reason::Unsupported`] for ECDSA on P-521, [`Reason::Malformed`] for what is no signature by a public key that any
/// issuer here uses.
pub(crate) fn algorithm(name: &str) -> Result<Algorithm, Reason> {
    match name {
        "ES256" => Ok(Algorithm::Es256),
        "ES384" => Ok(Algorithm::Es384),
        "PS256" => Ok(Algorithm::Ps256),
        "EdDSA" => Ok(Algorithm::EdDsa),
        "ES512" => Err(Reason::Unsupported),
        _ => Err(Reason::Malformed),
    }
}

/// base64url without padding (RFC 7515 §2), in its one spelling: unused bits are zero.
pub(crate) fn base64url(text: &str) -> Result<Vec<u8>, Reason> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Reason::Malformed)
}

/// base64url with all of its padding or with none, as signers differ; otherwise in its one spelling.
pub(crate) fn base64url_padded_or_not(text: &str) -> Result<Vec<u8>, Reason> {
    if text.ends_with('=') {
        return URL_SAFE.decode(text).map_err(|_| Reason::Malformed);
    }

    base64url(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<Reason> {
        Compact::split(text, Limits::CODE).err()
    }

    fn encoded(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn the_example_of_rfc_7515_appendix_a_3_is_taken_apart() {
        let text = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let jws = Compact::split(text, Limits::CODE).unwrap();
        assert_eq!(jws.algorithm(), Ok(Algorithm::Es256));
        assert!(jws.payload.starts_with(b"{\"iss\":\"joe\""));
        assert_eq!(jws.signature.len(), 64);
        assert_eq!(
            Some(jws.signed),
            text.rsplit_once('.').map(|(signed, _)| signed)
        );
    }

    #[test]
    fn what_has_not_three_parts_a_critical_header_or_another_spelling_is_refused() {
        let header = encoded(br#"{"alg":"ES256"}"#);
        assert_eq!(refused(&format!("{header}.AA.AA")), None);
        for text in [
            String::new(),
            format!("{header}.AA"),
            format!("{header}.AA.AA.AA"),
            format!("{header}.AB.AA"),
            format!("{header}.AA==.AA"),
            format!("{header}.A+.AA"),
            format!("{header}.AA.AA "),
            format!("{}.AA.AA", encoded(b"[]")),
            format!("{}.AA.AA", encoded(br#"{"alg":"ES256","crit":[]}"#)),
            format!("{}.AA.AA", encoded(br#"{"alg":"none","alg":"ES256"}"#)),
        ] {
            assert_eq!(refused(&text), Some(Reason::Malformed), "{text}");
        }
    }

    #[test]
    fn algorithms_without_a_public_key_are_malformed_and_those_that_ring_lacks_unsupported() {
        for name in ["none", "HS256", "RS256", "es256", ""] {
            assert_eq!(algorithm(name), Err(Reason::Malformed));
        }
        assert_eq!(algorithm("ES512"), Err(Reason::Unsupported));
    }
}
