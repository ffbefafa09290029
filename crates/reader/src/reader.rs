//! The order in which a picture is looked at.

use std::{rc::Rc, time::Duration};

use rxing::common::BitMatrix;

use crate::{
    black,
    coach::{self, Sights},
    deep::{self, Peak},
    first::{self, Sampled},
    grade::Grade,
    luma::Luma,
    pyramid::Pyramid,
    reading::{Budget, Code, Place, Reading, Sight},
    second,
    stages::Stages,
    view::View,
};

/// Places that are looked at closely in one picture.
const MOST_CLOSE: usize = 4;
/// Of the frames in which nothing is seen one in so many is looked through for codes that are too small to be read: the
/// hint to come closer may come half a second late, and an empty desk is to cost little.
const SMALL_EVERY: u8 = 8;
/// What is begun is not broken off, so it begins only where there is time for it. A deep stage asks after every step, and
/// hardly any takes longer than this.
const LEAST_FOR_A_STEP: Duration = Duration::from_millis(3);
/// What the ways of looking closely take for half a frame: the first pass, the same at twice the size, and rqrr.
const LEAST_FOR_A_WAY: [Duration; 3] = [
    Duration::from_millis(3),
    Duration::from_millis(9),
    Duration::from_millis(15),
];
/// Frames after the last reading for which its place is remembered: a third of a second.
const REMEMBERED: u8 = 10;

/// Reads QR codes, frame after frame. It remembers where the last code was: a sheet held in a hand is nearly there in
/// the next frame, though that may be too blurred for a code to be noticed in it.
#[derive(Debug, Default)]
pub struct Reader {
    stages: Stages,
    last: Option<Remembered>,
    /// Where a code was seen in the last picture, read or not.
    seen: Option<Place>,
    memory: deep::Memory,
    /// Frames in a row in which nothing was seen.
    calm: u8,
}

/// Where a code was read, and for how many more frames that counts.
#[derive(Debug)]
struct Remembered {
    place: Place,
    frames: u8,
}

impl Reader {
    /// A reader that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A reader that has seen nothing yet and leaves out some stages.
    #[must_use]
    pub fn with(stages: Stages) -> Self {
        Self {
            stages,
            ..Self::default()
        }
    }

    /// Reads every code of a picture, within the budget.
    ///
    /// Whatever the picture holds, this returns: a decoder's own failure counts as a code seen but not read.
    /// A picture whose size was changed after [`Luma::new`] holds nothing.
    pub fn read(&mut self, luma: &Luma, budget: Budget) -> Reading {
        let before = budget.left();
        let mut look = Look {
            luma,
            pyramid: Rc::new(Pyramid::new(luma)),
            budget,
            codes: Vec::new(),
            unread: Vec::new(),
            sighted: Vec::new(),
            finders: Vec::new(),
            filled: false,
            loose: Loose::default(),
            crowded: false,
        };
        if !luma.pixels().is_empty() && luma.is_whole() {
            look.first_pass();
            if self.stages.is_deep() {
                look.deeply(&mut self.memory, self.stages);
            }
            look.closely(self.last.as_ref().map(|last| last.place));
        }
        self.remember(look.codes.first());
        self.calm = if look.is_calm() { self.calm + 1 } else { 0 };
        if self.calm == SMALL_EVERY {
            self.calm = 0;
            look.sight_at_the_limits();
        }
        let hint = look.hint(self.seen.as_ref());
        self.seen = look
            .codes
            .first()
            .map(|code| code.place)
            .or(look.unread.first().copied());

        Reading {
            hint,
            codes: look.codes,
            seen_not_read: look.unread,
            took: before.saturating_sub(look.budget.left()),
        }
    }

    fn remember(&mut self, read: Option<&Code>) {
        self.last = match (read, self.last.take()) {
            (Some(code), _) => Some(Remembered {
                place: code.place,
                frames: REMEMBERED,
            }),
            (None, Some(last)) if last.frames > 1 => Some(Remembered {
                frames: last.frames - 1,
                ..last
            }),
            (None, _) => None,
        };
    }
}

/// One picture while it is looked at.
struct Look<'a> {
    luma: &'a Luma,
    pyramid: Rc<Pyramid<'a>>,
    budget: Budget,
    codes: Vec<Code>,
    unread: Vec<Place>,
    /// Where a code may be, for a hint only.
    sighted: Vec<Sight>,
    /// Finder patterns of any code.
    finders: Vec<Place>,
    /// Something fills the picture.
    filled: bool,
    loose: Loose,
    crowded: bool,
}

/// Finder patterns of codes that were not read.
#[derive(Default)]
struct Loose {
    dark: Vec<Peak>,
    /// White on black.
    bright: Vec<Peak>,
}

