//! Chance by a seed, and examples made of it.

/// Edits of an example at most, of four bytes each.
const MOST_EDITS: usize = 4;
const MOST_NOISE: usize = 300;

/// `SplitMix64`: each seed gives a stream of its own.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = self.next() % u64::try_from(end.max(1)).unwrap_or(u64::MAX);

        usize::try_from(number).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Bytes for a target: in five of eight edits of its good body, in two a file of its corpus spoilt, in one noise.
    pub(crate) fn example(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        match self.below(8) {
            0 => self.bytes(MOST_NOISE),
            1 | 2 => {
                let file = self.below(corpus.len());
                let file = corpus.get(file).cloned().unwrap_or_default();
                self.spoilt(file)
            }
            _ => {
                let edits = 4 * (1 + self.below(MOST_EDITS));
                (0..=edits).map(|_| self.byte()).collect()
            }
        }
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most);

        (0..length).map(|_| self.byte()).collect()
    }

    /// A few bytes exchanged, removed or put in.
    fn spoilt(&mut self, mut file: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(3) {
            let at = self.below(file.len());
            match self.below(6) {
                0 => file.truncate(at),
                1 => {
                    let put = self.bytes(9);
                    file.splice(at..at, put);
                }
                2 => {
                    let end = file.len().min(at + self.below(20));
                    file.drain(at..end);
                }
                _ => {
                    let by = self.byte();
                    if let Some(byte) = file.get_mut(at) {
                        *byte ^= by;
                    }
                }
            }
        }

        file
    }
}
