//! Figures of many runs: sorted times, and the words they are printed in.

use std::time::{Duration, Instant};

/// Times of many runs of one thing.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// No run yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a run.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// How many runs.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that half of the runs stay under.
    #[must_use]
    pub fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// The time that `percent` of a hundred runs stay under; zero without a run.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));

        sorted.get(at).copied().unwrap_or_default()
    }
}

/// A running time.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "figures are finer than the milliseconds of the station's own clock"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn time(self) -> Duration {
        self.0.elapsed()
    }
}

/// Milliseconds with two decimals.
#[must_use]
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Microseconds with one decimal.
#[must_use]
pub fn us(time: Duration) -> String {
    format!("{:.1} us", time.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_worst_of_a_hundred_are_found() {
        let mut times = Times::new();
        for n in (1..=100).rev() {
            times.add(Duration::from_millis(n));
        }
        assert_eq!(times.median(), Duration::from_millis(51));
        assert_eq!(times.percentile(99), Duration::from_millis(100));
        assert_eq!(Times::new().median(), Duration::ZERO);
    }
}
