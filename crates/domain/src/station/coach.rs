//! One hint at a time for a sheet that is seen and not read, and none that flickers.

use std::collections::VecDeque;

use crate::screen::Notice;

/// What would help, told by the eye for one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// A code is too small.
    Closer,
    /// A code is bent, written over or covered.
    Flatten,
    /// A code is too near to be sharp or whole.
    Further,
    /// A code is smeared.
    HoldStill,
    /// The picture is too dark.
    MoreLight,
    /// More than one code.
    OneSheet,
    /// A lamp is mirrored in a code.
    Tilt,
}

impl From<Hint> for Notice {
    fn from(hint: Hint) -> Self {
        match hint {
            Hint::Closer => Self::Closer,
            Hint::Flatten => Self::Flatten,
            Hint::Further => Self::Further,
            Hint::HoldStill => Self::HoldStill,
            Hint::MoreLight => Self::MoreLight,
            Hint::OneSheet => Self::OneSheet,
            Hint::Tilt => Self::Tilt,
        }
    }
}

/// Milliseconds for which a hint stands before another takes its place, and after the last frame that called for one.
const STANDS_MS: u64 = 900;
/// Milliseconds for which a frame counts.
const RECENT_MS: u64 = 600;
/// Frames that must call for a hint before any is given: a sheet that is read at once is given none.
const FEW: usize = 3;

/// What the last frames called for, and what is said. Times are milliseconds of the monotonic clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Coach {
    heard: VecDeque<(Hint, u64)>,
    said: Option<Said>,
}

#[derive(Clone, Copy, Debug)]
struct Said {
    hint: Hint,
    since: u64,
    until: u64,
}

impl Coach {
    /// Takes the hint of a frame in which no code was read; gives what to say and until when.
    pub(super) fn hear(&mut self, hint: Option<Hint>, now: u64) -> Option<(Hint, u64)> {
        self.heard
            .retain(|(_, at)| now.saturating_sub(*at) < RECENT_MS);
        self.said.take_if(|said| now >= said.until);
        let hint = hint?;
        self.heard.push_back((hint, now));
        if self.heard.len() < FEW && self.said.is_none() {
            return None;
        }

        Some(self.say(self.commonest(hint), now))
    }

    /// Takes a hint that is sure from one frame.
    pub(super) fn insist(&mut self, hint: Hint, now: u64) -> (Hint, u64) {
        self.said.take_if(|said| now >= said.until);
        self.heard.clear();

        self.say(hint, now)
    }

    /// A code was read: all is well.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn say(&mut self, hint: Hint, now: u64) -> (Hint, u64) {
        let stands = self
            .said
            .filter(|said| said.hint == hint || now.saturating_sub(said.since) < STANDS_MS);
        let said = Said {
            until: now.saturating_add(STANDS_MS),
            ..stands.unwrap_or(Said {
                hint,
                since: now,
                until: 0,
            })
        };
        self.said = Some(said);

        (said.hint, said.until)
    }

    /// What most of the last frames called for; of as many the one that is said, or else the newest.
    fn commonest(&self, newest: Hint) -> Hint {
        let said = self.said.map(|said| said.hint);
        let votes = |hint: Hint| {
            self.heard
                .iter()
                .filter(|(heard, _)| *heard == hint)
                .count()
        };
        let heard = self.heard.iter().map(|(hint, _)| *hint);

        heard
            .max_by_key(|hint| (votes(*hint), Some(*hint) == said, *hint == newest))
            .unwrap_or(newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten frames a second with these hints; what is said after each.
    fn said(coach: &mut Coach, from: u64, hints: &[Option<Hint>]) -> Vec<Option<Hint>> {
        let times = (from..).step_by(100);

        times
            .zip(hints)
            .map(|(now, hint)| coach.hear(*hint, now).map(|(hint, _)| hint))
            .collect()
    }

    #[test]
    fn a_hint_is_given_from_the_third_frame_that_calls_for_one() {
        let tilt = Some(Hint::Tilt);
        let mut coach = Coach::default();
        assert_eq!(
            said(&mut coach, 0, &[tilt, None, tilt, tilt, tilt]),
            [None, None, None, tilt, tilt]
        );
        let mut coach = Coach::default();
        let seldom = [tilt, None, None, tilt, None, None, tilt, None, None, tilt];
        assert_eq!(said(&mut coach, 0, &seldom), [None; 10]);
    }

    #[test]
    fn a_hint_stands_for_nine_tenths_of_a_second_whatever_the_frames_say() {
        let (tilt, still) = (Some(Hint::Tilt), Some(Hint::HoldStill));
        let mut coach = Coach::default();
        said(&mut coach, 0, &[tilt; 3]);
        let changing = said(&mut coach, 300, &[still; 9]);
        assert_eq!(changing[..8], [tilt; 8]);
        assert_eq!(changing[8], still);
    }

    #[test]
    fn one_frame_among_others_changes_nothing() {
        let (tilt, closer) = (Some(Hint::Tilt), Some(Hint::Closer));
        let mut coach = Coach::default();
        said(&mut coach, 0, &[tilt; 20]);
        let mixed = [closer, tilt, closer, tilt, tilt, closer, tilt, closer];
        assert_eq!(said(&mut coach, 2_000, &mixed), [tilt; 8]);
    }

    #[test]
    fn a_hint_goes_nine_tenths_of_a_second_after_the_last_frame_that_called_for_it() {
        let tilt = Some(Hint::Tilt);
        let mut coach = Coach::default();
        said(&mut coach, 0, &[tilt; 2]);
        assert_eq!(coach.hear(tilt, 200), Some((Hint::Tilt, 1_100)));
        assert_eq!(coach.hear(None, 300), None);
        assert_eq!(coach.hear(tilt, 1_099), Some((Hint::Tilt, 1_999)));
        assert_eq!(coach.hear(tilt, 2_000), None);
    }

    #[test]
    fn a_code_that_is_read_takes_everything_back_and_what_is_sure_is_said_at_once() {
        let mut coach = Coach::default();
        said(&mut coach, 0, &[Some(Hint::Tilt); 3]);
        coach.forget();
        assert_eq!(coach.hear(Some(Hint::Tilt), 300), None);
        assert_eq!(coach.insist(Hint::OneSheet, 400), (Hint::OneSheet, 1_300));
    }
}
