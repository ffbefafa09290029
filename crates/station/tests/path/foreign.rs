//! Tickets at a station, and the lists of those that were taken back, which come over the line or on a stick.

use domain::code::foreign::{Format, SignedForeign, pretix};
use domain::crypto::{Algorithm, sha256};
use domain::ids::Handle;
use domain::verdict::{Reason, Verdict};
use station::{Clock, Unlock, import};
use stick::{Name, Stick};

use super::{Desk, House, now};
use crate::authority::key;
use crate::story::show;

/// The organiser's key.
pub(crate) const ORGANISER: u8 = 61;
/// The product that the hall takes tickets for.
pub(crate) const PRODUCT: u8 = 42;

/// A ticket for the product, in its text.
fn ticket(seed: &str) -> String {
    let length = u8::try_from(seed.len()).unwrap();
    let payload = [&[0x0a, length][..], seed.as_bytes(), &[0x10, PRODUCT]].concat();
    let signed = SignedForeign {
        format: Format::Pretix,
        algorithm: Algorithm::EdDsa,
        key_id: Vec::new(),
        issuer: None,
        signature: key(ORGANISER).sign(&payload).to_vec(),
        handle: Handle::of_foreign(Format::Pretix, &payload),
        signed: payload,
        issued_at: None,
        not_before: None,
        expires: None,
        kinds: Vec::new(),
        flaw: None,
        payload: serde_json::Value::Null,
    };

    pretix::secret(&signed).unwrap()
}

/// The list that takes a ticket back.
fn list_of(ticket: &str) -> Vec<u8> {
    format!(r#"[{{"secret":"{ticket}"}}]"#).into_bytes()
}

const ADMITTED: (Verdict, Reason) = (Verdict::Admit, Reason::TicketOk);
const REVOKED: (Verdict, Reason) = (Verdict::Refuse, Reason::Revoked);
const UNKNOWN: (Verdict, Reason) = (Verdict::Undecided, Reason::RevocationsMissing);

/// Shows a ticket until it leads to this: what it is judged by comes over the line meanwhile.
fn leads_to(desk: &Desk, text: &str, wanted: (Verdict, Reason)) {
    let until = now().plus(30);
    loop {
        let (verdict, reason, _) = show(desk, text);
        if (verdict, reason) == wanted {
            return;
        }
        assert!(now() < until, "{verdict:?} {reason:?} for {wanted:?}");
        // Another code in between, so that the next is a scan of its own.
        show(desk, "https://pay.example/x");
    }
}

#[test]
fn a_ticket_is_read_from_a_frame_and_taken_back_once_the_list_came_over_the_line() {
    let house = House::new();
    let (good, bad) = (ticket("good"), ticket("bad"));
    let list = list_of(&bad);
    house.centre.sell_tickets(2, &[]);
    let desk = house.open(0);
    leads_to(&desk, &ticket("first"), ADMITTED);
    desk.handle.stop();

    // Named, and something else under its name: nobody may say that a ticket was not taken back.
    house.centre.sell_tickets(3, &[&list]);
    house.centre.offer(&list, b"[]");
    let desk = house.open(0);
    leads_to(&desk, &good, UNKNOWN);
    desk.handle.stop();
    let name = format!(
        "station/revocation/{}.json",
        domain::hex::encode(sha256(&[&list]))
    );
    let file = house.data.path().join(&name);
    assert!(!file.exists());

    house.centre.offer(&list, &list);
    let desk = house.open(0);
    leads_to(&desk, &bad, REVOKED);
    // The one before may have gone in while the older trust list was in force.
    leads_to(&desk, &ticket("fresh"), ADMITTED);
    desk.handle.stop();

    // Spoilt on the disk it is fetched again.
    std::fs::write(&file, b"spoilt").unwrap();
    let desk = house.open(0);
    leads_to(&desk, &bad, REVOKED);
    desk.handle.stop();
    assert_eq!(std::fs::read(&file).unwrap(), list);

    // What the next trust list names no more goes.
    house.centre.sell_tickets(4, &[]);
    let desk = house.open(0);
    desk.screen(|_| !file.exists());
    desk.handle.stop();
}

#[test]
fn a_stick_brings_the_lists_that_the_trust_list_on_it_names() {
    let house = House::new();
    let bad = ticket("bad");
    let (list, other) = (list_of(&bad), list_of(&ticket("other")));
    house.centre.sell_tickets(2, &[&list, &other]);
    house.centre.go(false);
    let usb = tempfile::tempdir().unwrap();
    std::fs::create_dir(usb.path().join("menshen")).unwrap();
    let stick = Stick::open(usb.path()).unwrap();
    stick.write(&Name::Trust, &house.centre.trust()).unwrap();
    let name = |list: &[u8]| Name::Revocation(sha256(&[list]));
    stick.write(&name(&list), &list).unwrap();
    stick.write(&name(&other), b"spoilt").unwrap();
    let take = || {
        import(
            house.data.path(),
            &Unlock::KeyFile,
            usb.path(),
            Clock::new(0),
        )
        .unwrap()
        .lists
    };
    assert_eq!(take(), (1, 1));
    assert_eq!(take(), (0, 1), "again changes nothing");
    stick.remove(&name(&other)).unwrap();
    stick.write(&name(&other), &other).unwrap();
    assert_eq!(take(), (1, 0));

    let desk = house.open(0);
    let (verdict, reason, _) = show(&desk, &bad);
    assert_eq!((verdict, reason), REVOKED);
    desk.handle.stop();
}
