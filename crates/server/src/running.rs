//! Starting the centre on a folder, and stopping it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use domain::hex;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::authority::{Authority, AuthorityError};
use crate::centre::Centre;
use crate::clock::{Clock, SystemClock};
use crate::crash;
use crate::folder::{Folder, Lock, write_private};
use crate::http::{Connections, Guard, Listening, ServeError, listen, operator_router, router};
use crate::retention::Retention;
use crate::store::sqlite::{QUEUE, SqliteRegister, SqliteStore};
use crate::store::{Store, StoreError};
use crate::tls::{Identity, TlsError, TlsFiles};
use crate::usb::Door;

/// Connections of the operator's machines.
const OPERATOR_CONNECTIONS: Connections = Connections { all: 32, each: 32 };

/// How a centre is started.
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// At which address of this machine.
    pub listen: IpAddr,
    /// At which port; 0 takes the one of the last start, or any for this once if that is taken.
    pub port: u16,
    /// What stations are told to connect to; by default the address itself.
    pub public_url: Option<String>,
    /// A CA's certificate; by default one of our own, pinned.
    pub tls: Option<TlsFiles>,
    /// Opens the authority's key files where they are under a passphrase.
    pub passphrase: Option<Zeroizing<Vec<u8>>>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// How many batches may wait to be written.
    pub queue: usize,
    /// How many connections there may be.
    pub connections: Connections,
    /// Where metrics and health are told in plain HTTP, for the operator's machines; nowhere unless it is set.
    pub operator: Option<SocketAddr>,
}

/// What the ready file says, while the server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// `https://...`, for stations.
    pub url: String,
    /// SHA-256 of the TLS public key (SPKI) in hexadecimal; null where a CA vouches for it.
    pub spki: Option<String>,
}

/// Why the centre does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The authority's folder does not serve.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The data folder is not there.
    #[error("{} is not there: name the data folder by --data; `menshen keys --demo --out {}/authority` makes one with an authority in it", .0.display(), .0.display())]
    NoFolder(PathBuf),
    /// Another server runs on the folder.
    #[error("another menshen-server runs on {}: stop it first", .0.display())]
    Running(PathBuf),
    /// The server's own part cannot be written.
    #[error("{} cannot be written: {source}", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The socket.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The databases do not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A centre that listens.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    /// What stations connect to.
    pub url: String,
    /// SHA-256 of the TLS public key (SPKI).
    pub spki: [u8; 32],
    /// Where metrics and health are told in plain HTTP, if they are.
    pub operator: Option<SocketAddr>,
    /// The port that stations know, where another program has it and the server listens elsewhere.
    pub missed_port: Option<u16>,
    folder: Folder,
    listening: Option<Listening>,
    store: Arc<SqliteStore>,
    retention: Option<Retention>,
    sticks: Option<Door>,
    lock: Option<Lock>,
}

impl Config {
    /// On loopback, at the last port or any, with a certificate of our own.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            public_url: None,
            tls: None,
            passphrase: None,
            clock: Arc::new(SystemClock::new()),
            queue: QUEUE,
            connections: Connections::default(),
            operator: None,
        }
    }
}

