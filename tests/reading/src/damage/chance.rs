//! Chance that comes out the same each time: `SplitMix64` (Steele, Lea, Flood 2014). Nothing secret.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream that belongs to these numbers.
    pub(crate) fn of(numbers: &[u32]) -> Self {
        let mut chance = Self(0x6d65_6e73_6865_6e21);
        for number in numbers {
            chance.0 = chance.next() ^ u64::from(*number);
        }
        chance.next();

        chance
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);

        mixed ^ (mixed >> 31)
    }

    /// Evenly in 0..1.
    pub(crate) fn unit(&mut self) -> f32 {
        let [a, b, ..] = self.next().to_be_bytes();

        f32::from(u16::from_be_bytes([a, b])) / 65_536.0
    }

    /// Evenly between `low` and `high`.
    pub(crate) fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Evenly between -`most` and `most`.
    pub(crate) fn swing(&mut self, most: f32) -> f32 {
        self.within(-most, most)
    }

    /// About normal with deviation 1: the sum of four even numbers.
    pub(crate) fn normal(&mut self) -> f32 {
        let bits = self.next();
        let part = |shift: u32| {
            let [a, b, ..] = (bits << shift).to_be_bytes();
            f32::from(u16::from_be_bytes([a, b])) / 65_536.0 - 0.5
        };

        (part(0) + part(16) + part(32) + part(48)) * 1.732
    }

    /// Evenly in 0..end; 0 when `end` is.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);

        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// True once in `one_in` times.
    pub(crate) fn once_in(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// An angle in radians, any.
    pub(crate) fn angle(&mut self) -> f32 {
        self.within(0.0, std::f32::consts::TAU)
    }

    /// One of these; they are never none.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A surface of chance without edges: values of -1..1 on a lattice, smoothly blended in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waves {
    seed: u32,
    /// Distance of the lattice's points.
    scale: f32,
}

impl Waves {
    pub(crate) fn new(chance: &mut Chance, scale: f32) -> Self {
        let [a, b, c, d, ..] = chance.next().to_be_bytes();

        Self {
            seed: u32::from_be_bytes([a, b, c, d]),
            scale,
        }
    }

    pub(crate) fn at(self, x: f32, y: f32) -> f32 {
        let (x, y) = (x / self.scale, y / self.scale);
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (smooth(x - left), smooth(y - top));
        let (left, top) = (lattice(left), lattice(top));
        let corner = |right: i32, below: i32| self.knot(left + right, top + below);
        let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * across;
        let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * across;

        upper + (lower - upper) * down
    }

    fn knot(self, x: i32, y: i32) -> f32 {
        let mut hash = self.seed
            ^ x.cast_unsigned().wrapping_mul(0x9e37_79b1)
            ^ y.cast_unsigned().wrapping_mul(0x85eb_ca77);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
        hash = (hash ^ (hash >> 12)).wrapping_mul(0x297a_2d39);
        let [a, b, ..] = (hash ^ (hash >> 15)).to_be_bytes();

        f32::from(u16::from_be_bytes([a, b])) / 32_767.5 - 1.0
    }
}

/// From 0 to 1 with level ends.
pub(crate) fn smooth(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);

    share * share * (3.0 - 2.0 * share)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` keeps to the range of i32; the lattice is endless for any picture"
)]
fn lattice(place: f32) -> i32 {
    place as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_numbers_give_the_same_chance_and_others_another() {
        let run = |numbers: &[u32]| -> Vec<u64> {
            let mut chance = Chance::of(numbers);
            (0..4).map(|_| chance.next()).collect()
        };

        assert_eq!(run(&[1, 2]), run(&[1, 2]));
        assert_ne!(run(&[1, 2]), run(&[2, 1]));
        assert_ne!(run(&[1, 2]), run(&[1, 3]));
    }

    #[test]
    fn numbers_are_spread_as_their_names_say() {
        let mut chance = Chance::of(&[7]);
        let normal: Vec<f32> = (0..4_000).map(|_| chance.normal()).collect();
        let mean = normal.iter().sum::<f32>() / 4_000.0;
        let variance = normal.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 4_000.0;

        assert!(mean.abs() < 0.06, "{mean}");
        assert!((variance - 1.0).abs() < 0.1, "{variance}");
        assert!((0..4_000).all(|_| (0.0..1.0).contains(&chance.unit())));
    }
}
