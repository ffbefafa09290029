//! Where a batch belongs: the rule that no entry is lost, doubled or overwritten.

use domain::entry::ChainHash;
use domain::wire::CheckedBatch;

use super::{Head, Start};

/// How a batch lies to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It disagrees with what is stored under the same numbers.
    Fork,
    /// Something before it is missing.
    Gap,
    /// It continues what is stored; the entries from this index on are new, perhaps none.
    New(usize),
}

/// Judges a batch by the head and, where it overlaps, by the hash stored at the last common number.
/// One equal hash is enough: each holds all before it. `stored` is asked at most once; where it has
/// nothing (erased at retention) the entry is taken as known.
///
/// # Errors
/// What `stored` says.
pub fn place<E>(
    batch: &CheckedBatch,
    head: Option<&Head>,
    start: &Start,
    stored: impl FnOnce(u64) -> Result<Option<ChainHash>, E>,
) -> Result<Placement, E> {
    let header = &batch.header;
    let Some(head) = head.filter(|head| head.seq > 0) else {
        return Ok(begin(batch, start));
    };
    if header.first > head.seq.saturating_add(1) {
        return Ok(Placement::Gap);
    }
    if header.first > head.seq {
        return Ok(if header.before == head.hash {
            Placement::New(0)
        } else {
            Placement::Fork
        });
    }
    let common = header.last.min(head.seq);
    let at = usize::try_from(common - header.first).unwrap_or(usize::MAX);
    let theirs = batch.entries.get(at).map(|entry| entry.hash);
    let ours = if common == head.seq {
        Some(head.hash)
    } else {
        stored(common)?
    };

    Ok(if ours.is_none() || ours == theirs {
        Placement::New(at.saturating_add(1))
    } else {
        Placement::Fork
    })
}

fn begin(batch: &CheckedBatch, start: &Start) -> Placement {
    let fits = match start {
        Start::AsTold => true,
        Start::OneOf(hashes) => hashes.contains(&batch.header.before),
    };
    match (batch.header.first, fits) {
        (1, true) => Placement::New(0),
        (1, false) => Placement::Fork,
        _ => Placement::Gap,
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use domain::ids::StationId;
    use domain::wire::{BatchHeader, CheckedEntry, EntryCheck};

    use super::*;

    /// The chain of the first branch: hash of number n is n in every byte, of the other n + 100.
    fn hash(seq: u64, branch: u8) -> ChainHash {
        ChainHash([u8::try_from(seq).unwrap() + branch; 32])
    }

    fn batch(first: u64, last: u64, branch: u8) -> CheckedBatch {
        let entries = (first..=last)
            .map(|seq| CheckedEntry {
                seq,
                hash: hash(seq, branch),
                entry: domain::entry::SealedEntry {
                    core: Vec::new(),
                    token: None,
                    sealed: None,
                    detail: None,
                },
                check: EntryCheck::Poison,
            })
            .collect();

        CheckedBatch {
            header: BatchHeader {
                station: StationId([0; 16]),
                epoch: 1,
                first,
                last,
                before: hash(first - 1, branch),
                after: hash(last, branch),
                body_sha256: [0; 32],
                nonce: [0; 16],
            },
            entries,
        }
    }

    fn placed(first: u64, last: u64, branch: u8, head: u64) -> Placement {
        let head = (head > 0).then(|| Head {
            seq: head,
            hash: hash(head, 0),
            forked: false,
        });
        place(
            &batch(first, last, branch),
            head.as_ref(),
            &Start::OneOf(vec![hash(0, 0)]),
            |seq| Ok::<_, Infallible>(Some(hash(seq, 0))),
        )
        .unwrap()
    }

    #[test]
    fn what_follows_the_head_is_new() {
        assert_eq!(placed(1, 3, 0, 0), Placement::New(0));
        assert_eq!(placed(4, 6, 0, 3), Placement::New(0));
    }

    #[test]
    fn of_what_overlaps_only_the_tail_is_new() {
        assert_eq!(placed(1, 3, 0, 3), Placement::New(3));
        assert_eq!(placed(2, 5, 0, 3), Placement::New(2));
        assert_eq!(placed(1, 2, 0, 3), Placement::New(2));
    }

    #[test]
    fn what_leaves_entries_out_is_a_gap() {
        assert_eq!(placed(2, 3, 0, 0), Placement::Gap);
        assert_eq!(placed(5, 6, 0, 3), Placement::Gap);
        assert_eq!(placed(5, 6, 100, 3), Placement::Gap);
    }

    #[test]
    fn the_same_number_with_another_hash_is_a_fork_wherever_it_lies() {
        for (first, last) in [(1, 2), (1, 3), (2, 5), (4, 6)] {
            assert_eq!(placed(first, last, 100, 3), Placement::Fork);
        }
        assert_eq!(placed(1, 3, 100, 0), Placement::Fork);
    }

    #[test]
    fn a_later_epoch_begins_as_the_station_says() {
        let placed = place(&batch(1, 2, 100), None, &Start::AsTold, |_| {
            Ok::<_, Infallible>(None)
        });
        assert_eq!(placed, Ok(Placement::New(0)));
    }

    #[test]
    fn an_entry_erased_at_retention_is_taken_as_known() {
        let head = Head {
            seq: 9,
            hash: hash(9, 0),
            forked: false,
        };
        let placed = place(&batch(1, 3, 0), Some(&head), &Start::AsTold, |_| {
            Ok::<_, Infallible>(None)
        });
        assert_eq!(placed, Ok(Placement::New(3)));
    }
}
