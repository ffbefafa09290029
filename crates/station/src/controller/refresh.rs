//! Asking for newer documents, by the same rules as everything else: spread out at the start, with jitter and
//! back-off, and not before the centre wants it.

use domain::station::Event;
use domain::sync::Pace;
use domain::time::Moment;
use tracing::warn;

use super::station::{Message, Station};
use super::sync::jitter;
use crate::knowledge::{Ended, Next, Refresh};
use crate::link::{Outcome, Request};
use crate::random;

/// Between two rounds, half of it more or less.
const REFRESH_MS: u64 = 5 * 60 * 1_000;

/// The round that is under way, and when the next one is due on the monotonic clock.
#[derive(Default)]
pub(super) struct Rounds {
    now: Option<Refresh>,
    due: u64,
    pace: Pace,
}

impl Rounds {
    /// The first round falls due at this time.
    pub(super) fn from(due: u64) -> Self {
        Self {
            due,
            ..Self::default()
        }
    }

    /// Sets the next one after a round, by how it ended.
    fn end(&mut self, ended: Ended, now: Moment, jitter: u64) {
        self.now = None;
        self.due = match ended {
            Ended::Well => {
                self.pace.succeeded();
                Pace::again(REFRESH_MS, now, jitter)
            }
            Ended::Failed { wish } => self.pace.failed(wish, now, jitter),
        };
    }
}

impl Station {
    /// Begins a round, if it is time.
    pub(super) fn refresh_when_due(&mut self, now: Moment) {
        if self.link.is_none() || self.rounds.now.is_some() || now.mono_ms < self.rounds.due {
            return;
        }
        let Ok(nonce) = random::fresh() else {
            return self.end_round(Ended::Failed { wish: 0 });
        };
        let hello = self.store.signed_hello(nonce.into_bytes());
        let (round, request) = Refresh::begin(hello);
        self.rounds.now = Some(round);
        self.fetch(request);
    }

    /// A document came, or did not.
    pub(super) fn fetched(&mut self, outcome: Outcome) {
        let Some(round) = &mut self.rounds.now else {
            return;
        };
        let next = round.step(
            outcome,
            &mut self.library,
            self.store.folder(),
            self.store.opening_key(),
            self.clock.now().wall,
        );
        match next {
            Next::Ask(request) => self.fetch(request),
            Next::Done { changed, ended } => {
                self.end_round(ended);
                if changed {
                    self.step(Event::KnowledgeArrived(self.library.knowledge()));
                }
            }
        }
    }

    fn fetch(&mut self, request: Request) {
        let messages = self.messages.clone();
        let sent = self.post(request, move |outcome| {
            // An error means that the loop has ended.
            let _ = messages.send(Message::Fetched(outcome));
        });
        if let Err(error) = sent {
            warn!(%error, "newer documents are asked for in the next round");
            self.end_round(Ended::Failed { wish: 0 });
        }
    }

    /// Without a random number the longest pause is taken.
    fn end_round(&mut self, ended: Ended) {
        let now = self.clock.now();
        self.rounds.end(ended, now, jitter().unwrap_or(REFRESH_MS));
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    const NOW: Moment = Moment {
        wall: Timestamp(1_000),
        mono_ms: 5_000,
    };

    #[test]
    fn a_round_that_went_well_is_followed_within_half_of_five_minutes_more_or_less() {
        let mut rounds = Rounds::from(7);
        assert_eq!(rounds.due, 7);
        for (jitter, due) in [(0, 155_000), (300_000, 455_000)] {
            rounds.end(Ended::Well, NOW, jitter);
            assert_eq!(rounds.due, due);
        }
    }

    #[test]
    fn a_round_that_failed_backs_off_and_obeys_what_the_centre_asks_for() {
        let mut rounds = Rounds::from(0);
        for bound in [2_000, 4_000, 8_000] {
            rounds.end(Ended::Failed { wish: 0 }, NOW, bound);
            assert_eq!(rounds.due, 5_000 + bound);
        }
        rounds.end(Ended::Failed { wish: 60 }, NOW, 16_000);
        assert_eq!(rounds.due, 5_000 + 60_000 + 16_000);
        rounds.end(Ended::Well, NOW, 0);
        rounds.end(Ended::Failed { wish: 0 }, NOW, 2_000);
        assert_eq!(rounds.due, 7_000);
    }
}
