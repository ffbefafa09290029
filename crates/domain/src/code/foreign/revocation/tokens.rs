//! Status tokens (IETF Token Status List) among the files that `trust` names.

use std::collections::BTreeMap;

use super::{ListError, MAX_LIST_BYTES};
use crate::code::foreign::status_token::{self, StatusReference, StatusToken, TokenError};
use crate::time::{HOUR, Timestamp};

/// All lists unpacked: a megabyte of zlib may hold a gigabyte of zeros.
const MAX_TABLES_BYTES: usize = 64 * 1024 * 1024;
/// How far a signer's clock may be ahead (SECURITY.md §3 step 5).
const MAX_AHEAD: i64 = HOUR / 6;

/// The tokens that are here, by the list that each says it is. Whoever signed the trust list vouches for their bytes, so that
/// their signatures, which were checked when they were imported, are not checked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusTokens(BTreeMap<String, StatusToken>);

impl StatusTokens {
    /// Adds the token in a file. Of two that are the same list the one that was signed later counts.
    ///
    /// # Errors
    /// See [`ListError`]; [`ListError::TooLarge`] also where all lists together are.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        if bytes.len() > MAX_LIST_BYTES {
            return Err(ListError::TooLarge);
        }
        let used = self.0.values().map(|token| token.list.table_bytes());
        let left = MAX_TABLES_BYTES.saturating_sub(used.sum());
        let signed = status_token::decode(bytes).map_err(unfit)?;
        let token = signed.vouched(left).map_err(unfit)?;
        let known = self.0.get(signed.subject());
        if known.is_none_or(|known| known.issued_at < token.issued_at) {
            self.0.insert(signed.subject().to_owned(), token);
        }

        Ok(())
    }

    /// The status at a place: 0 valid, all others not. None where it cannot be told: the token is not here, its time
    /// ([`StatusToken::ends`]) is over or has not come, or the place lies beyond the list's end.
    #[must_use]
    pub fn status(&self, reference: &StatusReference, now: Timestamp) -> Option<u8> {
        let token = self.0.get(&reference.uri)?;
        if token.issued_at > now.plus(MAX_AHEAD) || now >= token.ends() {
            return None;
        }

        token.list.status(reference.index)
    }
}

fn unfit(error: TokenError) -> ListError {
    match error {
        TokenError::TooLarge | TokenError::List(status_token::ListError::TooLarge) => {
            ListError::TooLarge
        }
        TokenError::List(status_token::ListError::Bits | status_token::ListError::Packed)
        | TokenError::BadSignature
        | TokenError::Expired
        | TokenError::Malformed
        | TokenError::NotYetValid
        | TokenError::OtherList
        | TokenError::OtherType
        | TokenError::Unsupported => ListError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::foreign::fixture::{NOW, StatusClaims, status_cwt};

    const URI: &str = "https://s.example/1";

    fn token(at: i64, table: &[u8]) -> Vec<u8> {
        status_cwt(&StatusClaims {
            uri: URI,
            issued_at: NOW.plus(at),
            expires: Some(NOW.plus(1_000)),
            ttl: None,
            bits: 2,
            table,
        })
    }

    fn at(index: u64) -> StatusReference {
        StatusReference {
            index,
            uri: URI.to_owned(),
        }
    }

    #[test]
    fn a_place_is_told_while_the_token_holds_and_by_its_own_name_alone() {
        let mut tokens = StatusTokens::default();
        assert_eq!(tokens.status(&at(0), NOW), None);
        // 0 valid, 1 invalid, 2 suspended, 3 by agreement.
        tokens.add(&token(-10, &[0b1110_0100])).unwrap();
        let told: Vec<_> = (0..5).map(|n| tokens.status(&at(n), NOW)).collect();
        assert_eq!(told, [Some(0), Some(1), Some(2), Some(3), None]);
        for uri in ["https://s.example/1/", "https://S.example/1", ""] {
            let other = StatusReference {
                uri: uri.to_owned(),
                ..at(0)
            };
            assert_eq!(tokens.status(&other, NOW), None, "{uri}");
        }
        let when = |seconds| tokens.status(&at(0), NOW.plus(seconds));
        assert_eq!((when(999), when(1_000)), (Some(0), None));
        assert_eq!((when(-610), when(-611)), (Some(0), None));
    }

    #[test]
    fn a_token_is_over_by_its_ttl_as_well_as_by_its_end() {
        let mut tokens = StatusTokens::default();
        let short = StatusClaims {
            uri: URI,
            issued_at: NOW,
            expires: Some(NOW.plus(1_000)),
            ttl: Some(60),
            bits: 1,
            table: &[0],
        };
        tokens.add(&status_cwt(&short)).unwrap();
        assert_eq!(tokens.status(&at(0), NOW.plus(59)), Some(0));
        assert_eq!(tokens.status(&at(0), NOW.plus(60)), None);
    }

    #[test]
    fn a_token_that_says_no_end_holds_as_long_as_a_trust_list() {
        let mut tokens = StatusTokens::default();
        let endless = StatusClaims {
            uri: URI,
            issued_at: NOW,
            expires: None,
            ttl: None,
            bits: 1,
            table: &[0],
        };
        tokens.add(&status_cwt(&endless)).unwrap();
        let at = |days: i64| tokens.status(&at(0), NOW.plus(days * 86_400));
        assert_eq!((at(89), at(90)), (Some(0), None));
    }

    #[test]
    fn of_two_tokens_of_one_list_the_later_one_counts_whichever_comes_first() {
        for order in [[-20, -10], [-10, -20]] {
            let mut tokens = StatusTokens::default();
            for signed in order {
                let status = u8::from(signed == -10);
                tokens.add(&token(signed, &[status])).unwrap();
            }
            assert_eq!(tokens.status(&at(0), NOW), Some(1));
        }
    }

    #[test]
    fn what_is_no_token_and_lists_that_fill_the_memory_are_refused() {
        let mut tokens = StatusTokens::default();
        for none in [&b""[..], b"ey", b"{}", &[0xd2, 0x84]] {
            assert_eq!(tokens.add(none), Err(ListError::Malformed));
        }
        let large = vec![0; 25 * 1024 * 1024];
        for (name, fits) in [("a", true), ("b", true), ("c", false)] {
            let bytes = status_cwt(&StatusClaims {
                uri: name,
                issued_at: NOW,
                expires: None,
                ttl: None,
                bits: 8,
                table: &large,
            });
            let added = tokens.add(&bytes);
            assert_eq!(
                added,
                if fits {
                    Ok(())
                } else {
                    Err(ListError::TooLarge)
                }
            );
        }
    }
}
