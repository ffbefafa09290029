//! How often the preview is drawn, and whether the page is ready for a frame.

use std::time::{Duration, Instant};

/// Fifteen times a second.
const INTERVAL: Duration = Duration::from_micros(66_667);
/// A frame that comes this early counts as due: webcams are never exactly in time, and one that sends fifteen frames
/// a second would otherwise lose every frame that is a millisecond early.
const EARLY: Duration = Duration::from_millis(16);
/// A frame of which nothing was heard for this long is lost. Were it waited for, its picture would look live for ever.
const LOST: Duration = Duration::from_secs(1);

/// When the next frame is due; at once, at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    next: Option<Instant>,
    /// Since when a frame is on its way to the page.
    away: Option<Instant>,
}

impl Pace {
    /// Whether a frame that comes now is to be drawn; it then is on its way until it arrives. Of frames that were
    /// late, one is caught up.
    pub(crate) fn takes(&mut self, now: Instant) -> bool {
        let due = self.next.unwrap_or(now);
        if now + EARLY < due || self.waits(now) {
            return false;
        }
        self.next = Some(due.max(now.checked_sub(INTERVAL).unwrap_or(now)) + INTERVAL);
        self.away = Some(now);

        true
    }

    /// The frame was drawn, or will never be.
    pub(crate) fn arrived(&mut self) {
        self.away = None;
    }

    fn waits(&self, now: Instant) -> bool {
        self.away
            .is_some_and(|since| now.saturating_duration_since(since) < LOST)
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "some instant to count from; the test's time does not pass"
)]
mod tests {
    use super::*;

    /// How many frames of one second are drawn when they come at these times.
    fn drawn(times: impl Iterator<Item = u64>) -> usize {
        let (start, mut pace) = (Instant::now(), Pace::default());

        times
            .filter(|at| {
                pace.arrived();
                pace.takes(start + Duration::from_micros(*at))
            })
            .count()
    }

    #[test]
    fn a_webcam_of_fifteen_frames_a_second_loses_none_though_it_is_never_in_time() {
        let late = [0, 9_000, 2_000, 12_000, 1_000].into_iter().cycle();
        let shaken = (0..15).zip(late).map(|(n, late)| n * 66_667 + late);
        assert_eq!(drawn(shaken), 15);
    }

    #[test]
    fn of_more_frames_fifteen_a_second_are_drawn() {
        for rate in [20, 24, 25, 30, 60] {
            let count = drawn((0..rate).map(|n| n * 1_000_000 / rate));
            assert!((14..=16).contains(&count), "{count} of {rate}");
        }
    }

    #[test]
    fn after_a_pause_one_frame_is_caught_up() {
        let second = (0..30).map(|n| 10_000_000 + n * 33_333);
        let count = drawn([0].into_iter().chain(second));
        assert!((15..=17).contains(&count), "{count}");
    }

    #[test]
    fn a_frame_on_its_way_is_waited_for_and_after_a_second_it_is_lost() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        assert!(pace.takes(start));
        assert!(!pace.takes(start + Duration::from_millis(999)));
        assert!(pace.takes(start + Duration::from_secs(1)));
        assert!(!pace.takes(start + Duration::from_millis(1_900)));
        pace.arrived();
        assert!(pace.takes(start + Duration::from_millis(1_901)));
    }
}
