use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::crypto::{Algorithm, sha256};
use crate::ids::Handle;
use crate::time::Timestamp;

fn code(format: Format, payload: Value) -> SignedForeign {
    SignedForeign {
        format,
        algorithm: Algorithm::Es256,
        key_id: b"key".to_vec(),
        issuer: Some("DE".to_owned()),
        signed: vec![1],
        signature: vec![2, 2, 3, 3],
        handle: Handle([0; 16]),
        issued_at: None,
        not_before: Some(Timestamp(1_001)),
        expires: None,
        kinds: Vec::new(),
        flaw: None,
        status: None,
        payload,
    }
}

const UCI: &str = "URN:UVCI:01DE/X";

fn certificate() -> Value {
    json!({"iss": "DE", "dcc": {"v": [{"ci": "other"}], "t": 5, "r": [{"ci": 7}, {"ci": UCI}]}})
}

fn batch(kid: &str, hash_type: &str, hashed: &[u8]) -> Value {
    let hash = STANDARD.encode(&sha256(&[hashed])[..16]);
    json!({"country": "DE", "expires": "2027-01-01T00:00:00Z", "kid": kid, "hashType": hash_type, "entries": [{"hash": hash}]})
}

fn named<'a>(ids: &[&'a [u8]]) -> SignerNames<'a> {
    SignerNames {
        ids: ids.to_vec(),
        country: None,
    }
}

fn list(value: &Value) -> Result<HashList, ListError> {
    HashList::decode(value.to_string().as_bytes())
}

fn hashes(kid: &str, hash_type: &str, hashed: &[u8]) -> Revocations {
    let mut revocations = Revocations::default();
    revocations
        .hashes
        .add(list(&batch(kid, hash_type, hashed)).unwrap());

    revocations
}

#[test]
fn a_certificate_is_revoked_by_its_identifier_with_or_without_country_or_by_r_of_its_signature() {
    let kid = STANDARD.encode("key");
    let code = code(Format::Hcert, certificate());
    for (kind, hashed) in [
        ("UCI", UCI.as_bytes()),
        ("COUNTRYCODEUCI", b"DEURN:UVCI:01DE/X"),
        ("SIGNATURE", &[2, 2]),
    ] {
        let revoked = Some(Revocation::Revoked);
        assert_eq!(
            hashes(&kid, kind, hashed).of(&code, &SignerNames::default()),
            revoked
        );
        assert_eq!(
            hashes("UNKNOWN_KID", kind, hashed).of(&code, &SignerNames::default()),
            revoked
        );
        // Another key, another country, another kind of hash, another certificate.
        assert_eq!(
            hashes("AAAA", kind, hashed).of(&code, &SignerNames::default()),
            None
        );
        let french = SignedForeign {
            issuer: Some("FR".to_owned()),
            ..code.clone()
        };
        assert_eq!(
            hashes("UNKNOWN_KID", kind, hashed).of(&french, &SignerNames::default()),
            None
        );
        let other_kind = if kind == "UCI" { "SIGNATURE" } else { "UCI" };
        assert_eq!(
            hashes(&kid, other_kind, hashed).of(&code, &SignerNames::default()),
            None
        );
        assert_eq!(
            hashes(&kid, kind, b"another").of(&code, &SignerNames::default()),
            None
        );
    }
}

#[test]
fn a_list_may_name_the_signer_by_another_id_than_the_code_does() {
    let code = code(Format::Hcert, certificate());
    let by_other = hashes(&STANDARD.encode("other"), "UCI", UCI.as_bytes());
    assert_eq!(by_other.of(&code, &named(&[b"key"])), None);
    let revoked = Some(Revocation::Revoked);
    assert_eq!(by_other.of(&code, &named(&[b"key", b"other"])), revoked);
}

