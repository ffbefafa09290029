//! A disk that is really full: nobody is admitted, and an emergency is still recorded.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::city::City;
use acceptance::frames;
use acceptance::station::Watched;
use domain::screen::{Command as Ask, Notice, ScanId, Stage};
use domain::verdict::{EmergencyReason, Reason, Verdict};

/// A file system of six megabytes. Dropping it takes it away.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs"])
            .arg(at)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then(|| Self(at.to_owned()))
    }

    /// Leaves no room for another row.
    fn fill(&self) {
        let mut file = File::create(self.0.join("filler")).unwrap();
        let mut piece = 64 * 1024;
        while piece > 0 {
            if file.write_all(&vec![7; piece]).is_err() {
                piece /= 2;
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever is left goes with the machine.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn on_a_full_disk_nobody_is_admitted_and_emergencies_are_recorded() {
    let mut city = City::found().unwrap();
    let Some(disk) = SmallDisk::mount(&city.data().join("station")) else {
        println!("SKIPPED: a small disk can be mounted by root alone");
        return;
    };
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    let texts = city.issue(2).unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();
    city.stop_server().unwrap();
    let station = Watched::open(&city, 0).unwrap();
    station.show(frames::clean(&texts[0])).unwrap();
    assert_eq!(station.verdict().unwrap().verdict, Verdict::Admit);

    disk.fill();
    station.show(frames::clean(&texts[1])).unwrap();
    let verdict = station
        .verdict_where(|verdict| verdict.verdict != Verdict::Admit)
        .unwrap();
    assert_eq!(verdict.verdict, Verdict::Undecided);
    assert_eq!(verdict.reasons[0].reason, Reason::CannotStore);
    assert_eq!(verdict.seq, None);

    for _ in 0..3 {
        assert!(
            emergency(&station).is_some(),
            "an emergency was not recorded"
        );
        station.ask(Ask::Dismiss { scan: ScanId(0) }).unwrap();
        station
            .screen_where(|screen| screen.stage == Stage::Watching)
            .unwrap();
    }
    station.stop();
}

/// Presses until no guard asks to press again; the number in the log.
fn emergency(station: &Watched) -> Option<u64> {
    loop {
        station
            .ask(Ask::Emergency {
                scan: None,
                reason: EmergencyReason::MedicalHelp,
                note: String::new(),
            })
            .unwrap();
        let screen = station
            .screen_where(|screen| {
                matches!(screen.stage, Stage::Emergency { .. })
                    || screen.notice == Some(Notice::PressAgain)
            })
            .unwrap();
        if let Stage::Emergency { seq, .. } = screen.stage {
            return seq;
        }
        // The screen's clock ticks once a second: by then the guards are open.
        let now = screen.now;
        station
            .screen_where(|screen| screen.now > now.plus(1))
            .unwrap();
    }
}
