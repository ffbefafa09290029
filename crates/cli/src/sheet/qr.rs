//! The text of a code as a square of modules.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use crate::Failure;

/// Modules of a code, and its quiet zone's width in modules (ISO/IEC 18004, 6.3.8).
pub(super) const QUIET_MODULES: usize = 4;

/// How much damage the code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// About 15 %: for the card, where modules must not get too small.
    M,
    /// About 25 %: for the sheet, which is folded and gets wet.
    Q,
}

/// A square of modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Modules {
    side: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// The smallest code for `text` at this strength, and no stronger: modules stay as large as can be.
    pub(super) fn of(text: &str, strength: Strength) -> Result<Self, Failure> {
        let level = match strength {
            Strength::M => QrCodeEcc::Medium,
            Strength::Q => QrCodeEcc::Quartile,
        };
        let code = QrCode::encode_segments_advanced(
            &QrSegment::make_segments(text),
            level,
            Version::MIN,
            Version::MAX,
            None,
            false,
        )
        .map_err(|_| Failure::Sheet("the code's text is too long for a QR code".to_owned()))?;
        let side = code.size();
        let dark = (0..side)
            .flat_map(|y| (0..side).map(move |x| (x, y)))
            .map(|(x, y)| code.get_module(x, y))
            .collect();

        Ok(Self {
            side: usize::try_from(side).unwrap_or_default(),
            dark,
        })
    }

    /// Modules in a row.
    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// Runs of dark modules: row, first column, length.
    pub(super) fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (y, row) in self.dark.chunks_exact(self.side).enumerate() {
            let mut x = 0;
            for part in row.chunk_by(|a, b| a == b) {
                if part.first() == Some(&true) {
                    runs.push((y, x, part.len()));
                }
                x += part.len();
            }
        }

        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native() -> String {
        include_str!("../../../domain/vectors/code.txt")
            .trim_end()
            .to_owned()
    }

    #[test]
    fn a_native_code_has_69_modules_on_the_sheet_and_61_on_the_card() {
        let side = |strength| Modules::of(&native(), strength).unwrap().side();
        assert_eq!((side(Strength::Q), side(Strength::M)), (69, 61));
    }

    #[test]
    fn runs_cover_every_dark_module_once() {
        let modules = Modules::of("MS1:A", Strength::M).unwrap();
        let covered: usize = modules.runs().iter().map(|(_, _, length)| length).sum();
        assert_eq!(covered, modules.dark.iter().filter(|dark| **dark).count());
    }
}
