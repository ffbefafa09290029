//! The log as a whole: no row can be moved, copied, edited, dropped or reordered unseen.

use domain::crypto::Fresh;
use domain::document::PreviousEpoch;
use domain::entry::{ChainHash, SealedEntry, genesis, row_message};
use proptest::prelude::*;

use crate::authority::{self, key, public, seed, station_id};

/// A row as it lies on the disk: the chained bytes and the signature of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    core: Vec<u8>,
    signature: [u8; 64],
}

fn start() -> ChainHash {
    genesis(station_id(), 1, b"the assignment", PreviousEpoch::NONE)
}

/// Admissions and their undoing, signed as they were committed.
fn log(rows: u64) -> Vec<Row> {
    let mut hash = start();
    (1..=rows)
        .map(|seq| {
            let entry = entry(seq);
            hash = hash.next(&entry.core);
            Row {
                signature: sign(seq, hash),
                core: entry.core,
            }
        })
        .collect()
}

fn entry(seq: u64) -> SealedEntry {
    let entry = if seq.is_multiple_of(2) {
        authority::undo()
    } else {
        authority::scan()
    };
    let fresh = Fresh::new([u8::try_from(seq).unwrap(); 32]);
    authority::sealer().seal(&entry, authority::place(seq), authority::WITNESS, fresh)
}

fn sign(seq: u64, hash: ChainHash) -> [u8; 64] {
    key(seed::STATION).sign(&row_message(station_id(), 1, seq, hash))
}

/// The number of the first row whose signature does not fit the chain up to it.
fn first_broken(rows: &[Row]) -> Option<usize> {
    let mut hash = start();
    rows.iter().zip(1_u64..).position(|(row, seq)| {
        hash = hash.next(&row.core);
        let message = row_message(station_id(), 1, seq, hash);
        public(seed::STATION)
            .verify(&message, &row.signature)
            .is_err()
    })
}

#[test]
fn an_untouched_log_stands() {
    assert_eq!(first_broken(&log(6)), None);
}

/// What the chain cannot show is a cut tail: that needs a head kept elsewhere.
#[test]
fn invariant_4_a_cut_tail_is_told_by_a_head_kept_elsewhere() {
    let mut rows = log(6);
    let head = rows[5].clone();
    rows.pop();
    assert_eq!(first_broken(&rows), None);
    assert_ne!(rows.last(), Some(&head));
    // The head fits nothing but the whole log.
    rows[4] = head;
    assert_eq!(first_broken(&rows), Some(4));
}

#[test]
fn invariant_4_hashes_computed_anew_do_not_help_without_the_key() {
    let mut rows = log(6);
    rows[2].core = entry(9).core;
    let mut hash = start();
    for (row, seq) in rows.iter_mut().zip(1..) {
        hash = hash.next(&row.core);
        if seq >= 3 {
            row.signature = key(0x99).sign(&row_message(station_id(), 1, seq, hash));
        }
    }
    assert_eq!(first_broken(&rows), Some(2));
}

#[test]
fn invariant_4_a_log_does_not_stand_as_another_stations_or_epochs() {
    let rows = log(1);
    for (station, epoch, before) in [
        (domain::ids::StationId([0; 16]), 1, start()),
        (station_id(), 2, start()),
        (
            station_id(),
            1,
            genesis(station_id(), 1, b"another assignment", PreviousEpoch::NONE),
        ),
    ] {
        let message = row_message(station, epoch, 1, before.next(&rows[0].core));
        assert!(
            public(seed::STATION)
                .verify(&message, &rows[0].signature)
                .is_err()
        );
    }
}

proptest! {
    #[test]
    fn invariant_4_a_row_edited_is_detected_there(at in 0_usize..6, bit in any::<prop::sample::Index>()) {
        let mut rows = log(6);
        let bits = rows[at].core.len() * 8;
        let bit = bit.index(bits);
        rows[at].core[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(first_broken(&rows), Some(at));
    }

    #[test]
    fn invariant_4_a_row_dropped_is_detected_there(at in 0_usize..5) {
        let mut rows = log(6);
        rows.remove(at);
        prop_assert_eq!(first_broken(&rows), Some(at));
    }

    #[test]
    fn invariant_4_a_row_copied_or_moved_is_detected_there(from in 0_usize..6, to in 0_usize..6, keep in any::<bool>()) {
        prop_assume!(from != to);
        let mut rows = log(6);
        let row = if keep { rows[from].clone() } else { rows.remove(from) };
        rows.insert(to, row);
        prop_assert_eq!(first_broken(&rows), Some(if keep { to } else { from.min(to) }));
    }

    #[test]
    fn invariant_4_any_other_order_is_detected_at_its_first_row(order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle()) {
        let rows = log(6);
        let shuffled: Vec<Row> = order.iter().map(|at| rows[*at].clone()).collect();
        let first = order.iter().enumerate().position(|(at, from)| at != *from);
        prop_assert_eq!(first_broken(&shuffled), first);
    }
}
