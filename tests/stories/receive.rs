//! Many stations at once, played by `menshen load`: what is acknowledged is kept once, and a real city is left alone.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::process::{Command, Stdio};

use acceptance::city::City;
use acceptance::crowd::{Crowd, Play, verify, wait_for_entries};
use acceptance::programs;

const STATIONS: u32 = 12;

fn busy_city() -> (City, Crowd) {
    let mut city = City::found().unwrap();
    city.start_server().unwrap();
    let crowd = Crowd::gather(&city, STATIONS).unwrap();

    (city, crowd)
}

#[test]
fn what_many_stations_were_told_is_kept_is_in_the_day_files_exactly_once() {
    let (mut city, crowd) = busy_city();
    let as_many_as_go = Play {
        batch: 25,
        rate: None,
        seconds: 1,
    };
    let first = crowd.start(as_many_as_go).unwrap().report().unwrap();
    assert!(first.entries > 0 && first.unanswered == 0, "{first:?}");
    // A second run goes on where the first ended, at a rate of its own.
    let steady = Play {
        batch: 10,
        rate: Some(600),
        seconds: 2,
    };
    let second = crowd.start(steady).unwrap().report().unwrap();
    assert_eq!(second.held.before, first.entries);
    assert_eq!(second.entries + second.overdue * 10, 1_200, "{second:?}");
    assert_eq!(second.held.after, first.entries + second.entries);

    city.stop_server().unwrap();
    let kept = city.kept("entries", "true").unwrap();
    assert_eq!(kept, first.entries + second.entries);
    assert_eq!(city.kept("poison", "true").unwrap(), 0);
    let silent = verify(&city).unwrap();
    assert!(
        silent.contains(&format!(", {kept} entries: 0 faults")),
        "{silent}"
    );
}

#[test]
fn a_server_that_is_killed_meanwhile_loses_and_doubles_nothing() {
    let (mut city, crowd) = busy_city();
    let play = Play {
        batch: 20,
        rate: Some(4_000),
        seconds: 3,
    };
    let playing = crowd.start(play).unwrap();
    // Once there is something to lose.
    wait_for_entries(&city, 1_000).unwrap();
    city.kill_server().unwrap();
    // A commit that the kill cut short is no fault.
    verify(&city).unwrap();
    city.start_server().unwrap();
    let report = playing.report().unwrap();
    assert!(report.refusals.contains_key("no answer"), "{report:?}");
    assert_eq!(report.held.missing, 0);
    city.stop_server().unwrap();
    assert_eq!(city.kept("entries", "true").unwrap(), report.held.after);
    verify(&city).unwrap();
}

#[cfg(unix)]
#[test]
fn ctrl_c_tells_what_was_measured_so_far() {
    let (city, crowd) = busy_city();
    let play = Play {
        batch: 20,
        rate: Some(4_000),
        seconds: 3_600,
    };
    let playing = crowd.start(play).unwrap();
    wait_for_entries(&city, 500).unwrap();
    let process = playing.process().to_string();
    let told = Command::new("kill").args(["-INT", &process]).status();
    assert!(told.unwrap().success());
    let report = playing.report().unwrap();
    assert!(report.entries >= 500, "{report:?}");
    assert!(report.latency_ms.p50 > 0.0 && report.seconds < 60.0);
}

#[test]
fn stations_of_another_authority_and_an_absent_server_are_told_in_a_sentence() {
    let (mut city, _crowd) = busy_city();
    let other = busy_city().0;
    let load = |crowd: &City, at: Option<&str>| {
        let mut load = Command::new(programs::menshen().unwrap());
        load.args(["load", "--seconds", "1", "--crowd"])
            .arg(crowd.data().join("crowd.json"));
        if let Some(at) = at {
            load.args(["--url", at]);
        }
        let output = load.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let url = city.url().unwrap().to_owned();
    let error = load(&other, Some(&url));
    assert!(
        error.contains("does not prove that it is the one"),
        "{error}"
    );
    city.stop_server().unwrap();
    let error = load(&city, None);
    assert!(error.contains("does not answer"), "{error}");
}
