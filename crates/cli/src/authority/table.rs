//! The tables that the authority keeps for itself: CSV with a heading line, read strictly.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lines::Lines;
use crate::{Failure, files};

/// What to do about a table that is not as it was written.
pub(super) const DAMAGED: &str = "The register is damaged, and nothing was done: put the last good copy of this file back, or undo \
what was changed in it by hand";

/// Where a row stands.
pub(super) struct Place<'a> {
    path: &'a Path,
    line: u64,
}

impl Place<'_> {
    /// The failure that `problem` at this place is.
    pub(super) fn problem(&self, problem: &str) -> Failure {
        Failure::Line {
            path: self.path.to_path_buf(),
            line: self.line,
            problem: format!("{problem}. {DAMAGED}"),
        }
    }
}

/// The rows of a table that was read from `path`, each with its place; [`Failure::Line`] for what is no such row.
pub(super) fn rows<'a, R: DeserializeOwned + 'a>(
    path: &'a Path,
    text: &'a [u8],
) -> impl Iterator<Item = (Place<'a>, Result<R, Failure>)> {
    let mut reader = csv::Reader::from_reader(text);
    let heading = reader.headers().ok().cloned();
    let mut lines = Lines::of(text);
    let mut record = csv::StringRecord::new();

    std::iter::from_fn(move || {
        let line = lines.line_from(reader.position().byte())?;
        let place = Place { path, line };
        let row = match reader.read_record(&mut record) {
            Ok(false) => return None,
            Ok(true) => record.deserialize(heading.as_ref()),
            Err(error) => Err(error),
        };
        let row = row.map_err(|error| place.problem(&in_words(&error)));

        Some((place, row))
    })
}

/// Puts a table with this heading in place of the one at `path`.
///
/// # Errors
/// [`Failure::File`].
pub(super) fn write<R: Serialize>(
    path: &Path,
    heading: &[&str],
    mut rows: impl Iterator<Item = R>,
) -> Result<(), Failure> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .has_headers(false)
        .from_writer(Vec::new());
    let written = writer
        .write_record(heading)
        .and_then(|()| rows.try_for_each(|row| writer.serialize(row)));
    let bytes = written
        .map_err(std::io::Error::other)
        .and_then(|()| writer.into_inner().map_err(csv::IntoInnerError::into_error))
        .map_err(Failure::file(path, "write"))?;

    files::replace(path, &bytes)
}

/// Without the place: the line is told beside it, and a byte's number helps nobody.
fn in_words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} fields where the heading has {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
        csv::ErrorKind::Io(_) | csv::ErrorKind::Seek | csv::ErrorKind::Serialize(_) | _ => {
            error.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_line_that_an_editor_shows_also_where_another_program_saved_the_table() {
        let places = |text: &str| -> Vec<(u64, bool)> {
            rows::<(u64, String)>(Path::new("a.csv"), text.as_bytes())
                .map(|(place, row)| (place.line, row.is_ok()))
                .collect()
        };
        for end in ["\n", "\r\n", "\r"] {
            let text = "n,word\n1,a\n\n\"2\",\"b\nc\"\nx,d\n5\n6,e\n\n".replace('\n', end);
            assert_eq!(
                places(&text),
                [(2, true), (4, true), (6, false), (7, false), (8, true)],
                "{end:?}"
            );
            assert_eq!(places(&format!("\u{feff}n,word{end}1,a")), [(2, true)]);
        }
        assert_eq!(places(""), []);
        assert_eq!(places("n,word\n"), []);
    }
}
