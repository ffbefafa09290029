//! Whatever a disk does, nobody was told of an entry that is then not in the log.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "what failed can be done again")]

use std::path::Path;

use acceptance::disk::failures::{self, WAYS};
use acceptance::disk::kills::{self, Killed};
use acceptance::disk::life::Life;
use acceptance::disk::replay::{self, Replayed};
use acceptance::disk::{self, Disk, report, server};

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
        replayed.add(&replay::of(&disk, &trial, None, LOSSES, seed).unwrap());
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
        let times = if life == Life::Many { 1 } else { 3 };
        for way in WAYS {
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
