//! Who a code names, and whether two codes name the same person.

use std::collections::BTreeSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::code::clean_text;

/// Who a code names. Its `Debug` tells nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name as the code has it, fit for a screen.
    pub name: String,
    /// The name in the other script or spelling that the code has, where it is another.
    pub other: Option<String>,
    /// Something was dropped from a name: staff compare with care.
    pub altered: bool,
    /// The date of birth, ISO 8601: a day, a month, a year, or none.
    pub birth: Option<String>,
    /// The name's parts in transliteration, without order. A letter with two common ones gives two sets.
    keys: BTreeSet<Vec<String>>,
}

/// The longest date of birth: a day.
const DAY_LETTERS: usize = 10;
const YEAR_LETTERS: usize = 4;

impl Holder {
    /// A holder with this name, other name, and date of birth. `transliterated` is the name as the format transliterates it;
    /// where the format does not, that of ICAO 9303 part 3 §6 is made here from the first of the names that has one.
    #[must_use]
    pub fn new(
        name: &str,
        other: Option<&str>,
        transliterated: Option<&str>,
        birth: Option<&str>,
    ) -> Self {
        let (name, altered) = clean_text(name.trim());
        let (other, other_altered) =
            other.map_or((String::new(), false), |other| clean_text(other.trim()));
        let keys = match transliterated {
            Some(written) => keys(written),
            None => [&name, &other]
                .into_iter()
                .map(|name| keys(name))
                .find(|keys| !keys.is_empty())
                .unwrap_or_default(),
        };
        let same = other.to_uppercase() == name.to_uppercase();

        Self {
            other: (!other.is_empty() && !same).then_some(other),
            name,
            altered: altered || other_altered,
            birth: birth.filter(|birth| is_date(birth)).map(str::to_owned),
            keys,
        }
    }

    /// The year of birth.
    #[must_use]
    pub fn birth_year(&self) -> Option<u16> {
        self.birth.as_ref()?.get(..YEAR_LETTERS)?.parse().ok()
    }

    /// Whether both name the same person as far as two codes can say it: the same transliterated name, and the same whole
    /// date of birth. What cannot be compared is not the same.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        let born = self
            .birth
            .as_ref()
            .filter(|birth| birth.len() == DAY_LETTERS);

        born.is_some() && born == other.birth.as_ref() && !self.keys.is_disjoint(&other.keys)
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").finish_non_exhaustive()
    }
}

/// `2026-11-24`, `2026-11` or `2026`.
fn is_date(text: &str) -> bool {
    let shape = |letter: (usize, u8)| match letter {
        (4 | 7, letter) => letter == b'-',
        (_, letter) => letter.is_ascii_digit(),
    };

    matches!(text.len(), YEAR_LETTERS | 7 | DAY_LETTERS) && text.bytes().enumerate().all(shape)
}

/// The parts of a name in upper case A to Z, sorted; both spellings where a letter has two; none for a name with a letter
/// that is not transliterated here.
fn keys(name: &str) -> BTreeSet<Vec<String>> {
    let spellings = [Spelling::Expanded, Spelling::Plain];

    spellings
        .into_iter()
        .filter_map(|spelling| {
            let written = spelling.write(name)?;
            let mut parts: Vec<String> = written
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect();
            parts.sort_unstable();
            (!parts.is_empty()).then_some(parts)
        })
        .collect()
}

/// How letters with marks are written without them.
#[derive(Clone, Copy)]
enum Spelling {
    /// MUELLER, SOERENSEN.
    Expanded,
    /// MULLER, SORENSEN.
    Plain,
}

impl Spelling {
    fn write(self, name: &str) -> Option<String> {
        let mut written = String::with_capacity(name.len());
        for letter in name.nfc().flat_map(char::to_uppercase) {
            match letter {
                'A'..='Z' => written.push(letter),
                // What parts names, and what stands for it in the machine readable zone.
                ' ' | '-' | '<' | ',' | '\u{a0}' | '\u{2010}' => written.push(' '),
                '\'' | '.' | '\u{2019}' | '\u{2bc}' | '`' => {}
                other => written.push_str(&self.letter(other)?),
            }
        }

        Some(written)
    }

