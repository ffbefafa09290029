//! From the file of a table to its rows, each with its line. What a field should hold is not known here, and no message repeats
//! what one holds.

use std::io::{Chain, ErrorKind, Read};
use std::path::Path;

use csv::StringRecord;
use domain::byte_order::{is_utf16, without_mark};

use crate::lines::{Lines, breaks};
use crate::{Failure, files};

/// What is wrong with a table, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: u64,
    pub(super) problem: String,
}

/// The bytes of a table.
///
/// # Errors
/// [`Failure::Refused`] for more than `most`; [`Failure::File`].
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    files::read_within(path, most).map_err(|error| {
        if error.kind() == ErrorKind::FileTooLarge {
            return Failure::Refused(format!(
                "{}: the table has more than {} MiB: divide it into several",
                path.display(),
                most >> 20
            ));
        }

        Failure::file(path, "read")(error)
    })
}

/// The text of a table, without the mark that some programs put in front of UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Fault> {
    let fault = |line, what| Fault {
        line,
        problem: format!("{what}: save the table as `CSV UTF-8`"),
    };
    if is_utf16(bytes) {
        return Err(fault(1, "the table is UTF-16"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (good, _) = bytes.split_at(error.valid_up_to());

        fault(breaks(good) + 1, "this line is not UTF-8")
    })?;

    Ok(without_mark(text))
}

/// One row.
pub(super) struct Row {
    /// Its fields, without the blanks around them.
    pub(super) fields: StringRecord,
    /// Where it begins.
    pub(super) line: u64,
}

/// The rows of a table, the heading first.
pub(super) struct Rows<'a> {
    reader: csv::Reader<Chain<&'a [u8], &'a [u8]>>,
    lines: Lines<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes().chain(END.as_bytes()));

        Self {
            reader,
            lines: Lines::of(text.as_bytes()),
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.line_from(self.reader.position().byte())?;
        let mut fields = StringRecord::new();
        let problem = match self.reader.read_record(&mut fields) {
            Ok(false) => return None,
            Ok(true) => broken(&fields),
            Err(_) => Some("this line cannot be read".to_owned()),
        };

        Some(match problem {
            Some(problem) => Err(Fault { line, problem }),
            None => Ok(Row { fields, line }),
        })
    }
}

/// What is wrong with a row of which a field goes on in the next line: nothing that a table tells has several lines.
fn broken(fields: &StringRecord) -> Option<String> {
    let (field, number) = fields
        .iter()
        .zip(1_u64..)
        .find(|(field, _)| field.contains(['\n', '\r']))?;

    Some(if field.ends_with(END) {
        format!("column {number}: a quotation mark in this line is not closed")
    } else {
        format!(
            "column {number}: the field goes on in the next line; a quotation mark is not closed, or a line break stands in it"
        )
    })
}

/// A line that is put behind every table. It is no row, and is found in a field only where a quotation mark is still open at the
/// end.
const END: &str = "\n\0";

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<u64> {
        Rows::of(text).map(|row| row.unwrap().line).collect()
    }

    fn fault(text: &str) -> Fault {
        Rows::of(text).find_map(Result::err).unwrap()
    }

    #[test]
    fn a_row_has_the_line_in_which_it_begins_whatever_ends_the_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n1,2\n\n\n\"3\",4\n5,6".replace('\n', end);
            for last in ["", end, &end.repeat(3)] {
                assert_eq!(lines(&format!("{text}{last}")), [1, 2, 5, 6], "{end:?}");
            }
            assert_eq!(lines(&format!("{end}{end}{text}")), [3, 4, 7, 8], "{end:?}");
        }
        assert_eq!(lines("a\r\nb\rc\nd"), [1, 2, 3, 4]);
        assert_eq!(lines(""), [0; 0]);
    }

    #[test]
    fn a_row_whose_field_holds_a_line_break_is_told_with_the_line_in_which_it_begins() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a,b{end}1,2{end}3,\"4{end}5\"{end}6,7{end}");
            let wanted = Fault {
                line: 3,
                problem: "column 2: the field goes on in the next line; a quotation mark is not closed, or a line break stands in it"
                    .to_owned(),
            };
            assert_eq!(fault(&text), wanted, "{end:?}");
            // A break at the very end is blank, and the row behind it still has its line.
            let text = format!("a,b{end}3,\"4{end}\"{end}6,7{end}");
            assert_eq!(lines(&text), [1, 2, 4], "{end:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_told_as_such() {
        for rest in ["", "\n", "\r\n", "\n5,6\n7,8\n"] {
            for (row, column) in [("\"3,4", 1), ("3,\"4", 2)] {
                let wanted = Fault {
                    line: 3,
                    problem: format!(
                        "column {column}: a quotation mark in this line is not closed"
                    ),
                };
                assert_eq!(fault(&format!("a,b\n1,2\n{row}{rest}")), wanted, "{rest:?}");
            }
        }
    }

    #[test]
    fn a_mark_in_front_of_utf_8_is_passed_over_and_utf_16_is_told_what_to_save_as() {
        assert_eq!(text(b"\xef\xbb\xbfa,b"), Ok("a,b"));
        let problem = |bytes| text(bytes).map_err(|fault| (fault.line, fault.problem));
        let utf_16 = "the table is UTF-16: save the table as `CSV UTF-8`".to_owned();
        for bytes in [b"\xff\xfea\0,\0b\0\n\0", b"\xfe\xff\0a\0,\0b\0\n"] {
            assert_eq!(problem(bytes), Err((1, utf_16.clone())));
        }
        let other = "this line is not UTF-8: save the table as `CSV UTF-8`".to_owned();
        assert_eq!(problem(b"a\r\nb\r\n\xcd\xf5,1\r\n"), Err((3, other)));
    }

    #[test]
    fn a_table_beyond_the_cap_is_refused_before_it_is_read_and_one_of_just_that_size_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let most = 2 << 20;
        let length = |length| {
            std::fs::File::create(&path)
                .unwrap()
                .set_len(length)
                .unwrap();
            read(&path, most)
        };
        assert_eq!(length(most).unwrap().len(), 2 << 20);
        let refused = length(most + 1).unwrap_err().to_string();
        assert!(
            refused.ends_with("table.csv: the table has more than 2 MiB: divide it into several"),
            "{refused}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_has_no_length_is_read_up_to_the_cap_and_then_refused() {
        let refused = read(Path::new("/dev/zero"), 1 << 20);
        assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    }
}
