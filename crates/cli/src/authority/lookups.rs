//! `lookups.csv`: the codes of others that are only looked up. Of a code it keeps a fingerprint and never the text, and of its
//! holder what staff compare.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use domain::code::lookup::{Fingerprint, LookupScheme, MAX_ISSUER};
use domain::hex;
use domain::screen::Colour;
use domain::status::{Cell, LookupRow, lookup_table};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::issue::is_last_four;
use super::table;
use super::today::{Revoked, TestKnown, cell, revoked, revoked_word, test_of, test_word};
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

/// One code. Its `Debug` tells nothing of its holder.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for LookupRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupRecord")
            .field("index", &self.index)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
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
        for (place, row) in table::rows::<Row>(&path, &text) {
            let record = row?.record().map_err(|problem| place.problem(&problem))?;
            if u64::from(record.index) < lookups.next_index() {
                return Err(place.problem("indexes must rise"));
            }
            if !lookups.add(record) {
                return Err(place.problem("a code stands there twice"));
            }
        }

        Ok(lookups)
    }

    /// Puts it in place of the one in the folder.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let rows = self.records.iter().map(Row::of);

        table::write(&folder.join(FILE), &HEADING, rows)
    }

    /// All records, by index.
    #[must_use]
    pub fn records(&self) -> &[LookupRecord] {
        &self.records
    }

    /// That a manifest may name all tables of the issuers of `schemes`.
    ///
    /// # Errors
    /// [`Failure::Refused`] for more tables than that.
    pub fn check_tables(&self, schemes: &[LookupScheme]) -> Result<(), Failure> {
        let mut issuers: BTreeMap<&str, usize> = BTreeMap::new();
        for record in self.of_schemes(schemes) {
            let codes = issuers.entry(&record.issuer).or_default();
            *codes = codes.saturating_add(1);
        }
        let tables: usize = issuers.values().map(|codes| codes.div_ceil(ROWS)).sum();
        if tables > TABLES {
            return Err(Failure::Refused(format!(
                "the codes that are looked up fill {tables} tables, and a status list names {TABLES}: divide them among two authorities"
            )));
        }

        Ok(())
    }

    /// The tables of the issuers of `schemes`, in the order in which a manifest names them. Codes of no scheme are not looked up
    /// by any station, and stay in the register.
    ///
    /// # Errors
    /// As [`Self::check_tables`].
    pub fn tables(&self, schemes: &[LookupScheme]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        self.check_tables(schemes)?;
        let mut issuers: BTreeMap<&str, BTreeMap<Fingerprint, LookupRow>> = BTreeMap::new();
        for record in self.of_schemes(schemes) {
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

        Ok(tables)
    }

    fn of_schemes(&self, schemes: &[LookupScheme]) -> impl Iterator<Item = &LookupRecord> {
        let issuers: BTreeSet<&str> = schemes
            .iter()
            .map(|scheme| scheme.issuer.as_str())
            .collect();

        self.records
            .iter()
            .filter(move |record| issuers.contains(record.issuer.as_str()))
    }

    /// What is known of a code.
    #[must_use]
    pub fn record(&self, issuer: &str, fingerprint: Fingerprint) -> Option<&LookupRecord> {
        let at = self.places.get(&(issuer.to_owned(), fingerprint))?;

        self.records.get(*at)
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
        if !(1..=MAX_ISSUER).contains(&self.issuer.len()) {
            return Err(format!("the issuer has not 1 to {MAX_ISSUER} bytes"));
        }
        let birth_year = match self.birth_year.as_str() {
            "-" => None,
            year => Some(
                year.parse()
                    .ok()
                    .filter(|year| (1_900..=9_999).contains(year))
                    .ok_or_else(|| format!("the birth year is {year:?}"))?,
            ),
        };
        let last_four = match self.id_last_four.as_str() {
            "-" => None,
            four => Some(
                four.as_bytes()
                    .try_into()
                    .ok()
                    .filter(|_| is_last_four(four))
                    .ok_or("the end of the ID document is not four digits or capitals")?,
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

#[cfg(test)]
mod tests {
    use domain::code::lookup::Alphabet;

    use super::*;

    fn scheme(issuer: &str) -> LookupScheme {
        LookupScheme {
            issuer: issuer.to_owned(),
            prefix: format!("{issuer}-"),
            alphabet: Alphabet::Hex,
            least: 32,
            most: 32,
            country: None,
        }
    }

    fn record(index: u32) -> LookupRecord {
        LookupRecord {
            index,
            issuer: format!("city-{index:02}"),
            fingerprint: Fingerprint([7; 8]),
            birth_year: Some(1958),
            last_four: Some(*b"061X"),
            colour: Colour::Green,
            test: TestKnown::None,
            revoked: None,
        }
    }

    #[test]
    fn the_debug_of_a_register_tells_nothing_of_a_holder() {
        let mut lookups = Lookups::default();
        assert!(lookups.add(record(3)));
        let told = format!("{lookups:?}");
        assert!(told.contains("city-03"), "{told}");
        for hidden in ["1958", "48, 54, 49, 88", "Green", "7, 7"] {
            assert!(!told.contains(hidden), "{told}");
        }
    }

    #[test]
    fn more_tables_than_a_list_names_are_refused_and_issuers_without_a_scheme_do_not_count() {
        let mut lookups = Lookups::default();
        for index in 0..17 {
            assert!(lookups.add(record(index)));
        }
        let schemes: Vec<LookupScheme> = lookups
            .records()
            .iter()
            .map(|record| scheme(&record.issuer))
            .collect();
        let refused = lookups.check_tables(&schemes).unwrap_err().to_string();
        assert!(
            refused.starts_with("the codes that are looked up fill 17 tables"),
            "{refused}"
        );
        assert!(lookups.tables(&schemes).is_err());
        let (_, fewer) = schemes.split_first().unwrap();
        let tables = lookups.tables(fewer).unwrap();
        let issuers: Vec<&str> = tables.iter().map(|(issuer, _)| issuer.as_str()).collect();
        assert_eq!((issuers.len(), issuers.first()), (16, Some(&"city-01")));
        assert_eq!(lookups.tables(&[]).unwrap(), []);
    }
}
