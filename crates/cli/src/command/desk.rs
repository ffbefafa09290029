//! The authority's desk: keys, issue, sheet, status.

use std::path::Path;

use domain::time::Timestamp;

use crate::args::{IssueArgs, KeysArgs, SheetArgs, StatusArgs};
use crate::authority::{
    self, About, Authority, Founding, NewCode, Record, Register, Revoked, TestKnown,
};
use crate::residents::{self, Resident};
use crate::sheet::{Fonts, Sheet};
use crate::{Failure, Out, clock, files, passphrase};

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

pub(super) fn issue(args: &IssueArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let residents = residents::read(&args.residents, now)?;
    let fonts = Fonts::find()?;
    for resident in &residents {
        fonts.check(&resident.code.name)?;
    }
    let authority = Authority::open(&args.authority)?;
    let mut register = Register::read(authority.folder())?;
    let wanted: Vec<NewCode> = residents
        .iter()
        .map(|resident| resident.code.clone())
        .collect();
    let records = authority::issue(&authority, &mut register, &wanted, now)?;
    register.write(authority.folder())?;
    let manifest = authority::publish(&authority, &register, now)?;
    writeln!(
        out,
        "Issued {} codes; status list version {} as of {}.",
        records.len(),
        manifest.header.version,
        clock::show(now)
    )?;
    files::make_folder(&args.out)?;
    for (record, resident) in records.iter().zip(&residents) {
        let stem = format!("{:06}", record.index);
        let sheet = Sheet::of(authority.about(), record);
        write_sheet(&sheet, &args.out, &stem, &fonts).map_err(|failure| again(&failure, record))?;
        slip(&authority, record, resident, now, &args.out, &fonts)?;
    }
    writeln!(out, "Sheets and cards are in {}.", args.out.display())?;

    Ok(())
}

pub(super) fn sheet(args: &SheetArgs, out: Out<'_>) -> Result<(), Failure> {
    let fonts = Fonts::find()?;
    let authority = Authority::open(&args.authority)?;
    let register = Register::read(authority.folder())?;
    let record = register
        .record(args.number)
        .ok_or_else(|| Failure::Refused(format!("no code has the number {}", args.number)))?;
    files::make_folder(&args.out)?;
    let stem = format!("{:06}", record.index);
    write_sheet(
        &Sheet::of(authority.about(), record),
        &args.out,
        &stem,
        &fonts,
    )?;
    writeln!(out, "Printed {stem} to {}.", args.out.display())?;

    Ok(())
}

pub(super) fn status(args: &StatusArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let authority = Authority::open(&args.authority)?;
    let mut register = Register::read(authority.folder())?;
    for change in &args.changes {
        apply(&mut register, change)
            .map_err(|why| Failure::Refused(format!("--set {change}: {why}")))?;
    }
    if !args.changes.is_empty() {
        register.write(authority.folder())?;
    }
    let manifest = authority::publish(&authority, &register, now)?;
    writeln!(
        out,
        "Status list version {} as of {}, {} codes.",
        manifest.header.version,
        clock::show(now),
        register.records().len()
    )?;

    Ok(())
}

/// Writes `STEM.pdf`, `STEM.png` and `STEM-card.pdf`.
pub(crate) fn write_sheet(
    sheet: &Sheet<'_>,
    folder: &Path,
    stem: &str,
    fonts: &Fonts,
) -> Result<(), Failure> {
    files::replace(&folder.join(format!("{stem}.pdf")), &sheet.pdf(fonts)?)?;
    files::replace(&folder.join(format!("{stem}.png")), &sheet.png(fonts)?)?;

    files::replace(
        &folder.join(format!("{stem}-card.pdf")),
        &sheet.card_pdf(fonts)?,
    )
}

fn slip(
    authority: &Authority,
    record: &Record,
    resident: &Resident,
    now: Timestamp,
    folder: &Path,
    fonts: &Fonts,
) -> Result<(), Failure> {
    let Some(slip) = resident.slip else {
        return Ok(());
    };
    let (text, expires) = authority::slip(authority, record, slip, now)?;
    let sheet = Sheet {
        slip: Some(slip),
        text: &text,
        issued_at: now,
        expires,
        ..Sheet::of(authority.about(), record)
    };

    write_sheet(&sheet, folder, &format!("{:06}-slip", record.index), fonts)
}

fn again(failure: &Failure, record: &Record) -> Failure {
    Failure::Sheet(format!(
        "{failure}. The codes are issued; print the rest with `menshen sheet --number {}` and on",
        record.index
    ))
}

fn apply(register: &mut Register, change: &str) -> Result<(), String> {
    let (number, what) = change.split_once('=').ok_or("write NUMBER=WHAT")?;
    let number = number
        .parse()
        .map_err(|_| format!("{number:?} is no number"))?;
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
            time => record.test = TestKnown::Negative(clock::parse(time)?),
        }
    }

    Ok(())
}
