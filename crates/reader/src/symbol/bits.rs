//! Numbers of some bits each, one after the other.

/// What is left of a row of bits, the highest of each byte first.
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    next: usize,
}

/// A mode of four zero bits ends the segments; less where there is no room for it.
const TERMINATOR: usize = 4;

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0 }
    }

    /// The next `count` bits as a number, at most 24; `None` when there are not so many.
    pub(crate) fn take(&mut self, count: usize) -> Option<u32> {
        let number = self.peek(count)?;
        self.next += count;

        Some(number)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        u8::try_from(self.take(8)?).ok()
    }

    /// The segments end here; `None` where too few bits are left for a segment, but not all are zero.
    pub(crate) fn at_end(&self) -> Option<bool> {
        let left = (8 * self.bytes.len()).saturating_sub(self.next);
        let ended = self.peek(left.min(TERMINATOR))? == 0;

        (ended || left >= TERMINATOR).then_some(ended)
    }

    fn peek(&self, count: usize) -> Option<u32> {
        let bit = |at: usize| Some(u32::from(self.bytes.get(at / 8)? >> (7 - at % 8) & 1));

        (self.next..self.next + count).try_fold(0, |number, at| Some(number << 1 | bit(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_cross_bytes_and_end_with_them() {
        let mut bits = Bits::new(&[0b1010_0110, 0b1100_0000]);

        assert_eq!(bits.take(3), Some(0b101));
        assert_eq!(bits.take(7), Some(0b001_1011));
        assert_eq!(bits.take(7), None);
        assert_eq!(bits.take(6), Some(0));
        assert_eq!(bits.take(1), None);
        assert_eq!(bits.take(0), Some(0));
    }

    #[test]
    fn four_zero_bits_or_less_at_the_end_are_an_end() {
        let at_end = |bytes, skipped| {
            let mut bits = Bits::new(bytes);
            bits.take(skipped);
            bits.at_end()
        };

        assert_eq!(at_end(&[0b0000_1111], 0), Some(true));
        assert_eq!(at_end(&[0b0001_0000], 0), Some(false));
        assert_eq!(at_end(&[0b0001_0000], 6), Some(true));
        assert_eq!(at_end(&[0b0001_0001], 6), None);
        assert_eq!(at_end(&[], 0), Some(true));
    }
}
