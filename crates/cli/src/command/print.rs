//! Codes onto paper: issue, sheet.

use std::io::{self, Write};
use std::path::Path;

use domain::time::Timestamp;

use crate::args::{IssueArgs, SheetArgs};
use crate::authority::{self, Authority, NewCode, Record, Register};
use crate::residents::{self, Resident};
use crate::sheet::{Fonts, Sheet};
use crate::{Failure, Out, clock, files};

/// Whatever can be known beforehand is looked at before the register is written: codes cannot be taken back.
pub(super) fn issue(args: &IssueArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let residents = residents::read(&args.residents, now)?;
    let fonts = Fonts::find()?;
    check_signs(&fonts, &residents, &args.residents)?;
    let authority = Authority::open(&args.authority)?;
    let mut register = Register::read(authority.folder())?;
    let wanted: Vec<NewCode> = residents
        .into_iter()
        .map(|resident| resident.code)
        .collect();
    files::make_writable(&args.out)?;
    let records = authority::issue(&authority, &mut register, &wanted, now)?;
    let press = Press {
        authority: &authority,
        fonts: &fonts,
        out: &args.out,
    };
    press.try_out(&records)?;
    authority::check_publish(&authority, now)?;
    // From here on they are issued.
    register.write(authority.folder())?;
    let manifest = authority::publish(&authority, &register, now)
        .map_err(|failure| press.unsigned(&failure, &records))?;
    writeln!(
        out,
        "Issued {} codes, {}; status list version {} as of {}.",
        records.len(),
        numbers(&records),
        manifest.header.version,
        clock::show(now)
    )?;
    press
        .print_all(&records, &mut io::stderr())
        .map_err(|(failure, record)| {
            let rest = press.rest(record, &records);
            Failure::Sheet(format!(
                "{failure}. The codes are issued: do not issue them again; once that is mended, print what is missing with: {rest}"
            ))
        })?;
    writeln!(out, "Sheets and cards are in {}.", args.out.display())?;

    Ok(())
}

pub(super) fn sheet(args: &SheetArgs, out: Out<'_>) -> Result<(), Failure> {
    let fonts = Fonts::find()?;
    let authority = Authority::open(&args.authority)?;
    let register = Register::read(authority.folder())?;
    let records: Vec<Record> = register
        .records()
        .iter()
        .filter(|record| args.number.contains(&record.index))
        .cloned()
        .collect();
    if records.is_empty() {
        return Err(none(&args.number, &register));
    }
    files::make_writable(&args.out)?;
    let press = Press {
        authority: &authority,
        fonts: &fonts,
        out: &args.out,
    };
    press
        .print_all(&records, &mut io::stderr())
        .map_err(|(failure, record)| {
            let rest = press.rest(record, &records);
            Failure::Sheet(format!(
                "{failure}. Once that is mended, print what is missing with: {rest}"
            ))
        })?;
    writeln!(
        out,
        "Printed {} to {}.",
        numbers(&records),
        args.out.display()
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

/// Prints the sheets of one authority into one folder.
struct Press<'a> {
    authority: &'a Authority,
    fonts: &'a Fonts,
    out: &'a Path,
}

impl Press<'_> {
    /// Every sheet, with a line of `progress` now and then; else the record at which it stopped.
    fn print_all<'r>(
        &self,
        records: &'r [Record],
        progress: &mut dyn Write,
    ) -> Result<(), (Failure, &'r Record)> {
        for (done, record) in records.iter().enumerate() {
            if let Some(line) = self.progress(done, records) {
                // Whoever does not listen misses a figure, and no sheet.
                let _ = writeln!(progress, "{line}");
            }
            self.print(record).map_err(|failure| (failure, record))?;
        }

        Ok(())
    }

    /// A line for every hundredth sheet, with the command that goes on from there.
    fn progress(&self, done: usize, records: &[Record]) -> Option<String> {
        let next = records.get(done)?;

        (done > 0 && done.is_multiple_of(STEP)).then(|| {
            format!(
                "{done} of {} printed. If this is stopped, go on with: {}",
                records.len(),
                self.rest(next, records)
            )
        })
    }

    /// Draws what would be the first to fail, and keeps nothing: the shortest code, and a slip.
    fn try_out(&self, records: &[Record]) -> Result<(), Failure> {
        let shortest = records.iter().min_by_key(|record| record.text.len());
        let with_slip = records.iter().find(|record| record.slip.is_some());
        for record in shortest.into_iter().chain(with_slip) {
            self.sheet(record).check(self.fonts)?;
            if let Some(slip) = self.slip(record)? {
                slip.check(self.fonts)?;
            }
        }

        Ok(())
    }

    fn print(&self, record: &Record) -> Result<(), Failure> {
        let stem = format!("{:06}", record.index);
        write_sheet(&self.sheet(record), self.out, &stem, self.fonts)?;
        match self.slip(record)? {
            Some(slip) => write_sheet(&slip, self.out, &format!("{stem}-slip"), self.fonts),
            None => Ok(()),
        }
    }

    fn sheet<'r>(&'r self, record: &'r Record) -> Sheet<'r> {
        Sheet::of(self.authority.about(), record)
    }

    fn slip<'r>(&'r self, record: &'r Record) -> Result<Option<Sheet<'r>>, Failure> {
        let claims = authority::slip_of(self.authority, record)?;

        Ok(claims
            .zip(record.slip.as_deref())
            .map(|(claims, text)| Sheet {
                slip: claims.slip,
                text,
                issued_at: claims.issued_at,
                expires: claims.expires,
                ..self.sheet(record)
            }))
    }

    /// The command that prints `records` from one of them on.
    fn rest(&self, from: &Record, records: &[Record]) -> String {
        let last = records.last().map_or(from.index, |last| last.index);
        let number = if from.index == last {
            last.to_string()
        } else {
            format!("{}-{last}", from.index)
        };

        format!(
            "menshen sheet --authority {} --number {number} --out {}",
            quoted(self.authority.folder()),
            quoted(self.out)
        )
    }

    fn unsigned(&self, failure: &Failure, records: &[Record]) -> Failure {
        let print = records.first().map(|first| self.rest(first, records));

        Failure::Sheet(format!(
            "{failure}. The codes are in the register, and no status list names them yet: do not issue them again; once that is mended, sign one with: menshen status --authority {}, and print with: {}",
            quoted(self.authority.folder()),
            print.unwrap_or_default()
        ))
    }
}

