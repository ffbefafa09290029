use super::*;

const DATA: &str =
    r#"{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{"pid":{"n":"CITIZEN JANE"}}}"#;

fn seal(data: &str, sig: &str) -> String {
    format!(r#"{{"data":{data},"sig":{sig}}}"#)
}

fn sig(members: &str) -> String {
    format!(r#"{{"alg":"ES256","sigvl":"AQID"{members}}}"#)
}

#[test]
fn a_seal_signs_the_canonical_form_of_its_data_in_whatever_order_it_stands() {
    let read = decode(&seal(DATA, &sig(""))).unwrap();
    assert_eq!(read.signed, DATA.as_bytes());
    assert_eq!(read.signature, [1, 2, 3]);
    assert_eq!(read.algorithm, Algorithm::Es256);
    assert_eq!(read.issuer.as_deref(), Some("UTO"));
    assert_eq!(read.kinds, [ProofKind::Vaccination]);
    assert_eq!(read.payload["msg"]["pid"]["n"], "CITIZEN JANE");

    let otherwise = "{ \"sig\" : {\"sigvl\":\"AQID\",\"alg\":\"ES256\"},\n\"data\": {\"msg\":{\"pid\":{\"n\":\"CITIZEN \\u004aANE\"}}, \"hdr\":{\"v\":1,\"t\":\"icao.vacc\",\"is\":\"UTO\"}}}";
    let other = decode(otherwise).unwrap();
    assert_eq!((other.signed, other.handle), (read.signed, read.handle));
}

#[test]
fn the_certificate_in_a_seal_says_which_key_and_no_more() {
    let read = |members: &str| decode(&seal(DATA, &sig(members))).map(|seal| seal.key_id);
    assert_eq!(read(""), Ok(Vec::new()));
    for certificate in [r#","cer":"_-A""#, r#","cer":"_-A=""#, r#","cer":"/+A=""#] {
        assert_eq!(
            read(certificate),
            Ok(sha256(&[&[0xff, 0xe0]])[..8].to_vec())
        );
    }
    for wrong in [
        r#","cer":"/-A=""#,
        r#","cer":"/+A""#,
        r#","cer":"_-B""#,
        r#","cer":null"#,
        r#","cer":5"#,
        r#","ceq":"_-A""#,
        r#","cer":"_-A","cer":"_-A""#,
    ] {
        assert_eq!(read(wrong), Err(Reason::Malformed), "{wrong}");
    }
}

#[test]
fn a_type_that_is_not_known_proves_nothing_and_a_test_is_one() {
    let kinds = |kind: &str| {
        decode(&seal(&DATA.replace("icao.vacc", kind), &sig("")))
            .unwrap()
            .kinds
    };
    assert_eq!(kinds("icao.test"), [ProofKind::Test]);
    assert_eq!(kinds("icao.visa"), []);
}

#[test]
fn another_version_is_read_and_not_decided() {
    let flaw = |v: &str| {
        decode(&seal(&DATA.replace("\"v\":1", v), &sig("")))
            .unwrap()
            .flaw
    };
    assert_eq!(flaw("\"v\":1"), None);
    for other in ["\"v\":2", "\"v\":\"1\"", "\"w\":1"] {
        assert_eq!(flaw(other), Some(Reason::Unsupported), "{other}");
    }
}

#[test]
fn a_signature_that_is_half_padded_or_in_another_alphabet_is_refused() {
    for value in ["AQ=", "AR", "AQ ==", "A+==", "AQID====", "=", "AQI\\u0044="] {
        let wrong = format!(r#"{{"alg":"ES256","sigvl":"{value}"}}"#);
        assert_eq!(
            decode(&seal(DATA, &wrong)),
            Err(Reason::Malformed),
            "{value}"
        );
    }
    for good in ["AQ==", "AQ"] {
        let sig = format!(r#"{{"alg":"ES256","sigvl":"{good}"}}"#);
        assert!(decode(&seal(DATA, &sig)).is_ok());
    }
}

#[test]
fn other_json_is_no_seal_and_a_seal_with_more_in_it_is_malformed() {
    for text in [
        "",
        "[]",
        "{}",
        "\"data\"",
        r#"{"data":{}}"#,
        r#"{"sig":{}}"#,
    ] {
        assert_eq!(decode(text), Err(Reason::NotAPass), "{text}");
    }
    let good = seal(DATA, &sig(""));
    for wrong in [
        good.replacen("{\"data\"", "{\"x\":1,\"data\"", 1),
        good.replacen("{\"data\"", "{\"data\":{},\"data\"", 1),
        format!("{good}x"),
        good.replace("\"is\":\"UTO\",", ""),
        good.replace("\"UTO\"", "7"),
        good.replace("\"t\":\"icao.vacc\",", ""),
        good.replace("\"alg\":\"ES256\",", ""),
        good.replace("ES256", "none"),
        seal(DATA, "[]"),
        seal("[]", &sig("")),
        " ".repeat(MAX_TEXT) + &good,
    ] {
        assert_eq!(decode(&wrong), Err(Reason::Malformed), "{wrong}");
    }
    assert_eq!(
        decode(&good.replace("ES256", "ES512")),
        Err(Reason::Unsupported)
    );
}

#[test]
fn a_whole_number_that_shares_its_canonical_form_with_another_is_malformed() {
    let with = |number: &str| {
        let data = DATA.replace("\"CITIZEN JANE\"", number);
        decode(&seal(&data, &sig(""))).map(|seal| seal.payload["msg"]["pid"]["n"].to_string())
    };
    for exact in ["9007199254740991", "-9007199254740991", "0.5", "0"] {
        assert_eq!(with(exact).as_deref(), Ok(exact));
    }
    assert_eq!(with("1.0").as_deref(), Ok("1"));
    for shared in [
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "18446744073709551615",
        "[{\"a\":[9007199254740993]}]",
        "1e300",
    ] {
        assert_eq!(with(shared), Err(Reason::Malformed), "{shared}");
    }
}
