//! Names as they stand on paper and in codes: enough to compare with an ID document, too little to find
//! somebody by.
//!
//! - A name that begins with a Chinese character keeps its family name, of one character or of the common
//!   two-character ones: `王小明` -> `王*`, `欧阳娜` -> `欧阳*`.
//! - Several words keep the first and the initial of the second: `Maria Silva` -> `Maria S*`.
//! - One other word keeps its first letter: `Madonna` -> `M*`.

use domain::code::clean_text;
use thiserror::Error;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Why a name has no masked form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unfit {
    /// Nothing in it.
    #[error("is empty")]
    Empty,
    /// Control, direction or private characters, or a pile of marks.
    #[error("holds characters that no screen shows: type it anew")]
    Hidden,
    /// Longer than any screen or code holds.
    #[error("is too long: write at most {MAX_LETTERS} letters")]
    TooLong,
}

/// The masked form of a name.
pub(crate) fn mask(name: &str) -> Result<String, Unfit> {
    let (shown, dropped) = clean_text(name.trim());
    if dropped {
        return Err(why_dropped(name.trim()));
    }
    let mut words = shown.split_whitespace();
    let first = words.next().ok_or(Unfit::Empty)?;
    if first.starts_with(is_chinese) {
        return Ok(format!("{}*", family_name(first)));
    }
    let masked = match words.next() {
        Some(second) => format!("{first} {}*", initial(second)),
        None => format!("{}*", initial(first)),
    };
    if masked.len() > MAX_BYTES {
        return Err(Unfit::TooLong);
    }

    Ok(masked)
}

fn why_dropped(name: &str) -> Unfit {
    let hidden = |c: char| clean_text(&format!("a{c}")).1;
    let letters = name.chars().filter(|c| !is_mark(*c)).count();
    if letters > MAX_LETTERS && !name.chars().any(hidden) {
        return Unfit::TooLong;
    }

    Unfit::Hidden
}

fn family_name(name: &str) -> String {
    let count = if COMPOUND.iter().any(|family| name.starts_with(family)) {
        2
    } else {
        1
    };

    name.chars().take(count).collect()
}

/// The first letter with the marks that sit on it.
fn initial(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next();

    first
        .into_iter()
        .chain(chars.take_while(|c| is_mark(*c)))
        .collect()
}

fn is_mark(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::EnclosingMark
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
    )
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// What `clean_text` shows.
const MAX_LETTERS: usize = 64;
/// With the longest words that `menshen keys` takes, a code of 700 characters has room for this much.
pub(crate) const MAX_BYTES: usize = 128;
/// Family names of two characters that are in use.
const COMPOUND: [&str; 12] = [
    "欧阳", "上官", "皇甫", "令狐", "诸葛", "司徒", "司马", "申屠", "夏侯", "东方", "尉迟", "公孙",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_name_keeps_what_staff_can_compare() {
        for (name, masked) in [
            ("王小明", "王*"),
            ("王", "王*"),
            ("欧阳娜娜", "欧阳*"),
            ("𠮷田", "𠮷*"),
            ("Maria Silva", "Maria S*"),
            ("Nguyễn Văn An", "Nguyễn V*"),
            ("Madonna", "M*"),
            ("  李 秀英 ", "李*"),
            ("ཚེ་རིང་", "ཚེ*"),
        ] {
            assert_eq!(mask(name).as_deref(), Ok(masked), "{name}");
        }
    }

    #[test]
    fn an_empty_name_one_with_hidden_characters_and_one_too_long_have_no_masked_form_and_say_why() {
        let (long, hidden) = ("a".repeat(65), format!("{}\u{202e}", "a".repeat(65)));
        // Few letters, each of many bytes.
        let heavy = "ཚེ".repeat(40);
        for (name, why) in [
            ("", Unfit::Empty),
            ("  ", Unfit::Empty),
            ("王\u{202e}小明", Unfit::Hidden),
            ("a\nb", Unfit::Hidden),
            ("王\u{200b}", Unfit::Hidden),
            (hidden.as_str(), Unfit::Hidden),
            (long.as_str(), Unfit::TooLong),
            (&format!("{heavy} x"), Unfit::TooLong),
        ] {
            assert_eq!(mask(name), Err(why), "{name:?}");
        }
    }
}
