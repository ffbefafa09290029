//! Health certificates, passes of New Zealand and identities.

use std::collections::BTreeMap;

use domain::code::foreign::{Reading, SignedForeign, signers};
use domain::crypto::ContentKey;
use domain::hex;
use serde_json::Value;

use crate::vectors::{lines, ring};

fn decode(line: &Value) -> Option<SignedForeign> {
    let hex = line["decrypt"]["symmetric_key_hex"].as_str();
    let content = hex.and_then(hex::decode).unwrap_or_default();
    let reading = Reading {
        content_keys: ContentKey::new(&content).into_iter().collect(),
        ..Reading::default()
    };

    reading.decode(line["qr"].as_str()?).ok()
}

/// What differs on decode and signature, and in the fields that both have.
fn differences(
    line: &Value,
    fields: impl Fn(&SignedForeign, &Value) -> Vec<String>,
) -> Vec<String> {
    let code = decode(line);
    let signed = code
        .as_ref()
        .is_some_and(|code| signers(&ring(line, code.format), code).is_ok());
    let mut found = Vec::new();
    for (name, got) in [("decode", code.is_some()), ("signature", signed)] {
        let want = line["expect"][name].as_bool();
        if want.is_some_and(|want| want != got) {
            found.push(format!("{name}: {got}"));
        }
    }
    if let (Some(code), Some(_)) = (&code, line["expect"]["fields"].as_object()) {
        found.extend(fields(code, &line["expect"]["fields"]));
    }

    found
}

fn assert_agrees(
    format: &str,
    count: usize,
    fields: impl Fn(&SignedForeign, &Value) -> Vec<String>,
) {
    let lines = lines(format);
    let differing: BTreeMap<_, _> = lines
        .iter()
        .map(|line| (line["id"].as_str().unwrap(), differences(line, &fields)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert_eq!(differing, BTreeMap::new());
    assert!(lines.is_empty() || lines.len() == count);
}

fn same(name: &str, got: &Value, want: &Value) -> Option<String> {
    (got != want && !want.is_null()).then(|| format!("{name}: {got} / {want}"))
}

#[test]
fn health_certificates_agree() {
    assert_agrees("hcert", 225, |code, want| {
        // A time in seconds may be written in more than one way.
        let in_one = |value: &Value| value.to_string().replace("+00:00\"", "Z\"");
        let (dcc, hcert) = (in_one(&code.payload["dcc"]), in_one(&want["hcert"]));
        let names = [
            same("iss", &code.payload["iss"], &want["iss"]),
            same("dcc", &dcc.into(), &hcert.into()),
        ];
        let mut found: Vec<_> = names.into_iter().flatten().collect();
        found.extend(["exp", "iat"].into_iter().filter_map(|name| {
            let want = want[name].as_f64()?.floor();
            same(
                name,
                &code.payload[name],
                &format!("{want:.0}").parse().unwrap(),
            )
        }));
        found
    });
}

#[test]
fn new_zealands_passes_agree() {
    assert_agrees("nzcp", 3, |code, want| {
        same("all", &code.payload, want).into_iter().collect()
    });
}

#[test]
fn identities_agree() {
    assert_agrees("claim169", 12, |code, want| {
        let names = ["iss", "sub", "exp", "nbf", "iat"];
        let mut found: Vec<_> = names
            .into_iter()
            .filter_map(|name| same(name, &code.payload[name], &want[name]))
            .collect();
        let identity = want["claim169"].as_object().unwrap();
        // Pictures and samples are bytes, which each side writes in its own way.
        found.extend(
            identity
                .iter()
                .filter(|(_, value)| !value.is_array() || value[0].is_number())
                .filter_map(|(name, value)| same(name, &code.payload["claim169"][name], value)),
        );
        found
    });
}
