//! The tables that `menshen issue` and `menshen lookups` take: one resident a line.

use std::fmt;
use std::path::Path;

use domain::code::native::{Slip, TestResult};
use domain::screen::{Colour, HolderClass};
use domain::time::Timestamp;

use crate::authority::{MAX_SHEET_DAYS, NewCode, Revoked, TestKnown};
use crate::{Failure, clock, files, mask};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resident {
    /// What a code is to be issued for.
    pub(crate) code: NewCode,
    /// Where it stands in the table, counted from 1, the heading included.
    pub(crate) line: u64,
}

/// A line of the other table: a code that others print, and how its holder stands. Its `Debug` tells neither.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Printed {
    /// What stands in the code, byte for byte.
    pub(crate) text: String,
    /// Birth year, if known.
    pub(crate) birth_year: Option<u16>,
    /// The last four characters of the ID document, if known.
    pub(crate) last_four: Option<[u8; 4]>,
    /// Colour today.
    pub(crate) colour: Colour,
    /// Latest test.
    pub(crate) test: TestKnown,
    /// The table says in so many words that the latest result is not positive.
    pub(crate) lifts_positive: bool,
    /// Whether it counts no more.
    pub(crate) revoked: Option<Revoked>,
    /// The table says in so many words that it counts.
    pub(crate) lifts_revoked: bool,
    /// Where it stands in the table, counted from 1, the heading included.
    pub(crate) line: u64,
}

impl fmt::Debug for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printed")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// The columns of the table of codes that are looked up, as `menshen lookups --help` prints them.
pub const LOOKUP_COLUMNS: &str = "\
code          what stands in the QR code, byte for byte; only its fingerprint is kept
birth_year    four digits; - where it is not known
id_last_four  the last four characters of the ID document: digits or capitals; - where they are not known
colour        green, yellow or red
last_negative when the latest negative sample was taken: 2026-11-24T08:00:00Z or with an
              offset, 2026-11-24T16:00:00+08:00; - for none
positive      yes if the latest result is positive, - lifts that (optional column; empty keeps what is known)
revoked       lost or reissued, for a code that counts no more, - lifts that (optional column; empty keeps what is known)";

/// The columns, as `menshen issue --help` prints them.
pub const COLUMNS: &str = "\
name          as in the ID document; only its masked form goes on paper
birth_year    four digits
class         minor, senior, disabled or other
id_last_four  the last four characters of the ID document: digits or capitals
colour        green, yellow or red
last_negative when the latest negative sample was taken: 2026-11-24T08:00:00Z or with an
              offset, 2026-11-24T16:00:00+08:00; - for none
positive      yes if the latest result is positive (optional column)
valid_days    1 to 180; empty: 180 (optional column)
revoked       lost or reissued, for a sheet that counts no more (optional column)
slip          `negative 2026-11-24T08:00:00Z` or `positive ...`: also prints a test slip (optional column)";

/// Every resident of the table.
///
/// # Errors
/// [`Failure::Line`] for the first line that is not as it should be; then nothing is taken.
pub(crate) fn read(path: &Path, now: Timestamp) -> Result<Vec<Resident>, Failure> {
    rows(path, &ISSUED, |columns, row, line| {
        let code = columns.code(row, now)?;

        Ok(Resident { code, line })
    })
}

/// Every code of the table, whose texts are as `check` wants them.
///
/// # Errors
/// [`Failure::Line`] for the first line that is not as it should be; then nothing is taken.
pub(crate) fn read_printed(
    path: &Path,
    now: Timestamp,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Vec<Printed>, Failure> {
    rows(path, &PRINTED, |columns, row, line| {
        columns.printed(row, now, line, &check)
    })
}

/// The columns of a table, those that must be there first.
struct Kind {
    known: &'static [&'static str],
    needed: usize,
    /// A table without its heading begins with the text of a code, which no message may repeat.
    holds_codes: bool,
}

