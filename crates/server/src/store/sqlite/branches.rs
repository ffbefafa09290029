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
}

/// The head of a chain of which only other branches are kept.
const NOTHING: Head = Head {
    seq: 0,
    hash: ChainHash([0; 32]),
    forked: false,
};
