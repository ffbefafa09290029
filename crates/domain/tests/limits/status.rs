//! Status files.

use domain::cbor::Value;
use domain::crypto::{Aead256, Secret, derive_key, label, sha256};
use domain::document::StatusFile;
use domain::status::{FileError, pack_full, unpack_full};

use crate::authority::{URI, secret};
use crate::by_hand::{bomb, packed};
use crate::spec;

const MIB: u64 = 1024 * 1024;

/// The file that carries these packed bytes and says that they are `raw_length`.
fn file_of(packed: &[u8], raw_length: u64) -> (Vec<u8>, StatusFile) {
    let salt = sha256(&[packed]);
    let info = spec::list(vec![
        Value::text(URI),
        Value::from(0_u8),
        Value::from(1_u8),
        Value::from(0_u8),
    ]);
    let key = derive_key(&salt, &[5; 32], &[&label("status"), &info]);
    let file = Aead256::new(&Secret::new(key)).seal_once(packed);
    let entry = StatusFile {
        base: None,
        sha256: sha256(&[&file]),
        salt,
        length: u64::try_from(file.len()).unwrap(),
        raw_length,
    };

    (file, entry)
}

fn unpack((file, entry): &(Vec<u8>, StatusFile)) -> Result<Vec<u8>, FileError> {
    unpack_full(file, entry, URI, 0, 1, &secret(5))
}

#[test]
fn a_table_has_the_signed_length_and_neither_more_nor_less() {
    let table = vec![0x45; 1_000];
    let packed = packed(&table, 24);
    assert_eq!(unpack(&file_of(&packed, 1_000)), Ok(table));
    for signed in [0, 999, 1_001, 256 * MIB] {
        assert_eq!(
            unpack(&file_of(&packed, signed)),
            Err(FileError::Unpack),
            "{signed}"
        );
    }
}

#[test]
fn a_file_and_its_table_have_their_limits_before_anything_is_opened() {
    let (file, entry) = pack_full(&[0x45; 1_000], URI, 0, 1, &secret(5)).unwrap();
    let sized = |length, raw_length| {
        let entry = StatusFile {
            length,
            raw_length,
            ..entry
        };
        unpack(&(file.clone(), entry))
    };
    assert_eq!(sized(64 * MIB, 1_000), Err(FileError::OtherFile));
    assert_eq!(sized(64 * MIB + 1, 1_000), Err(FileError::TooLarge));
    assert_eq!(sized(entry.length, 256 * MIB), Err(FileError::Unpack));
    assert_eq!(sized(entry.length, 256 * MIB + 1), Err(FileError::TooLarge));
    assert_eq!(sized(u64::MAX, u64::MAX), Err(FileError::TooLarge));
}

#[test]
fn a_file_is_unpacked_with_a_window_of_2_to_the_24_and_no_larger() {
    let table = vec![0x45; 1_000];
    assert_eq!(
        unpack(&file_of(&packed(&table, 24), 1_000)),
        Ok(table.clone())
    );
    assert_eq!(
        unpack(&file_of(&packed(&table, 25), 1_000)),
        Err(FileError::Unpack)
    );
}

#[test]
fn a_bomb_is_stopped_at_the_signed_length() {
    assert_eq!(
        unpack(&file_of(&bomb(100_000), 1_000)),
        Err(FileError::Unpack)
    );
}
