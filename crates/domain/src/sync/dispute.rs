//! How long a dispute stands, what it gives way to, and its number in the value that is kept.

use super::judge::Judgement;
use crate::cbor::{self, Value};
use crate::screen::Dispute;
use crate::time::{DAY, Timestamp};

impl Dispute {
    /// Its number in what is kept.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Behind => 1,
            Self::Hole => 2,
            Self::Fork => 3,
            Self::RolledBack => 4,
            Self::Fenced => 5,
            Self::NotKnown => 6,
            Self::Refused => 7,
            Self::TooLarge => 8,
        }
    }

    /// The dispute with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Behind),
            2 => Some(Self::Hole),
            3 => Some(Self::Fork),
            4 => Some(Self::RolledBack),
            5 => Some(Self::Fenced),
            6 => Some(Self::NotKnown),
            7 => Some(Self::Refused),
            8 => Some(Self::TooLarge),
            _ => None,
        }
    }

    /// One that weighs less never covers one that weighs more: what nobody signed weighs nothing.
    fn weight(self) -> u8 {
        match self {
            Self::NotKnown | Self::Refused | Self::TooLarge => 0,
            Self::Behind => 1,
            Self::Hole => 2,
            Self::Fenced => 3,
            Self::Fork => 4,
            Self::RolledBack => 5,
        }
    }
}

/// The dispute that stands, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub dispute: Dispute,
    /// Since when, by our wall clock.
    pub since: Timestamp,
}

impl Standing {
    /// cbor(\[dispute, since\]), or null for none.
    #[must_use]
    pub fn encode(held: Option<Self>) -> Vec<u8> {
        cbor::encode(&held.map_or(Value::Null, |held| {
            Value::Array(vec![
                Value::from(held.dispute.number()),
                Value::int(held.since.0),
            ])
        }))
    }

    /// Reads what [`Self::encode`] wrote; none for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, 4).ok()?;
        let [dispute, since] = value.as_items()? else {
            return None;
        };

