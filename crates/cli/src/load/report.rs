//! What a run measured.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Failure, Out};

/// What a run measured, and in which terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Stations that were played.
    pub stations: usize,
    /// Entries in a batch.
    pub batch: usize,
    /// Entries a second that were to come; none for as many as go.
    pub rate: Option<u32>,
    /// Seconds from the start to the last acknowledgement.
    pub seconds: f64,
    /// Batches that were acknowledged.
    pub batches: usize,
    /// Entries in them.
    pub entries: u64,
    /// Entries acknowledged in a second.
    pub entries_per_second: f64,
    /// From when a batch was due, or was sent where none is due at a time, to its acknowledgement.
    pub latency_ms: Latency,
    /// Times that a batch was put off or got no answer, by cause; each was sent again.
    pub refusals: BTreeMap<String, u64>,
    /// Batches that were due and never sent, since their stations still waited for an answer.
    pub overdue: u64,
    /// Batches that were sent and not acknowledged when the run ended.
    pub unanswered: u64,
    /// What the server held of these stations afterwards.
    pub held: Held,
}

/// Of all acknowledgements, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Half of them came within this.
    pub p50: f64,
    /// 95 of 100.
    pub p95: f64,
    /// 99 of 100.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// By the server's signed answers to a last hello of each station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Entries when the run began.
    pub before: u64,
    /// Entries afterwards.
    pub after: u64,
    /// Entries that were acknowledged and are not there.
    pub missing: u64,
    /// Stations that did not learn what is held of them.
    pub unknown: u64,
}

impl Latency {
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).max(1);
            let time = times.get(rank - 1).copied().unwrap_or_default();
            // To the microsecond, so that the figures do not run on.
            (time.as_secs_f64() * 1e6).round() / 1e3
        };

        Self {
            p50: at(50),
            p95: at(95),
            p99: at(99),
            max: at(100),
        }
    }
}

impl Report {
    /// Whether everything that was acknowledged is there.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.held.missing == 0 && self.held.unknown == 0
    }

    /// As JSON in one line.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub fn to_json(&self, out: Out<'_>) -> Result<(), Failure> {
        let text = serde_json::to_string(self).map_err(std::io::Error::from)?;

        Ok(writeln!(out, "{text}")?)
    }

    /// In words.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub fn print(&self, out: Out<'_>) -> Result<(), Failure> {
        let latency = &self.latency_ms;
        writeln!(
            out,
            "acknowledged: {} entries in {} batches within {:.1} s: {:.0} entries a second",
            self.entries, self.batches, self.seconds, self.entries_per_second
        )?;
        writeln!(
            out,
            "from {} to its acknowledgement: median {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            if self.rate.is_some() {
                "when a batch was due"
            } else {
                "the sending of a batch"
            },
            latency.p50,
            latency.p95,
            latency.p99,
            latency.max
        )?;
        for (cause, count) in &self.refusals {
            writeln!(out, "put off: {cause}: {count} times")?;
        }
        if self.overdue > 0 {
            writeln!(
                out,
                "TOO MUCH: {} batches were due and never sent, since their stations still waited: the server does not carry this rate",
                self.overdue
            )?;
        }
        if self.unanswered > 0 {
            writeln!(
                out,
                "not acknowledged when the run ended: {} batches",
                self.unanswered
            )?;
        }
        self.print_held(out)
    }

    fn print_held(&self, out: Out<'_>) -> Result<(), Failure> {
        let held = &self.held;
        writeln!(
            out,
            "the server holds {} entries of these stations, {} before",
            held.after, held.before
        )?;
        if held.unknown > 0 {
            writeln!(
                out,
                "NOT KNOWN: {} stations did not learn what is held of them",
                held.unknown
            )?;
        }
        if held.missing > 0 {
            writeln!(
                out,
                "MISSING: {} entries that were acknowledged",
                held.missing
            )?;
        } else if held.unknown == 0 {
            writeln!(out, "nothing that was acknowledged is missing")?;
        }

        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninety_ninth_of_a_hundred_times_is_p99_and_the_last_is_the_longest() {
        let times = (1..=100).rev().map(Duration::from_millis).collect();
        let wanted = Latency {
            p50: 50.0,
            p95: 95.0,
            p99: 99.0,
            max: 100.0,
        };
        assert_eq!(Latency::of(times), wanted);
        assert_eq!(Latency::of(Vec::new()), Latency::default());
        let one = Latency::of(vec![Duration::from_millis(7)]);
        assert_eq!((one.p50.to_bits(), one.max), (7.0_f64.to_bits(), one.p99));
    }
}
