//! What every document begins with, and which of two documents is taken.

use thiserror::Error;

use crate::cbor::{Fields, Value, WrongShape};
use crate::cose::CoseError;
use crate::crypto::{WeakKey, sha256};
use crate::ids::AuthorityId;
use crate::time::Timestamp;

/// Authority, version and times of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose document.
    pub authority: AuthorityId,
    /// Counts up; a lower one never replaces a higher one.
    pub version: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Not used from this second on.
    pub expires: Timestamp,
}

impl Header {
    pub(super) fn entries(&self) -> Vec<(Value, Value)> {
        vec![
            (Value::text("authority"), Value::bytes(self.authority.0)),
            (Value::text("version"), Value::from(self.version)),
            (Value::text("iat"), Value::int(self.issued_at.0)),
            (Value::text("exp"), Value::int(self.expires.0)),
        ]
    }

    pub(super) fn take(fields: &mut Fields) -> Result<Self, WrongShape> {
        Ok(Self {
            authority: AuthorityId(fields.get("authority", Value::as_array)?),
            version: fields.get("version", Value::as_u64)?,
            issued_at: Timestamp(fields.get("iat", Value::as_i64)?),
            expires: Timestamp(fields.get("exp", Value::as_i64)?),
        })
    }

    /// The life that the document claims may not exceed `most` seconds.
    pub(super) fn check_life(&self, most: i64) -> Result<(), DocumentError> {
        let life = self.expires.since(self.issued_at);
        if life <= 0 || life > most {
            return Err(DocumentError::Content);
        }

        Ok(())
    }
}

/// Why a document is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Larger than the limit of its kind.
    #[error("the document is larger than allowed")]
    TooLarge,
    /// Not built as a signed document of this type.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// Fields missing, in excess, or of the wrong type.
    #[error(transparent)]
    Shape(#[from] WrongShape),
    /// A key in it is unfit.
    #[error(transparent)]
    WeakKey(#[from] WeakKey),
    /// Its fields contradict each other or the limits of SECURITY.md §2.
    #[error("the document contradicts itself or a limit")]
    Content,
    /// The same key stands in two roles.
    #[error("the document gives one key two roles")]
    KeyInTwoRoles,
    /// Not signed by enough keys that may sign it.
    #[error("the document is not signed by those who may sign it")]
    NotSigned,
    /// Another authority's.
    #[error("the document is another authority's")]
    OtherAuthority,
    /// For another station.
    #[error("the document is for another station")]
    OtherStation,
    /// Its time is over.
    #[error("the document has expired")]
    Expired,
    /// Older than, or as old as, what is held.
    #[error("the document is not newer than the one held")]
    NotNewer,
    /// The version held, with other bytes: somebody signs two truths.
    #[error("another document with the same version is already held: tell the authority")]
    Equivocation,
}

/// What is held of a document: enough to judge the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its version.
    pub version: u64,
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
}

impl Held {
    /// What is held when `bytes` of this version are.
    #[must_use]
    pub fn of(version: u64, bytes: &[u8]) -> Self {
        Self {
            version,
            hash: sha256(&[bytes]),
        }
    }

    /// Whether a document that verified is to be taken in place of `held` (SECURITY.md §4).
    ///
    /// # Errors
    /// [`DocumentError::Expired`], [`DocumentError::NotNewer`], [`DocumentError::Equivocation`].
    pub fn judge(
        held: Option<&Self>,
        header: &Header,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Newer, DocumentError> {
        let offered = Self::of(header.version, bytes);
        match held {
            Some(held) if *held == offered => return Ok(Newer::Same),
            Some(held) if held.version == offered.version => {
                return Err(DocumentError::Equivocation);
            }
            Some(held) if held.version > offered.version => return Err(DocumentError::NotNewer),
            Some(_) | None => {}
        }
        if now >= header.expires {
            return Err(DocumentError::Expired);
        }

        Ok(Newer::Take)
    }
}

/// What to do with a document that verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newer {
    /// It is the one held.
    Same,
    /// Take it.
    Take,
}

/// A list that earlier releases do not write, and that none writes empty.
pub(super) fn later<T, E: From<WrongShape>>(
    fields: &mut Fields,
    name: &str,
    read: impl FnMut(Value) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    match fields.maybe(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) if !items.is_empty() => items.into_iter().map(read).collect(),
        Some(_) => Err(WrongShape.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u64) -> Header {
        Header {
            authority: AuthorityId([1; 16]),
            version,
            issued_at: Timestamp(100),
            expires: Timestamp(200),
        }
    }

    #[test]
    fn older_knowledge_never_replaces_newer() {
        let held = Held::of(5, b"five");
        let judge = |version, bytes: &[u8]| {
            Held::judge(Some(&held), &header(version), bytes, Timestamp(150))
        };
        assert_eq!(judge(4, b"four"), Err(DocumentError::NotNewer));
        assert_eq!(judge(5, b"five"), Ok(Newer::Same));
        assert_eq!(judge(6, b"six"), Ok(Newer::Take));
    }

    #[test]
    fn the_same_version_with_other_bytes_is_an_alarm() {
        let held = Held::of(5, b"five");
        assert_eq!(
            Held::judge(Some(&held), &header(5), b"FIVE", Timestamp(150)),
            Err(DocumentError::Equivocation)
        );
    }

    #[test]
    fn a_document_is_not_taken_from_the_second_it_expires() {
        let judge = |now| Held::judge(None, &header(1), b"one", Timestamp(now));
        assert_eq!(judge(199), Ok(Newer::Take));
        assert_eq!(judge(200), Err(DocumentError::Expired));
    }
}
