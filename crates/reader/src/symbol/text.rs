//! From segments to one text: as zxing-cpp prints it, and as the first pass does.

use rxing::{
    DecodeHints,
    common::{CharacterSet, string_utils::guessCharset},
};

/// How the bytes of a segment became bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Byte mode, and nothing said which character set.
    Guessed,
    /// Byte mode in a character set that the symbol names.
    Named(CharacterSet),
    /// A mode that packs the characters of this set.
    Packed(CharacterSet),
    /// Digits and capitals.
    Plain,
}

/// Everything a symbol prints, piece by piece.
#[derive(Default)]
pub(crate) struct Printed {
    pieces: Vec<(Piece, Vec<u8>)>,
    names_a_set: bool,
}

impl Printed {
    pub(crate) fn add(&mut self, piece: Piece, bytes: &[u8]) {
        match self.pieces.last_mut() {
            Some((last, all)) if *last == piece => all.extend_from_slice(bytes),
            _ => self.pieces.push((piece, bytes.to_vec())),
        }
    }

    /// The symbol names a character set, known here or not; bytes before it were in the standard's own set.
    pub(crate) fn name_a_set(&mut self) {
        if !self.names_a_set {
            for (piece, _) in &mut self.pieces {
                if *piece == Piece::Guessed {
                    *piece = Piece::Named(CharacterSet::ISO8859_1);
                }
            }
        }
        self.names_a_set = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.iter().all(|(_, bytes)| bytes.is_empty())
    }

    /// As UTF-8 where every piece has a character set; the bytes themselves otherwise. `None` where packed characters
    /// do not exist.
    pub(crate) fn bytes(self) -> Option<Vec<u8>> {
        let all: Vec<u8> = self
            .pieces
            .iter()
            .flat_map(|(_, bytes)| bytes)
            .copied()
            .collect();
        if all.is_ascii() && !self.names_a_set {
            return Some(all);
        }

        let mut packed = false;
        let mut text = Some(String::new());
        for (piece, bytes) in &self.pieces {
            let decoded = match piece {
                Piece::Plain => Some(latin(bytes)),
                Piece::Guessed => guessed(bytes),
                Piece::Named(set) => set.decode(bytes).ok(),
                Piece::Packed(set) => {
                    packed = true;
                    Some(set.decode(bytes).ok()?)
                }
            };
            text = text.zip(decoded).map(|(text, decoded)| text + &decoded);
        }
        let certain = self.names_a_set || packed || fits_a_guess(&all);
        if let Some(text) =
            text.filter(|text| certain && !text.contains(char::REPLACEMENT_CHARACTER))
        {
            return Some(text.into_bytes());
        }

        // The guess misses half-width katakana.
        let japanese = CharacterSet::Shift_JIS.decode(&all);
        Some(japanese.map_or(all, String::into_bytes))
    }
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn guessed(bytes: &[u8]) -> Option<String> {
    let guess = guessCharset(bytes, &DecodeHints::default())?;

    Some(guess.decode(bytes).unwrap_or_else(|_| latin(bytes)))
}

fn fits_a_guess(bytes: &[u8]) -> bool {
    guessCharset(bytes, &DecodeHints::default()).is_some_and(|set| set.decode(bytes).is_ok())
}