#[test]
fn a_certificate_that_leaves_its_country_out_or_writes_it_small_is_revoked_all_the_same() {
    let issued = |issuer: Option<&str>, certificate: Value| SignedForeign {
        issuer: issuer.map(str::to_owned),
        ..code(Format::Hcert, json!({"dcc": {"v": [certificate]}}))
    };
    let plain = json!({"ci": UCI});
    let small = hashes(
        &STANDARD.encode("key"),
        "COUNTRYCODEUCI",
        b"deURN:UVCI:01DE/X",
    );
    let written_small = issued(Some("de"), plain.clone());
    assert!(small.of(&written_small, &SignerNames::default()).is_some());
    let lists = [
        hashes("UNKNOWN_KID", "UCI", UCI.as_bytes()),
        hashes(
            &STANDARD.encode("key"),
            "COUNTRYCODEUCI",
            b"DEURN:UVCI:01DE/X",
        ),
    ];
    let german = SignerNames {
        country: Some("de"),
        ..SignerNames::default()
    };
    for list in lists {
        let revoked = |code: &SignedForeign, signer| list.of(code, signer).is_some();
        let nobody = SignerNames::default();
        assert!(revoked(&issued(Some("de"), plain.clone()), &nobody));
        assert!(revoked(&issued(None, plain.clone()), &german));
        let with_country = json!({"ci": UCI, "co": "DE"});
        assert!(revoked(&issued(None, with_country), &nobody));
        assert!(!revoked(&issued(Some("FR"), plain.clone()), &nobody));
    }
}

#[test]
fn of_a_signature_by_rsa_the_whole_is_hashed() {
    let code = SignedForeign {
        algorithm: Algorithm::Ps256,
        ..code(Format::Hcert, json!({}))
    };
    let by = |hashed: &[u8]| {
        hashes(&STANDARD.encode("key"), "SIGNATURE", hashed).of(&code, &SignerNames::default())
    };
    assert_eq!(by(&[2, 2, 3, 3]), Some(Revocation::Revoked));
    assert_eq!(by(&[2, 2]), None);
}

#[test]
fn a_batch_with_other_fields_kinds_or_hashes_is_refused() {
    let good = batch("AAAA", "UCI", b"");
    assert!(list(&good).is_ok());
    for (name, value) in [
        ("country", json!(null)),
        ("expires", json!(5)),
        ("kid", json!("")),
        ("kid", json!("AA")),
        ("hashType", json!("SHA1")),
        ("entries", json!({})),
        ("entries", json!([{"hash": "AAAA"}])),
        ("entries", json!(["AAAAAAAAAAAAAAAAAAAAAA=="])),
        ("more", json!(1)),
    ] {
        let mut wrong = good.clone();
        wrong[name] = value;
        assert_eq!(list(&wrong), Err(ListError::Malformed), "{wrong}");
    }
    let mut long = good.clone();
    long["entries"] = Value::Array(vec![good["entries"][0].clone(); 1_001]);
    assert_eq!(list(&long), Err(ListError::TooLarge));
    let endless = vec![b' '; MAX_LIST_BYTES + 1];
    assert_eq!(HashList::decode(&endless), Err(ListError::TooLarge));
}

fn rids(rids: &Value) -> Result<RidList, ListError> {
    let list = json!({"kid": "key", "method": "rid", "ctr": 3, "rids": rids});
    RidList::decode(list.to_string().as_bytes(), 3)
}

fn card(rid: &str) -> SignedForeign {
    code(Format::Shc, json!({"vc": {"rid": rid}}))
}

#[test]
fn a_card_is_revoked_by_its_id_and_where_there_is_a_time_only_if_signed_no_later() {
    let revokes = |list: Value, card: &SignedForeign| {
        let revocations = Revocations {
            rids: vec![rids(&list).unwrap()],
            ..Revocations::default()
        };
        revocations.of(card, &SignerNames::default()).is_some()
    };
    assert!(revokes(json!(["other", "ab"]), &card("ab")));
    assert!(revokes(json!(["ab.1001"]), &card("ab")));
    assert!(!revokes(json!(["ab.1000"]), &card("ab")));
    assert!(!revokes(json!(["ab"]), &card("AB")));
    // Twice: what revokes more counts.
    assert!(revokes(json!(["ab.1", "ab"]), &card("ab")));
    assert!(revokes(json!(["ab", "ab.1"]), &card("ab")));
    assert!(revokes(json!(["ab.1001", "ab.1"]), &card("ab")));

    let undated = SignedForeign {
        not_before: None,
        ..card("ab")
    };
    assert!(revokes(json!(["ab.1"]), &undated));
    let by_another = SignedForeign {
        key_id: b"another".to_vec(),
        ..card("ab")
    };
    assert!(!revokes(json!(["ab"]), &by_another));
    assert!(!revokes(json!(["ab"]), &code(Format::Shc, json!({}))));
}

