//! The keys of pretix events: `valid_keys.pretix_sig1` of an event, or of a page of events, as its interface gives them
//! (base64 of a key in PEM), or keys in PEM, or one in base64, in a file of their own. Tickets name neither key nor event, so each
//! key is a candidate for every ticket.

use domain::code::foreign::{ForeignKey, Format};
use domain::crypto::{KeyError, KeyKind, VerifyingKey};
use serde_json::Value;

use super::encoding::{base64, pem};
use super::found::{Found, Offer, Said, shown};
use super::input;

/// Reads a file of keys.
///
/// # Errors
/// Why it holds none.
pub(super) fn read(bytes: &[u8], said: &Said, found: &mut Found) -> Result<(), String> {
    let begins = bytes.trim_ascii_start().first();
    if !matches!(begins, Some(b'{' | b'[')) {
        let text = str::from_utf8(bytes).map_err(|_| NO_KEYS.to_owned())?;
        return single(text, said, found);
    }
    let value = input::json(bytes)?;
    let page = value.get("results").unwrap_or(&value);
    let events = page
        .as_array()
        .map_or(std::slice::from_ref(page), Vec::as_slice);
    for event in events {
        let keys = event.get("valid_keys").unwrap_or(event).get("pretix_sig1");
        let keys = keys.and_then(Value::as_array).ok_or(NO_KEYS)?;
        let slug = event.get("slug").and_then(Value::as_str);
        let whose = Event {
            slug,
            name: event.get("name").and_then(in_words),
        };
        for (key, number) in keys.iter().zip(1_u32..) {
            let name = format!("{} key {number}", slug.unwrap_or("event"));
            let text = key.as_str().unwrap_or_default();
            add(name, read_key(text), &whose, said, found);
        }
    }

    Ok(())
}

fn single(text: &str, said: &Said, found: &mut Found) -> Result<(), String> {
    let several = pem(text, "PUBLIC KEY").filter(|keys| keys.len() > 1);
    if let Some(keys) = several {
        for (der, number) in keys.iter().zip(1_u32..) {
            let key = VerifyingKey::from_spki(der);
            add(format!("key {number}"), key, &Event::default(), said, found);
        }
        return Ok(());
    }
    let key = read_key(text);
    if key == Err(KeyError::Malformed) {
        return Err(NO_KEYS.to_owned());
    }
    add("the key".to_owned(), key, &Event::default(), said, found);

    Ok(())
}

/// Whose a key is, as far as the file says it.
#[derive(Default)]
struct Event<'a> {
    slug: Option<&'a str>,
    name: Option<String>,
}

/// A name by language, as `{"en": "…", "de": "…"}`: Chinese or English before any other.
fn in_words(name: &Value) -> Option<String> {
    let languages = name.as_object()?;
    let known = ["zh-hans", "zh", "en"];
    let text = known
        .into_iter()
        .filter_map(|language| languages.get(language))
        .chain(languages.values())
        .find_map(|text| text.as_str().filter(|text| !text.trim().is_empty()));

    shown(text)
}

fn add(
    name: String,
    key: Result<VerifyingKey, KeyError>,
    of: &Event<'_>,
    said: &Said,
    found: &mut Found,
) {
    if key.as_ref().is_ok_and(|key| key.kind() != KeyKind::Ed25519) {
        return found.pass(name, "no ticket is signed with such a key");
    }
    let blank = said.entry(Format::Pretix, Vec::new());
    let entry = ForeignKey {
        issuer: blank.issuer.clone().or_else(|| of.slug.map(str::to_owned)),
        name: of.name.clone().or_else(|| blank.name.clone()),
        ..blank
    };
    found.offer(Offer { name, key, entry }, said);
}

/// A key in PEM, in base64 of its DER, or in base64 of its PEM.
fn read_key(text: &str) -> Result<VerifyingKey, KeyError> {
    let der = in_pem(text).or_else(|| {
        let bytes = base64(text)?;
        let inner = str::from_utf8(&bytes).ok().and_then(in_pem);

        Some(inner.unwrap_or(bytes))
    });

    VerifyingKey::from_spki(&der.ok_or(KeyError::Malformed)?)
}

fn in_pem(text: &str) -> Option<Vec<u8>> {
    pem(text, "PUBLIC KEY")?.into_iter().next()
}

