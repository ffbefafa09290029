//! What a server lives through on a disk that is watched: batches of several stations over two days, stored together. Each
//! one is told when it is acknowledged.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use domain::time::DAY;
use server::authority::Authority;
use server::centre::{Centre, Judged};
use server::clock::SystemClock;
use server::folder::Folder;
use server::store::sqlite::{SqliteRegister, SqliteStore, verify};
use server::store::{ChainId, OutcomeKind, Register, Store};
use tokio::task::JoinSet;

use super::{Account, Trial, place};
use crate::city::City;
use crate::many::Many;

/// Its word.
pub const NAME: &str = "server";
const STATIONS: u8 = 3;
/// Batches of each station a day.
const BATCHES: u64 = 3;
/// Entries of a batch.
const ENTRIES: u64 = 2;
/// Where the batches wait, beside what is the server's.
const WAITING: &str = "batches";

/// What a server acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    chains: Vec<ChainId>,
    /// Stations by their place, and which of their batches, from 0.
    stored: BTreeSet<(usize, u64)>,
    refused: Vec<String>,
}

/// Enrolled stations, whose batches wait.
///
/// # Errors
/// The authority or the register does not serve.
pub fn trial() -> anyhow::Result<Trial<Acknowledged>> {
    let city = City::found()?;
    let begun = place()?;
    crate::files::copy_folder(city.data(), begun.path())?;
    let now = city.now();
    let mut many = Many::enrol(begun.path(), STATIONS, now)?;
    // The server makes them when it starts.
    let folder = Folder::new(begun.path());
    fs::remove_dir(folder.days())?;
    fs::remove_dir(folder.day_keys())?;
    let waiting = begun.path().join(WAITING);
    fs::create_dir(&waiting)?;
    for day in 0..2_u8 {
        let at = now.plus((i64::from(day) - 1) * DAY);
        let of_day = many.batches(BATCHES * ENTRIES, ENTRIES, at)?;
        for (station, batches) in of_day.iter().enumerate() {
            for (batch, number) in batches.iter().zip(u64::from(day) * BATCHES..) {
                fs::write(waiting.join(format!("{number}-{station}")), batch)?;
            }
        }
    }

    Ok(Trial {
        name: NAME,
        next: NAME,
        begun,
        told: Acknowledged {
            chains: many.chains().collect(),
            stored: BTreeSet::new(),
            refused: Vec::new(),
        },
    })
}

/// Takes every batch that waits in `data`, those of all stations together, and says on `out` which are acknowledged.
///
/// # Errors
/// Nobody listens, or a batch is none.
pub fn live(data: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for number in 0..2 * BATCHES {
        let (store, centre) = match open(data) {
            Ok(opened) => opened,
            Err(error) => {
                tell(out, &format!("refused {error:#}"))?;
                continue;
            }
        };
        runtime.block_on(take(data, &store, &centre, number, out))?;
        // At midnight it is started anew.
        store.close();
    }

    tell(out, "end")
}

fn tell(out: &mut dyn Write, line: &str) -> anyhow::Result<()> {
    out.write_all(format!("{line}\n").as_bytes())?;

    Ok(out.flush()?)
}

fn open(data: &Path) -> anyhow::Result<(Arc<SqliteStore>, Centre)> {
    let folder = Folder::new(data);
    folder.create()?;
    let store = Arc::new(SqliteStore::open(&folder, 16)?);
    let now = station::Clock::new(0).now().wall;
    let centre = Centre::new(
        Authority::open(&folder, None, now)?,
        store.clone(),
        Arc::new(SqliteRegister::open(&folder)?),
        Arc::new(SystemClock::new()),
    );

    Ok((store, centre))
}

/// One batch of every station.
async fn take(
    data: &Path,
    store: &Arc<SqliteStore>,
    centre: &Centre,
    number: u64,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut taken = JoinSet::new();
    for station in 0..usize::from(STATIONS) {
        let bytes = fs::read(data.join(WAITING).join(format!("{number}-{station}")));
        let judged = bytes
            .map_err(anyhow::Error::from)
            .and_then(|bytes| Ok(centre.judge(&bytes)?));
        let filing = match judged {
            Ok(Judged::Fit(filing, _)) => filing,
            Ok(Judged::Fenced(..)) => bail!("an epoch is over that is not"),
            Err(error) => {
                tell(out, &format!("refused {error:#}"))?;
                continue;
            }
        };
        let store = Arc::clone(store);
        taken.spawn(async move { (station, store.append(*filing).await) });
    }
    while let Some(done) = taken.join_next().await {
        match done? {
            (station, Ok(outcome)) if outcome.kind == OutcomeKind::Stored => {
                tell(out, &format!("stored {station} {number}"))?;
            }
            (_, Ok(outcome)) if outcome.kind == OutcomeKind::Gap => {}
            (station, outcome) => {
                tell(out, &format!("refused {station} {number}: {outcome:?}"))?;
            }
        }
    }

    Ok(())
}

impl Account for Acknowledged {
    fn hear(&mut self, said: &[u8]) -> anyhow::Result<()> {
        for line in std::str::from_utf8(said)?.lines() {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("stored", batch) => {
                    let (station, number) = batch.split_once(' ').context("a batch")?;
                    self.stored.insert((station.parse()?, number.parse()?));
                }
                ("refused", why) => self.refused.push(why.to_owned()),
                ("end", "") => {}
                _ => bail!("no server says: {line}"),
            }
        }

        Ok(())
    }

    fn check(&self, data: &Path, thorough: bool) -> anyhow::Result<()> {
        if thorough {
            let (store, _) = open(data).context("at the start")?;
            store.close();
            whole(data).context("before it goes on")?;
        }
        self.compare(data)?;
        let mut said = Vec::new();
        live(data, &mut said)?;
        let mut all = Self {
            refused: Vec::new(),
            stored: BTreeSet::new(),
            ..self.clone()
        };
        all.hear(&said)?;
        ensure!(
            all.refused.is_empty() && all.stored.len() == self.chains.len() * 6,
            "sent again, not all was taken: {all:?}"
        );
        let rows = whole(data).context("after it went on")?;
        let sent = u64::try_from(self.chains.len())? * 2 * BATCHES * ENTRIES;
        ensure!(rows == sent, "{rows} rows of {sent} entries");

        Ok(())
    }

    fn many(&self) -> usize {
        self.stored.len()
    }

    fn refused(&self) -> &[String] {
        &self.refused
    }
}

impl Acknowledged {
    fn compare(&self, data: &Path) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let (store, _) = open(data).context("at the start")?;
        for (station, number) in &self.stored {
            let chain = self.chains.get(*station).context("a station")?;
            let head = runtime.block_on(store.head(*chain))?;
            let last = (number + 1) * ENTRIES;
            ensure!(
                head.is_some_and(|head| head.seq >= last),
                "#{last} of station {station} was acknowledged, the head is {head:?}"
            );
        }
        store.close();

        Ok(())
    }
}

/// Nothing is amiss; how many rows there are.
fn whole(data: &Path) -> anyhow::Result<u64> {
    let folder = Folder::new(data);
    let register = SqliteRegister::open(&folder)?;
    let starts = |chain: &ChainId| {
        let known = register.known(chain.station, chain.epoch)?;

        Ok(known.map(|known| known.starts).unwrap_or_default())
    };
    let verified = verify(&folder, false, starts)?;
    ensure!(
        verified.faults.is_empty(),
        "not whole: {:?}",
        verified.faults
    );

    Ok(verified.rows)
}
