//! Seals: sealed text, status secret, status file, local row.

use domain::cbor::Value;
use domain::crypto::{
    Aead256, CannotOpen, Fresh, Kid, OpeningKey, Secret, derive_key, seal, sha256,
};
use domain::document::{Assignment, SealedSecret};
use domain::entry::{Core, SealedEntry, local_aad, open_sealed};
use domain::ids::{AuthorityId, StationId};
use domain::status::{FileError, pack_full, unpack_full};

use super::labels_but;
use crate::authority::{self, AUTHORITY, NOW, URI, opening, secret, seed, station_id};
use crate::spec;

/// An entry whose text is sealed under these labels, for this authority and key id.
fn sealed_under(info: &str, aad: &str, authority: AuthorityId, kid: Kid) -> (SealedEntry, Core) {
    let to_authority = authority::sealer();
    let fresh = Fresh::new([1; 32]);
    let place = authority::place(1);
    let entry = to_authority.seal(&authority::scan(), place, authority::WITNESS, fresh);
    let core = Core::decode(&entry.core).unwrap();
    let mut text = spec::list(vec![Value::Null]);
    text.push(0x80);
    text.resize(160, 0);
    let sealed = seal(
        &to_authority.key,
        &spec::labelled(info, &[&authority.0, &kid.0]),
        &text,
        &spec::labelled(aad, &[&entry.token.unwrap(), &core.sealing_place()]),
        Fresh::new([2; 32]),
    );

    (
        SealedEntry {
            sealed: Some(sealed),
            ..entry
        },
        core,
    )
}

#[test]
fn a_text_sealed_under_another_label_authority_or_key_id_does_not_open() {
    let kid = authority::sealer().key.kid();
    let open = |(entry, core): (SealedEntry, Core)| {
        open_sealed(&entry, &core, AUTHORITY, &opening(seed::SEALING))
    };
    assert_eq!(
        open(sealed_under("seal", "entry-aad", AUTHORITY, kid)),
        Ok(vec![Value::Null])
    );
    for label in labels_but("seal") {
        let entry = sealed_under(label, "entry-aad", AUTHORITY, kid);
        assert_eq!(open(entry), Err(CannotOpen), "{label}");
    }
    for label in labels_but("entry-aad") {
        let entry = sealed_under("seal", label, AUTHORITY, kid);
        assert_eq!(open(entry), Err(CannotOpen), "{label}");
    }
    let elsewhere = AuthorityId([0xa2; 16]);
    assert_eq!(
        open(sealed_under("seal", "entry-aad", elsewhere, kid)),
        Err(CannotOpen)
    );
    assert_eq!(
        open(sealed_under("seal", "entry-aad", AUTHORITY, Kid([0; 8]))),
        Err(CannotOpen)
    );
}

#[test]
fn a_status_secret_opens_only_under_its_label_for_its_station_authority_and_key() {
    let to = opening(seed::STATION_OPENING);
    let opened = |sealed: SealedSecret, key: &OpeningKey| {
        let secrets = vec![sealed];
        let assignment = Assignment {
            secrets,
            ..authority::assignment()
        };
        assignment.open_secrets(key).len()
    };
    let sealed = |authority, station| {
        let fresh = Fresh::new([3; 32]);
        SealedSecret::seal(
            NOW.week(),
            &secret(9),
            &to.public(),
            authority,
            station,
            fresh,
        )
    };
    assert_eq!(opened(sealed(AUTHORITY, station_id()), &to), 1);
    assert_eq!(opened(sealed(AuthorityId([0; 16]), station_id()), &to), 0);
    assert_eq!(opened(sealed(AUTHORITY, StationId([0; 16])), &to), 0);
    assert_eq!(opened(sealed(AUTHORITY, station_id()), &opening(0x99)), 0);

    let under = |label: &str| {
        let plain = spec::list(vec![Value::from(NOW.week()), Value::bytes([9; 32])]);
        let info = spec::labelled(label, &[&AUTHORITY.0, &station_id().0]);
        SealedSecret(seal(&to.public(), &info, &plain, &[], Fresh::new([3; 32])))
    };
    assert_eq!(opened(under("to-station"), &to), 1);
    for label in super::LABELS {
        assert_eq!(opened(under(label), &to), 0, "{label}");
    }
}

#[test]
fn a_status_file_opens_only_as_its_own_list_shard_version_and_kind() {
    let (file, entry) = pack_full(&[0x45; 40], URI, 2, 3, &secret(5)).unwrap();
    let open = |uri: &str, shard, version, week: u8| {
        unpack_full(&file, &entry, uri, shard, version, &secret(week))
    };
    assert_eq!(open(URI, 2, 3, 5), Ok(vec![0x45; 40]));
    let without_slash = URI.strip_suffix('/').unwrap();
    for (uri, shard, version, week) in [
        ("https://s.example/bj-01/", 2, 3, 5),
        (without_slash, 2, 3, 5),
        (URI, 3, 3, 5),
        (URI, 2, 4, 5),
        (URI, 3, 2, 5),
        (URI, 2, 3, 6),
    ] {
        assert_eq!(
            open(uri, shard, version, week),
            Err(FileError::CannotOpen),
            "{uri} {shard} {version} {week}"
        );
    }
}

#[test]
fn a_status_file_under_another_label_salt_or_kind_does_not_open() {
    let (good, entry) = pack_full(&[0x45; 40], URI, 2, 3, &secret(5)).unwrap();
    let packed = {
        let key = file_key("status", &entry.salt, 0);
        Aead256::new(&key).open_once(&good).unwrap()
    };
    let open = |key: Secret| {
        let file = Aead256::new(&key).seal_once(&packed);
        let mut entry = entry.clone();
        entry.sha256 = sha256(&[&file]);
        unpack_full(&file, &entry, URI, 2, 3, &secret(5))
    };
    assert_eq!(open(file_key("status", &entry.salt, 0)), Ok(vec![0x45; 40]));
    let refused = Err(FileError::CannotOpen);
    assert_eq!(open(file_key("status", &entry.salt, 1)), refused);
    assert_eq!(open(file_key("status", &[0; 32], 0)), refused);
    for label in labels_but("status") {
        assert_eq!(open(file_key(label, &entry.salt, 0)), refused, "{label}");
    }
}

#[test]
fn a_local_row_opens_only_in_its_own_place_and_under_its_label() {
    let cipher = Aead256::new(&secret(seed::LOCAL));
    let aad = local_aad(station_id(), 7, 9);
    let row = cipher.seal(b"row", &aad, Fresh::new([4; 12]));
    let labelled = |label: &str| {
        let place = [&station_id().0[..], &[0, 0, 0, 7], &9_u64.to_be_bytes()];
        spec::labelled(label, &place)
    };
    assert_eq!(cipher.open(&row, &labelled("local")), Ok(b"row".to_vec()));
    let other_places = [
        local_aad(StationId([0; 16]), 7, 9),
        local_aad(station_id(), 8, 9),
        local_aad(station_id(), 7, 10),
        local_aad(station_id(), 0, 0x0000_0007_0000_0009),
    ];
    for other in other_places
        .into_iter()
        .chain(labels_but("local").map(labelled))
    {
        assert_eq!(cipher.open(&row, &other), Err(CannotOpen));
    }
}

fn file_key(label: &str, salt: &[u8; 32], kind: u8) -> Secret {
    let info = spec::list(vec![
        Value::text(URI),
        Value::from(2_u8),
        Value::from(3_u8),
        Value::from(kind),
    ]);
    Secret::new(derive_key(
        salt,
        &[5; 32],
        &[&spec::labelled(label, &[]), &info],
    ))
}