fn rows<T>(
    path: &Path,
    kind: &Kind,
    take: impl Fn(&Columns, &csv::StringRecord, u64) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let bytes = files::read(path)?;
    let at = |line: u64| {
        let path = path.to_path_buf();
        move |problem: String| Failure::Line {
            path,
            line,
            problem,
        }
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| at(1)("the table is not UTF-8: save it as `CSV UTF-8`".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let columns = reader
        .headers()
        .map_err(|error| error.to_string())
        .and_then(|heading| Columns::of(heading, kind))
        .map_err(at(1))?;
    let mut taken = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            at(line)("this line has more or fewer fields than the first".to_owned())
        })?;
        let line = row.position().map_or(0, csv::Position::line);
        taken.push(take(&columns, &row, line).map_err(at(line))?);
    }
    if taken.is_empty() {
        return Err(at(2)("the table holds no resident".to_owned()));
    }

    Ok(taken)
}

/// Where each column stands.
struct Columns(Vec<&'static str>);

impl Columns {
    fn of(heading: &csv::StringRecord, kind: &Kind) -> Result<Self, String> {
        let names = heading
            .iter()
            .zip(1_u64..)
            .map(|(found, number)| {
                let unknown = || {
                    let named = if kind.holds_codes {
                        format!("the name of column {number} in the heading line")
                    } else {
                        format!("{found:?}")
                    };
                    format!(
                        "{named} is no column: the columns are {}",
                        kind.known.join(", ")
                    )
                };

                kind.known
                    .iter()
                    .find(|name| **name == found)
                    .copied()
                    .ok_or_else(unknown)
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (at, name) in kind.known.iter().enumerate() {
            let count = names.iter().filter(|found| *found == name).count();
            if count > 1 {
                return Err(format!("the column {name} stands there twice"));
            }
            if count == 0 && at < kind.needed {
                return Err(format!("the column {name} is missing"));
            }
        }

        Ok(Self(names))
    }

    fn code(&self, row: &csv::StringRecord, now: Timestamp) -> Result<NewCode, String> {
        let name = self.field(row, "name");
        if name.starts_with(['=', '+', '-', '@']) {
            return Err(format!(
                "the name {name:?} reads as a formula in a spreadsheet"
            ));
        }

        Ok(NewCode {
            name: mask::mask(name)
                .map_err(|unfit| format!("the name {:?} {unfit}", beginning(name)))?,
            birth_year: birth_year(self.field(row, "birth_year"), now)?,
            class: class(self.field(row, "class"))?,
            last_four: last_four(self.field(row, "id_last_four"))?,
            colour: colour(self.field(row, "colour"))?,
            test: test(
                self.field(row, "last_negative"),
                self.field(row, "positive"),
                now,
            )?,
            valid_days: valid_days(self.field(row, "valid_days"))?,
            revoked: crate::authority::revoked(self.field(row, "revoked"))?,
            slip: slip(self.field(row, "slip"), now)?,
        })
    }

    fn printed(
        &self,
        row: &csv::StringRecord,
        now: Timestamp,
        line: u64,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Printed, String> {
        let text = self.field(row, "code");
        check(text)?;
        let known = |name| Some(self.field(row, name)).filter(|text| !matches!(*text, "-" | ""));
        let four = known("id_last_four").map(last_four).transpose()?;
        let birth_year = known("birth_year")
            .map(|text| birth_year(text, now))
            .transpose()?;
        let colour = colour(self.field(row, "colour"))?;
        let revoked = crate::authority::revoked(self.field(row, "revoked"))?;
        // Nobody is let in with a red code or a revoked one, so that nothing is compared.
        let compared = colour != Colour::Red && revoked.is_none();
        if compared && birth_year.is_none() && four.is_none() {
            return Err(
                "neither birth_year nor id_last_four is known, and staff have nothing to compare: give at least one"
                    .to_owned(),
            );
        }

        Ok(Printed {
            text: text.to_owned(),
            birth_year,
            last_four: four.and_then(|four| four.as_bytes().try_into().ok()),
            colour,
            test: test(
                self.field(row, "last_negative"),
                self.field(row, "positive"),
                now,
            )?,
            lifts_positive: matches!(self.field(row, "positive"), "-" | "no"),
            revoked,
            lifts_revoked: self.field(row, "revoked") == "-",
            line,
        })
    }

    fn field<'a>(&self, row: &'a csv::StringRecord, name: &str) -> &'a str {
        self.0
            .iter()
            .position(|column| *column == name)
            .and_then(|at| row.get(at))
            .unwrap_or_default()
    }
}

/// As much of a name as a message needs.
fn beginning(name: &str) -> String {
    let mut chars = name.chars();
    let begin: String = chars.by_ref().take(24).collect();

    if chars.next().is_some() {
        format!("{begin}...")
    } else {
        begin
    }
}

fn birth_year(text: &str, now: Timestamp) -> Result<u16, String> {
    let (this_year, _, _) = now.date(0);

    text.parse()
        .ok()
        .filter(|year: &u16| (1_900..=this_year).contains(&i64::from(*year)))
        .ok_or_else(|| format!("birth_year is {text:?}: write a year from 1900 to {this_year}"))
}

fn class(word: &str) -> Result<HolderClass, String> {
    match word {
        "minor" => Ok(HolderClass::Minor),
        "senior" => Ok(HolderClass::Senior),
        "disabled" => Ok(HolderClass::Disabled),
        "other" => Ok(HolderClass::Other),
        _ => Err(format!(
            "class is {word:?}: write minor, senior, disabled or other"
        )),
    }
}

/// Four digits or capitals.
pub(crate) fn is_last_four(text: &str) -> bool {
    text.len() == 4
        && text
            .bytes()
            .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
}

fn last_four(text: &str) -> Result<String, String> {
    if !is_last_four(text) {
        return Err(format!(
            "id_last_four is {text:?}: write four digits or capitals, with zeros in front (a spreadsheet column of type text keeps them)"
        ));
    }

    Ok(text.to_owned())
}

/// `green`, `yellow` or `red`.
pub(crate) fn colour(word: &str) -> Result<Colour, String> {
    match word {
        "green" => Ok(Colour::Green),
        "yellow" => Ok(Colour::Yellow),
        "red" => Ok(Colour::Red),
        _ => Err(format!("colour is {word:?}: write green, yellow or red")),
    }
}

fn test(last_negative: &str, positive: &str, now: Timestamp) -> Result<TestKnown, String> {
    match positive {
        "yes" => return Ok(TestKnown::Positive),
        "" | "no" | "-" => {}
        _ => return Err(format!("positive is {positive:?}: write yes or no")),
    }
    if matches!(last_negative, "-" | "") {
        return Ok(TestKnown::None);
    }

    sampled(last_negative, now).map(TestKnown::Negative)
}

/// When a sample was taken.
pub(crate) fn sampled(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let at = clock::parse_written(text)?;
    if at > now {
        return Err(format!("a sample cannot be taken in the future ({text})"));
    }

    Ok(at)
}

fn valid_days(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(MAX_SHEET_DAYS);
    }

    text.parse()
        .ok()
        .filter(|days| (1..=MAX_SHEET_DAYS).contains(days))
        .ok_or_else(|| format!("valid_days is {text:?}: write 1 to {MAX_SHEET_DAYS}"))
}

fn slip(text: &str, now: Timestamp) -> Result<Option<Slip>, String> {
    if matches!(text, "-" | "") {
        return Ok(None);
    }
    let wrong = || format!("slip is {text:?}: write negative or positive, a space and a time");
    let (result, at) = text.split_once(' ').ok_or_else(wrong)?;
    let result = match result {
        "negative" => TestResult::Negative,
        "positive" => TestResult::Positive,
        _ => return Err(wrong()),
    };

    Ok(Some(Slip {
        sampled_at: sampled(at, now)?,
        result,
    }))
}

const ISSUED: Kind = Kind {
    known: &[
        "name",
        "birth_year",
        "class",
        "id_last_four",
        "colour",
        "last_negative",
        "positive",
        "valid_days",
        "revoked",
        "slip",
    ],
    needed: 6,
    holds_codes: false,
};
const PRINTED: Kind = Kind {
    known: &[
        "code",
        "birth_year",
        "id_last_four",
        "colour",
        "last_negative",
        "positive",
        "revoked",
    ],
    needed: 5,
    holds_codes: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_507_200); // 2026-11-24T08:00:00Z
    const HEAD: &str = "name,birth_year,class,id_last_four,colour,last_negative";

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("residents.csv");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn problem(text: &str) -> (u64, String) {
        let (_folder, path) = file(text);
        match read(&path, NOW) {
            Err(Failure::Line { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_becomes_a_resident_with_a_masked_name() {
        let text = format!("\u{feff}{HEAD}\n王小明,1948,senior,012X,green,2026-11-23T08:00:00Z\n");
        let (_folder, path) = file(&text);
        assert_eq!(
            read(&path, NOW).unwrap(),
            [Resident {
                code: NewCode {
                    name: "王*".to_owned(),
                    birth_year: 1948,
                    class: HolderClass::Senior,
                    last_four: "012X".to_owned(),
                    colour: Colour::Green,
                    test: TestKnown::Negative(Timestamp(1_795_420_800)),
                    valid_days: 180,
                    revoked: None,
                    slip: None,
                },
                line: 2,
            }]
        );
    }

    #[test]
    fn each_wrong_field_is_named_with_its_line_and_what_to_write() {
        for (line, wanted) in [
            (
                "王,1848,senior,1234,green,-",
                "birth_year is \"1848\": write a year from 1900 to 2026",
            ),
            (
                "王,1948,old,1234,green,-",
                "class is \"old\": write minor, senior, disabled or other",
            ),
            (
                "王,1948,senior,1234,blue,-",
                "colour is \"blue\": write green, yellow or red",
            ),
            (
                "王,1948,senior,1234,green,2026-11-25T08:00:00Z",
                "a sample cannot be taken in the future (2026-11-25T08:00:00Z)",
            ),
            (
                "王,1948,senior,1234,green,20261124",
                "\"20261124\" is no time: write 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00",
            ),
            (
                "王,1948,senior,1234,green,0",
                "\"0\" is no time: write 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00",
            ),
            (",1948,senior,1234,green,-", "the name \"\" is empty"),
            (
                "Wolfeschlegelsteinhausenbergerdorff Wolfeschlegelsteinhausenbergerdorff,1948,senior,1234,green,-",
                "the name \"Wolfeschlegelsteinhausen...\" is too long: write at most 64 letters",
            ),
            (
                "=1+1,1948,senior,1234,green,-",
                "the name \"=1+1\" reads as a formula in a spreadsheet",
            ),
            (
                "王,1948",
                "this line has more or fewer fields than the first",
            ),
        ] {
            let text = format!("{HEAD}\n李,1950,senior,1234,green,-\n{line}\n");
            assert_eq!(problem(&text), (3, wanted.to_owned()));
        }
    }

    #[test]
    fn a_table_of_codes_without_its_heading_is_refused_and_its_first_code_not_repeated() {
        let row = "https://a.example/7Q,1958,061X,green,-";
        let (_folder, path) = file(&format!("{row}\n"));
        let ended = read_printed(&path, NOW, |_| Ok(()));
        let Err(Failure::Line { line, problem, .. }) = ended else {
            panic!("{ended:?}");
        };
        assert_eq!(line, 1);
        assert!(
            problem.starts_with("the name of column 1 in the heading line is no column: the columns are code, birth_year"),
            "{problem}"
        );
        assert!(!problem.contains("7Q"), "{problem}");

        let head = "code,birth_year,id_last_four,colour,last_negative";
        let (_folder, path) = file(&format!("{head}\n{row}\n"));
        let read = read_printed(&path, NOW, |_| Ok(())).unwrap();
        assert_eq!(format!("{read:?}"), "[Printed { line: 2, .. }]");
    }

    #[test]
    fn a_missing_doubled_or_unknown_column_is_named() {
        assert_eq!(
            problem("name\nx\n"),
            (1, "the column birth_year is missing".to_owned())
        );
        assert_eq!(
            problem(&format!("{HEAD},name\n")),
            (1, "the column name stands there twice".to_owned())
        );
        assert!(
            problem(&format!("{HEAD},phone\n"))
                .1
                .starts_with("\"phone\" is no column")
        );
    }
}
