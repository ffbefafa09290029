//! `menshen-server`: the centre's command line.

mod args;
mod carrying;
mod ending;
mod keeping;
mod standing;
mod visiting;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use domain::hex;
use domain::time::Timestamp;
use server::clock::{Clock, SystemClock};
use server::crowd;
use server::desk::Desk;
use server::folder::{Folder, write_private};
use server::store::sqlite;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use args::{Args, Command, LogForm, PairArgs, ServeArgs, UsbAction, VisitsArgs};

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if even this cannot be written.
            let _ = writeln!(io::stderr(), "menshen-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<()> {
    let clock = SystemClock::new();
    let now = clock.now().wall;
    // What a single command leaves out or doubts is for whoever typed it.
    let serves = matches!(args.command, Command::Serve(_));
    start_log(args.log, if serves { "info" } else { "warn" });
    match args.command {
        Command::Serve(serve_args) => serve(serve_args, clock),
        Command::Pair(pair_args) => pair(&pair_args, now),
        Command::Approve { data, code } => approve(&data, &code.join(" "), now),
        Command::Stations { data } => stations(&data, now),
        Command::Crowd {
            data,
            stations,
            out,
        } => gather(&Folder::new(data), stations, &out, now),
        Command::Backup { data, to } => keeping::back_up(&Folder::new(data), &to, now),
        Command::Restore { data, from } => keeping::restore(&from, &Folder::new(data)),
        Command::Verify { data } => keeping::verify(&Folder::new(data)),
        Command::Usb {
            action: UsbAction::Import { data, stick },
        } => carrying::import(&Folder::new(data), passphrase()?, &stick, Arc::new(clock)),
        Command::Visits(visits_args) => visits(&visits_args),
    }
}

fn serve(args: ServeArgs, clock: SystemClock) -> Result<()> {
    let stop_on_stdin_close = args.stop_on_stdin_close;
    let config = args.into_config(passphrase()?, Arc::new(clock));
    // Before the line that says so: whoever reads it may stop us at once.
    let ending = ending::Ending::listen(stop_on_stdin_close)?;
    let running = server::start(config)?;
    if let Some(port) = running.missed_port {
        say(&missed(port))?;
    }
    say(&format!("listening on {}", running.url))?;
    let cause = ending.wait();
    tracing::info!(%cause, "stopping");
    running.stop();

    Ok(())
}

/// What whoever starts the server has to know where its port is taken.
fn missed(port: u16) -> String {
    format!(
        "WARNING: port {port} is taken by another program, and the stations enrolled at it do not reach this server. \
         It listens elsewhere for this once: stop that program and start the server again, before enrolling a station."
    )
}

fn pair(args: &PairArgs, now: Timestamp) -> Result<()> {
    let desk = Desk::open(&args.data, passphrase()?, now)?;
    let pairing = desk.pair(&args.order()?, now)?;
    let text = Zeroizing::new(serde_json::to_vec_pretty(&pairing)?);
    write_private(&args.out, &text)
        .with_context(|| format!("{} cannot be written", args.out.display()))?;

    say(&format!(
        "pairing written to {}: good for 15 minutes and one station",
        args.out.display()
    ))
}

fn gather(folder: &Folder, stations: u32, out: &Path, now: Timestamp) -> Result<()> {
    let crowd = crowd::gather(folder, passphrase()?, stations, now)?;
    let text = Zeroizing::new(serde_json::to_vec(&crowd)?);
    write_private(out, &text).with_context(|| format!("{} cannot be written", out.display()))?;

    say(&format!(
        "{stations} stations written to {}: play them with `menshen load --crowd {}`",
        out.display(),
        out.display()
    ))
}

fn approve(data: &Path, code: &str, now: Timestamp) -> Result<()> {
    let desk = Desk::open(data, passphrase()?, now)?;
    let assignment = desk.approve(code, now)?;

    say(&format!(
        "approved: station {} stands at {}, gate {}, epoch {}",
        hex::encode(assignment.station.0),
        assignment.venue.name,
        assignment.gate,
        assignment.epoch
    ))
}

fn stations(data: &Path, now: Timestamp) -> Result<()> {
    let desk = Desk::open(data, passphrase()?, now)?;
    for enrolment in desk.waiting()? {
        say(&format!(
            "waits     {}  {}, gate {}",
            enrolment.code, enrolment.pairing.venue.name, enrolment.pairing.gate
        ))?;
    }
    for listed in desk.stations()? {
        let station = &listed.station;
        let state = standing::state(&listed);
        say(&format!(
            "approved  {}  epoch {}  {}, gate {}: {state} (venue {})",
            hex::encode(station.station.0),
            station.epoch,
            station.venue.name,
            station.gate,
            hex::encode(station.venue.id.0)
        ))?;
        for line in standing::alarms(&listed) {
            say(&format!("          {line}"))?;
        }
    }

    Ok(())
}

fn visits(args: &VisitsArgs) -> Result<()> {
    let question = args.question();
    let visits = sqlite::visits(&Folder::new(&args.data), &question)?;
    for visit in &visits {
        say(&visiting::line(visit))?;
    }
    if visits.len() >= question.limit {
        say("there may be more: ask for a shorter time or with a higher --limit")?;
    }

    Ok(())
}

/// Of the file that `MENSHEN_PASSPHRASE_FILE` names: its first line.
fn passphrase() -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(path) = std::env::var_os("MENSHEN_PASSPHRASE_FILE") else {
        return Ok(None);
    };
    let content = Zeroizing::new(
        std::fs::read(&path)
            .with_context(|| format!("the passphrase file {} cannot be read", path.display()))?,
    );
    let line = content.split(|byte| *byte == b'\n').next();
    let line = line.unwrap_or_default();

    Ok(Some(Zeroizing::new(
        line.strip_suffix(b"\r").unwrap_or(line).to_vec(),
    )))
}

fn start_log(form: LogForm, level: &str) {
    let filter = EnvFilter::try_from_env("MENSHEN_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false);
    match form {
        LogForm::Json => log.json().init(),
        LogForm::Text => log.init(),
    }
}

fn say(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;

    Ok(out.flush()?)
}