const NO_KEYS: &str = "this holds no ticket keys: save the answer of /api/v1/organizers/…/events/…/, which has them in \
`valid_keys`, or keys in PEM";

#[cfg(test)]
mod tests {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;
    use domain::crypto::{PublicKey, Secret, SigningKey};
    use serde_json::json;

    use super::super::found::tests::{nothing_said, passed};
    use super::*;

    fn public(byte: u8) -> PublicKey {
        SigningKey::new(Secret::new([byte; 32])).public()
    }

    fn der(key: &PublicKey) -> Vec<u8> {
        let head = [
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ];
        [&head[..], key.as_bytes()].concat()
    }

    fn in_pem(key: &PublicKey) -> String {
        let body = STANDARD.encode(der(key));
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    }

    fn read_in(text: &str, said: &Said) -> Found {
        let mut found = Found::default();
        read(text.as_bytes(), said, &mut found).unwrap();

        found
    }

    #[test]
    fn an_events_keys_are_read_as_the_interface_gives_them() {
        let keys = json!([
            STANDARD.encode(in_pem(&public(1))),
            STANDARD.encode(in_pem(&public(2)))
        ]);
        let event = json!({"slug": "demo", "valid_keys": {"pretix_sig1": keys}});
        for text in [
            event.to_string(),
            json!([event]).to_string(),
            json!({"next": null, "results": [event]}).to_string(),
        ] {
            let found = read_in(&text, &nothing_said());
            assert_eq!(found.keys.len(), 2);
            assert_eq!(found.keys[0].key, Some(public(1).into()));
            assert_eq!(found.keys[0].issuer.as_deref(), Some("demo"));
            assert_eq!(found.keys[0].key_id, b"");
        }
        let bare = json!({"pretix_sig1": keys}).to_string();
        let said = Said {
            issuer: Some("Sommerfest".to_owned()),
            ..nothing_said()
        };
        let found = read_in(&bare, &said);
        assert_eq!(found.keys[1].issuer.as_deref(), Some("Sommerfest"));
    }

    #[test]
    fn one_key_may_lie_in_a_file_of_its_own() {
        for text in [
            in_pem(&public(1)),
            STANDARD.encode(der(&public(1))),
            STANDARD.encode(in_pem(&public(1))),
        ] {
            let found = read_in(&text, &nothing_said());
            assert_eq!(found.keys[0].key, Some(public(1).into()), "{text}");
        }
    }

    #[test]
    fn several_keys_in_one_file_are_all_taken() {
        let text = [in_pem(&public(1)), in_pem(&public(2))].concat();
        let found = read_in(&text, &nothing_said());
        let keys: Vec<_> = found.keys.iter().map(|key| key.key.clone()).collect();
        assert_eq!(keys, [Some(public(1).into()), Some(public(2).into())]);
    }

    #[test]
    fn an_event_is_shown_by_its_name_in_a_language_of_the_station_or_by_what_was_said() {
        let said = Said {
            name: Some("Fest".to_owned()),
            ..nothing_said()
        };
        for (name, shown) in [
            (json!({"de": "Stadtfest", "en": "City fair"}), "City fair"),
            (json!({"de": "Stadtfest", "en": " "}), "Stadtfest"),
            (json!({}), "Fest"),
            (json!(null), "Fest"),
        ] {
            let key = in_pem(&public(1));
            let event = json!({"slug": "fair", "name": name, "valid_keys": {"pretix_sig1": [key]}});
            let found = read_in(&event.to_string(), &said);
            assert_eq!(found.keys[0].name.as_deref(), Some(shown), "{event}");
        }
    }

    #[test]
    fn another_kind_of_key_and_what_is_no_key_are_told() {
        let pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzRR+XGsCp12Vvbgui4DD6O6cqmhfPuXM\
                   hi1OxPl8760i/lJToW5b5NFiHn8Y6smVxX+CkX8akVCEI4PwtKTdPQ==\n-----END PUBLIC KEY-----\n";
        let found = read_in(pem, &nothing_said());
        assert_eq!(
            passed(&found),
            ["the key: no ticket is signed with such a key"]
        );
        for text in ["hello", "{}", r#"{"valid_keys": {}}"#, ""] {
            let refused = read(text.as_bytes(), &nothing_said(), &mut Found::default());
            assert!(refused.is_err(), "{text}");
        }
    }
}
