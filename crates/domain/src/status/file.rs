//! Status files: AES-256-GCM over zstd, under a key that is used once (SECURITY.md §2 `status file`).

use thiserror::Error;

use crate::cbor::{self, Value};
use crate::compress;
use crate::crypto::{Aead256, Secret, derive_key, label, sha256};
use crate::document::StatusFile;

/// 64 MiB (SECURITY.md §8).
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// 256 MiB (SECURITY.md §8).
const MAX_RAW: u64 = 256 * 1024 * 1024;
/// zstd window 2^24 (SECURITY.md §8).
const WINDOW_LOG: u32 = 24;
const LEVEL: i32 = 9;

/// What a file's table is: a member of its key's derivation, so that none is ever taken for another. 1 is a delta's.
#[derive(Clone, Copy)]
enum FileKind {
    Full,
    Lookup,
}

impl FileKind {
    fn number(self) -> u8 {
        match self {
            Self::Full => 0,
            Self::Lookup => 2,
        }
    }
}

/// Why a status file does not give its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// Larger than the limit.
    #[error("the status file is larger than allowed")]
    TooLarge,
    /// Not the file that the manifest names.
    #[error("the status file is not the one that its manifest names")]
    OtherFile,
    /// It does not open under the week's secret.
    #[error("the status file does not open under this week's secret")]
    CannotOpen,
    /// It does not unpack to the signed length.
    #[error("the status file does not unpack to the size that its manifest names")]
    Unpack,
    /// The table is not the one signed for.
    #[error("the status table is not the one that its manifest signs for")]
    OtherTable,
}

/// The file that carries the whole `table` of a shard, and its entry for the manifest.
///
/// # Errors
/// [`FileError::Unpack`] if the table cannot be compressed.
pub fn pack_full(
    table: &[u8],
    uri: &str,
    shard: u64,
    version: u64,
    secret: &Secret,
) -> Result<(Vec<u8>, StatusFile), FileError> {
    pack(table, &Place(FileKind::Full, uri, shard, version), secret)
}

/// The file that carries a table for looking codes up, and its entry for the manifest. `number` counts such tables from 0,
/// as the manifest has them.
///
/// # Errors
/// As [`pack_full`].
pub fn pack_lookup(
    table: &[u8],
    uri: &str,
    number: u64,
    version: u64,
    secret: &Secret,
) -> Result<(Vec<u8>, StatusFile), FileError> {
    pack(
        table,
        &Place(FileKind::Lookup, uri, number, version),
        secret,
    )
}

/// Which file of which list: kind, uri, number and version.
struct Place<'a>(FileKind, &'a str, u64, u64);

fn pack(
    table: &[u8],
    place: &Place<'_>,
    secret: &Secret,
) -> Result<(Vec<u8>, StatusFile), FileError> {
    let packed = compress::pack(table, LEVEL, WINDOW_LOG).map_err(|_| FileError::Unpack)?;
    let salt = sha256(&[&packed]);
    let file = cipher(&salt, place, secret).seal_once(&packed);
    let entry = StatusFile {
        base: None,
        sha256: sha256(&[&file]),
        salt,
        length: u64::try_from(file.len()).unwrap_or(u64::MAX),
        raw_length: u64::try_from(table.len()).unwrap_or(u64::MAX),
    };

    Ok((file, entry))
}

/// The table in a full file.
///
/// # Errors
/// See [`FileError`].
pub fn unpack_full(
    file: &[u8],
    entry: &StatusFile,
    uri: &str,
    shard: u64,
    version: u64,
    secret: &Secret,
) -> Result<Vec<u8>, FileError> {
    let place = Place(FileKind::Full, uri, shard, version);

    unpack(file, entry, &place, secret)
}

/// The table in a file for looking codes up.
///
/// # Errors
/// See [`FileError`].
pub fn unpack_lookup(
    file: &[u8],
    entry: &StatusFile,
    uri: &str,
    number: u64,
    version: u64,
    secret: &Secret,
) -> Result<Vec<u8>, FileError> {
    let place = Place(FileKind::Lookup, uri, number, version);

    unpack(file, entry, &place, secret)
}

