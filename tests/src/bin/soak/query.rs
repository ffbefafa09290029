//! A server that holds many millions of entries over days: who was at a venue in an hour.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use acceptance::city::City;
use acceptance::figures::{Stopwatch, Times, ms};
use acceptance::many::Many;
use anyhow::{Context, ensure};
use domain::ids::VenueId;
use domain::time::{DAY, HOUR, Timestamp};
use server::authority::Authority;
use server::centre::Centre;
use server::clock::SystemClock;
use server::day::Day;
use server::folder::{Folder, free_bytes};
use server::store::Store;
use server::store::sqlite::{QUEUE, Question, SqliteRegister, SqliteStore, visits};
use tokio::task::JoinSet;

use crate::server::chance;

const STATIONS: u8 = 200;
const DAYS: u32 = 10;
/// Quarters of an hour in a day.
const BUCKETS: i64 = 96;
const QUESTIONS: usize = 2_000;
/// Room for an entry and its place in the write-ahead log.
const BYTES_EACH: u64 = 650;
/// What is left to everyone else.
const SPARE: u64 = 10 * 1024 * 1024 * 1024;

/// Fills a server's days with `entries` and asks them; the report is kept if there were at least `kept_from`.
pub(crate) fn ask(
    entries: usize,
    kept_from: usize,
    seed: u64,
    today: &str,
) -> anyhow::Result<String> {
    let city = City::found()?;
    let folder = Folder::new(city.data());
    let wanted = u64::try_from(entries)? * BYTES_EACH + SPARE;
    let free = free_bytes(city.data()).unwrap_or(u64::MAX);
    ensure!(
        free >= wanted,
        "{wanted} bytes of disk are wanted at {} and {free} are free: name another place in TMPDIR, or ask for fewer entries",
        city.data().display()
    );
    let mut many = Many::enrol(city.data(), STATIONS, city.now())?;
    let watch = Stopwatch::start();
    let first = Day::of(city.now()).back(DAYS).begins();
    let kept = fill(&folder, &mut many, entries, first, city.now())?;
    let filled = watch.time();

    let mut venues: Vec<VenueId> = many.venues().collect();
    venues.dedup();
    let (times, rows) = questions(&folder, &venues, first, seed)?;
    let bytes: u64 = fs::read_dir(folder.days())?
        .map(|day| Ok(day?.metadata()?.len()))
        .sum::<std::io::Result<u64>>()?;
    let text = format!(
        "# Soak: questions to a server that holds many entries\n\nMade by `cargo xtask soak query`, {today}: {kept} entries of {STATIONS} \
         stations at {} venues over {DAYS} days, filled in {:.0} minutes. A question is what `menshen-server visits` asks: the entries of \
         a venue in one hour by chance, its day's file opened anew. What was \
         asked before is not in this process, but may be in the system's.\n\n\
         | entries | bytes each | questions | entries in an answer, mean | median | p99 | longest | wanted p99 | seed |\n\
         |---|---|---|---|---|---|---|---|---|\n| {kept} | {} | {QUESTIONS} | {} | {} | {} | {} | <= 50 ms | {seed} |\n",
        venues.len(),
        filled.as_secs_f64() / 60.0,
        bytes / kept.max(1),
        rows / u64::try_from(QUESTIONS)?,
        ms(times.median()),
        ms(times.percentile(99)),
        ms(times.percentile(100)),
    );
    ensure!(times.percentile(99).as_millis() <= 50, "too slow: {text}");
    if entries >= kept_from {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-query.md");
        fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    }

    Ok(text)
}

/// Evenly over stations and quarters of an hour; how many entries are kept.
fn fill(
    folder: &Folder,
    many: &mut Many,
    entries: usize,
    first: Timestamp,
    now: Timestamp,
) -> anyhow::Result<u64> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    let store = Arc::new(SqliteStore::open(folder, QUEUE)?);
    let centre = Arc::new(Centre::new(
        Authority::open(folder, None, now)?,
        store.clone(),
        Arc::new(SqliteRegister::open(folder)?),
        Arc::new(SystemClock::new()),
    ));
    let quarters = i64::from(DAYS) * BUCKETS;
    let each = u64::try_from(entries)?.div_ceil(u64::from(STATIONS) * u64::try_from(quarters)?);
    for quarter in 0..quarters {
        let batches = many.batches(each, each.min(500), first.plus(quarter * 900))?;
        runtime.block_on(send(&centre, batches))?;
    }
    store.close();

    Ok(each * u64::from(STATIONS) * u64::try_from(quarters)?)
}

async fn send(centre: &Arc<Centre>, stations: Vec<Vec<Vec<u8>>>) -> anyhow::Result<()> {
    let mut sending = JoinSet::new();
    for batches in stations {
        // The store refuses what is beyond its queue.
        if sending.len() >= QUEUE / 2
            && let Some(sent) = sending.join_next().await
        {
            sent??;
        }
        let centre = Arc::clone(centre);
        sending.spawn(async move {
            for batch in batches {
                centre.receive(centre.judge(&batch)?).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(sent) = sending.join_next().await {
        sent??;
    }

    Ok(())
}

/// Times, and how many entries came in all answers together.
fn questions(
    folder: &Folder,
    venues: &[VenueId],
    first: Timestamp,
    seed: u64,
) -> anyhow::Result<(Times, u64)> {
    let mut state = seed | 1;
    let mut times = Times::new();
    let mut rows = 0;
    let hours = i64::from(DAYS) * (DAY / HOUR);
    for _ in 0..QUESTIONS {
        let hour = i64::try_from(chance(&mut state) % u64::try_from(hours)?)?;
        let venue = chance(&mut state) % u64::try_from(venues.len())?;
        let from = first.plus(hour * HOUR);
        let question = Question {
            venue: venues[usize::try_from(venue)?],
            from,
            to: from.plus(HOUR),
            limit: 10_000,
        };
        let watch = Stopwatch::start();
        let found = visits(folder, &question)?;
        times.add(watch.time());
        ensure!(!found.is_empty(), "a venue without entries in an hour");
        rows += u64::try_from(found.len())?;
    }

    Ok((times, rows))
}
