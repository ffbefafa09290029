//! What the fields of a table say. They hold names, ends of ID numbers and the texts of codes, often in a column that is not
//! theirs: a message tells the column, how much stands in it and what is wanted, and never what stands there.

use domain::code::native::{Slip, TestResult};
use domain::screen::{Colour, HolderClass};
use domain::time::Timestamp;

use crate::authority::{self, MAX_SHEET_DAYS, Revoked, TestKnown};
use crate::{clock, mask};

/// The masked form of a name.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.starts_with(['=', '+', '-', '@']) {
        return Err(
            "the name begins with =, +, - or @, and reads as a formula in a spreadsheet".to_owned(),
        );
    }

    mask::mask(text).map_err(|unfit| format!("the name {unfit}"))
}

pub(super) fn birth_year(text: &str, now: Timestamp) -> Result<u16, String> {
    let (this_year, _, _) = now.date(0);

    text.parse()
        .ok()
        .filter(|year: &u16| (1_900..=this_year).contains(&i64::from(*year)))
        .ok_or_else(|| {
            let wanted = format!("a year from 1900 to {this_year}");

            unfit("birth_year", text, &wanted)
        })
}

pub(super) fn class(word: &str) -> Result<HolderClass, String> {
    match word {
        "minor" => Ok(HolderClass::Minor),
        "senior" => Ok(HolderClass::Senior),
        "disabled" => Ok(HolderClass::Disabled),
        "other" => Ok(HolderClass::Other),
        _ => Err(unfit("class", word, "minor, senior, disabled or other")),
    }
}

pub(super) fn last_four(text: &str) -> Result<String, String> {
    if !authority::is_last_four(text) {
        return Err(unfit(
            "id_last_four",
            text,
            "a text of four digits or capitals, with zeros in front (a spreadsheet column of type text keeps them)",
        ));
    }

    Ok(text.to_owned())
}

/// `green`, `yellow` or `red`.
pub(crate) fn colour(word: &str) -> Result<Colour, String> {
    match word {
        "green" => Ok(Colour::Green),
        "yellow" => Ok(Colour::Yellow),
        "red" => Ok(Colour::Red),
        _ => Err(unfit("colour", word, "green, yellow or red")),
    }
}

pub(super) fn test(
    last_negative: &str,
    positive: &str,
    now: Timestamp,
) -> Result<TestKnown, String> {
    match positive {
        "yes" => return Ok(TestKnown::Positive),
        "" | "no" | "-" => {}
        _ => return Err(unfit("positive", positive, "yes, no or -")),
    }
    if matches!(last_negative, "-" | "") {
        return Ok(TestKnown::None);
    }

    let at = clock::parse_written(last_negative).map_err(|_| {
        unfit(
            "last_negative",
            last_negative,
            "a time as 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00, or -",
        )
    })?;

    past("last_negative", at, now).map(TestKnown::Negative)
}

/// When a sample was taken, as it is written on the command line: this message repeats it.
pub(crate) fn sampled(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let at = clock::parse_written(text)?;
    if at > now {
        let at = clock::show(at);
        return Err(format!("{IN_THE_FUTURE} ({at})"));
    }

    Ok(at)
}

/// When a sample was taken, as a column of a table says it.
fn past(column: &str, at: Timestamp, now: Timestamp) -> Result<Timestamp, String> {
    if at > now {
        return Err(format!("{column}: {IN_THE_FUTURE}"));
    }

    Ok(at)
}

pub(super) fn valid_days(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(MAX_SHEET_DAYS);
    }

    text.parse()
        .ok()
        .filter(|days| (1..=MAX_SHEET_DAYS).contains(days))
        .ok_or_else(|| {
            let wanted = format!("a number from 1 to {MAX_SHEET_DAYS}");

            unfit("valid_days", text, &wanted)
        })
}

pub(super) fn revoked(text: &str) -> Result<Option<Revoked>, String> {
    authority::revoked(text).map_err(|_| unfit("revoked", text, "lost, reissued or -"))
}

pub(super) fn slip(text: &str, now: Timestamp) -> Result<Option<Slip>, String> {
    if matches!(text, "-" | "") {
        return Ok(None);
    }
    let wrong = || {
        unfit(
            "slip",
            text,
            "negative or positive, a blank and a time as 2026-11-24T08:00:00Z",
        )
    };
    let (result, at) = text.split_once(' ').ok_or_else(wrong)?;
    let result = match result {
        "negative" => TestResult::Negative,
        "positive" => TestResult::Positive,
        _ => return Err(wrong()),
    };
    let at = clock::parse_written(at).map_err(|_| wrong())?;

    Ok(Some(Slip {
        sampled_at: past("slip", at, now)?,
        result,
    }))
}

fn unfit(column: &str, text: &str, wanted: &str) -> String {
    let stands = match text.chars().count() {
        0 => "nothing stands here".to_owned(),
        1 => "1 character stands here".to_owned(),
        count => format!("{count} characters stand here"),
    };

    format!("{column}: {stands}, wanted is {wanted}")
}

const IN_THE_FUTURE: &str = "a sample cannot be taken in the future";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_repeated_whatever_stands_in_it() {
        let now = Timestamp(1_795_507_200);
        for text in [
            "CITY:0017",
            "310106195001010611",
            "Wang Xiaoming",
            "negative Wang Xiaoming",
            "=Wang\u{202e}",
        ] {
            for said in [
                name(&format!("{text}\u{202e}")).unwrap_err(),
                birth_year(text, now).unwrap_err(),
                class(text).unwrap_err(),
                last_four(text).unwrap_err(),
                colour(text).unwrap_err(),
                test(text, "no", now).unwrap_err(),
                test("-", text, now).unwrap_err(),
                valid_days(text).unwrap_err(),
                revoked(text).unwrap_err(),
                slip(text, now).unwrap_err(),
            ] {
                for part in ["CITY", "0017", "3101", "Wang", "Xiaoming", "=W", text] {
                    assert!(!said.contains(part), "{said}");
                }
            }
        }
        let long = "CITY:".repeat(1_000_000);
        assert_eq!(
            test(&long, "", now).unwrap_err(),
            "last_negative: 5000000 characters stand here, wanted is a time as 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00, or -"
        );
    }

    #[test]
    fn on_the_command_line_the_time_of_a_sample_is_repeated() {
        let now = Timestamp(1_795_507_200);
        assert_eq!(
            sampled("2026-11-24T08:00:01Z", now).unwrap_err(),
            "a sample cannot be taken in the future (2026-11-24T08:00:01Z)"
        );
        assert!(
            sampled("soon", now)
                .unwrap_err()
                .starts_with("\"soon\" is no time")
        );
    }
}
