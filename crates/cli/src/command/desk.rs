//! The authority's desk: keys, status.

use domain::time::Timestamp;

use crate::args::{KeysArgs, StatusArgs};
use crate::authority::{self, About, Authority, Founding, Register, Revoked, TestKnown};
use crate::{Failure, Out, clock, passphrase, residents};

pub(super) fn keys(args: &KeysArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let chosen = if args.demo {
        None
    } else {
        Some(passphrase::choose()?)
    };
    let founding = Founding {
        about: About {
            name: args.name.clone(),
            name_latin: args.name_latin.clone(),
            issuer: args.issuer.clone(),
            slip_issuer: args.slip_issuer.clone(),
            status_uri: args.status_uri.clone(),
            utc_offset_minutes: args.utc_offset,
            demo: args.demo,
        },
        districts: args.districts.clone(),
        now,
    };
    authority::found(&args.out, &founding, chosen.as_ref())?;
    writeln!(
        out,
        "Founded {} in {}.",
        args.name_latin,
        args.out.display()
    )?;
    if args.demo {
        writeln!(
            out,
            "DEMO: the keys have no passphrase, and real stations refuse this authority."
        )?;
    } else {
        writeln!(
            out,
            "Move root-1.key, root-2.key and root-3.key to three media for three people, and sealing/ to a workstation that is never online."
        )?;
    }

    Ok(())
}

pub(super) fn status(args: &StatusArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let authority = Authority::open(&args.authority)?;
    authority.check_time(now)?;
    let mut register = Register::read(authority.folder())?;
    for change in &args.changes {
        apply(&mut register, change, now)
            .map_err(|why| Failure::Refused(format!("--set {change}: {why}")))?;
    }
    if !args.changes.is_empty() {
        authority::check_publish(&authority, now)?;
        register.write(authority.folder())?;
    }
    let manifest = authority::publish(&authority, &register, now)?;
    writeln!(
        out,
        "Status list version {} as of {}, {} codes{}.",
        manifest.header.version,
        clock::show(now),
        register.records().len(),
        match register.lookups().records().len() {
            0 => String::new(),
            others => format!(", and {others} of others that are looked up"),
        }
    )?;

    Ok(())
}

fn apply(register: &mut Register, change: &str, now: Timestamp) -> Result<(), String> {
    let (number, what) = change.split_once('=').ok_or("write NUMBER=WHAT")?;
    let number = number
        .parse()
        .map_err(|_| format!("{number:?} is no number"))?;
    if register
        .lookups()
        .records()
        .iter()
        .any(|looked_up| u64::from(looked_up.index) == number)
    {
        return Err("this code is another issuer's and is looked up: change it with a table of its own, by `menshen lookups`".to_owned());
    }
    let record = register
        .record_mut(number)
        .ok_or("no code has this number")?;
    for word in what.split(',') {
        match word {
            "lost" => record.revoked = Some(Revoked::Lost),
            "reissued" => record.revoked = Some(Revoked::Reissued),
            "positive" => record.test = TestKnown::Positive,
            "no-test" => record.test = TestKnown::None,
            "green" | "yellow" | "red" => record.colour = residents::colour(word)?,
            time if time.starts_with(|c: char| c.is_ascii_digit()) => {
                record.test = TestKnown::Negative(residents::sampled(time, now)?);
            }
            other => return Err(format!("{other:?} is none of {WORDS}")),
        }
    }

    Ok(())
}

const WORDS: &str = "green, yellow, red, lost, reissued, positive, no-test or the time of a negative sample \
(2026-11-24T08:00:00Z)";
