//! WHO's Global Digital Health Certification Network: its trust list, version 2, a DID document (smart-trust, "DID Trustlist
//! v2"). Each key is named `did:web:HOST:v2:trustlist:DOMAIN:PARTICIPANT:USAGE#KID`; those of usage DSC sign codes.
//!
//! The document's proof is not checked: it is over a canonical form of linked data. Whom it came from is for whoever signs
//! the trust list to know.

use domain::code::foreign::Format;
use serde_json::Value;

use super::countries;
use super::did::{Document, Method, MethodKey, fragment};
use super::encoding::base64;
use super::found::{Found, Offer, Said, country};
use super::input;

/// Reads a `did.json`.
///
/// # Errors
/// Why it is no trust list.
pub(super) fn read(bytes: &[u8], said: &Said, found: &mut Found) -> Result<(), String> {
    let value: Value = input::json(bytes)?;
    let document = Document::of(&value)?;
    for method in &document.methods {
        match method {
            Method::Key(key) => add(key, said, found),
            Method::Reference(name) => {
                found.pass(*name, "it is another document: import that one");
            }
            Method::Unknown(name) => found.pass(*name, "it holds no key that is known here"),
        }
    }

    Ok(())
}

fn add(method: &MethodKey<'_>, said: &Said, found: &mut Found) {
    let Some(place) = Place::of(method.id) else {
        let why = "its name has no domain, participant and usage, so it is of no list of version 2";
        return found.pass(method.id, why);
    };
    let name = place.name(method.id);
    if place.usage != DOCUMENT_SIGNER {
        let why = format!("usage {}: it signs no codes", place.usage);
        return found.pass(name, why);
    }
    if let Some(flaw) = method.jwk.flaw() {
        return found.pass(name, flaw);
    }
    let kid = method.jwk.text("kid").map(str::to_owned);
    let Some(key_id) = kid
        .or_else(|| fragment(method.id))
        .and_then(|kid| base64(&kid))
        .filter(|id| !id.is_empty())
    else {
        return found.pass(name, "its id is not base64");
    };
    let key = method.jwk.key();
    let mut entry = said.entry(Format::Hcert, key_id);
    if let Some(signer) = method.jwk.signer() {
        let Ok(signer) = signer else {
            return found.pass(name, UNREADABLE);
        };
        if signer.key != key {
            return found.pass(name, "its certificate is of another key");
        }
        entry = signer.describe(entry);
    }
    if entry.country.is_none() {
        entry.country = countries::of_two(place.participant)
            .map(str::to_owned)
            .or_else(|| country(place.participant));
    }
    found.offer(Offer { name, key, entry }, said);
}

/// Where a key stands in the network.
struct Place<'a> {
    domain: &'a str,
    participant: &'a str,
    usage: &'a str,
}

impl<'a> Place<'a> {
    fn of(id: &'a str) -> Option<Self> {
        let (path, _) = id.strip_prefix("did:web:")?.split_once('#')?;
        let mut parts = path.split(':').skip_while(|part| *part != "trustlist");
        parts.next()?;
        let place = Self {
            domain: parts.next()?,
            participant: parts.next()?,
            usage: parts.next()?,
        };

        parts.next().is_none().then_some(place)
    }

    fn name(&self, id: &str) -> String {
        let kid = id.split_once('#').map_or("", |(_, kid)| kid);

        format!("{}:{}:{}#{kid}", self.domain, self.participant, self.usage)
    }
}

const DOCUMENT_SIGNER: &str = "DSC";
/// A certificate that cannot be read may hold its signer to some kinds of proof: without it the key would be for all.
pub(super) const UNREADABLE: &str = "its certificate cannot be read";

#[cfg(test)]
mod tests {
    use domain::code::foreign::{ForeignKey, ProofKind};
    use domain::crypto::{KeyKind, VerifyingKey};
    use serde_json::json;

    use super::super::found::tests::{NOW, nothing_said, passed};
    use super::*;

    const LIST: &str = include_str!("../../tests/fixtures/trust/gdhcn.json");

    fn read_in(text: &str) -> Found {
        let mut found = Found::default();
        read(text.as_bytes(), &nothing_said(), &mut found).unwrap();

        found
    }

    #[test]
    fn signers_of_codes_are_taken_with_what_their_certificates_say() {
        let found = read_in(LIST);
        let ids: Vec<_> = found.keys.iter().map(|key| key.key_id.len()).collect();
        assert_eq!(ids, [8, 8, 8]);
        let [first, second, third] = &found.keys[..] else {
            panic!("{:?}", found.keys);
        };
        assert_eq!(first.country.as_deref(), Some("XA"));
        assert_eq!(first.kinds, [ProofKind::Vaccination]);
        assert!(first.not_before.is_some() && first.not_after > Some(NOW));
        let kind = |key: &ForeignKey| key.key.as_ref().map(VerifyingKey::kind);
        assert_eq!(kind(first), Some(KeyKind::P256));
        assert_eq!(kind(second), Some(KeyKind::Ed25519));
        assert_eq!(second.country.as_deref(), Some("NL"), "by its participant");
        assert_eq!(kind(third), None, "P-521 is kept to be told apart");
        assert!(found.keys.iter().all(|key| key.issuer.is_none()));
    }

    #[test]
    fn whatever_signs_no_codes_or_cannot_be_read_is_passed_over_by_name() {
        let said = passed(&read_in(LIST));
        for expected in [
            "DCC:XXA:SCA#sca=: usage SCA: it signs no codes",
            "DCC:XXB:DSC#AAAAAAAAAAA=: its certificate cannot be read",
            "DCC:XXC:DSC#AAAAAAAAAAE=: its certificate is of another key",
            "DCC:XXD:DSC#AAAAAAAAAAI=: it expired in 2025-01",
            "did:web:list.example:v2:trustlist:DCC:XXE: it is another document: import that one",
        ] {
            assert!(said.iter().any(|line| line == expected), "{said:#?}");
        }
        assert_eq!(said.len(), 5, "{said:#?}");
    }

    #[test]
    fn two_keys_with_one_id_are_both_candidates_and_one_key_twice_is_one() {
        let method = |byte: u8, domain: &str| {
            json!({
                "id": format!("did:web:x:v2:trustlist:{domain}:XXA:DSC#AQEBAQEBAQE="),
                "type": "JsonWebKey2020",
                "publicKeyJwk": {"kty": "OKP", "crv": "Ed25519", "x": super::super::encoding::base64url(
                    domain::crypto::SigningKey::new(domain::crypto::Secret::new([byte; 32])).public().as_bytes()
                )},
            })
        };
        let list = json!({"id": "did:web:x", "verificationMethod":
            [method(1, "DCC"), method(2, "DCC"), method(1, "PH4H")]});
        let found = read_in(&list.to_string());
        assert_eq!(found.keys.len(), 2);
        assert!(found.keys.iter().all(|key| key.key_id == [1; 8]));
    }

    #[test]
    fn what_is_no_did_document_is_refused_with_what_is_missing() {
        let refused = read(b"{}", &nothing_said(), &mut Found::default());
        assert!(refused.unwrap_err().contains("verificationMethod"));
    }
}
