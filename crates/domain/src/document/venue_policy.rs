//! The rule for one kind of venue, as `trust` carries it.

use super::assignment::{preset_from, preset_word};
use crate::cbor::{Fields, Value, WrongShape};
use crate::screen::Preset;

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
    /// Rules beyond the preset, as CertLogic texts. This release evaluates none: with one, the verdict
    /// is undecided `rule_failed`.
    pub rules: Vec<String>,
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

    pub(super) fn to_value(&self) -> Value {
        Value::map([
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
        ])
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
        };
        fields.end()?;

        Ok(policy)
    }
}

pub(super) fn as_u32(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}
