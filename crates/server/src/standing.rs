//! How a station stands, in words: what is stored of it, and what it signed against that.

use server::desk::Listed;
use server::store::{RecordedHole, RecordedTail, Rollback};

use crate::visiting::minute;

/// `12 entries`.
pub(crate) fn state(listed: &Listed) -> String {
    match listed.head {
        Some(head) if head.forked => format!("FORKED at entry {}", head.seq),
        Some(head) => format!("{} entries", head.seq),
        None => "no entry yet".to_owned(),
    }
}

/// One line for each thing that somebody must look into.
pub(crate) fn alarms(listed: &Listed) -> Vec<String> {
    let stored = listed.head.map_or(0, |head| head.seq);
    let rollback = listed.rollback.iter().map(|told| rolled_back(told, stored));

    let tails = listed.tails.iter().map(|(epoch, told)| tail(*epoch, told));

    rollback
        .chain(listed.holes.iter().map(hole))
        .chain(tails)
        .collect()
}

fn rolled_back(told: &Rollback, stored: u64) -> String {
    let (first, last) = (minute(told.first_at), minute(told.last_at));
    let (seq, head) = (told.seq, told.head);
    let what = if told.forked {
        format!("COPIED: it named another entry {seq} than the one stored")
    } else {
        format!("ROLLED BACK: its log ended at entry {seq} when {head} were stored")
    };
    let since = if stored > head {
        ", and entries came since: two of it may be running"
    } else {
        ""
    };

    format!("{what} (first {first}, last {last}){since}")
}

fn hole(hole: &RecordedHole) -> String {
    let (first, last, at) = (hole.first, hole.last, minute(hole.at));
    let who = if hole.proven {
        "a receipt shows that this server lost them"
    } else {
        "the station's disk lost them"
    };

    format!("HOLE: entries {first} to {last} are missing for good, told {at}; {who}")
}

fn tail(epoch: u32, tail: &RecordedTail) -> String {
    let (first, last, at) = (tail.first, tail.last, minute(tail.at));
    let beside = if tail.branch {
        "; other entries were stored under these numbers, and both are kept"
    } else {
        ""
    };

    format!(
        "TAIL: entries {first} to {last} of epoch {epoch} came after it was over, at {at}{beside}"
    )
}

#[cfg(test)]
mod tests {
    use domain::entry::ChainHash;
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn what_a_station_signed_against_the_store_is_said_with_number_and_time() {
        let told = Rollback {
            seq: 3,
            hash: ChainHash([1; 32]),
            head: 5,
            forked: false,
            first_at: Timestamp(0),
            last_at: Timestamp(60),
        };
        let back = "ROLLED BACK: its log ended at entry 3 when 5 were stored (first 1970-01-01T00:00Z, last 1970-01-01T00:01Z)";
        assert_eq!(rolled_back(&told, 5), back);
        let since = format!("{back}, and entries came since: two of it may be running");
        assert_eq!(rolled_back(&told, 6), since);
        let copied = Rollback {
            forked: true,
            ..told
        };
        assert!(rolled_back(&copied, 5).starts_with("COPIED: it named another entry 3 "));
        let lost = RecordedHole {
            first: 2,
            last: 4,
            proven: true,
            at: Timestamp(0),
        };
        assert_eq!(
            hole(&lost),
            "HOLE: entries 2 to 4 are missing for good, told 1970-01-01T00:00Z; a receipt shows that this server lost them"
        );
        let late = RecordedTail {
            first: 3,
            last: 9,
            branch: true,
            at: Timestamp(0),
        };
        assert_eq!(
            tail(1, &late),
            "TAIL: entries 3 to 9 of epoch 1 came after it was over, at 1970-01-01T00:00Z; other entries were stored under these numbers, and both are kept"
        );
    }
}
