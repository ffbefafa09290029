//! Why a command did not do what it was asked to.

use std::io;
use std::path::{Path, PathBuf};

use domain::document::DocumentError;
use domain::keyfile::KeyFileError;
use domain::status::FileError;
use thiserror::Error;

use crate::load::LoadError;

/// Each says what happened and what to do about it.
#[derive(Debug, Error)]
pub enum Failure {
    /// A file or folder could not be read, made or written.
    #[error("{path}: cannot {what}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// `read`, `write`, ...
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A key file cannot be used.
    #[error("{path}: {source}")]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        source: KeyFileError,
    },
    /// A signed document cannot be used.
    #[error("{path}: {source}")]
    Document {
        /// Which.
        path: PathBuf,
        /// Why.
        source: DocumentError,
    },
    /// A line of a table is not as it should be.
    #[error("{path}, line {line}: {problem}")]
    Line {
        /// The table.
        path: PathBuf,
        /// Counted from 1, the heading included.
        line: u64,
        /// What is wrong, and what should stand there.
        problem: String,
    },
    /// The status table cannot be packed.
    #[error("the status list cannot be packed: {0}")]
    Pack(#[from] FileError),
    /// The station cannot be enrolled.
    #[error(transparent)]
    Enrol(#[from] station::EnrolError),
    /// No stations were played.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The station's log cannot be opened.
    #[error(transparent)]
    Log(#[from] station::StoreError),
    /// The station ended early.
    #[error(transparent)]
    Station(#[from] station::HeadlessError),
    /// Nothing was carried by stick.
    #[error(transparent)]
    Usb(#[from] station::UsbError),
    /// A sheet cannot be drawn.
    #[error("{0}")]
    Sheet(String),
    /// The state of the authority or of the request does not allow it.
    #[error("{0}")]
    Refused(String),
    /// The system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// Standard output is closed.
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// For `map_err` where a file is read or written.
    pub fn file(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            path: path.to_path_buf(),
            what,
            source,
        }
    }
}