#[test]
fn a_list_of_another_version_method_or_form_is_refused() {
    let good = json!({"kid": "key", "method": "rid", "ctr": 3, "rids": ["ab.1", "cd"]});
    let read = |list: &Value| RidList::decode(list.to_string().as_bytes(), 3).err();
    assert_eq!(read(&good), None);
    for (name, value, error) in [
        ("ctr", json!(2), ListError::OtherVersion),
        ("ctr", json!(4), ListError::OtherVersion),
        ("ctr", json!("3"), ListError::Malformed),
        ("ctr", json!(-3), ListError::Malformed),
        ("kid", json!(""), ListError::Malformed),
        ("method", json!("hash"), ListError::Malformed),
        ("rids", json!(null), ListError::Malformed),
        ("rids", json!([7]), ListError::Malformed),
        ("rids", json!([""]), ListError::Malformed),
        ("rids", json!(["ab."]), ListError::Malformed),
        ("rids", json!(["ab.1.2"]), ListError::Malformed),
        ("rids", json!(["ab.-1"]), ListError::Malformed),
        ("rids", json!(["ab.1687450764657"]), ListError::Malformed),
        ("rids", json!(["a b"]), ListError::Malformed),
        (
            "rids",
            json!(["abcdefghijklmnopqrstuvwxy"]),
            ListError::Malformed,
        ),
        ("more", json!(1), ListError::Malformed),
    ] {
        let mut wrong = good.clone();
        wrong[name] = value;
        assert_eq!(read(&wrong), Some(error), "{wrong}");
    }
    assert!(rids(&json!([])).is_ok());
}

#[test]
fn a_ticket_is_revoked_or_blocked_by_its_exact_secret() {
    let ticket = code(Format::Pretix, json!({}));
    let secret = crate::code::foreign::pretix::secret(&ticket).unwrap();
    let listed = |secret: &str| json!([{"id": 1, "secret": "x"}, {"id": 2, "secret": secret}]);
    let how = |revoked: &Value, blocked: &Value| {
        let mut revocations = Revocations::default();
        let secrets = &mut revocations.secrets;
        secrets.add_revoked(revoked.to_string().as_bytes()).unwrap();
        secrets.add_blocked(blocked.to_string().as_bytes()).unwrap();
        revocations.of(&ticket, &SignerNames::default())
    };
    let none = json!([]);
    assert_eq!(how(&none, &none), None);
    assert_eq!(
        how(&listed(&secret), &listed(&secret)),
        Some(Revocation::Revoked)
    );
    assert_eq!(how(&none, &listed(&secret)), Some(Revocation::Blocked));
    let freed = json!([{"secret": secret, "blocked": false}]);
    assert_eq!(how(&none, &freed), None);
    let page = json!({"count": 1, "next": null, "previous": null, "results": listed(&secret)});
    assert_eq!(how(&page, &none), Some(Revocation::Revoked));
    for other in [
        secret.to_lowercase(),
        format!("{secret} "),
        secret.replacen('=', "", 1),
    ] {
        assert_eq!(how(&listed(&other), &listed(&other)), None);
    }
}

#[test]
fn a_list_of_secrets_that_is_a_part_or_none_is_refused() {
    for wrong in [
        json!({"next": "https://x/?page=2", "results": []}),
        json!({"next": null}),
        json!("secret"),
        json!(["secret"]),
        json!([{"secret": ""}]),
        json!([{"secret": 5}]),
        json!([{"blocked": true}]),
        json!([{"secret": "a", "blocked": "no"}]),
    ] {
        let mut secrets = Secrets::default();
        let read = secrets.add_blocked(wrong.to_string().as_bytes());
        assert_eq!(read, Err(ListError::Malformed), "{wrong}");
        assert_eq!(secrets, Secrets::default());
    }
}

#[test]
fn formats_without_lists_are_never_revoked_by_those_of_others() {
    let revocations = hashes(&STANDARD.encode("key"), "SIGNATURE", &[2, 2]);
    for format in [Format::Nzcp, Format::VdsNc, Format::Claim169, Format::Shc] {
        assert_eq!(
            revocations.of(&code(format, certificate()), &SignerNames::default()),
            None
        );
    }
}