        Some(Self {
            dispute: Dispute::from_number(u8::try_from(dispute.as_u64()?).ok()?)?,
            since: Timestamp(since.as_i64()?),
        })
    }

    /// What stands after `dispute` came up as well.
    pub(super) fn after(held: Option<Self>, dispute: Dispute, now: Timestamp) -> Self {
        match held {
            Some(held) if held.dispute == dispute || held.dispute.weight() > dispute.weight() => {
                held
            }
            Some(_) | None => Self {
                dispute,
                since: now,
            },
        }
    }

    /// What stands after an answer that came late, on a stick. An epoch that is over stays over, whatever the centre
    /// said before.
    #[must_use]
    pub fn late(held: Option<Self>, judgement: &Judgement, now: Timestamp) -> Option<Self> {
        let (dispute, level) = match judgement {
            Judgement::Ignore => return held,
            Judgement::Ack { .. } | Judgement::Nothing => (None, true),
            Judgement::ResendFrom { .. } => (None, false),
            Judgement::Behind { .. } => (Some(Dispute::Behind), false),
            Judgement::Hole { .. } | Judgement::Lost { .. } => (Some(Dispute::Hole), false),
            Judgement::Fork { .. } => (Some(Dispute::Fork), false),
            Judgement::Fenced => (Some(Dispute::Fenced), false),
            Judgement::RolledBack { .. } => (Some(Dispute::RolledBack), false),
        };
        let left = held.and_then(|held| match held.dispute {
            Dispute::Fenced => Some(held),
            Dispute::Behind
            | Dispute::Fork
            | Dispute::Hole
            | Dispute::NotKnown
            | Dispute::Refused
            | Dispute::RolledBack
            | Dispute::TooLarge => held.answered(level, now),
        });

        dispute.map_or(left, |dispute| Some(Self::after(left, dispute, now)))
    }

    /// What still stands once the centre signed an answer. `level`: it stands where its receipts say.
    pub(super) fn answered(self, level: bool, now: Timestamp) -> Option<Self> {
        let over = match self.dispute {
            // Until a new epoch.
            Dispute::Fork | Dispute::RolledBack => false,
            Dispute::NotKnown | Dispute::Refused => true,
            Dispute::Behind | Dispute::Fenced | Dispute::TooLarge => level,
            // It is over at once and cannot be mended: whoever works here tomorrow has not seen it.
            Dispute::Hole => level && now.since(self.since) >= DAY,
        };

        (!over).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_signed_never_covers_what_the_centre_signed() {
        let (then, now) = (Timestamp(1), Timestamp(2));
        for signed in [1, 2, 3, 4, 5].map(|number| Dispute::from_number(number).unwrap()) {
            let held = Standing::after(None, signed, then);
            for unsigned in [Dispute::NotKnown, Dispute::Refused, Dispute::TooLarge] {
                assert_eq!(Standing::after(Some(held), unsigned, now), held);
                let other = Standing::after(None, unsigned, then);
                let after = Standing::after(Some(other), signed, now);
                assert_eq!((after.dispute, after.since), (signed, now));
            }
        }
    }

    #[test]
    fn what_is_kept_comes_back() {
        for number in 1..=8 {
            let dispute = Dispute::from_number(number).unwrap();
            let held = Standing::after(None, dispute, Timestamp(7));
            assert_eq!(Standing::decode(&Standing::encode(Some(held))), Some(held));
        }
        assert_eq!(Standing::decode(&Standing::encode(None)), None);
        assert_eq!(Standing::decode(b"x"), None);
    }

    #[test]
    fn a_rollback_stands_until_a_new_epoch_and_a_hole_for_a_day() {
        let standing = |dispute| Standing::after(None, dispute, Timestamp(0));
        for dispute in [Dispute::Fork, Dispute::RolledBack] {
            let held = standing(dispute);
            assert_eq!(held.answered(true, Timestamp(1_000 * DAY)), Some(held));
        }
        let hole = standing(Dispute::Hole);
        assert_eq!(hole.answered(true, Timestamp(DAY - 1)), Some(hole));
        assert_eq!(hole.answered(true, Timestamp(DAY)), None);
        let behind = standing(Dispute::Behind);
        assert_eq!(behind.answered(false, Timestamp(DAY)), Some(behind));
        assert_eq!(behind.answered(true, Timestamp(1)), None);
    }

    #[test]
    fn a_late_answer_raises_disputes_and_ends_those_that_a_receipt_ends_but_no_fence() {
        let now = Timestamp(5);
        let late = |held: Option<Dispute>, judgement| {
            let held = held.map(|dispute| Standing::after(None, dispute, Timestamp(0)));
            Standing::late(held, &judgement, now).map(|standing| standing.dispute)
        };
        let ack = Judgement::Ack { upto: 1 };
        assert_eq!(late(Some(Dispute::Behind), ack), None);
        assert_eq!(late(Some(Dispute::NotKnown), ack), None);
        for stays in [Dispute::Fenced, Dispute::Fork, Dispute::RolledBack] {
            assert_eq!(late(Some(stays), ack), Some(stays));
        }
        for (judgement, raised) in [
            (Judgement::Behind { first: 1 }, Dispute::Behind),
            (Judgement::Hole { upto: 1 }, Dispute::Hole),
            (Judgement::Lost { upto: 1 }, Dispute::Hole),
            (Judgement::Fork { astray: true }, Dispute::Fork),
            (Judgement::Fenced, Dispute::Fenced),
            (Judgement::RolledBack { head: 9 }, Dispute::RolledBack),
        ] {
            assert_eq!(late(None, judgement), Some(raised), "{judgement:?}");
            assert_eq!(late(Some(Dispute::TooLarge), judgement), Some(raised));
        }
        assert_eq!(late(None, ack), None);
        let behind = Some(Dispute::Behind);
        assert_eq!(late(behind, Judgement::Ignore), behind);
        assert_eq!(late(behind, Judgement::ResendFrom { first: 2 }), behind);
    }
}
