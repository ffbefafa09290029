//! Keys that confirm something must be deliberate (SECURITY.md §9): a burst from a hand scanner, or a key
//! meant for the screen before, is not.

/// Milliseconds after a change of stage in which nothing is confirmed.
const AFTER_STAGE: u64 = 600;
/// Milliseconds after any other key in which nothing is confirmed.
const AFTER_KEY: u64 = 300;

/// When the stage last changed and the last key came, in milliseconds of the monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guard {
    stage_at: Option<u64>,
    key_at: Option<u64>,
}

impl Guard {
    /// The stage changed.
    pub(super) fn stage_changed(&mut self, now: u64) {
        self.stage_at = Some(now);
    }

    /// Milliseconds since the stage changed.
    pub(super) fn stage_age(&self, now: u64) -> u64 {
        self.stage_at.map_or(u64::MAX, |at| now.saturating_sub(at))
    }

    /// A key came, whichever. Says whether it may confirm anything.
    pub(super) fn key(&mut self, now: u64) -> bool {
        let past = |at: Option<u64>, wait| at.is_none_or(|at| now.saturating_sub(at) >= wait);
        let deliberate = past(self.stage_at, AFTER_STAGE) && past(self.key_at, AFTER_KEY);
        self.key_at = Some(now);

        deliberate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_confirms_from_600_ms_after_the_stage_and_300_ms_after_the_last_key() {
        let mut guard = Guard::default();
        assert!(guard.key(0));
        guard.stage_changed(1_000);
        assert!(!guard.key(1_299));
        assert!(!guard.key(1_598));
        assert!(!guard.key(1_897));
        guard.stage_changed(2_000);
        assert!(!guard.key(2_599));
        guard.stage_changed(3_000);
        assert!(guard.key(3_600));
        assert!(!guard.key(3_899));
        assert!(guard.key(4_199));
    }
}
