//! Sticks, with stations whose messages the test writes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use domain::crypto::{Fresh, OpeningKey, Secret};
use domain::ids::AuthorityId;
use domain::keyfile::KeyRole;
use domain::wire::{AnswerKind, Answers, Export, ExportHeader, Message};
use server::registrar::PairingOrder;
use server::usb::{NotTaken, Report, UsbError, import};
use stick::{Name, Part, Stick};
use tempfile::TempDir;

use crate::authority::{AUTHORITY, NOW, write_key};
use crate::station::{Station, answer};
use crate::town::{Town, order};

const EXCHANGE: u8 = 41;

/// A town whose server does not run while a stick is there.
struct Visit {
    town: Option<Town>,
    usb: TempDir,
}

impl Visit {
    fn new(town: Town) -> Self {
        let exchange = town.folder().authority().join("exchange.key");
        write_key(&exchange, KeyRole::Exchange, EXCHANGE);
        let usb = tempfile::tempdir().unwrap();
        Stick::prepare(usb.path()).unwrap();

        Self {
            town: Some(town),
            usb,
        }
    }

    fn town(&self) -> &Town {
        self.town.as_ref().unwrap()
    }

    /// Lays these messages of a station on the stick.
    fn lay(&self, station: &Station, first: u64, last: u64, messages: &[Message]) -> Name {
        self.lay_for(AUTHORITY, EXCHANGE, station, (first, last), messages)
    }

    fn lay_for(
        &self,
        authority: AuthorityId,
        exchange: u8,
        station: &Station,
        (first, last): (u64, u64),
        messages: &[Message],
    ) -> Name {
        let to = OpeningKey::new(&Secret::new([exchange; 32])).public();
        let header = ExportHeader {
            authority,
            station: station.id,
            epoch: station.epoch(),
            first,
            last,
            kid: to.kid(),
        };
        let bytes = Export::build(header, messages, &to, &station.key(), Fresh::new([7; 32]));
        let name = Name::Export(part(station, first));
        let stick = Stick::open(self.usb.path()).unwrap();
        stick.write(&name, &bytes.unwrap()).unwrap();

        name
    }

    fn bring(&mut self) -> Report {
        let usb = self.usb.path().to_owned();
        let mut report = None;
        let town = self.town.take().unwrap();
        let clock = Arc::clone(&town.clock);
        self.town = Some(town.restart_after(|folder| {
            report = Some(import(folder, None, &usb, clock).unwrap());
        }));

        report.unwrap()
    }

    /// Kinds and numbers of the answers on the stick.
    fn answers(&self, station: &Station, first: u64) -> Vec<(AnswerKind, u64)> {
        let stick = Stick::open(self.usb.path()).unwrap();
        let bytes = stick.read(&Name::Answers(part(station, first))).unwrap();
        let answers = Answers::read(&bytes).unwrap().0;
        let told = answers.iter().map(|bytes| answer(bytes));

        told.map(|told| (told.kind, told.acked_seq)).collect()
    }
}

fn part(station: &Station, first: u64) -> Part {
    Part {
        station: station.id,
        epoch: station.epoch(),
        first,
    }
}

fn batch(station: &Station, first: u64, last: u64) -> Message {
    Message::Batch(station.batch(first, last))
}

/// The import has a runtime of its own.
fn town_with_station() -> (Town, Station) {
    let runtime = tokio::runtime::Runtime::new().unwrap();

    runtime.block_on(async {
        let town = Town::new();
        let mut station = town.station(1).await;
        station.admit(6, 1, NOW);

        (town, station)
    })
}

#[test]
fn parts_of_a_log_on_one_stick_are_judged_in_the_order_of_their_numbers() {
    let (town, station) = town_with_station();
    let mut visit = Visit::new(town);
    visit.lay(&station, 5, 6, &[batch(&station, 5, 6)]);
    visit.lay(
        &station,
        1,
        2,
        &[Message::Hello(station.hello()), batch(&station, 1, 2)],
    );
    visit.lay(
        &station,
        3,
        4,
        &[batch(&station, 3, 3), batch(&station, 4, 4)],
    );
    for _ in 0..2 {
        let report = visit.bring();
        assert!(report.exports.iter().all(|(_, taken)| taken.is_ok()));
        assert_eq!(visit.answers(&station, 5), [(AnswerKind::Ok, 6)]);
        assert_eq!(visit.town().count("entries"), 6);
    }
}

#[test]
fn a_part_without_the_one_before_it_is_a_gap_until_that_one_comes() {
    let (town, station) = town_with_station();
    let mut visit = Visit::new(town);
    visit.lay(&station, 4, 6, &[batch(&station, 4, 6)]);
    visit.bring();
    assert_eq!(visit.answers(&station, 4), [(AnswerKind::Gap, 0)]);
    assert_eq!(visit.town().count("entries"), 0);
    visit.lay(&station, 1, 3, &[batch(&station, 1, 3)]);
    visit.bring();
    assert_eq!(visit.answers(&station, 1), [(AnswerKind::Ok, 3)]);
    assert_eq!(visit.answers(&station, 4), [(AnswerKind::Ok, 6)]);
}

