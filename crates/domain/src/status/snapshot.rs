//! The tables of one manifest, verified, in memory.

use std::collections::BTreeMap;

use thiserror::Error;

use super::cell::{Cell, Standing};
use super::file::{FileError, unpack_full, unpack_lookup};
use super::lookup::{LookupRow, LookupTable};
use crate::code::lookup::{Fingerprint, OpaqueCode};
use crate::crypto::{Secret, sha256};
use crate::document::Manifest;
use crate::time::Timestamp;

/// Why a manifest and its files give no snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// The secret of the manifest's week is not held.
    #[error("this station holds no status secret for the week of the list")]
    NoSecret,
    /// A file is missing.
    #[error("a status file that the list names is missing")]
    MissingFile,
    /// A file is wrong.
    #[error(transparent)]
    File(#[from] FileError),
    /// A table for looking codes up is not in order: half a row, rows or tables out of their order, one code twice.
    #[error("a table for looking codes up is not in order")]
    LookupTable,
}

/// A status list that was verified as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    manifest: Manifest,
    tables: Vec<Box<[u8]>>,
    lookups: Vec<LookupTable>,
}

/// What the list says of a code that nobody signed. [`Snapshot::look_up`] alone makes it, and nothing makes a
/// [`crate::trust::VerifiedCredential`] of it: it is never admitted, and at best *attention*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedUp {
    row: LookupRow,
    standing: Option<Standing>,
}

impl LookedUp {
    /// Birth year of the holder, if the list has it.
    #[must_use]
    pub fn birth_year(&self) -> Option<u16> {
        self.row.birth_year
    }

    /// The last four characters of the holder's ID document; empty where the list does not have them.
    #[must_use]
    pub fn last_four(&self) -> String {
        let four = self.row.last_four.iter().flatten();

        four.map(|letter| char::from(*letter)).collect()
    }

    /// How the holder stands in the status list; none where its index lies outside every shard.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        self.standing
    }
}

impl Snapshot {
    /// Opens the full file of every shard, and every table for looking codes up. `file` gives a file's bytes by its SHA-256, `secret` a week's
    /// status secret.
    ///
    /// # Errors
    /// See [`SnapshotError`]; after any, nothing is taken.
    pub fn open(
        manifest: Manifest,
        mut file: impl FnMut(&[u8; 32]) -> Option<Vec<u8>>,
        secret: Option<&Secret>,
    ) -> Result<Self, SnapshotError> {
        let secret = secret.ok_or(SnapshotError::NoSecret)?;
        let mut tables = Vec::with_capacity(manifest.shards.len());
        for (number, shard) in (0_u64..).zip(&manifest.shards) {
            let bytes = file(&shard.full.sha256).ok_or(SnapshotError::MissingFile)?;
            let table = unpack_full(
                &bytes,
                &shard.full,
                &manifest.uri,
                number,
                shard.version,
                secret,
            )?;
            if sha256(&[&table]) != shard.sha256 {
                return Err(FileError::OtherTable.into());
            }
            tables.push(table.into_boxed_slice());
        }
        let lookups = open_lookups(&manifest, file, secret)?;

        Ok(Self {
            manifest,
            tables,
            lookups,
        })
    }

    /// The manifest that it was opened by.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// "Status as of".
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.manifest.header.issued_at
    }

    /// What the list says of a resident; none where code and list name another uri, or the index lies
    /// outside every shard.
    #[must_use]
    pub fn standing(&self, uri: &str, index: u64) -> Option<Standing> {
        if uri != self.manifest.uri {
            return None;
        }

        self.standing_at(index)
    }

    /// What the list says of a code that nobody signed; none where no table of its issuer has it.
    #[must_use]
    pub fn look_up(&self, code: &OpaqueCode) -> Option<LookedUp> {
        let fingerprint = code.fingerprint();
        let row = self
            .manifest
            .lookups
            .iter()
            .zip(&self.lookups)
            .filter(|(file, _)| file.issuer == code.issuer())
            .find_map(|(_, table)| table.find(fingerprint))?;

        Some(LookedUp {
            row,
            standing: self.standing_at(u64::from(row.index)),
        })
    }

    fn standing_at(&self, index: u64) -> Option<Standing> {
        let (shard, table) = self
            .manifest
            .shards
            .iter()
            .zip(&self.tables)
            .find(|(shard, _)| {
                index
                    .checked_sub(shard.first)
                    .is_some_and(|at| at < shard.count)
            })?;
        let at = usize::try_from(index.checked_sub(shard.first)?).ok()?;

        Some(Cell(*table.get(at)?).standing(self.as_of()))
    }
}

