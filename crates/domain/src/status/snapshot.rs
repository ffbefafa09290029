//! The tables of one manifest, verified, in memory.

use thiserror::Error;

use super::cell::{Cell, Standing};
use super::file::{FileError, unpack_full};
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
}

/// A status list that was verified as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    manifest: Manifest,
    tables: Vec<Box<[u8]>>,
}

impl Snapshot {
    /// Opens the full file of every shard. `file` gives a file's bytes by its SHA-256, `secret` a week's
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

        Ok(Self { manifest, tables })
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
