//! A line on which everything goes wrong that can: every entry arrives once, in order, and gets its receipt.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::fs;
use std::time::Duration;

use acceptance::entries::append;
use acceptance::figures::Stopwatch;
use acceptance::line::{Arrived, Asked, Fault, Hold, Line, Run, between, through};
use acceptance::station::{LONGEST, Watched};
use domain::screen::{Command, LinkView};

const HOLD: Hold = Hold {
    usually: Duration::from_millis(50),
    to_the_end_every: 0,
};

#[test]
fn a_thousand_entries_arrive_once_and_in_order_through_a_hundred_faults_of_every_kind() {
    let seed = u64::try_from(station::Clock::new(0).now().wall.0).unwrap();
    println!("seed {seed}");
    let passed = through(&Run {
        entries: 1_000,
        faults: 100,
        starts: 12,
        seed,
        hold: HOLD,
    })
    .unwrap();
    println!("{passed:?}");
    let all = Arrived {
        receipted: 1_000,
        kept: 1_000,
    };
    assert_eq!(passed.arrived, all);
    let played: usize = passed.faults.values().map(|count| count.times).sum();
    assert_eq!(played, 100);
    for fault in Fault::ALL {
        assert!(passed.faults.contains_key(&fault), "{fault:?}");
    }
}

/// Staff press the button all the while, until the station shows that nothing waits.
fn press_until_sent(station: &Watched) {
    let waited = Stopwatch::start();
    let mut last = None;
    loop {
        assert!(waited.time() < LONGEST, "something still waits: {last:?}");
        station.ask(Command::SyncNow).unwrap();
        let screen = station.screen_within(Duration::from_millis(50)).unwrap();
        let sent = |sync: &domain::screen::SyncView| {
            sync.waiting == 0 && sync.link == LinkView::Online && sync.last_receipt.is_some()
        };
        if screen.as_ref().is_some_and(|screen| sent(&screen.sync)) {
            return;
        }
        last = screen.or(last);
    }
}

/// What was asked about entries, in order.
fn batches(line: &Line) -> Vec<Asked> {
    let mut asked = line.asked();
    asked.retain(|asked| asked.path == "/v1/batches");
    asked
}

/// The times between one question and the next, where the first was answered with this status.
fn pauses_after(line: &Line, status: u16) -> Vec<Duration> {
    let asked = batches(line);
    let pairs = asked.iter().zip(asked.iter().skip(1));
    pairs
        .filter(|(one, _)| one.status == Some(status))
        .map(|(one, next)| next.at.saturating_sub(one.at))
        .collect()
}

#[test]
fn a_station_that_is_put_off_waits_as_told_whoever_presses_the_button_and_then_delivers() {
    let (mut city, line) = between(1, HOLD).unwrap();
    append(&city, city.data(), 0..5).unwrap();
    line.put_off_by(1);
    line.play(&[Fault::TooMany, Fault::Unavailable]);
    let station = Watched::open(&city, 0).unwrap();
    press_until_sent(&station);
    station.stop();
    for status in [429, 503] {
        let pauses = pauses_after(&line, status);
        assert!(
            pauses.len() == 1 && pauses[0] >= Duration::from_secs(1),
            "{status}: {pauses:?}"
        );
    }
    drop(line);
    city.stop_server().unwrap();
    assert_eq!(city.kept("entries", "true").unwrap(), 5);
}

#[test]
fn a_server_that_cannot_write_puts_the_station_off_and_gets_everything_once_it_can() {
    let (mut city, line) = between(2, HOLD).unwrap();
    append(&city, city.data(), 0..5).unwrap();
    let days = city.data().join("server/days");
    fs::remove_dir(&days).unwrap();
    fs::write(&days, b"in the way").unwrap();
    let station = Watched::open(&city, 0).unwrap();
    let waited = Stopwatch::start();
    while batches(&line).iter().all(|asked| asked.status != Some(503)) {
        assert!(
            waited.time() < LONGEST,
            "nobody was put off: {:?}",
            line.asked()
        );
        station.screen_within(Duration::from_millis(10)).unwrap();
    }
    fs::remove_file(&days).unwrap();
    fs::create_dir(&days).unwrap();
    press_until_sent(&station);
    station.stop();
    let pauses = pauses_after(&line, 503);
    assert!(
        !pauses.is_empty() && pauses.iter().all(|pause| *pause >= Duration::from_secs(2)),
        "{pauses:?}"
    );
    drop(line);
    city.stop_server().unwrap();
    assert_eq!(city.kept("entries", "true").unwrap(), 5);
}
