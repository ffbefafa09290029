//! A symbol of which another library saw each module as black or white, and says that it can be read.
//!
//! That decides how far such a symbol is corrected and what it holds by the same rules as everywhere: rxing and rqrr
//! correct one codeword more than ISO/IEC 18004 allows the smallest symbols (table 9), and rxing prints text before an
//! empty segment twice.

use super::{Decoded, Evidence, Outcome, Tried, Version, decode};

/// The probability that a module of such a symbol is misread.
const DOUBT: f32 = 0.02;

/// Reads a symbol with so many modules on a side, each black or not, row after row; mirrored, columns are its rows.
pub(crate) fn read(
    side: usize,
    black: impl Iterator<Item = bool>,
    mirrored: bool,
) -> Option<Decoded> {
    let version = Version::of_side(side)?;
    let black = black.map(|black| if black { 1.0 } else { -1.0 });
    let evidence = Evidence::new(version, black.collect(), vec![DOUBT; side * side])?;
    let evidence = if mirrored {
        evidence.transposed()
    } else {
        evidence
    };

    match decode(&evidence, None, &mut Tried::default()) {
        Outcome::Read(decoded) => Some(*decoded),
        Outcome::Partly(_) | Outcome::Nothing => None,
    }
}