    fn letter(self, letter: char) -> Option<String> {
        let found = LETTERS.iter().find(|(known, ..)| *known == letter);
        if let Some((_, expanded, plain)) = found {
            let written = match self {
                Self::Expanded => expanded,
                Self::Plain => plain,
            };
            return Some((*written).to_owned());
        }
        let base: String = letter
            .nfd()
            .filter(|part| !is_combining_mark(*part))
            .collect();

        base.chars()
            .all(|part| part.is_ascii_uppercase())
            .then_some(base)
    }
}

/// ICAO 9303 part 3 §6, letters that do not lose a mark alone: the recommended transliteration, and the plain one.
const LETTERS: &[(char, &str, &str)] = &[
    ('Ä', "AE", "A"),
    ('Å', "AA", "A"),
    ('Æ', "AE", "AE"),
    ('Ð', "D", "D"),
    ('Đ', "D", "D"),
    ('Ħ', "H", "H"),
    ('ı', "I", "I"),
    ('Ĳ', "IJ", "IJ"),
    ('Ł', "L", "L"),
    ('Ŋ', "N", "N"),
    ('Ö', "OE", "O"),
    ('Ø', "OE", "O"),
    ('Œ', "OE", "OE"),
    ('ẞ', "SS", "SS"),
    ('Ŧ', "T", "T"),
    ('Þ', "TH", "TH"),
    ('Ü', "UE", "U"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, birth: &str) -> Holder {
        Holder::new(name, None, None, Some(birth))
    }

    #[test]
    fn the_same_name_in_other_order_marks_and_spelling_is_the_same_person() {
        let day = "1964-03-14";
        for (one, other) in [
            ("Jürgen Müller", "MUELLER<<JUERGEN"),
            ("Jürgen Müller", "MULLER, JURGEN"),
            ("Søren Ægir", "AEGIR SOEREN"),
            ("Łukasz Żółć", "LUKASZ ZOLC"),
            ("d'Arc Jeanne-Marie", "JEANNE MARIE DARC"),
            ("Groß Anna", "GROSS ANNA"),
            ("CITIZEN  JANE SUE", "Jane Sue Citizen"),
        ] {
            assert!(
                named(one, day).is_same_person(&named(other, day)),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn another_name_another_day_half_a_date_and_letters_without_transliteration_are_not() {
        let anna = named("Anna Muster", "1964-03-14");
        for other in [
            named("Anna Master", "1964-03-14"),
            named("Anna", "1964-03-14"),
            named("Anna Muster", "1964-03-15"),
            named("Anna Muster", "1964"),
            named("Анна Мустер", "1964-03-14"),
            named("", "1964-03-14"),
        ] {
            assert!(!anna.is_same_person(&other) && !other.is_same_person(&anna));
        }
        let half = named("Anna Muster", "1964");
        assert!(!half.is_same_person(&half.clone()), "a year is no birthday");
        let han = named("王伟", "1964-03-14");
        assert!(!han.is_same_person(&han.clone()), "nothing to compare");
    }

    #[test]
    fn the_formats_own_transliteration_counts_before_ours() {
        let greek = Holder::new(
            "Παπαδόπουλος Νίκος",
            None,
            Some("PAPADOPOULOS NIKOS"),
            Some("1964-03-14"),
        );
        assert!(greek.is_same_person(&named("Nikos Papadopoulos", "1964-03-14")));
        let second = Holder::new("جاناردان", Some("Janardhan"), None, Some("1964-03-14"));
        assert!(second.is_same_person(&named("JANARDHAN", "1964-03-14")));
    }

    #[test]
    fn a_name_that_stands_there_twice_is_shown_once_and_a_strange_birthday_not_at_all() {
        let holder = Holder::new("Muster Anna", Some("MUSTER ANNA"), None, Some("14.03.1964"));
        assert_eq!(
            (
                holder.other.clone(),
                holder.birth.clone(),
                holder.birth_year()
            ),
            (None, None, None)
        );
        assert_eq!(named("A", "1964-03").birth_year(), Some(1964));
    }

    #[test]
    fn nothing_of_a_holder_stands_in_its_debug() {
        assert_eq!(
            format!("{:?}", named("Anna", "1964-03-14")),
            "Holder { .. }"
        );
    }
}
