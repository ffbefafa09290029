//! The segments that the codewords of a symbol hold (ISO/IEC 18004, 7.4).
//!
//! What no writer may write is refused: then the codewords are not what was printed.

use rxing::common::{CharacterSet, Eci};

use super::{
    bits::Bits,
    text::{Piece, Printed},
    version::Version,
};

/// What a symbol holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// As UTF-8 where the character set is known or can be guessed, the bytes themselves otherwise.
    pub(crate) bytes: Vec<u8>,
    /// The symbol is one of several that belong together.
    pub(crate) append: Option<Append>,
    /// What the function character FNC1 says of the data.
    pub(crate) application: Option<Application>,
}

/// The place of a symbol among those that were written together (7.4.9, structured append).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Append {
    /// 0 for the first.
    pub(crate) index: u8,
    /// 1 to 16.
    pub(crate) count: u8,
    /// All bytes of the whole message, exclusive-ored.
    pub(crate) parity: u8,
}

/// Whose rules the data follows (7.4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Application {
    /// FNC1 in second position: an industry's, whose sign begins the content.
    Aim,
    /// FNC1 in first position.
    Gs1,
}

/// Reads the content of a symbol's codewords; `None` where they hold none, or what no symbol may hold.
pub(crate) fn read(data: &[u8], version: Version) -> Option<Content> {
    let mut parser = Parser {
        bits: Bits::new(data),
        range: match version.number() {
            1..=9 => 0,
            10..=26 => 1,
            _ => 2,
        },
        printed: Printed::default(),
        set: None,
        append: None,
        application: None,
    };
    while !parser.bits.at_end()? {
        parser.segment()?;
    }
    let Parser {
        printed,
        append,
        application,
        ..
    } = parser;
    let bytes = printed.bytes()?;

    (!bytes.is_empty()).then_some(Content {
        bytes,
        append,
        application,
    })
}

struct Parser<'a> {
    bits: Bits<'a>,
    /// Which of the three lengths a count has.
    range: usize,
    printed: Printed,
    /// The character set the symbol named last.
    set: Option<CharacterSet>,
    append: Option<Append>,
    application: Option<Application>,
}

const CAPITALS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/// Stands for FNC1 between two fields.
const SEPARATOR: u8 = 0x1D;
/// The only set of Chinese characters a symbol may name (GB/T 18284).
const GB_2312: u32 = 1;

