//! Reading a vector file.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::code::foreign::{ForeignKey, Format, KeyRing, SignedForeign, signers, vds_nc};
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

/// The keys of a vector as a trust list would hold them: by what codes of the format name them, or for a certificate
/// without an id by what a seal names it by.
pub(crate) fn ring(vector: &Value, format: Format) -> KeyRing {
    KeyRing::new(
        vector["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| key(line, format)),
    )
}

/// One of them, from its own entry.
pub(crate) fn key(line: &Value, format: Format) -> ForeignKey {
    let text = |name: &str| line[name].as_str();
    let key_id = match (format, text("kid")) {
        (Format::Hcert, Some(kid)) => STANDARD.decode(kid).unwrap(),
        (Format::Nzcp, Some(kid)) => format!("{}#{kid}", text("iss").unwrap()).into_bytes(),
        (_, Some(kid)) => kid.as_bytes().to_vec(),
        (_, None) => text("x509_pem")
            .map(|pem| vds_nc::key_id(&of_pem(pem)))
            .unwrap_or_default(),
    };
    let spki = STANDARD.decode(text("spki_der_b64").unwrap()).unwrap();

    ForeignKey {
        issuer: text("iss").map(str::to_owned),
        key: VerifyingKey::from_spki(&spki).ok(),
        ..ForeignKey::new(format, key_id)
    }
}

fn of_pem(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();

    STANDARD.decode(body).unwrap()
}

/// Whether a candidate signed `code`, which has no flaw.
pub(crate) fn is_signed(vector: &Value, code: &SignedForeign) -> bool {
    code.flaw.is_none() && signers(&ring(vector, code.format), code).is_ok()
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
