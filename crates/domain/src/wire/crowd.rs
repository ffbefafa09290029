//! Stations that a program plays, to find out how many a server carries.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Stations of a demonstration, as a private file of `menshen-server crowd` for `menshen load`. Its `Debug` tells no
/// key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crowd {
    /// The centre's address, `https://...`.
    pub url: String,
    /// SHA-256 of the public key (SPKI) that the centre's TLS shows, 64 hexadecimal digits; without it a
    /// CA decides.
    pub spki_sha256: Option<String>,
    /// The root document in hexadecimal: a demonstration's.
    pub root: String,
    /// The stations.
    pub stations: Vec<Played>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Played {
    /// The seed of its signing key, 64 hexadecimal digits.
    pub seed: String,
    /// Its assignment in hexadecimal.
    pub assignment: String,
}

impl fmt::Debug for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crowd")
            .field("url", &self.url)
            .field("stations", &self.stations.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Played").finish_non_exhaustive()
    }
}