/// Opens the tables for looking codes up. Those of one issuer follow one another, so that a code stands in one of them.
fn open_lookups(
    manifest: &Manifest,
    mut file: impl FnMut(&[u8; 32]) -> Option<Vec<u8>>,
    secret: &Secret,
) -> Result<Vec<LookupTable>, SnapshotError> {
    let mut tables = Vec::with_capacity(manifest.lookups.len());
    let mut ends: BTreeMap<&str, Fingerprint> = BTreeMap::new();
    for (number, lookup) in (0_u64..).zip(&manifest.lookups) {
        let bytes = file(&lookup.full.sha256).ok_or(SnapshotError::MissingFile)?;
        let (uri, version) = (&manifest.uri, lookup.version);
        let raw = unpack_lookup(&bytes, &lookup.full, uri, number, version, secret)?;
        if sha256(&[&raw]) != lookup.sha256 {
            return Err(FileError::OtherTable.into());
        }
        let table = LookupTable::read(raw).ok_or(SnapshotError::LookupTable)?;
        if let Some((first, last)) = table.range()
            && ends
                .insert(&lookup.issuer, last)
                .is_some_and(|end| end >= first)
        {
            return Err(SnapshotError::LookupTable);
        }
        tables.push(table);
    }

    Ok(tables)
}

#[cfg(test)]
#[path = "snapshot_lookup_tests.rs"]
mod lookup_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Header, Shard};
    use crate::ids::AuthorityId;
    use crate::screen::Colour;
    use crate::status::{Sample, pack_full};

    const URI: &str = "https://s.example/1";
    const AS_OF: Timestamp = Timestamp(1_795_000_000);

    fn secret() -> Secret {
        Secret::new([5; 32])
    }

    fn list(tables: &[(u64, Vec<u8>)]) -> (Manifest, Vec<Vec<u8>>) {
        let mut files = Vec::new();
        let mut shards = Vec::new();
        for (number, (first, table)) in (0..).zip(tables) {
            let (file, full) = pack_full(table, URI, number, 1, &secret()).unwrap();
            files.push(file);
            shards.push(Shard {
                first: *first,
                count: full.raw_length,
                version: 1,
                sha256: sha256(&[table]),
                full,
                deltas: Vec::new(),
            });
        }
        let manifest = Manifest {
            header: Header {
                authority: AuthorityId([1; 16]),
                version: 1,
                issued_at: AS_OF,
                expires: AS_OF.plus(100),
            },
            uri: URI.to_owned(),
            week: AS_OF.week(),
            shards,
            lookups: Vec::new(),
        };
        (manifest, files)
    }

    fn open(manifest: Manifest, files: &[Vec<u8>]) -> Result<Snapshot, SnapshotError> {
        let file = |hash: &[u8; 32]| files.iter().find(|f| sha256(&[f]) == *hash).cloned();
        Snapshot::open(manifest, file, Some(&secret()))
    }

    #[test]
    fn a_resident_is_found_in_the_right_shard_and_nowhere_else() {
        let green = Cell::coloured(Colour::Green, Sample::None, AS_OF);
        let (manifest, files) = list(&[(0, vec![0, 1]), (10, vec![green.0])]);
        let snapshot = open(manifest, &files).unwrap();
        assert_eq!(snapshot.standing(URI, 0), Some(Standing::NeverIssued));
        assert_eq!(snapshot.standing(URI, 10), Some(green.standing(AS_OF)));
        for outside in [2, 9, 11, u64::MAX] {
            assert_eq!(snapshot.standing(URI, outside), None);
        }
        assert_eq!(snapshot.standing("https://s.example/1/", 10), None);
    }

    #[test]
    fn a_missing_file_another_table_or_no_secret_gives_no_snapshot() {
        let (mut manifest, files) = list(&[(0, vec![0, 1])]);
        assert_eq!(open(manifest.clone(), &[]), Err(SnapshotError::MissingFile));
        assert_eq!(
            Snapshot::open(manifest.clone(), |_| None, None),
            Err(SnapshotError::NoSecret)
        );
        manifest.shards[0].sha256 = [0; 32];
        assert_eq!(
            open(manifest, &files),
            Err(SnapshotError::File(FileError::OtherTable))
        );
    }
}
