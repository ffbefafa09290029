//! The status list: table, encrypted file, signed manifest, in the authority's public folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use domain::crypto::{Secret, sha256};
use domain::document::{Header, LookupFile, Manifest, Shard, Trust};
use domain::hex;
use domain::keyfile::KeyRole;
use domain::status::{Snapshot, pack_full, pack_lookup, unpack_lookup};
use domain::time::{DAY, Timestamp};

use super::{Authority, MANIFEST, Register, STATUS_FILES};
use crate::{Failure, clock, files};

/// exp <= iat + 10 d (SECURITY.md §2).
const LIFE: i64 = 10 * DAY;
/// Tables grow by this many residents, so that their length does not tell how many were issued today.
const STEP: usize = 1_024;

/// That a list can be signed at `now`: whoever changes a register finds out before it is written, or the change would come
/// into force with the next list of somebody else.
///
/// # Errors
/// See [`Failure`].
pub fn check_publish(authority: &Authority, now: Timestamp) -> Result<(), Failure> {
    authority.check_time(now)?;
    authority.signing_key(KeyRole::Status)?;
    let public = PublicFolder::new(authority.public());

    next_version(public.manifest(authority.trust(), now)?.as_ref(), now).map(|_| ())
}

/// Signs the status of `register` as of `now`, in the order that never shows half a list: file, then manifest.
/// Files that neither this manifest nor the one before names are removed. A list that no station would take is not published.
///
/// # Errors
/// See [`Failure`].
pub fn publish(
    authority: &Authority,
    register: &Register,
    now: Timestamp,
) -> Result<Manifest, Failure> {
    authority.check_time(now)?;
    // A passphrase that is not the authority's must not seal a new week's secret.
    let signing = authority.signing_key(KeyRole::Status)?;
    let public = PublicFolder::new(authority.public());
    let before = public.manifest(authority.trust(), now)?;
    let version = next_version(before.as_ref(), now)?;
    let uri = &authority.about().status_uri;
    let week = now.week();
    let table = table(register, now);
    let secret = authority.status_secret(week)?;
    let (file, full) = pack_full(&table, uri, 0, version, &secret)?;
    let mut files = vec![file];
    let tables = register.lookups().tables(&authority.trust().body.lookups)?;
    // A table that is the same keeps its file, so that no station fetches it again.
    let same_week = before
        .as_ref()
        .filter(|before| before.week == week && before.uri == *uri);
    let mut lookups = Vec::new();
    for ((issuer, table), number) in tables.into_iter().zip(0_usize..) {
        let sha256 = sha256(&[&table]);
        let same = same_week
            .and_then(|before| before.lookups.get(number))
            .filter(|lookup| lookup.issuer == issuer && lookup.sha256 == sha256);
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        let kept = same.and_then(|same| {
            let file = public.lookup_file(same, uri, number, &secret)?;
            Some((file, same.clone()))
        });
        let (file, lookup) = if let Some(kept) = kept {
            kept
        } else {
            let (file, full) = pack_lookup(&table, uri, number, version, &secret)?;
            let lookup = LookupFile {
                issuer,
                version,
                sha256,
                full,
            };
            (file, lookup)
        };
        files.push(file);
        lookups.push(lookup);
    }
    let manifest = Manifest {
        header: Header {
            authority: authority.trust().body.header.authority,
            version,
            issued_at: now,
            expires: now.plus(LIFE),
        },
        uri: uri.clone(),
        week,
        shards: vec![Shard {
            first: 0,
            count: full.raw_length,
            version,
            sha256: sha256(&[&table]),
            full,
            deltas: Vec::new(),
        }],
        lookups,
    };
    // The next week's secret is ready before stations ask for it.
    authority.status_secret(week.saturating_add(1))?;
    let signed = manifest.sign(&signing);
    would_be_taken(authority.trust(), now, &signed, &files, &secret)?;
    public.put(&manifest, &files, &signed)?;
    public.remove_others(&[Some(&manifest), before.as_ref()])?;

    Ok(manifest)
}

/// Opens a new list as a station does.
fn would_be_taken(
    trust: &Trust,
    now: Timestamp,
    signed: &[u8],
    files: &[Vec<u8>],
    secret: &Secret,
) -> Result<(), Failure> {
    let refused = |why: String| {
        Failure::Refused(format!(
            "no station would take the new status list, and it was not published: {why}"
        ))
    };
    let named: BTreeMap<[u8; 32], &Vec<u8>> =
        files.iter().map(|file| (sha256(&[file]), file)).collect();
    let manifest = Manifest::verify(signed, trust.body.header.authority, &trust.status(now))
        .map_err(|error| refused(error.to_string()))?;
    let file = |hash: &[u8; 32]| named.get(hash).map(|file| (*file).clone());

    Snapshot::open(manifest, file, Some(secret))
        .map(|_| ())
        .map_err(|error| refused(error.to_string()))
}

