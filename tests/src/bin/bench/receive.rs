//! Receiving: the centre judges, chains and commits batches of many stations, beside a bare insert of the
//! same bytes into one table. First alone, its batches made beforehand; then as people run it, with `menshen load`
//! beside it on the same machine, over sockets and TLS.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use acceptance::city::City;
use acceptance::crowd::{Crowd, Play, verify};
use acceptance::figures::{Stopwatch, Times, ms};
use acceptance::many::{Many, SEALED};
use anyhow::{Context, ensure};
use domain::time::DAY;
use rusqlite::{Connection, params};
use server::centre::{Centre, Judged};
use server::clock::SystemClock;
use server::day::Day;
use server::folder::Folder;
use server::store::sqlite::{SqliteRegister, SqliteStore};
use server::store::{Filing, Store};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::report::Report;

/// Stations that send at once.
const STATIONS: u8 = 32;
/// Entries of each.
const ENTRIES: u64 = 6_000;
/// Entries in a batch.
const BATCHES: [u64; 3] = [100, 200, 500];
/// Those that are measured with a client beside the server as well.
const BESIDE: [u64; 2] = [100, 500];
/// For how long.
const SECONDS: u64 = 10;
/// Heads that a city's centre knows.
const CITY: usize = 100_000;
/// Commits for their median.
const COMMITS: u64 = 300;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    report.note(
        "\"Alone\" is the centre's own work in one process: no client, no socket and no TLS.",
    );
    for size in BATCHES {
        let bare = received(report, &runtime, size)?;
        if BESIDE.contains(&size) {
            beside_its_client(report, size, bare)?;
        }
    }

    heads(report, &runtime)
}

/// A server and `menshen load` as two programs on this machine; `bare` entries go into a table in a second.
fn beside_its_client(report: &mut Report, size: u64, bare: f64) -> anyhow::Result<()> {
    let mut city = City::found()?;
    city.start_server()?;
    let crowd = Crowd::gather(&city, u32::from(STATIONS))?;
    let batch = usize::try_from(size)?;
    let play = |rate| {
        crowd
            .start(Play {
                batch,
                rate,
                seconds: SECONDS,
            })?
            .report()
    };
    let most = play(None)?;
    let here = most.entries_per_second;
    let ratio = here / bare;
    report.add(
        &format!("the same with client, sockets and TLS on the same machine, batches of {size}"),
        &format!("{here:.0} ({ratio:.2} x)"),
        &format!("bare insert of the same bytes, {bare:.0}"),
        ">= 40,000 or >= 0.6 x",
        here >= 40_000.0 || ratio >= 0.6,
    );
    let half = play(Some(half_of(here)))?;
    ensure!(
        half.overdue == 0 && half.refusals.is_empty(),
        "half of the load was too much: {half:?}"
    );
    let latency = half.latency_ms;
    report.add(
        &format!(
            "from when a batch of {size} is due to its acknowledgement at half of that, {:.0} entries a second, p99",
            half.entries_per_second
        ),
        &format!("{:.1} ms", latency.p99),
        &format!("median {:.1} ms, longest {:.1} ms", latency.p50, latency.max),
        "<= 150 ms",
        latency.p99 <= 150.0,
    );
    city.stop_server()?;
    verify(&city)?;

    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some ten thousand entries a second"
)]
fn half_of(rate: f64) -> u32 {
    (rate / 2.0) as u32
}

/// Entries in a second, and the room that they take; how many a bare insert makes of it.
fn received(report: &mut Report, runtime: &Runtime, size: u64) -> anyhow::Result<f64> {
    let city = City::found()?;
    let mut many = Many::enrol(city.data(), STATIONS, city.now())?;
    let batches = many.batches(ENTRIES, size, city.now())?;
    let count = u64::from(STATIONS) * ENTRIES;
    let folder = Folder::new(city.data());
    let store = Arc::new(SqliteStore::open(&folder, server::store::sqlite::QUEUE)?);
    let centre = Arc::new(Centre::new(
        server::authority::Authority::open(&folder, None, city.now())?,
        store.clone(),
        Arc::new(SqliteRegister::open(&folder)?),
        Arc::new(SystemClock::new()),
    ));

    let filings = filings(&centre, &batches)?;
    let bare = bare(&city.data().join("bare.db"), &filings)?;
    let watch = Stopwatch::start();
    let times = runtime.block_on(send(&centre, batches))?;
    let took = watch.time().as_secs_f64();
    store.close();
    let bytes = size_of(&folder.days()).context("the day files")?;
    let (here, there) = (rate(count, took), rate(count, bare));
    let ratio = here / there;
    report.add(
        &format!("entries received in a second alone, batches of {size}, {SEALED} bytes sealed, {STATIONS} stations"),
        &format!("{here:.0} ({ratio:.2} x)"),
        &format!("bare insert of the same bytes, {there:.0}"),
        ">= 40,000 or >= 0.6 x",
        here >= 40_000.0 || ratio >= 0.6,
    );
    report.add(
        &format!("from batch to answer at that load, batches of {size}, p99"),
        &ms(times.percentile(99)),
        &format!("median {}", ms(times.median())),
        "-",
        true,
    );
    let each = bytes / count;
    report.add(
        &format!("bytes an entry with all indexes, batches of {size}"),
        &each.to_string(),
        "-",
        "<= 650",
        each <= 650,
    );
    let store = SqliteStore::open(&folder, 1)?;
    let (now, tomorrow) = (city.now(), Day::of(city.now().plus(DAY)));
    let watch = Stopwatch::start();
    let purged = runtime.block_on(store.erase_before(tomorrow, now))?;
    let took = watch.time();
    ensure!(
        purged.iter().map(|day| day.entries).sum::<u64>() == count,
        "not every entry was erased"
    );
    report.add(
        &format!("a day of {count} entries erased"),
        &ms(took),
        "-",
        "< 1000 ms",
        took.as_millis() < 1_000,
    );

    Ok(there)
}

