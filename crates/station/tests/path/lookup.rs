//! Codes that nobody signed, from a frame to the centre: looked up in a list that came over the line or on a stick.

use std::sync::mpsc::channel;
use std::time::Duration;

use domain::cbor::Value;
use domain::code::lookup::OpaqueCode;
use domain::crypto::{OpeningKey, Secret, sha256};
use domain::document::Manifest;
use domain::entry::{Action, Core, Kind, open_sealed};
use domain::screen::{Command, Stage};
use domain::verdict::{Reason, Verdict};
use domain::wire::EntryCheck;
use station::{Clock, Unlock, import};
use stick::{Name, Stick};

use super::{Desk, House, now};
use crate::authority::{AUTHORITY, key, scheme};
use crate::story::{leads_to, show};

/// The link that resident `n` carries.
fn link(n: u8) -> String {
    format!("{}Zx-_{}", scheme().prefix, format!("{n:03}").repeat(6))
}

/// Those of the residents in the list: green, yellow, red, reported lost.
fn links() -> Vec<String> {
    (0..4).map(link).collect()
}

const LOOKED_UP: (Verdict, Reason) = (Verdict::Attention, Reason::LookedUp);

/// Lets the person on the screen in, as soon as a key counts as deliberate.
fn let_in(desk: &Desk) {
    let scan = desk.last_scan.get().unwrap();
    let (_keep, never) = channel::<()>();
    let _ = never.recv_timeout(Duration::from_millis(700));
    desk.handle.send(Command::LetIn { scan }).unwrap();
    desk.screen(|screen| matches!(screen.stage, Stage::LetIn { .. }));
}

#[test]
fn a_code_that_nobody_signed_is_looked_up_let_in_and_sent_without_a_name() {
    let house = House::new();
    house.centre.look_codes_up(&links());
    let desk = house.open(0);
    leads_to(&desk, &link(0), LOOKED_UP);
    let_in(&desk);
    for (n, wanted) in [
        (1, (Verdict::Attention, Reason::Yellow)),
        (2, (Verdict::Refuse, Reason::Red)),
        (3, (Verdict::Refuse, Reason::RevokedLost)),
        (9, (Verdict::Undecided, Reason::NotInList)),
    ] {
        let (verdict, reason, _) = show(&desk, &link(n));
        assert_eq!((verdict, reason), wanted, "{n}");
    }
    desk.screen(|screen| screen.sync.last_receipt.is_some() && screen.sync.waiting == 0);
    desk.handle.stop();

    let sent = house.centre.entries();
    let sealing = OpeningKey::new(&Secret::new([16; 32]));
    let cores: Vec<Core> = sent
        .iter()
        .map(|sent| match sent.check {
            EntryCheck::Good(core) => core,
            EntryCheck::Poison | EntryCheck::Shredded(_) => panic!("entry {}", sent.seq),
        })
        .collect();
    let at = cores
        .iter()
        .position(|core| core.kind == Kind::LetIn)
        .unwrap();
    assert_eq!(cores[at].action, Action::LetIn);
    let (entry, core) = (&sent[at - 1], &cores[at - 1]);
    assert_eq!(
        (core.verdict, core.action),
        (Some(Verdict::Attention), Action::Shown)
    );
    let handle = OpaqueCode::read(&[scheme()], &link(0)).unwrap().handle();
    let sealed = open_sealed(&entry.entry, core, AUTHORITY, &sealing).unwrap();
    let reasons = Value::Array(vec![Value::from(Reason::LookedUp.number())]);
    assert_eq!(
        sealed[3..8],
        [
            Value::text("harbour-city"),
            reasons,
            Value::Null,
            Value::from(1958_u16),
            Value::bytes(handle.unwrap().0),
        ]
    );

    // Of a text in no list nothing is sent.
    let (last, core) = (sent.last().unwrap(), cores.last().unwrap());
    let sealed = open_sealed(&last.entry, core, AUTHORITY, &sealing).unwrap();
    assert_eq!(sealed[3], Value::Null);
    assert_eq!(sealed[5..8], [Value::Null, Value::Null, Value::Null]);
    assert_eq!(last.entry.token, None);
}

#[test]
fn a_spoilt_table_is_fetched_again_and_one_that_no_list_names_any_more_goes() {
    let house = House::new();
    house.centre.look_codes_up(&links());
    let desk = house.open(0);
    leads_to(&desk, &link(0), LOOKED_UP);
    desk.handle.stop();

    let name = domain::hex::encode(sha256(&[&house.centre.lookup_file()]));
    let file = house.data.path().join(format!("station/status/{name}.bin"));
    std::fs::write(&file, b"spoilt").unwrap();
    let desk = house.open(0);
    leads_to(&desk, &link(0), LOOKED_UP);
    desk.handle.stop();
    assert_ne!(std::fs::read(&file).unwrap(), b"spoilt");

    // What is left of a list that never came whole goes as well.
    let left = file.with_file_name("left-over.bin");
    std::fs::write(&left, b"half a list").unwrap();
    house.centre.publish(3, now().plus(-30));
    let desk = house.open(0);
    desk.screen(|_| !file.exists() && !left.exists());
    leads_to(&desk, &link(0), (Verdict::Undecided, Reason::NotInList));
    desk.handle.stop();
}

#[test]
fn a_stick_brings_the_table_beside_the_status_list() {
    let house = House::new();
    house.centre.look_codes_up(&links());
    house.centre.go(false);
    let usb = tempfile::tempdir().unwrap();
    std::fs::create_dir(usb.path().join("menshen")).unwrap();
    let stick = Stick::open(usb.path()).unwrap();
    let (trust, manifest) = (house.centre.trust(), house.centre.manifest());
    stick.write(&Name::Trust, &trust).unwrap();
    stick.write(&Name::Manifest, &manifest).unwrap();
    let take = || {
        let (data, unlock) = (house.data.path(), Unlock::KeyFile);
        import(data, &unlock, usb.path(), Clock::new(0)).unwrap()
    };
    let wants = format!("{:?}", take().files);
    assert!(wants.contains("Wants(2)"), "{wants}");

    let files = [house.centre.status_file(), house.centre.lookup_file()];
    for file in &files {
        let hash = sha256(&[file]);
        stick.write(&Name::Status(hash), file).unwrap();
    }
    let read = Manifest::verify(&manifest, AUTHORITY, &[key(13).public()]).unwrap();
    assert_eq!(read.files().count(), 2);
    let taken = format!("{:?}", take().files);
    assert!(
        taken.contains("Taken") && !taken.contains("Wants"),
        "{taken}"
    );

    let desk = house.open(0);
    let (verdict, reason, _) = show(&desk, &link(0));
    assert_eq!((verdict, reason), LOOKED_UP);
    desk.handle.stop();
}
