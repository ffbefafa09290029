//! The operating system's random source.

use domain::crypto::Fresh;
use thiserror::Error;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the operating system gives no random bytes: restart the machine")]
pub struct NoRandom;

/// `N` fresh bytes.
///
/// # Errors
/// See [`NoRandom`].
pub fn fresh<const N: usize>() -> Result<Fresh<N>, NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;

    Ok(Fresh::new(bytes))
}
