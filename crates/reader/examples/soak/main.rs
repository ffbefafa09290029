//! `cargo xtask soak decoder [ROUNDS] [SEED]`: millions of matrices of chance and of damaged codes through the matrix
//! decoder. `cargo xtask soak frames [ROUNDS] [SEED]`: small pictures of such through the whole reader.
//!
//! Ends with a failure if any gave a wrong text, took longer than 100 ms, or if the process held more than 64 MB.

mod frames;
mod trials;
mod watch;

use std::{process::ExitCode, time::Duration};

use frames::{Frames, What};
use trials::{Kind, Outcome, Tally, Trials};
use watch::{LONGEST, MOST_KIB};

/// Ten million runs of the decoder: in one round of nine codes take turns, four times.
const ROUNDS: u64 = 7_500_000;
const FRAMES: u64 = 100_000;
const SEED: u64 = 1;
/// A trial that took longer by the clock on the wall is measured again.
const RATHER_LONG: Duration = Duration::from_millis(5);
/// Where two codes that hardly differ lie over each other, no more than one text in so many may be mixed of both.
const MIXED: u32 = 10_000;
/// Wrong texts of a kind that are printed.
const EXAMPLES: u32 = 5;
/// A report so often.
const REPORT: Duration = Duration::from_mins(1);

#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let whole = words.first().is_some_and(|word| word == "frames");
    words.retain(|word| word != "frames");
    let mut numbers = words.iter().map(|word| word.parse().ok());
    let all = if whole { FRAMES } else { ROUNDS };
    let rounds = numbers.next().flatten().unwrap_or(all);
    let seed = numbers.next().flatten().unwrap_or(SEED);
    println!("{rounds} rounds from seed {seed}");

    let good = if whole {
        let mut frames = Frames::new();
        soak(
            &frames::WHAT,
            |what| matches!(what, What::Code(kind) if may_mix(kind)),
            rounds,
            seed,
            |what, seed| frames.run(what, seed),
        )
    } else {
        let mut trials = Trials::new();
        soak(&Kind::ALL, may_mix, rounds, seed, |kind, seed| {
            trial(&mut trials, kind, seed)
        })
    };

    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether parts are shown of two codes that differ so little that a text may be mixed of both.
fn may_mix(kind: Kind) -> bool {
    kind == Kind::Alike
}

/// Goes through the kinds in turn; whether nothing was wrong, slow or large.
#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn soak<K: Copy + std::fmt::Debug, const KINDS: usize>(
    kinds: &[K; KINDS],
    may_mix: impl Fn(K) -> bool,
    rounds: u64,
    seed: u64,
    mut run: impl FnMut(K, u64) -> Outcome,
) -> bool {
    let mut tallies = kinds.map(|kind| (kind, Tally::default()));
    let mut report = REPORT;
    for (round, which) in (0..rounds).zip((0..KINDS).cycle()) {
        let (kind, tally) = &mut tallies[which];
        let seed = seed.wrapping_add(round);
        let outcome = run(*kind, seed);
        if let Some(wrong) = outcome.wrong.as_ref().filter(|_| tally.wrong < EXAMPLES) {
            println!("{kind:?}, seed {seed}: {wrong}");
        }
        tally.add(&outcome);
        if watch::went_by() >= report {
            report += REPORT;
            print(&tallies, round + 1);
        }
    }

    print(&tallies, rounds);
    let good = |(kind, tally): &(K, Tally)| {
        let most = if may_mix(*kind) {
            tally.rounds / MIXED
        } else {
            0
        };
        tally.wrong <= most && tally.longest <= LONGEST
    };
    tallies.iter().all(good) && watch::most_held().is_none_or(|held| held <= MOST_KIB)
}

#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn print<K: std::fmt::Debug>(tallies: &[(K, Tally)], rounds: u64) {
    println!(
        "\n| trial | rounds | runs | read | wrong | blocks kept | mean us | longest ms |\n|---|---|---|---|---|---|---|---|"
    );
    for (kind, tally) in tallies {
        println!("| {kind:?} | {tally} |");
    }
    println!(
        "{rounds} rounds, {} runs in {} s, {} s of them at work; most memory held: {:?} KiB",
        tallies.iter().map(|(_, tally)| tally.runs).sum::<u32>(),
        watch::went_by().as_secs(),
        watch::worked().as_secs(),
        watch::most_held()
    );
}

/// One trial by the clock on the wall, which is quickly asked, and if that says rather long by the time it worked.
fn trial(trials: &mut Trials, kind: Kind, seed: u64) -> Outcome {
    let outcome = trials.run(kind, seed, &mut watch::went_by);
    if outcome.took <= RATHER_LONG {
        return outcome;
    }

    trials.run(kind, seed, &mut watch::worked)
}
