//! `lookups.csv`: the codes of others that are only looked up. Of a code it keeps a fingerprint and never the text, and of its
//! holder what staff compare.

use std::collections::BTreeMap;
use std::path::Path;

use domain::code::lookup::Fingerprint;
use domain::hex;
use domain::screen::Colour;
use domain::status::{Cell, LookupRow, lookup_table};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::register::{
    DAMAGED, Revoked, TestKnown, cell, in_words, revoked, revoked_word, test_of, test_word,
};
use crate::{Failure, files};

/// Rows of one table: with 18 bytes each its file stays below 64 MiB, however badly it packs.
const ROWS: usize = 3_000_000;
/// Tables that one manifest may name.
const TABLES: usize = 16;
const FILE: &str = "lookups.csv";
const HEADING: [&str; 8] = [
    "index",
    "issuer",
    "fingerprint",
    "birth_year",
    "id_last_four",
    "colour",
    "test",
    "revoked",
];

/// One code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupRecord {
    /// Its place in the status list.
    pub index: u32,
    /// Whose code.
    pub issuer: String,
    /// What is kept of its text.
    pub fingerprint: Fingerprint,
    /// Birth year of its holder, if known.
    pub birth_year: Option<u16>,
    /// The last four characters of the holder's ID document, if known.
    pub last_four: Option<[u8; 4]>,
    /// Today's colour.
    pub colour: Colour,
    /// Today's latest test.
    pub test: TestKnown,
    /// Whether it is revoked.
    pub revoked: Option<Revoked>,
}

impl LookupRecord {
    /// Its byte in a list signed at `as_of`.
    #[must_use]
    pub fn cell(&self, as_of: Timestamp) -> Cell {
        cell(self.colour, self.test, self.revoked, as_of)
    }
}

/// Every code of others, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookups {
    records: Vec<LookupRecord>,
    /// Where each stands among the records.
    places: BTreeMap<(String, Fingerprint), usize>,
}

impl Lookups {
    /// The register in an authority's folder; an empty one where there is none.
    ///
    /// # Errors
    /// [`Failure::File`]; [`Failure::Line`] for a line that is not as we wrote it.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = files::read(&path)?;
        let mut lookups = Self::default();
        for (row, line) in csv::Reader::from_reader(text.as_slice())
            .deserialize::<Row>()
            .zip(2_u64..)
        {
            let problem = |problem: String| Failure::Line {
                path: path.clone(),
                line,
                problem: format!("{problem}. {DAMAGED}"),
            };
            let record = row
                .map_err(|error| problem(in_words(&error)))?
                .record()
                .map_err(problem)?;
            if u64::from(record.index) < lookups.next_index() {
                return Err(problem("indexes must rise".to_owned()));
            }
            if !lookups.add(record) {
                return Err(problem("a code stands there twice".to_owned()));
            }
        }

