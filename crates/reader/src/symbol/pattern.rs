//! What is printed in every symbol of a version (ISO/IEC 18004, 6.3), and the eight masks (7.8.2).

use super::version::Version;

/// The colour of each module that every symbol of the version has the same, row after row: finder patterns,
/// separators, timing and alignment patterns, the dark module, the version information. `None` elsewhere.
pub(crate) fn function_patterns(version: Version) -> Vec<Option<bool>> {
    let side = version.side();
    let mut sheet = Sheet {
        side,
        modules: vec![None; side * side],
    };

    for along in 0..side {
        sheet.set(6, along, along.is_multiple_of(2));
        sheet.set(along, 6, along.is_multiple_of(2));
    }
    for (x, y) in [(3, 3), (side - 4, 3), (3, side - 4)] {
        sheet.rings(x, y, 4, [true, true, false, true, false]);
    }
    for (x, y) in version.alignment_centres() {
        sheet.rings(x, y, 2, [true, false, true, false, false]);
    }
    sheet.set(8, side - 8, true);
    if let Some(information) = version.information() {
        for bit in 0..18 {
            let (far, near) = (side - 11 + bit % 3, bit / 3);
            let black = information >> bit & 1 == 1;
            sheet.set(far, near, black);
            sheet.set(near, far, black);
        }
    }

    sheet.modules
}

/// Whether a mask turns over the module in this row and column.
pub(crate) fn mask(number: u8, row: usize, column: usize) -> bool {
    let (i, j) = (row, column);
    match number {
        0 => (i + j).is_multiple_of(2),
        1 => i.is_multiple_of(2),
        2 => j.is_multiple_of(3),
        3 => (i + j).is_multiple_of(3),
        4 => (i / 2 + j / 3).is_multiple_of(2),
        5 => i * j % 2 + i * j % 3 == 0,
        6 => (i * j % 2 + i * j % 3).is_multiple_of(2),
        _ => ((i + j) % 2 + i * j % 3).is_multiple_of(2),
    }
}

struct Sheet {
    side: usize,
    modules: Vec<Option<bool>>,
}

impl Sheet {
    fn set(&mut self, x: usize, y: usize, black: bool) {
        self.modules[y * self.side + x] = Some(black);
    }

    /// Squares around a middle, `colours` from the inside out; what lies outside the symbol is left away.
    fn rings(&mut self, x: usize, y: usize, reach: usize, colours: [bool; 5]) {
        let within =
            |middle: usize| middle.saturating_sub(reach)..=(middle + reach).min(self.side - 1);
        let (columns, rows) = (within(x), within(y));
        for row in rows {
            for column in columns.clone() {
                let ring = row.abs_diff(y).max(column.abs_diff(x));
                self.set(column, row, colours[ring]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{drawn, format},
        *,
    };
    use crate::reading::Level;

    #[test]
    fn every_version_has_its_patterns_where_another_library_draws_them() {
        for version in Version::all() {
            let drawn = drawn::symbol(version, Level::M, 0, b"7");
            let free = function_patterns(version);
            let formats = format::places(version.side()).concat();
            for (at, (pattern, module)) in free.iter().zip(&drawn.modules).enumerate() {
                assert!(
                    pattern.is_none_or(|black| black == *module),
                    "version {version:?}, module {at}"
                );
            }

            let open = free.iter().filter(|module| module.is_none()).count() - formats.len();
            assert_eq!(open / 8, version.codewords());
        }
    }
}
