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
use stick::{Name, Part, Stick};

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
        Self::with(0)
    }

    /// So many entries wait.
    fn with(count: usize) -> Self {
        let house = House::new();
        write(&mut store(&house), count);
        let usb = tempfile::tempdir().unwrap();
        let (name, hello) = exported(&house, &usb);

        Self {
            house,
            usb,
            name,
            hello,
        }
    }

    /// Exports again; the first and last entry of the file.
    fn again(&mut self) -> (u64, u64) {
        (self.name, self.hello) = exported(&self.house, &self.usb);
        let Name::Export(part) = self.name else {
            panic!("an export has such a name");
        };
        let bytes = Stick::open(self.usb.path()).unwrap().read(&self.name);
        let export = Export::read(&bytes.unwrap()).unwrap();
        let own = store(&self.house).signing_key().public();

        (part.first, export.check(&own).unwrap().header.last)
    }

    /// Five entries with a receipt, of which the centre, as it then says, has lost those after the second.
    fn lost_three_of_five() -> Self {
        let mut visit = Self::with(5);
        let all = visit.named(AnswerKind::Ok, 5);
        let judged = visit.import(&all, &receipt_key());
        assert_eq!(judged, Some(Judgement::Ack { upto: 5 }));
        assert_eq!(visit.again(), (6, 5));
        let two = visit.named(AnswerKind::Ok, 2);
        let judged = visit.import(&two, &receipt_key());
        assert_eq!(judged, Some(Judgement::Behind { first: 3 }));
        assert_eq!(visit.again(), (3, 5));

        visit
    }

    /// The answer that names this entry.
    fn named(&self, kind: AnswerKind, seq: u64) -> Answer {
        Answer {
            kind,
            acked_seq: seq,
            acked_hash: store(&self.house).hash_at(seq).unwrap().0,
            ..self.answer(now().plus(HOUR))
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

/// The first file of an export, and the greeting in it.
fn exported(house: &House, usb: &tempfile::TempDir) -> (Name, Hello) {
    let data = house.data.path();
    let exported = export(data, &Unlock::KeyFile, usb.path(), Clock::new(0)).unwrap();
    let name = exported.files[0].name;
    let bytes = Stick::open(usb.path()).unwrap().read(&name).unwrap();
    let own = store(house).signing_key().public();
    let messages = Export::read(&bytes)
        .and_then(|export| export.check(&own))
        .and_then(|checked| checked.open(&exchange_key()))
        .unwrap();
    let Some(Message::Hello(hello)) = messages.first() else {
        panic!("a greeting comes first");
    };

    (name, Hello::read(hello).unwrap().0)
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

/// Takes everything that has a receipt; the number of the entry that says so.
fn retain(house: &House) -> u64 {
    let passed = store(house)
        .retain(now().plus(HOUR), now(), Flags::NONE, &seat(), WITNESS)
        .unwrap();

    passed.unwrap().entry
}

#[test]
fn what_a_stick_asked_for_is_over_with_a_receipt_that_came_over_the_line() {
    let mut visit = Visit::lost_three_of_five();
    let mut log = store(&visit.house);
    write(&mut log, 3);
    log.ack(8, log.hash_at(8).unwrap(), b"receipt", now())
        .unwrap();
    drop(log);
    assert_eq!(visit.again(), (9, 8));
    assert_eq!(retain(&visit.house), 9);
    assert_eq!(visit.again(), (9, 9));
}

#[test]
fn what_a_stick_asked_for_and_retention_took_does_not_keep_the_rest_from_the_stick() {
    let mut visit = Visit::lost_three_of_five();
    assert_eq!(retain(&visit.house), 6);
    assert_eq!(visit.again(), (6, 6));
    // The centre is told what is gone once it says again where it stands.
    let hash = [0; 32];
    let two = Answer {
        acked_seq: 2,
        acked_hash: hash,
        ..visit.answer(now().plus(HOUR))
    };
    let judged = visit.import(&two, &receipt_key());
    assert_eq!(judged, Some(Judgement::Lost { upto: 5 }));
    assert_eq!(visit.again(), (1, 6));
}

#[test]
fn a_centre_that_misses_only_what_has_no_receipt_is_not_sent_anything_before_it() {
    let mut visit = Visit::lost_three_of_five();
    let gap = visit.named(AnswerKind::Gap, 5);
    let judged = visit.import(&gap, &receipt_key());
    assert_eq!(judged, Some(Judgement::ResendFrom { first: 6 }));
    assert_eq!(visit.again(), (6, 5));
}

#[test]
fn answers_about_another_epoch_of_this_station_are_named_and_passed_over() {
    let visit = Visit::new();
    let Name::Export(part) = visit.name else {
        panic!("an export has such a name");
    };
    let other = Name::Answers(Part { epoch: 2, ..part });
    let answers = Answers(vec![visit.answer(now()).sign(&receipt_key())]).encode();
    let stick = Stick::open(visit.usb.path()).unwrap();
    stick.write(&other, &answers).unwrap();
    let before = visit.clock();
    let data = visit.house.data.path();
    let imported = import(data, &Unlock::KeyFile, visit.usb.path(), Clock::new(0)).unwrap();
    assert!(
        matches!(imported.files[..], [(name, Came::OtherEpoch)] if name == other),
        "{imported:?}"
    );
    assert_eq!(visit.clock(), before);
    assert_eq!(stick.read(&other).unwrap(), answers);
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
