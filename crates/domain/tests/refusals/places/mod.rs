//! For each row of SECURITY.md §2: with another label, epoch, authority or place it is another thing.

mod hashed;
mod sealed;
mod signed;

/// Every label there is, so that each structure can be tried under all others.
const LABELS: [&str; 26] = [
    "answer",
    "assignment",
    "batch",
    "body",
    "detail",
    "enrol",
    "entry",
    "entry-aad",
    "export",
    "export-aad",
    "export-nonce",
    "foreign",
    "genesis",
    "hello",
    "key-file",
    "local",
    "manifest",
    "pair",
    "root",
    "row",
    "seal",
    "station",
    "status",
    "to-centre",
    "token",
    "trust",
];

/// Every label but this.
fn labels_but(own: &str) -> impl Iterator<Item = &'static str> {
    assert!(LABELS.contains(&own), "{own}");
    LABELS.into_iter().filter(move |label| *label != own)
}
