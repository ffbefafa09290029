//! The words of `menshen read` and `menshen verify`.

use std::path::PathBuf;

use clap::Args;
use domain::time::Timestamp;

use crate::clock;

/// `menshen read`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if every file was a picture, with or without a code in it; 1 if one was none."
)]
pub struct ReadArgs {
    /// One JSON line a picture: file, texts, ms; grades of print for each text, as ISO/IEC 15415 names them, 4 best and 0
    /// worst; where one would help to read it, a hint.
    #[arg(long)]
    pub json: bool,
    /// The pictures are successive frames: what earlier ones taught is kept.
    #[arg(long)]
    pub sequence: bool,
    /// PNG or JPEG files.
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<PathBuf>,
}

/// `menshen verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 verified, and in time; 1 not verified, no code or more than one in the picture, a vector that differs, or none that was decided; 2 a file or folder that cannot be used."
)]
pub struct VerifyArgs {
    /// The text of the code, exactly: in base45 a space is a digit.
    #[arg(required_unless_present_any = ["image", "vectors"], conflicts_with_all = ["image", "vectors"])]
    pub text: Option<String>,
    /// A picture with the code in it.
    #[arg(long, value_name = "FILE", conflicts_with = "vectors")]
    pub image: Option<PathBuf>,
    /// Test vectors, one JSON object a line; each brings its own keys and its own time.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["authority", "trust", "root", "at"])]
    pub vectors: Option<PathBuf>,
    /// An authority's folder or its `public` folder.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["trust", "root"])]
    pub authority: Option<PathBuf>,
    /// A trust list.
    #[arg(long, value_name = "FILE", requires = "root")]
    pub trust: Option<PathBuf>,
    /// The root that signed it.
    #[arg(long, value_name = "FILE", requires = "trust")]
    pub root: Option<PathBuf>,
    /// A key of encrypted codes, as `menshen content-key add` takes it; several may follow. Those of an authority's folder
    /// count as well where they lie there in clear.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "vectors")]
    pub content_key: Vec<PathBuf>,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}
