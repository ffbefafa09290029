//! What a picture gave, and the time it may take.

use std::{borrow::Borrow, fmt, time::Duration};

use crate::{coach::Hint, grade::Grade};

/// How long reading may take, told by the caller's clock: the reader has none.
///
/// The time is looked at between steps of a few milliseconds each, so a reading may overstay by one step.
pub struct Budget {
    left: Option<Box<dyn Fn() -> Duration>>,
}

impl Budget {
    /// As long as it takes; [`Reading::took`] is then zero.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { left: None }
    }

    /// The time left is asked of `left`, which counts down to zero.
    pub fn from_fn(left: impl Fn() -> Duration + 'static) -> Self {
        Self {
            left: Some(Box::new(left)),
        }
    }

    pub(crate) fn left(&self) -> Duration {
        self.left.as_ref().map_or(Duration::MAX, |left| left())
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left().is_zero()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limited", &self.left.is_some())
            .finish()
    }
}

/// What one picture gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The codes read, each once.
    pub codes: Vec<Code>,
    /// Where there is a code whose content could not be read: too small, blurred, torn, hidden.
    pub seen_not_read: Vec<Place>,
    /// What would help, where a code was seen but not read, or two were.
    pub hint: Option<Hint>,
    /// What it cost by the budget's clock; zero with [`Budget::unlimited`].
    pub took: Duration,
}

/// One code that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// What is written in it, as UTF-8 where the code names a character set or one can be guessed (the way
    /// zxing-cpp prints it): segments of digits, capitals, kanji, and bytes in UTF-8, Latin-1 or Shift-JIS.
    /// Where the bytes fit none, the bytes themselves. Plain ASCII is always byte for byte what was printed.
    pub content: Vec<u8>,
    /// Where it is.
    pub place: Place,
    /// Its size, 1 to 40; the side has `17 + 4 * version` modules.
    pub version: u8,
    /// How much damage it stands.
    pub level: Level,
    /// It is drawn mirrored, or seen in a mirror.
    pub mirrored: bool,
    /// How well it is printed; `None` where its modules could not be measured again.
    pub grade: Option<Grade>,
}

/// Error correction levels (ISO/IEC 18004, 6.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// About 7 % may be damaged.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// Where a code is: its own top left, top right, bottom right, bottom left corner, the quiet zone apart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// The corners, in this order, in the code's own orientation.
    pub corners: [Corner; 4],
}

/// A point of the picture in pixels from its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Corner {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Corner {
    /// How far another point is.
    pub(crate) fn away(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

impl Place {
    /// The middle of the four corners.
    #[must_use]
    pub fn middle(&self) -> Corner {
        let [a, b, c, d] = self.corners;
        Corner {
            x: (a.x + b.x + c.x + d.x) / 4.0,
            y: (a.y + b.y + c.y + d.y) / 4.0,
        }
    }

    /// The longest of the four sides, in pixels.
    #[must_use]
    pub fn side(&self) -> f32 {
        let ends = self.corners.iter().zip(self.corners.iter().cycle().skip(1));
        ends.map(|(a, b)| (a.x - b.x).hypot(a.y - b.y))
            .fold(0.0, f32::max)
    }

    /// The two are too near each other to be two codes: the middle of one lies within the other.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (a, b) = (self.middle(), other.middle());

        (a.x - b.x).hypot(a.y - b.y) < 0.5 * self.side().max(other.side())
    }

    /// Whether a point lies within the four corners.
    pub(crate) fn holds(&self, at: Corner) -> bool {
        let ends = self.corners.iter().zip(self.corners.iter().cycle().skip(1));
        let side = |(a, b): (&Corner, &Corner)| {
            (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x) > 0.0
        };
        let clockwise = ends.map(side).filter(|inside| *inside).count();

        // A mirrored code's corners go round the other way.
        clockwise == 0 || clockwise == self.corners.len()
    }

    pub(crate) fn map(&self, to: impl Fn(Corner) -> Corner) -> Self {
        Self {
            corners: self.corners.map(to),
        }
    }
}

/// Where a code seems to be, good enough for a hint and for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Where.
    pub place: Place,
    /// How like finder patterns three of its corners look to a search over the whole picture, 1 at best; 0 if it was found
    /// in another way.
    pub score: f32,
}

impl Borrow<Place> for Sight {
    fn borrow(&self) -> &Place {
        &self.place
    }
}
