//! A centre that is absent, slow, wrong, overloaded or cut off: the door goes on, and every entry arrives once.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::net::TcpListener;
use std::process::Command;

use acceptance::city::{City, run};
use acceptance::files::copy_folder;
use acceptance::rogue::{Behaviour, Rogue};
use acceptance::slow::SlowWay;
use acceptance::station::Watched;
use acceptance::{frames, programs};
use domain::screen::LinkView;
use domain::verdict::{Reason, Verdict};

const SHEETS: usize = 5;

/// An enrolled station with the identity check off, its server stopped, and the texts of some sheets.
fn offline_city() -> (City, Vec<String>, String) {
    let mut city = City::found().unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    let texts = city.issue(SHEETS).unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();
    let url = city.url().unwrap().to_owned();
    city.stop_server().unwrap();
    (city, texts, url)
}

/// Every sheet is admitted whatever the centre does.
fn admit_all(station: &Watched, texts: &[String]) {
    for text in texts {
        station.show(frames::clean(text)).unwrap();
        let verdict = station.verdict().unwrap();
        assert_eq!(verdict.verdict, Verdict::Admit);
        assert!(verdict.seq.is_some());
    }
}

/// The real server comes back, and everything that waited arrives once.
fn comes_back(city: &mut City, station: Watched, entries: u64) {
    city.start_server().unwrap();
    station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some())
        .unwrap();
    station.stop();
    let (store, _) = city.store().unwrap();
    assert_eq!((store.head().seq, store.waiting()), (entries, 0));
    city.stop_server().unwrap();
    assert_eq!(city.kept("entries", "true").unwrap(), entries);
    assert_eq!(city.kept("poison", "true").unwrap(), 0);
}

fn behind(behaviour: Behaviour) {
    let silent = matches!(behaviour, Behaviour::Silent);
    let (mut city, texts, url) = offline_city();
    let rogue = Rogue::start(city.data(), &url, behaviour).unwrap();
    let station = Watched::open(&city, 0).unwrap();
    admit_all(&station, &texts);
    rogue.wait_for_question().unwrap();
    // Silence is only known by its end: nothing else could be waited for.
    if !silent {
        station
            .screen_where(|screen| {
                !matches!(screen.sync.link, LinkView::Untried | LinkView::Online)
            })
            .unwrap();
    }
    drop(rogue);
    comes_back(&mut city, station, u64::try_from(SHEETS).unwrap());
}

#[test]
fn an_absent_centre_stops_nobody_at_the_door() {
    let (mut city, texts, _) = offline_city();
    let station = Watched::open(&city, 0).unwrap();
    admit_all(&station, &texts);
    station
        .screen_where(|screen| {
            screen.sync.waiting == 5 && matches!(screen.sync.link, LinkView::Offline { .. })
        })
        .unwrap();
    comes_back(&mut city, station, u64::try_from(SHEETS).unwrap());
}

#[test]
fn a_centre_that_answers_503_is_asked_again() {
    behind(Behaviour::Says(503, Vec::new()));
}

#[test]
fn a_centre_that_answers_500_is_asked_again() {
    behind(Behaviour::Says(500, b"oops".to_vec()));
}

#[test]
fn a_centre_that_answers_nonsense_changes_nothing() {
    behind(Behaviour::Says(200, vec![0xd2, 0x84, 0x00, 0xff]));
}

#[test]
fn a_centre_that_is_cut_off_in_its_answer_is_asked_again() {
    behind(Behaviour::CutOff(vec![0xd2; 40]));
}

#[test]
fn a_centre_that_says_nothing_at_all_holds_nobody_up() {
    behind(Behaviour::Silent);
}

#[test]
fn a_centre_that_answers_slowly_gets_everything_and_holds_nobody_up() {
    let (mut city, texts, url) = offline_city();
    // The slow way has the port that the station knows; the server takes another.
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    drop(elsewhere);
    city.start_server_at(port).unwrap();
    let slow = SlowWay::start(&url, city.url().unwrap()).unwrap();
    let station = Watched::open(&city, 0).unwrap();
    admit_all(&station, &texts);
    station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some())
        .unwrap();
    station.stop();
    drop(slow);
    city.stop_server().unwrap();
    let entries = u64::try_from(SHEETS).unwrap();
    assert_eq!(city.kept("entries", "true").unwrap(), entries);
    assert_eq!(city.kept("poison", "true").unwrap(), 0);
}

