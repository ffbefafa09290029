//! The way to the centre, and the only door to reqwest: a thread with a runtime of its own. Nobody waits
//! for it; what comes back is handed to the one who asked.

mod caller;
mod request;
mod tls;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::{self, JoinHandle};

use domain::time::Timestamp;
use thiserror::Error;
use tokio::sync::{mpsc, watch};

pub use caller::Caller;
pub use request::{Request, Response};

use crate::clock::Clock;

/// Requests that may wait: the loop asks one thing at a time, and fetches few documents.
const WAITING: usize = 32;

/// Where the centre is and how to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Centre {
    /// `https://...`, without a slash at the end.
    pub url: String,
    /// SHA-256 of the public keys (SPKI) that its TLS may show; empty: a CA decides.
    pub pins: Vec<[u8; 32]>,
}

/// Why the link cannot be set up at all.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Not an https address.
    #[error(
        "the centre's address is not an https address: ask the authority for a new pairing file"
    )]
    Address,
    /// TLS could not be set up.
    #[error("secure connections cannot be set up ({0}): check the system's certificates")]
    Tls(String),
    /// The thread or its runtime could not be started.
    #[error("the link could not be started ({0}): close other programs and start again")]
    Start(std::io::Error),
}

/// Why a request got no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// No connection, cut off, or timed out.
    #[error("the centre does not answer: check the network; the station goes on without it")]
    Unreachable,
    /// The centre's key is not the pinned one, or no CA vouches for it.
    #[error(
        "the centre does not prove that it is the one this station was paired with: tell the authority"
    )]
    Untrusted,
    /// More bytes than such an answer may have.
    #[error("the centre's answer is larger than allowed: tell the authority")]
    TooLarge,
    /// An HTTP status other than 2xx.
    #[error("the centre refused with status {status}")]
    Refused {
        /// The status.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// The link is closing, or has too much to do.
    #[error("the link is closing")]
    Closed,
}

/// What a request came to.
pub type Outcome = Result<Response, NoAnswer>;
type Then = Box<dyn FnOnce(Outcome) + Send>;

/// The running link. Dropping it cuts what is under way.
pub struct Link {
    requests: mpsc::Sender<(Request, Then)>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    floor: Arc<AtomicI64>,
}

impl Link {
    /// Starts the thread. Nothing is sent yet.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub fn start(centre: Centre, clock: Clock) -> Result<Self, LinkError> {
        if !centre.url.starts_with("https://") {
            return Err(LinkError::Address);
        }
        let floor = Arc::new(AtomicI64::new(i64::MIN));
        let client = work::client(&centre, clock, Arc::clone(&floor))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LinkError::Start)?;
        let (requests, waiting) = mpsc::channel(WAITING);
        let (stop, stopped) = watch::channel(false);
        let thread = thread::Builder::new()
            .name("link".to_owned())
            .spawn(move || {
                runtime.block_on(work::serve(client, centre.url, clock, waiting, stopped));
            })
            .map_err(LinkError::Start)?;

        Ok(Self {
            requests,
            stop,
            thread: Some(thread),
            floor,
        })
    }

    /// Sends a request; `then` is called from the link's thread, always once.
    ///
    /// # Errors
    /// [`NoAnswer::Closed`] where there is too much to do already; `then` is then not called.
    pub fn ask(
        &self,
        request: Request,
        then: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<(), NoAnswer> {
        self.requests
            .try_send((request, Box::new(then)))
            .map_err(|_| NoAnswer::Closed)
    }

    /// Certificates are judged at no earlier time than this.
    pub fn raise_floor(&self, floor: Timestamp) {
        self.floor.fetch_max(floor.0, Ordering::Relaxed);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the link's thread ended in a panic");
        }
    }
}

#[cfg(test)]
mod tests;
