//! Text from a code, made fit for a screen (SECURITY.md §9).

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The longest name shown, in letters with their marks.
const MAX_LETTERS: usize = 64;
/// Combining marks allowed on one letter.
const MAX_MARKS: usize = 2;

/// What may be shown of `text` in NFC, and whether anything was dropped: control, format (bidi, zero
/// width, tags), private use and unassigned characters, line breaks, a third mark on a letter, what
/// exceeds 64 letters.
#[must_use]
pub fn clean_text(text: &str) -> (String, bool) {
    let mut shown = String::with_capacity(text.len());
    let mut letters = 0_usize;
    let mut marks = 0_usize;
    let mut dropped = false;
    for c in text.nfc() {
        let kind = kind(c);
        match kind {
            Kind::Letter => {
                letters = letters.saturating_add(1);
                marks = 0;
            }
            Kind::Mark => marks = marks.saturating_add(1),
            Kind::Hidden => {}
        }
        if kind == Kind::Hidden
            || marks > MAX_MARKS
            || letters > MAX_LETTERS
            || (kind == Kind::Mark && letters == 0)
        {
            dropped = true;
        } else {
            shown.push(c);
        }
    }

    (shown, dropped)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Takes a place of its own.
    Letter,
    /// Sits on the letter before it.
    Mark,
    /// Changes how others look, or looks like nothing.
    Hidden,
}

fn kind(c: char) -> Kind {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a list of what is dropped reads better than thirty categories"
    )]
    match c.general_category() {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::PrivateUse
        | GeneralCategory::Surrogate
        | GeneralCategory::Unassigned
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => Kind::Hidden,
        GeneralCategory::NonspacingMark
        | GeneralCategory::SpacingMark
        | GeneralCategory::EnclosingMark => Kind::Mark,
        _ => Kind::Letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_script_pass_untouched() {
        for name in [
            "王*",
            "Müller-Lüdenscheidt",
            "Nguyễn V*",
            "محمد",
            "ཚེ་རིང་",
            "𠮷田*",
        ] {
            assert_eq!(clean_text(name), (name.to_owned(), false));
        }
    }

    #[test]
    fn direction_marks_invisible_characters_and_line_breaks_are_dropped_and_said() {
        for hostile in [
            "王\u{202e}*",
            "王\u{200b}*",
            "王\n*",
            "王\u{2028}*",
            "王\u{e0041}*",
            "王\u{e000}*",
            "王\u{0}*",
            "王\u{e0fff}*",
        ] {
            assert_eq!(clean_text(hostile), ("王*".to_owned(), true), "{hostile:?}");
        }
    }

    #[test]
    fn piles_of_marks_and_endless_names_are_cut_and_said() {
        assert_eq!(
            clean_text("x\u{301}\u{301}\u{301}"),
            ("x\u{301}\u{301}".to_owned(), true)
        );
        assert_eq!(clean_text("\u{301}a"), ("a".to_owned(), true));
        assert_eq!(clean_text(&"名".repeat(65)), ("名".repeat(64), true));
    }

    #[test]
    fn two_spellings_of_a_name_are_shown_as_one() {
        assert_eq!(clean_text("u\u{308}").0, "ü");
    }
}
