//! A station that was long away from its centre: how soon everything that waited has its receipt, over real TLS from
//! and to the programs that people run.

use acceptance::city::City;
use acceptance::crowd::verify;
use acceptance::entries::admitted;
use acceptance::figures::Stopwatch;
use acceptance::station::Watched;
use anyhow::{Context, ensure};
use server::folder::Folder;
use server::store::Register;
use server::store::sqlite::SqliteRegister;

use crate::append;
use crate::report::Report;

/// Entries that wait; `MENSHEN_WAITING` names another number.
const WAITING: u32 = 100_000;
/// Seconds that they may take.
const WANTED: f64 = 30.0;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let mut city = City::found()?;
    city.start_server()?;
    city.enrol()?;
    city.stop_server()?;
    let waiting = match std::env::var("MENSHEN_WAITING") {
        Ok(number) => number.parse()?,
        Err(_) => WAITING,
    };
    fill(&city, waiting)?;
    city.start_server()?;

    let watch = Stopwatch::start();
    let station = Watched::open(&city, 0)?;
    let opened = watch.time().as_secs_f64();
    let watch = Stopwatch::start();
    station
        .screen_where(|screen| screen.sync.waiting == 0 && screen.sync.last_receipt.is_some())?;
    let took = watch.time().as_secs_f64();
    station.stop();
    city.stop_server()?;
    let kept = city.kept("entries", "true")?;
    ensure!(kept == u64::from(waiting), "{kept} entries are kept");
    verify(&city)?;

    report.add(
        &format!("{waiting} waiting entries sent over TLS until the last has its receipt"),
        &format!("{took:.1} s, {:.0} a second", f64::from(waiting) / took),
        &format!("opening the log with them, {opened:.1} s"),
        &format!("<= {WANTED} s"),
        took <= WANTED,
    );

    Ok(())
}

fn fill(city: &City, waiting: u32) -> anyhow::Result<()> {
    let (mut store, mut seat) = city.store()?;
    let register = SqliteRegister::open(&Folder::new(city.data()))?;
    let stations = register.stations()?;
    seat.venue = stations.first().context("an enrolled station")?.venue.id;
    for n in 0..waiting {
        let entry = admitted(u64::from(n), city.now());
        store.append(&entry, &seat, append::witness(n), append::beside())?;
    }

    Ok(())
}