fn next_version(before: Option<&Manifest>, now: Timestamp) -> Result<u64, Failure> {
    let Some(before) = before else { return Ok(1) };
    if now < before.header.issued_at {
        return Err(Failure::Refused(format!(
            "the status list of {} is later than the clock ({}): set the clock right first",
            clock::show(before.header.issued_at),
            clock::show(now)
        )));
    }

    Ok(before.header.version.saturating_add(1))
}

fn table(register: &Register, as_of: Timestamp) -> Vec<u8> {
    let issued = usize::try_from(register.next_index()).unwrap_or(usize::MAX);
    let mut table = vec![0; issued.max(1).next_multiple_of(STEP)];
    for record in register.records() {
        let at = usize::try_from(record.index).unwrap_or(usize::MAX);
        if let Some(cell) = table.get_mut(at) {
            *cell = record.cell(as_of).0;
        }
    }
    for record in register.lookups().records() {
        let at = usize::try_from(record.index).unwrap_or(usize::MAX);
        if let Some(cell) = table.get_mut(at) {
            *cell = record.cell(as_of).0;
        }
    }

    table
}

/// `public/`: what any web server, CDN or USB stick may carry.
pub struct PublicFolder(PathBuf);

impl PublicFolder {
    /// The folder at this place.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The manifest in it, if there is one.
    ///
    /// # Errors
    /// [`Failure::Document`] where it does not verify under `trust`; [`Failure::Refused`] where `trust` or its status
    /// key is past its time, so that nothing can.
    pub fn manifest(&self, trust: &Trust, now: Timestamp) -> Result<Option<Manifest>, Failure> {
        let path = self.0.join(MANIFEST);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = files::read(&path)?;
        let expires = trust.body.header.expires;
        if now >= expires {
            return Err(Failure::Refused(format!(
                "the trust list expired {}, so no status list counts",
                clock::show(expires)
            )));
        }
        let keys = trust.status(now);
        if keys.is_empty() {
            return Err(Failure::Refused(format!(
                "no status key of the trust list is in force at {}, so no status list counts",
                clock::show(now)
            )));
        }

        Manifest::verify(&bytes, trust.body.header.authority, &keys)
            .map(Some)
            .map_err(|source| Failure::Document { path, source })
    }

    /// The whole list, opened under `secret`.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the reason.
    pub fn snapshot(&self, manifest: Manifest, secret: &Secret) -> Result<Snapshot, Failure> {
        let file = |hash: &[u8; 32]| fs::read(self.file(hash)).ok();

        Snapshot::open(manifest, file, Some(secret))
            .map_err(|error| Failure::Refused(error.to_string()))
    }

    /// The file of a table as it was published, if it is there and opens.
    fn lookup_file(
        &self,
        lookup: &LookupFile,
        uri: &str,
        number: u64,
        secret: &Secret,
    ) -> Option<Vec<u8>> {
        let file = fs::read(self.file(&lookup.full.sha256)).ok()?;
        let table = unpack_lookup(&file, &lookup.full, uri, number, lookup.version, secret).ok()?;

        (sha256(&[&table]) == lookup.sha256).then_some(file)
    }

    /// `packed` are the files that `manifest` names, in their order.
    fn put(&self, manifest: &Manifest, packed: &[Vec<u8>], signed: &[u8]) -> Result<(), Failure> {
        files::make_folder(&self.0.join(STATUS_FILES))?;
        for (named, file) in manifest.files().zip(packed) {
            files::replace(&self.file(&named.sha256), file)?;
        }

        files::replace(&self.0.join(MANIFEST), signed)
    }

    fn remove_others(&self, kept: &[Option<&Manifest>]) -> Result<(), Failure> {
        let kept: BTreeSet<PathBuf> = kept
            .iter()
            .flatten()
            .flat_map(|manifest| manifest.files())
            .map(|file| self.file(&file.sha256))
            .collect();
        let folder = self.0.join(STATUS_FILES);
        for entry in fs::read_dir(&folder).map_err(Failure::file(&folder, "read"))? {
            let path = entry.map_err(Failure::file(&folder, "read"))?.path();
            if !kept.contains(&path) {
                fs::remove_file(&path).map_err(Failure::file(&path, "remove"))?;
            }
        }

        Ok(())
    }

    fn file(&self, hash: &[u8; 32]) -> PathBuf {
        Path::new(&self.0)
            .join(STATUS_FILES)
            .join(format!("{}.bin", hex::encode(hash)))
    }
}
