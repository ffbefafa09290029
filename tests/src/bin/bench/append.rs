//! Appending to the log, beside a bare SQLite insert of the same bytes with its own fsynced commit.

use acceptance::city::City;
use acceptance::entries::admitted;
use acceptance::figures::{Stopwatch, Times, ms, us};
use domain::entry::Witness;
use domain::screen::Outcome;
use rusqlite::{Connection, params};
use station::Beside;

use crate::report::Report;

const ROUNDS: u32 = 600;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    let (mut store, seat) = city.store()?;
    let mut bare = bare(&city.data().join("bare.db"))?;

    let (mut sealing, mut commit, mut insert) = (Times::new(), Times::new(), Times::new());
    for n in 0..ROUNDS {
        let watch = Stopwatch::start();
        let prepared = store.prepare(
            &admitted(u64::from(n), city.now()),
            &seat,
            witness(n),
            beside(),
        )?;
        sealing.add(watch.time());

        // In turns, and each first every other time, so that a slow moment of the disk and the second place in line
        // meet both.
        if n % 2 == 0 {
            timed(&mut insert, || Ok(insert_bare(&mut bare, n)?))?;
        }
        timed(&mut commit, || Ok(store.commit(prepared).map(drop)?))?;
        if n % 2 == 1 {
            timed(&mut insert, || Ok(insert_bare(&mut bare, n)?))?;
        }
    }
    let ratio = commit.median().as_secs_f64() / insert.median().as_secs_f64();
    report.add(
        "log append (row's write and commit), median",
        &format!("{} ({ratio:.2} x)", ms(commit.median())),
        &format!(
            "bare SQLite insert and fsynced commit, {}",
            ms(insert.median())
        ),
        "<= 1.2 x",
        ratio <= 1.2,
    );
    report.add(
        "sealing, chaining and signing an entry, median",
        &us(sealing.median()),
        "timed apart",
        "-",
        true,
    );

    Ok(())
}

fn timed(times: &mut Times, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    work()?;
    times.add(watch.time());

    Ok(())
}

pub(crate) fn witness(n: u32) -> Witness {
    Witness {
        boot: [1; 8],
        mono_ms: u64::from(n),
    }
}

pub(crate) fn beside() -> Beside {
    Beside {
        remember: None,
        outcome: Some(Outcome::Admit),
        emergency: false,
    }
}

/// The settings of the station's own database, and a row of the same bytes.
fn bare(path: &std::path::Path) -> anyhow::Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "fullfsync", "ON")?;
    db.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    db.execute_batch(
        "CREATE TABLE rows (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, signature BLOB NOT NULL,
         core_box BLOB NOT NULL, body_box BLOB, PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID",
    )?;

    Ok(db)
}

fn insert_bare(db: &mut Connection, n: u32) -> rusqlite::Result<()> {
    let write = db.transaction()?;
    write
        .prepare_cached("INSERT INTO rows VALUES (1, ?1, ?2, ?3, ?4, ?5)")?
        .execute(params![n, [1_u8; 32], [2_u8; 64], [3_u8; 140], [4_u8; 270]])?;
    write.commit()
}