impl Parser<'_> {
    fn segment(&mut self) -> Option<()> {
        match self.bits.take(4)? {
            0b0001 => self.digits(),
            0b0010 => self.capitals(),
            0b0011 => self.structured_append(),
            0b0100 => self.plain_bytes(),
            0b0101 => {
                self.application = Some(Application::Gs1);
                Some(())
            }
            0b0111 => self.character_set(),
            0b1000 => self.kanji(),
            0b1001 => self.industry(),
            0b1101 => self.hanzi(),
            _ => None,
        }
    }

    fn digits(&mut self) -> Option<()> {
        let mut left = self.bits.take([10, 12, 14][self.range])?;
        let mut digits = Vec::new();
        while left > 0 {
            let together = left.min(3);
            let (bits, end) = [(4, 10), (7, 100), (10, 1_000)][usize::try_from(together).ok()? - 1];
            let number = self.bits.take(bits).filter(|number| *number < end)?;
            let mut unit = end / 10;
            while unit > 0 {
                digits.push(b'0' + u8::try_from(number / unit % 10).ok()?);
                unit /= 10;
            }
            left -= together;
        }

        self.printed.add(Piece::Plain, &digits);
        Some(())
    }

    fn capitals(&mut self) -> Option<()> {
        let mut left = self.bits.take([9, 11, 13][self.range])?;
        let mut capitals = Vec::new();
        let capital = |number: u32| CAPITALS.get(usize::try_from(number).ok()?).copied();
        while left > 1 {
            let pair = self.bits.take(11)?;
            capitals.extend([capital(pair / 45)?, capital(pair % 45)?]);
            left -= 2;
        }
        if left == 1 {
            capitals.push(capital(self.bits.take(6)?)?);
        }
        if self.application.is_some() {
            capitals = separated(&capitals);
        }

        self.printed.add(Piece::Plain, &capitals);
        Some(())
    }

    fn plain_bytes(&mut self) -> Option<()> {
        let count = self.bits.take([8, 16, 16][self.range])?;
        let bytes: Option<Vec<u8>> = (0..count).map(|_| self.bits.byte()).collect();

        self.printed
            .add(self.set.map_or(Piece::Guessed, Piece::Named), &bytes?);
        Some(())
    }

    fn kanji(&mut self) -> Option<()> {
        let count = self.bits.take([8, 10, 12][self.range])?;
        self.pairs(count, CharacterSet::Shift_JIS, |packed| {
            let pair = packed / 0xC0 * 0x100 + packed % 0xC0;
            pair + if pair < 0x1F00 { 0x8140 } else { 0xC140 }
        })
    }

    fn hanzi(&mut self) -> Option<()> {
        if self.bits.take(4)? != GB_2312 {
            return None;
        }

        let count = self.bits.take([8, 10, 12][self.range])?;
        self.pairs(count, CharacterSet::GB18030, |packed| {
            let pair = packed / 0x60 * 0x100 + packed % 0x60;
            pair + if pair < 0x0A00 { 0xA1A1 } else { 0xA6A1 }
        })
    }

    /// Characters of two bytes, packed into 13 bits.
    fn pairs(&mut self, count: u32, set: CharacterSet, unpack: fn(u32) -> u32) -> Option<()> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            let pair = u16::try_from(unpack(self.bits.take(13)?)).ok()?;
            bytes.extend(pair.to_be_bytes());
        }
        self.printed.add(Piece::Packed(set), &bytes);
        Some(())
    }

    /// Extended channel interpretation: a number of 7, 14 or 21 bits.
    fn character_set(&mut self) -> Option<()> {
        let first = self.bits.take(8)?;
        let number = match first {
            0..0x80 => first,
            0x80..0xC0 => (first & 0x3F) << 8 | self.bits.take(8)?,
            0xC0..0xE0 => (first & 0x1F) << 16 | self.bits.take(16)?,
            _ => return None,
        };
        let set = CharacterSet::from(Eci::from(number));
        self.set = (set != CharacterSet::Unknown).then_some(set);
        self.printed.name_a_set();

        (number < 1_000_000).then_some(())
    }

    fn structured_append(&mut self) -> Option<()> {
        let append = Append {
            index: u8::try_from(self.bits.take(4)?).ok()?,
            count: u8::try_from(self.bits.take(4)?).ok()? + 1,
            parity: self.bits.byte()?,
        };
        self.append = Some(append);

        (append.index < append.count).then_some(())
    }

    /// A letter or two digits say which industry's rules hold; they stand before all data.
    fn industry(&mut self) -> Option<()> {
        let sign = self.bits.byte()?;
        let sign = match sign {
            0..100 => vec![b'0' + sign / 10, b'0' + sign % 10],
            165..=190 | 197..=222 => vec![sign - 100],
            _ => return None,
        };
        if !self.printed.is_empty() {
            return None;
        }

        self.application = Some(Application::Aim);
        self.printed.add(Piece::Plain, &sign);
        Some(())
    }
}

/// In data that follows an application's rules a `%` is a separator, and two are one.
fn separated(capitals: &[u8]) -> Vec<u8> {
    let mut separated = Vec::with_capacity(capitals.len());
    let mut rest = capitals.iter().peekable();
    while let Some(&capital) = rest.next() {
        separated.push(if capital != b'%' || rest.next_if_eq(&&b'%').is_some() {
            capital
        } else {
            SEPARATOR
        });
    }

    separated
}

#[cfg(test)]
mod tests;