impl Look<'_> {
    /// As it is, then white on black, then smaller, which closes gaps and evens out noise and moire.
    fn first_pass(&mut self) {
        let pyramid = Rc::clone(&self.pyramid);
        let Some((whole, mut black)) = pyramid
            .level(0)
            .and_then(|whole| Some((whole, black::local(&whole.luma)?)))
        else {
            return;
        };
        self.loose.dark = self.search(whole, &black);
        if self.done() {
            return;
        }

        black.flip_self();
        self.loose.bright = self.search(whole, &black);

        for halvings in 1..=2 {
            if self.done() {
                return;
            }
            let Some(half) = pyramid.level(halvings) else {
                return;
            };
            if let Some(black) = black::local(&half.luma) {
                let loose = self.search(half, &black);
                self.loose.dark.extend(loose);
            }
        }
    }

    /// What looks like pieces of a code is worked on with all means; white on black only where two finder patterns of
    /// that kind were seen, as looking for them everywhere would cost every desk as much again.
    fn deeply(&mut self, memory: &mut deep::Memory, stages: Stages) {
        let Loose { dark, bright } = std::mem::take(&mut self.loose);
        let pyramid = Rc::clone(&self.pyramid);
        self.more(&pyramid, dark, memory, stages);
        if bright.len() < 2 || self.crowded || self.done() {
            return;
        }
        let inverted = self.luma.inverted();
        self.more(&Pyramid::new(&inverted), bright, memory, stages);
    }

    fn more(
        &mut self,
        pyramid: &Pyramid<'_>,
        peaks: Vec<Peak>,
        memory: &mut deep::Memory,
        stages: Stages,
    ) {
        if self.crowded || self.done() {
            return;
        }
        let places: Vec<Place> = self.codes.iter().map(|code| code.place).collect();
        let seen = deep::read(pyramid, peaks, &places, memory, stages, &|| {
            self.budget.left() < LEAST_FOR_A_STEP
        });
        for code in seen.codes {
            self.keep(code);
        }
        for place in seen.unread {
            self.note(place);
        }
        self.sighted.extend(seen.sighted);
        self.finders.extend(seen.finders);
    }

    /// Where a code was seen and not read, or was read a moment ago: cut out, so that the threshold is the code's own, at
    /// twice the size, and then by rqrr, which finds the grid in another way.
    fn closely(&mut self, remembered: Option<Place>) {
        if self.crowded {
            return;
        }
        let remembered = remembered.filter(|_| self.codes.is_empty());
        let seen = self.unread.iter().copied().take(MOST_CLOSE);
        let places: Vec<Place> = seen.chain(remembered).collect();
        for place in places {
            let Some(view) = View::around(self.luma, &place) else {
                continue;
            };
            self.close(&place, &view);
        }
    }

    fn close(&mut self, place: &Place, view: &View<'_>) {
        let ways = [Self::cut_out, Self::doubled, Self::by_rqrr];
        for (way, least) in ways.into_iter().zip(LEAST_FOR_A_WAY) {
            if self.budget.left() < least || self.is_read(place) {
                return;
            }
            way(self, view);
        }
    }

    fn by_rqrr(&mut self, view: &View<'_>) {
        self.keep_all(view, second::search(&view.luma));
    }

    fn cut_out(&mut self, view: &View<'_>) {
        if let Some(black) = black::local(&view.luma) {
            let found = first::search(&black, &|| self.budget.is_spent());
            self.keep_all(view, found.codes);
        }
    }

    fn doubled(&mut self, view: &View<'_>) {
        if let Some(view) = view.doubled() {
            self.cut_out(&view);
        }
    }

    /// Nothing was seen.
    fn is_calm(&self) -> bool {
        self.codes.is_empty() && self.unread.is_empty() && !self.crowded
    }

    /// Where nothing was seen at all, a code may be too small for everything that reads, or too large.
    fn sight_at_the_limits(&mut self) {
        let pyramid = Rc::clone(&self.pyramid);
        if let (Some(quarter), Some(eighth)) = (pyramid.level(2), pyramid.level(3)) {
            self.filled = deep::is_filled(&quarter.luma, &eighth.luma);
        }
        if let (Some(whole), Some(half)) = (pyramid.level(0), pyramid.level(1)) {
            let peaks = deep::seek_small(&whole.luma, &half.luma);
            self.sighted.extend(deep::sight(&[], &peaks));
        }
    }

    fn hint(&self, before: Option<&Place>) -> Option<coach::Hint> {
        let read: Vec<Place> = self.codes.iter().map(|code| code.place).collect();
        let sights = Sights {
            read: &read,
            unread: &self.unread,
            perhaps: &self.sighted,
            finders: &self.finders,
            filled: self.filled,
            before,
        };

        coach::advise(self.luma, &sights)
    }

    fn is_read(&self, place: &Place) -> bool {
        self.codes.iter().any(|code| code.place.meets(place))
    }

    /// Everything that was seen is read, or there is no time for more.
    fn done(&self) -> bool {
        self.budget.is_spent() || (!self.codes.is_empty() && self.unread.is_empty())
    }

    /// Keeps what is found; finder patterns of codes that were not read.
    fn search(&mut self, view: &View<'_>, black: &BitMatrix) -> Vec<Peak> {
        let found = first::search(black, &|| self.budget.is_spent());
        self.crowded |= found.crowded;
        self.keep_all(view, found.codes);
        for place in found.unread {
            self.note(view.back(&place));
        }

        found
            .loose
            .iter()
            .map(|pattern| view.peak(pattern))
            .collect()
    }

    /// A code was seen there.
    fn note(&mut self, place: Place) {
        let seen = self
            .codes
            .iter()
            .map(|code| &code.place)
            .chain(&self.unread);
        if !seen.clone().any(|old| old.meets(&place)) {
            self.unread.push(place);
        }
    }

    /// They are graded by the whole picture: a part of it may have been looked at at another scale.
    fn keep_all(&mut self, view: &View<'_>, codes: Vec<Sampled>) {
        for Sampled { code, known } in codes {
            let place = view.back(&code.place);
            let grade = known
                .filter(|_| !self.is_read(&place))
                .and_then(|known| Grade::flat(self.luma, &place, code.mirrored, &known));
            self.keep(Code {
                place,
                grade,
                ..code
            });
        }
    }

    fn keep(&mut self, code: Code) {
        self.unread.retain(|place| !place.meets(&code.place));
        if !self.codes.iter().any(|old| old.place.meets(&code.place)) {
            self.codes.push(code);
        }
    }
}
