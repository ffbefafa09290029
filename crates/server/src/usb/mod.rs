//! Sticks that stations' entries travel on. What lies in an export is judged and stored by the same code as what
//! comes over the line; the answers go back onto the stick, with newer documents.

mod door;
mod laid;
mod taken;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::crypto::OpeningKey;
use domain::wire::Answers;
use stick::{Name, Stick, StickError, Unusable};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::authority::{Authority, AuthorityError};
use crate::centre::{Centre, Refused};
use crate::clock::Clock;
use crate::folder::Folder;
use crate::store::sqlite::{QUEUE, SqliteRegister, SqliteStore};
use crate::store::{Store, StoreError};

pub(crate) use door::Door;
pub use door::ask_running;
pub use laid::Laid;
pub use taken::{NotTaken, Taken};

/// What was done with a stick.
#[derive(Debug, Default)]
pub struct Report {
    /// Exports, in the order in which they were judged.
    pub exports: Vec<(Name, Result<Taken, NotTaken>)>,
    /// Documents for the way back.
    pub laid: Vec<(Name, Laid)>,
    /// Files that are no exports and that are none of ours: left alone.
    pub left: Vec<(String, Unusable)>,
    /// What could not be written back. What was stored stays stored: doing it again is harmless.
    pub unwritten: Vec<StickError>,
}

/// Why nothing was done with a stick.
#[derive(Debug, Error)]
pub enum UsbError {
    /// The authority's folder does not serve.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The server's own part cannot be written.
    #[error("{} cannot be written: {source}", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A server writes to the databases: it has to be asked.
    #[error("a menshen-server runs on {}, and only one program may write there", .0.display())]
    Running(PathBuf),
    /// The running server could not be asked.
    #[error(
        "the menshen-server that runs on {} cannot be asked to take the stick ({why}): stop it, run this again, start it again; stations wait meanwhile and lose nothing", .data.display()
    )]
    NotAsked {
        /// Its data folder.
        data: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The running server could not do it.
    #[error("{0}")]
    NotDone(String),
    /// The stick.
    #[error(transparent)]
    Stick(#[from] StickError),
    /// The databases.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No thread.
    #[error("the work cannot be started: {0}")]
    Start(io::Error),
}

/// Takes every station's exports from the stick that is mounted at `at`, and lays answers and newer documents on it. A
/// stick may be brought again, in any order: entries are stored once and acknowledged each time.
///
/// # Errors
/// See [`UsbError`]. [`UsbError::Store`] in the midst of a stick: what was answered until then is stored.
pub fn import(
    folder: &Folder,
    passphrase: Option<Zeroizing<Vec<u8>>>,
    at: &Path,
    clock: Arc<dyn Clock>,
) -> Result<Report, UsbError> {
    crate::crash::forbid_core_dumps();
    let failed = |path: PathBuf| move |source| UsbError::Folder { path, source };
    let authority = Authority::open(folder, passphrase, clock.now().wall)?;
    let exchange = authority.exchange_key()?;
    let stick = Stick::open(at)?;
    folder.create().map_err(failed(folder.server()))?;
    let lock = folder.lock().map_err(failed(folder.server()))?;
    let _lock = lock.ok_or_else(|| UsbError::Running(folder.data().to_owned()))?;
    let store = Arc::new(SqliteStore::open(folder, QUEUE)?);
    let register = Arc::new(SqliteRegister::open(folder)?);
    let centre = Centre::new(authority, store.clone(), register, clock);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(UsbError::Start)?;
    let report = runtime.block_on(visit(&centre, &exchange, &stick));
    store.close();

    report
}

/// As [`import`], by whoever has the databases open.
async fn visit(centre: &Centre, exchange: &OpeningKey, stick: &Stick) -> Result<Report, UsbError> {
    stick.tidy()?;
    let content = stick.content()?;
    let mut report = Report {
        left: content.left,
        ..Report::default()
    };
    let mut hellos = Vec::new();
    for (name, _) in content.files {
        let Name::Export(part) = name else {
            continue;
        };
        let taken = match stick.read(&name) {
            Ok(bytes) => taken::take(centre, exchange, &part, &bytes).await?,
            Err(unusable) => Err(NotTaken::Unusable(unusable)),
        };
        if let Ok(taken) = &taken {
            hellos.extend(taken.hello.clone());
            let answers = Answers(taken.answers.clone());
            let written = stick.write(&Name::Answers(part), &answers.encode());
            report.unwritten.extend(written.err());
        }
        report.exports.push((name, taken));
    }
    if !hellos.is_empty() {
        laid::lay(centre, stick, &hellos, &mut report)?;
    }

    Ok(report)
}

/// A store that has no time or fails ends the visit; every other refusal is about what was brought.
fn about_the_message(refused: Refused) -> Result<Refused, UsbError> {
    match refused {
        Refused::Store(error) => Err(error.into()),
        Refused::Authority(error) => Err(error.into()),
        Refused::Batch(_)
        | Refused::Enrolment
        | Refused::Registrar(_)
        | Refused::Shape
        | Refused::Unknown => Ok(refused),
    }
}
