//! The table by which codes that nobody signed are looked up: who may hold one is known to whoever printed it, so all that a
//! row has is a fingerprint, a place in the status list, and what staff compare with an ID document.

use std::collections::BTreeMap;
use std::fmt;

use crate::code::lookup::Fingerprint;

/// Bytes of a row: fingerprint, u32 index, u16 birth year, four characters; numbers big endian.
pub const LOOKUP_ROW: usize = 18;

const FINGERPRINT: usize = 8;
const INDEX: usize = 4;
const YEAR: usize = 2;

type RowBytes = [u8; LOOKUP_ROW];

/// What a list has of one code. Its `Debug` tells nothing of the holder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LookupRow {
    /// Its place in the status list.
    pub index: u32,
    /// Birth year of its holder, if known.
    pub birth_year: Option<u16>,
    /// The last four characters of the holder's ID document, digits or capitals, if known.
    pub last_four: Option<[u8; 4]>,
}

impl fmt::Debug for LookupRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupRow(..)")
    }
}

/// A table in its bytes: rows in the order of their fingerprints, none twice. Its `Debug` does not tell them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LookupTable(Box<[u8]>);

impl fmt::Debug for LookupTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupTable")
            .field("bytes", &self.0.len())
            .finish_non_exhaustive()
    }
}

impl LookupTable {
    /// The table, unless it has half a row, a row out of order or a fingerprint twice, or last four characters that are no
    /// document's.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        let table = Self(bytes.into_boxed_slice());
        let (rows, rest) = table.0.as_chunks::<LOOKUP_ROW>();
        let whole = rest.is_empty()
            && rows.is_sorted_by(|one, next| fingerprint(one) < fingerprint(next))
            && rows.iter().all(four_is_a_documents);

        whole.then_some(table)
    }

    /// The row of a fingerprint. The table is searched as it lies there.
    pub(super) fn find(&self, wanted: Fingerprint) -> Option<LookupRow> {
        let (rows, _) = self.0.as_chunks::<LOOKUP_ROW>();
        let at = rows.binary_search_by_key(&wanted, fingerprint).ok()?;

        rows.get(at).map(row)
    }

    /// Its first fingerprint and its last.
    pub(super) fn range(&self) -> Option<(Fingerprint, Fingerprint)> {
        let (rows, _) = self.0.as_chunks::<LOOKUP_ROW>();

        Some((fingerprint(rows.first()?), fingerprint(rows.last()?)))
    }
}

/// The table of `rows` in its bytes.
#[must_use]
pub fn lookup_table(rows: &BTreeMap<Fingerprint, LookupRow>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len().saturating_mul(LOOKUP_ROW));
    for (fingerprint, row) in rows {
        bytes.extend(fingerprint.0);
        bytes.extend(row.index.to_be_bytes());
        bytes.extend(row.birth_year.unwrap_or_default().to_be_bytes());
        bytes.extend(row.last_four.unwrap_or_default());
    }

    bytes
}

fn fingerprint(bytes: &RowBytes) -> Fingerprint {
    Fingerprint(bytes.first_chunk().copied().unwrap_or_default())
}

fn row(bytes: &RowBytes) -> LookupRow {
    let (_, rest) = bytes.split_at(FINGERPRINT);
    let (index, rest) = rest.split_at(INDEX);
    let (year, four) = rest.split_at(YEAR);
    let year = u16::from_be_bytes(year.try_into().unwrap_or_default());
    let four: [u8; 4] = four.try_into().unwrap_or_default();

    LookupRow {
        index: u32::from_be_bytes(index.try_into().unwrap_or_default()),
        birth_year: Some(year).filter(|year| *year > 0),
        last_four: Some(four).filter(|four| *four != [0; 4]),
    }
}

/// Digits and capitals, or nothing.
fn four_is_a_documents(bytes: &RowBytes) -> bool {
    let is_one = |letter: &u8| letter.is_ascii_digit() || letter.is_ascii_uppercase();

    row(bytes)
        .last_four
        .is_none_or(|four| four.iter().all(is_one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(fingerprints: &[u64]) -> BTreeMap<Fingerprint, LookupRow> {
        let row = |index| LookupRow {
            index,
            birth_year: Some(1941),
            last_four: Some(*b"123X"),
        };
        let named = fingerprints
            .iter()
            .map(|number| Fingerprint(number.to_be_bytes()));
        named.zip((0..).map(row)).collect()
    }

    #[test]
    fn every_row_is_found_under_its_fingerprint_and_no_other() {
        let numbers: Vec<u64> = (0..257).map(|n| n * 3 + 1).collect();
        let rows = rows(&numbers);
        let table = LookupTable::read(lookup_table(&rows)).unwrap();
        for (fingerprint, row) in &rows {
            assert_eq!(table.find(*fingerprint), Some(*row));
        }
        for other in [0, 2, 3, 770, u64::MAX] {
            assert_eq!(table.find(Fingerprint(other.to_be_bytes())), None);
        }
        let first = Fingerprint(1_u64.to_be_bytes());
        assert_eq!(table.range().map(|(from, _)| from), Some(first));
    }

    #[test]
    fn what_is_not_known_of_a_holder_comes_back_as_unknown() {
        let bare = LookupRow {
            index: u32::MAX,
            birth_year: None,
            last_four: None,
        };
        let fingerprint = Fingerprint([0; 8]);
        let bytes = lookup_table(&BTreeMap::from([(fingerprint, bare)]));
        assert_eq!(bytes[12..], [0; 6]);
        assert_eq!(
            LookupTable::read(bytes).unwrap().find(fingerprint),
            Some(bare)
        );
    }

    #[test]
    fn half_a_row_rows_out_of_order_doubles_and_strange_letters_are_refused() {
        let good = lookup_table(&rows(&[1, 2, 3]));
        let (one, two) = (good[..18].to_vec(), good[18..36].to_vec());
        let mut letters = good.clone();
        letters[17] = b'x';
        let mut half_known = good.clone();
        half_known[14] = 0;
        for wrong in [
            good[..53].to_vec(),
            [good.clone(), vec![0]].concat(),
            [two.clone(), one.clone()].concat(),
            [one.clone(), two.clone(), two].concat(),
            [one.clone(), one].concat(),
            letters,
            half_known,
        ] {
            assert_eq!(LookupTable::read(wrong), None);
        }
        assert!(LookupTable::read(good).is_some());
        let empty = LookupTable::read(Vec::new()).unwrap();
        assert_eq!(empty.find(Fingerprint([0; 8])), None);
        assert_eq!(empty.range(), None);
    }
}
