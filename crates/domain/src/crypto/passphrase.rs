//! Keys from passphrases: Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};

use super::Secret;

/// How much work one guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardness {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Hardness {
    /// For the authority's key files: 256 MiB, 3 passes (SECURITY.md §1).
    pub const AUTHORITY: Self = Self {
        memory_kib: 256 * 1024,
        passes: 3,
    };
    /// For the station's key at level 1: 64 MiB, 3 passes (SECURITY.md §6).
    pub const STATION: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
    };
    /// The most that a foreign key file may ask of us: 1 GiB, 16 passes.
    pub const LIMIT: Self = Self {
        memory_kib: 1024 * 1024,
        passes: 16,
    };
}

/// The key that `passphrase` gives with `salt`; none if the hardness is outside what Argon2 takes or
/// beyond [`Hardness::LIMIT`].
#[must_use]
pub fn key_from_passphrase(
    passphrase: &[u8],
    salt: &[u8; 16],
    hardness: Hardness,
) -> Option<Secret> {
    if hardness.memory_kib > Hardness::LIMIT.memory_kib || hardness.passes > Hardness::LIMIT.passes
    {
        return None;
    }
    let params = Params::new(hardness.memory_kib, hardness.passes, 1, Some(32)).ok()?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, &mut key)
        .ok()?;

    Some(Secret::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EASY: Hardness = Hardness {
        memory_kib: 64,
        passes: 1,
    };

    #[test]
    fn another_word_or_another_salt_gives_another_key() {
        let key = |word: &[u8], salt: u8| {
            key_from_passphrase(word, &[salt; 16], EASY).map(|secret| *secret.expose())
        };
        assert_eq!(key(b"word", 1), key(b"word", 1));
        assert_ne!(key(b"word", 1), key(b"Word", 1));
        assert_ne!(key(b"word", 1), key(b"word", 2));
    }

    #[test]
    fn a_file_cannot_ask_for_more_memory_than_the_limit() {
        let greedy = Hardness {
            memory_kib: u32::MAX,
            passes: 1,
        };
        assert!(key_from_passphrase(b"word", &[0; 16], greedy).is_none());
    }
}
