//! What the page may ask for, read like any foreign input: exactly a command of ours, and no longer than its forms.

use domain::screen::Command;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// A command that may be passed on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) struct Wish(Command);

/// What was typed to open the station. It has no `Debug`: no log may hold it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Typed(String);

/// Why a command is not passed on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Refused {
    /// No command at all.
    #[error("this is no command of the window: {0}")]
    NotACommand(String),
    /// It holds more than the command that it was read as.
    #[error("the command holds something that does not belong to it")]
    TooMuch,
    /// A text is longer than any field of a form.
    #[error("{0} is longer than {1} characters")]
    TooLong(&'static str, usize),
    /// A birth year of nobody.
    #[error("nobody who comes in was born in {0}")]
    BirthYear(u16),
}

/// As long as the fields of the forms (`RegisterForm`, `EmergencyForm`, `FaultPage`), in characters.
const NAME: usize = 64;
const LAST_FOUR: usize = 4;
const NOTE: usize = 80;
const PASSPHRASE: usize = 256;
/// From the form's own first year (`registration.ts`) to one that this release will not see.
const BIRTH_YEARS: std::ops::RangeInclusive<u16> = 1_900..=2_199;

impl Wish {
    /// The command, as it may be passed on.
    pub(crate) fn into_command(self) -> Command {
        self.0
    }
}

impl Typed {
    /// The words.
    pub(crate) fn into_words(self) -> String {
        self.0
    }
}

impl TryFrom<Value> for Wish {
    type Error = Refused;

    fn try_from(said: Value) -> Result<Self, Refused> {
        let command = Command::deserialize(&said)
            .map_err(|error| Refused::NotACommand(short(&error.to_string())))?;
        bounded(&command)?;
        // What is written back must be what was said: unknown fields and missing ones show here alike.
        match serde_json::to_value(&command) {
            Ok(meant) if meant == said => Ok(Self(command)),
            Ok(_) | Err(_) => Err(Refused::TooMuch),
        }
    }
}

impl TryFrom<String> for Typed {
    type Error = Refused;

    fn try_from(words: String) -> Result<Self, Refused> {
        fits("the passphrase", &words, PASSPHRASE)?;

        Ok(Self(words))
    }
}

/// What the station's own rules leave open; they judge everything else.
fn bounded(command: &Command) -> Result<(), Refused> {
    match command {
        Command::Emergency { note, .. } => fits("the note", note, NOTE),
        Command::Register {
            name,
            birth_year,
            last_four,
            ..
        } => {
            fits("the name", name, NAME)?;
            fits("the last four", last_four, LAST_FOUR)?;
            match birth_year {
                Some(year) if !BIRTH_YEARS.contains(year) => Err(Refused::BirthYear(*year)),
                Some(_) | None => Ok(()),
            }
        }
        Command::Matches { .. }
        | Command::Differs { .. }
        | Command::NoDocument { .. }
        | Command::ShowPerson { .. }
        | Command::LetIn { .. }
        | Command::Dismiss { .. }
        | Command::Hold { .. }
        | Command::Undo { .. }
        | Command::FormOpened
        | Command::FormClosed
        | Command::OtherKey
        | Command::SyncNow
        | Command::UseDemoCamera
        | Command::NextCamera => Ok(()),
    }
}

fn fits(what: &'static str, text: &str, longest: usize) -> Result<(), Refused> {
    if text.chars().nth(longest).is_some() {
        return Err(Refused::TooLong(what, longest));
    }

    Ok(())
}

