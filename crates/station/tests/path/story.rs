use domain::entry::{Action, Core, Kind};
use domain::screen::{Command, LinkView, OperatorScreen, Protection, Stage};
use domain::time::HOUR;
use domain::verdict::{EmergencyReason, Reason, Verdict};
use domain::wire::EntryCheck;
use station::{
    EnrolError, Folder, KeyError, OpenError, Passphrase, StationConfig, Store, StoreError, Unlock,
};

use super::*;

/// Verdict, first reason, and number in the log.
fn verdict(screen: &OperatorScreen) -> Option<(Verdict, Reason, Option<u64>)> {
    let Stage::Verdict(view) = &screen.stage else {
        return None;
    };

    Some((view.verdict, view.reasons[0].reason, view.seq))
}

/// Shows a code until it leads to this: what it is judged by comes over the line meanwhile.
pub(crate) fn leads_to(desk: &Desk, text: &str, wanted: (Verdict, Reason)) {
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

/// Shows a sheet, and gives the verdict that it leads to: not the one still on the screen.
pub(crate) fn show(desk: &Desk, code: &str) -> (Verdict, Reason, Option<u64>) {
    let before = desk.last_scan.get();
    desk.handle.frame(draw::sheet(code)).unwrap();
    let is_new = |screen: &OperatorScreen| matches!(&screen.stage, Stage::Verdict(view) if Some(view.scan) > before);
    let screen = desk.screen(is_new);
    verdict(&screen).unwrap()
}

fn cores(house: &House) -> Vec<Core> {
    let entries = house.centre.entries();
    let core = |entry: &domain::wire::CheckedEntry| match entry.check {
        EntryCheck::Good(core) => core,
        EntryCheck::Poison | EntryCheck::Shredded(_) => panic!("entry {} is not whole", entry.seq),
    };
    entries.iter().map(core).collect()
}

#[test]
fn a_sheet_becomes_a_verdict_a_row_and_a_receipt() {
    let house = House::new();
    let desk = house.open(0);
    desk.handle.frame(draw::sheet(&house.codes[0])).unwrap();
    desk.confirm();
    let screen = desk.screen(|screen| verdict(screen).is_some());
    assert_eq!(
        verdict(&screen),
        Some((Verdict::Admit, Reason::IdMatches, Some(1)))
    );
    assert_eq!(screen.protection, Protection::KeyFile);
    assert!(screen.demo);
    assert_eq!(
        show(&desk, &house.codes[1]),
        (Verdict::Attention, Reason::Yellow, Some(2))
    );
    assert_eq!(
        show(&desk, &house.codes[2]),
        (Verdict::Refuse, Reason::Red, Some(3))
    );
    assert_eq!(
        show(&desk, "https://pay.example/x"),
        (Verdict::Refuse, Reason::NotAPass, Some(4))
    );
    let screen =
        desk.screen(|screen| screen.sync.last_receipt.is_some() && screen.sync.waiting == 0);
    assert_eq!(screen.sync.link, LinkView::Online);
    desk.handle.stop();

    let actions: Vec<Action> = cores(&house).iter().map(|core| core.action).collect();
    assert_eq!(
        actions,
        [
            Action::Admitted,
            Action::Shown,
            Action::TurnedAway,
            Action::TurnedAway
        ]
    );
}

#[test]
fn without_a_centre_everything_goes_on_and_is_sent_when_it_is_back() {
    let house = House::new();
    house.centre.go(false);
    let desk = house.open(0);
    show(&desk, &house.codes[1]);
    let screen = desk.screen(|screen| matches!(screen.sync.link, LinkView::Offline { .. }));
    assert_eq!(screen.sync.waiting, 1);
    desk.handle.stop();
    assert!(house.centre.entries().is_empty());

    house.centre.go(true);
    let desk = house.open(0);
    desk.screen(|screen| screen.sync.waiting == 0);
    desk.handle.stop();
    assert_eq!(cores(&house).len(), 1);
}

#[test]
fn an_emergency_and_a_second_visit_are_recorded_across_a_restart() {
    let house = House::new();
    let desk = house.open(0);
    desk.handle.frame(draw::sheet(&house.codes[0])).unwrap();
    desk.confirm();
    desk.screen(|screen| verdict(screen).is_some());
    desk.handle.stop();

    let desk = house.open(0);
    desk.handle
        .send(Command::Emergency {
            scan: None,
            reason: EmergencyReason::MedicalHelp,
            note: String::new(),
        })
        .unwrap();
    assert_eq!(desk.durable(), 2);
    let again = show(&desk, &house.codes[0]);
    assert_eq!(again, (Verdict::Attention, Reason::SeenRecently, Some(3)));
    let screen = desk.screen(|screen| screen.sync.waiting == 0);
    let today = screen.today;
    assert_eq!((today.admit, today.attention, today.emergency), (1, 1, 1));
    desk.handle.stop();
    let kinds: Vec<Kind> = cores(&house).iter().map(|core| core.kind).collect();
    assert_eq!(kinds, [Kind::Scan, Kind::Emergency, Kind::Scan]);
}

#[test]
fn a_clock_set_back_below_the_own_last_entry_is_a_doubt_until_the_centre_answers() {
    let house = House::new();
    house.centre.go(false);
    let desk = house.open(100 * HOUR);
    assert_eq!(
        show(&desk, &house.codes[0]),
        (Verdict::Undecided, Reason::StatusTooOld, Some(1))
    );
    desk.handle.stop();
    let desk = house.open(0);
    // The doubt itself is an entry, before the verdict's.
    assert_eq!(
        show(&desk, &house.codes[0]),
        (Verdict::Undecided, Reason::ClockDoubt, Some(3))
    );
    desk.handle.stop();

    house.centre.go(true);
    let desk = house.open(0);
    desk.screen(|screen| !screen.knowledge.clock_doubt && screen.sync.link == LinkView::Online);
    desk.handle.frame(draw::sheet(&house.codes[0])).unwrap();
    desk.confirm();
    let screen = desk.screen(|screen| verdict(screen).is_some());
    let (verdict, reason, seq) = verdict(&screen).unwrap();
    assert_eq!((verdict, reason), (Verdict::Admit, Reason::IdMatches));
    assert!(seq > Some(3));
    desk.handle.stop();
}

#[test]
fn a_clock_set_ahead_for_a_moment_does_not_let_a_sheet_in_twice() {
    let house = House::new();
    house.centre.go(false);
    let desk = house.open(0);
    desk.handle.frame(draw::sheet(&house.codes[0])).unwrap();
    desk.confirm();
    desk.screen(|screen| verdict(screen).is_some());
    desk.handle.stop();
    house.open(30 * HOUR).handle.stop();

    let desk = house.open(0);
    let (verdict, reason, _) = show(&desk, &house.codes[0]);
    assert_eq!(
        (verdict, reason),
        (Verdict::Attention, Reason::SeenRecently)
    );
    desk.handle.stop();
}

#[test]
fn a_demonstration_is_refused_by_a_real_station_and_a_token_works_once() {
    let data = tempfile::tempdir().unwrap();
    let centre = Centre::start(Authority::new(now(), true));
    assert!(matches!(
        enrol_at(data.path(), &centre, false),
        Err(EnrolError::Demo)
    ));
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
    assert!(matches!(
        enrol_at(data.path(), &centre, true),
        Err(EnrolError::Refused)
    ));
}

#[test]
fn an_enrolment_that_was_cut_before_its_log_is_done_again_over_what_it_left() {
    let data = tempfile::tempdir().unwrap();
    let centre = Centre::start(Authority::new(now(), true));
    // A folder where the new log is to be written: everything before that is done.
    let station = data.path().join("station");
    std::fs::create_dir_all(station.join("station.db.new")).unwrap();
    assert!(matches!(
        enrol_at(data.path(), &centre, true),
        Err(EnrolError::Store(StoreError::Folder(_)))
    ));
    for left in ["assignment.cbor", "manifest.cbor", "key.json"] {
        assert!(station.join(left).exists(), "{left}");
    }
    assert!(!station.join("station.db").exists());
    std::fs::remove_dir(station.join("station.db.new")).unwrap();

    let authority = Authority::new(now(), true);
    let codes = [0, 1, 2].map(|n| authority.code(n));
    let centre = Centre::start(authority);
    assert!(enrol_at(data.path(), &centre, true).unwrap().has_status);
    let house = House {
        data,
        centre,
        codes,
    };
    let desk = house.open(0);
    assert_eq!(
        show(&desk, &house.codes[1]),
        (Verdict::Attention, Reason::Yellow, Some(1))
    );
    desk.screen(|screen| screen.sync.waiting == 0);
    desk.handle.stop();
}

#[test]
fn a_passphrase_that_is_too_short_does_not_cost_the_token() {
    let data = tempfile::tempdir().unwrap();
    let centre = Centre::start(Authority::new(now(), true));
    let short = Unlock::Passphrase(Passphrase::new("short".to_owned()));
    assert!(matches!(
        enrol_under(data.path(), &centre, true, short),
        Err(EnrolError::Key(KeyError::TooShort))
    ));
    enrol_at(data.path(), &centre, true).unwrap();
}

#[test]
fn a_clock_cannot_be_moved_outside_a_demonstration_and_a_folder_runs_one_station() {
    let data = tempfile::tempdir().unwrap();
    let centre = Centre::start(Authority::new(now(), false));
    enrol_at(data.path(), &centre, false).unwrap();
    let open = |clock_offset| {
        let config = StationConfig {
            data: data.path().to_owned(),
            demo_camera: false,
            unlock: Unlock::default(),
            clock_offset,
            camera: CameraChoice::None,
        };
        let listener = Listener {
            screens: Box::new(|_| ()),
            preview: Box::new(|_, _| ()),
        };
        station::open(config, listener)
    };
    assert!(matches!(open(1), Err(OpenError::ClockOffset)));
    let running = open(0).unwrap();
    assert!(matches!(open(0), Err(OpenError::Folder(_))));
    running.stop();
    open(0).unwrap().stop();
}

#[test]
fn a_start_without_enrolment_leaves_nothing_behind() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("mistyped");
    let config = StationConfig {
        data: folder.clone(),
        demo_camera: false,
        unlock: Unlock::default(),
        clock_offset: 0,
        camera: CameraChoice::None,
    };
    let listener = Listener {
        screens: Box::new(|_| ()),
        preview: Box::new(|_, _| ()),
    };
    assert!(matches!(
        station::open(config, listener),
        Err(OpenError::Store(StoreError::NotEnrolled))
    ));
    assert!(!folder.exists());
}

#[test]
fn a_station_without_its_key_does_not_start_and_is_not_enrolled_over() {
    let house = House::new();
    let station = house.data.path().join("station");
    std::fs::rename(station.join("key.json"), station.join("kept")).unwrap();
    let folder = Folder::open(house.data.path()).unwrap();
    assert!(matches!(
        Store::open(folder, &Unlock::default()),
        Err(StoreError::Key(KeyError::Missing))
    ));
    assert!(matches!(
        enrol_at(house.data.path(), &house.centre, true),
        Err(EnrolError::Store(StoreError::AlreadyThere))
    ));
    std::fs::rename(station.join("kept"), station.join("key.json")).unwrap();
    house.open(0).handle.stop();
}
