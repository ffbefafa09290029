//! Whether something is so near that it fills the picture with large dark and bright spots: a code that does not fit
//! into the picture, or is too near to be sharp, shows no finder pattern that anything could find.

use crate::{
    deep::texture::{self, BLOCK, Texture},
    luma::Luma,
    pixel,
};

/// Blocks of the eighth-size picture that a near code covers at least, as a share of the picture's height squared.
const FILLED: f32 = 0.8;
/// Of the blocks in which there is anything, those with nothing fine in them: desks have half of theirs at most.
const MOSTLY: f32 = 0.65;
/// How much more neighbours differ in the eighth-size picture than in the quarter-size one: twice as much in smooth
/// slopes, less than as much in print with thin strokes, of which the smaller picture only keeps the mean.
const COARSE: f32 = 1.4;

/// Looks at a picture at a quarter and at an eighth of its size.
pub(crate) fn is_filled(quarter: &Luma, eighth: &Luma) -> bool {
    let busy = Texture::of(eighth);
    let (columns, rows) = (eighth.width / BLOCK, eighth.height / BLOCK);
    let (mut looked_at, mut coarse) = (0, 0);
    for row in 0..rows {
        for column in (0..columns).filter(|column| busy.is_busy(*column, row)) {
            let (left, top) = (column * BLOCK, row * BLOCK);
            let large = texture::restlessness(eighth, left, top);
            let small = [(0, 0), (BLOCK, 0), (0, BLOCK), (BLOCK, BLOCK)]
                .map(|(right, down)| {
                    texture::restlessness(quarter, 2 * left + right, 2 * top + down)
                })
                .iter()
                .sum::<f32>()
                / 4.0;
            looked_at += 1;
            coarse += usize::from(large > COARSE * small);
        }
    }

    let coarse = pixel::distance(coarse);
    coarse > FILLED * pixel::distance(rows * rows) && coarse > MOSTLY * pixel::distance(looked_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pyramid::Pyramid;

    #[test]
    fn modules_of_many_pixels_all_over_the_picture_fill_it_sharp_or_not() {
        assert!(fills(|x, y| module(x, y, 24, 0)));
        assert!(fills(|x, y| module(x, y, 24, 20)));
    }

    #[test]
    fn a_code_that_is_as_near_as_it_should_be_does_not() {
        let place = |x: usize| (400..800).contains(&x);

        assert!(!fills(|x, y| if place(x) && place(y + 200) {
            module(x, y, 12, 0)
        } else {
            190
        }));
    }

    #[test]
    fn print_with_thin_strokes_does_not_wherever_it_is() {
        let stroke = |x: usize, y: usize| (x * 5 / 16 + x * y / 97).is_multiple_of(3);

        assert!(!fills(|x, y| if y % 24 < 14 && stroke(x, y) {
            30
        } else {
            210
        }));
    }

    #[test]
    fn a_picture_of_a_few_pixels_is_filled_by_nothing() {
        let luma = Luma::new(9, 9, vec![40; 81]).expect("nine times nine pixels");

        assert!(!is_filled(&luma, &luma));
    }

    /// A grey between those of modules that are dark or bright by chance, evened out over this many pixels.
    fn module(x: usize, y: usize, side: usize, blur: usize) -> u8 {
        let is_dark = |x: usize, y: usize| {
            let (column, row) = (x / side, y / side);
            (column * 7 + row * 11 + column * row * 5) % 9 < 4
        };
        let around = [0, blur / 2, blur];
        let dark = around
            .iter()
            .flat_map(|right| around.iter().map(move |down| (right, down)))
            .filter(|(right, down)| is_dark(x + *right, y + *down))
            .count();

        u8::try_from(200 - 18 * dark).unwrap_or_default()
    }

    fn fills(grey: impl Fn(usize, usize) -> u8) -> bool {
        let pixels = (0..720)
            .flat_map(|y| (0..1280).map(move |x| (x, y)))
            .map(|(x, y)| grey(x, y))
            .collect();
        let luma = Luma::new(1280, 720, pixels).expect("as many pixels as announced");
        let pyramid = Pyramid::new(&luma);
        let level = |halvings| &pyramid.level(halvings).expect("large enough").luma;

        is_filled(level(2), level(3))
    }
}
