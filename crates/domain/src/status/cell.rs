//! The byte of one resident.

use crate::screen::{Colour, TestView};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// Seconds in a sample's slot: 4 hours.
pub const SLOT_SECONDS: i64 = 14_400;
const SLOTS: i64 = 62;
const POSITIVE: u8 = 62;
const NO_SAMPLE: u8 = 63;

/// One byte: colour in the top two bits, slot of the latest sample in the other six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell(pub u8);

/// What a byte says, once its slot is resolved against the manifest's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Colour and latest sample.
    Coloured {
        /// The health colour.
        colour: Colour,
        /// The latest sample.
        sample: Sample,
    },
    /// 0x00: no such resident.
    NeverIssued,
    /// 0x01 lost, 0x02 re-issued, 0x03 to 0x3F otherwise.
    Revoked(Reason),
}

/// The latest sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Negative, in the slot that starts here.
    Negative(Timestamp),
    /// No sample in the window of 62 slots.
    None,
    /// The latest result is positive.
    Positive,
}

impl Sample {
    /// For the screen: the interval of the slot.
    #[must_use]
    pub fn view(self) -> TestView {
        match self {
            Self::Negative(from) => TestView::Negative {
                from,
                until: from.plus(SLOT_SECONDS),
            },
            Self::None => TestView::None,
            Self::Positive => TestView::Positive,
        }
    }
}

impl Cell {
    /// Never issued.
    pub const NEVER_ISSUED: Self = Self(0x00);
    /// Reported lost.
    pub const LOST: Self = Self(0x01);
    /// Re-issued.
    pub const REISSUED: Self = Self(0x02);
    /// Revoked for another reason.
    pub const REVOKED: Self = Self(0x03);

    /// The byte for a colour and a sample in a list signed at `as_of`. A sample older than the window of
    /// 62 slots, or later than the list, reads as none.
    #[must_use]
    pub fn coloured(colour: Colour, sample: Sample, as_of: Timestamp) -> Self {
        let colour = match colour {
            Colour::Green => 1_u8,
            Colour::Yellow => 2,
            Colour::Red => 3,
        };
        let slot = match sample {
            Sample::Negative(at) => slot_number(at, as_of),
            Sample::None => NO_SAMPLE,
            Sample::Positive => POSITIVE,
        };

        Self(colour << 6 | slot)
    }

    /// What the byte says in a list signed at `as_of`.
    #[must_use]
    pub fn standing(self, as_of: Timestamp) -> Standing {
        let colour = match self.0 >> 6 {
            1 => Colour::Green,
            2 => Colour::Yellow,
            3 => Colour::Red,
            _ => return revoked(self),
        };
        let sample = match self.0 & 0x3f {
            POSITIVE => Sample::Positive,
            NO_SAMPLE => Sample::None,
            slot => Sample::Negative(slot_start(slot, as_of)),
        };

        Standing::Coloured { colour, sample }
    }
}

fn revoked(cell: Cell) -> Standing {
    match cell {
        Cell::NEVER_ISSUED => Standing::NeverIssued,
        Cell::LOST => Standing::Revoked(Reason::RevokedLost),
        Cell::REISSUED => Standing::Revoked(Reason::RevokedReissued),
        _ => Standing::Revoked(Reason::Revoked),
    }
}

fn slot_number(at: Timestamp, as_of: Timestamp) -> u8 {
    let slot = at.0.div_euclid(SLOT_SECONDS);
    let newest = as_of.0.div_euclid(SLOT_SECONDS);
    let age = newest.saturating_sub(slot);
    if (0..SLOTS).contains(&age) {
        u8::try_from(slot.rem_euclid(SLOTS)).unwrap_or(NO_SAMPLE)
    } else {
        NO_SAMPLE
    }
}

/// The one slot in \[S0-61, S0\] that is `slot` modulo 62.
fn slot_start(slot: u8, as_of: Timestamp) -> Timestamp {
    let newest = as_of.0.div_euclid(SLOT_SECONDS);
    let age = newest.saturating_sub(i64::from(slot)).rem_euclid(SLOTS);

    Timestamp(newest.saturating_sub(age).saturating_mul(SLOT_SECONDS))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AS_OF: Timestamp = Timestamp(1_795_000_000);

    #[test]
    fn an_empty_page_never_reads_green() {
        assert_eq!(Cell(0).standing(AS_OF), Standing::NeverIssued);
    }

    #[test]
    fn revocations_keep_their_kind() {
        for (cell, reason) in [
            (Cell::LOST, Reason::RevokedLost),
            (Cell::REISSUED, Reason::RevokedReissued),
            (Cell(0x3f), Reason::Revoked),
        ] {
            assert_eq!(cell.standing(AS_OF), Standing::Revoked(reason));
        }
    }

    #[test]
    fn a_sample_older_than_the_window_or_later_than_the_list_reads_as_none() {
        for at in [AS_OF.plus(-62 * SLOT_SECONDS), AS_OF.plus(SLOT_SECONDS)] {
            let cell = Cell::coloured(Colour::Green, Sample::Negative(at), AS_OF);
            assert_eq!(
                cell.standing(AS_OF),
                Standing::Coloured {
                    colour: Colour::Green,
                    sample: Sample::None
                }
            );
        }
    }

    proptest! {
        #[test]
        fn a_sample_in_the_window_comes_back_as_the_start_of_its_slot(
            as_of in 0_i64..5_000_000_000, age in 0_i64..62,
        ) {
            let as_of = Timestamp(as_of);
            let start = as_of.plus(age.saturating_mul(-SLOT_SECONDS)).0.div_euclid(SLOT_SECONDS).saturating_mul(SLOT_SECONDS);
            let cell = Cell::coloured(Colour::Yellow, Sample::Negative(Timestamp(start).plus(17)), as_of);
            prop_assert_eq!(cell.standing(as_of), Standing::Coloured {
                colour: Colour::Yellow, sample: Sample::Negative(Timestamp(start)),
            });
        }
    }
}
