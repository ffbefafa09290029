//! A server killed again and again while stations send: what it had acknowledged must be there, and nothing twice.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use acceptance::city::{City, run};
use acceptance::crowd::{Crowd, Play, verify};
use acceptance::figures::Stopwatch;
use anyhow::{Context, ensure};

const STATIONS: u32 = 24;
const PLAY: Play = Play {
    batch: 50,
    rate: Some(4_000),
    // Longer than any soak; it is told to end.
    seconds: 604_800,
};
/// Milliseconds of a server's life: stations are back within one second.
const LIFE: u64 = 2_500;
/// Everything that is stored is read after so many kills, and at the end.
const VERIFIED_EVERY: usize = 20;

/// Kills the server `kills` times; the report is kept if there were at least `kept_from`.
pub(crate) fn kill(
    kills: usize,
    kept_from: usize,
    seed: u64,
    today: &str,
) -> anyhow::Result<String> {
    let watch = Stopwatch::start();
    let mut city = City::found()?;
    city.start_server()?;
    let crowd = Crowd::gather(&city, STATIONS)?;
    let mut playing = crowd.start(PLAY)?;
    let (_keep, clock) = channel::<()>();
    let mut state = seed | 1;
    for number in 1..=kills {
        let life = Duration::from_millis(chance(&mut state) % LIFE);
        // Nobody sends: it is the time that is waited for.
        ensure!(clock.recv_timeout(life) == Err(RecvTimeoutError::Timeout));
        ensure!(
            playing.goes_on()?,
            "the stations ended: {:?}",
            playing.report()
        );
        city.kill_server()?;
        if number % VERIFIED_EVERY == 0 {
            // A kill between the commit of a day and that of the heads leaves these behind, which is told apart from a fault.
            verify(&city).with_context(|| format!("right after kill {number} of seed {seed}"))?;
        }
        city.start_server()?;
        if number % VERIFIED_EVERY == 0 {
            city.stop_server()?;
            verify(&city).with_context(|| format!("after kill {number} of seed {seed}"))?;
            city.start_server()?;
        }
    }
    run(Command::new("kill").args(["-INT", &playing.process().to_string()]))?;
    let report = playing.report()?;
    city.stop_server()?;
    let kept = city.kept("entries", "true")?;
    let poison = city.kept("poison", "true")?;
    let verified = verify(&city)?;
    ensure!(poison == 0, "{poison} entries could not be read");
    ensure!(
        kept == report.held.after,
        "the server says that it holds {} entries, and {kept} are there",
        report.held.after
    );
    let cut = report
        .refusals
        .get("no answer")
        .copied()
        .unwrap_or_default();
    let text = format!(
        "# Soak: a server killed under load\n\nMade by `cargo xtask soak server`, {today}, in {:.0} minutes: {STATIONS} stations of `menshen \
         load` send {} entries a second in batches of {}, and the server is killed (SIGKILL) at a random time of up to {:.1} s after each \
         start. Everything that is stored is read (`menshen-server verify`: files, chains, heads equal to rows) after every {VERIFIED_EVERY}th \
         kill, at once and again when the server was started and stopped again, and at the end, and each station compares its last acknowledged number and hash with what the server says.\n\n\
         | kills | batches cut off and sent again | entries acknowledged | acknowledged and missing | kept at the end | twice or altered | \
         seed |\n|---|---|---|---|---|---|---|\n| {kills} | {cut} | {} | {} | {kept} | 0 | {seed} |\n\n`verify` at the end: {verified}",
        watch.time().as_secs_f64() / 60.0,
        PLAY.rate.unwrap_or_default(),
        PLAY.batch,
        Duration::from_millis(LIFE).as_secs_f64(),
        report.entries,
        report.held.missing,
    );
    if kills >= kept_from {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-server.md");
        fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    }

    Ok(text)
}

/// xorshift64: chance that a seed can repeat.
pub(crate) fn chance(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}
