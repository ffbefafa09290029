//! What was taken back, as far as the files are here that `trust` names.

use std::collections::BTreeSet;

use super::RevocationFile;
use crate::code::foreign::revocation::{Revocation, Revocations};
use crate::code::foreign::{Format, SignedForeign};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// What is known of what was taken back, and of which formats not all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// The lists that are here.
    pub lists: Revocations,
    /// The formats of which `trust` names a list that is not here or cannot be read: nobody may say that such a code was
    /// not taken back.
    pub incomplete: BTreeSet<Format>,
}

impl Withdrawn {
    /// The lists that `named` names, of those that `file` finds by their hash. A file counts only with the length and the
    /// hash that stand there.
    #[must_use]
    pub fn open<'a>(
        named: impl IntoIterator<Item = &'a RevocationFile>,
        file: impl Fn(&[u8; 32]) -> Option<Vec<u8>>,
    ) -> Self {
        let mut withdrawn = Self::default();
        for named in named {
            let bytes = file(&named.sha256).filter(|bytes| named.is(bytes));
            let added = bytes.map(|bytes| withdrawn.lists.add(named.list, &bytes));
            if !matches!(added, Some(Ok(()))) {
                // A code that names a status token which is not here finds none.
                withdrawn.incomplete.extend(named.list.format());
            }
        }

        withdrawn
    }

    /// That `code` was not taken back, as far as that can be told at `now`. `ids` are those that its signer's key has in the
    /// trust list: see [`Revocations::of`].
    ///
    /// # Errors
    /// [`Reason::Revoked`], also for any status but valid; [`Reason::Blocked`]; [`Reason::RevocationsMissing`] where a list that
    /// might name the code, or the token that the code names, is not here or does not tell.
    pub fn standing(
        &self,
        code: &SignedForeign,
        ids: &[&[u8]],
        now: Timestamp,
    ) -> Result<(), Reason> {
        match self.lists.of(code, ids) {
            Some(Revocation::Revoked) => return Err(Reason::Revoked),
            Some(Revocation::Blocked) => return Err(Reason::Blocked),
            None => {}
        }
        let named = code.status.as_ref();
        let missing = match named.map(|place| self.lists.tokens.status(place, now)) {
            None | Some(Some(VALID)) => false,
            Some(Some(_)) => return Err(Reason::Revoked),
            Some(None) => true,
        };
        if missing || self.incomplete.contains(&code.format) {
            return Err(Reason::RevocationsMissing);
        }

        Ok(())
    }
}

/// The only status that lets a code stand (draft-ietf-oauth-status-list §7.1).
const VALID: u8 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::foreign::revocation::ListKind;
    use crate::crypto::sha256;

    const LIST: &[u8] = br#"{"kid":"k","method":"rid","ctr":1,"rids":["a"]}"#;

    fn named(bytes: &[u8]) -> RevocationFile {
        RevocationFile {
            list: ListKind::ShcRids,
            sha256: sha256(&[bytes]),
            length: u64::try_from(bytes.len()).unwrap(),
        }
    }

    #[test]
    fn a_list_counts_as_trust_names_it_and_in_no_other_bytes() {
        let whole = Withdrawn::open(&[named(LIST)], |_| Some(LIST.to_vec()));
        assert_eq!((whole.lists.rids.len(), whole.incomplete.len()), (1, 0));
        let longer = RevocationFile {
            length: 1,
            ..named(LIST)
        };
        for (list, file) in [
            (named(LIST), None),
            (named(LIST), Some(b"{}".to_vec())),
            (named(b"{}"), Some(b"{}".to_vec())),
            (longer, Some(LIST.to_vec())),
        ] {
            let part = Withdrawn::open(&[list], |_| file.clone());
            assert_eq!(part.incomplete, BTreeSet::from([Format::Shc]));
            assert_eq!(part.lists, Revocations::default());
        }
    }
}
