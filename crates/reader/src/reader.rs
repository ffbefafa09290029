//! The order in which a picture is looked at.

use rxing::common::BitMatrix;

use crate::{
    black, first,
    luma::Luma,
    reading::{Budget, Code, Place, Reading},
    second,
    view::View,
};

/// Places where the second pass is tried in one picture.
const MOST_SECOND: usize = 4;

/// Reads QR codes, frame after frame.
#[derive(Debug, Default)]
pub struct Reader;

impl Reader {
    /// A reader that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// Reads every code of a picture, within the budget.
    ///
    /// Whatever the picture holds, this returns: a decoder's own failure counts as a code seen but not read.
    /// A picture whose size was changed after [`Luma::new`] holds nothing.
    pub fn read(&mut self, luma: &Luma, budget: Budget) -> Reading {
        let before = budget.left();
        let mut look = Look {
            luma,
            budget,
            codes: Vec::new(),
            unread: Vec::new(),
            crowded: false,
        };
        if !luma.pixels().is_empty() && luma.is_whole() {
            look.first_pass();
            look.second_pass();
        }

        Reading {
            codes: look.codes,
            seen_not_read: look.unread,
            took: before.saturating_sub(look.budget.left()),
        }
    }
}

/// One picture while it is looked at.
struct Look<'a> {
    luma: &'a Luma,
    budget: Budget,
    codes: Vec<Code>,
    unread: Vec<Place>,
    crowded: bool,
}

impl Look<'_> {
    /// As it is, then white on black, then smaller, which closes gaps and evens out noise and moire.
    fn first_pass(&mut self) {
        let whole = View::whole(self.luma);
        let Some(mut black) = black::local(&whole.luma) else {
            return;
        };
        self.search(&whole, &black);
        if self.done() {
            return;
        }

        black.flip_self();
        self.search(&whole, &black);

        let mut view = whole;
        for _ in 0..2 {
            if self.done() {
                return;
            }
            let Some(half) = view.halved() else { return };
            if let Some(black) = black::local(&half.luma) {
                self.search(&half, &black);
            }
            view = half;
        }
    }

    fn second_pass(&mut self) {
        if self.crowded {
            return;
        }
        let places: Vec<Place> = self.unread.iter().copied().take(MOST_SECOND).collect();
        for place in places {
            if self.budget.is_spent() {
                return;
            }
            let Some(view) = View::around(self.luma, &place) else {
                continue;
            };
            for code in second::search(&view.luma) {
                self.keep(Code {
                    place: view.back(&code.place),
                    ..code
                });
            }
        }
    }

    /// Everything that was seen is read, or there is no time for more.
    fn done(&self) -> bool {
        self.budget.is_spent() || (!self.codes.is_empty() && self.unread.is_empty())
    }

    fn search(&mut self, view: &View<'_>, black: &BitMatrix) {
        let found = first::search(black, &|| self.budget.is_spent());
        self.crowded |= found.crowded;
        for code in found.codes {
            self.keep(Code {
                place: view.back(&code.place),
                ..code
            });
        }
        for place in found.unread {
            let place = view.back(&place);
            let known = self
                .codes
                .iter()
                .map(|code| &code.place)
                .chain(&self.unread)
                .any(|old| old.meets(&place));
            if !known {
                self.unread.push(place);
            }
        }
    }

    fn keep(&mut self, code: Code) {
        self.unread.retain(|place| !place.meets(&code.place));
        if !self.codes.iter().any(|old| old.place.meets(&code.place)) {
            self.codes.push(code);
        }
    }
}
