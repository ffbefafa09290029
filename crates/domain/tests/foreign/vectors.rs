//! Reading a vector file.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::code::foreign::{SignedForeign, vds_nc};
use domain::crypto::VerifyingKey;
use domain::time::{DAY, HOUR, Timestamp};
use serde_json::Value;

/// The lines of a format's file; none where the vectors are not there, which is said.
pub(crate) fn lines(format: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors")
        .join(format)
        .join("vectors.jsonl");
    let Ok(text) = fs::read_to_string(path) else {
        println!("SKIPPED: the public vectors are not beside this checkout");
        return Vec::new();
    };

    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The keys of a vector with their ids, empty where there is none: `kid`, or for a certificate without one what a seal
/// names it by.
pub(crate) fn keys(vector: &Value) -> Vec<(Vec<u8>, VerifyingKey)> {
    let keys = vector["keys"].as_array().unwrap();

    keys.iter()
        .map(|key| {
            let spki = STANDARD.decode(key["spki_der_b64"].as_str().unwrap());
            let certificate = key["x509_pem"].as_str().map(of_pem);
            let id = match (key["kid"].as_str(), certificate) {
                (Some(kid), _) => kid.as_bytes().to_vec(),
                (None, Some(certificate)) => vds_nc::key_id(&certificate),
                (None, None) => Vec::new(),
            };
            (id, VerifyingKey::from_spki(&spki.unwrap()).unwrap())
        })
        .collect()
}

fn of_pem(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();

    STANDARD.decode(body).unwrap()
}

/// Whether a candidate signed `code`, which has no flaw.
pub(crate) fn is_signed(vector: &Value, code: &SignedForeign) -> bool {
    let signed = |(id, key): &(Vec<u8>, VerifyingKey)| {
        (id.is_empty() || code.key_id.is_empty() || *id == code.key_id)
            && key
                .verify(code.algorithm, &code.signed, &code.signature)
                .is_ok()
    };

    code.flaw.is_none() && keys(vector).iter().any(signed)
}

/// `2024-01-01T00:00:00Z`.
pub(crate) fn time(text: &str) -> Timestamp {
    let numbers: Vec<i64> = text
        .trim_end_matches('Z')
        .split(['-', 'T', ':'])
        .map(|number| number.parse().unwrap())
        .collect();
    let [year, month, day, hour, minute, second] = numbers[..] else {
        panic!("not a time: {text}");
    };
    // Days since 1970: years that end in February have their leap day last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days =
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;

    Timestamp(days * DAY + hour * HOUR + minute * 60 + second)
}

/// What `expect` says of signature and time and is not so.
pub(crate) fn differences(vector: &Value, code: &SignedForeign) -> Vec<String> {
    let at = time(vector["at"].as_str().unwrap());
    let expired = code.expires.is_some_and(|expires| at >= expires);
    let early = code.not_before.is_some_and(|begins| at < begins);
    let got = [
        ("signature", is_signed(vector, code)),
        ("expired", expired),
        ("not_yet_valid", early),
    ];

    got.iter()
        .filter(|(name, got)| {
            let want = vector["expect"][name].as_bool();
            want.is_some_and(|want| want != *got)
        })
        .map(|(name, got)| format!("{}: {name} is {got}", vector["id"]))
        .collect()
}
