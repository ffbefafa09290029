//! Answers off a stick are late: what they may do to the clock and what they may not.

use domain::clock::{ClockState, EntryMark};
use domain::crypto::SigningKey;
use domain::entry::{Action, Body, Flags, Kind, NewEntry, Personal, Sealer, Witness};
use domain::ids::VenueId;
use domain::sync::Judgement;
use domain::time::{DAY, HOUR, Timestamp};
use domain::verdict::Verdict;
use domain::wire::{Answer, AnswerKind, Answers, Export, Hello, Message};
use station::{Beside, Came, Clock, Folder, Imported, Seat, Store, Unlock, export, import};
use stick::{Name, Stick};

use super::{House, now};
use crate::authority::{AUTHORITY, exchange_key, key, receipt_key};

/// A house, and a stick with its greeting.
struct Visit {
    house: House,
    usb: tempfile::TempDir,
    name: Name,
    hello: Hello,
}

impl Visit {
    fn new() -> Self {
        let house = House::new();
        let usb = tempfile::tempdir().unwrap();
        let data = house.data.path();
        let exported = export(data, &Unlock::KeyFile, usb.path(), Clock::new(0)).unwrap();
        let name = exported.files[0].name;
        let bytes = Stick::open(usb.path()).unwrap().read(&name).unwrap();
        let own = store(&house).signing_key().public();
        let messages = Export::read(&bytes)
            .and_then(|export| export.check(&own))
            .and_then(|checked| checked.open(&exchange_key()))
            .unwrap();
        let [Message::Hello(hello)] = &messages[..] else {
            panic!("a greeting, as nothing waits");
        };
        let (hello, _) = Hello::read(hello).unwrap();

        Self {
            house,
            usb,
            name,
            hello,
        }
    }

    /// The answer to the greeting, at this time.
    fn answer(&self, server_time: Timestamp) -> Answer {
        Answer {
            kind: AnswerKind::Ok,
            station: self.hello.station,
            epoch: self.hello.epoch,
            acked_seq: self.hello.seq,
            acked_hash: self.hello.hash,
            nonce: self.hello.nonce,
            server_time,
            next_after: 0,
        }
    }

    fn import(&self, answer: &Answer, key: &SigningKey) -> Option<Judgement> {
        let Name::Export(part) = self.name else {
            panic!("an export has such a name");
        };
        let answers = Answers(vec![answer.sign(key)]).encode();
        let stick = Stick::open(self.usb.path()).unwrap();
        stick.write(&Name::Answers(part), &answers).unwrap();
        let Imported { files, .. } = import(
            self.house.data.path(),
            &Unlock::KeyFile,
            self.usb.path(),
            Clock::new(0),
        )
        .unwrap();
        match &files[..] {
            [(_, Came::Answers(judged))] => judged[0],
            other => panic!("one file of answers, not {other:?}"),
        }
    }

    fn clock(&self) -> ClockState {
        let kept = store(&self.house).saved("clock").unwrap();

        kept.map_or_else(ClockState::default, |kept| {
            ClockState::decode(&kept).unwrap()
        })
    }
}

fn store(house: &House) -> Store {
    let folder = Folder::open(house.data.path()).unwrap();

    Store::open(folder, &Unlock::KeyFile).unwrap().0
}

#[test]
fn an_answer_off_a_stick_raises_the_floor_of_time_and_clears_no_doubt() {
    let visit = Visit::new();
    // Our own log says a later time than the wall clock, which is a doubt.
    let doubt = ClockState {
        own: Some(now().plus(3 * DAY)),
        forgiven: Some(EntryMark { epoch: 1, seq: 0 }),
        ..ClockState::default()
    };
    store(&visit.house).save("clock", &doubt.encode()).unwrap();
    let (kid, late) = (receipt_key().public().kid(), now().plus(HOUR));
    let judged = visit.import(&visit.answer(late), &receipt_key());
    assert_eq!(judged, Some(Judgement::Nothing));
    let expected = ClockState {
        signed: [(kid, late)].into(),
        ..doubt
    };
    assert_eq!(visit.clock(), expected);

    // An older one lowers nothing.
    let judged = visit.import(&visit.answer(now().plus(-DAY)), &receipt_key());
    assert_eq!(judged, Some(Judgement::Nothing));
    assert_eq!(visit.clock(), expected);
}

