//! Signed knowledge: `root`, `trust`, `assignment` and `manifest` (SECURITY.md §2 and §4).

mod assignment;
mod header;
mod manifest;
mod root;
mod trust;

pub use assignment::{Assignment, PreviousEpoch, SealedSecret, Venue};
pub use header::{DocumentError, Header, Held, Newer};
pub use manifest::{Manifest, Shard, StatusFile};
pub use root::Root;
pub use trust::{
    ExchangeTurn, ISSUER_FORMAT_NATIVE, Issuer, IssuerKind, RoleKey, SealingTurn, Trust, TrustBody,
    VenuePolicy,
};
