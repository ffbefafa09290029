//! What one code of a card says: its place in the set, and its piece of the JWS.

use super::{MAX_PARTS, MAX_TEXT, PREFIX};
use crate::verdict::Reason;

/// The character that the pair 00 stands for, `-`.
const FIRST: u8 = 45;
/// The largest pair, `z`.
const LAST_PAIR: u8 = 77;

/// A piece of a card.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its place, from 1.
    pub(super) number: usize,
    /// Of how many; 1 for a whole card.
    pub(super) of: usize,
    /// Its piece of the JWS.
    pub(super) text: String,
}

impl Part {
    /// Reads the text of a code. White space at its ends does not count, as some printers put it there.
    ///
    /// # Errors
    /// [`Reason::NotAPass`] without the prefix, else [`Reason::Malformed`].
    pub(super) fn read(text: &str) -> Result<Self, Reason> {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let body = text.strip_prefix(PREFIX).ok_or(Reason::NotAPass)?;
        if text.len() > MAX_TEXT {
            return Err(Reason::Malformed);
        }

        Self::of_body(body).ok_or(Reason::Malformed)
    }

    fn of_body(body: &str) -> Option<Self> {
        let mut fields = body.split('/');
        let (number, of, digits) = match (fields.next()?, fields.next(), fields.next()) {
            (digits, None, None) => (1, 1, digits),
            (number, Some(of), Some(digits)) => (count(number)?, count(of)?, digits),
            _ => return None,
        };
        let text = characters(digits)?;

        (fields.next().is_none() && number <= of).then_some(Self { number, of, text })
    }
}

/// A count from 1 to the limit, in its one spelling.
fn count(text: &str) -> Option<usize> {
    let count = text.parse().ok()?;

    ((1..=MAX_PARTS).contains(&count) && text == count.to_string()).then_some(count)
}

/// The characters that pairs of digits stand for, at least one.
fn characters(digits: &str) -> Option<String> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let mut text = String::with_capacity(pairs.len());
    for pair in pairs {
        let [ten, one] = pair.map(|digit| digit.checked_sub(b'0').filter(|digit| *digit <= 9));
        let pair = ten?.checked_mul(10)?.checked_add(one?)?;
        if pair > LAST_PAIR {
            return None;
        }
        text.push(char::from(FIRST.checked_add(pair)?));
    }

    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(usize, usize, String), Reason> {
        Part::read(text).map(|part| (part.number, part.of, part.text))
    }

    #[test]
    fn pairs_of_digits_are_characters_and_what_stands_before_them_is_the_place() {
        assert_eq!(read("shc:/00017767"), Ok((1, 1, "-.zp".to_owned())));
        assert_eq!(read("shc:/2/16/56"), Ok((2, 16, "e".to_owned())));
        assert_eq!(read(" shc:/1/1/56\r\n"), Ok((1, 1, "e".to_owned())));
    }

    #[test]
    fn what_is_no_pair_or_no_place_is_malformed() {
        for body in [
            "", "5", "567", "78", "5a", "+5", " 56", "5 6", "56 56", "5６", "/56", "1/56",
            "0/1/56", "1/0/56", "3/2/56", "1/17/56", "01/2/56", "+1/2/56", "1/2/", "1/2/3/56",
            "1/2/56/", "1/2/5", "-1/2/56",
        ] {
            assert_eq!(
                read(&format!("shc:/{body}")),
                Err(Reason::Malformed),
                "{body}"
            );
        }
        let long = format!("shc:/{}", "56".repeat(MAX_TEXT / 2));
        assert_eq!(read(&long), Err(Reason::Malformed));
    }

    #[test]
    fn without_the_prefix_it_is_no_card() {
        for text in ["", "shc:56", "SHC:/56", "https://x/shc:/56", "shc"] {
            assert_eq!(read(text), Err(Reason::NotAPass), "{text}");
        }
    }
}
