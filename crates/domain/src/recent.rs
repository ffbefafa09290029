//! Who went in here lately. The check for a second entry asks this table alone: uploads and deletions of
//! log entries do not touch it (SECURITY.md §7).

use std::collections::BTreeMap;

use crate::crypto::{Secret, hmac, label, sha256};
use crate::ids::{Handle, first_16};
use crate::time::Timestamp;

/// HMAC-SHA256(local key, ...)\[..16\]: tells one sheet from another on this station and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(pub [u8; 16]);

/// One admit or let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whose sheet.
    pub tag: Tag,
    /// When.
    pub at: Timestamp,
    /// The log number of the admit or let in.
    pub seq: u64,
    /// It was taken back, so it does not count.
    pub undone: bool,
}

/// The table of admits and let ins, in memory. The store keeps it across starts.
pub struct Recent {
    local_key: Secret,
    seen: BTreeMap<Tag, Vec<Seen>>,
}

impl Recent {
    /// The table under the station's local key, with the rows kept from the last run.
    #[must_use]
    pub fn new(local_key: Secret, loaded: Vec<Seen>) -> Self {
        let mut recent = Self {
            local_key,
            seen: BTreeMap::new(),
        };
        for seen in loaded {
            recent.remember(seen);
        }

        recent
    }

    /// The tag of a code: HMAC(local key, L("recent") ‖ handle).
    #[must_use]
    pub fn tag(&self, handle: Handle) -> Tag {
        self.hmac("recent", &[&handle.0])
    }

    /// The tag of a code that nobody signed: HMAC(local key, L("recent-text") ‖ SHA-256(text)).
    #[must_use]
    pub fn tag_of_text(&self, text: &str) -> Tag {
        self.hmac("recent-text", &[&sha256(&[text.as_bytes()])])
    }

    /// The tag of a person registered by hand: HMAC(local key, L("recent-typed") ‖ name ‖ 0 ‖ last four).
    #[must_use]
    pub fn tag_of_typed(&self, name: &str, last_four: &str) -> Tag {
        self.hmac(
            "recent-typed",
            &[name.as_bytes(), &[0], last_four.as_bytes()],
        )
    }

    /// When this tag last went in, if that is less than `window` seconds from `now` and was not undone.
    #[must_use]
    pub fn seen(&self, tag: Tag, now: Timestamp, window: i64) -> Option<Timestamp> {
        self.seen
            .get(&tag)?
            .iter()
            .filter(|seen| !seen.undone && within(seen.at, now, window))
            .map(|seen| seen.at)
            .max()
    }

    /// Adds an admit or let in.
    pub fn remember(&mut self, seen: Seen) {
        self.seen.entry(seen.tag).or_default().push(seen);
    }

    /// The admit or let in with this log number no longer counts.
    pub fn undo(&mut self, seq: u64) {
        for seen in self.seen.values_mut().flatten() {
            seen.undone |= seen.seq == seq;
        }
    }

    /// Forgets what lies `window` seconds or more from `now`.
    pub fn expire(&mut self, now: Timestamp, window: i64) {
        self.seen.retain(|_, rows| {
            rows.retain(|seen| within(seen.at, now, window));
            !rows.is_empty()
        });
    }

    fn hmac(&self, purpose: &str, parts: &[&[u8]]) -> Tag {
        let label = label(purpose);
        let parts: Vec<&[u8]> = std::iter::once(label.as_slice())
            .chain(parts.iter().copied())
            .collect();

        Tag(first_16(hmac(self.local_key.expose(), &parts)))
    }
}

/// A row slightly ahead of the clock counts too: the clock was corrected in between.
fn within(at: Timestamp, now: Timestamp, window: i64) -> bool {
    now.since(at).saturating_abs() < window
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000);
    const WINDOW: i64 = 600;

    fn recent() -> Recent {
        Recent::new(Secret::new([1; 32]), Vec::new())
    }

    fn went_in(recent: &mut Recent, at: Timestamp, seq: u64) -> Tag {
        let tag = recent.tag(Handle([7; 16]));
        recent.remember(Seen {
            tag,
            at,
            seq,
            undone: false,
        });
        tag
    }

    #[test]
    fn a_sheet_is_seen_again_until_the_window_closes_to_the_second() {
        let mut recent = recent();
        let tag = went_in(&mut recent, NOW, 1);
        assert_eq!(recent.seen(tag, NOW.plus(599), WINDOW), Some(NOW));
        assert_eq!(recent.seen(tag, NOW.plus(600), WINDOW), None);
        assert_eq!(recent.seen(tag, NOW.plus(-599), WINDOW), Some(NOW));
        assert_eq!(recent.seen(tag, NOW.plus(-600), WINDOW), None);
        assert_eq!(recent.seen(tag, Timestamp(i64::MIN), WINDOW), None);
    }

    #[test]
    fn what_was_undone_does_not_count_but_an_older_entry_still_does() {
        let mut recent = recent();
        went_in(&mut recent, NOW, 1);
        let tag = went_in(&mut recent, NOW.plus(60), 2);
        recent.undo(2);
        assert_eq!(recent.seen(tag, NOW.plus(61), WINDOW), Some(NOW));
        recent.undo(1);
        assert_eq!(recent.seen(tag, NOW.plus(61), WINDOW), None);
    }

    #[test]
    fn rows_kept_from_the_last_run_count_and_expired_ones_are_forgotten() {
        let tag = recent().tag(Handle([7; 16]));
        let kept = Seen {
            tag,
            at: NOW,
            seq: 9,
            undone: false,
        };
        let mut recent = Recent::new(Secret::new([1; 32]), vec![kept]);
        assert_eq!(recent.seen(tag, NOW.plus(1), WINDOW), Some(NOW));
        recent.expire(NOW.plus(600), WINDOW);
        assert!(recent.seen.is_empty());
    }

    #[test]
    fn another_station_key_another_handle_and_a_typed_name_give_other_tags() {
        let recent = recent();
        let other = Recent::new(Secret::new([2; 32]), Vec::new());
        let tag = recent.tag(Handle([7; 16]));
        assert_ne!(tag, other.tag(Handle([7; 16])));
        assert_ne!(tag, recent.tag(Handle([8; 16])));
        assert_ne!(
            recent.tag_of_typed("王五", "123X"),
            recent.tag_of_typed("王五1", "23X")
        );
        assert_ne!(recent.tag_of_text("c"), recent.tag_of_text("d"));
        assert_ne!(recent.tag_of_text("c"), other.tag_of_text("c"));
    }

    /// Nothing here is told of uploads: the table has no way in but admits, let ins, undos and time.
    #[test]
    fn invariant_8_the_check_for_a_second_entry_does_not_depend_on_uploads() {
        let mut recent = recent();
        let tag = went_in(&mut recent, NOW, 1);
        for unrelated in 2..100 {
            recent.undo(unrelated);
        }
        assert_eq!(recent.seen(tag, NOW.plus(300), WINDOW), Some(NOW));
    }
}