#[test]
fn poison_is_kept_apart_and_acknowledged_as_off_the_line() {
    let (town, mut station) = town_with_station();
    station.write_poison(b"no core");
    station.admit(1, 2, NOW);
    let mut visit = Visit::new(town);
    visit.lay(&station, 1, 8, &[batch(&station, 1, 8)]);
    visit.bring();
    assert_eq!(visit.answers(&station, 1), [(AnswerKind::Ok, 8)]);
    let town = visit.town();
    assert_eq!((town.count("entries"), town.count("poison")), (7, 1));
}

#[test]
fn two_branches_are_both_kept_and_told_by_stick() {
    let (town, station) = town_with_station();
    let mut visit = Visit::new(town);
    let mut copy = station.copy();
    let mut own = station.copy();
    own.admit(2, 3, NOW);
    copy.admit(3, 4, NOW);
    visit.lay(&own, 1, 8, &[batch(&own, 1, 8)]);
    visit.bring();
    visit.lay(&copy, 7, 9, &[batch(&copy, 7, 9)]);
    visit.bring();
    assert_eq!(visit.answers(&copy, 7), [(AnswerKind::Fork, 8)]);
}

#[test]
fn an_epoch_that_is_over_is_fenced_by_stick() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (town, station) = town_with_station();
    let mut visit = Visit::new(town);
    runtime.block_on(async {
        let mut again = Station::new(2);
        let order = PairingOrder {
            station: Some(station.id),
            ..order()
        };
        visit.town().enrol(&mut again, &order).await;
        assert_eq!((again.id, again.epoch()), (station.id, 2));
    });
    visit.lay(&station, 1, 6, &[batch(&station, 1, 6)]);
    visit.bring();
    assert_eq!(visit.answers(&station, 1), [(AnswerKind::Fenced, 0)]);
    assert_eq!(visit.town().count("entries"), 0);
}

#[test]
fn what_is_not_for_this_centre_is_named_left_alone_and_answered_by_nobody() {
    let (town, station) = town_with_station();
    let mut visit = Visit::new(town);
    let messages = [batch(&station, 1, 6)];
    let elsewhere = AuthorityId([8; 16]);
    let reasons = |visit: &mut Visit| {
        let report = visit.bring();
        assert!(report.laid.is_empty(), "{report:?}");
        let why = |(_, taken): (Name, Result<_, NotTaken>)| taken.err().map(|why| why.to_string());
        report.exports.into_iter().map(why).collect::<Vec<_>>()
    };
    let said = |words: &str| vec![Some(words.to_owned())];
    visit.lay_for(elsewhere, EXCHANGE, &station, (1, 6), &messages);
    assert_eq!(reasons(&mut visit), said("it is for another authority"));
    visit.lay_for(AUTHORITY, 42, &station, (1, 6), &messages);
    assert_eq!(
        reasons(&mut visit),
        said("it is sealed to another exchange key")
    );
    let stick = Stick::open(visit.usb.path()).unwrap();
    let other_name = Name::Export(part(&station, 2));
    let own = visit.lay(&station, 1, 6, &messages);
    stick
        .write(&other_name, &stick.read(&own).unwrap())
        .unwrap();
    stick.remove(&own).unwrap();
    assert_eq!(
        reasons(&mut visit),
        said("it is not the file that its name says")
    );
    stick.remove(&other_name).unwrap();
    let mut stranger = Station::new(77);
    stranger.assignment.clone_from(&station.assignment);
    let hello = [Message::Hello(stranger.hello())];
    visit.lay_for(AUTHORITY, EXCHANGE, &stranger, (1, 0), &hello);
    assert_eq!(
        reasons(&mut visit),
        said("it is of a station that is not known here")
    );
    assert_eq!(visit.town().count("entries"), 0);
    let names = stick.content().unwrap().files;
    assert!(
        names
            .iter()
            .all(|(name, _)| matches!(name, Name::Export(_)))
    );
}

#[test]
fn without_its_exchange_key_or_a_stick_the_centre_says_so_and_touches_nothing() {
    let (town, _) = town_with_station();
    let visit = Visit::new(town);
    let folder = visit.town().folder();
    let clock = || Arc::clone(&visit.town().clock) as Arc<dyn server::clock::Clock>;
    let missing = import(&folder, None, Path::new("/nowhere"), clock());
    assert!(matches!(missing, Err(UsbError::Stick(_))));
    fs::remove_file(folder.authority().join("exchange.key")).unwrap();
    let missing = import(&folder, None, visit.usb.path(), clock());
    assert!(matches!(missing, Err(UsbError::Authority(_))));
}
