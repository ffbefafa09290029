//! `cargo run --release -p domain --example soak -- [RUNS] [SEED] [TARGET...]`: the fuzzer's targets, or those named, on
//! examples of chance, in turn: edits of good bodies, files of the corpus spoilt, and noise.
//!
//! Ends with a failure if a target panicked or took longer than 100 ms.

mod chance;
#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's crate is a library")]
mod fuzz;
mod watch;

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
    process::ExitCode,
    thread,
    time::Duration,
};

use chance::Chance;
use fuzz::{TARGETS, Target};

const RUNS: u64 = 10_000_000;
const SEED: u64 = 1;
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");
/// Beyond it a reader hangs.
const LONGEST: Duration = Duration::from_millis(100);
/// A run that took longer by the clock on the wall is measured again, by the time that the thread worked.
const RATHER_LONG: Duration = Duration::from_millis(5);
/// Faults of a target that are printed.
const EXAMPLES: u64 = 3;
/// A line is printed so often, in runs of a worker.
const REPORT: u64 = 500_000;

/// What came of a target's runs.
#[derive(Clone, Copy, Default)]
struct Tally {
    runs: u64,
    taken: u64,
    faults: u64,
    longest: Duration,
}

#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn main() -> ExitCode {
    let (numbers, names): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|word| word.parse::<u64>().is_ok());
    let mut numbers = numbers.iter().filter_map(|word| word.parse().ok());
    let runs = numbers.next().unwrap_or(RUNS);
    let seed = numbers.next().unwrap_or(SEED);
    let unknown = |name: &&String| TARGETS.iter().all(|(known, _)| known != name);
    if let Some(name) = names.iter().find(unknown) {
        println!("there is no target {name}");
        return ExitCode::FAILURE;
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let Ok(subjects) = TARGETS
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .map(Subject::of)
        .collect::<std::io::Result<Vec<_>>>()
    else {
        println!("the corpus cannot be read: {CORPUS}");
        return ExitCode::FAILURE;
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    println!("{runs} runs from seed {seed}, {workers} at a time");

    let begun = watch::went_by();
    let tallies = all_workers(workers, runs, seed, &subjects);
    print(&subjects, &tallies);
    let took = watch::went_by().saturating_sub(begun);
    println!("{runs} runs in {} s", took.as_secs());
    let good = |tally: &Tally| tally.faults == 0 && tally.longest <= LONGEST;
    if tallies.iter().all(good) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A target and the files of its corpus.
struct Subject {
    name: &'static str,
    target: Target,
    corpus: Vec<Vec<u8>>,
}

impl Subject {
    fn of((name, target): (&'static str, Target)) -> std::io::Result<Self> {
        Ok(Self {
            name,
            target,
            corpus: read(name)?,
        })
    }
}

/// The files of a target's corpus, in the order of their names.
fn read(target: &str) -> std::io::Result<Vec<Vec<u8>>> {
    let mut paths = fs::read_dir(Path::new(CORPUS).join(target))?
        .map(|file| file.map(|file| file.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort_unstable();

    paths.iter().map(fs::read).collect()
}

/// Every worker's runs, added up.
fn all_workers(workers: usize, runs: u64, seed: u64, subjects: &[Subject]) -> Vec<Tally> {
    thread::scope(|scope| {
        let hands: Vec<_> = (0_u64..)
            .take(workers)
            .map(|first| scope.spawn(move || worker(first, workers, runs, seed, subjects)))
            .collect();
        let mut all = vec![Tally::default(); subjects.len()];
        for hand in hands {
            let tallies = hand.join().expect("a worker catches every panic");
            for (sum, tally) in all.iter_mut().zip(tallies) {
                sum.runs += tally.runs;
                sum.taken += tally.taken;
                sum.faults += tally.faults;
                sum.longest = sum.longest.max(tally.longest);
            }
        }
        all
    })
}

/// Every run with a number that is `first` and a multiple of `workers`: the targets take turns.
#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn worker(first: u64, workers: usize, runs: u64, seed: u64, subjects: &[Subject]) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); subjects.len()];
    for (done, run) in (0_u64..).zip((first..runs).step_by(workers)) {
        let mut chance = Chance::new(seed.wrapping_add(run));
        let at = chance.below(subjects.len());
        let Subject {
            name,
            target,
            corpus,
        } = &subjects[at];
        let data = chance.example(corpus);
        let tally = &mut tallies[at];
        tally.runs += 1;
        let done_well = panic::catch_unwind(AssertUnwindSafe(|| timed(*target, &data)));
        if let Ok((taken, took)) = done_well {
            tally.taken += u64::from(taken);
            tally.longest = tally.longest.max(took);
        } else {
            tally.faults += 1;
            if tally.faults <= EXAMPLES {
                println!("{name}, run {run}: {}", domain::hex::encode(&data));
            }
        }
        if first == 0 && (done + 1).is_multiple_of(REPORT) {
            println!("run {} after {} s", run + 1, watch::went_by().as_secs());
        }
    }

    tallies
}

/// Whether the target took it, and how long that lasted.
fn timed(target: Target, data: &[u8]) -> (bool, Duration) {
    let measured = |clock: fn() -> Duration| {
        let start = clock();
        let taken = target(data);
        (taken, clock().saturating_sub(start))
    };
    let (taken, took) = measured(watch::went_by);
    if took <= RATHER_LONG {
        return (taken, took);
    }

    measured(watch::worked)
}

#[expect(clippy::print_stdout, reason = "a program for people who wait")]
fn print(subjects: &[Subject], tallies: &[Tally]) {
    println!("\n| target | runs | taken % | longest ms | faults |\n|---|---|---|---|---|");
    for (Subject { name, .. }, tally) in subjects.iter().zip(tallies) {
        // Tenths of a percent.
        let taken = tally.taken * 1_000 / tally.runs.max(1);
        let longest = tally.longest.as_micros();
        println!(
            "| {name} | {} | {}.{} | {}.{:02} | {} |",
            tally.runs,
            taken / 10,
            taken % 10,
            longest / 1_000,
            longest % 1_000 / 10,
            tally.faults
        );
    }
}
