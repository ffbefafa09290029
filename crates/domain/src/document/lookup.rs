//! Codes that are only looked up: their shapes in `trust`, their lists in `manifest`.

use super::StatusFile;
use crate::cbor::{Fields, Value, WrongShape};
use crate::code::lookup::{Alphabet, LookupScheme, MAX_ISSUER, MAX_SCHEMES};
use crate::status::LOOKUP_ROW;

const ALPHABETS: [(Alphabet, &str); 4] = [
    (Alphabet::Digits, "digits"),
    (Alphabet::Hex, "hex"),
    (Alphabet::Alphanumeric, "alphanumeric"),
    (Alphabet::Base64Url, "base64url"),
];
/// Lists in one manifest.
const MAX_FILES: usize = 16;
/// All of them together, unpacked: a station holds them in memory.
const MAX_RAW: u64 = 1024 * 1024 * 1024;

/// A list of the codes of one issuer, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupFile {
    /// Whose codes: the issuer of a scheme in `trust`. Those that stand one after another are of one issuer, in the order of
    /// what is in them.
    pub issuer: String,
    /// Counts up with every change of the table.
    pub version: u64,
    /// SHA-256 of the raw table.
    pub sha256: [u8; 32],
    /// The whole table as a file.
    pub full: StatusFile,
}

impl Alphabet {
    /// Its word in documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        ALPHABETS
            .iter()
            .find(|(alphabet, _)| *alphabet == self)
            .map_or("", |(_, word)| *word)
    }

    /// The alphabet with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        ALPHABETS
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(alphabet, _)| *alphabet)
    }
}

impl LookupFile {
    pub(super) fn to_value(&self) -> Value {
        Value::map([
            ("issuer", Value::text(&self.issuer)),
            ("version", Value::from(self.version)),
            ("sha256", Value::bytes(self.sha256)),
            ("full", self.full.to_value()),
        ])
    }

    pub(super) fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let file = Self {
            issuer: fields.text("issuer")?,
            version: fields.get("version", Value::as_u64)?,
            sha256: fields.get("sha256", Value::as_array)?,
            full: StatusFile::from_value(fields.take("full")?)?,
        };
        fields.end()?;

        Ok(file)
    }
}

/// No list is empty or has half a row, each is whole and somebody's, and all together fit in a station.
pub(super) fn files_are_sound(files: &[LookupFile]) -> bool {
    let row = u64::try_from(LOOKUP_ROW).unwrap_or(u64::MAX);
    let lengths = files.iter().map(|file| file.full.raw_length);

    files.len() <= MAX_FILES
        && lengths.fold(0, u64::saturating_add) <= MAX_RAW
        && files.iter().all(|file| {
            (1..=MAX_ISSUER).contains(&file.issuer.len())
                && file.full.base.is_none()
                && file.full.raw_length > 0
                && file.full.raw_length.is_multiple_of(row)
        })
}

/// Each within its bounds, and no text of two of them.
pub(super) fn schemes_are_sound(schemes: &[LookupScheme]) -> bool {
    let apart = schemes.iter().enumerate().all(|(at, one)| {
        let others = schemes.iter().skip(at.saturating_add(1));
        others.into_iter().all(|other| !one.overlaps(other))
    });

    schemes.len() <= MAX_SCHEMES && schemes.iter().all(LookupScheme::is_sound) && apart
}

/// A country that is not known is left out.
pub(super) fn scheme_to_value(scheme: &LookupScheme) -> Value {
    let number = |number: usize| Value::from(u64::try_from(number).unwrap_or(u64::MAX));
    let country = scheme.country.as_ref().map(Value::text);
    let fields = [
        ("issuer", Some(Value::text(&scheme.issuer))),
        ("prefix", Some(Value::text(&scheme.prefix))),
        ("alphabet", Some(Value::text(scheme.alphabet.word()))),
        ("least", Some(number(scheme.least))),
        ("most", Some(number(scheme.most))),
        ("country", country),
    ];

    Value::Map(
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((Value::text(name), value?)))
            .collect(),
    )
}

