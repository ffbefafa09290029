//! New Zealand Covid Pass: an issuer's DID document (specification §4.1 and §6). A key counts where the document lists it in
//! `assertionMethod`; passes name it by its whole name, `did:web:…#key`.

use domain::code::foreign::{ForeignKey, Format};

use super::did::{Document, Method, MethodKey};
use super::found::{Found, Offer, Said};
use super::input;

/// Reads a `did.json`.
///
/// # Errors
/// Why it is no issuer's document.
pub(super) fn read(bytes: &[u8], said: &Said, found: &mut Found) -> Result<(), String> {
    let value = input::json(bytes)?;
    let document = Document::of(&value)?;
    if !document.id.starts_with("did:web:") {
        return Err("passes come from issuers whose name begins with did:web: alone".to_owned());
    }
    if said
        .issuer
        .as_deref()
        .is_some_and(|issuer| issuer != document.id)
    {
        return Err(format!(
            "this is the document of {}: leave --issuer away, or import the other one's",
            document.id
        ));
    }
    let asserting: Vec<String> = Document::assertion_methods(&value)
        .into_iter()
        .map(|id| whole(document.id, id))
        .collect();
    for method in &document.methods {
        match method {
            Method::Key(key) if asserting.contains(&whole(document.id, key.id)) => {
                add(document.id, key, said, found);
            }
            Method::Key(key) => found.pass(key.id, "it stands not in assertionMethod"),
            Method::Reference(name) => found.pass(*name, "it is another document's"),
            Method::Unknown(name) => found.pass(*name, "it holds no key that is known here"),
        }
    }

    Ok(())
}

/// The whole name of a key that may be named within its document.
fn whole(did: &str, id: &str) -> String {
    if id.starts_with('#') {
        format!("{did}{id}")
    } else {
        id.to_owned()
    }
}

fn add(did: &str, method: &MethodKey<'_>, said: &Said, found: &mut Found) {
    let name = whole(did, method.id);
    let is_own = name
        .strip_prefix(did)
        .is_some_and(|rest| rest.starts_with('#'));
    if !is_own
        || method
            .controller
            .is_some_and(|controller| controller != did)
    {
        return found.pass(name, "it is another issuer's");
    }
    if let Some(flaw) = method.jwk.flaw() {
        return found.pass(name, flaw);
    }
    let entry = ForeignKey {
        issuer: Some(did.to_owned()),
        ..said.entry(Format::Nzcp, name.clone().into_bytes())
    };
    let key = method.jwk.key();
    found.offer(Offer { name, key, entry }, said);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::found::tests::{nothing_said, passed};
    use super::*;

    const DOCUMENT: &str = include_str!("../../tests/fixtures/trust/nzcp.json");
    const DID: &str = "did:web:pass.example";

    fn read_in(value: &Value) -> Found {
        let mut found = Found::default();
        read(value.to_string().as_bytes(), &nothing_said(), &mut found).unwrap();

        found
    }

    fn document() -> Value {
        serde_json::from_str(DOCUMENT).unwrap()
    }

    #[test]
    fn a_key_that_asserts_is_taken_under_its_whole_name() {
        let found = read_in(&document());
        assert_eq!(found.keys.len(), 1);
        assert_eq!(found.keys[0].key_id, b"did:web:pass.example#key-1");
        assert_eq!(found.keys[0].issuer.as_deref(), Some(DID));
        let mut short = document();
        short["verificationMethod"][0]["id"] = json!("#key-1");
        assert_eq!(read_in(&short).keys, found.keys);
    }

    #[test]
    fn a_key_that_does_not_assert_or_is_another_issuers_is_passed_over() {
        let mut value = document();
        value["assertionMethod"] = json!([]);
        let found = read_in(&value);
        assert_eq!(
            passed(&found),
            ["did:web:pass.example#key-1: it stands not in assertionMethod"]
        );
        let mut value = document();
        value["verificationMethod"][0]["id"] = json!("did:web:pass.example.evil#key-1");
        value["assertionMethod"] = json!("did:web:pass.example.evil#key-1");
        assert_eq!(read_in(&value).keys, []);
        let mut value = document();
        value["verificationMethod"][0]["controller"] = json!("did:web:evil.example");
        assert_eq!(read_in(&value).keys, []);
    }

    #[test]
    fn another_issuer_than_the_one_named_is_refused() {
        let said = Said {
            issuer: Some("did:web:other.example".to_owned()),
            ..nothing_said()
        };
        let refused = read(DOCUMENT.as_bytes(), &said, &mut Found::default());
        assert!(refused.unwrap_err().contains(DID));
    }
}
