//! The next trust list: what others publish is imported into a draft, the draft is signed by root keys on one machine or on
//! several, and takes the place of the list in force. docs/trust.md tells it from an authority's side.

mod amend;
mod cards;
mod changes;
mod claim169;
mod countries;
mod did;
mod draft;
mod encoding;
mod eu_dsc;
mod found;
mod gdhcn;
mod hcert;
mod icao;
mod import;
mod input;
mod jwk;
mod lines;
mod lookups;
mod nzcp;
mod policy;
mod pretix;
mod proquint;
mod publish;
mod revocation;
mod sign;
mod sources;
mod tokens;
mod vci;

pub(crate) use draft::Folder;
pub(crate) use encoding::base64;
pub(crate) use found::Said;
pub(crate) use hcert::{Numbers, hcert};
pub(crate) use import::{Import, import};
pub(crate) use lines::{keys, summary};
pub(crate) use lookups::lookups;
pub(crate) use policy::{Asked, policy};
pub(crate) use publish::combine;
pub(crate) use sign::{Apart, Table, sign};
