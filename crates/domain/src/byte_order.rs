//! The mark of the byte order (U+FEFF) that some programs put before a text.

/// The text without the mark.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Whether a file begins with the mark in UTF-16, in either order of its bytes.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_taken_off_once_and_known_in_utf_16() {
        assert_eq!(without_mark("\u{feff}a"), "a");
        assert_eq!(without_mark("\u{feff}\u{feff}a"), "\u{feff}a");
        assert_eq!(without_mark("a\u{feff}"), "a\u{feff}");
        assert!(is_utf16(&[0xff, 0xfe, b'a', 0]) && is_utf16(&[0xfe, 0xff, 0, b'a']));
        assert!(!is_utf16("\u{feff}a".as_bytes()) && !is_utf16(&[0xff]));
    }
}
