//! Document signers of EU Digital COVID Certificates, in the forms that national backends publish (docs/trust.md has them
//! by their addresses):
//!
//! - `{certificates: [{kid, country, certificateType, rawData}]}`, perhaps under a first line with a signature, or the bare
//!   list of the gateway itself;
//! - a JWKS `{keys: [...]}`, and `{dsc_trust_list: {COUNTRY: {keys: [...]}}}`;
//! - `{KID: {...}}` with a certificate or a bare key, and `{eu_keys: {KID: [{subjectPk, keyUsage}]}}`, perhaps as base64 in
//!   `{payload, signature}`;
//! - `[{kid, publicKey}]`.
//!
//! None of the publishers' signatures is checked here.

use domain::code::foreign::{ForeignKey, Format, ProofKind};
use domain::crypto::{KeyError, VerifyingKey};
use serde_json::{Map, Value};

use super::encoding::{base64, pem};
use super::found::{Found, Offer, Said, country};
use super::gdhcn::UNREADABLE;
use super::input;
use super::jwk::Jwk;
use crate::certificate::{NoCertificate, Signer};

/// Reads a list.
///
/// # Errors
/// Why it is in none of the forms.
pub(super) fn read(bytes: &[u8], said: &Said, found: &mut Found) -> Result<(), String> {
    let value = input::json(without_signature(bytes))?;
    let unwrapped = payload(&value)
        .map(|bytes| input::json(&bytes))
        .transpose()?;

    list(&unwrapped.unwrap_or(value), said, found)
}

/// A first line of base64 above the JSON is a signature of it.
fn without_signature(bytes: &[u8]) -> &[u8] {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r".contains(byte);
    let end = bytes.iter().position(|byte| *byte == b'\n');

    end.and_then(|end| bytes.split_at_checked(end))
        .filter(|(line, _)| line.len() > 4 && line.iter().all(is_base64))
        .map_or(bytes, |(_, rest)| rest)
}

/// What `{payload, signature}` holds.
fn payload(value: &Value) -> Option<Vec<u8>> {
    value.get("signature")?.as_str()?;

    base64(value.get("payload")?.as_str()?)
}

fn list(value: &Value, said: &Said, found: &mut Found) -> Result<(), String> {
    let object = match value {
        Value::Array(entries) => {
            several(entries, said.country.as_deref(), said, found);
            return Ok(());
        }
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(NO_FORM.to_owned());
        }
    };
    for name in ["certificates", "keys"] {
        if let Some(entries) = object.get(name).and_then(Value::as_array) {
            several(entries, said.country.as_deref(), said, found);
            return Ok(());
        }
    }
    if let Some(countries) = object.get("dsc_trust_list").and_then(Value::as_object) {
        for (name, country) in countries {
            let keys = country.get("keys").and_then(Value::as_array);
            let keys = keys.ok_or_else(|| format!("{name} has no list `keys`"))?;
            for key in keys {
                if is_held_elsewhere(country, key) {
                    found.pass(
                        name,
                        "its usages stand beside it, and it has no certificate",
                    );
                } else {
                    entry(None, key, Some(name), said, found);
                }
            }
        }
        return Ok(());
    }
    let by_kid = object.get("eu_keys").and_then(Value::as_object);
    let by_kid = by_kid.unwrap_or(object);
    if by_kid.is_empty()
        || by_kid
            .values()
            .any(|value| !(value.is_object() || value.is_array()))
    {
        return Err(NO_FORM.to_owned());
    }
    for (kid, value) in by_kid {
        let entries = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in entries {
            entry(Some(kid), value, said.country.as_deref(), said, found);
        }
    }

    Ok(())
}

/// Whether `eku` beside the keys of a country holds a key to some usages that no certificate of its own does.
fn is_held_elsewhere(country: &Value, key: &Value) -> bool {
    let kid = key.get("kid").and_then(Value::as_str);
    let usages = kid.and_then(|kid| country.get("eku")?.get(kid));
    let is_held = usages.is_some_and(|usages| usages != &Value::Array(Vec::new()));

    is_held && key.get("x5c").is_none()
}

fn several(entries: &[Value], of: Option<&str>, said: &Said, found: &mut Found) {
    for value in entries {
        entry(None, value, of, said, found);
    }
}

/// One signer, by the first of a certificate, a JWK or a bare key that it holds.
fn entry(kid: Option<&str>, value: &Value, of: Option<&str>, said: &Said, found: &mut Found) {
    let Some(object) = value.as_object() else {
        return found.pass(kid.unwrap_or("an entry"), "it is no object");
    };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let kid = text("kid").or(kid);
    let owner = text("country").or(of).and_then(country);
    let name = format!(
        "{} {}",
        owner.as_deref().unwrap_or("??"),
        kid.unwrap_or("without an id")
    );
    if let Some(other) = text("certificateType").filter(|kind| *kind != "DSC") {
        return found.pass(name, format!("a {other}: it signs no codes"));
    }
    let given = match given(object) {
        Ok(given) => given,
        Err(why) => return found.pass(name, why),
    };
    let key_id = match kid.map(base64) {
        Some(Some(id)) if !id.is_empty() => id,
        Some(_) => return found.pass(name, "its id is not base64"),
        None => match &given.signer {
            Some(signer) => signer.key_id.to_vec(),
            None => return found.pass(name, "it has neither an id nor a certificate"),
        },
    };
    let blank = ForeignKey {
        country: owner,
        ..said.entry(Format::Hcert, key_id)
    };
    let entry = match &given.signer {
        Some(signer) => signer.describe(blank),
        None => ForeignKey {
            kinds: given.kinds,
            ..blank
        },
    };
    let key = given.key;
    found.offer(Offer { name, key, entry }, said);
}

