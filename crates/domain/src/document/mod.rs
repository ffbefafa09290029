//! Signed knowledge: `root`, `trust`, `assignment` and `manifest` (SECURITY.md §2 and §4).

mod assignment;
mod content_key;
mod draft;
mod foreign;
mod header;
mod issuer;
mod lookup;
mod manifest;
mod root;
mod trust;
mod turns;
mod venue_policy;
mod withdrawn;

pub use assignment::{Assignment, PreviousEpoch, SealedSecret, Venue};
pub use content_key::SealedContentKey;
pub use draft::TrustDraft;
pub use foreign::RevocationFile;
pub use header::{DocumentError, Header, Held, Newer};
pub use issuer::{ISSUER_FORMAT_NATIVE, Issuer, IssuerKind};
pub use lookup::LookupFile;
pub use manifest::{Manifest, Shard, StatusFile};
pub use root::Root;
pub use trust::{Trust, TrustBody};
pub use turns::{ExchangeTurn, RoleKey, SealingTurn};
pub use venue_policy::{Product, VenuePolicy};
pub use withdrawn::Withdrawn;
