//! What a fuzzer's bytes are to the rules: one target for each foreign body that a station or a server reads, through
//! the door they use. Each of these must return, whatever the bytes are: no panic, no false promise.
//!
//! The first byte says how the rest is meant (`edits::How`): as the body itself, as edits of a good one, or as edits of what
//! is inside a good one, which is then signed or sealed with the right key, as only its holder could.

#[path = "../../tests/formats/authority.rs"]
#[expect(dead_code, reason = "shared with the fixed vectors, which use it all")]
mod authority;
mod bundle;
mod credential;
mod documents;
mod edits;
mod entries;
mod fixture;
mod foreign;
mod json_formats;
mod local;
mod rules;
#[path = "../../tests/foreign/signed.rs"]
mod signed;
mod wire;

pub use bundle::{answers, export, exported};
pub use credential::code;
pub use documents::{assignment, lookup, manifest, root, status, trust};
pub use entries::{batch, core, entries, sealed};
pub use foreign::{claim169, hcert, nzcp};
pub use json_formats::{json, pretix, shc, status_token, vds_nc};
pub use local::{clock, item, key_file, ledger};
pub use rules::rule;
pub use wire::{answer, enrolled, enrolment, hello, hole, pairing};

/// Takes a fuzzer's bytes; whether the reader took the body that they stand for.
pub type Target = fn(&[u8]) -> bool;

/// Every target under its name, which is that of its corpus as well.
pub const TARGETS: [(&str, Target); 33] = [
    ("answer", answer),
    ("answers", answers),
    ("assignment", assignment),
    ("batch", batch),
    ("claim169", claim169),
    ("clock", clock),
    ("code", code),
    ("core", core),
    ("enrolled", enrolled),
    ("enrolment", enrolment),
    ("entries", entries),
    ("export", export),
    ("exported", exported),
    ("hcert", hcert),
    ("hello", hello),
    ("hole", hole),
    ("item", item),
    ("json", json),
    ("key_file", key_file),
    ("ledger", ledger),
    ("lookup", lookup),
    ("manifest", manifest),
    ("nzcp", nzcp),
    ("pairing", pairing),
    ("pretix", pretix),
    ("root", root),
    ("rule", rule),
    ("sealed", sealed),
    ("shc", shc),
    ("status", status),
    ("status_token", status_token),
    ("trust", trust),
    ("vds_nc", vds_nc),
];
