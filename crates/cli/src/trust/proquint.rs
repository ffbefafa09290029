//! Hashes as words that can be said over a telephone: proquints (D. S. Wilkerson, arXiv:0901.4016). Sixteen bits are five
//! letters, consonant, vowel, consonant, vowel, consonant.

/// Four bits each.
const CONSONANTS: [u8; 16] = *b"bdfghjklmnprstvz";
/// Two bits each.
const VOWELS: [u8; 4] = *b"aiou";

/// `bytes` as words with dashes between them; a last byte without a partner is read as if a zero followed.
pub(crate) fn words(bytes: &[u8]) -> String {
    let words = bytes.chunks(2).map(|pair| {
        let high = pair.first().copied().unwrap_or_default();
        let low = pair.get(1).copied().unwrap_or_default();
        word(u16::from_be_bytes([high, low]))
    });

    words.collect::<Vec<_>>().join("-")
}

/// Whether `typed` is the first `count` words of `bytes`, however they are separated and in whatever case.
pub(crate) fn begins_with(bytes: &[u8], typed: &str, count: usize) -> bool {
    let typed: Vec<String> = typed
        .split(|c: char| c == '-' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let expected = words(bytes);

    typed.len() == count
        && expected
            .split('-')
            .take(count)
            .eq(typed.iter().map(String::as_str))
}

fn word(bits: u16) -> String {
    let consonant = |shift: u32| char::from(CONSONANTS[usize::from(bits >> shift & 0xf)]);
    let vowel = |shift: u32| char::from(VOWELS[usize::from(bits >> shift & 0x3)]);

    [
        consonant(12),
        vowel(10),
        consonant(6),
        vowel(4),
        consonant(0),
    ]
    .iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_the_paper_have_its_words() {
        for (address, expected) in [
            ([127, 0, 0, 1], "lusab-babad"),
            ([63, 84, 220, 193], "gutih-tugad"),
            ([63, 118, 7, 35], "gutuk-bisog"),
            ([140, 98, 193, 141], "mudof-sakat"),
            ([64, 255, 6, 200], "haguz-biram"),
            ([128, 30, 52, 45], "mabiv-gibot"),
            ([147, 67, 119, 2], "natag-lisaf"),
            ([212, 58, 253, 68], "tibup-zujah"),
            ([216, 35, 68, 215], "tobog-higil"),
            ([216, 68, 232, 21], "todah-vobij"),
            ([198, 81, 129, 136], "sinid-makam"),
            ([12, 110, 110, 204], "budov-kuras"),
        ] {
            assert_eq!(words(&address), expected);
        }
    }

    #[test]
    fn every_sixteen_bits_have_a_word_of_their_own() {
        let all: std::collections::BTreeSet<String> = (0..=u16::MAX).map(word).collect();
        assert_eq!(all.len(), 65_536);
    }

    #[test]
    fn the_first_words_count_in_any_case_and_only_as_many_as_are_asked_for() {
        let hash = [127, 0, 0, 1, 63, 84];
        for typed in ["lusab-babad", "LUSAB babad", "  lusab  babad\n"] {
            assert!(begins_with(&hash, typed, 2), "{typed}");
        }
        for typed in [
            "",
            "lusab",
            "lusab-babad-gutih",
            "babad-lusab",
            "lusab-babaf",
        ] {
            assert!(!begins_with(&hash, typed, 2), "{typed}");
        }
        assert!(!begins_with(&[], "", 2));
    }
}
