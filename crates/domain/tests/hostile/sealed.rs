//! Nonsense that somebody has sealed or encrypted with the right key.

use domain::cbor::Value;
use domain::crypto::{Aead256, Fresh, Secret, derive_key, label, seal, sha256};
use domain::document::{Assignment, SealedContentKey, SealedSecret, StatusFile};
use domain::entry::{Core, SealedEntry, open_sealed};
use domain::status::{pack_full, unpack_full};
use proptest::prelude::*;

use crate::authority::{self, AUTHORITY, URI, opening, secret, seed, station_id};
use crate::packed_by_hand::packed;
use crate::spec;
use crate::spoilt::{noise, spoilt};

fn scan() -> SealedEntry {
    authority::sealer().seal(
        &authority::scan(),
        authority::place(1),
        authority::WITNESS,
        Fresh::new([1; 32]),
    )
}

fn personal_text() -> Vec<u8> {
    let file = include_str!("../../vectors/sealed.txt");
    let digits = file.lines().find_map(|line| line.strip_prefix("text = "));
    domain::hex::decode(digits.unwrap()).unwrap()
}

/// The file that carries `packing`, and an entry that says it is `raw_length` long.
fn file_around(packing: &[u8], raw_length: u64) -> (Vec<u8>, StatusFile) {
    let salt = sha256(&[packing]);
    let info = spec::list(vec![
        Value::text(URI),
        Value::from(0_u8),
        Value::from(1_u8),
        Value::from(0_u8),
    ]);
    let key = derive_key(&salt, &[5; 32], &[&label("status"), &info]);
    let file = Aead256::new(&Secret::new(key)).seal_once(packing);
    let entry = StatusFile {
        base: None,
        sha256: sha256(&[&file]),
        salt,
        length: u64::try_from(file.len()).unwrap(),
        raw_length,
    };

    (file, entry)
}

proptest! {
    #[test]
    fn no_sealed_bytes_make_the_authority_panic(sealed in prop_oneof![noise(), spoilt(scan().sealed.unwrap())]) {
        let entry = SealedEntry { sealed: Some(sealed), ..scan() };
        let core = Core::decode(&entry.core).unwrap();
        let _ = entry.matches(&core);
        let _ = open_sealed(&entry, &core, AUTHORITY, &opening(seed::SEALING));
    }

    #[test]
    fn no_text_in_a_seal_makes_the_authority_panic(
        text in prop_oneof![noise(), spoilt(personal_text())], end in prop_oneof![Just(vec![]), Just(vec![0x80, 0, 0])],
    ) {
        let entry = scan();
        let core = Core::decode(&entry.core).unwrap();
        let kid = authority::sealer().key.kid();
        let info = spec::labelled("seal", &[&AUTHORITY.0, &kid.0]);
        let aad = spec::labelled("entry-aad", &[&entry.token.unwrap(), &core.sealing_place()]);
        let text = [text, end].concat();
        let sealed = seal(&authority::sealer().key, &info, &text, &aad, Fresh::new([2; 32]));
        let entry = SealedEntry { sealed: Some(sealed), ..entry };
        let _ = open_sealed(&entry, &core, AUTHORITY, &opening(seed::SEALING));
    }

    #[test]
    fn no_sealed_secret_makes_the_station_panic(bytes in noise(), plain in noise()) {
        let to = opening(seed::STATION_OPENING);
        let info = spec::labelled("to-station", &[&AUTHORITY.0, &station_id().0]);
        let sealed = seal(&to.public(), &info, &plain, &[], Fresh::new([3; 32]));
        let assignment = Assignment {
            secrets: vec![SealedSecret(bytes.clone()), SealedSecret(sealed.clone())],
            content_keys: vec![SealedContentKey(bytes), SealedContentKey(sealed)],
            ..authority::assignment()
        };
        let _ = assignment.open_secrets(&to).len();
        let _ = assignment.open_content_keys(&to).len();
    }

    #[test]
    fn no_status_file_makes_the_station_panic(
        bytes in noise(), packing in spoilt(packed(&[0x45; 300], 24)), raw_length in any::<u64>(), length in any::<u64>(),
    ) {
        let (good, entry) = pack_full(&[0x45; 300], URI, 0, 1, &secret(5)).unwrap();
        let _ = unpack_full(&bytes, &entry, URI, 0, 1, &secret(5));
        let _ = unpack_full(&good, &StatusFile { raw_length, length, ..entry }, URI, 0, 1, &secret(5));
        for packing in [&bytes, &packing] {
            for raw_length in [raw_length, 300] {
                let (file, entry) = file_around(packing, raw_length);
                let _ = unpack_full(&file, &entry, URI, 0, 1, &secret(5));
            }
        }
    }
}