        Ok(lookups)
    }

    /// Puts it in place of the one in the folder.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(FILE);
        let mut writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .has_headers(false)
            .from_writer(Vec::new());
        let written = writer.write_record(HEADING).and_then(|()| {
            self.records
                .iter()
                .try_for_each(|record| writer.serialize(Row::of(record)))
        });
        let bytes = written
            .map_err(std::io::Error::other)
            .and_then(|()| writer.into_inner().map_err(csv::IntoInnerError::into_error))
            .map_err(Failure::file(&path, "write"))?;

        files::replace(&path, &bytes)
    }

    /// All records, by index.
    #[must_use]
    pub fn records(&self) -> &[LookupRecord] {
        &self.records
    }

    /// The tables of every issuer, in the order in which a manifest names them.
    ///
    /// # Errors
    /// [`Failure::Refused`] for more tables than a manifest may name.
    pub fn tables(&self) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let mut issuers: BTreeMap<&str, BTreeMap<Fingerprint, LookupRow>> = BTreeMap::new();
        for record in &self.records {
            let rows = issuers.entry(&record.issuer).or_default();
            let row = LookupRow {
                index: record.index,
                birth_year: record.birth_year,
                last_four: record.last_four,
            };
            rows.insert(record.fingerprint, row);
        }
        let mut tables = Vec::new();
        for (issuer, mut rest) in issuers {
            while !rest.is_empty() {
                let next = rest.keys().nth(ROWS).copied();
                let later = next.map(|next| rest.split_off(&next)).unwrap_or_default();
                tables.push((issuer.to_owned(), lookup_table(&rest)));
                rest = later;
            }
        }
        if tables.len() > TABLES {
            return Err(Failure::Refused(format!(
                "the codes that are looked up fill {} tables, and a status list names {TABLES}: divide them among two authorities",
                tables.len()
            )));
        }

        Ok(tables)
    }

    /// The index after the last.
    pub(super) fn next_index(&self) -> u64 {
        self.records
            .last()
            .map_or(0, |record| u64::from(record.index).saturating_add(1))
    }

    /// Whether a code has this index.
    pub(super) fn has(&self, index: u64) -> bool {
        u32::try_from(index).is_ok_and(|index| {
            self.records
                .binary_search_by_key(&index, |record| record.index)
                .is_ok()
        })
    }

    /// Takes a code at `next`, or what is new of one that keeps its index. True if it was not known.
    pub(super) fn take(&mut self, new: LookupRecord, next: u64) -> Result<bool, Failure> {
        let known = self.places.get(&(new.issuer.clone(), new.fingerprint));
        if let Some(record) = known.and_then(|at| self.records.get_mut(*at)) {
            *record = LookupRecord {
                index: record.index,
                ..new
            };
            return Ok(false);
        }
        let index = u32::try_from(next).map_err(|_| {
            Failure::Refused("the status list has no number left for a code".to_owned())
        })?;

        Ok(self.add(LookupRecord { index, ..new }))
    }

    /// False if the code is there already.
    fn add(&mut self, record: LookupRecord) -> bool {
        let key = (record.issuer.clone(), record.fingerprint);
        let new = self.places.insert(key, self.records.len()).is_none();
        self.records.push(record);

        new
    }
}

/// A record as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Row {
    index: u32,
    issuer: String,
    fingerprint: String,
    birth_year: String,
    id_last_four: String,
    colour: Colour,
    test: String,
    revoked: String,
}

impl Row {
    fn of(record: &LookupRecord) -> Self {
        let four = record.last_four.as_ref();

        Self {
            index: record.index,
            issuer: record.issuer.clone(),
            fingerprint: hex::encode(record.fingerprint.0),
            birth_year: record
                .birth_year
                .map_or_else(|| "-".to_owned(), |year| year.to_string()),
            id_last_four: four.map_or_else(
                || "-".to_owned(),
                |four| four.iter().map(|letter| char::from(*letter)).collect(),
            ),
            colour: record.colour,
            test: test_word(record.test),
            revoked: revoked_word(record.revoked).to_owned(),
        }
    }

    fn record(self) -> Result<LookupRecord, String> {
        let birth_year = match self.birth_year.as_str() {
            "-" => None,
            year => Some(
                year.parse()
                    .map_err(|_| format!("the birth year is {year:?}"))?,
            ),
        };
        let last_four = match self.id_last_four.as_bytes() {
            b"-" => None,
            four => Some(
                four.try_into()
                    .map_err(|_| "the end of the ID document has not four characters".to_owned())?,
            ),
        };

        Ok(LookupRecord {
            index: self.index,
            issuer: self.issuer,
            fingerprint: Fingerprint(
                hex::decode_array(&self.fingerprint)
                    .ok_or("the fingerprint is not 16 hexadecimal digits")?,
            ),
            birth_year,
            last_four,
            colour: self.colour,
            test: test_of(&self.test)?,
            revoked: revoked(&self.revoked)?,
        })
    }
}