/// A key as an entry holds it.
struct Given {
    key: Result<VerifyingKey, KeyError>,
    signer: Option<Signer>,
    /// Of a bare key.
    kinds: Vec<ProofKind>,
}

/// # Errors
/// Why the entry is passed over.
fn given(object: &Map<String, Value>) -> Result<Given, String> {
    let text = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| object.get(*name).and_then(Value::as_str))
    };
    let whole = Value::Object(object.clone());
    let jwk = Jwk::of(&whole);
    if let Some(flaw) = jwk.and_then(Jwk::flaw) {
        return Err(flaw.to_owned());
    }
    let own = text(&["rawData", "certificate"]).map(signer);
    if let Some(signer) = own.or_else(|| jwk.and_then(Jwk::signer)) {
        let signer = signer.map_err(|_| UNREADABLE)?;
        if jwk.is_some_and(|jwk| jwk.key() != signer.key) {
            return Err("its certificate is of another key".to_owned());
        }
        return Ok(Given {
            key: signer.key.clone(),
            signer: Some(signer),
            kinds: Vec::new(),
        });
    }
    let bare = text(&["publicKeyPem", "publicKey", "subjectPk"]);
    let key = match (jwk, bare) {
        (Some(jwk), _) => jwk.key(),
        (None, Some(bare)) => spki(bare),
        (None, None) => return Err("it holds no certificate and no key".to_owned()),
    };

    Ok(Given {
        key,
        signer: None,
        kinds: usages(object.get("keyUsage"))?,
    })
}

/// A certificate in PEM, or its DER in base64.
fn signer(text: &str) -> Result<Signer, NoCertificate> {
    let blocks = pem(text, "CERTIFICATE").ok_or(NoCertificate)?;
    let der = blocks.into_iter().next().or_else(|| base64(text));

    Signer::from_der(&der.ok_or(NoCertificate)?)
}

/// `SubjectPublicKeyInfo` in base64 or PEM.
fn spki(text: &str) -> Result<VerifyingKey, KeyError> {
    let blocks = pem(text, "PUBLIC KEY").ok_or(KeyError::Malformed)?;
    let der = blocks.into_iter().next().or_else(|| base64(text));

    VerifyingKey::from_spki(&der.ok_or(KeyError::Malformed)?)
}

/// `["v", "t", "r"]`, where an empty list means all.
fn usages(value: Option<&Value>) -> Result<Vec<ProofKind>, String> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let letters = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let kinds: Option<Vec<_>> = letters
        .iter()
        .map(|letter| match letter.as_str()? {
            "v" => Some(ProofKind::Vaccination),
            "t" => Some(ProofKind::Test),
            "r" => Some(ProofKind::Recovery),
            _ => None,
        })
        .collect();

    kinds
        .filter(|_| value.is_array())
        .ok_or_else(|| "it is for kinds of proof that are not known here".to_owned())
}

const NO_FORM: &str =
    "this is none of the lists of signers that are known here: docs/trust.md names them";

#[cfg(test)]
mod tests {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;
    use domain::crypto::KeyKind;
    use serde_json::json;

    use super::super::encoding::base64url;
    use super::super::found::tests::{nothing_said, passed};
    use super::*;

    const SIGNER: &str = include_str!("../../tests/fixtures/signer.pem");
    const P521: &str = include_str!("../../tests/fixtures/p521.pem");

    fn known() -> Signer {
        Signer::from_pem(SIGNER).unwrap()
    }

