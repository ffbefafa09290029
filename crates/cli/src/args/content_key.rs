//! The words of `menshen content-key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `menshen content-key`.
#[derive(Debug, Args)]
#[command(
    after_help = "Codes of MOSIP's Claim 169 may be encrypted with AES-GCM; a station that holds no key for one cannot decide. The server seals \
the keys in the authority's folder to each station, with the next look at its assignment."
)]
pub struct ContentKeyArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub action: ContentKeyAction,
}

/// What to do with keys of encrypted codes.
#[derive(Debug, Subcommand)]
pub enum ContentKeyAction {
    /// Take a key into the authority's folder.
    Add(ContentKeyAddArgs),
    /// List them by name, with their lengths.
    List(ContentKeyListArgs),
    /// Take one away: stations lose it with their next assignment.
    Remove(ContentKeyRemoveArgs),
}

/// `menshen content-key add`.
#[derive(Debug, Args)]
#[command(
    after_help = "The file holds 16 bytes (AES-128) or 32 (AES-256): as they are, in hexadecimal digits, in base64, or as a JWK with \"kty\":\"oct\". \
Remove it afterwards: the key in the authority's folder is behind the authority's passphrase."
)]
pub struct ContentKeyAddArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// What the key is called here: 1 to 32 of a-z, 0-9, - . _
    #[arg(long, value_name = "NAME", value_parser = super::word)]
    pub name: String,
    /// The key, as its issuer gave it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `menshen content-key list`.
#[derive(Debug, Args)]
pub struct ContentKeyListArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
}

/// `menshen content-key remove`.
#[derive(Debug, Args)]
pub struct ContentKeyRemoveArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// What the key is called here.
    #[arg(long, value_name = "NAME", value_parser = super::word)]
    pub name: String,
}
