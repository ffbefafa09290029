//! What takes a code back although its signature holds: the EU's hash lists, the `rid` lists of SMART Health Cards, the
//! secrets that pretix revoked or blocked, and status tokens for codes that name one.
//!
//! The lists are files of others that travel unsigned; `trust` names each by hash and length. So they are read strictly, and
//! a list that is not understood is no list.

mod hashes;
mod rids;
mod secrets;
mod tokens;

pub use hashes::{HashList, HashLists};
pub use rids::RidList;
pub use secrets::Secrets;
pub use tokens::StatusTokens;

use serde_json::{Map, Value};
use thiserror::Error;

use super::{Format, SignedForeign, SignerNames};
use crate::json::{self, JsonError, Limits};

/// The longest list that is read.
pub const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;
/// What a list may hold: some 100,000 entries.
const LIST: Limits = Limits {
    items: 200_000,
    bytes: 64 * 1024 * 1024,
};

/// How a code was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revocation {
    /// For good.
    Revoked,
    /// Until its issuer says otherwise (pretix alone).
    Blocked,
}

/// Why a list is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// Not JSON with exactly the fields and values that such a list has.
    #[error("the list is not built as it should be")]
    Malformed,
    /// Its counter is not the one that the key names, so one of the two is old.
    #[error("the list is of another version than its key says")]
    OtherVersion,
    /// Longer, or with more entries, than the limit.
    #[error("the list is too large")]
    TooLarge,
}

/// What a list's file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// A batch of the EU's hash lists.
    EuHashes,
    /// Secrets that pretix blocked.
    PretixBlocked,
    /// Secrets that pretix revoked.
    PretixRevoked,
    /// The `rid` list of a SMART Health Card's key.
    ShcRids,
    /// A status token (IETF Token Status List), JWT or CWT.
    StatusToken,
}

impl ListKind {
    /// The format whose codes it takes back; none for a status token, which is asked by the codes that name it.
    #[must_use]
    pub fn format(self) -> Option<Format> {
        match self {
            Self::EuHashes => Some(Format::Hcert),
            Self::PretixBlocked | Self::PretixRevoked => Some(Format::Pretix),
            Self::ShcRids => Some(Format::Shc),
            Self::StatusToken => None,
        }
    }
}

/// All that is known to be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations {
    /// Of EU certificates.
    pub hashes: HashLists,
    /// Of SMART Health Cards: one list a key.
    pub rids: Vec<RidList>,
    /// Of tickets.
    pub secrets: Secrets,
    /// Of codes that name a place in one of them.
    pub tokens: StatusTokens,
}

impl Revocations {
    /// Adds the list in a file. That the file is the one that `trust` names, its holder has checked.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn add(&mut self, list: ListKind, bytes: &[u8]) -> Result<(), ListError> {
        match list {
            ListKind::EuHashes => self.hashes.add(HashList::decode(bytes)?),
            ListKind::PretixBlocked => self.secrets.add_blocked(bytes)?,
            ListKind::PretixRevoked => self.secrets.add_revoked(bytes)?,
            ListKind::ShcRids => self.rids.push(RidList::decode_named(bytes)?),
            ListKind::StatusToken => self.tokens.add(bytes)?,
        }

        Ok(())
    }

    /// How `code` was taken back, if it was, by the lists that name codes. `signer` is what the trust list calls who signed it
    /// ([`KeyRing::names_of`](super::KeyRing::names_of)): a list may name it otherwise than the code does. Status tokens are asked
    /// by [`StatusTokens`].
    #[must_use]
    pub fn of(&self, code: &SignedForeign, signer: &SignerNames<'_>) -> Option<Revocation> {
        let revoked = match code.format {
            Format::Hcert => self.hashes.revokes(code, signer),
            Format::Shc => self.rids.iter().any(|list| list.revokes(code)),
            Format::Pretix => return self.secrets.of(code),
            // Withdrawn by the key alone: their issuers publish no lists.
            Format::Nzcp | Format::VdsNc | Format::Claim169 => false,
        };

        revoked.then_some(Revocation::Revoked)
    }
}

/// The object that a list's file holds.
fn read(bytes: &[u8]) -> Result<Value, ListError> {
    if bytes.len() > MAX_LIST_BYTES {
        return Err(ListError::TooLarge);
    }

    json::decode(bytes, LIST).map_err(|error| match error {
        JsonError::TooLarge => ListError::TooLarge,
        JsonError::DuplicateName | JsonError::NotJson => ListError::Malformed,
    })
}

fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, ListError> {
    if let Value::Object(object) = read(bytes)? {
        Ok(object)
    } else {
        Err(ListError::Malformed)
    }
}

fn take_text(object: &mut Map<String, Value>, name: &str) -> Result<String, ListError> {
    if let Some(Value::String(text)) = object.remove(name) {
        Ok(text)
    } else {
        Err(ListError::Malformed)
    }
}

fn take_list(object: &mut Map<String, Value>, name: &str) -> Result<Vec<Value>, ListError> {
    if let Some(Value::Array(list)) = object.remove(name) {
        Ok(list)
    } else {
        Err(ListError::Malformed)
    }
}

/// Nothing may be left that was not asked for.
fn end(object: &Map<String, Value>) -> Result<(), ListError> {
    if object.is_empty() {
        Ok(())
    } else {
        Err(ListError::Malformed)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
