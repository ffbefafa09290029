//! Lines for screens.

use domain::screen::{
    CameraFault, CameraView, HolderClass, Notice, OperatorScreen, PersonView, ScanId, Stage,
    VerdictView,
};
use domain::time::{DAY, HOUR, Timestamp};
use domain::verdict::EmergencyReason;

/// What tells one line's stage from the next: a stage that only ages is not said again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Comparing(ScanId),
    Verdict(ScanId, Option<u64>),
    LetIn(u64),
    Emergency(Option<u64>),
    Undone(u64),
}

/// Which line a screen wants.
pub(super) fn said(screen: &OperatorScreen) -> Said {
    match &screen.stage {
        Stage::Watching | Stage::Storing { .. } => Said::Nothing,
        Stage::Comparing { scan, .. } => Said::Comparing(*scan),
        Stage::Verdict(view) => Said::Verdict(view.scan, view.seq),
        Stage::LetIn { seq, .. } => Said::LetIn(*seq),
        Stage::Emergency { seq, .. } => Said::Emergency(*seq),
        Stage::Undone { of } => Said::Undone(*of),
    }
}

/// The line; none for a stage that has none.
pub(super) fn line(screen: &OperatorScreen) -> Option<String> {
    let time = time_of_day(screen);
    match &screen.stage {
        Stage::Watching | Stage::Storing { .. } => None,
        Stage::Comparing { person, .. } => Some(format!(
            "{time} compare{} last four {}: y matches, n differs, m missing",
            who(person.as_ref()),
            person.as_ref().map_or("-", |p| p.last_four.as_str()),
        )),
        Stage::Verdict(view) => Some(format!("{time} {}", verdict(view))),
        Stage::LetIn { seq, of, .. } => Some(format!("{time} let_in #{seq} resolves #{of}")),
        Stage::Emergency { seq, reason } => Some(match seq {
            Some(seq) => format!("{time} emergency {} #{seq}", emergency_word(*reason)),
            None => format!(
                "{time} emergency {} NOT STORED: write it on paper",
                emergency_word(*reason)
            ),
        }),
        Stage::Undone { of } => Some(format!("{time} undone #{of}")),
    }
}

/// What a notice asks of staff.
pub(super) fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::Closer => "-  a code is too small to be read: hold the sheet closer",
        Notice::Flatten => {
            "-  a code is there but cannot be read: flatten the sheet, take fingers off it"
        }
        Notice::Further => {
            "-  a code is too near to be sharp or whole: hold the sheet further away"
        }
        Notice::HoldStill => "-  a code is smeared: hold the sheet still",
        Notice::MoreLight => "-  too dark for a code: more light on the sheet",
        Notice::MoreParts => {
            "-  one of several codes of a card was read: show the others, each within 30 seconds"
        }
        Notice::OneSheet => "-  two codes in the picture: show one sheet at a time",
        Notice::Tilt => "-  a lamp is mirrored in a code: tilt the sheet",
        Notice::PressAgain => {
            "-  that came too soon after another: nothing was done, type it again"
        }
        Notice::TooLateToUndo => {
            "-  too late to undo, nothing was done: note its number and tell the authority"
        }
        Notice::NotStored => {
            "-  it could not be written, and nothing was done: make room on the disk, then type it again"
        }
        Notice::Incomplete => {
            "-  not complete, nothing was done: `r` wants a year, the last four of the ID document and a name; `e 6` a note of four letters or more"
        }
    }
}

/// Whether a notice answers what was typed; the others tell what the camera sees.
pub(super) fn is_an_answer(notice: Notice) -> bool {
    match notice {
        Notice::Incomplete | Notice::NotStored | Notice::PressAgain | Notice::TooLateToUndo => true,
        Notice::Closer
        | Notice::Flatten
        | Notice::Further
        | Notice::HoldStill
        | Notice::MoreLight
        | Notice::MoreParts
        | Notice::OneSheet
        | Notice::Tilt => false,
    }
}

/// What the camera does, and what to do about it; none while it opens.
pub(super) fn camera(view: &CameraView) -> Option<String> {
    let words = match view {
        CameraView::Opening => return None,
        CameraView::Running { demo: true, .. } => "the demo camera gives pictures",
        CameraView::Running { name, demo: false } => {
            return Some(format!("-  the camera gives pictures: {name}"));
        }
        CameraView::Missing if !cfg!(feature = "camera") => {
            "no camera: this program was built without one; start with --demo-camera or --frames DIR"
        }
        CameraView::Missing => {
            "no camera gives pictures: connect one, or close what uses it; without one, start with --demo-camera or --frames DIR"
        }
        CameraView::Lost { fault, .. } => match fault {
            CameraFault::Busy => "another program holds the camera: close it",
            CameraFault::Forbidden if cfg!(target_os = "linux") => {
                "the system forbids the camera: add this account to the group `video`, and log in again"
            }
            CameraFault::Forbidden => "the system forbids the camera: allow this program to use it",
            CameraFault::Gone => "the camera was unplugged or failed: connect it again",
            CameraFault::Stalled => "the camera sends no pictures: unplug it and connect it again",
        },
    };

    Some(format!("-  {words}"))
}

/// `HH:MM:SS` by the venue's clock.
pub(super) fn time_of_day(screen: &OperatorScreen) -> String {
    let offset = screen
        .venue
        .as_ref()
        .map_or(0, |venue| venue.utc_offset_minutes);

    clock_face(screen.now, offset)
}

