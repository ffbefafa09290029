//! What a list changes against another one, for whoever answers for it.

use std::collections::BTreeMap;
use std::fmt;

use domain::code::foreign::{ForeignKey, Format};
use domain::crypto::VerifyingKey;
use domain::document::TrustBody;

use super::lines::{key_line, own_lines, owner};
use crate::clock::show;

/// Lines of one owner that are written out; of more there is their number.
const SHOWN: usize = 10;

/// What makes two entries the same key: format, id, issuer and bytes. Times, kinds and country may change.
pub(super) type Identity<'a> = (Format, &'a [u8], Option<&'a str>, Option<&'a VerifyingKey>);

pub(super) fn identity(key: &ForeignKey) -> Identity<'_> {
    (
        key.format,
        &key.key_id,
        key.issuer.as_deref(),
        key.key.as_ref(),
    )
}

/// The keys of one owner.
#[derive(Debug, Default, PartialEq, Eq)]
struct Owner {
    /// `+`, `-` or `~` and the key.
    lines: Vec<String>,
    added: usize,
    removed: usize,
    changed: usize,
    same: usize,
}

/// All changes of keys and all others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    owners: BTreeMap<String, Owner>,
    others: Vec<String>,
    header: Option<String>,
}

impl Changes {
    /// What `new` changes in the keys of `old`. Entries of one identity are matched in their order.
    pub(super) fn of_keys(old: &[ForeignKey], new: &[ForeignKey]) -> Self {
        let mut changes = Self::default();
        let mut left: BTreeMap<Identity<'_>, Vec<&ForeignKey>> = BTreeMap::new();
        for key in old {
            left.entry(identity(key)).or_default().push(key);
        }
        let mut unmatched = Vec::new();
        // Whatever is the same is matched first, so that it is not told as a change.
        for key in new {
            let same = left.get_mut(&identity(key)).and_then(|old| {
                let at = old.iter().position(|old| *old == key)?;
                Some(old.remove(at))
            });
            match same {
                Some(_) => changes.owner(key).same += 1,
                None => unmatched.push(key),
            }
        }
        for key in unmatched {
            let before = left.get_mut(&identity(key)).and_then(Vec::pop);
            let owner = changes.owner(key);
            if let Some(before) = before {
                owner.changed += 1;
                owner
                    .lines
                    .push(format!("~ {}, before: {}", key_line(key), key_line(before)));
            } else {
                owner.added += 1;
                owner.lines.push(format!("+ {}", key_line(key)));
            }
        }
        for key in left.into_values().flatten() {
            let owner = changes.owner(key);
            owner.removed += 1;
            owner.lines.push(format!("- {}", key_line(key)));
        }

        changes
    }

    /// What `new` changes in all of `old`.
    pub(super) fn of(old: &TrustBody, new: &TrustBody) -> Self {
        let (before, after) = (own_lines(old), own_lines(new));
        let removed = before.difference(&after).map(|line| format!("- {line}"));
        let added = after.difference(&before).map(|line| format!("+ {line}"));

        Self {
            others: removed.chain(added).collect(),
            header: Some(format!(
                "version {} -> {}, from {}, to {} -> {}",
                old.header.version,
                new.header.version,
                show(new.header.issued_at),
                show(old.header.expires),
                show(new.header.expires)
            )),
            ..Self::of_keys(&old.foreign, &new.foreign)
        }
    }

    /// Whether no key and nothing else is another.
    pub(super) fn is_none(&self) -> bool {
        self.others.is_empty() && self.owners.values().all(|owner| owner.lines.is_empty())
    }

    fn owner(&mut self, key: &ForeignKey) -> &mut Owner {
        self.owners.entry(owner(key)).or_default()
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = Owner::default();
        for (name, owner) in &self.owners {
            all.added += owner.added;
            all.removed += owner.removed;
            all.changed += owner.changed;
            all.same += owner.same;
            if owner.lines.is_empty() {
                continue;
            }
            writeln!(f, "{name}: {}", Counts(owner))?;
            for line in owner.lines.iter().take(SHOWN) {
                writeln!(f, "  {line}")?;
            }
            let more = owner.lines.len().saturating_sub(SHOWN);
            if more > 0 {
                writeln!(
                    f,
                    "  and {more} more: `menshen trust show --keys` lists them"
                )?;
            }
        }
        writeln!(f, "keys of others: {}", Counts(&all))?;
        for line in &self.others {
            writeln!(f, "{line}")?;
        }
        if let Some(header) = &self.header {
            writeln!(f, "{header}")?;
        }

        Ok(())
    }
}

struct Counts<'a>(&'a Owner);

impl fmt::Display for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Owner {
            added,
            removed,
            changed,
            same,
            ..
        } = self.0;

        write!(
            f,
            "{added} added, {removed} removed, {changed} changed, {same} the same"
        )
    }
}

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};
    use domain::time::Timestamp;

    use super::*;

    fn key(id: u8, byte: u8, country: &str) -> ForeignKey {
        ForeignKey {
            country: Some(country.to_owned()),
            key: Some(SigningKey::new(Secret::new([byte; 32])).public().into()),
            ..ForeignKey::new(Format::Hcert, vec![id])
        }
    }

    #[test]
    fn added_removed_changed_and_kept_keys_are_told_by_owner() {
        let longer = ForeignKey {
            not_after: Some(Timestamp(1_795_507_200)),
            ..key(3, 3, "AT")
        };
        let old = [key(1, 1, "AT"), key(2, 2, "AT"), key(3, 3, "AT")];
        let new = [key(1, 1, "AT"), longer, key(4, 4, "BE"), key(1, 9, "AT")];
        let changes = Changes::of_keys(&old, &new);
        assert_eq!(
            changes.to_string(),
            "hcert, AT: 1 added, 1 removed, 1 changed, 1 the same\n\
             \x20 ~ 03 Ed25519 b62e867fa2f33afe to 2026-11-24T08:00:00Z, before: 03 Ed25519 b62e867fa2f33afe\n\
             \x20 + 01 Ed25519 dbc298251c51321b\n\
             \x20 - 02 Ed25519 6a3803d5f059902a\n\
             hcert, BE: 1 added, 0 removed, 0 changed, 0 the same\n\
             \x20 + 04 Ed25519 c5b940ed3f65c391\n\
             keys of others: 2 added, 1 removed, 1 changed, 1 the same\n"
        );
        assert!(!changes.is_none());
        assert!(Changes::of_keys(&old, &old).is_none());
    }

    #[test]
    fn many_keys_of_one_owner_are_counted_and_not_all_written_out() {
        let new: Vec<_> = (0..30).map(|id| key(id, 1, "FR")).collect();
        let said = Changes::of_keys(&[], &new).to_string();
        assert!(said.contains("  and 20 more: "), "{said}");
        assert_eq!(said.lines().count(), 1 + SHOWN + 1 + 1);
    }
}
