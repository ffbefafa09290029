//! The secrets that pretix has revoked or blocked, as its interface lists them (`revokedsecrets`, `blockedsecrets`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ListError, Revocation, read};
use crate::code::foreign::{SignedForeign, pretix};

/// Secrets of an event's tickets: each the exact text of a code.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    revoked: BTreeSet<String>,
    blocked: BTreeSet<String>,
}

/// A secret opens a door, so no log may have one.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("revoked", &self.revoked.len())
            .field("blocked", &self.blocked.len())
            .finish()
    }
}

impl Secrets {
    /// Adds a list of revoked secrets: an array of `{secret, …}`, or one such page, the only one, in `results`.
    ///
    /// # Errors
    /// See [`ListError`]; also where `next` says that the page is not all.
    pub fn add_revoked(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        self.revoked.extend(entries(bytes, |_| Ok(true))?);

        Ok(())
    }

    /// Adds a list of blocked secrets, in the same form. An entry whose `blocked` is false was blocked once and is not.
    ///
    /// # Errors
    /// As [`Secrets::add_revoked`].
    pub fn add_blocked(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        let blocked = |entry: &Value| match entry.get("blocked") {
            None => Ok(true),
            Some(Value::Bool(blocked)) => Ok(*blocked),
            Some(_) => Err(ListError::Malformed),
        };
        self.blocked.extend(entries(bytes, blocked)?);

        Ok(())
    }

    /// How the ticket was taken back, if it was.
    #[must_use]
    pub fn of(&self, ticket: &SignedForeign) -> Option<Revocation> {
        let secret = pretix::secret(ticket)?;
        if self.revoked.contains(&secret) {
            Some(Revocation::Revoked)
        } else if self.blocked.contains(&secret) {
            Some(Revocation::Blocked)
        } else {
            None
        }
    }
}

/// The secrets of the entries that count.
fn entries(
    bytes: &[u8],
    counts: impl Fn(&Value) -> Result<bool, ListError>,
) -> Result<Vec<String>, ListError> {
    let list = read(bytes)?;
    let entries = match &list {
        Value::Array(entries) => entries,
        Value::Object(page) if page.get("next").is_none_or(Value::is_null) => page
            .get("results")
            .and_then(Value::as_array)
            .ok_or(ListError::Malformed)?,
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(ListError::Malformed);
        }
    };
    let mut secrets = Vec::new();
    for entry in entries {
        let secret = entry.get("secret").and_then(Value::as_str);
        let secret = secret.filter(|secret| !secret.is_empty());
        if counts(entry)? {
            secrets.push(secret.ok_or(ListError::Malformed)?.to_owned());
        }
    }

    Ok(secrets)
}
