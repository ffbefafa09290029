//! Identifiers, each its own type so that none can stand in for another.

use std::fmt;

use crate::crypto::{PublicKey, label, sha256};
use crate::hex;

macro_rules! id {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }
    };
}

id! {
    /// A city's health authority: 16 random bytes, in every signed document.
    AuthorityId
}
id! {
    /// A station for its whole life; see [`StationId::of`].
    StationId
}
id! {
    /// A venue.
    VenueId
}

impl StationId {
    /// SHA-256(L("station") ‖ first Ed25519 key)\[..16\], kept at later enrolments.
    #[must_use]
    pub fn of(first_key: &PublicKey) -> Self {
        Self(first_16(sha256(&[&label("station"), first_key.as_bytes()])))
    }
}

/// Who holds a sheet: 16 random bytes printed in the code. Names nobody by itself, yet links a person's
/// visits for whoever has it, so it is never logged, shown or sent unsealed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle(pub [u8; 16]);

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}

/// The first half of a SHA-256.
pub(crate) fn first_16(hash: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(hash) {
        *to = from;
    }
    half
}
