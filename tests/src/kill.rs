//! A station killed at random points: whatever it had said before must be in its log.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use domain::entry::Core;
use domain::screen::LinkView;
use domain::verdict::Verdict;
use station::Store;

use crate::city::City;
use crate::figures::Stopwatch;
use crate::station::{LONGEST, Watched};
use crate::{frames, programs};

/// Sheets shown in each round.
const SHEETS: usize = 24;
/// Rows read at once.
const ROWS: usize = 500;

/// What the rounds showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Killed {
    /// Stations started.
    pub rounds: usize,
    /// Stations that were killed before they ended by themselves.
    pub killed: usize,
    /// Verdicts that were told, all of which were then found in the log.
    pub told: usize,
    /// Those of them that said admit.
    pub admitted: usize,
    /// Rows of the log at the end; more than were told, where a kill came between commit and word.
    pub rows: u64,
    /// Rows that the server kept at the end.
    pub kept: u64,
}

/// Starts a station `rounds` times, kills it after a random time each, and compares what it had told with
/// the log; in the second half a server listens, so that receipts are cut off as well. At the end everything is
/// sent. `seed` decides the times.
///
/// # Errors
/// An entry that was told is missing or another, the log does not open, or the server has other entries.
pub fn at_random_points(rounds: usize, seed: u64) -> anyhow::Result<Killed> {
    let mut city = City::found()?;
    city.set_policy(|policy| {
        policy.identity_check = false;
        // Every round shows the same sheets, and each is to be admitted again.
        policy.again_within = 0;
    })?;
    let texts = city.issue(SHEETS)?;
    city.start_server()?;
    city.enrol()?;
    city.stop_server()?;
    let pictures = frames::folder(city.data(), &texts)?;

    let mut chance = Chance(seed | 1);
    let mut told = BTreeMap::new();
    let mut killed = Killed::default();
    // How long a life is that nobody ends: the random times lie within it.
    let watch = Stopwatch::start();
    round_of(&city, &pictures, LONGEST, &mut told)?;
    let life = u64::try_from(watch.time().as_micros())?.max(1);
    for round in 0..rounds {
        if round == rounds / 2 {
            city.start_server()?;
        }
        let after = Duration::from_micros(chance.below(life));
        killed.killed += usize::from(round_of(&city, &pictures, after, &mut told)?);
        killed.rounds += 1;
        check(&city, &told).with_context(|| format!("after round {round} of seed {seed}"))?;
    }
    killed.rows = send_all(&mut city)?;
    killed.kept = city.kept("entries", "true")?;
    ensure!(
        city.kept("poison", "true")? == 0,
        "the server could not read an entry"
    );
    killed.told = told.len();
    killed.admitted = told.values().filter(|v| **v == Verdict::Admit).count();

    Ok(killed)
}

/// Lets a station send what waits; the log's last number.
fn send_all(city: &mut City) -> anyhow::Result<u64> {
    let station = Watched::open(city, 0)?;
    station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.link == LinkView::Online)?;
    station.stop();
    city.stop_server()?;
    let (store, _) = city.store()?;

    Ok(store.head().seq)
}

/// One life of a station; `true` if it was killed.
fn round_of(
    city: &City,
    pictures: &Path,
    after: Duration,
    told: &mut BTreeMap<u64, Verdict>,
) -> anyhow::Result<bool> {
    let mut station = Command::new(programs::menshen()?)
        .args(["station", "--headless", "--data"])
        .arg(city.data())
        .arg("--frames")
        .arg(pictures)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let stdout = station.stdout.take().context("the station's output")?;
    let (tell, lines) = channel();
    let listening = thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                break;
            }
        }
    });
    let ended = !wait(&mut station, &lines, after, told)?;
    listening.join().ok().context("listening to the station")?;
    for line in lines.try_iter() {
        note(&line, told)?;
    }

    Ok(!ended)
}

/// Listens until the time is up, then kills; `false` if the station ended first.
fn wait(
    station: &mut Child,
    lines: &std::sync::mpsc::Receiver<String>,
    after: Duration,
    told: &mut BTreeMap<u64, Verdict>,
) -> anyhow::Result<bool> {
    let watch = Stopwatch::start();
    loop {
        match lines.recv_timeout(after.saturating_sub(watch.time())) {
            Ok(line) => note(&line, told)?,
            Err(RecvTimeoutError::Timeout) => {
                station.kill()?;
                station.wait()?;
                return Ok(true);
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = station.wait()?;
                ensure!(
                    status.success(),
                    "the station ended by itself with {status}"
                );
                return Ok(false);
            }
        }
    }
}

/// `19:09:16 admit rules_hold ... #17`: verdict and number of a told entry.
pub(crate) fn note(line: &str, told: &mut BTreeMap<u64, Verdict>) -> anyhow::Result<()> {
    let mut words = line.split_whitespace();
    let verdict = match words.nth(1) {
        Some("admit") => Verdict::Admit,
        Some("attention") => Verdict::Attention,
        Some("refuse") => Verdict::Refuse,
        Some("undecided") => Verdict::Undecided,
        _ => return Ok(()),
    };
    let Some(number) = words.last().and_then(|word| word.strip_prefix('#')) else {
        bail!("a verdict without a number in the log: {line}");
    };
    told.insert(number.parse()?, verdict);

    Ok(())
}

/// Every entry that was told is in the log, under its number, with its verdict.
pub(crate) fn check(city: &City, told: &BTreeMap<u64, Verdict>) -> anyhow::Result<()> {
    let (store, _) = city.store()?;
    let rows = verdicts(&store)?;
    for (seq, verdict) in told {
        let found = rows.get(seq);
        ensure!(
            found == Some(&Some(*verdict)),
            "#{seq} was told as {verdict:?} and stands in the log as {found:?}"
        );
    }

    Ok(())
}

fn verdicts(store: &Store) -> anyhow::Result<BTreeMap<u64, Option<Verdict>>> {
    let mut found = BTreeMap::new();
    let mut next = 1;
    loop {
        let batch = store.batch(next, ROWS)?;
        let Some(last) = batch.entries.last() else {
            break;
        };
        next = last.seq + 1;
        for stored in &batch.entries {
            let core = Core::decode(&stored.entry.core)?;
            // A receipt let its personal part go.
            let receipted = stored.entry.is_shredded(&core);
            ensure!(
                receipted || stored.entry.matches(&core),
                "#{} does not fit its core",
                stored.seq
            );
            found.insert(stored.seq, core.verdict);
        }
    }
    ensure!(
        next == store.head().seq + 1,
        "the log ends at #{} and reads to #{}",
        store.head().seq,
        next - 1
    );

    Ok(found)
}

/// xorshift64: chance that a seed can repeat.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Puts the report of a long run where it is kept.
///
/// # Errors
/// The file cannot be written.
pub fn keep_report(report: &Killed, seed: u64, date: &str) -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let of_the_reader = before
        .find("\n## The reader")
        .and_then(|start| before.get(start..))
        .unwrap_or_default();
    let text = format!(
        "# Soak\n\nMade by `cargo xtask soak`, {date}.\n\n## Station killed at random points\n\n\
         | started | killed before its end | verdicts told | of them admits | missing in the log | rows at the end | kept by the server | seed |\n\
         |---|---|---|---|---|---|---|---|\n| {} | {} | {} | {} | 0 | {} | {} | {seed} |\n\n\
         In the second half of the starts a server listens, so that receipts are cut off as well.\n{of_the_reader}",
        report.rounds, report.killed, report.told, report.admitted, report.rows, report.kept,
    );

    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
