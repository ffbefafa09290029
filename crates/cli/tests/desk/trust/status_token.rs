//! Status tokens on their way into the list: signed by a key that it holds, in their time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::code::foreign::StatusReference;
use domain::code::foreign::revocation::ListKind;
use domain::crypto::{Secret, SigningKey};
use serde_json::json;

use super::*;

const URI: &str = "https://id.example/status/1";
/// zlib around one stored block of the byte 0xb9: 1 0 0 1 1 1 0 1.
const PACKED: [u8; 12] = [
    0x78, 0x01, 0x01, 0x01, 0x00, 0xfe, 0xff, 0xb9, 0x00, 0xba, 0x00, 0xba,
];

fn issuer() -> SigningKey {
    SigningKey::new(Secret::new([33; 32]))
}

/// A desk whose draft holds the issuer's key under the id `k`.
fn desk() -> Desk {
    let desk = Desk::new();
    let x = URL_SAFE_NO_PAD.encode(issuer().public().as_bytes());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}).to_string();
    import_text(&desk, "claim169", &jwk, &["--issuer", "https://id.example"]).unwrap();

    desk
}

fn token(kid: Option<&str>, claims: &Value) -> String {
    signed(&issuer(), kid, claims)
}

fn signed(by: &SigningKey, kid: Option<&str>, claims: &Value) -> String {
    let mut header = json!({"alg": "EdDSA", "typ": "statuslist+jwt"});
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    let signed = [&header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = by.sign(signed.as_bytes());

    format!("{signed}.{}\n", URL_SAFE_NO_PAD.encode(signature))
}

fn claims() -> Value {
    json!({"sub": URI, "iat": AT.0 - 60, "exp": AT.0 + DAY, "ttl": 3_600,
        "status_list": {"bits": 1, "lst": URL_SAFE_NO_PAD.encode(PACKED)}})
}

#[test]
fn a_token_that_a_key_of_the_draft_signed_is_named_and_asked_as_it_was_published() {
    let desk = desk();
    let said = import_text(&desk, "status-token", &token(Some("k"), &claims()), &[]).unwrap();
    assert!(said.contains("+ revocations status_token "), "{said}");
    let whose = format!(
        "status list {URI}, signed by a key for claim169, https://id.example, no country\n"
    );
    assert!(said.contains(&whose), "{said}");
    sign(&desk, &[1, 2], &words(&said), NOW).unwrap();
    let trust = held(&desk);
    assert_eq!(trust.body.revocations[0].list, ListKind::StatusToken);
    let folder = desk.path("authority/public/revocation");
    let withdrawn = Withdrawn::open(&trust.body.revocations, |hash| {
        std::fs::read(folder.join(format!("{}.json", hex::encode(hash)))).ok()
    });
    let at = |index| {
        let uri = URI.to_owned();
        let place = StatusReference { index, uri };
        withdrawn.lists.tokens.status(&place, AT)
    };
    assert_eq!((at(0), at(1), at(8)), (Some(1), Some(0), None));
}

#[test]
fn a_token_of_nobody_here_an_altered_one_and_one_whose_time_is_over_are_refused() {
    let desk = desk();
    let refused = |text: &str| import_text(&desk, "status-token", text, &[]).unwrap_err();
    let stranger = refused(&token(Some("other"), &claims()));
    assert!(
        stranger.contains("import its issuer's keys first"),
        "{stranger}"
    );
    let nameless = refused(&token(None, &claims()));
    assert!(nameless.contains("names no key"), "{nameless}");
    let mut parts: Vec<String> = token(Some("k"), &claims())
        .split('.')
        .map(str::to_owned)
        .collect();
    let mut other = claims();
    other["sub"] = "https://id.example/status/2".into();
    parts[1] = URL_SAFE_NO_PAD.encode(other.to_string());
    let altered = refused(&parts.join("."));
    assert!(
        altered.contains("not signed by any of the keys"),
        "{altered}"
    );
    for (name, value, why) in [
        ("exp", AT.0, "has expired"),
        ("ttl", 60, "older than its ttl"),
        ("iat", AT.0 + 3_600, "not valid yet"),
    ] {
        let mut late = claims();
        late[name] = value.into();
        let said = refused(&token(Some("k"), &late));
        assert!(said.contains(why), "{name}: {said}");
    }
    let none = refused("{}");
    assert!(none.contains("not built as one"), "{none}");
    assert!(drafted(&desk).body().revocations.is_empty());
}

#[test]
fn a_newer_token_takes_the_place_of_the_older_one_of_its_list_and_no_other_issuers_does() {
    let desk = desk();
    let other = SigningKey::new(Secret::new([34; 32]));
    let x = URL_SAFE_NO_PAD.encode(other.public().as_bytes());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "o", "x": x}).to_string();
    let more = ["--issuer", "https://other.example", "--add"];
    import_text(&desk, "claim169", &jwk, &more).unwrap();
    let mut second = claims();
    second["sub"] = "https://id.example/status/2".into();
    let add = |text: &str| import_text(&desk, "status-token", text, &["--add"]);
    add(&token(Some("k"), &claims())).unwrap();
    add(&token(Some("k"), &second)).unwrap();
    let mut newer = claims();
    newer["iat"] = (AT.0 - 30).into();
    add(&token(Some("k"), &newer)).unwrap();
    let named = drafted(&desk).body().revocations.clone();
    assert_eq!(named.len(), 2, "one of each list");

    let older = add(&token(Some("k"), &claims())).unwrap_err();
    assert!(older.contains("names a newer token"), "{older}");
    let by_other = signed(&other, Some("o"), &newer);
    let refused = add(&by_other).unwrap_err();
    assert!(
        refused.contains("https://other.example") && refused.contains("changed hands"),
        "{refused}"
    );
    let mut foreign = second;
    foreign["sub"] = "https://other.example/1".into();
    foreign["iss"] = "https://id.example".into();
    let lying = add(&signed(&other, Some("o"), &foreign)).unwrap_err();
    assert!(
        lying.contains("says that it is from https://id.example"),
        "{lying}"
    );
    assert_eq!(drafted(&desk).body().revocations, named);

    let torn = import_text(&desk, "status-token", &token(Some("k"), &newer), &[]);
    assert!(torn.is_ok(), "one of two may go");
    foreign["iss"] = json!(null);
    foreign.as_object_mut().unwrap().remove("iss");
    add(&token(Some("k"), &foreign)).unwrap();
    foreign["sub"] = "https://other.example/2".into();
    add(&token(Some("k"), &foreign)).unwrap();
    let torn = import_text(&desk, "status-token", &token(Some("k"), &newer), &[]).unwrap_err();
    assert!(
        torn.contains("remove 2 of the 3 lists for status tokens"),
        "{torn}"
    );
}
