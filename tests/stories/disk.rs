//! Whatever a disk does, nobody was told of an entry that is then not in the log.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "what failed can be done again")]

use std::path::Path;

use acceptance::city::City;
use acceptance::disk::failures::{self, WAYS};
use acceptance::disk::kills::{self, Killed};
use acceptance::disk::life::Life;
use acceptance::disk::replay::{self, Replayed};
use acceptance::disk::{self, Class, Disk, Failing, Fault, door, report, server};
use acceptance::frames;

const KILLS: usize = 100;
const LOSSES: usize = 60;

/// None where a disk cannot be watched.
fn lab() -> Option<Disk> {
    if let Some(why) = disk::missing() {
        println!("SKIPPED: {why}");
        return None;
    }

    Some(Disk::new(Path::new(env!("CARGO_BIN_EXE_soak"))).unwrap())
}

/// It is printed, so that what failed can be done again.
fn seed() -> u64 {
    let seed = station::Clock::new(0).now().wall.0.unsigned_abs();
    println!("seed {seed}");
    seed
}

#[test]
fn whatever_was_told_is_there_wherever_a_station_is_killed() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    let mut killed = Killed::default();
    for life in Life::ALL {
        let trial = life.trial().unwrap();
        killed.add(kills::of(&disk, &trial, KILLS.div_ceil(Life::ALL.len()), seed).unwrap());
    }
    println!("{killed:?}");
    assert!(killed.kills >= KILLS && killed.halves > 0, "{killed:?}");
}

#[test]
fn whatever_was_told_is_there_after_a_power_loss_at_any_point() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    let mut replayed = Replayed::default();
    for life in Life::ALL {
        let trial = life.trial().unwrap();
        // Its states are the largest by far.
        let states = if life == Life::Many {
            LOSSES / 3
        } else {
            LOSSES
        };
        replayed.add(&replay::of(&disk, &trial, None, states, seed).unwrap());
    }
    println!("{replayed:?}");
    assert!(replayed.distinct * 2 > replayed.states, "{replayed:?}");
}

#[test]
fn what_a_failed_sync_left_in_doubt_is_never_told() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    for life in Life::ALL {
        let trial = life.trial().unwrap();
        let replayed = report::after_failed_syncs(&disk, &trial, 16, seed).unwrap();
        println!("{replayed:?}");
    }
}

/// `SQLite` passes over a folder that could not be synced: the name of the write-ahead log does not depend on it.
#[test]
fn a_write_ahead_log_keeps_its_name_though_one_of_the_first_syncs_fails() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    let trial = Life::Entries.trial().unwrap();
    for first in 1..=5 {
        let fault = Fault {
            class: Class::Sync,
            failing: Failing::Broken,
            first,
            many: 1,
        };
        replay::of(&disk, &trial, Some(fault), 10, seed).unwrap();
    }
}

/// The words that an operator may read: each says what is the matter, and what to do.
const WORDS: [&str; 4] = [
    "the disk is full: free some space",
    "the log cannot be read or written",
    "check that it exists, is yours, and that the disk is not full",
    "this folder holds no station yet",
];

#[test]
fn a_disk_that_is_full_fails_or_can_only_be_read_ends_in_words_and_the_log_goes_on_afterwards() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    for life in Life::ALL {
        let trial = life.trial().unwrap();
        for way in WAYS {
            // Enrolment makes thirty syncs, and what was wrong with one of them left an empty log under its name.
            let times = match (life, way.0) {
                (Life::Enrolment, Class::Sync) => 30,
                (Life::Many, _) => 1,
                _ => 3,
            };
            let failed = failures::of(&disk, &trial, way, times, seed).unwrap();
            for words in &failed.refused {
                println!("{life:?} {way:?}: {words}");
                assert!(WORDS.iter().any(|known| words.contains(known)), "{words}");
            }
        }
    }
}

#[test]
fn whatever_the_server_acknowledged_is_there_after_a_kill_a_power_loss_and_on_a_failing_disk() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    let trial = server::trial().unwrap();
    println!("{:?}", kills::of(&disk, &trial, 20, seed).unwrap());
    println!("{:?}", replay::of(&disk, &trial, None, 40, seed).unwrap());
    println!(
        "{:?}",
        report::after_failed_syncs(&disk, &trial, 8, seed).unwrap()
    );
    for way in WAYS {
        println!("{:?}", failures::of(&disk, &trial, way, 1, seed).unwrap());
    }
}

/// The same passing over, in the server; and where a sync fails while a new file is to get its write-ahead log, `SQLite` goes on
/// with a rollback journal, whose removal it does not sync.
#[test]
fn a_day_keeps_its_rows_though_one_sync_fails_while_its_file_is_made_or_opened() {
    let Some(disk) = lab() else { return };
    let seed = seed();
    let trial = server::trial().unwrap();
    let (_, events) = disk.record(trial.name, None, trial.begun.path()).unwrap();
    let synced = events.iter().filter_map(|event| event.deed.synced());
    let of_days = (1..).zip(synced).filter(|(_, name)| {
        *name == "server/days" || name.starts_with("server/days") && name.ends_with("-journal")
    });
    let firsts: Vec<u64> = of_days.map(|(first, _)| first).take(8).collect();
    assert_eq!(firsts.len(), 8, "too few syncs: {events:?}");
    for first in firsts {
        let fault = Fault {
            class: Class::Sync,
            failing: Failing::Broken,
            first,
            many: 1,
        };
        replay::of(&disk, &trial, Some(fault), 10, seed).unwrap();
    }
}

#[test]
fn at_the_door_a_disk_that_stops_working_is_said_and_nobody_is_admitted_without_an_entry() {
    let Some(disk) = lab() else { return };
    let mut city = City::found().unwrap();
    city.set_policy(|policy| {
        policy.identity_check = false;
        policy.again_within = 0;
    })
    .unwrap();
    let texts = city.issue(4).unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();
    city.stop_server().unwrap();
    let pictures = frames::folder(city.data(), &texts).unwrap();
    // The first start makes the reserve too.
    door::calls(&disk, &city, &pictures).unwrap();
    let calls = door::calls(&disk, &city, &pictures).unwrap();
    let fails = |class, failing, first| {
        let fault = Fault {
            class,
            failing,
            first,
            many: u64::MAX / 2,
        };
        door::show(&disk, &city, &pictures, fault).unwrap()
    };

    let closed = fails(Class::Change, Failing::ReadOnly, 1);
    assert!(!closed.ended_well && closed.told.is_empty(), "{closed:?}");
    assert!(closed.messages.contains("cannot be used"), "{closed:?}");
    for (class, failing) in [
        (Class::Change, Failing::Broken),
        (Class::Change, Failing::ReadOnly),
        (Class::Write, Failing::Full),
    ] {
        let shown = fails(class, failing, calls / 2);
        assert!(!shown.told.is_empty(), "{shown:?}");
        assert!(!shown.unstored.is_empty(), "{shown:?}");
        for line in &shown.unstored {
            assert!(line.contains(" undecided cannot_store"), "{line}");
        }
    }
}
