//! The log from outside: what an edit leads to, the kept receipt, retention at a start.

use domain::entry::head_code;
use domain::screen::LinkView;
use domain::verdict::{Reason, Verdict};
use rusqlite::Connection;
use station::{
    DATABASE, Expected, ExpectedCheck, Finding, Inspection, ReceiptCheck, RowFault, Unlock, inspect,
};

use crate::House;
use crate::story::show;

pub(crate) const DAYS: i64 = 24 * 60 * 60;

impl House {
    pub(crate) fn inspect(&self, expected: Option<&Expected>) -> Inspection {
        inspect(self.data.path(), &Unlock::default(), expected).unwrap()
    }

    pub(crate) fn change(&self, sql: &str) {
        let path = self.data.path().join("station").join(DATABASE);
        Connection::open(path).unwrap().execute_batch(sql).unwrap();
    }
}

#[test]
fn a_log_that_was_edited_lets_nobody_in_by_the_rules_at_this_start_and_the_next() {
    let house = House::new();
    house.centre.go(false);
    let desk = house.open(0);
    let first = show(&desk, &house.codes[1]);
    assert_eq!(first, (Verdict::Attention, Reason::Yellow, Some(1)));
    desk.handle.stop();
    house.change("UPDATE rows SET body_box = NULL");
    let body = Finding::Row {
        seq: 1,
        fault: RowFault::Body,
    };
    assert_eq!(house.inspect(None).findings, vec![body]);
    for seq in 2..=3 {
        let desk = house.open(0);
        let shown = show(&desk, &house.codes[1]);
        let closed = (Verdict::Undecided, Reason::LogRolledBack, Some(seq));
        assert_eq!(shown, closed);
        desk.handle.stop();
    }
}

#[test]
fn a_receipt_is_kept_and_verified_and_a_code_from_the_book_is_found_again() {
    let house = House::new();
    assert_eq!(house.inspect(None).receipt, ReceiptCheck::None);
    let desk = house.open(0);
    show(&desk, &house.codes[1]);
    desk.screen(|screen| screen.sync.waiting == 0 && screen.sync.link == LinkView::Online);
    desk.handle.stop();
    let whole = house.inspect(None);
    assert_eq!(whole.findings, vec![]);
    assert_eq!((whole.head, whole.acked.seq), (whole.acked, 1));
    assert_eq!(whole.receipt, ReceiptCheck::Verified);
    assert_eq!(whole.expected, ExpectedCheck::NotAsked);

    let book = |seq, code| Expected { seq, code };
    let written = book(1, head_code(whole.head.hash));
    let checked = house.inspect(Some(&written));
    assert_eq!(checked.expected, ExpectedCheck::Fits);
    for wrong in [
        book(1, "0000000000".to_owned()),
        book(2, head_code(whole.head.hash)),
    ] {
        let checked = house.inspect(Some(&wrong));
        assert_eq!(checked.findings, vec![Finding::Expected(wrong.seq)]);
    }
    house.change("UPDATE epochs SET receipt = x'00'");
    let altered = house.inspect(None);
    assert_eq!(altered.findings, vec![Finding::Receipt]);
    assert_eq!(altered.receipt, ReceiptCheck::Altered);
}

#[test]
fn a_start_after_the_retention_erases_what_is_old_and_the_log_stays_whole() {
    let house = House::new();
    let desk = house.open(0);
    show(&desk, &house.codes[1]);
    desk.screen(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some());
    house.centre.go(false);
    show(&desk, &house.codes[2]);
    desk.handle.stop();

    let desk = house.open(15 * DAYS);
    desk.screen(|screen| screen.shredded == 1 && screen.sync.waiting == 2);
    desk.handle.stop();
    let after = house.inspect(None);
    assert_eq!(after.findings, vec![]);
    assert_eq!((after.gone.seq, after.head.seq, after.lost), (1, 3, 1));
    house.centre.go(true);
    let desk = house.open(15 * DAYS);
    desk.screen(|screen| screen.sync.waiting == 0 && screen.shredded == 0);
    desk.handle.stop();
    let sent = house.centre.entries();
    let shredded: Vec<bool> = sent
        .iter()
        .map(|entry| matches!(entry.check, domain::wire::EntryCheck::Shredded(_)))
        .collect();
    // A fourth says that the centre's clock is fifteen days behind.
    assert_eq!(shredded[..3], [false, true, false]);
}
