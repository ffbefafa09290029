//! From a fresh checkout to an open station: install, build, make a demo, start the server, enrol, open.

mod build;
mod demo;
mod enrol;
mod open;
mod server;
mod talk;

use std::path::{Path, PathBuf};

use crate::{
    args::Args,
    failure::{Failure, Outcome},
    machine::{self, Machine, Os},
    need::Purpose,
    provision, say, tree,
};

/// Does all of it; what an earlier run made in the data folder is found and used.
pub(crate) fn perform(mut args: Args) -> Outcome {
    let data = folder(args.value("--data")?)?;
    let yes = args.flag("--yes");
    let headless = args.flag("--headless");
    let release = args.flag("--release");
    args.finish()?;

    let display = machine::display(Os::here());
    let window = !headless && display.is_ok();
    let machine = provision::provide(
        if window {
            Purpose::Window
        } else {
            Purpose::Headless
        },
        yes,
    )?;
    if let Err(why) = display
        && !headless
    {
        say::line(format!("{why}: the station will run headless."));
    }

    let mut steps = Steps {
        done: 0,
        all: if window { 6 } else { 5 },
    };
    let programs = build::build(&machine, window, release, &mut steps)?;

    show(&programs, &data, &machine, window, &mut steps)
}

/// The demo itself: the server runs for as long as the station is open.
fn show(
    programs: &Programs,
    data: &Path,
    machine: &Machine,
    window: bool,
    steps: &mut Steps,
) -> Outcome {
    steps.next("the demo authority and its residents");
    demo::make(programs, data)?;
    steps.next("the server, on loopback alone");
    let server = server::Server::start(programs, data)?;
    steps.next("the station's enrolment");
    enrol::enrol(programs, data)?;
    steps.next("the station");
    open::open(programs, data, machine, window)?;

    server.stop()
}

/// The built programs.
struct Programs {
    menshen: PathBuf,
    server: PathBuf,
    desktop: PathBuf,
}

/// `step n of m`, so that one sees how far it is.
struct Steps {
    done: u32,
    all: u32,
}

impl Steps {
    fn next(&mut self, what: &str) {
        self.done += 1;
        say::head(format!("step {} of {}: {what}", self.done, self.all));
    }
}

fn folder(asked: Option<String>) -> Outcome<PathBuf> {
    let folder = asked.map_or_else(|| tree::root().join("data"), PathBuf::from);
    let folder = std::path::absolute(&folder).map_err(|error| {
        Failure::act(format!(
            "{} cannot be a data folder: {error}",
            folder.display()
        ))
    })?;
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::act(format!(
            "the data folder {} cannot be made: {error}",
            folder.display()
        ))
    })?;

    Ok(folder)
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
