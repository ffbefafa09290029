//! The rule for one kind of venue, as `trust` carries it.

use super::assignment::{preset_from, preset_word};
use super::header::later;
use crate::cbor::{Fields, Value, WrongShape};
use crate::rules::{CodeKind, RuleSet};
use crate::screen::Preset;
use crate::time::DAY;

/// The rule for one kind of venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenuePolicy {
    /// Which kind.
    pub kind: Preset,
    /// A negative sample must be younger than this many hours; none where no test is asked for.
    pub test_within_hours: Option<u32>,
    /// Staff compare the ID document before an admit counts.
    pub identity_check: bool,
    /// The same sheet again within this many seconds is attention.
    pub again_within: i64,
    /// From this age of the status, in hours, staff are warned and a missing test is no refusal.
    pub status_warn_hours: u32,
    /// From this age of the status, in hours, nothing is decided on it.
    pub status_stop_hours: u32,
    /// Rules beyond the preset: texts of rule files ([`RuleSet::read`]). A code of another format is taken where one of
    /// them is about its kind. One that cannot be read decides nothing: undecided `rule_failed`.
    pub rules: Vec<String>,
    /// Where there are any: each of these groups wants a proof of one of its kinds, all of one person. Documents of earlier
    /// releases have none.
    pub proofs: Vec<Vec<CodeKind>>,
    /// The products that this kind of venue takes tickets for. Documents of earlier releases name none.
    pub products: Vec<Product>,
}

/// A product of an event's ticket shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its number, as tickets have it.
    pub item: i64,
    /// Its name for the screen.
    pub name: String,
}

impl VenuePolicy {
    /// Green, and a negative sample within 48 hours.
    #[must_use]
    pub fn public_place() -> Self {
        Self {
            kind: Preset::PublicPlace,
            test_within_hours: Some(48),
            identity_check: true,
            again_within: 600,
            status_warn_hours: 24,
            status_stop_hours: 72,
            rules: Vec::new(),
            proofs: Vec::new(),
            products: Vec::new(),
        }
    }

    /// Green.
    #[must_use]
    pub fn residential() -> Self {
        Self {
            kind: Preset::Residential,
            test_within_hours: None,
            ..Self::public_place()
        }
    }

    /// A gate at an event, for the holders of these products: each ticket once a day, nobody's ID compared, as a ticket
    /// names nobody.
    #[must_use]
    pub fn event(products: Vec<Product>) -> Self {
        Self {
            kind: Preset::Event,
            again_within: DAY,
            rules: vec![
                crate::rules::preset_text("ticket")
                    .unwrap_or_default()
                    .to_owned(),
            ],
            products,
            ..Self::residential()
        }
    }

    /// Its rules as they can be asked; none in the place of one that cannot be read.
    #[must_use]
    pub fn rule_sets(&self) -> Vec<Option<RuleSet>> {
        self.rules
            .iter()
            .map(|text| RuleSet::read(text).ok())
            .collect()
    }

    pub(super) fn to_value(&self) -> Value {
        let fields = [
            ("kind", Value::text(preset_word(self.kind))),
            ("test_within_hours", Value::from(self.test_within_hours)),
            ("identity_check", Value::Bool(self.identity_check)),
            ("again_within", Value::int(self.again_within)),
            ("status_warn_hours", Value::from(self.status_warn_hours)),
            ("status_stop_hours", Value::from(self.status_stop_hours)),
            (
                "rules",
                Value::Array(self.rules.iter().map(Value::text).collect()),
            ),
        ];
        // An earlier release refuses fields that it does not know, so they stand only where they say something.
        let words = |group: &Vec<CodeKind>| {
            Value::Array(group.iter().map(|kind| Value::text(kind.word())).collect())
        };
        let later = [
            (
                "proofs",
                Value::Array(self.proofs.iter().map(words).collect()),
            ),
            (
                "products",
                Value::Array(self.products.iter().map(Product::to_value).collect()),
            ),
        ];

        Value::Map(
            fields
                .into_iter()
                .chain(
                    later
                        .into_iter()
                        .filter(|(_, value)| *value != Value::Array(Vec::new())),
                )
                .map(|(name, value)| (Value::text(name), value))
                .collect(),
        )
    }

    pub(super) fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let policy = Self {
            kind: fields.get("kind", |value| preset_from(value.as_text()?))?,
            test_within_hours: fields.get("test_within_hours", |value| {
                if *value == Value::Null {
                    Some(None)
                } else {
                    as_u32(value).map(Some)
                }
            })?,
            identity_check: fields.get("identity_check", Value::as_bool)?,
            again_within: fields.get("again_within", Value::as_i64)?,
            status_warn_hours: fields.get("status_warn_hours", as_u32)?,
            status_stop_hours: fields.get("status_stop_hours", as_u32)?,
            rules: fields.list("rules", |item| {
                item.as_text().map(str::to_owned).ok_or(WrongShape)
            })?,
            proofs: later(&mut fields, "proofs", group)?,
            products: later(&mut fields, "products", Product::from_value)?,
        };
        fields.end()?;

        Ok(policy)
    }
}

impl Product {
    fn to_value(&self) -> Value {
        Value::map([
            ("item", Value::int(self.item)),
            ("name", Value::text(&self.name)),
        ])
    }

    fn from_value(value: Value) -> Result<Self, WrongShape> {
        let mut fields = Fields::of(value)?;
        let product = Self {
            item: fields.get("item", Value::as_i64)?,
            name: fields.text("name")?,
        };
        fields.end()?;

        Ok(product)
    }
}

/// One of these kinds of proof is wanted; at least one is named.
#[expect(clippy::needless_pass_by_value, reason = "lists give their items away")]
fn group(value: Value) -> Result<Vec<CodeKind>, WrongShape> {
    let words = value
        .as_items()
        .filter(|words| !words.is_empty())
        .ok_or(WrongShape)?;

    words
        .iter()
        .map(|word| {
            word.as_text()
                .and_then(CodeKind::from_word)
                .ok_or(WrongShape)
        })
        .collect()
}

pub(super) fn as_u32(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}
