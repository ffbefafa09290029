//! `cargo xtask soak decoder [ROUNDS] [SEED]`: millions of matrices of chance and of damaged codes
//! through the matrix decoder. Ends with a failure if any gave a wrong text, took longer than 100 ms, or if the
//! process held more than 64 MB.

mod trials;

use std::{fs, process::ExitCode, time::Duration};

use trials::{Kind, Outcome, Tally, Trials};

const ROUNDS: u64 = 10_000_000;
const SEED: u64 = 1;
const LONGEST: Duration = Duration::from_millis(100);
/// Times that a trial which took longer is repeated: only what is slow each time is slow.
const AGAIN: usize = 3;
const MOST_KIB: u64 = 64 * 1_024;

#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).map(|word| word.parse().ok());
    let rounds = words.next().flatten().unwrap_or(ROUNDS);
    let seed = words.next().flatten().unwrap_or(SEED);
    let mut trials = Trials::new();
    let mut tallies = Kind::ALL.map(|kind| (kind, Tally::default()));

    for round in 0..rounds {
        let which = usize::try_from(round).unwrap_or(0) % tallies.len();
        let (kind, tally) = &mut tallies[which];
        let seed = seed.wrapping_add(round);
        let mut outcome = trial(&mut trials, *kind, seed);
        for _ in 0..AGAIN {
            // The system may have been busy with something else.
            if outcome.took <= LONGEST {
                break;
            }
            outcome = trial(&mut trials, *kind, seed);
        }
        if let Some(wrong) = outcome.wrong.as_ref().filter(|_| tally.wrong < 5) {
            println!("{kind:?}, seed {seed}: {wrong}");
        }
        tally.add(&outcome);
    }

    println!(
        "| trial | rounds | read | wrong | blocks kept | mean us | longest ms |\n|---|---|---|---|---|---|---|"
    );
    for (kind, tally) in &tallies {
        println!("| {kind:?} | {tally} |");
    }
    let held = most_held();
    println!("most memory held: {held:?} KiB");
    let good = |tally: &Tally| tally.wrong == 0 && tally.longest <= LONGEST;

    if tallies.iter().all(|(_, tally)| good(tally)) && held.is_none_or(|held| held <= MOST_KIB) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn trial(trials: &mut Trials, kind: Kind, seed: u64) -> Outcome {
    let start = now();

    trials.run(kind, seed, &mut || start.elapsed())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a soak measures the machine it runs on"
)]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// What the process held at most, on systems that tell.
fn most_held() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;

    line.split_whitespace().next()?.parse().ok()
}
