//! `residents.csv`: what the authority itself keeps of every code that it issued. Masked names only: who a
//! resident is, the population register knows.

use std::path::Path;

use domain::ids::Handle;
use domain::screen::{Colour, HolderClass};
use domain::status::Cell;
use domain::time::Timestamp;
use domain::{code, hex};
use serde::{Deserialize, Serialize};

use super::lookups::{LookupRecord, Lookups};
use super::table::{self, DAMAGED};
use super::today::{Revoked, TestKnown, cell, revoked, revoked_word, test_of, test_word};
use crate::{Failure, clock, files};

/// Every code issued, by index, and those of others that are only looked up: all have their place in one status list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    records: Vec<Record>,
    lookups: Lookups,
}

/// One code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the status list.
    pub index: u64,
    /// Whose.
    pub handle: Handle,
    /// Masked name.
    pub name: String,
    /// Birth year.
    pub birth_year: u16,
    /// Holder class.
    pub class: HolderClass,
    /// The last four characters of the ID document.
    pub last_four: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Valid before this second.
    pub expires: Timestamp,
    /// Today's colour.
    pub colour: Colour,
    /// Today's latest test.
    pub test: TestKnown,
    /// Whether it is revoked.
    pub revoked: Option<Revoked>,
    /// The text of the code.
    pub text: String,
    /// The text of the test centre's slip that went with it.
    pub slip: Option<String>,
}

impl Record {
    /// Its byte in a list signed at `as_of`.
    #[must_use]
    pub fn cell(&self, as_of: Timestamp) -> Cell {
        cell(self.colour, self.test, self.revoked, as_of)
    }
}

impl Register {
    /// The register in an authority's folder.
    ///
    /// # Errors
    /// [`Failure::File`]; [`Failure::Line`] for a line that is not as we wrote it.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(FILE);
        let text = files::read(&path)?;
        let mut records: Vec<Record> = Vec::new();
        for (place, row) in table::rows::<Row>(&path, &text) {
            let record = row?.record().map_err(|problem| place.problem(&problem))?;
            if records
                .last()
                .is_some_and(|last| last.index >= record.index)
            {
                return Err(place.problem("indexes must rise"));
            }
            records.push(record);
        }

        let lookups = Lookups::read(folder)?;
        if let Some(record) = records.iter().find(|record| lookups.has(record.index)) {
            return Err(Failure::Refused(format!(
                "{}: number {} stands in the register of codes that are looked up too. {DAMAGED}",
                path.display(),
                record.index
            )));
        }

        Ok(Self { records, lookups })
    }

    /// Puts it in place of the one in the folder; codes that are looked up have a register of their own
    /// ([`Lookups::write`]).
    ///
    /// # Errors
    /// [`Failure::File`].
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let rows = self.records.iter().map(Row::of);

        table::write(&folder.join(FILE), &HEADING, rows)
    }

    /// All records, by index.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The record of an index, to be changed.
    pub fn record_mut(&mut self, index: u64) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.index == index)
    }

    /// The record of an index.
    #[must_use]
    pub fn record(&self, index: u64) -> Option<&Record> {
        self.records.iter().find(|record| record.index == index)
    }

    /// The codes of others that are only looked up.
    #[must_use]
    pub fn lookups(&self) -> &Lookups {
        &self.lookups
    }

    /// Takes a code of others that is only looked up, or what is new of it. True if it was not known.
    ///
    /// # Errors
    /// [`Failure::Refused`] where no index is left that a table for looking codes up can name.
    pub fn look_up(&mut self, looked_up: LookupRecord) -> Result<bool, Failure> {
        let next = self.next_index();

        self.lookups.take(looked_up, next)
    }

    /// The next index that no code has, of ours or of others.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        let own = self
            .records
            .last()
            .map_or(0, |record| record.index.saturating_add(1));

        own.max(self.lookups.next_index())
    }

    /// Adds a record at [`Self::next_index`] or later.
    pub fn add(&mut self, record: Record) {
        self.records.push(record);
    }
}

/// A record as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Row {
    index: u64,
    handle: String,
    name: String,
    birth_year: u16,
    class: HolderClass,
    id_last_four: String,
    issued: String,
    expires: String,
    colour: Colour,
    test: String,
    revoked: String,
    text: String,
    /// Releases before slips were kept have no such column.
    #[serde(default)]
    slip: String,
}

impl Row {
    fn of(record: &Record) -> Self {
        Self {
            index: record.index,
            handle: hex::encode(record.handle.0),
            name: record.name.clone(),
            birth_year: record.birth_year,
            class: record.class,
            id_last_four: record.last_four.clone(),
            issued: clock::show(record.issued_at),
            expires: clock::show(record.expires),
            colour: record.colour,
            test: test_word(record.test),
            revoked: revoked_word(record.revoked).to_owned(),
            text: record.text.clone(),
            slip: record.slip.clone().unwrap_or_else(|| "-".to_owned()),
        }
    }

    fn record(self) -> Result<Record, String> {
        let slip = Some(self.slip).filter(|text| !matches!(text.as_str(), "-" | ""));
        for text in std::iter::once(&self.text).chain(&slip) {
            code::decode(text.as_bytes())
                .map_err(|reason| format!("the text of a code is {}", reason.word()))?;
        }

        Ok(Record {
            index: self.index,
            handle: Handle(
                hex::decode_array(&self.handle).ok_or("the handle is not 32 hexadecimal digits")?,
            ),
            name: self.name,
            birth_year: self.birth_year,
            class: self.class,
            last_four: self.id_last_four,
            issued_at: clock::parse(&self.issued)?,
            expires: clock::parse(&self.expires)?,
            colour: self.colour,
            test: test_of(&self.test)?,
            revoked: revoked(&self.revoked)?,
            text: self.text,
            slip,
        })
    }
}

const FILE: &str = "residents.csv";
const HEADING: [&str; 13] = [
    "index",
    "handle",
    "name",
    "birth_year",
    "class",
    "id_last_four",
    "issued",
    "expires",
    "colour",
    "test",
    "revoked",
    "text",
    "slip",
];