pub(super) fn scheme_from_value(value: Value) -> Result<LookupScheme, WrongShape> {
    let mut fields = Fields::of(value)?;
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let country = |value: Value| value.as_text().map(str::to_owned).ok_or(WrongShape);
    let scheme = LookupScheme {
        issuer: fields.text("issuer")?,
        prefix: fields.text("prefix")?,
        alphabet: fields.get("alphabet", |value| Alphabet::from_word(value.as_text()?))?,
        least: fields.get("least", number)?,
        most: fields.get("most", number)?,
        country: fields.maybe("country").map(country).transpose()?,
    };
    fields.end()?;

    Ok(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentError, Manifest, Trust, TrustBody};
    use crate::fixture::{AUTHORITY, NOW, STATUS_KEY, key, root, snapshot, trust};
    use crate::status::Cell;

    fn scheme(prefix: &str, country: Option<&str>) -> LookupScheme {
        LookupScheme {
            issuer: "harbour-city".to_owned(),
            prefix: prefix.to_owned(),
            alphabet: Alphabet::Hex,
            least: 32,
            most: 32,
            country: country.map(str::to_owned),
        }
    }

    fn with(lookups: Vec<LookupScheme>) -> Result<Trust, DocumentError> {
        let body = TrustBody {
            lookups,
            ..trust().body
        };
        Trust::verify(&body.sign(&[&key(1), &key(2)]), &root(body.header, false))
    }

    fn list(files: Vec<LookupFile>) -> Result<Manifest, DocumentError> {
        let manifest = Manifest {
            lookups: files,
            ..snapshot(NOW, &[Cell::LOST]).manifest().clone()
        };
        let status = key(STATUS_KEY);
        Manifest::verify(&manifest.sign(&status), AUTHORITY, &[status.public()])
    }

    fn file() -> LookupFile {
        LookupFile {
            issuer: "harbour-city".to_owned(),
            version: 3,
            sha256: [1; 32],
            full: StatusFile {
                base: None,
                sha256: [2; 32],
                salt: [3; 32],
                length: 90,
                raw_length: 36,
            },
        }
    }

    #[test]
    fn schemes_come_back_as_they_were_signed() {
        let schemes = vec![scheme("https://a.example/", Some("SG")), scheme("", None)];
        assert_eq!(with(schemes.clone()).unwrap().body.lookups, schemes);
        for (alphabet, word) in ALPHABETS {
            assert_eq!(Alphabet::from_word(word), Some(alphabet));
            assert_eq!(alphabet.word(), word);
        }
    }

    #[test]
    fn a_trust_list_with_an_unsound_scheme_two_of_one_shape_or_too_many_is_refused() {
        let many = |count: usize| {
            let prefix = |at: usize| format!("C{at:02}-");
            (0..count).map(|at| scheme(&prefix(at), None)).collect()
        };
        assert!(with(many(MAX_SCHEMES)).is_ok());
        for schemes in [
            many(MAX_SCHEMES + 1),
            vec![scheme("MS1:", None)],
            vec![scheme("C-", None), scheme("C-", Some("SG"))],
        ] {
            assert_eq!(with(schemes).err(), Some(DocumentError::Content));
        }
    }

    #[test]
    fn lists_come_back_as_they_were_signed_and_stand_among_the_files() {
        let read = list(vec![file(), file()]).unwrap();
        assert_eq!(read.lookups, [file(), file()]);
        let named: Vec<[u8; 32]> = read.files().map(|file| file.sha256).collect();
        assert_eq!(named.len(), 3);
        assert_eq!(named[1..], [[2; 32], [2; 32]]);
    }

    #[test]
    fn a_list_that_is_empty_torn_a_delta_nobodys_or_too_large_is_refused() {
        let raw = |raw_length| LookupFile {
            full: StatusFile {
                raw_length,
                ..file().full
            },
            ..file()
        };
        let base = StatusFile {
            base: Some([0; 32]),
            ..file().full
        };
        for files in [
            vec![raw(0)],
            vec![raw(35)],
            vec![LookupFile {
                full: base,
                ..file()
            }],
            vec![LookupFile {
                issuer: String::new(),
                ..file()
            }],
            vec![raw(36 * 10_000_000); 3],
            vec![file(); MAX_FILES + 1],
        ] {
            assert_eq!(list(files).err(), Some(DocumentError::Content));
        }
    }
}