#[test]
fn a_server_killed_after_its_commit_gets_the_same_batch_again_and_keeps_it_once() {
    let (mut city, texts, _) = offline_city();
    let station = Watched::open(&city, 0).unwrap();
    for (n, text) in texts.iter().enumerate() {
        city.start_server().unwrap();
        station.show(frames::clean(text)).unwrap();
        assert_eq!(station.verdict().unwrap().verdict, Verdict::Admit);
        // Even rounds die at once, odd ones after the receipt.
        if n % 2 == 1 {
            station
                .screen_where(|screen| screen.sync.waiting == 0)
                .unwrap();
        }
        city.kill_server().unwrap();
    }
    comes_back(&mut city, station, u64::try_from(SHEETS).unwrap());
}

#[test]
fn a_server_restored_from_an_older_copy_is_brought_up_and_every_later_entry_arrives_whole() {
    let (mut city, texts, _) = offline_city();
    let station = Watched::open(&city, 0).unwrap();
    city.start_server().unwrap();
    admit_all(&station, &texts[..2]);
    station
        .screen_where(|screen| screen.sync.waiting == 0)
        .unwrap();
    city.stop_server().unwrap();
    let (server, copy) = (city.data().join("server"), city.data().join("copy"));
    copy_folder(&server, &copy).unwrap();
    city.start_server().unwrap();
    admit_all(&station, &texts[2..4]);
    station
        .screen_where(|screen| screen.sync.waiting == 0)
        .unwrap();
    city.stop_server().unwrap();
    std::fs::remove_dir_all(&server).unwrap();
    std::fs::rename(copy, &server).unwrap();

    admit_all(&station, &texts[4..]);
    comes_back(&mut city, station, u64::try_from(SHEETS).unwrap());
    assert_eq!(city.kept("entries", "sealed IS NULL").unwrap(), 2);
}

#[test]
fn a_clock_set_back_below_the_floor_admits_nobody_though_the_centre_answers() {
    let (mut city, texts, _) = offline_city();
    let station = Watched::open(&city, -3 * 3_600).unwrap();
    station.show(frames::clean(&texts[0])).unwrap();
    let verdict = station.verdict().unwrap();
    assert_eq!(verdict.verdict, Verdict::Undecided);
    assert_eq!(verdict.reasons[0].reason, Reason::ClockDoubt);
    // The centre says that the clock is three hours wrong: the doubt stays.
    city.start_server().unwrap();
    let screen = station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some())
        .unwrap();
    assert!(screen.knowledge.clock_doubt);
    station.show(frames::empty()).unwrap();
    station.stop();
}

#[test]
fn a_clock_set_back_below_the_own_last_entry_is_doubted_until_the_centre_answers() {
    let (mut city, texts, _) = offline_city();
    let ahead = Watched::open(&city, 5 * 3_600).unwrap();
    ahead.show(frames::clean(&texts[0])).unwrap();
    assert_eq!(ahead.verdict().unwrap().verdict, Verdict::Admit);
    ahead.stop();

    let station = Watched::open(&city, 0).unwrap();
    station.show(frames::clean(&texts[1])).unwrap();
    let verdict = station.verdict().unwrap();
    assert_eq!(verdict.reasons[0].reason, Reason::ClockDoubt);
    assert_eq!(verdict.verdict, Verdict::Undecided);

    city.start_server().unwrap();
    station
        .screen_where(|screen| !screen.knowledge.clock_doubt)
        .unwrap();
    station.show(frames::clean(&texts[2])).unwrap();
    let verdict = loop {
        let verdict = station.verdict().unwrap();
        if verdict.reasons[0].reason != Reason::ClockDoubt {
            break verdict;
        }
    };
    assert_eq!(verdict.verdict, Verdict::Admit);
    station.stop();
}

#[test]
fn a_second_station_on_the_same_folder_is_told_so() {
    let (city, _, _) = offline_city();
    let station = Watched::open(&city, 0).unwrap();
    let second = run(Command::new(programs::menshen().unwrap())
        .args(["station", "--headless", "--data"])
        .arg(city.data()));
    let words = format!("{:#}", second.unwrap_err());
    assert!(words.contains("another"), "{words}");
    station.stop();
}
