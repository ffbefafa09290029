//! Pictures in, the texts of the codes in them out.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::hex;
use reader::{Budget, Grade, Hint, Letter, Reader};
use serde_json::{Value, json};
use station::picture::read_picture;

use crate::verify::printable;

/// The longest that one picture is looked at: a file is not a camera's frame, and nobody waits at a door.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads pictures one after the other.
pub(crate) struct Pictures {
    reader: Reader,
    sequence: bool,
}

/// What one picture gave.
#[derive(Debug)]
pub(crate) struct Line {
    file: PathBuf,
    /// The content of every code.
    pub(crate) contents: Vec<Vec<u8>>,
    /// How well each is printed.
    grades: Vec<Option<Grade>>,
    hint: Option<Hint>,
    seen_not_read: usize,
    took: Duration,
    /// Why the file is no picture.
    pub(crate) error: Option<String>,
}

impl Pictures {
    /// In a `sequence` the reader keeps what earlier frames taught it.
    pub(crate) fn new(sequence: bool) -> Self {
        Self {
            reader: Reader::new(),
            sequence,
        }
    }

    /// The codes of one picture file.
    pub(crate) fn read(&mut self, file: &Path) -> Line {
        if !self.sequence {
            self.reader = Reader::new();
        }
        let mut line = Line {
            file: file.to_path_buf(),
            contents: Vec::new(),
            grades: Vec::new(),
            hint: None,
            seen_not_read: 0,
            took: Duration::ZERO,
            error: None,
        };
        match read_picture(file) {
            Ok(picture) => {
                let begin = instant();
                let left = move || PATIENCE.saturating_sub(instant().duration_since(begin));
                let reading = self.reader.read(&picture, Budget::from_fn(left));
                line.took = instant().duration_since(begin);
                line.seen_not_read = reading.seen_not_read.len();
                line.hint = reading.hint;
                line.grades = reading.codes.iter().map(|code| code.grade).collect();
                line.contents = reading.codes.into_iter().map(|code| code.content).collect();
            }
            Err(error) => line.error = Some(error.to_string()),
        }

        line
    }
}

impl Line {
    /// `file`, `texts`, `grades`, `ms`; where a content is not UTF-8 its text has replacement signs and `bytes_hex`
    /// has all contents byte for byte; `hint` where a code was seen but not read, or two were; `error` where the file is no
    /// picture.
    ///
    /// `grades` has one for each text, `null` where the print could not be measured: see [`grade_json`].
    pub(crate) fn json(&self) -> Value {
        let mut line = json!({
            "file": self.file.display().to_string(),
            "texts": self.texts(),
            "grades": self.grades.iter().map(|grade| grade.as_ref().map(grade_json)).collect::<Vec<_>>(),
            "ms": self.ms(),
        });
        if self
            .contents
            .iter()
            .any(|content| str::from_utf8(content).is_err())
        {
            line["bytes_hex"] = self.contents.iter().map(hex::encode).collect();
        }
        if let Some(hint) = self.hint {
            line["hint"] = hint.name().into();
        }
        if let Some(error) = &self.error {
            line["error"] = error.as_str().into();
        }

        line
    }

    fn texts(&self) -> Vec<String> {
        self.contents
            .iter()
            .map(|content| String::from_utf8_lossy(content).into_owned())
            .collect()
    }

    fn ms(&self) -> f64 {
        (self.took.as_secs_f64() * 1e5).round() / 100.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = printable(&self.file.display().to_string());
        if let Some(error) = &self.error {
            return write!(f, "{file}: {error}");
        }
        if self.contents.is_empty() {
            let why = if self.seen_not_read > 0 {
                "a code is there but cannot be read"
            } else {
                "no code"
            };
            return write!(f, "{file}: {why} ({:.1} ms)", self.ms());
        }
        write!(f, "{file}: {} ({:.1} ms)", self.contents.len(), self.ms())?;
        for text in self.texts() {
            write!(f, "\n  {}", printable(&text))?;
        }

        Ok(())
    }
}

/// The print of a code by the measures of ISO/IEC 15415, with grades from 4 (A) to 0 (F): `unused_error_correction` and
/// `symbol_contrast` with the `share` (0 to 1) that was measured and its `grade`, `modulation` with its `grade`; `grade`
/// and `letter` are the least of these. A picture is no calibrated verifier: see [`reader::Grade`].
fn grade_json(grade: &Grade) -> Value {
    let letter = match grade.overall() {
        Letter::A => "A",
        Letter::B => "B",
        Letter::C => "C",
        Letter::D => "D",
        Letter::F => "F",
    };
    let measure = |measure: reader::Measure| {
        json!({
            "share": (f64::from(measure.share) * 1e3).round() / 1e3,
            "grade": measure.letter.number(),
        })
    };

    json!({
        "letter": letter,
        "grade": grade.overall().number(),
        "unused_error_correction": measure(grade.unused_error_correction),
        "symbol_contrast": measure(grade.symbol_contrast),
        "modulation": { "grade": grade.modulation.number() },
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shell's clock: the reader gets the time left as a function"
)]
fn instant() -> Instant {
    Instant::now()
}
