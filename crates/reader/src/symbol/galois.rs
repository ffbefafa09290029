//! The field of 256 elements in which the codewords are calculated with (ISO/IEC 18004, 7.5.2: bytes as polynomials
//! modulo `x^8 + x^4 + x^3 + x^2 + 1`).

const POLYNOMIAL: u16 = 0x11D;

/// Powers of 2, twice round, so that two logarithms need no reduction.
const POWERS: [u8; 510] = powers();
const LOGARITHMS: [u8; 256] = logarithms();
static PRODUCTS: [[u8; 256]; 256] = products();

/// All products with `a`.
pub(crate) fn times(a: u8) -> &'static [u8; 256] {
    &PRODUCTS[usize::from(a)]
}

pub(crate) fn product(a: u8, b: u8) -> u8 {
    PRODUCTS[usize::from(a)][usize::from(b)]
}

/// 2 to a power.
pub(crate) fn power(exponent: usize) -> u8 {
    POWERS[exponent % 255]
}

/// What gives 1 when multiplied with `a`, which must not be 0 (of which the answer is 1).
pub(crate) fn inverse(a: u8) -> u8 {
    POWERS[255 - usize::from(LOGARITHMS[usize::from(a)])]
}

const fn powers() -> [u8; 510] {
    let mut powers = [0; 510];
    let mut value = 1_u16;
    let mut exponent = 0;
    while exponent < 510 {
        powers[exponent] = value.to_le_bytes()[0];
        value <<= 1;
        if value >= 256 {
            value ^= POLYNOMIAL;
        }
        exponent += 1;
    }

    powers
}

const fn logarithms() -> [u8; 256] {
    let mut logarithms = [0; 256];
    let mut exponent = 0_u8;
    while exponent < 255 {
        logarithms[POWERS[exponent as usize] as usize] = exponent;
        exponent += 1;
    }

    logarithms
}

#[expect(
    clippy::large_stack_arrays,
    reason = "worked out by the compiler, on no stack of ours"
)]
const fn products() -> [[u8; 256]; 256] {
    let mut products = [[0; 256]; 256];
    let mut a = 1;
    while a < 256 {
        let mut b = 1;
        while b < 256 {
            products[a][b] = POWERS[LOGARITHMS[a] as usize + LOGARITHMS[b] as usize];
            b += 1;
        }
        a += 1;
    }

    products
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Multiplies as polynomials, bit after bit.
    fn long_product(a: u8, b: u8) -> u8 {
        let sum = (0..8)
            .filter(|bit| b >> bit & 1 == 1)
            .fold(0, |sum, bit| sum ^ u16::from(a) << bit);
        let rest = (8..16).rev().fold(sum, |rest, bit| {
            if rest >> bit & 1 == 1 {
                rest ^ POLYNOMIAL << (bit - 8)
            } else {
                rest
            }
        });

        u8::try_from(rest).unwrap()
    }

    #[test]
    fn all_products_are_those_of_polynomials() {
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(product(a, b), long_product(a, b));
                assert_eq!(times(a)[usize::from(b)], product(a, b));
            }
        }
    }

    #[test]
    fn a_number_times_its_inverse_is_one() {
        assert!((1..=255).all(|a| product(a, inverse(a)) == 1));
        assert_eq!([power(0), power(1), power(8), power(255)], [1, 2, 29, 1]);
    }
}
