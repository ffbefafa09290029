//! The words of `menshen lookups`.

use std::path::PathBuf;

use clap::Args;
use domain::time::Timestamp;

use crate::{LOOKUP_COLUMNS, clock};

/// `menshen lookups`.
#[derive(Debug, Args)]
#[command(after_help = format!(
    "Codes that stand in the register of this issuer and not in the table stay as they are; what the table says of others takes the place of what was \
known, but only - lifts a positive result or a revocation. A status list is published with them.\n\
Columns of the table (CSV, UTF-8, with a heading line):\n{LOOKUP_COLUMNS}"
))]
pub struct LookupsArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// Whose codes: the name of a look-up scheme in the trust list in force (`menshen trust lookups`).
    #[arg(long, value_name = "NAME")]
    pub issuer: String,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
    /// The table of codes.
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
}
