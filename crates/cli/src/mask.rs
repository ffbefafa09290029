//! Names as they stand on paper and in codes: enough to compare with an ID document, too little to find
//! somebody by.
//!
//! - A name that begins with a Chinese character keeps its family name, of one character or of the common
//!   two-character ones: `王小明` -> `王*`, `欧阳娜` -> `欧阳*`.
//! - Several words keep the first and the initial of the second: `Maria Silva` -> `Maria S*`.
//! - One other word keeps its first letter: `Madonna` -> `M*`.

use domain::code::clean_text;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The masked form of a name; none where the name is empty or holds characters that a screen must not show.
#[must_use]
pub(crate) fn mask(name: &str) -> Option<String> {
    let (name, dropped) = clean_text(name.trim());
    let mut words = name.split_whitespace();
    let first = words.next()?;
    if dropped {
        return None;
    }
    if first.starts_with(is_chinese) {
        return Some(format!("{}*", family_name(first)));
    }

    Some(match words.next() {
        Some(second) => format!("{first} {}*", initial(second)),
        None => format!("{}*", initial(first)),
    })
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
            assert_eq!(mask(name).as_deref(), Some(masked), "{name}");
        }
    }

    #[test]
    fn an_empty_name_and_one_with_hidden_characters_have_no_masked_form() {
        for name in ["", "  ", "王\u{202e}小明", "a\nb", "王\u{200b}"] {
            assert_eq!(mask(name), None, "{name:?}");
        }
    }
}
