//! A picture and its smaller versions, made when first asked for.

use std::cell::OnceCell;

use crate::{luma::Luma, view::View};

/// A picture, and the same at a half, a quarter and an eighth of the size.
pub(crate) struct Pyramid<'a> {
    whole: View<'a>,
    smaller: [OnceCell<Option<View<'static>>>; 3],
}

impl<'a> Pyramid<'a> {
    pub(crate) fn new(luma: &'a Luma) -> Self {
        Self {
            whole: View::whole(luma),
            smaller: [const { OnceCell::new() }; 3],
        }
    }

    /// The picture halved this many times; `None` when nothing is left of it, or after three times.
    pub(crate) fn level(&self, halvings: usize) -> Option<&View<'_>> {
        let Some(above) = halvings.checked_sub(1) else {
            return Some(&self.whole);
        };

        self.smaller
            .get(above)?
            .get_or_init(|| self.level(above)?.halved())
            .as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_half_as_wide_and_high_until_nothing_is_left() {
        let luma = Luma::new(6, 5, vec![9; 30]).expect("thirty pixels");
        let pyramid = Pyramid::new(&luma);
        let size = |halvings| {
            let view = pyramid.level(halvings)?;
            Some((view.luma.width, view.luma.height))
        };

        assert_eq!(size(0), Some((6, 5)));
        assert_eq!(size(2), Some((1, 1)));
        assert_eq!((size(3), size(4)), (None, None));
    }
}
