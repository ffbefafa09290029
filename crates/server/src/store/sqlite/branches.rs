//! Two truths under one number: both are kept, and the key is not trusted any more.

use super::books::Books;
use super::{Filing, Head, StoreError};
use crate::day::Day;
use domain::entry::ChainHash;

impl Books {
    /// Keeps what of a batch differs from what is stored, under the day of its arrival, and quarantines
    /// the chain's key. Gives how many entries were not kept before.
    pub(super) fn keep_branch(&mut self, filing: &Filing) -> Result<usize, StoreError> {
        let header = &filing.batch.header;
        let ours = self.hashes(&filing.chain, header.first, header.last)?;
        let day = Day::of(filing.received);
        let mut added = 0;
        for entry in &filing.batch.entries {
            if ours.get(&entry.seq) == Some(&entry.hash) {
                continue;
            }
            let kept = self.kept(filing, entry, day)?;
            let file = self.day(day)?;
            file.begin()?;
            added += usize::from(file.add_branch(&kept)?);
        }
        let head = self.head(&filing.chain).unwrap_or(NOTHING);
        self.set_head(
            filing.chain,
            Head {
                forked: true,
                ..head
            },
        );

        Ok(added)
    }

    /// Whether a tail goes on where a kept branch ends: the stored branch may have ended long before.
    pub(super) fn follows_a_branch(&mut self, filing: &Filing) -> Result<bool, StoreError> {
        let header = &filing.batch.header;
        if !filing.tail || !self.head(&filing.chain).is_some_and(|head| head.forked) {
            return Ok(false);
        }
        let before = header.first.saturating_sub(1);
        for day in self.days().into_iter().rev() {
            if self
                .day(day)?
                .has_branch(&filing.chain, before, header.before)?
            {
                return Ok(true);
            }
        }

        Ok(false)
    }
}

/// The head of a chain of which only other branches are kept.
const NOTHING: Head = Head {
    seq: 0,
    hash: ChainHash([0; 32]),
    forked: false,
};
