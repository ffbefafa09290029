//! Entries of the log: what is recorded, how it is sealed to its place, and how entries are chained
//! (SECURITY.md §2).

mod body;
mod chain;
mod core;
mod kind;
mod ledger;

pub use body::{
    Body, Detail, NewEntry, Personal, SealedEntry, Sealer, Witness, open_sealed, token,
};
pub use chain::{ChainHash, GENESIS_SEQ, genesis, local_aad, row_message};
pub use core::{Core, CoreError, Place};
pub use kind::{Action, Flags, Kind};
pub use ledger::{
    Ledger, Link, Sum, anchor_mac, detail_aad, head_code, ledger_aad, local_mac_key, seen_element,
    seen_mac, value_aad,
};
