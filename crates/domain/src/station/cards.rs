//! SMART Health Cards in several codes: their parts are gathered over frames, whether they lie on one sheet or are shown one
//! after the other. The gaze knows single codes only, so the parts do not pass through it.

use std::collections::BTreeSet;

use super::event::Sighting;
use crate::code::foreign::SignedForeign;
use crate::code::foreign::shc::{Gathered, Gathering, is_part};
use crate::verdict::Reason;

/// Milliseconds without a part of it after which a card is over.
const GONE_MS: u64 = 1_000;

/// The parts that are before the camera, or were.
#[derive(Debug, Default)]
pub(super) struct Cards {
    gathering: Gathering,
    /// The texts that were gathered.
    parts: BTreeSet<Vec<u8>>,
    done: Option<Done>,
}

/// The card that was whole last.
#[derive(Debug)]
struct Done {
    parts: BTreeSet<Vec<u8>>,
    seen_at: u64,
}

/// What came of the parts in a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Dealt {
    /// Others must come.
    More,
    /// The card that was whole before is still there.
    Known,
    /// All are there, or what they are together is no card.
    Whole {
        /// The texts, joined.
        content: Vec<u8>,
        /// The card.
        card: Result<Box<SignedForeign>, Reason>,
    },
}

/// Whether all codes of a frame are parts of cards, and there is one.
pub(super) fn are_parts(codes: &[Sighting]) -> bool {
    let is_one = |code: &Sighting| std::str::from_utf8(&code.content).is_ok_and(is_part);

    !codes.is_empty() && codes.iter().all(is_one)
}

impl Cards {
    /// Takes the parts of a frame.
    pub(super) fn take(&mut self, codes: &[Sighting], now: u64) -> Dealt {
        self.done
            .take_if(|done| now.saturating_sub(done.seen_at) >= GONE_MS);
        let mut dealt = Dealt::Known;
        for Sighting { content, .. } in codes {
            if let Some(done) = &mut self.done
                && done.parts.contains(content)
            {
                done.seen_at = now;
                continue;
            }
            let text = std::str::from_utf8(content).unwrap_or_default();
            let gathered = self.gathering.add(text, now);
            if let Ok(Gathered::Missing { numbers, of }) = &gathered
                && numbers.len().saturating_add(1) == *of
            {
                self.parts.clear();
            }
            self.parts.insert(content.clone());
            dealt = match gathered {
                Ok(Gathered::Missing { .. }) => Dealt::More,
                Ok(Gathered::Whole(card)) => return self.finish(Ok(card), now),
                Err(reason) => return self.finish(Err(reason), now),
            };
        }

        dealt
    }

    /// Another scan is on the screen, or none: what was gathered is nobody's.
    pub(super) fn forget(&mut self) {
        self.gathering.clear();
        self.parts.clear();
    }

    fn finish(&mut self, card: Result<Box<SignedForeign>, Reason>, now: u64) -> Dealt {
        let parts = std::mem::take(&mut self.parts);
        let content = parts.iter().flatten().copied().collect();
        self.forget();
        self.done = Some(Done {
            parts,
            seen_at: now,
        });

        Dealt::Whole { content, card }
    }
}
