//! Random bytes and secrets as arguments.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// `N` bytes straight from the operating system's random source, good for one use: neither `Copy` nor
/// `Clone`, and consumed by the call that takes them. Wiped on drop: an ephemeral key may come of them.
pub struct Fresh<const N: usize>([u8; N]);

impl<const N: usize> Fresh<N> {
    /// Wraps bytes that the caller has just drawn and uses nowhere else.
    #[must_use]
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// The bytes, for their one use.
    #[must_use]
    pub fn into_bytes(self) -> [u8; N] {
        self.0
    }
}

impl<const N: usize> Drop for Fresh<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> fmt::Debug for Fresh<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fresh(..)")
    }
}

/// 32 secret bytes: no `Debug`, no `Clone`, wiped on drop.
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Takes 32 secret bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new secret.
    #[must_use]
    pub fn generate(fresh: Fresh<32>) -> Self {
        Self::new(fresh.into_bytes())
    }

    /// The bytes, for writing to a key file or for a derivation.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}