fn check_signs(fonts: &Fonts, residents: &[Resident], table: &Path) -> Result<(), Failure> {
    for resident in residents {
        fonts
            .check(&resident.code.name)
            .map_err(|failure| Failure::Line {
                path: table.to_path_buf(),
                line: resident.line,
                problem: failure.to_string(),
            })?;
    }

    Ok(())
}

/// `number 7` or `numbers 7 to 12`.
fn numbers(records: &[Record]) -> String {
    match records {
        [] => "none".to_owned(),
        [only] => format!("number {}", only.index),
        [first, .., last] => format!("numbers {} to {}", first.index, last.index),
    }
}

fn none(wanted: &std::ops::RangeInclusive<u64>, register: &Register) -> Failure {
    let wanted = if wanted.start() == wanted.end() {
        format!("the number {}", wanted.start())
    } else {
        format!("a number from {} to {}", wanted.start(), wanted.end())
    };

    Failure::Refused(format!(
        "no code has {wanted}; in the register: {}",
        numbers(register.records())
    ))
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/\\:._-+@".contains(c);
    if !path.is_empty() && path.chars().all(plain) && (cfg!(windows) || !path.contains('\\')) {
        return path;
    }
    if cfg!(windows) {
        return format!("\"{path}\"");
    }

    format!("'{}'", path.replace('\'', r"'\''"))
}

/// Sheets between two lines of progress.
const STEP: usize = 100;

#[cfg(test)]
mod tests {
    use domain::screen::{Colour, HolderClass};

    use super::*;
    use crate::authority::{About, Founding, TestKnown};

    const NOW: Timestamp = Timestamp(1_795_507_200);

    fn authority(folder: &Path) -> Authority {
        let founding = Founding {
            about: About {
                name: "滨河市健康管理局".to_owned(),
                name_latin: "Binhe Health Authority".to_owned(),
                issuer: "binhe-cdc-01".to_owned(),
                slip_issuer: "binhe-lab-01".to_owned(),
                status_uri: "https://s.example/bh-01/".to_owned(),
                utc_offset_minutes: 480,
                demo: true,
            },
            districts: vec!["310106".to_owned()],
            now: NOW,
        };
        authority::found(folder, &founding, None).unwrap();
        Authority::open(folder).unwrap()
    }

    #[test]
    fn every_hundredth_sheet_tells_how_far_it_is_and_how_to_go_on_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("authority");
        let authority = authority(&home);
        let new = NewCode {
            name: "王*".to_owned(),
            birth_year: 1948,
            class: HolderClass::Senior,
            last_four: "012X".to_owned(),
            colour: Colour::Green,
            test: TestKnown::None,
            valid_days: 180,
            revoked: None,
            slip: None,
        };
        let wanted = vec![new; 201];
        let records = authority::issue(&authority, &mut Register::default(), &wanted, NOW).unwrap();
        let press = Press {
            authority: &authority,
            fonts: &Fonts::find().unwrap(),
            out: Path::new("sheets"),
        };
        let told: Vec<usize> = (0..=201)
            .filter(|done| press.progress(*done, &records).is_some())
            .collect();
        assert_eq!(told, [100, 200]);
        assert_eq!(
            press.progress(100, &records).unwrap(),
            format!(
                "100 of 201 printed. If this is stopped, go on with: menshen sheet --authority {} --number 100-200 --out sheets",
                home.display()
            )
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_path_with_blanks_or_quotes_is_one_word_for_the_shell() {
        for (path, word) in [
            ("data/authority", "data/authority"),
            ("my data", "'my data'"),
            ("o'clock", r"'o'\''clock'"),
            ("滨河/a", "滨河/a"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
