//! The keys of an issuer of MOSIP identity codes (Claim 169): a JWKS, a DID document, one JWK, or PEM with keys or
//! certificates. Their codes name the issuer as a claim, which the files do not say: whoever imports does.

use domain::code::foreign::{ForeignKey, Format};
use domain::crypto::VerifyingKey;
use serde_json::Value;

use super::did::{Document, Method, fragment};
use super::encoding::pem;
use super::found::{Found, Offer, Said};
use super::gdhcn::UNREADABLE;
use super::input;
use super::jwk::Jwk;
use crate::certificate::Signer;

/// Reads a file of keys.
///
/// # Errors
/// Why it holds none, or that the issuer is not said.
pub(super) fn read(bytes: &[u8], said: &Said, found: &mut Found) -> Result<(), String> {
    if said.issuer.is_none() {
        return Err(
            "the file does not say whose codes these keys sign: add --issuer with the name in the codes' claim iss"
                .to_owned(),
        );
    }
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        let text = str::from_utf8(bytes).map_err(|_| NO_KEYS.to_owned())?;
        return in_pem(text, said, found);
    }
    let value = input::json(bytes)?;
    if let Some(jwk) = Jwk::of(&value) {
        add(jwk.text("kid"), jwk, said, found);
    } else if let Some(keys) = value.get("keys").and_then(Value::as_array) {
        for key in keys {
            match Jwk::of(key) {
                Some(jwk) => add(jwk.text("kid"), jwk, said, found),
                None => found.pass("an entry", "it is no key in JSON"),
            }
        }
    } else {
        for method in Document::of(&value)
            .map_err(|_| NO_KEYS.to_owned())?
            .methods
        {
            match method {
                Method::Key(key) => {
                    let kid = key.jwk.text("kid").map(str::to_owned);
                    let kid = kid.or_else(|| fragment(key.id));
                    add(kid.as_deref(), key.jwk, said, found);
                }
                Method::Reference(name) | Method::Unknown(name) => {
                    found.pass(name, "it holds no key that is known here");
                }
            }
        }
    }

    Ok(())
}

/// A key without an id is a candidate for every code of its issuer.
fn add(kid: Option<&str>, jwk: Jwk<'_>, said: &Said, found: &mut Found) {
    let name = kid.unwrap_or("a key without an id").to_owned();
    if let Some(flaw) = jwk.flaw() {
        return found.pass(name, flaw);
    }
    let blank = said.entry(
        Format::Claim169,
        kid.unwrap_or_default().as_bytes().to_vec(),
    );
    let key = jwk.key();
    let entry = match jwk.signer() {
        None => blank,
        Some(Err(_)) => return found.pass(name, UNREADABLE),
        Some(Ok(signer)) if signer.key != key => {
            return found.pass(name, "its certificate is of another key");
        }
        Some(Ok(signer)) => in_its_time(blank, &signer),
    };
    found.offer(Offer { name, key, entry }, said);
}

/// The kinds that a certificate may name are of health certificates.
fn in_its_time(entry: ForeignKey, signer: &Signer) -> ForeignKey {
    ForeignKey {
        kinds: Vec::new(),
        ..signer.describe(entry)
    }
}

fn in_pem(text: &str, said: &Said, found: &mut Found) -> Result<(), String> {
    let keys = pem(text, "PUBLIC KEY").ok_or(NO_KEYS)?;
    let certificates = pem(text, "CERTIFICATE").ok_or(NO_KEYS)?;
    if keys.is_empty() && certificates.is_empty() {
        return Err(NO_KEYS.to_owned());
    }
    for (der, number) in keys.iter().zip(1_u32..) {
        let offer = Offer {
            name: format!("key {number}"),
            key: VerifyingKey::from_spki(der),
            entry: said.entry(Format::Claim169, Vec::new()),
        };
        found.offer(offer, said);
    }
    for (der, number) in certificates.iter().zip(1_u32..) {
        let name = format!("certificate {number}");
        let Ok(signer) = Signer::from_der(der) else {
            found.pass(name, UNREADABLE);
            continue;
        };
        let entry = in_its_time(said.entry(Format::Claim169, Vec::new()), &signer);
        let key = signer.key;
        found.offer(Offer { name, key, entry }, said);
    }

    Ok(())
}

const NO_KEYS: &str =
    "this holds no keys: a JWKS, a DID document, or keys or certificates in PEM are wanted";

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};
    use serde_json::json;

    use super::super::encoding::base64url;
    use super::super::found::tests::{nothing_said, passed};
    use super::*;

    fn said() -> Said {
        Said {
            issuer: Some("https://id.example".to_owned()),
            country: Some("XX".to_owned()),
            ..nothing_said()
        }
    }

    fn jwk(kid: &str) -> Value {
        let key = SigningKey::new(Secret::new([3; 32])).public();
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64url(key.as_bytes())})
    }

    fn read_in(text: &str) -> Found {
        let mut found = Found::default();
        read(text.as_bytes(), &said(), &mut found).unwrap();

        found
    }

    #[test]
    fn the_same_key_comes_out_of_a_jwks_a_did_document_and_alone() {
        let mut nameless = jwk("k");
        nameless.as_object_mut().unwrap().remove("kid");
        for value in [
            jwk("k"),
            json!({"keys": [jwk("k")]}),
            json!({"id": "did:web:id.example", "verificationMethod": [
                {"id": "did:web:id.example#k", "type": "JsonWebKey2020", "publicKeyJwk": nameless}]}),
        ] {
            let found = read_in(&value.to_string());
            assert_eq!(found.keys.len(), 1, "{value}");
            assert_eq!(found.keys[0].key_id, b"k");
            assert_eq!(found.keys[0].issuer.as_deref(), Some("https://id.example"));
            assert_eq!(found.keys[0].country.as_deref(), Some("XX"));
        }
    }

    #[test]
    fn pem_names_no_id_and_a_certificate_gives_its_times() {
        let signer = include_str!("../../tests/fixtures/signer.pem");
        let found = read_in(signer);
        assert_eq!(found.keys[0].key_id, b"");
        assert_eq!(found.keys[0].kinds, []);
        assert!(found.keys[0].not_after.is_some());
        let torn = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(
            passed(&read_in(torn)),
            ["certificate 1: its certificate cannot be read"]
        );
    }

    #[test]
    fn without_an_issuer_nothing_is_taken() {
        let text = jwk("k").to_string();
        let refused = read(text.as_bytes(), &nothing_said(), &mut Found::default());
        assert!(refused.unwrap_err().contains("--issuer"));
        for text in ["{}", "hello"] {
            assert!(read(text.as_bytes(), &said(), &mut Found::default()).is_err());
        }
    }
}