pub(super) fn clock_face(at: Timestamp, offset: i32) -> String {
    let second = at.plus(i64::from(offset) * 60).0.rem_euclid(DAY);

    format!(
        "{:02}:{:02}:{:02}",
        second / HOUR,
        second % HOUR / 60,
        second % 60
    )
}

fn verdict(view: &VerdictView) -> String {
    let reasons: Vec<String> = view
        .reasons
        .iter()
        .map(|view| match view.amount {
            Some(amount) => format!("{}({amount})", view.reason.word()),
            None => view.reason.word().to_owned(),
        })
        .collect();
    let number = match view.seq {
        Some(seq) => format!("#{seq}"),
        None => "not stored".to_owned(),
    };

    let print = if view.worn { " worn" } else { "" };

    format!(
        "{} {}{} {number}{print}",
        view.verdict.word(),
        reasons.join(","),
        who(view.person.as_ref())
    )
}

/// Name, or the end of the document of whom was looked up, year and class, each with a space before it.
fn who(person: Option<&PersonView>) -> String {
    let Some(person) = person else {
        return String::new();
    };
    let year = person
        .birth_year
        .map_or_else(String::new, |year| format!(" {year}"));
    let class = match person.class {
        Some(HolderClass::Minor) => " minor",
        Some(HolderClass::Senior) => " senior",
        Some(HolderClass::Disabled) => " disabled",
        Some(HolderClass::Other) => " other",
        None => "",
    };

    let ends = if person.looked_up && !person.last_four.is_empty() {
        format!(" ID {}", person.last_four)
    } else {
        format!(" {}", person.name)
    };

    format!("{ends}{year}{class}")
}

pub(super) fn emergency_word(reason: EmergencyReason) -> &'static str {
    match reason {
        EmergencyReason::MedicalHelp => "medical_help",
        EmergencyReason::Evacuation => "evacuation",
        EmergencyReason::EmergencyCrew => "emergency_crew",
        EmergencyReason::UrgentMedicine => "urgent_medicine",
        EmergencyReason::DataTooOld => "data_too_old",
        EmergencyReason::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use domain::screen::ReasonView;
    use domain::verdict::{Reason, Verdict};

    use super::*;

    fn view() -> VerdictView {
        VerdictView {
            scan: ScanId(1),
            verdict: Verdict::Admit,
            reasons: vec![ReasonView {
                reason: Reason::IdMatches,
                amount: None,
            }],
            person: Some(PersonView {
                name: "王*".to_owned(),
                name_other: None,
                name_altered: false,
                birth_year: Some(1941),
                birth_date: None,
                last_four: "123X".to_owned(),
                class: Some(HolderClass::Senior),
                issuer: None,
                country: None,
                keys_as_of: None,
                expires: None,
                status: None,
                looked_up: false,
                proofs: Vec::new(),
                beside: Vec::new(),
            }),
            seq: Some(17),
            may_let_in: false,
            worn: false,
            returns_in_ms: None,
            rule: None,
            foreign: false,
        }
    }

    #[test]
    fn who_was_looked_up_is_told_by_what_staff_compare() {
        let person = view().person.map(|person| PersonView {
            name: String::new(),
            class: None,
            looked_up: true,
            ..person
        });
        let looked_up = VerdictView {
            verdict: Verdict::Attention,
            reasons: vec![ReasonView {
                reason: Reason::LookedUp,
                amount: None,
            }],
            person,
            ..view()
        };
        assert_eq!(verdict(&looked_up), "attention looked_up ID 123X 1941 #17");
    }

    #[test]
    fn a_verdict_is_one_line_with_its_word_and_reason() {
        assert_eq!(verdict(&view()), "admit id_matches 王* 1941 senior #17");
        let refused = VerdictView {
            verdict: Verdict::Refuse,
            reasons: vec![ReasonView {
                reason: Reason::Expired,
                amount: Some(3),
            }],
            person: None,
            seq: None,
            ..view()
        };
        assert_eq!(verdict(&refused), "refuse expired(3) not stored");
        let worn = VerdictView {
            worn: true,
            ..view()
        };
        assert_eq!(verdict(&worn), "admit id_matches 王* 1941 senior #17 worn");
    }

    #[test]
    fn a_camera_says_what_it_does_and_every_fault_what_to_do() {
        let lost = |fault| CameraView::Lost {
            since: Timestamp(0),
            fault,
        };
        let running = CameraView::Running {
            name: "Integrated Camera".to_owned(),
            demo: false,
        };
        assert_eq!(camera(&CameraView::Opening), None);
        assert_eq!(
            camera(&running).as_deref(),
            Some("-  the camera gives pictures: Integrated Camera")
        );
        assert_eq!(
            camera(&lost(CameraFault::Busy)).as_deref(),
            Some("-  another program holds the camera: close it")
        );
        let forbidden = camera(&lost(CameraFault::Forbidden)).unwrap();
        assert!(forbidden.starts_with("-  the system forbids the camera: "));
        assert_eq!(forbidden.contains("video"), cfg!(target_os = "linux"));
        assert!(
            camera(&CameraView::Missing)
                .unwrap()
                .contains("--demo-camera")
        );
    }

    #[test]
    fn the_time_is_the_venues() {
        assert_eq!(clock_face(Timestamp(1_795_003_200), 480), "20:00:00");
        assert_eq!(clock_face(Timestamp(-1), 0), "23:59:59");
    }
}
