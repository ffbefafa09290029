//! SMART Health Cards, VDS-NC and tickets of pretix.

use domain::code::foreign::{ForeignKey, Format, ProofKind, SignedForeign, pretix, shc, vds_nc};
use domain::verdict::Reason;
use serde_json::{Value, json};

use crate::vectors::{differences, key, lines, time};

/// Decodes each vector and compares what `expect` says.
fn agree(
    format: &str,
    decode: impl Fn(&Value) -> Result<SignedForeign, Reason>,
    fields: impl Fn(&SignedForeign) -> Value,
) -> usize {
    let vectors = lines(format);
    let mut differ = Vec::new();
    for vector in &vectors {
        let expect = &vector["expect"];
        let read = decode(vector);
        if read.is_ok() != expect["decode"] {
            differ.push(format!("{}: decode is {:?}", vector["id"], read.err()));
            continue;
        }
        let Ok(code) = read else {
            continue;
        };
        differ.extend(differences(vector, &code));
        if expect["fields"].is_object() && fields(&code) != expect["fields"] {
            differ.push(format!("{}: fields are {}", vector["id"], fields(&code)));
        }
    }
    assert_eq!(differ, [""; 0]);

    vectors.len()
}

fn text(vector: &Value) -> &str {
    vector["qr"].as_str().unwrap()
}

#[test]
fn all_public_smart_health_cards_agree() {
    let decode = |vector: &Value| match vector["qr_parts"].as_array() {
        Some(parts) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            shc::decode_parts(&parts)
        }
        None => shc::decode(text(vector)),
    };
    let fields = |card: &SignedForeign| {
        let payload = &card.payload;
        let entries = payload.pointer("/vc/credentialSubject/fhirBundle/entry");
        let resources = entries.and_then(Value::as_array).unwrap().iter();
        let of = |kind: &str| -> Vec<Value> {
            let of_kind = resources
                .clone()
                .map(|entry| &entry["resource"])
                .filter(|resource| resource["resourceType"] == kind);
            of_kind.map(clinical).collect()
        };
        let patient = resources
            .clone()
            .map(|entry| &entry["resource"])
            .find(|resource| resource["resourceType"] == "Patient")
            .unwrap();
        json!({
            "iss": payload["iss"], "nbf": payload["nbf"], "exp": payload["exp"], "rid": payload["vc"]["rid"],
            "types": payload["vc"]["type"], "name": patient["name"], "birthDate": patient["birthDate"],
            "immunizations": of("Immunization"), "observations": of("Observation"),
        })
    };
    let count = agree("shc", decode, fields);
    assert!(count == 13 || count == 0, "{count}");
}

/// A resource without the fields that the vectors leave out.
fn clinical(resource: &Value) -> Value {
    let mut resource = resource.clone();
    for name in ["resourceType", "patient", "subject"] {
        resource.as_object_mut().unwrap().remove(name);
    }

    resource
}

#[test]
fn all_public_seals_of_vds_nc_agree() {
    let decode = |vector: &Value| vds_nc::decode(text(vector));
    let count = agree("vdsnc", decode, |seal| seal.payload.clone());
    assert!(count == 2 || count == 0, "{count}");
    for vector in lines("vdsnc") {
        let seal = vds_nc::decode(text(&vector)).unwrap();
        assert_eq!(seal.kinds, [ProofKind::Vaccination]);
        assert_eq!(
            seal.issuer.as_deref(),
            vector["expect"]["fields"]["hdr"]["is"].as_str()
        );
        let ForeignKey { key_id, .. } = &key(&vector["keys"][0], Format::VdsNc);
        assert_eq!(seal.key_id, *key_id, "the key of {}", vector["id"]);
    }
}

#[test]
fn all_public_tickets_of_pretix_agree() {
    let decode = |vector: &Value| pretix::decode(text(vector));
    let vectors = lines("pretix");
    let mut count = 0;
    for vector in &vectors {
        let ticket = decode(vector).unwrap();
        assert_eq!(differences(vector, &ticket), [""; 0]);
        for (name, want) in vector["expect"]["fields"].as_object().unwrap() {
            // The source has 0 in one place and null in others for a time that is none.
            let got = &ticket.payload[name];
            let none = got.is_null() && *want == 0;
            assert!(none || got == want, "{} {name}", vector["id"]);
        }
        count += 1;
    }
    assert!(count == 6 || count == 0, "{count}");
}

#[test]
fn times_of_vectors_are_read() {
    assert_eq!(time("1970-01-01T00:00:00Z").0, 0);
    assert_eq!(time("2000-02-29T00:00:00Z").0, 951_782_400);
    assert_eq!(time("2026-11-24T08:00:01Z").0, 1_795_507_201);
}
