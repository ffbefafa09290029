//! What was taken back, as far as the files are here that `trust` names.

use std::collections::BTreeSet;

use super::RevocationFile;
use crate::code::foreign::revocation::{Revocation, Revocations};
use crate::code::foreign::{Format, SignedForeign, SignerNames};
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
    /// `trust` names a status token that is not here or cannot be taken: an older one of the same list may be, and nobody may
    /// say by it that a code still stands.
    pub tokens_incomplete: bool,
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
                match named.list.format() {
                    Some(format) => {
                        withdrawn.incomplete.insert(format);
                    }
                    None => withdrawn.tokens_incomplete = true,
                }
            }
        }

        withdrawn
    }

    /// That `code` was not taken back, as far as that can be told at `now`. `signer` is what the trust list calls who
    /// signed it: see [`Revocations::of`].
    ///
    /// # Errors
    /// [`Reason::Revoked`], also for any status but valid; [`Reason::Blocked`]; [`Reason::RevocationsMissing`] where a list that
    /// might name the code, or the token that the code names, is not here or does not tell.
    pub fn standing(
        &self,
        code: &SignedForeign,
        signer: &SignerNames<'_>,
        now: Timestamp,
    ) -> Result<(), Reason> {
        match self.lists.of(code, signer) {
            Some(Revocation::Revoked) => return Err(Reason::Revoked),
            Some(Revocation::Blocked) => return Err(Reason::Blocked),
            None => {}
        }
        let named = code.status.as_ref();
        let missing = match named.map(|place| self.lists.tokens.status(place, now)) {
            None => false,
            Some(Some(VALID)) => self.tokens_incomplete,
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
    use crate::code::foreign::decode;
    use crate::code::foreign::fixture::{NOW, StatusClaims, status_cwt, vaccinated};
    use crate::code::foreign::revocation::ListKind;
    use crate::code::foreign::status_token::StatusReference;
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
    fn while_a_token_that_trust_names_is_missing_an_older_one_lets_no_code_stand_and_still_revokes()
    {
        let token = |at: i64, status: u8| {
            status_cwt(&StatusClaims {
                uri: "https://s.example/1",
                issued_at: NOW.plus(at),
                expires: None,
                ttl: None,
                bits: 1,
                table: &[status],
            })
        };
        let (old, new) = (token(-20, 0b10), token(-10, 0b11));
        let files = [&old, &new].map(|bytes| RevocationFile {
            list: ListKind::StatusToken,
            ..named(bytes)
        });
        let code = |index| {
            let mut code = decode(&vaccinated("Muster", "2026-10-01")).unwrap();
            code.status = Some(StatusReference {
                index,
                uri: "https://s.example/1".to_owned(),
            });
            code
        };
        let asked = |held: &[&Vec<u8>], index| {
            let held: Vec<Vec<u8>> = held.iter().map(|bytes| (*bytes).clone()).collect();
            let withdrawn = Withdrawn::open(&files, |hash| {
                held.iter().find(|bytes| sha256(&[bytes]) == *hash).cloned()
            });
            withdrawn.standing(&code(index), &SignerNames::default(), NOW)
        };
        let missing = Err(Reason::RevocationsMissing);
        assert_eq!(asked(&[&old], 0), missing, "the new one takes it back");
        assert_eq!(asked(&[&old], 2), missing);
        assert_eq!(asked(&[&old], 1), Err(Reason::Revoked));
        assert_eq!(asked(&[&old, &new], 0), Err(Reason::Revoked));
        assert_eq!(asked(&[&old, &new], 2), Ok(()));
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