#[test]
fn an_answer_by_another_key_to_another_station_or_to_a_question_of_the_line_changes_nothing() {
    let visit = Visit::new();
    let before = visit.clock();
    let good = visit.answer(now().plus(HOUR));
    let mut other_station = good;
    other_station.station.0[0] ^= 1;
    let other_nonce = Answer {
        nonce: [7; 16],
        ..good
    };
    for (answer, signer) in [
        (good, key(15)),
        (other_station, receipt_key()),
        (other_nonce, receipt_key()),
    ] {
        assert_eq!(visit.import(&answer, &signer), None);
        assert_eq!(visit.clock(), before);
    }
}

#[test]
fn a_log_that_the_centre_has_more_of_lets_nobody_in_by_the_rules_after_that_stick() {
    let visit = Visit::new();
    let beyond = Answer {
        acked_seq: 9,
        acked_hash: [9; 32],
        ..visit.answer(now())
    };
    let judged = visit.import(&beyond, &receipt_key());
    assert_eq!(judged, Some(Judgement::RolledBack { head: 9 }));
    let folder = Folder::open(visit.house.data.path()).unwrap();
    let (_, findings) = Store::open(folder, &Unlock::KeyFile).unwrap();
    assert_eq!(findings, [station::Finding::Alarm]);
}

#[test]
fn what_retention_has_taken_here_since_stays_on_the_stick_that_holds_it() {
    let house = House::new();
    let usb = tempfile::tempdir().unwrap();
    let out = |usb: &tempfile::TempDir| {
        let exported = export(
            house.data.path(),
            &Unlock::KeyFile,
            usb.path(),
            Clock::new(0),
        );
        let exported = exported.unwrap();
        assert_eq!(exported.missing, 0);
        let files = exported.files.iter().map(|file| (file.first, file.last));
        (exported.kept, files.collect::<Vec<_>>())
    };
    write(&mut store(&house), 3);
    assert_eq!(out(&usb), (vec![], vec![(1, 3)]));
    let stick = Stick::open(usb.path()).unwrap();
    let [(first, _)] = stick.content().unwrap().files[..] else {
        panic!("one file");
    };
    // Whole here, it is written anew: the seal is another each time.
    let before = stick.read(&first).unwrap();
    assert_eq!(out(&usb), (vec![], vec![(1, 3)]));
    let whole = stick.read(&first).unwrap();
    assert_ne!(whole, before);

    let passed = store(&house)
        .retain(now().plus(HOUR), now(), Flags::NONE, &seat(), WITNESS)
        .unwrap()
        .unwrap();
    assert_eq!((passed.shredded, passed.entry), (3, 4));
    for _ in 0..2 {
        assert_eq!(out(&usb), (vec![first], vec![(4, 4)]));
        assert_eq!(stick.read(&first).unwrap(), whole);
    }
    // Another stick gets what there is.
    let other = tempfile::tempdir().unwrap();
    assert_eq!(out(&other), (vec![], vec![(1, 4)]));
}

const WITNESS: Witness = Witness {
    boot: [1; 8],
    mono_ms: 1,
};

fn seat() -> Seat {
    Seat {
        venue: VenueId([3; 16]),
        gate: 2,
        utc_offset_minutes: 480,
        sealer: Sealer {
            authority: AUTHORITY,
            key: exchange_key().public(),
        },
    }
}

fn write(store: &mut Store, count: usize) {
    for _ in 0..count {
        let entry = NewEntry {
            kind: Kind::Scan,
            verdict: Some(Verdict::Admit),
            action: Action::Admitted,
            flags: Flags::NONE,
            at: now(),
            body: Body::Personal(Personal {
                name: Some("王*".to_owned()),
                ..Personal::default()
            }),
        };
        let beside = Beside {
            remember: None,
            outcome: None,
            emergency: false,
        };
        store.append(&entry, &seat(), WITNESS, beside).unwrap();
    }
}
