//! Bytes from the operating system's random source.

use domain::crypto::Fresh;

use crate::Failure;

/// `N` bytes for one use.
///
/// # Errors
/// [`Failure::Random`].
pub(crate) fn fresh<const N: usize>() -> Result<Fresh<N>, Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Failure::Random)?;

    Ok(Fresh::new(bytes))
}