/// Opens everything and listens. Returns once stations can connect; blocks no longer than that.
///
/// # Errors
/// See [`StartError`].
pub fn start(config: Config) -> Result<Running, StartError> {
    crash::forbid_core_dumps();
    let folder = Folder::new(config.data);
    if !folder.data().is_dir() {
        return Err(StartError::NoFolder(folder.data().to_owned()));
    }
    let authority = Authority::open(&folder, config.passphrase, config.clock.now().wall)?;
    folder.create().map_err(at(&folder.server()))?;
    let lock = folder.lock().map_err(at(&folder.server()))?;
    let lock = lock.ok_or_else(|| StartError::Running(folder.data().to_owned()))?;
    forget_last_start(&folder)?;
    let identity = match &config.tls {
        Some(files) => Identity::of_files(files)?,
        None => Identity::own(&folder)?,
    };
    let store = Arc::new(SqliteStore::open(&folder, config.queue)?);
    let register = Arc::new(SqliteRegister::open(&folder)?);
    let centre = Arc::new(Centre::new(
        authority,
        store.clone(),
        register,
        config.clock,
    ));
    let retention = Retention::start(centre.clone()).map_err(ServeError::Threads)?;
    let sticks = Door::open(&centre, &folder).map_err(at(&folder.usb()))?;
    let guard = Guard::new(config.connections, Arc::clone(store.metrics()));
    let wanted = SocketAddr::new(config.listen, config.port);
    let (mut listening, missed_port) = open_socket(&folder, wanted, &centre, &identity, &guard)?;
    if let Some(address) = config.operator {
        // Apart, so that strangers who take every place do not hide that they do.
        let apart = Guard::new(OPERATOR_CONNECTIONS, Arc::default());
        listening.serve_operator(address, operator_router(centre), apart)?;
    }
    let address = listening.address;
    let url = config
        .public_url
        .unwrap_or_else(|| format!("https://{address}"));
    let running = Running {
        address,
        url,
        spki: identity.spki,
        operator: listening.operator,
        missed_port,
        folder,
        listening: Some(listening),
        store,
        retention: Some(retention),
        sticks: Some(sticks),
        lock: Some(lock),
    };
    running.announce(identity.own)?;

    Ok(running)
}

impl Running {
    /// Takes no new connection, answers what is being answered, writes what waits, and closes.
    pub fn stop(mut self) {
        self.end();
    }

    fn announce(&self, own: bool) -> Result<(), StartError> {
        let ready = Ready {
            url: self.url.clone(),
            spki: own.then(|| hex::encode(self.spki)),
        };
        let text = serde_json::to_vec(&ready)
            .map_err(io::Error::from)
            .map_err(at(&self.folder.ready()))?;
        // A port taken for want of the known one is forgotten again, or no later start would return to that.
        if self.missed_port.is_none() {
            let port = self.address.port().to_string();
            write_private(&self.folder.port(), port.as_bytes()).map_err(at(&self.folder.port()))?;
        }
        write_private(&self.folder.ready(), &text).map_err(at(&self.folder.ready()))?;
        tracing::info!(address = %self.address, "listening");

        Ok(())
    }

    fn end(&mut self) {
        let Some(listening) = self.listening.take() else {
            return;
        };
        if let Err(error) = std::fs::remove_file(self.folder.ready()) {
            tracing::warn!(%error, "the ready file stays behind");
        }
        listening.stop();
        if let Some(sticks) = self.sticks.take() {
            sticks.close();
        }
        if let Some(retention) = self.retention.take() {
            retention.stop();
        }
        self.store.close();
        self.lock = None;
        tracing::info!("stopped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A server that was killed left its ready file, and nobody may take it for ours.
fn forget_last_start(folder: &Folder) -> Result<(), StartError> {
    match std::fs::remove_file(folder.ready()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&folder.ready())(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Stations remember an address, so port 0 means the port of the last start while it is free. The second
/// value is that port where it is not.
fn open_socket(
    folder: &Folder,
    address: SocketAddr,
    centre: &Arc<Centre>,
    identity: &Identity,
    guard: &Guard,
) -> Result<(Listening, Option<u16>), ServeError> {
    let last = std::fs::read_to_string(folder.port())
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let port = address.port();
    let wanted = if port == 0 { last.unwrap_or(0) } else { port };
    let open = |port| {
        listen(
            SocketAddr::new(address.ip(), port),
            router(centre.clone()),
            identity,
            guard.clone(),
        )
    };
    match open(wanted) {
        Err(ServeError::Taken(_)) if port == 0 && wanted != 0 => {
            tracing::warn!(
                port = wanted,
                "the port of the last start is taken: stations that know it do not reach this server"
            );

            Ok((open(0)?, Some(wanted)))
        }
        other => Ok((other?, None)),
    }
}

fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::Folder { path, source }
}
