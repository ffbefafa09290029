//! Retention's hour: at every start, and in the night as soon as the venue's day has changed.

use domain::entry::Flags;
use domain::station::Event;
use domain::time::{DAY, Moment};
use tracing::{error, info, warn};

use super::perform::NotStored;
use super::station::Station;
use crate::store::Retained;

/// After a pass that failed.
const AGAIN_MS: u64 = 60 * 60 * 1_000;

/// When retention is due.
#[derive(Default)]
pub(super) struct RetentionTimer {
    /// The venue's day of the last pass.
    passed: Option<i64>,
    /// Not before, in milliseconds of the monotonic clock.
    again: u64,
}

impl Station {
    /// One pass a day. While the clock is in doubt nothing is erased: a clock that was set ahead would erase what
    /// must stay.
    pub(super) fn retain_when_due(&mut self, now: Moment) {
        let offset = self.library.assignment().venue.utc_offset_minutes;
        let day = now.wall.plus(i64::from(offset) * 60).0.div_euclid(DAY);
        let timer = &self.timers.retention;
        if timer.passed == Some(day) || now.mono_ms < timer.again {
            return;
        }
        let flags = self.machine.flags(now.wall);
        if flags.contains(Flags::CLOCK_DOUBT) {
            return;
        }
        match self.retain(now, flags) {
            Ok(passed) => {
                self.timers.retention.passed = Some(day);
                if let Some(passed) = passed {
                    self.tell(passed);
                }
            }
            Err(error) => {
                self.timers.retention.again = now.mono_ms.saturating_add(AGAIN_MS);
                warn!(%error, "old entries could not be erased; it is tried again in an hour");
            }
        }
    }

    /// Names that the screen showed go after a day, whatever the clock says: nothing is lost by their going early.
    pub(super) fn forget_history(&mut self, now: Moment) {
        let tails = self.tails.iter_mut().map(|tail| &mut tail.store);
        for store in std::iter::once(&mut self.store).chain(tails) {
            if let Err(error) = store.forget_history(now.wall) {
                warn!(%error, "names older than a day could not be erased; it is tried again in a minute");
            }
        }
    }

    fn retain(&mut self, now: Moment, flags: Flags) -> Result<Option<Retained>, NotStored> {
        let days = i64::from(self.library.trust().body.retention_days);
        let until = now.wall.plus(-days.saturating_mul(DAY));
        let (seat, _) = self.seat(now.wall)?;
        let witness = self.witness();

        let passed = self.store.retain(until, now.wall, flags, &seat, witness);
        self.retain_tails(until, now.wall, flags, &seat, witness);

        Ok(passed?)
    }

    fn tell(&mut self, passed: Retained) {
        let Retained {
            entry,
            erased,
            shredded,
        } = passed;
        info!(entry, erased, "old entries were erased");
        if shredded > 0 {
            error!(
                entry,
                shredded,
                "entries that never reached the centre lost what they carried of a person, because their time was over: tell the authority"
            );
        }
        (self.happenings)(super::Happening::Durable { seq: entry });
        self.appended.push(entry);
        self.step(Event::Shredded(self.lost_entries()));
    }
}