/// What a commit costs where a city's stations are known, beside one that knows ten.
fn heads(report: &mut Report, runtime: &Runtime) -> anyhow::Result<()> {
    let mut medians = Vec::new();
    for known in [10, CITY] {
        let city = City::found()?;
        let mut many = Many::enrol(city.data(), 1, city.now())?;
        let batches = many.batches(COMMITS, 1, city.now())?;
        let folder = Folder::new(city.data());
        drop(SqliteStore::open(&folder, 1)?);
        know(&folder, known)?;
        let centre = Arc::new(Centre::new(
            server::authority::Authority::open(&folder, None, city.now())?,
            Arc::new(SqliteStore::open(&folder, 1)?),
            Arc::new(SqliteRegister::open(&folder)?),
            Arc::new(SystemClock::new()),
        ));
        medians.push(runtime.block_on(send(&centre, batches))?.median());
    }
    let [few, all] = medians[..] else {
        anyhow::bail!("two medians were taken");
    };
    report.add(
        &format!("a batch of one entry where {CITY} stations are known, median"),
        &ms(all),
        &format!("where 10 are, {}", ms(few)),
        "<= 1.5 x",
        all.as_secs_f64() <= few.as_secs_f64() * 1.5,
    );

    Ok(())
}

fn know(folder: &Folder, count: usize) -> anyhow::Result<()> {
    let mut db = Connection::open(folder.heads())?;
    let write = db.transaction()?;
    for number in 0..count {
        let mut station = [0; 16];
        station[..8].copy_from_slice(&u64::try_from(number)?.to_be_bytes());
        write
            .prepare_cached("INSERT INTO heads VALUES (?1, ?2, 1, 5, ?3, 0)")?
            .execute(params![[3_u8; 16], station, [4_u8; 32]])?;
    }

    Ok(write.commit()?)
}

/// What the batches hold, as the centre would file it.
fn filings(centre: &Centre, batches: &[Vec<Vec<u8>>]) -> anyhow::Result<Vec<Filing>> {
    let mut filings = Vec::new();
    for batch in batches.iter().flatten() {
        match centre.judge(batch)? {
            Judged::Fit(filing, _) => filings.push(*filing),
            Judged::Fenced(..) => anyhow::bail!("a batch of an older epoch"),
        }
    }

    Ok(filings)
}

/// Each station sends one batch after the other, all stations at once.
async fn send(centre: &Arc<Centre>, batches: Vec<Vec<Vec<u8>>>) -> anyhow::Result<Times> {
    let mut sending = JoinSet::new();
    for station in batches {
        let centre = centre.clone();
        sending.spawn(async move {
            let mut times = Vec::new();
            for batch in station {
                let watch = Stopwatch::start();
                let judge = centre.clone();
                let judged = tokio::task::spawn_blocking(move || judge.judge(&batch)).await??;
                centre.receive(judged).await?;
                times.push(watch.time());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Times::new();
    while let Some(done) = sending.join_next().await {
        done??.into_iter().for_each(|time| times.add(time));
    }

    Ok(times)
}

/// Seconds for one table of the same bytes, with the settings of the centre's own files: as many batches in a
/// commit as stations send at once.
fn bare(path: &Path, filings: &[Filing]) -> anyhow::Result<f64> {
    let mut db = Connection::open(path)?;
    for (name, value) in [
        ("secure_delete", "ON"),
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
    ] {
        db.pragma_update(None, name, value)?;
    }
    db.execute_batch(
        "CREATE TABLE rows (seq INTEGER NOT NULL, hash BLOB NOT NULL, token BLOB, core BLOB NOT NULL, sealed BLOB) STRICT",
    )?;
    let watch = Stopwatch::start();
    for group in filings.chunks(usize::from(STATIONS)) {
        let write = db.transaction()?;
        for entry in group.iter().flat_map(|filing| &filing.batch.entries) {
            let seq = i64::try_from(entry.seq)?;
            write
                .prepare_cached("INSERT INTO rows VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    seq,
                    entry.hash.0,
                    [0_u8; 32],
                    entry.entry.core,
                    entry.entry.sealed
                ])?;
        }
        write.commit()?;
    }

    Ok(watch.time().as_secs_f64())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a figure of some thousands has room enough"
)]
fn rate(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

fn size_of(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for item in fs::read_dir(folder)? {
        bytes += item?.metadata()?.len();
    }

    Ok(bytes)
}