    /// The certificate in base64 on one line.
    fn raw(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    fn read_in(text: &str) -> Found {
        let mut found = Found::default();
        read(text.as_bytes(), &nothing_said(), &mut found).unwrap();

        found
    }

    /// The signer's key in DER, out of its certificate.
    fn spki_of_known() -> String {
        let key = known().key.unwrap();
        assert_eq!(key.kind(), KeyKind::P256);
        let head = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
            0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        STANDARD.encode([&head[..], key.as_bytes()].concat())
    }

    fn jwk_of_known() -> Value {
        let key = known().key.unwrap();
        let (x, y) = key.as_bytes()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
    }

    #[test]
    fn the_gateways_list_is_read_with_and_without_its_frame_and_signature() {
        let entries = json!([
            {"kid": "AQIDBAUGBwg=", "country": "AT", "certificateType": "DSC", "rawData": raw(SIGNER)},
            {"kid": "AQIDBAUGBwk=", "country": "AT", "certificateType": "CSCA", "rawData": raw(SIGNER)},
            {"kid": "AQIDBAUGBwo=", "country": "BE", "certificateType": "DSC", "rawData": "AAAA"},
            {"kid": "AQIDBAUGBws=", "country": "CY", "certificateType": "DSC", "rawData": raw(P521)},
        ]);
        let framed = json!({"certificates": entries});
        for text in [
            entries.to_string(),
            framed.to_string(),
            format!("o3SWKd9PKKaQcLqc+z0F6A==\n{framed}"),
        ] {
            let found = read_in(&text);
            let [first, second] = &found.keys[..] else {
                panic!("{:?}", found.keys);
            };
            assert_eq!(first.key_id, [1, 2, 3, 4, 5, 6, 7, 8]);
            assert_eq!(first.country.as_deref(), Some("AT"));
            assert_eq!(first.key, known().key.ok());
            assert_eq!(first.kinds, [ProofKind::Test, ProofKind::Recovery]);
            assert_eq!(first.not_after, Some(known().not_after));
            assert_eq!((&second.key, second.kinds.len()), (&None, 0));
            assert_eq!(
                passed(&found),
                [
                    "AT AQIDBAUGBwk=: a CSCA: it signs no codes",
                    "BE AQIDBAUGBwo=: its certificate cannot be read",
                ]
            );
        }
    }

    #[test]
    fn keys_in_json_are_read_by_country_or_not_and_must_be_their_certificates() {
        let mut jwk = jwk_of_known();
        jwk["kid"] = json!("AQIDBAUGBwg=");
        let bare = read_in(&json!({"keys": [jwk]}).to_string());
        assert_eq!(bare.keys[0].key, known().key.ok());
        assert_eq!(
            (bare.keys[0].country.as_ref(), bare.keys[0].not_after),
            (None, None)
        );
        jwk["x5c"] = json!([raw(SIGNER)]);
        let list = json!({"dsc_trust_list": {"SE": {"keys": [jwk]}}});
        let found = read_in(&list.to_string());
        assert_eq!(found.keys[0].country.as_deref(), Some("SE"));
        assert_eq!(found.keys[0].kinds, [ProofKind::Test, ProofKind::Recovery]);
        let held = json!({"AQIDBAUGBwg=": ["1.3.6.1.4.1.1847.2021.1.1"]});
        let bare = jwk_of_known();
        let bare = json!({"kty": "EC", "crv": "P-256", "kid": "AQIDBAUGBwg=", "x": bare["x"], "y": bare["y"]});
        for (keys, taken) in [(json!([jwk]), 1), (json!([bare]), 0)] {
            let list = json!({"dsc_trust_list": {"SE": {"eku": held, "keys": keys}}});
            assert_eq!(read_in(&list.to_string()).keys.len(), taken);
        }
        jwk["x5c"] = json!([raw(P521)]);
        let found = read_in(&json!({"keys": [jwk]}).to_string());
        assert_eq!(
            passed(&found),
            ["?? AQIDBAUGBwg=: its certificate is of another key"]
        );
    }

    #[test]
    fn maps_by_key_id_hold_bare_keys_or_certificates() {
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
            spki_of_known()
        );
        for value in [
            json!({"publicKeyPem": spki_of_known(), "notAfter": "2023"}),
            json!({"publicKey": pem}),
            json!({"rawData": raw(SIGNER)}),
            jwk_of_known(),
        ] {
            let found = read_in(&json!({"AQIDBAUGBwg=": value}).to_string());
            assert_eq!(found.keys[0].key, known().key.ok(), "{value}");
            assert_eq!(found.keys[0].key_id, [1, 2, 3, 4, 5, 6, 7, 8]);
        }
        let flat = json!([{"kid": "AQIDBAUGBwg=", "publicKey": spki_of_known()}]);
        assert_eq!(read_in(&flat.to_string()).keys[0].key, known().key.ok());
    }

    #[test]
    fn usages_beside_a_bare_key_hold_it_to_its_kinds() {
        let usages = |usage: Value| json!({"eu_keys": {"AQIDBAUGBwg=": [{"subjectPk": spki_of_known(), "keyUsage": usage}]}});
        let list = usages(json!(["t", "v"]));
        let packed = STANDARD.encode(list.to_string());
        for text in [
            list.to_string(),
            json!({"payload": packed, "signature": "AA=="}).to_string(),
        ] {
            let found = read_in(&text);
            assert_eq!(
                found.keys[0].kinds,
                [ProofKind::Test, ProofKind::Vaccination]
            );
        }
        assert_eq!(read_in(&usages(json!([])).to_string()).keys[0].kinds, []);
        let strange = read_in(&usages(json!(["x"])).to_string());
        assert!(strange.keys.is_empty(), "an unknown kind is not every kind");
        assert!(passed(&strange)[0].contains("kinds of proof"));
    }

    #[test]
    fn what_is_in_no_known_form_is_refused() {
        for text in [
            "{}",
            "7",
            r#"{"a": 1}"#,
            r#"{"dsc_trust_list": {"SE": {}}}"#,
        ] {
            let refused = read(text.as_bytes(), &nothing_said(), &mut Found::default());
            assert!(refused.is_err(), "{text}");
        }
    }
}
