//! When batches are due.

use std::time::Duration;

use tokio::time::Instant;

/// How late a timer may wake.
const LATE: Duration = Duration::from_millis(20);

/// The plan of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// When it began.
    pub(super) start: Instant,
    /// When no further batch is sent.
    pub(super) end: Instant,
    /// How fast they come; none where each station sends as soon as it is answered.
    pub(super) pace: Option<Pace>,
    /// How many stations there are.
    pub(super) stations: u32,
}

/// How fast batches of all stations together come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Entries in a batch.
    pub(super) batch: u32,
    /// Entries a second; at least 1.
    pub(super) rate: u32,
}

impl Pace {
    /// From the start to the batch that so many come before.
    fn after(self, before: u64) -> Duration {
        let entries = u128::from(before) * u128::from(self.batch);
        let nanos = entries * 1_000_000_000 / u128::from(self.rate.max(1));

        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl Schedule {
    /// Until here a batch that was due in time may still leave: a timer wakes a little late.
    pub(super) fn last_call(&self) -> Instant {
        self.end + LATE
    }

    /// When a station's batch is due, however long the one before it takes; none where it is due at once.
    /// Stations come in turn, evenly.
    pub(super) fn due(&self, station: u32, turn: u32) -> Option<Instant> {
        let before = u64::from(turn) * u64::from(self.stations) + u64::from(station);
        let after = self.pace?.after(before);

        Some(self.start.checked_add(after).unwrap_or(self.end))
    }

    /// Batches of a station from this turn on that were due before `now` and before the end.
    pub(super) fn missed(&self, station: u32, turn: u32, now: Instant) -> u64 {
        let limit = now.min(self.end);
        let is_due = |turn| self.due(station, turn).is_some_and(|due| due < limit);

        let missed = (turn..=u32::MAX).take_while(|turn| is_due(*turn)).count();

        u64::try_from(missed).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_come_in_turn_at_the_rate_that_was_asked_for_whatever_the_answers_do() {
        let start = Instant::now();
        let schedule = Schedule {
            start,
            end: start + Duration::from_secs(1),
            pace: Some(Pace {
                batch: 7,
                rate: 700,
            }),
            stations: 4,
        };
        let at = |station, turn| schedule.due(station, turn).unwrap() - start;
        assert_eq!(at(0, 0), Duration::ZERO);
        assert_eq!(at(3, 0), Duration::from_millis(30));
        assert_eq!(at(0, 1), Duration::from_millis(40));
        assert_eq!(at(3, 24), Duration::from_millis(990));
        let now = start + Duration::from_millis(100);
        assert_eq!(schedule.missed(0, 1, now), 2);
        assert_eq!(schedule.missed(0, 0, start + Duration::from_secs(9)), 25);
        let at_once = Schedule {
            pace: None,
            ..schedule
        };
        assert_eq!((at_once.due(2, 7), at_once.missed(2, 7, now)), (None, 0));
        // A rate that does not divide: the batch after the last second is due at its end, and not before.
        let pace = Pace {
            batch: 10,
            rate: 600,
        };
        assert_eq!(pace.after(120), Duration::from_secs(2));
    }
}
