//! The whole screen, when it is sent, and the day's figures.

use super::bench::{Bench, SYNC, knowledge, setup, unchecked};
use crate::fixture::{NOW, claims, resident};
use crate::screen::{
    CameraFault, CameraView, Command, KnowledgeView, LastVerdict, LinkView, Notice, OperatorScreen,
    Outcome, Preset, Protection, RuleView, Stage, SyncView, Totals, VenueView,
};
use crate::station::{Action, Event, Setup};
use crate::time::{DAY, HOUR};
use crate::verdict::Reason;

#[test]
fn the_first_screen_is_whole() {
    let bench = Bench::new(knowledge());
    assert_eq!(
        bench.screen,
        OperatorScreen {
            demo: false,
            protection: Protection::KeyFile,
            venue: Some(VenueView {
                name: "华山医院门诊药房".to_owned(),
                address: "上海市静安区乌鲁木齐中路 12 号".to_owned(),
                gate: 2,
                utc_offset_minutes: 480,
            }),
            rule: Some(RuleView {
                preset: Preset::PublicPlace,
                test_within_hours: Some(48),
                identity_check: true,
            }),
            now: NOW,
            today: Totals::default(),
            knowledge: KnowledgeView {
                status_as_of: Some(NOW.plus(-HOUR)),
                status_warn_hours: 24,
                status_stop_hours: 72,
                keys_until: Some(NOW.plus(40 * DAY)),
                clock_doubt: false,
                clock_offset: None,
            },
            sync: SYNC,
            shredded: 0,
            camera: CameraView::Missing,
            next_camera: None,
            last: Vec::new(),
            undo: None,
            stage: Stage::Watching,
            notice: None,
        }
    );
}

#[test]
fn a_screen_is_sent_when_it_changed_or_a_second_passed_and_else_not() {
    let mut bench = Bench::new(knowledge());
    let sent = bench.shows;
    for _ in 0..9 {
        bench.wait(100);
        bench.step(Event::reading(Vec::new()));
    }
    assert_eq!(bench.shows, sent);
    bench.wait(100);
    assert_eq!(bench.shows, sent + 1);
    bench.step(Event::CameraChanged(CameraView::Lost {
        since: NOW,
        fault: CameraFault::Gone,
    }));
    assert_eq!(bench.shows, sent + 2);
    bench.show(&claims());
    assert_eq!(bench.shows, sent + 3);
}

#[test]
fn a_running_admit_is_not_sent_for_every_millisecond() {
    let mut bench = Bench::new(unchecked());
    bench.show(&claims());
    bench.commit();
    let sent = bench.shows;
    for _ in 0..30 {
        bench.wait(100);
    }
    assert_eq!(bench.shows, sent + 3);
}

#[test]
fn camera_and_sync_are_shown_as_they_are_told() {
    let mut bench = Bench::new(knowledge());
    let sync = SyncView {
        waiting: 12,
        last_receipt: Some(NOW),
        link: LinkView::Offline { since: NOW },
        dispute: None,
    };
    let camera = CameraView::Running {
        name: "demo".to_owned(),
        demo: true,
    };
    bench.step(Event::SyncChanged(sync));
    bench.step(Event::CameraChanged(camera.clone()));
    assert_eq!((bench.screen.sync, bench.screen.camera), (sync, camera));
}

#[test]
fn entries_that_lost_their_personal_part_unsent_are_an_alarm_until_they_are_sent() {
    let mut bench = Bench::start(Setup {
        shredded: 3,
        ..setup(knowledge(), Vec::new())
    });
    assert_eq!(bench.screen.shredded, 3);
    bench.step(Event::Shredded(0));
    assert_eq!(bench.screen.shredded, 0);
}

#[test]
fn asking_to_send_and_for_the_demo_camera_is_passed_on() {
    let mut bench = Bench::new(knowledge());
    bench.other.clear();
    bench.press(Command::SyncNow);
    bench.press(Command::UseDemoCamera);
    assert_eq!(bench.other, [Action::SyncNow, Action::UseDemoCamera]);
}

#[test]
fn the_next_webcam_is_taken_by_a_deliberate_key_and_only_where_there_is_one() {
    let mut bench = Bench::new(knowledge());
    bench.other.clear();
    bench.press(Command::NextCamera);
    assert_eq!(bench.screen.next_camera, None);
    let name = "HD Webcam".to_owned();
    bench.step(Event::NextCamera(Some(name.clone())));
    assert_eq!(bench.screen.next_camera, Some(name.clone()));
    bench.step(Event::Command(Command::OtherKey));
    bench.step(Event::Command(Command::NextCamera));
    assert_eq!(bench.screen.notice, Some(Notice::PressAgain));
    assert_eq!(bench.other, []);
    bench.press(Command::NextCamera);
    assert_eq!(bench.other, [Action::UseWebcam(name)]);
}

#[test]
fn the_last_two_verdicts_are_shown_newest_first_without_names() {
    let kept = LastVerdict {
        outcome: Outcome::Refuse,
        reason: Some(Reason::Forged),
        at: NOW.plus(-60),
        undone: false,
    };
    let mut bench = Bench::start(Setup {
        last: vec![kept; 3],
        ..setup(unchecked(), Vec::new())
    });
    assert_eq!(bench.screen.last, [kept, kept]);
    bench.show(&claims());
    bench.commit();
    let admit = LastVerdict {
        outcome: Outcome::Admit,
        reason: Some(Reason::RulesHold),
        at: NOW,
        undone: false,
    };
    assert_eq!(bench.screen.last, [admit, kept]);
}

#[test]
fn totals_kept_from_the_last_run_go_on_and_start_again_at_local_midnight() {
    let today = Totals {
        admit: 41,
        refuse: 2,
        ..Totals::default()
    };
    let mut bench = Bench::start(Setup {
        today,
        ..setup(unchecked(), Vec::new())
    });
    bench.show(&claims());
    bench.commit();
    assert_eq!(bench.screen.today, Totals { admit: 42, ..today });
    // NOW is 16:00 at the venue.
    bench.wait(8 * 3_600_000 - 1_000);
    assert_eq!(bench.screen.today, Totals { admit: 42, ..today });
    bench.wait(1_000);
    assert_eq!(bench.screen.today, Totals::default());
}

#[test]
fn an_admit_before_midnight_that_is_taken_back_after_it_leaves_the_new_day_alone() {
    let mut bench = Bench::new(unchecked());
    bench.wait(8 * 3_600_000 - 10_000);
    bench.show(&claims());
    let (seq, _) = bench.commit();
    bench.wait(10_000);
    bench.show(&resident(1));
    bench.commit();
    assert_eq!(bench.screen.today.admit, 1);
    bench.press(Command::Undo { seq });
    bench.commit();
    assert_eq!(bench.screen.today.admit, 1);
}
