//! The tables that the authority keeps for itself: CSV with a heading line, read strictly.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

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
    csv::Reader::from_reader(text)
        .into_deserialize()
        .zip(2_u64..)
        .map(move |(row, line)| {
            let place = Place { path, line };
            let row = row.map_err(|error| place.problem(&in_words(&error)));

            (place, row)
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
