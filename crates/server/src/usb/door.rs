//! How a running server is told of a stick: on a port of loopback, by whoever can read the token in its folder, which
//! is the account that it runs under. The stick is read and written by the server itself.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use domain::crypto::equal;
use domain::hex;
use serde::{Deserialize, Serialize};
use stick::Stick;
use tokio::runtime::Runtime;

use super::{UsbError, visit};
use crate::centre::Centre;
use crate::clock::Stopwatch;
use crate::folder::{Folder, write_private};
use crate::random;

/// A path and a token.
const MAX_QUESTION: usize = 64 * 1024;
/// Sentences about a thousand files.
const MAX_ANSWER: u64 = 4 * 1024 * 1024;
/// Whoever connects says within this time all that they want.
const PATIENCE: Duration = Duration::from_secs(10);
/// While somebody says it, how often to see whether the server stops.
const LOOK: Duration = Duration::from_millis(100);
/// After a connection could not be taken.
const AGAIN: Duration = Duration::from_secs(1);

/// Where the server listens, in its folder while it runs.
#[derive(Serialize, Deserialize)]
struct Sign {
    port: u16,
    token: String,
}

#[derive(Serialize, Deserialize)]
struct Question {
    token: String,
    stick: PathBuf,
}

#[derive(Serialize, Deserialize)]
enum Told {
    /// What was done.
    Done { good: bool, lines: Vec<String> },
    /// Nothing was.
    NotDone(String),
}

/// The thread that waits for sticks.
pub(crate) struct Door {
    address: SocketAddr,
    sign: PathBuf,
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// What the thread knows.
struct Keeper<T> {
    token: String,
    patience: Duration,
    stopped: Receiver<()>,
    take: T,
}

impl Door {
    /// Listens, and says where in the folder.
    pub(crate) fn open(centre: &Arc<Centre>, folder: &Folder) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let centre = Arc::clone(centre);

        Self::listen(folder, PATIENCE, move |stick| {
            take(stick, &centre, &runtime).unwrap_or_else(|error| Told::NotDone(error.to_string()))
        })
    }

    fn listen(
        folder: &Folder,
        patience: Duration,
        take: impl FnMut(&Path) -> Told + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let fresh = random::fresh::<32>().map_err(io::Error::other)?;
        let token = hex::encode(fresh.into_bytes());
        let sign = Sign {
            port: address.port(),
            token: token.clone(),
        };
        write_private(&folder.usb(), &serde_json::to_vec(&sign)?)?;
        let (stop, stopped) = channel::<()>();
        let keeper = Keeper {
            token,
            patience,
            stopped,
            take,
        };
        let thread = thread::Builder::new()
            .name("sticks".to_owned())
            .spawn(move || keeper.keep(&listener))?;

        Ok(Self {
            address,
            sign: folder.usb(),
            stop,
            thread,
        })
    }

    /// Ends the thread; a stick that is being taken is taken first.
    pub(crate) fn close(self) {
        if let Err(error) = fs::remove_file(&self.sign) {
            tracing::warn!(%error, "the file that says where sticks are told stays behind");
        }
        drop(self.stop);
        // Wakes the thread. Where that fails nobody listens any more.
        let _ = TcpStream::connect(self.address);
        if self.thread.join().is_err() {
            tracing::error!("the thread that takes sticks ended by a fault of its own");
        }
    }
}

impl<T: FnMut(&Path) -> Told> Keeper<T> {
    fn keep(mut self, listener: &TcpListener) {
        loop {
            let asked = listener.accept();
            // Where no connection can be had now, one a second is tried.
            let pause = if asked.is_ok() { Duration::ZERO } else { AGAIN };
            if self.stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            if let Err(error) = asked.and_then(|(stream, _)| self.serve(stream)) {
                tracing::warn!(%error, "somebody asked for a stick to be taken, and not to the end");
            }
        }
    }

    fn serve(&mut self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        let question: Question = serde_json::from_slice(&self.hear(&mut stream)?)?;
        if !equal(question.token.as_bytes(), self.token.as_bytes()) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let told = (self.take)(&question.stick);

        stream.write_all(&serde_json::to_vec(&told)?)
    }

    /// All that is said, however slowly, within the one time for it. Whoever says it may hold no token.
    fn hear(&self, stream: &mut TcpStream) -> io::Result<Vec<u8>> {
        let heard = Stopwatch::start();
        let mut bytes = Vec::new();
        let mut part = [0; 4096];
        while self.stopped.try_recv() == Err(TryRecvError::Empty) {
            let left = self.patience.saturating_sub(heard.time());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left.min(LOOK)))?;
            match stream.read(&mut part) {
                Ok(0) => return Ok(bytes),
                Ok(count) => bytes.extend(part.iter().take(count)),
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error),
            }
            if bytes.len() > MAX_QUESTION {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }

        Err(io::ErrorKind::Interrupted.into())
    }
}

/// Nothing came yet.
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

fn take(at: &Path, centre: &Centre, runtime: &Runtime) -> Result<Told, UsbError> {
    let exchange = centre.authority().exchange_key()?;
    let stick = Stick::open(at)?;
    let report = runtime.block_on(visit(centre, &exchange, &stick))?;
    tracing::info!(exports = report.exports.len(), "a stick was taken");

    Ok(Told::Done {
        good: report.is_good(),
        lines: report.lines(),
    })
}

/// Asks the server that runs on a folder to take the stick that is mounted at `at`: whether everything could be done,
/// and a sentence for each file.
///
/// # Errors
/// [`UsbError::NotAsked`], [`UsbError::NotDone`].
pub fn ask_running(folder: &Folder, at: &Path) -> Result<(bool, Vec<String>), UsbError> {
    let told = ask(folder, at).map_err(|why| UsbError::NotAsked {
        data: folder.data().to_owned(),
        why,
    })?;
    match told {
        Told::Done { good, lines } => Ok((good, lines)),
        Told::NotDone(why) => Err(UsbError::NotDone(why)),
    }
}

fn ask(folder: &Folder, at: &Path) -> io::Result<Told> {
    let sign: Sign = serde_json::from_slice(&fs::read(folder.usb())?)?;
    let question = Question {
        token: sign.token,
        stick: std::path::absolute(at)?,
    };
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, sign.port))?;
    stream.write_all(&serde_json::to_vec(&question)?)?;
    stream.shutdown(Shutdown::Write)?;
    let mut bytes = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut bytes)?;

    Ok(serde_json::from_slice(&bytes)?)
}

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
