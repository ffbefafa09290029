//! `manifest`: which status files there are, and what they must give.

use super::header::later;
use super::lookup::files_are_sound;
use super::{DocumentError, Header, LookupFile};
use crate::cbor::{Fields, Value, WrongShape};
use crate::cose::Sign1;
use crate::crypto::{Kid, PublicKey, SigningKey};
use crate::ids::AuthorityId;
use crate::time::DAY;

const TYP: &str = "manifest";
/// 256 KiB (SECURITY.md §8).
const MAX_BYTES: usize = 256 * 1024;
/// exp <= iat + 10 d (SECURITY.md §2).
const MAX_LIFE: i64 = 10 * DAY;

/// A status list at one moment: its `iat` is the "status as of".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Authority, version, times.
    pub header: Header,
    /// The list's name, byte for byte as in codes.
    pub uri: String,
    /// The week whose status secret encrypts the files.
    pub week: u64,
    /// Its parts, in order of their first index.
    pub shards: Vec<Shard>,
    /// The lists by which codes that nobody signed are looked up. Manifests of earlier releases name none.
    pub lookups: Vec<LookupFile>,
}

/// A run of resident indexes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// First index.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Counts up with every change of the table.
    pub version: u64,
    /// SHA-256 of the raw table.
    pub sha256: [u8; 32],
    /// The whole table as a file.
    pub full: StatusFile,
    /// Changes to an older table.
    pub deltas: Vec<StatusFile>,
}

/// A file that any web server, CDN or USB stick may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusFile {
    /// SHA-256 of the table that a delta applies to; none for a full file.
    pub base: Option<[u8; 32]>,
    /// SHA-256 of the file: its name.
    pub sha256: [u8; 32],
    /// SHA-256 of the compressed table: the salt of the file's key.
    pub salt: [u8; 32],
    /// Bytes of the file.
    pub length: u64,
    /// Bytes once decrypted and unpacked.
    pub raw_length: u64,
}

impl Manifest {
    /// The signed document.
    #[must_use]
    pub fn sign(&self, status: &SigningKey) -> Vec<u8> {
        let mut entries = self.header.entries();
        entries.extend([
            (Value::text("uri"), Value::text(&self.uri)),
            (Value::text("week"), Value::from(self.week)),
            (
                Value::text("shards"),
                Value::Array(self.shards.iter().map(Shard::to_value).collect()),
            ),
        ]);
        // An earlier release refuses a field that it does not know, so it stands only where it says something.
        if !self.lookups.is_empty() {
            let files = self.lookups.iter().map(LookupFile::to_value).collect();
            entries.push((Value::text("lookups"), Value::Array(files)));
        }

        Sign1::sign(TYP, &Value::Map(entries), status)
    }

    /// Reads a manifest that one of `status` signed.
    ///
    /// # Errors
    /// See [`DocumentError`].
    pub fn verify(
        bytes: &[u8],
        authority: AuthorityId,
        status: &[PublicKey],
    ) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge);
        }
        let signed = Sign1::read(TYP, bytes)?;
        let payload = status
            .iter()
            .find_map(|key| signed.verify(key))
            .ok_or(DocumentError::NotSigned)?;
        let manifest = Self::from_value(payload)?;
        manifest.header.check_life(MAX_LIFE)?;
        if manifest.header.authority != authority {
            return Err(DocumentError::OtherAuthority);
        }
        if !manifest.shards_are_in_order() || !files_are_sound(&manifest.lookups) {
            return Err(DocumentError::Content);
        }

        Ok(manifest)
    }

    /// The files that a station needs to open the list: whole tables, and what codes are looked up in.
    pub fn files(&self) -> impl Iterator<Item = &StatusFile> {
        let tables = self.shards.iter().map(|shard| &shard.full);

        tables.chain(self.lookups.iter().map(|lookup| &lookup.full))
    }

    /// The key that a manifest names as its signer; meaningful once [`Self::verify`] took the same bytes.
    #[must_use]
    pub fn signer(bytes: &[u8]) -> Option<Kid> {
        Sign1::read(TYP, bytes).ok().map(|signed| signed.kid())
    }

    /// No index stands in two shards, none is empty, no file claims another size than its table's, and
    /// deltas alone name a base.
    fn shards_are_in_order(&self) -> bool {
        let mut next = 0_u64;
        self.shards.iter().all(|shard| {
            let end = shard.first.checked_add(shard.count);
            let fits = shard.first >= next
                && shard.count > 0
                && shard.full.base.is_none()
                && shard.deltas.iter().all(|delta| delta.base.is_some())
                && shard.full.raw_length == shard.count;
            next = end.unwrap_or(u64::MAX);
            fits && end.is_some()
        })
    }

    fn from_value(value: Value) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value)?;
        let manifest = Self {
            header: Header::take(&mut fields)?,
            uri: fields.text("uri")?,
            week: fields.get("week", Value::as_u64)?,
            shards: fields.list("shards", Shard::from_value)?,
            lookups: later(&mut fields, "lookups", LookupFile::from_value)?,
        };
        fields.end()?;

        Ok(manifest)
    }
}

impl Shard {
    fn to_value(&self) -> Value {
        Value::map([
            ("first", Value::from(self.first)),
            ("count", Value::from(self.count)),
            ("version", Value::from(self.version)),
            ("sha256", Value::bytes(self.sha256)),
            ("full", self.full.to_value()),
            (
                "deltas",
                Value::Array(self.deltas.iter().map(StatusFile::to_value).collect()),
            ),
        ])
    }

    fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let shard = Self {
            first: fields.get("first", Value::as_u64)?,
            count: fields.get("count", Value::as_u64)?,
            version: fields.get("version", Value::as_u64)?,
            sha256: fields.get("sha256", Value::as_array)?,
            full: StatusFile::from_value(fields.take("full")?)?,
            deltas: fields.list("deltas", StatusFile::from_value)?,
        };
        fields.end()?;

        Ok(shard)
    }
}

impl StatusFile {
    pub(super) fn to_value(&self) -> Value {
        Value::map([
            ("base", self.base.map_or(Value::Null, Value::bytes)),
            ("sha256", Value::bytes(self.sha256)),
            ("salt", Value::bytes(self.salt)),
            ("length", Value::from(self.length)),
            ("raw_length", Value::from(self.raw_length)),
        ])
    }

    pub(super) fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let file = Self {
            base: fields.get("base", |value| {
                if *value == Value::Null {
                    Some(None)
                } else {
                    value.as_array().map(Some)
                }
            })?,
            sha256: fields.get("sha256", Value::as_array)?,
            salt: fields.get("salt", Value::as_array)?,
            length: fields.get("length", Value::as_u64)?,
            raw_length: fields.get("raw_length", Value::as_u64)?,
        };
        fields.end()?;

        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{AUTHORITY, NOW, STATUS_KEY, key, snapshot};
    use crate::status::Cell;

    #[test]
    fn a_manifest_names_the_key_that_signed_it() {
        let status = key(STATUS_KEY);
        let manifest = snapshot(NOW, &[Cell::LOST]).manifest().clone();
        let bytes = manifest.sign(&status);
        assert_eq!(
            Manifest::verify(&bytes, AUTHORITY, &[status.public()]),
            Ok(manifest)
        );
        assert_eq!(Manifest::signer(&bytes), Some(status.public().kid()));
        assert_eq!(Manifest::signer(b"no manifest"), None);
    }
}