fn unpack(
    file: &[u8],
    entry: &StatusFile,
    place: &Place<'_>,
    secret: &Secret,
) -> Result<Vec<u8>, FileError> {
    if entry.length > MAX_FILE || entry.raw_length > MAX_RAW {
        return Err(FileError::TooLarge);
    }
    if u64::try_from(file.len()) != Ok(entry.length) || sha256(&[file]) != entry.sha256 {
        return Err(FileError::OtherFile);
    }
    let packed = cipher(&entry.salt, place, secret)
        .open_once(file)
        .map_err(|_| FileError::CannotOpen)?;
    if sha256(&[&packed]) != entry.salt {
        return Err(FileError::CannotOpen);
    }
    let table =
        compress::unpack(&packed, entry.raw_length, WINDOW_LOG).map_err(|_| FileError::Unpack)?;
    if u64::try_from(table.len()) != Ok(entry.raw_length) {
        return Err(FileError::Unpack);
    }

    Ok(table)
}

fn cipher(salt: &[u8; 32], place: &Place<'_>, secret: &Secret) -> Aead256 {
    let Place(kind, uri, number, version) = *place;
    let info = cbor::encode(&Value::Array(vec![
        Value::text(uri),
        Value::from(number),
        Value::from(version),
        Value::from(kind.number()),
    ]));
    let key = derive_key(salt, secret.expose(), &[&label("status"), &info]);

    Aead256::new(&Secret::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "https://s.example/1";

    fn secret() -> Secret {
        Secret::new([5; 32])
    }

    #[test]
    fn a_table_comes_back_from_its_file() {
        let table = vec![0x45; 10_000];
        let (file, entry) = pack_full(&table, URI, 0, 3, &secret()).unwrap();
        assert_eq!(unpack_full(&file, &entry, URI, 0, 3, &secret()), Ok(table));
    }

    #[test]
    fn a_file_opens_only_for_its_list_shard_version_and_secret() {
        let (file, entry) = pack_full(&[1, 2, 3], URI, 0, 3, &secret()).unwrap();
        let open = |uri, shard, version, secret: &Secret| {
            unpack_full(&file, &entry, uri, shard, version, secret)
        };
        let refused = Err(FileError::CannotOpen);
        assert_eq!(open("https://s.example/2", 0, 3, &secret()), refused);
        assert_eq!(open(URI, 1, 3, &secret()), refused);
        assert_eq!(open(URI, 0, 4, &secret()), refused);
        assert_eq!(open(URI, 0, 3, &Secret::new([6; 32])), refused);
    }

    #[test]
    fn a_table_for_looking_up_never_opens_as_a_status_table_nor_the_other_way_round() {
        let table = [0x45; 36];
        let (file, entry) = pack_lookup(&table, URI, 0, 3, &secret()).unwrap();
        let (full, named) = pack_full(&table, URI, 0, 3, &secret()).unwrap();
        let open = |file: &[u8], entry: &StatusFile, secret: &Secret| {
            unpack_lookup(file, entry, URI, 0, 3, secret)
        };
        assert_eq!(open(&file, &entry, &secret()), Ok(table.to_vec()));
        let refused = Err(FileError::CannotOpen);
        assert_eq!(unpack_full(&file, &entry, URI, 0, 3, &secret()), refused);
        assert_eq!(open(&full, &named, &secret()), refused);
        assert_eq!(open(&file, &entry, &Secret::new([6; 32])), refused);
        for (uri, number, version) in [("https://s.example/2", 0, 3), (URI, 1, 3), (URI, 0, 4)] {
            let opened = unpack_lookup(&file, &entry, uri, number, version, &secret());
            assert_eq!(opened, refused);
        }
    }

    #[test]
    fn an_altered_file_and_one_of_another_size_are_refused() {
        let (mut file, mut entry) = pack_full(&[1, 2, 3], URI, 0, 3, &secret()).unwrap();
        let good = entry.clone();
        entry.raw_length = 4;
        assert_eq!(
            unpack_full(&file, &entry, URI, 0, 3, &secret()),
            Err(FileError::Unpack)
        );
        entry.raw_length = MAX_RAW + 1;
        assert_eq!(
            unpack_full(&file, &entry, URI, 0, 3, &secret()),
            Err(FileError::TooLarge)
        );
        file[0] ^= 1;
        assert_eq!(
            unpack_full(&file, &good, URI, 0, 3, &secret()),
            Err(FileError::OtherFile)
        );
    }
}
