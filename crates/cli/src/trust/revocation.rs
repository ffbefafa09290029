//! Lists of what issuers took back, in the forms that stations read. A list that is not understood is refused and nothing
//! is passed over: what it revokes would be admitted.

use domain::code::foreign::ForeignKey;
use domain::code::foreign::revocation::{ListError, ListKind, Revocations};
use domain::code::foreign::status_token::{self, TokenError};
use domain::time::Timestamp;

use domain::hex;

use super::found::{Found, List};
use super::input;
use super::lines::owner;

/// Reads one batch of the EU's hash lists.
///
/// # Errors
/// Why it is none.
pub(super) fn eu(bytes: &[u8], found: &mut Found) -> Result<(), String> {
    let form = "a batch of the EU's gateway: {country, expires, kid, hashType, entries}";

    add(ListKind::EuHashes, bytes, form, found)
}

/// Reads one key's list of revoked cards.
///
/// # Errors
/// Why it is none.
pub(super) fn shc(bytes: &[u8], found: &mut Found) -> Result<(), String> {
    let form = "an issuer's /.well-known/crl/KID.json: {kid, method, ctr, rids}";

    add(ListKind::ShcRids, bytes, form, found)
}

/// Reads a list of revoked or of blocked secrets: entries of the second have a field `blocked`.
///
/// # Errors
/// Why it is neither.
pub(super) fn pretix(bytes: &[u8], found: &mut Found) -> Result<(), String> {
    let form = "pretix's revokedsecrets or blockedsecrets, all pages in one list";
    let value = input::json(bytes)?;
    let entries = value.get("results").unwrap_or(&value).as_array();
    let entries = entries.ok_or_else(|| in_words(ListError::Malformed, form))?;
    let blocked = entries
        .iter()
        .filter(|entry| entry.get("blocked").is_some())
        .count();
    let kind = if blocked == 0 {
        ListKind::PretixRevoked
    } else if blocked == entries.len() {
        ListKind::PretixBlocked
    } else {
        return Err(
            "some entries are blocked secrets and others revoked ones: import the two lists as two files"
                .to_owned(),
        );
    };

    add(kind, bytes, form, found)
}

/// Reads a status token that one of `keys` signed, by the id that the token names: stations take it as the trust list names
/// it and ask no key.
///
/// # Errors
/// Why it is none, or is not taken.
pub(super) fn status_token(
    bytes: &[u8],
    keys: &[ForeignKey],
    now: Timestamp,
    found: &mut Found,
) -> Result<(), String> {
    let token = status_token::decode(bytes).map_err(|error| error.to_string())?;
    if token.key_id().is_empty() {
        return Err("the status token names no key, so that nobody can say whose it is".to_owned());
    }
    let candidates: Vec<_> = keys
        .iter()
        .filter(|key| key.key_id == token.key_id() && key.is_valid(now))
        .collect();
    if candidates.is_empty() {
        return Err(format!(
            "no key of the list is called {}, as the status token's is: import its issuer's keys first",
            hex::encode(token.key_id())
        ));
    }
    let mut read = Err(TokenError::BadSignature);
    for signer in candidates {
        read = token.verify(signer.key.as_slice(), token.subject(), now);
        if let Ok(read) = &read
            && let (Some(says), Some(owner)) = (&read.issuer, &signer.issuer)
            && says != owner
        {
            return Err(format!(
                "the status token says that it is from {says}, and its key is of {owner}"
            ));
        }
        if read != Err(TokenError::BadSignature) {
            found.notes.push(format!(
                "status list {}, signed by a key for {}",
                token.subject(),
                owner(signer)
            ));
            break;
        }
    }
    let read = read.map_err(|error| error.to_string())?;
    if now >= read.ends() {
        return Err("the status token is older than its ttl, or than 90 days where it has none: take a newer one".to_owned());
    }

    add(
        ListKind::StatusToken,
        bytes,
        "a status token, JWT or CWT",
        found,
    )
}

/// Takes the list if a station would read it.
fn add(kind: ListKind, bytes: &[u8], form: &str, found: &mut Found) -> Result<(), String> {
    Revocations::default()
        .add(kind, bytes)
        .map_err(|error| in_words(error, form))?;
    found.list(List {
        kind,
        bytes: bytes.to_vec(),
    });

    Ok(())
}

fn in_words(error: ListError, form: &str) -> String {
    format!("{error}; wanted is {form}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(
        by: fn(&[u8], &mut Found) -> Result<(), String>,
        value: &Value,
    ) -> Result<usize, String> {
        let mut found = Found::default();
        by(value.to_string().as_bytes(), &mut found)?;
        assert_eq!(
            found.lists[0].bytes,
            value.to_string().as_bytes(),
            "not a byte is changed"
        );

        Ok(found.lists.len())
    }

    #[test]
    fn each_form_is_taken_as_it_is_and_by_its_own_word_alone() {
        let eu_batch = json!({"country": "DE", "expires": "2027-01-01T00:00:00Z", "kid": "UNKNOWN_KID",
            "hashType": "UCI", "entries": [{"hash": "AAAAAAAAAAAAAAAAAAAAAA=="}]});
        let rids = json!({"kid": "k", "method": "rid", "ctr": 4, "rids": ["abc", "d.1700000000"]});
        let revoked = json!([{"id": 1, "secret": "x", "created": "2026"}]);
        let blocked = json!({"next": null, "results": [{"secret": "y", "blocked": true}]});
        assert_eq!(read(eu, &eu_batch), Ok(1));
        assert_eq!(read(shc, &rids), Ok(1));
        assert_eq!(read(pretix, &revoked), Ok(1));
        assert_eq!(read(pretix, &blocked), Ok(1));
        for (by, other) in [
            (eu as fn(&[u8], &mut Found) -> _, &rids),
            (shc, &eu_batch),
            (pretix, &rids),
        ] {
            assert!(read(by, other).unwrap_err().contains("wanted is"));
        }
    }

    #[test]
    fn a_page_that_is_not_all_and_a_mixture_are_refused() {
        let page = json!({"next": "https://p.example/?page=2", "results": []});
        assert!(read(pretix, &page).unwrap_err().contains("all pages"));
        let mixed = json!([{"secret": "x"}, {"secret": "y", "blocked": true}]);
        assert!(read(pretix, &mixed).unwrap_err().contains("two files"));
    }
}
