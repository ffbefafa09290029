//! The revocation lists of SMART Health Cards ("Revocation" in their specification): `{kid, method, ctr, rids}`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ListError, end, read_object, take_list, take_text};
use crate::code::foreign::SignedForeign;
use crate::time::Timestamp;

/// The longest id of a card.
const MAX_ID: usize = 24;
/// Seconds until the year 2286; milliseconds have more digits and are not meant.
const MAX_DIGITS: usize = 10;

/// What one key's issuer has revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RidList {
    kid: String,
    /// The ids of cards, and up to which time of signing each is revoked; for ever where none.
    rids: BTreeMap<String, Option<Timestamp>>,
}

impl RidList {
    /// Reads a list's JSON for a key whose `crlVersion` is `version`.
    ///
    /// # Errors
    /// [`ListError::OtherVersion`] where its `ctr` differs, else see [`ListError`].
    pub fn decode(bytes: &[u8], version: u64) -> Result<Self, ListError> {
        let (list, counter) = Self::with_counter(bytes)?;

        if counter == version {
            Ok(list)
        } else {
            Err(ListError::OtherVersion)
        }
    }

    /// Reads a list's JSON that `trust` names: that its version is the one of its key was checked where it was imported.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn decode_named(bytes: &[u8]) -> Result<Self, ListError> {
        Self::with_counter(bytes).map(|(list, _)| list)
    }

    fn with_counter(bytes: &[u8]) -> Result<(Self, u64), ListError> {
        let mut list = read_object(bytes)?;
        let kid = take_text(&mut list, "kid")?;
        let method = take_text(&mut list, "method")?;
        let counter = list.remove("ctr").and_then(|value| value.as_u64());
        let rids = take_list(&mut list, "rids")?;
        end(&list)?;
        if kid.is_empty() || method != "rid" {
            return Err(ListError::Malformed);
        }
        let counter = counter.ok_or(ListError::Malformed)?;
        let mut read = Self {
            kid,
            rids: BTreeMap::new(),
        };
        for value in rids {
            let (id, until) = rid(&value).ok_or(ListError::Malformed)?;
            read.add(id, until);
        }

        Ok((read, counter))
    }

    /// Of an id that stands twice, what revokes more counts.
    fn add(&mut self, id: String, until: Option<Timestamp>) {
        let known = self.rids.entry(id).or_insert(until);
        *known = known.zip(until).map(|(a, b)| a.max(b));
    }

    /// Whether the list has `card`: its key, its `vc.rid`, and a time not before it was signed where there is one. A card
    /// that does not say when it was signed is revoked with its id.
    #[must_use]
    pub fn revokes(&self, card: &SignedForeign) -> bool {
        let id = card.payload.pointer("/vc/rid").and_then(Value::as_str);
        let Some(until) = id.and_then(|id| self.rids.get(id)) else {
            return false;
        };
        // A fraction of nbf counts as its end, and the list's times are whole: the comparison is exact.
        let in_time = until
            .zip(card.not_before)
            .is_none_or(|(until, signed)| signed <= until);

        in_time && self.kid.as_bytes() == card.key_id
    }
}

/// `id` or `id.seconds`.
fn rid(value: &Value) -> Option<(String, Option<Timestamp>)> {
    let text = value.as_str()?;
    let (id, until) = match text.split_once('.') {
        None => (text, None),
        Some((id, seconds)) => (id, Some(whole_seconds(seconds)?)),
    };
    let fit = (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');

    fit.then(|| (id.to_owned(), until))
}

fn whole_seconds(text: &str) -> Option<Timestamp> {
    let fit = text.len() <= MAX_DIGITS && text.bytes().all(|c| c.is_ascii_digit());

    fit.then(|| text.parse().ok().map(Timestamp))?
}
