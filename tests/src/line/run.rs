//! Entries through faults: a station is started again and again, sends what waits, and meets what is played.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context, ensure};
use domain::screen::{Command, LinkView};
use serde_json::Value;

use super::arrived::{Arrived, arrived};
use super::chance::Chance;
use super::fault::Fault;
use super::script::Count;
use super::{Hold, Line};
use crate::city::City;
use crate::entries::append;
use crate::figures::Stopwatch;
use crate::station::{LONGEST, Watched};

/// Between two looks whether everything was played and has arrived.
const LOOK: Duration = Duration::from_millis(10);
/// The name under which a station keeps where its centre is.
const CENTRE: &str = "centre";
/// Nobody has this name (RFC 6761).
const NOBODY: &str = "menshen.invalid";

/// What is to go through.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Entries.
    pub entries: usize,
    /// Faults; the first of them are one of each kind.
    pub faults: usize,
    /// How often a station is started, with its share of the entries and faults.
    pub starts: usize,
    /// Decides everything that is chance.
    pub seed: u64,
    /// How long a socket is held on which nothing ever comes.
    pub hold: Hold,
}

/// What went through.
#[derive(Clone, Debug)]
pub struct Passed {
    /// What has arrived.
    pub arrived: Arrived,
    /// What was played.
    pub faults: BTreeMap<Fault, Count>,
    /// Questions that came to the line.
    pub questions: usize,
    /// How long it took.
    pub time: Duration,
}

/// Sends the entries through the faults, and looks at what has arrived.
///
/// # Errors
/// Something is missing, doubled, altered or disputed, which is in the message; or a program does not run.
pub fn through(run: &Run) -> anyhow::Result<Passed> {
    let (mut city, line) = between(run.seed, run.hold)?;
    let watch = Stopwatch::start();
    let mut chance = Chance::new(run.seed);
    let faults = drawn(run.faults, &mut chance);
    let mut sent = 0;
    for start in 0..run.starts {
        let upto = run.entries * (start + 1) / run.starts;
        let share = run.faults * start / run.starts..run.faults * (start + 1) / run.starts;
        let faults = faults.get(share).unwrap_or_default();
        one_start(&city, &line, (sent, upto), faults)
            .with_context(|| format!("start {start} of seed {}, with {faults:?}", run.seed))?;
        sent = upto;
    }
    let time = watch.time();
    let (faults, questions) = (line.played(), line.asked().len());
    drop(line);
    city.stop_server()?;
    let arrived = arrived(&city, run.entries).with_context(|| format!("seed {}", run.seed))?;

    Ok(Passed {
        arrived,
        faults,
        questions,
        time,
    })
}

/// A city with an enrolled station and a running server, and the line between the two.
///
/// # Errors
/// A program does not run, or the line does not.
pub fn between(seed: u64, hold: Hold) -> anyhow::Result<(City, Line)> {
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    let known = city.url().context("a running server")?.to_owned();
    city.stop_server()?;
    city.start_server_at(free_port()?)?;
    let centre = city.url().context("a running server")?.to_owned();
    let line = Line::start(city.data(), (&known, &centre), seed, hold)?;

    Ok((city, line))
}

/// A port that nobody has just now.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// One of each kind, then any, all in an order of chance.
fn drawn(faults: usize, chance: &mut Chance) -> Vec<Fault> {
    let mut drawn: Vec<Fault> = Fault::ALL.into_iter().take(faults).collect();
    while drawn.len() < faults {
        drawn.extend(chance.pick(Fault::ALL));
    }
    chance.shuffle(&mut drawn);

    drawn
}

/// One life of a station: the entries `from..upto` wait when it starts, and it ends once all have arrived and
/// everything was played.
fn one_start(
    city: &City,
    line: &Line,
    (from, upto): (usize, usize),
    faults: &[Fault],
) -> anyhow::Result<()> {
    append(city, city.data(), from..upto)?;
    let (nameless, mut played): (Vec<Fault>, Vec<Fault>) =
        faults.iter().partition(|fault| **fault == Fault::NameGone);
    for fault in nameless {
        without_a_name(city)?;
        line.count(fault, upto > from);
    }
    // It takes entries that wait to be told that they are too many.
    played.sort_by_key(|fault| *fault != Fault::TooLarge);
    line.play(&played);
    let station = Watched::open(city, 0)?;
    let settled = settle(&station, line);
    station.stop();

    settled
}

/// Keeps asking until everything was played and nothing waits.
fn settle(station: &Watched, line: &Line) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    let mut shown = None;
    loop {
        while let Some(screen) = station.screen_within(LOOK)? {
            ensure!(
                screen.sync.dispute.is_none(),
                "the station says {:?}",
                screen.sync.dispute
            );
            shown = Some(screen.sync);
        }
        let arrived = shown.is_some_and(|sync| sync.waiting == 0 && sync.link == LinkView::Online);
        if arrived && line.left() == 0 {
            return Ok(());
        }
        ensure!(
            watch.time() < LONGEST,
            "{} faults are left, and {shown:?}",
            line.left()
        );
        // Staff need not wait for the station's own pauses.
        station.ask(Command::SyncNow)?;
    }
}

/// A start under a name that nobody has: nothing is sent, and staff see it.
fn without_a_name(city: &City) -> anyhow::Result<()> {
    let known = keep_centre(city, None)?;
    let mut record: Value = serde_json::from_slice(&known)?;
    let url = record.get_mut("url").context("where the centre is")?;
    *url = Value::from(format!("https://{NOBODY}"));
    keep_centre(city, Some(&serde_json::to_vec(&record)?))?;
    let station = Watched::open(city, 0)?;
    let offline = station
        .screen_where(|screen| matches!(screen.sync.link, LinkView::Offline { .. }))
        .map(drop);
    station.stop();
    keep_centre(city, Some(&known))?;

    offline
}

/// What the station keeps of its centre, before it is changed.
fn keep_centre(city: &City, record: Option<&[u8]>) -> anyhow::Result<Vec<u8>> {
    let (mut store, _) = city.store()?;
    let kept = store.saved(CENTRE)?.context("a centre")?;
    if let Some(record) = record {
        store.save(CENTRE, record)?;
    }

    Ok(kept)
}
