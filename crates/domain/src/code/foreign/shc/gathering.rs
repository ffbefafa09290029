//! The codes of one card, gathered over scans.

use std::fmt;

use super::part::Part;
use super::whole;
use crate::code::foreign::SignedForeign;
use crate::verdict::Reason;

/// A card has at most this many parts (SECURITY.md §8).
pub const MAX_PARTS: usize = 16;
/// The last part must come this soon after the first.
const MAX_MS: u64 = 30_000;

/// The parts that were read so far of a card in several codes. Its `Debug` tells only how many.
#[derive(Default)]
pub struct Gathering {
    /// The parts by their place, less one; empty where nothing is gathered.
    parts: Vec<Option<String>>,
    /// When the first of them came.
    since_ms: u64,
}

/// What came of a scan.
#[derive(Debug, PartialEq, Eq)]
pub enum Gathered {
    /// The card is whole: no signature of it was checked yet.
    Whole(Box<SignedForeign>),
    /// More parts must come.
    Missing {
        /// Which, counted from 1, in order.
        numbers: Vec<usize>,
        /// Of how many in all.
        of: usize,
    },
}

impl Gathering {
    /// Takes the text of a code that was read at `mono_ms`, milliseconds of a clock that only moves forward.
    ///
    /// A part begins anew where what was gathered is older than 30 seconds, or of another set: of another number of parts, or
    /// with something else in the same place. How long the parts are says nothing, as each issuer cuts as it likes. A card in one code is whole, and
    /// ends what was gathered.
    ///
    /// # Errors
    /// As [`super::decode`]. What is no part of a card leaves the others as they are; a set that turns out to be no card is
    /// forgotten.
    pub fn add(&mut self, text: &str, mono_ms: u64) -> Result<Gathered, Reason> {
        let part = Part::read(text)?;
        let late = mono_ms.saturating_sub(self.since_ms) > MAX_MS;
        if self.parts.is_empty() || late || !self.fits(&part) {
            self.parts = vec![None; part.of];
            self.since_ms = mono_ms;
        }
        let of = part.of;
        if let Some(place) = self.place(part.number) {
            *place = Some(part.text);
        }
        let numbers = self.missing();
        if !numbers.is_empty() {
            return Ok(Gathered::Missing { numbers, of });
        }
        let text: String = std::mem::take(&mut self.parts)
            .into_iter()
            .flatten()
            .collect();

        whole(&text).map(|card| Gathered::Whole(Box::new(card)))
    }

    /// Forgets what was gathered, as when another scan is on the screen.
    pub fn clear(&mut self) {
        self.parts.clear();
    }

    fn place(&mut self, number: usize) -> Option<&mut Option<String>> {
        self.parts.get_mut(number.checked_sub(1)?)
    }

    fn missing(&self) -> Vec<usize> {
        let places = (1..).zip(&self.parts);

        places
            .filter(|(_, part)| part.is_none())
            .map(|(number, _)| number)
            .collect()
    }

    /// Whether `part` is of the set that is gathered.
    fn fits(&self, part: &Part) -> bool {
        let mut gathered = (1..).zip(&self.parts);

        part.of == self.parts.len()
            && gathered.all(|(number, text)| {
                number != part.number || text.as_ref().is_none_or(|text| *text == part.text)
            })
    }
}

impl fmt::Debug for Gathering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathering")
            .field("of", &self.parts.len())
            .field("missing", &self.missing())
            .finish_non_exhaustive()
    }
}
