//! The public vectors' keys, imported as their publishers would have given them.

use domain::code::foreign::{KeyRing, signers};

use super::*;

#[test]
fn keys_of_the_public_vectors_are_imported_and_verify_their_codes() {
    let lines = |format: &str| -> Option<Vec<Value>> {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/vectors")
            .join(format)
            .join("vectors.jsonl");
        let text = std::fs::read_to_string(path).ok()?;
        text.lines()
            .map(|line| serde_json::from_str(line).ok())
            .collect()
    };
    let Some(hcert) = lines("hcert") else {
        println!("SKIPPED: the public vectors are not beside this checkout");
        return;
    };
    let desk = Desk::new();
    // The certificates of 2021 have expired, five of them on 2 June of that year: their time is the vectors'.
    let at = "2021-05-15T00:00:00Z";
    desk.run(&["keys", "--demo", "--at", at, "--out", "then"]);
    let entries: Vec<Value> = keys_of(&hcert)
        .map(|key| {
            let pem = key["x509_pem"].as_str().unwrap();
            serde_json::json!({"kid": key["kid"], "certificateType": "DSC", "country": "XX", "rawData": pem})
        })
        .collect();
    let list = serde_json::json!({"certificates": entries}).to_string();
    std::fs::write(desk.path("list"), list).unwrap();
    let list = desk.path("list").display().to_string();
    let line = [
        "trust",
        "import",
        "--at",
        at,
        "--authority",
        "then",
        "--format",
        "eu-dsc",
        &list,
    ];
    let (_, said) = desk.run(&line);
    assert!(said.contains("Drafted version 2"), "{said}");
    let (root, _) = documents(&desk.path("then/public")).unwrap();
    let draft = TrustDraft::read(&bytes(&desk.path("then/draft/trust.cbor")), &root).unwrap();
    let ring = KeyRing::new(draft.body().foreign.iter().cloned());
    let signed = hcert
        .iter()
        .filter(|vector| vector["expect"]["signature"] == true);
    let (mut verified, mut all) = (0, 0);
    for vector in signed {
        let Ok(code) = decode(vector["qr"].as_str().unwrap_or_default()) else {
            continue;
        };
        all += 1;
        verified += usize::from(signers(&ring, &code).is_ok());
    }
    println!("{verified} of {all} signed certificates by keys that were imported as of {at}");
    assert!(all > 200);
    assert_eq!(verified, all, "{said}");

    let seals = lines("vdsnc").unwrap();
    let mut files = Vec::new();
    for (key, number) in keys_of(&seals).zip(0..) {
        for (name, field) in [("csca", "csca_pem"), ("signer", "x509_pem")] {
            let Some(pem) = key[field].as_str() else {
                continue;
            };
            let path = desk.path(&format!("{name}-{number}.pem"));
            std::fs::write(&path, pem).unwrap();
            files.push(path.display().to_string());
        }
    }
    let said = import(&desk, "icao", &files, &[]).unwrap();
    let keys = drafted(&desk).body().foreign.clone();
    let issuers: Vec<_> = keys
        .iter()
        .filter_map(|key| key.issuer.as_deref())
        .collect();
    assert!(issuers.contains(&"AUS"), "{issuers:?} {said}");

    let passes = lines("nzcp").unwrap();
    let key = keys_of(&passes).next().unwrap();
    let (did, kid) = (key["iss"].as_str().unwrap(), key["kid"].as_str().unwrap());
    let id = format!("{did}#{kid}");
    let document = serde_json::json!({"id": did, "assertionMethod": [id], "verificationMethod": [
        {"id": id, "controller": did, "type": "JsonWebKey2020", "publicKeyJwk": key["jwk"]}]});
    import_text(&desk, "nzcp", &document.to_string(), &[]).unwrap();
    let keys = drafted(&desk).body().foreign.clone();
    let ring = KeyRing::new(keys);
    let pass = decode(passes[0]["qr"].as_str().unwrap()).unwrap();
    assert!(signers(&ring, &pass).is_ok());
}

fn keys_of(lines: &[Value]) -> impl Iterator<Item = &Value> {
    lines
        .iter()
        .filter_map(|line| line["keys"].as_array())
        .flatten()
}
