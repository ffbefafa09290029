//! The tables that `menshen issue` and `menshen lookups` take: one resident a line.

mod fields;
mod rows;

use std::fmt;
use std::path::Path;

use domain::screen::Colour;
use domain::time::Timestamp;

pub(crate) use fields::{colour, sampled};

use rows::{Fault, Rows};

use crate::Failure;
use crate::authority::{NewCode, Revoked, TestKnown};

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
positive      yes if the latest result is positive, - lifts that; no or empty: keeps what is known (optional column)
revoked       lost or reissued, for a code that counts no more, - lifts that; empty: keeps what is known (optional column)";

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
/// [`Failure::Line`] for the first line that is not as it should be; [`Failure::Refused`] for a table that is too large;
/// [`Failure::File`]. Then nothing is taken.
pub(crate) fn read(path: &Path, now: Timestamp) -> Result<Vec<Resident>, Failure> {
    table(path, &ISSUED, |columns, row, line| {
        let code = columns.code(row, now)?;

        Ok(Resident { code, line })
    })
}

/// Every code of the table, whose texts are as `check` wants them.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_printed(
    path: &Path,
    now: Timestamp,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Vec<Printed>, Failure> {
    table(path, &PRINTED, |columns, row, line| {
        columns.printed(row, now, line, &check)
    })
}

/// The columns of a table, those that must be there first.
struct Kind {
    known: &'static [&'static str],
    needed: usize,
}

fn table<T>(
    path: &Path,
    kind: &Kind,
    take: impl Fn(&Columns, &csv::StringRecord, u64) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let bytes = rows::read(path, MAX_BYTES)?;

    taken(&bytes, kind, take).map_err(|Fault { line, problem }| Failure::Line {
        path: path.to_path_buf(),
        line,
        problem,
    })
}

fn taken<T>(
    bytes: &[u8],
    kind: &Kind,
    take: impl Fn(&Columns, &csv::StringRecord, u64) -> Result<T, String>,
) -> Result<Vec<T>, Fault> {
    let at = |line| move |problem| Fault { line, problem };
    let mut rows = Rows::of(rows::text(bytes)?);
    let heading = rows
        .next()
        .unwrap_or_else(|| Err(at(1)("the table is empty".to_owned())))?;
    let columns = Columns::of(&heading.fields, kind).map_err(at(heading.line))?;
    let mut taken = Vec::new();
    for row in rows {
        let row = row?;
        let one = columns
            .check_count(&row.fields)
            .and_then(|()| take(&columns, &row.fields, row.line))
            .map_err(at(row.line))?;
        taken.push(one);
    }
    if taken.is_empty() {
        return Err(at(heading.line)(
            "the table holds nothing below its heading line".to_owned(),
        ));
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
                let unknown = || unknown(found, number, kind);

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

    fn check_count(&self, row: &csv::StringRecord) -> Result<(), String> {
        if row.len() != self.0.len() {
            return Err(format!(
                "fields in this line: {}, in the heading line: {}",
                row.len(),
                self.0.len()
            ));
        }

        Ok(())
    }

    fn code(&self, row: &csv::StringRecord, now: Timestamp) -> Result<NewCode, String> {
        Ok(NewCode {
            name: fields::name(self.field(row, "name"))?,
            birth_year: fields::birth_year(self.field(row, "birth_year"), now)?,
            class: fields::class(self.field(row, "class"))?,
            last_four: fields::last_four(self.field(row, "id_last_four"))?,
            colour: colour(self.field(row, "colour"))?,
            test: self.test(row, now)?,
            valid_days: fields::valid_days(self.field(row, "valid_days"))?,
            revoked: fields::revoked(self.field(row, "revoked"))?,
            slip: fields::slip(self.field(row, "slip"), now)?,
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
        let or_none = |wanted: String| format!("{wanted}, or -");
        let four = known("id_last_four")
            .map(fields::last_four)
            .transpose()
            .map_err(or_none)?;
        let birth_year = known("birth_year")
            .map(|text| fields::birth_year(text, now))
            .transpose()
            .map_err(or_none)?;
        let colour = colour(self.field(row, "colour"))?;
        let revoked = fields::revoked(self.field(row, "revoked"))?;
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
            test: self.test(row, now)?,
            lifts_positive: self.field(row, "positive") == "-",
            revoked,
            lifts_revoked: self.field(row, "revoked") == "-",
            line,
        })
    }

    fn test(&self, row: &csv::StringRecord, now: Timestamp) -> Result<TestKnown, String> {
        let (last_negative, positive) = (
            self.field(row, "last_negative"),
            self.field(row, "positive"),
        );

        fields::test(last_negative, positive, now)
    }

    fn field<'a>(&self, row: &'a csv::StringRecord, name: &str) -> &'a str {
        self.0
            .iter()
            .position(|column| *column == name)
            .and_then(|at| row.get(at))
            .unwrap_or_default()
    }
}

