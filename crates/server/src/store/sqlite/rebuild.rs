//! After a crash between the day files and the heads: the heads follow what the days hold.

use std::collections::{BTreeMap, BTreeSet};

use domain::entry::ChainHash;

use super::books::Books;
use super::{ChainId, Head, StoreError};
use crate::day::Day;

/// Chains are read in runs of this many numbers.
const RUN: u64 = 10_000;

/// Brings every head forward over the entries that follow it without a break, in the days that were
/// committed after the heads; all days where the heads are lost. What lies beyond a break was part of a
/// commit that was cut short and never acknowledged: it is set aside, and the station sends it again.
///
/// A crash leaves days one commit ahead of the heads. Where they are more, the heads were lost or are an
/// older copy, and a chain without a head begins with the first entry there is.
pub(super) fn follow_the_days(books: &mut Books) -> Result<(), StoreError> {
    let mut ahead = Vec::new();
    for day in books.days() {
        let generation = books.day(day)?.generation()?;
        if generation > books.generation() {
            ahead.push((day, generation));
        }
    }
    let Some(newest) = ahead.iter().map(|(_, generation)| *generation).max() else {
        return Ok(());
    };
    let lost = newest > books.generation().saturating_add(1);
    let days: Vec<Day> = ahead.into_iter().map(|(day, _)| day).collect();
    let mut chains: BTreeMap<ChainId, bool> = BTreeMap::new();
    for day in days.iter().copied() {
        for (chain, forked) in books.day(day)?.chains()? {
            *chains.entry(chain).or_default() |= forked;
        }
    }
    let mut set_aside = 0;
    for (chain, forked) in &chains {
        set_aside += follow(books, &days, chain, *forked, lost)?;
    }
    books.skip_to_generation(newest);
    books.commit()?;
    tracing::warn!(
        chains = chains.len(),
        set_aside,
        "the last run ended in the middle of a commit; the heads were rebuilt"
    );

    Ok(())
}

fn follow(
    books: &mut Books,
    days: &[Day],
    chain: &ChainId,
    forked: bool,
    lost: bool,
) -> Result<usize, StoreError> {
    let known = books.head(chain);
    let start = known
        .filter(|head| head.seq > 0)
        .map(|head| (head.seq, head.hash));
    let first = match start {
        Some((seq, _)) => Some(seq.saturating_add(1)),
        None if lost => lowest(books, days, chain)?,
        None => Some(1),
    };
    let end = match first {
        Some(first) => last_without_break(books, days, chain, first)?.or(start),
        None => None,
    };
    if let Some((seq, hash)) = end {
        let forked = forked || known.is_some_and(|head| head.forked);
        books.set_head(*chain, Head { seq, hash, forked });
    } else if forked {
        let hash = ChainHash([0; 32]);
        books.set_head(
            *chain,
            Head {
                seq: 0,
                hash,
                forked,
            },
        );
    }
    let beyond = end.map_or(1, |(seq, _)| seq.saturating_add(1));
    let mut set_aside = 0;
    for day in days.iter().copied() {
        let file = books.day(day)?;
        if !file.hashes(chain, beyond, MAX_SEQ)?.is_empty() {
            file.begin()?;
            set_aside += file.set_aside(chain, beyond)?;
        }
    }

    Ok(set_aside)
}

/// The last number that can be reached from `first` on, over recorded holes; none if that one is not there.
fn last_without_break(
    books: &mut Books,
    days: &[Day],
    chain: &ChainId,
    first: u64,
) -> Result<Option<(u64, ChainHash)>, StoreError> {
    let mut end = None;
    let mut next = first;
    loop {
        let last = next.saturating_add(RUN);
        let mut run = BTreeSet::new();
        for day in days.iter().copied() {
            let hashes = books.day(day)?.hashes(chain, next, last)?;
            run.extend(hashes.into_iter().map(|(seq, hash)| (seq, hash.0)));
        }
        for (seq, hash) in run {
            if seq != next {
                break;
            }
            end = Some((seq, ChainHash(hash)));
            next = next.saturating_add(1);
        }
        if next > last {
            continue;
        }
        let Some(hole) = hole_at(books, days, chain, next)? else {
            return Ok(end);
        };
        next = hole.0.saturating_add(1);
        end = Some(hole);
    }
}

/// The end of the hole that this number lies in.
fn hole_at(
    books: &mut Books,
    days: &[Day],
    chain: &ChainId,
    seq: u64,
) -> Result<Option<(u64, ChainHash)>, StoreError> {
    for day in days.iter().copied() {
        if let Some(hole) = books.day(day)?.hole_at(chain, seq)? {
            return Ok(Some(hole));
        }
    }

    Ok(None)
}

fn lowest(books: &mut Books, days: &[Day], chain: &ChainId) -> Result<Option<u64>, StoreError> {
    let mut lowest = None;
    for day in days.iter().copied() {
        let here = books.day(day)?.lowest(chain)?;
        lowest = lowest.into_iter().chain(here).min();
    }

    Ok(lowest)
}

/// The highest number that `SQLite` counts to.
const MAX_SEQ: u64 = i64::MAX.unsigned_abs();
