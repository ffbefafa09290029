//! Foreign issuers' keys and the lists that take their codes back, as `trust` names them.

use super::DocumentError;
use crate::cbor::{Fields, Value, WrongShape};
use crate::code::foreign::revocation::{ListKind, MAX_LIST_BYTES};
use crate::code::foreign::{ForeignKey, Format, HcertContent, HcertMap, ProofKind};
use crate::crypto::{KeyError, KeyKind, VerifyingKey, sha256};
use crate::time::Timestamp;

const FORMATS: [(Format, &str); 6] = [
    (Format::Hcert, "hcert"),
    (Format::Shc, "shc"),
    (Format::Nzcp, "nzcp"),
    (Format::VdsNc, "vds_nc"),
    (Format::Claim169, "claim169"),
    (Format::Pretix, "pretix"),
];
const PROOFS: [(ProofKind, &str); 5] = [
    (ProofKind::Vaccination, "vaccination"),
    (ProofKind::Test, "test"),
    (ProofKind::Recovery, "recovery"),
    (ProofKind::Identity, "identity"),
    (ProofKind::Ticket, "ticket"),
];
const LISTS: [(ListKind, &str); 5] = [
    (ListKind::EuHashes, "eu_hashes"),
    (ListKind::PretixBlocked, "pretix_blocked"),
    (ListKind::PretixRevoked, "pretix_revoked"),
    (ListKind::ShcRids, "shc_rids"),
    (ListKind::StatusToken, "status_token"),
];
const KEY_KINDS: [(KeyKind, &str); 4] = [
    (KeyKind::P256, "p256"),
    (KeyKind::P384, "p384"),
    (KeyKind::Rsa, "rsa"),
    (KeyKind::Ed25519, "ed25519"),
];

/// A file with what foreign issuers have taken back. It travels by itself and counts only as `trust` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationFile {
    /// What it lists.
    pub list: ListKind,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length in bytes: at most 4 MiB.
    pub length: u64,
}

impl RevocationFile {
    /// Whether `bytes` are the file.
    #[must_use]
    pub fn is(&self, bytes: &[u8]) -> bool {
        u64::try_from(bytes.len()) == Ok(self.length) && sha256(&[bytes]) == self.sha256
    }

    pub(super) fn to_value(&self) -> Value {
        Value::map([
            ("list", word(&LISTS, &self.list)),
            ("sha256", Value::bytes(self.sha256)),
            ("length", Value::from(self.length)),
        ])
    }

    pub(super) fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let file = Self {
            list: fields.get("list", |value| of_word(&LISTS, value))?,
            sha256: fields.get("sha256", Value::as_array)?,
            length: fields.get("length", |value| {
                let longest = u64::try_from(MAX_LIST_BYTES).unwrap_or(u64::MAX);
                value.as_u64().filter(|length| *length <= longest)
            })?,
        };
        fields.end()?;

        Ok(file)
    }
}

/// Fields that say nothing are left out.
pub(super) fn key_to_value(key: &ForeignKey) -> Value {
    let kinds = key.kinds.iter().map(|kind| word(&PROOFS, kind)).collect();
    let text = |text: &Option<String>| text.as_ref().map(Value::text);
    let fields = [
        ("format", Some(word(&FORMATS, &key.format))),
        ("key_id", Some(Value::bytes(&key.key_id))),
        ("issuer", text(&key.issuer)),
        ("name", text(&key.name)),
        ("country", text(&key.country)),
        (
            "key_kind",
            key.key.as_ref().map(|key| word(&KEY_KINDS, &key.kind())),
        ),
        (
            "key",
            key.key.as_ref().map(|key| Value::bytes(key.as_bytes())),
        ),
        ("not_before", key.not_before.map(|at| Value::int(at.0))),
        ("not_after", key.not_after.map(|at| Value::int(at.0))),
        ("max_lifetime", key.max_lifetime.map(Value::int)),
        (
            "kinds",
            (!key.kinds.is_empty()).then_some(Value::Array(kinds)),
        ),
    ];

    Value::Map(
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((Value::text(name), value?)))
            .collect(),
    )
}

