//! A station on this machine: run it without a window, enrol it.

use std::io::{self, BufReader};
use std::sync::mpsc;

use station::{
    CameraChoice, EnrolError, Enrolment, Headless, KeyError, NewlyEnrolled, Passphrase, Pictures,
    Script, Unlock,
};

use crate::args::{EnrolArgs, RunArgs, ScriptName};
use crate::{Failure, Out, files, passphrase};

/// The summary is the last thing that the station itself writes.
pub(super) fn run(args: &RunArgs, out: Out<'_>) -> Result<(), Failure> {
    let data = args
        .data
        .clone()
        .ok_or_else(|| Failure::Refused("name the data folder: --data DIR".to_owned()))?;
    let unlock = if args.passphrase {
        typed(&passphrase::enter("Passphrase of this station: ")?)
    } else {
        Unlock::default()
    };
    let headless = Headless {
        data,
        unlock,
        pictures: pictures(args),
        script: match args.script {
            Some(ScriptName::Demo) => Script::Demo,
            None => Script::Operator,
        },
    };
    station::run_headless(headless, BufReader::new(io::stdin()), out)?;

    Ok(())
}

fn pictures(args: &RunArgs) -> Pictures {
    if let Some(folder) = &args.frames {
        return Pictures::Folder(folder.clone());
    }

    Pictures::Camera(match &args.camera {
        Some(name) => CameraChoice::Named(name.clone()),
        None if args.demo_camera => CameraChoice::Demo,
        None => CameraChoice::Auto,
    })
}

pub(super) fn typed(words: &[u8]) -> Unlock {
    Unlock::Passphrase(Passphrase::new(String::from_utf8_lossy(words).into_owned()))
}

pub(super) fn enrol(args: &EnrolArgs, out: Out<'_>) -> Result<(), Failure> {
    let pairing = files::read(&args.pairing)?;
    let unlock = match (args.key_file, args.passphrase) {
        (true, _) => Unlock::KeyFile,
        (false, true) if args.again => typed(&passphrase::enter("Passphrase of this station: ")?),
        (false, true) => typed(&passphrase::choose()?),
        (false, false) => Unlock::Keychain,
    };
    // Nothing is ever sent: whoever wants to stop the waiting ends the program.
    let (_keep, stop) = mpsc::channel();
    let mut wanted = Enrolment {
        data: &args.data,
        pairing: &pairing,
        demo: args.demo,
        unlock,
        again: args.again,
        stop,
    };
    let enrolled = match enrol_showing(&wanted, out) {
        Err(Failure::Enrol(EnrolError::Key(KeyError::Keychain(why)))) if !args.again => {
            writeln!(
                out,
                "No keychain answers here ({why}): the station's key goes behind a passphrase instead, to be typed at every start."
            )?;
            wanted.unlock = typed(&passphrase::choose()?);
            enrol_showing(&wanted, out)?
        }
        outcome => outcome?,
    };
    writeln!(
        out,
        "Enrolled at {}, gate {}{}{}.",
        enrolled.venue,
        enrolled.gate,
        if args.again {
            format!(", epoch {}", enrolled.epoch)
        } else {
            String::new()
        },
        if enrolled.demo { ", DEMO" } else { "" }
    )?;
    if !enrolled.has_status {
        writeln!(
            out,
            "There is no status list yet: until one comes, verdicts are undecided."
        )?;
    }

    Ok(())
}

/// Lists the webcams; without one, says where to look.
pub(super) fn cameras(out: Out<'_>) -> Result<(), Failure> {
    if !::station::camera::AVAILABLE {
        return Err(Failure::Refused(
            "this program was built without a camera: build it with `--features menshen/camera`"
                .to_owned(),
        ));
    }
    let names = ::station::camera::webcams();
    for name in &names {
        writeln!(out, "{name}")?;
    }
    if names.is_empty() {
        writeln!(
            out,
            "No webcam found: plug one in, and see whether the system lets this account use it."
        )?;
    }

    Ok(())
}

fn enrol_showing(wanted: &Enrolment<'_>, out: Out<'_>) -> Result<NewlyEnrolled, Failure> {
    let mut shown = Ok(());
    let enrolled = station::enrol(wanted, &mut |code| shown = show(code, out))?;
    shown?;

    Ok(enrolled)
}

/// The digits in groups of four, to be compared by two people on the telephone.
fn show(code: &str, out: Out<'_>) -> Result<(), Failure> {
    let digits: Vec<char> = code.chars().filter(char::is_ascii_digit).collect();
    let groups: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    writeln!(out, "code: {}", groups.join(" "))?;
    writeln!(
        out,
        "Compare it with the authority; it approves with: menshen-server approve {}",
        groups.concat()
    )?;
    out.flush()?;

    Ok(())
}
