//! What a signed answer says of our log beside receipts: it was put back, the centre was, something is missing.

use std::cell::Cell;

use domain::entry::ChainHash;
use domain::screen::{Command, Dispute, OperatorScreen};
use domain::verdict::{Reason, Verdict};
use domain::wire::EntryCheck;
use station::{Finding, RowFault};

use crate::log::DAYS;
use crate::story::show;
use crate::{Desk, House};

fn all_sent(screen: &OperatorScreen) -> bool {
    screen.sync.waiting == 0 && screen.sync.last_receipt.is_some()
}

impl Desk {
    /// Asks until the screen says so.
    fn disputed(&self, dispute: Option<Dispute>) -> OperatorScreen {
        self.handle.send(Command::SyncNow).unwrap();
        self.screen(|screen| screen.sync.dispute == dispute)
    }
}

#[test]
fn a_centre_that_holds_more_than_this_log_closes_the_door_now_and_after_a_restart() {
    let house = House::new();
    let desk = house.open(0);
    show(&desk, &house.codes[1]);
    desk.screen(all_sent);
    let ours = house.centre.entries()[0].hash;
    house.centre.say_head(9, ChainHash([5; 32]));
    desk.disputed(Some(Dispute::RolledBack));
    let closed = |seq| (Verdict::Undecided, Reason::LogRolledBack, Some(seq));
    assert_eq!(show(&desk, &house.codes[0]), closed(2));
    desk.handle.stop();

    house.centre.say_head(1, ours);
    let desk = house.open(0);
    let first = desk.screen(|_| true);
    assert_eq!(first.sync.dispute, Some(Dispute::RolledBack));
    assert_eq!(show(&desk, &house.codes[1]), closed(3));
    desk.handle.stop();
    assert_eq!(house.inspect(None).findings, vec![Finding::Alarm]);
}

#[test]
fn another_entry_under_our_last_number_closes_the_door_too() {
    let house = House::new();
    let desk = house.open(0);
    show(&desk, &house.codes[1]);
    desk.screen(all_sent);
    house.centre.say_head(1, ChainHash([5; 32]));
    desk.disputed(Some(Dispute::Fork));
    let shown = show(&desk, &house.codes[0]);
    assert_eq!(shown, (Verdict::Undecided, Reason::LogRolledBack, Some(2)));
    desk.handle.stop();
}

#[test]
fn a_centre_that_came_back_older_gets_again_what_it_lost_although_nothing_waits() {
    let house = House::new();
    let desk = house.open(0);
    for code in [1, 2] {
        show(&desk, &house.codes[code]);
    }
    desk.screen(all_sent);
    let before = house.centre.entries();
    house.centre.lose_after(1);
    desk.disputed(Some(Dispute::Behind));
    desk.screen(|screen| screen.sync.dispute.is_none());
    desk.handle.stop();
    let after = house.centre.entries();
    let hashes = |entries: &[domain::wire::CheckedEntry]| {
        entries.iter().map(|entry| entry.hash).collect::<Vec<_>>()
    };
    assert_eq!(hashes(&after), hashes(&before));
    assert_eq!(house.centre.holes(), vec![]);
    assert_eq!(house.inspect(None).findings, vec![]);
}

#[test]
fn what_it_lost_and_retention_erased_meanwhile_is_told_as_a_hole_with_the_receipt() {
    let house = House::new();
    let desk = house.open(0);
    show(&desk, &house.codes[1]);
    desk.screen(all_sent);
    desk.handle.stop();
    house.centre.go(false);
    let desk = house.open(15 * DAYS);
    desk.screen(|screen| screen.sync.waiting > 0);
    desk.handle.stop();
    let gone = house.inspect(None).gone;
    assert_eq!(gone.seq, 1);
    house.centre.lose_after(0);
    house.centre.go(true);
    let desk = house.open(15 * DAYS);
    desk.screen(|screen| screen.sync.waiting == 0 && screen.sync.dispute == Some(Dispute::Hole));
    desk.handle.stop();
    let told = house.centre.holes();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].last, told[0].hash), (1, gone.hash.0));
    assert!(told[0].receipt.is_some());
    let desk = house.open(15 * DAYS);
    let first = desk.screen(|_| true);
    assert_eq!(first.sync.dispute, Some(Dispute::Hole));
    desk.handle.stop();
}

#[test]
fn a_row_that_does_not_open_is_told_as_a_hole_and_blocks_nothing_after_it() {
    let house = House::new();
    house.centre.go(false);
    let desk = house.open(0);
    for code in [1, 2, 1] {
        show(&desk, &house.codes[code]);
    }
    desk.handle.stop();
    house.change("UPDATE rows SET core_box = x'00' WHERE seq = 2");
    let core = Finding::Row {
        seq: 2,
        fault: RowFault::Core,
    };
    assert_eq!(house.inspect(None).findings, vec![core]);
    house.centre.go(true);
    let desk = house.open(0);
    desk.screen(|screen| screen.sync.waiting == 0 && screen.sync.dispute == Some(Dispute::Hole));
    desk.handle.stop();
    let told = house.centre.holes();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].last, &told[0].receipt), (2, &None));
    let sent: Vec<u64> = house
        .centre
        .entries()
        .iter()
        .map(|entry| entry.seq)
        .collect();
    assert_eq!(sent[..2], [1, 3]);
}

#[test]
fn an_entry_that_alone_stays_too_large_goes_marked_and_blocks_nothing_after_it() {
    let house = House::new();
    let desk = house.open(0);
    house.centre.take_no_sealed_text();
    show(&desk, &house.codes[1]);
    let large = Cell::new(false);
    desk.screen(|screen| {
        large.set(large.get() || screen.sync.dispute == Some(Dispute::TooLarge));
        // Staff need not wait for our own pauses.
        desk.handle.send(Command::SyncNow).unwrap();
        all_sent(screen)
    });
    assert!(large.get());
    desk.handle.stop();
    let sent = house.centre.entries();
    assert_eq!(sent[0].entry.sealed, Some(Vec::new()));
    assert_eq!(sent[0].check, EntryCheck::Poison);
}