/// # Errors
/// [`DocumentError::Shape`], also for a key that is none of its kind; a weak Ed25519 key by its own error.
pub(super) fn key_from_value(value: Value) -> Result<ForeignKey, DocumentError> {
    let mut fields = Fields::of(value)?;
    let text = |value: Value| value.as_text().map(str::to_owned).ok_or(WrongShape);
    let format = fields.get("format", |value| of_word(&FORMATS, value))?;
    let key_id = fields.get("key_id", |value| value.as_bytes().map(<[u8]>::to_vec))?;
    let issuer = fields.maybe("issuer").map(text).transpose()?;
    let name = fields.maybe("name").map(text).transpose()?;
    let country = fields.maybe("country").map(text).transpose()?;
    let key = match (fields.maybe("key_kind"), fields.maybe("key")) {
        (Some(kind), Some(bytes)) => {
            let kind = of_word(&KEY_KINDS, &kind).ok_or(WrongShape)?;
            let bytes = bytes.as_bytes().ok_or(WrongShape)?;
            Some(VerifyingKey::new(kind, bytes).map_err(unfit)?)
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(WrongShape.into()),
    };
    let mut time = |name| {
        let time = |value: Value| value.as_i64().map(Timestamp).ok_or(WrongShape);
        fields.maybe(name).map(time).transpose()
    };
    let (not_before, not_after) = (time("not_before")?, time("not_after")?);
    let seconds = |value: Value| value.as_i64().filter(|life| *life > 0).ok_or(WrongShape);
    let max_lifetime = fields.maybe("max_lifetime").map(seconds).transpose()?;
    let kinds = match fields.maybe("kinds") {
        Some(Value::Array(kinds)) if !kinds.is_empty() => kinds
            .iter()
            .map(|kind| of_word(&PROOFS, kind).ok_or(WrongShape))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(WrongShape.into()),
        None => Vec::new(),
    };
    fields.end()?;

    Ok(ForeignKey {
        format,
        key_id,
        issuer,
        name,
        country,
        key,
        not_before,
        not_after,
        max_lifetime,
        kinds,
    })
}

/// Each number with the word of what it holds.
pub(super) fn hcert_to_value(map: &HcertMap) -> Value {
    let numbers = map.numbers().iter().map(|(number, content)| {
        Value::Array(vec![Value::int(*number), Value::text(content.name())])
    });

    Value::Array(numbers.collect())
}

/// # Errors
/// [`WrongShape`], also for what [`HcertMap::new`] does not take.
pub(super) fn hcert_from_value(value: &Value) -> Result<HcertMap, WrongShape> {
    let numbers = value.as_items().ok_or(WrongShape)?.iter();
    let numbers = numbers.map(|pair| {
        let [number, word] = pair.as_items()? else {
            return None;
        };
        let word = word.as_text()?;
        let mut all = HcertContent::ALL.into_iter();

        Some((
            number.as_i64()?,
            all.find(|content| content.name() == word)?,
        ))
    });

    numbers
        .collect::<Option<_>>()
        .and_then(HcertMap::new)
        .ok_or(WrongShape)
}

fn unfit(error: KeyError) -> DocumentError {
    match error {
        KeyError::Weak(weak) => weak.into(),
        KeyError::Malformed | KeyError::Unsupported => WrongShape.into(),
    }
}

fn word<T: PartialEq>(words: &[(T, &'static str)], of: &T) -> Value {
    let found = words.iter().find(|(item, _)| item == of);

    Value::text(found.map_or("", |(_, word)| *word))
}

fn of_word<T: Copy>(words: &[(T, &'static str)], value: &Value) -> Option<T> {
    let text = value.as_text()?;

    words
        .iter()
        .find(|(_, word)| *word == text)
        .map(|(item, _)| *item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Secret, SigningKey};

    fn full() -> ForeignKey {
        let public = SigningKey::new(Secret::new([7; 32])).public();
        ForeignKey {
            issuer: Some("AT".to_owned()),
            name: Some("Österreich".to_owned()),
            country: Some("AT".to_owned()),
            key: VerifyingKey::new(KeyKind::Ed25519, public.as_bytes()).ok(),
            not_before: Some(Timestamp(5)),
            not_after: Some(Timestamp(9)),
            max_lifetime: Some(86_400),
            kinds: vec![ProofKind::Test, ProofKind::Ticket],
            ..ForeignKey::new(Format::Hcert, vec![1, 2, 3])
        }
    }

    fn bare() -> ForeignKey {
        ForeignKey::new(Format::Pretix, Vec::new())
    }

    #[test]
    fn a_key_comes_back_as_it_was_written_whether_it_says_all_or_next_to_nothing() {
        for key in [full(), bare()] {
            assert_eq!(key_from_value(key_to_value(&key)).as_ref(), Ok(&key));
        }
        let Value::Map(fields) = key_to_value(&bare()) else {
            panic!("no map");
        };
        assert_eq!(fields.len(), 2, "what says nothing is left out");
    }

    #[test]
    fn every_format_proof_and_kind_of_key_has_a_word_of_its_own() {
        fn own<T: Copy + PartialEq + std::fmt::Debug>(words: &[(T, &'static str)]) {
            for (item, text) in words {
                assert_eq!(of_word(words, &word(words, item)), Some(*item));
                assert_eq!(words.iter().filter(|(_, other)| other == text).count(), 1);
            }
        }
        own(&FORMATS);
        own(&PROOFS);
        own(&KEY_KINDS);
        own(&LISTS);
    }

    #[test]
    fn a_map_of_hcert_comes_back_and_doubles_strange_words_and_too_many_numbers_are_refused() {
        let pair = |number, word: &str| Value::Array(vec![Value::int(number), Value::text(word)]);
        let read = |pairs| hcert_from_value(&Value::Array(pairs));
        let map = HcertMap::new(vec![
            (-7, HcertContent::Icvp),
            (-6, HcertContent::Icvp),
            (i64::MIN, HcertContent::EuDcc),
        ])
        .unwrap();
        assert_eq!(hcert_from_value(&hcert_to_value(&map)), Ok(map));
        assert_eq!(
            read(vec![pair(1, "dcc"), pair(-6, "icvp")]),
            Ok(HcertMap::default())
        );
        let sixteen = (0..16).map(|number| pair(number, "dcc"));
        assert!(read(sixteen.clone().collect()).is_ok());
        for wrong in [
            Vec::new(),
            vec![pair(1, "dcc"), pair(-6, "icvp"), pair(1, "icvp")],
            vec![pair(1, "dcc"), pair(1, "dcc")],
            vec![pair(1, "DCC")],
            vec![Value::Array(vec![Value::int(1)])],
            vec![Value::Array(vec![Value::text("1"), Value::text("dcc")])],
            sixteen.chain([pair(-6, "icvp")]).collect(),
        ] {
            assert_eq!(read(wrong.clone()), Err(WrongShape), "{wrong:?}");
        }
        assert_eq!(hcert_from_value(&Value::text("dcc")), Err(WrongShape));
    }

    #[test]
    fn half_a_key_a_weak_one_a_strange_word_and_a_strange_field_are_refused() {
        let changed = |name: &str, new: Option<Value>| {
            let Value::Map(mut fields) = key_to_value(&full()) else {
                panic!("no map");
            };
            fields.retain(|(key, _)| key.as_text() != Some(name));
            fields.extend(new.map(|value| (Value::text(name), value)));
            key_from_value(Value::Map(fields))
        };
        let shape = Err(DocumentError::Shape(WrongShape));
        assert_eq!(changed("key", None), shape);
        assert_eq!(changed("key_kind", None), shape);
        assert_eq!(changed("key_kind", Some(Value::text("p521"))), shape);
        assert_eq!(changed("key", Some(Value::bytes([4; 65]))), shape);
        assert!(matches!(
            changed("key", Some(Value::bytes([0; 32]))),
            Err(DocumentError::WeakKey(_))
        ));
        assert_eq!(changed("format", Some(Value::text("dgc"))), shape);
        assert_eq!(changed("max_lifetime", Some(Value::int(0))), shape);
        assert_eq!(changed("kinds", Some(Value::Array(Vec::new()))), shape);
        assert_eq!(changed("note", Some(Value::text("x"))), shape);
    }
}