/// A message names what it met; what it met may be of any length.
fn short(message: &str) -> String {
    message.chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use domain::screen::{HolderClass, ScanId};
    use domain::verdict::EmergencyReason;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn wish(said: Value) -> Result<Command, Refused> {
        Wish::try_from(said).map(Wish::into_command)
    }

    #[test]
    fn what_the_page_sends_is_read_whole() {
        assert_eq!(
            wish(json!({ "command": "undo", "seq": 9 })),
            Ok(Command::Undo { seq: 9 })
        );
        assert_eq!(wish(json!({ "command": "sync_now" })), Ok(Command::SyncNow));
        assert_eq!(
            wish(json!({ "command": "next_camera" })),
            Ok(Command::NextCamera)
        );
        assert_eq!(
            wish(
                json!({ "command": "emergency", "scan": null, "reason": "other", "note": "跌倒在门口" })
            ),
            Ok(Command::Emergency {
                scan: None,
                reason: EmergencyReason::Other,
                note: "跌倒在门口".to_owned()
            })
        );
        assert_eq!(
            wish(
                json!({ "command": "register", "name": "赵小兰", "birth_year": 1941, "last_four": "382X",
                         "class": "senior" })
            ),
            Ok(Command::Register {
                name: "赵小兰".to_owned(),
                birth_year: Some(1941),
                last_four: "382X".to_owned(),
                class: Some(HolderClass::Senior),
            })
        );
        assert_eq!(
            wish(json!({ "command": "matches", "scan": 7 })),
            Ok(Command::Matches { scan: ScanId(7) })
        );
    }

    #[test]
    fn what_does_not_belong_to_a_command_is_refused() {
        for said in [
            json!({ "command": "undo", "seq": 9, "scan": 1 }),
            json!({ "command": "sync_now", "now": true }),
            json!({ "command": "emergency", "reason": "other", "note": "no scan named" }),
        ] {
            assert_eq!(wish(said.clone()), Err(Refused::TooMuch), "{said}");
        }
    }

    #[test]
    fn no_text_is_longer_than_its_form_lets_staff_type() {
        let register = |name: &str, year: u16, last_four: &str| {
            wish(
                json!({ "command": "register", "name": name, "birth_year": year, "last_four": last_four,
                         "class": null }),
            )
        };
        assert!(register(&"兰".repeat(64), 1_900, "123X").is_ok());
        assert_eq!(
            register(&"兰".repeat(65), 1_941, "123X"),
            Err(Refused::TooLong("the name", 64))
        );
        assert_eq!(
            register("兰", 1_941, "12345"),
            Err(Refused::TooLong("the last four", 4))
        );
        for year in [0, 1_899, 2_200, u16::MAX] {
            assert_eq!(register("兰", year, "123X"), Err(Refused::BirthYear(year)));
        }
        assert_eq!(
            wish(
                json!({ "command": "emergency", "scan": null, "reason": "other", "note": "n".repeat(81) })
            ),
            Err(Refused::TooLong("the note", 80))
        );
        assert!(Typed::try_from("p".repeat(256)).is_ok());
        assert_eq!(
            Typed::try_from("p".repeat(257)).err(),
            Some(Refused::TooLong("the passphrase", 256))
        );
    }

    #[test]
    fn a_refusal_does_not_repeat_all_of_what_it_met() {
        let refused = wish(json!({ "command": "x".repeat(100_000) })).unwrap_err();
        assert!(refused.to_string().len() < 300, "{refused}");
    }

    /// Names and values that commands have, so that much of what is made up is nearly a command.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(vec![
                "command",
                "scan",
                "seq",
                "reason",
                "note",
                "name",
                "birth_year",
                "last_four",
                "class",
                "undo",
                "emergency",
                "register",
                "matches",
                "hold",
                "sync_now",
                "next_camera",
                "other",
                "senior",
            ])
            .prop_map(str::to_owned),
            any::<String>(),
        ]
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            word().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                btree_map(word(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn nearly_a_command() -> impl Strategy<Value = Value> {
        (word(), btree_map(word(), json_value(), 0..6)).prop_map(|(command, mut fields)| {
            fields.insert("command".to_owned(), Value::from(command));
            Value::Object(fields.into_iter().collect())
        })
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_a_command_word_for_word_or_refused_in_a_sentence(
            said in prop_oneof![json_value(), nearly_a_command()]
        ) {
            match wish(said.clone()) {
                Ok(command) => prop_assert_eq!(serde_json::to_value(command).unwrap(), said),
                Err(refused) => prop_assert!(!refused.to_string().is_empty()),
            }
        }
    }
}
