//! The only source of random bytes: the operating system's.

use domain::crypto::Fresh;
use thiserror::Error;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the operating system gives no random bytes: restart the machine, and report it if it stays"
)]
pub struct NoRandomness;

/// `N` bytes for one use.
///
/// # Errors
/// See [`NoRandomness`].
pub fn fresh<const N: usize>() -> Result<Fresh<N>, NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;

    Ok(Fresh::new(bytes))
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_draws_differ() {
        let draw = || super::fresh::<16>().unwrap().into_bytes();
        assert_ne!(draw(), draw());
    }
}
