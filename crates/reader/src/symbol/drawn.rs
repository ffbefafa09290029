//! Symbols drawn by another library, for tests.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment};

use super::{evidence::Evidence, layout::Layout, place::Places, version::Version};
use crate::reading::Level;

/// A symbol as a sampler might see it.
#[derive(Clone)]
pub(crate) struct Drawn {
    pub(crate) version: Version,
    pub(crate) modules: Vec<bool>,
    pub(crate) doubt: Vec<f32>,
}

impl Drawn {
    pub(crate) fn evidence(&self) -> Evidence {
        let black = self
            .modules
            .iter()
            .map(|black| if *black { 1.0 } else { -1.0 });

        Evidence::new(self.version, black.collect(), self.doubt.clone()).unwrap()
    }
}

/// A symbol with these bytes in byte mode, every module sure.
pub(crate) fn symbol(version: Version, level: Level, mask: u8, bytes: &[u8]) -> Drawn {
    segments(version, level, mask, &[QrSegment::make_bytes(bytes)])
}

pub(crate) fn segments(version: Version, level: Level, mask: u8, segments: &[QrSegment]) -> Drawn {
    let number = qrcodegen::Version::new(version.number());
    let level = match level {
        Level::L => QrCodeEcc::Low,
        Level::M => QrCodeEcc::Medium,
        Level::Q => QrCodeEcc::Quartile,
        Level::H => QrCodeEcc::High,
    };
    let mask = Some(Mask::new(mask));
    let code =
        QrCode::encode_segments_advanced(segments, level, number, number, mask, false).unwrap();
    let along = 0..code.size();
    let modules: Vec<bool> = along
        .clone()
        .flat_map(|y| along.clone().map(move |x| (x, y)))
        .map(|(x, y)| code.get_module(x, y))
        .collect();

    Drawn {
        version,
        doubt: vec![0.01; modules.len()],
        modules,
    }
}

impl Drawn {
    /// Other values in these codewords of a block, each module as sure as before.
    pub(crate) fn spoil(
        &mut self,
        layout: Layout,
        block: usize,
        wrong: &[usize],
        chance: &mut Chance,
    ) {
        self.change(layout, block, wrong, |_| {
            chance.byte() | 1 << (chance.byte() % 8)
        });
    }

    /// Any values in these codewords of a block, and the sampler sees that it does not know them.
    pub(crate) fn doubt(
        &mut self,
        layout: Layout,
        block: usize,
        wrong: &[usize],
        chance: &mut Chance,
    ) {
        self.change(layout, block, wrong, |_| chance.byte());
        let places = Places::of(self.version);
        let printed: Vec<usize> = layout.printed(block).collect();
        for &at in wrong {
            for module in places.codeword(printed[at]) {
                self.doubt[usize::from(*module)] = 0.4 + f32::from(chance.byte()) / 2_560.0;
            }
        }
    }

    /// Any values in the first codewords of a block, and the sampler sees that it does not know them.
    pub(crate) fn doubt_first(&mut self, level: Level, block: usize, count: usize) {
        let layout = Layout::new(self.version, level);
        let first: Vec<usize> = (0..layout.length(block).min(count)).collect();
        self.doubt(layout, block, &first, &mut Chance::new(7));
    }

    /// The same in so many codewords of each block, whichever they are.
    pub(crate) fn doubt_some(&mut self, level: Level, count: usize, chance: &mut Chance) {
        let layout = Layout::new(self.version, level);
        for block in 0..layout.blocks() {
            let some = chance.some(layout.length(block), count);
            self.doubt(layout, block, &some, chance);
        }
    }

    /// Zero in these codewords of a block, under the mask.
    pub(crate) fn blank(&mut self, layout: Layout, block: usize, codewords: &[usize], mask: u8) {
        let under = Places::of(self.version);
        self.change(layout, block, codewords, |(printed, seen)| {
            seen ^ under.mask(mask)[printed]
        });
    }

    /// Codewords, counted in the order of printing, as another symbol shows them.
    pub(crate) fn take_codewords(&mut self, other: &Self, printed: &[usize]) {
        let places = Places::of(self.version);
        let modules = printed.iter().flat_map(|&at| places.codeword(at));
        for module in modules.map(|at| usize::from(*at)) {
            self.modules[module] = other.modules[module];
        }
    }

    pub(crate) fn transpose(&mut self) {
        let side = self.version.side();
        let from = (0..side).flat_map(|y| (0..side).map(move |x| x * side + y));
        (self.modules, self.doubt) = from.map(|at| (self.modules[at], self.doubt[at])).unzip();
    }

    /// Exclusive-ors the codewords with what `change` says of their place in print and what is there.
    fn change(
        &mut self,
        layout: Layout,
        block: usize,
        codewords: &[usize],
        mut change: impl FnMut((usize, u8)) -> u8,
    ) {
        let places = Places::of(self.version);
        let printed: Vec<usize> = layout.printed(block).collect();
        for &at in codewords {
            let modules = places.codeword(printed[at]);
            let seen = modules.iter().fold(0, |bits, at| {
                bits << 1 | u8::from(self.modules[usize::from(*at)])
            });
            let change = change((printed[at], seen));
            for (bit, module) in modules.iter().enumerate() {
                self.modules[usize::from(*module)] ^= change & 0x80 >> bit != 0;
            }
        }
    }
}

/// Numbers that look like chance and are the same in every run (xorshift, Marsaglia 2003).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end.max(1)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[1]
    }

    /// From 0 to 1.
    pub(crate) fn share(&mut self) -> f32 {
        f32::from(u16::from_be_bytes([self.byte(), self.byte()])) / 65_536.0
    }

    /// `count` different numbers below `end`.
    pub(crate) fn some(&mut self, end: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..end).collect();
        for at in 0..count.min(end) {
            let other = at + self.below(end - at);
            all.swap(at, other);
        }
        all.truncate(count);
        all
    }
}
