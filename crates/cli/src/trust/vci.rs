//! The VCI directory of SMART Health Cards, as its daily snapshot has it: `{directory, issuerInfo: [{issuer: {iss, name},
//! keys: [jwk], crls: [...]}]}`. Cards name their issuer by its address, and its keys by their thumbprints.

use domain::code::foreign::revocation::{ListKind, RidList};
use domain::code::foreign::{ForeignKey, Format};
use serde_json::Value;

use super::found::{Found, List, Offer, Said, shown};
use super::input;
use super::jwk::Jwk;

/// Reads a snapshot.
///
/// # Errors
/// Why it is none.
pub(super) fn read(bytes: &[u8], said: &Said, found: &mut Found) -> Result<(), String> {
    let value = input::json(bytes)?;
    let issuers = value.get("issuerInfo").and_then(Value::as_array);
    let issuers = issuers.ok_or(
        "this is no snapshot of the VCI directory: it has no list `issuerInfo`; the list of issuers without keys is not enough",
    )?;
    for issuer in issuers {
        let iss = issuer.pointer("/issuer/iss").and_then(Value::as_str);
        let Some(iss) = iss.filter(|iss| iss.starts_with("https://")) else {
            found.pass(
                "an issuer",
                "it has no address `iss` that begins with https://",
            );
            continue;
        };
        let members = |name: &str| {
            let list = issuer.get(name).and_then(Value::as_array);
            list.map(Vec::as_slice).unwrap_or_default()
        };
        let keys: Vec<Jwk<'_>> = members("keys").iter().filter_map(Jwk::of).collect();
        let name = shown(issuer.pointer("/issuer/name").and_then(Value::as_str));
        for key in &keys {
            add(iss, name.as_ref(), *key, said, found);
        }
        for list in members("crls") {
            revoked(iss, &keys, list, found);
        }
    }

    Ok(())
}

/// Cards are signed with ES256 on P-256 alone, and their key ids are thumbprints (SMART Health Cards, "Determining keys
/// associated with an issuer"). A certificate beside a key makes nobody trusted.
fn add(iss: &str, shown: Option<&String>, jwk: Jwk<'_>, said: &Said, found: &mut Found) {
    let kid = jwk.text("kid").unwrap_or("without an id");
    let name = format!("{iss} {kid}");
    if jwk.text("kty") != Some("EC") || jwk.text("crv") != Some("P-256") {
        return found.pass(name, "no card is signed with such a key");
    }
    if let Some(flaw) = jwk.flaw() {
        return found.pass(name, flaw);
    }
    if jwk.thumbprint().as_deref() != Some(kid) {
        return found.pass(name, "its id is not its thumbprint");
    }
    let blank = said.entry(Format::Shc, kid.as_bytes().to_vec());
    let entry = ForeignKey {
        issuer: Some(iss.to_owned()),
        name: shown.cloned().or_else(|| blank.name.clone()),
        ..blank
    };
    let key = jwk.key();
    found.offer(Offer { name, key, entry }, said);
}

/// A list of revoked cards counts for a key of its own issuer, in the version that this key names.
fn revoked(iss: &str, keys: &[Jwk<'_>], list: &Value, found: &mut Found) {
    let kid = list.get("kid").and_then(Value::as_str).unwrap_or_default();
    let name = format!("{iss} {kid}, revoked cards");
    let Some(key) = keys.iter().find(|key| key.text("kid") == Some(kid)) else {
        return found.pass(name, "its key is none of this issuer's");
    };
    let bytes = list.to_string().into_bytes();
    let counter = list.get("ctr").and_then(Value::as_u64).unwrap_or_default();
    match RidList::decode(&bytes, key.number("crlVersion").unwrap_or(counter)) {
        Ok(_) => found.list(List {
            kind: ListKind::ShcRids,
            bytes,
        }),
        Err(error) => found.pass(name, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::found::tests::{nothing_said, passed};
    use super::*;

    const SNAPSHOT: &str = include_str!("../../tests/fixtures/trust/vci.json");

    fn read_in(value: &Value) -> Found {
        let mut found = Found::default();
        read(value.to_string().as_bytes(), &nothing_said(), &mut found).unwrap();

        found
    }

    fn snapshot() -> Value {
        serde_json::from_str(SNAPSHOT).unwrap()
    }

    #[test]
    fn every_issuer_has_its_keys_by_their_thumbprints_also_those_it_shares() {
        let found = read_in(&snapshot());
        let [first, second] = &found.keys[..] else {
            panic!("{:?}", found.keys);
        };
        assert_eq!(first.issuer.as_deref(), Some("https://spec.example/issuer"));
        assert_eq!(
            second.issuer.as_deref(),
            Some("https://other.example/issuer")
        );
        assert_eq!((&first.key_id, &first.key), (&second.key_id, &second.key));
        assert_eq!(first.key_id.len(), 43);
        assert_eq!(first.name.as_deref(), Some("Example Health"));
        assert_eq!(second.name.as_deref(), Some("Other Health"));
        assert_eq!(passed(&found), [""; 0]);
    }

    #[test]
    fn a_snapshots_list_of_revoked_cards_becomes_a_file_of_its_own() {
        let found = read_in(&snapshot());
        assert_eq!(found.lists.len(), 1);
        let list = RidList::decode(&found.lists[0].bytes, 2).unwrap();
        let known: RidList = RidList::decode(
            snapshot()["issuerInfo"][0]["crls"][0]
                .to_string()
                .as_bytes(),
            2,
        )
        .unwrap();
        assert_eq!(list, known);
    }

    #[test]
    fn a_key_under_another_id_or_of_another_kind_is_passed_over() {
        let mut value = snapshot();
        let keys = &mut value["issuerInfo"][0]["keys"];
        keys[0]["kid"] = json!("7JvktUpf1_9NPwdM-70FJT3YdyTiSe2IvmVxxgDSRb0");
        keys.as_array_mut()
            .unwrap()
            .push(json!({"kty": "RSA", "kid": "a", "n": "AA", "e": "AQAB"}));
        let found = read_in(&value);
        assert_eq!(found.keys.len(), 1);
        let said = passed(&found);
        assert!(
            said[0].ends_with("its id is not its thumbprint"),
            "{said:?}"
        );
        assert!(
            said[1].ends_with("no card is signed with such a key"),
            "{said:?}"
        );
        assert!(
            said[2].ends_with("revoked cards: its key is none of this issuer's"),
            "{said:?}"
        );
    }

    #[test]
    fn a_list_of_another_version_than_its_key_names_is_passed_over() {
        let mut value = snapshot();
        value["issuerInfo"][0]["keys"][0]["crlVersion"] = json!(3);
        let found = read_in(&value);
        assert_eq!(found.lists, []);
        assert!(passed(&found)[0].contains("another version"));
    }

    #[test]
    fn the_list_of_issuers_without_keys_is_refused() {
        let issuers = br#"{"participating_issuers": []}"#;
        let refused = read(issuers, &nothing_said(), &mut Found::default());
        assert!(refused.unwrap_err().contains("issuerInfo"));
    }
}
