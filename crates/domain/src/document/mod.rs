//! Signed knowledge: `root`, `trust`, `assignment` and `manifest` (SECURITY.md §2 and §4).

mod assignment;
mod draft;
mod foreign;
mod header;
mod issuer;
mod lookup;
mod manifest;
mod root;
mod sealed;
mod trust;
mod turns;
mod venue_policy;
mod withdrawn;

pub use assignment::{Assignment, PreviousEpoch, Venue};
pub use draft::TrustDraft;
pub use foreign::RevocationFile;
pub use header::{DocumentError, Header, Held, Newer};
pub use issuer::{ISSUER_FORMAT_NATIVE, Issuer, IssuerKind};
pub use lookup::LookupFile;
pub use manifest::{Manifest, Shard, StatusFile};
pub use root::Root;
pub use sealed::{SealedContentKey, SealedSecret};
pub use trust::{Trust, TrustBody};
pub use turns::{ExchangeTurn, RoleKey, SealingTurn};
pub use venue_policy::{Product, VenuePolicy};
pub use withdrawn::Withdrawn;