/// A table without its heading begins with a name or the text of a code: what stands there is not repeated.
fn unknown(found: &str, number: u64, kind: &Kind) -> String {
    let sign = if found.contains(';') {
        Some("semicolons")
    } else {
        found.contains('\t').then_some("tabs")
    };

    match sign {
        Some(sign) => {
            format!("{sign} stand in the heading line: between the columns commas are wanted")
        }
        None => format!(
            "the name of column {number} in the heading line is no column: the columns are {}",
            kind.known.join(", ")
        ),
    }
}

/// Ten million rows or so; they are all in memory at once.
const MAX_BYTES: u64 = 1 << 30;
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
};

#[cfg(test)]
mod tests {
    use domain::screen::HolderClass;

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
    fn each_wrong_field_is_named_with_its_line_and_what_is_wanted_and_not_repeated() {
        for (line, wanted) in [
            (
                "王,1848,senior,1234,green,-",
                "birth_year: 4 characters stand here, wanted is a year from 1900 to 2026",
            ),
            (
                "王,,senior,1234,green,-",
                "birth_year: nothing stands here, wanted is a year from 1900 to 2026",
            ),
            (
                "王,1948,old,1234,green,-",
                "class: 3 characters stand here, wanted is minor, senior, disabled or other",
            ),
            (
                "王,1948,senior,310106195001010611,green,-",
                "id_last_four: 18 characters stand here, wanted is a text of four digits or capitals, with zeros in front (a spreadsheet column of type text keeps them)",
            ),
            (
                "王,1948,senior,1234,x,-",
                "colour: 1 character stands here, wanted is green, yellow or red",
            ),
            (
                "王,1948,senior,1234,green,2026-11-25T08:00:00Z",
                "last_negative: a sample cannot be taken in the future",
            ),
            (
                "王,1948,senior,1234,green,20261124",
                "last_negative: 8 characters stand here, wanted is a time as 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00, or -",
            ),
            (",1948,senior,1234,green,-", "the name is empty"),
            (
                "Wolfeschlegelsteinhausenbergerdorff Wolfeschlegelsteinhausenbergerdorff,1948,senior,1234,green,-",
                "the name is too long: write at most 64 letters",
            ),
            (
                "=1+1,1948,senior,1234,green,-",
                "the name begins with =, +, - or @, and reads as a formula in a spreadsheet",
            ),
            ("王,1948", "fields in this line: 2, in the heading line: 6"),
            (
                "王,1948,senior,1234,green,\"-",
                "column 6: a quotation mark in this line is not closed",
            ),
        ] {
            for end in ["\n", "\r\n", "\r"] {
                let text = format!("{HEAD}\n李,1950,senior,1234,green,-\n\n{line}\n");
                let found = problem(&text.replace('\n', end));
                assert_eq!(found, (4, wanted.to_owned()), "{end:?}");
            }
        }
    }

    #[test]
    fn a_table_with_semicolons_or_tabs_is_told_that_commas_are_wanted() {
        for (sign, named) in [(";", "semicolons"), ("\t", "tabs")] {
            let text = format!("{HEAD}\n王,1948,senior,1234,green,-\n").replace(',', sign);
            let wanted =
                format!("{named} stand in the heading line: between the columns commas are wanted");
            assert_eq!(problem(&text), (1, wanted));
        }
    }

    #[test]
    fn a_table_with_nothing_in_it_or_a_heading_alone_is_refused() {
        let empty = "the table is empty";
        let bare = "the table holds nothing below its heading line";
        for (text, line, wanted) in [
            (String::new(), 1, empty),
            ("\u{feff}\r\n".to_owned(), 1, empty),
            (format!("{HEAD}\r\n"), 1, bare),
            (format!("\n{HEAD}\n\n"), 2, bare),
        ] {
            assert_eq!(problem(&text), (line, wanted.to_owned()));
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
        let (line, said) = problem(&format!("\r\n{HEAD},Wang Xiaoming\r\n"));
        assert_eq!(line, 2);
        assert!(
            said.starts_with("the name of column 7 in the heading line is no column: the columns are name, birth_year"),
            "{said}"
        );
        assert!(!said.contains("Wang"), "{said}");
    }
}
