//! Codes of others at a station: what reading them takes, and the lists of those that were taken back, which come over the
//! line or on a stick.

use domain::code::foreign::{Format, HcertContent, HcertMap, SignedForeign, pretix};
use domain::crypto::{Algorithm, ContentKey, sha256};
use domain::ids::Handle;
use domain::verdict::{Reason, Verdict};
use station::{Clock, Unlock, import};
use stick::{Name, Stick};

use super::House;
use crate::authority::key;
use crate::story::{leads_to, show};

/// The organiser's key.
pub(crate) const ORGANISER: u8 = 61;
/// The product that the hall takes tickets for.
pub(crate) const PRODUCT: u8 = 42;

/// The issuer of the codes in [`CODES`], and how they name its key.
pub(crate) const ISSUER: u8 = 21;
pub(crate) const ISSUER_ID: [u8; 8] = [7; 8];
const CODES: &str = include_str!("../../../domain/vectors/foreign-codes.txt");

fn code(name: &str) -> &'static str {
    let mut lines = CODES.lines().filter_map(|line| line.split_once(" = "));

    lines.find(|(of, _)| *of == name).unwrap().1
}

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
        status: None,
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
const JUDGED: (Verdict, Reason) = (Verdict::Refuse, Reason::RuleNotMet);
const UNREAD: (Verdict, Reason) = (Verdict::Undecided, Reason::Unsupported);
const UNKNOWN: (Verdict, Reason) = (Verdict::Undecided, Reason::RevocationsMissing);

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
fn an_encrypted_code_is_undecided_while_the_stations_assignment_brings_no_key_for_it() {
    let house = House::new();
    let (text, key) = (code("claim169_encrypted"), code("claim169_key"));
    let key = || ContentKey::new(&domain::hex::decode(key).unwrap());
    house.centre.know_an_issuer(2, None);
    let desk = house.open(0);
    leads_to(&desk, text, UNREAD);
    desk.handle.stop();

    house.centre.assign(2, key());
    let desk = house.open(0);
    leads_to(&desk, text, JUDGED);
    desk.handle.stop();
    // It holds on from the disk, without a line.
    house.centre.go(false);
    let desk = house.open(0);
    leads_to(&desk, text, JUDGED);
    desk.handle.stop();

    // The next assignment comes without it, and another is no use.
    house.centre.go(true);
    for (version, other) in [(3, None), (4, ContentKey::new(&[3; 32]))] {
        house.centre.assign(version, other);
        let desk = house.open(0);
        leads_to(&desk, text, UNREAD);
        desk.handle.stop();
    }
}

#[test]
fn a_health_certificate_under_another_number_is_judged_once_the_trust_list_names_it() {
    let house = House::new();
    let text = code("hcert_under_5");
    house.centre.know_an_issuer(2, None);
    let desk = house.open(0);
    leads_to(&desk, text, UNREAD);
    desk.handle.stop();

    let numbers = HcertMap::new(vec![(5, HcertContent::EuDcc)]);
    house.centre.know_an_issuer(3, numbers);
    let desk = house.open(0);
    leads_to(&desk, text, JUDGED);
    desk.handle.stop();
    house.centre.go(false);
    let desk = house.open(0);
    leads_to(&desk, text, JUDGED);
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
