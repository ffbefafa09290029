//! A line to the centre on which everything goes wrong that can: it stands where the station believes its centre,
//! shows that centre's certificate, and passes every question on to the real one, unless a fault is to be played.
//! Which, and where in a message, a seed decides.

mod arrived;
mod centre;
mod chance;
mod fault;
mod forge;
mod http;
mod play;
mod run;
mod script;
mod serve;
mod socket;
mod tls;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;

use self::centre::Centre;
use self::forge::Forger;
use self::script::Script;
use self::socket::Resetter;
use self::tls::Certificates;

pub use self::arrived::Arrived;
pub use self::chance::Chance;
pub use self::fault::Fault;
pub use self::run::{Passed, Run, between, through};
pub use self::script::{Asked, Count};

/// How long a socket is held on which nothing ever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Most of them.
    pub usually: Duration,
    /// Every so many is held until the station gives up; 0 for none.
    pub to_the_end_every: usize,
}

/// A running line. Dropping it closes its port; what is on its way is cut.
pub struct Line {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What every connection sees.
struct Shared {
    certificates: Certificates,
    centre: Centre,
    forger: Forger,
    resetter: Resetter,
    hold: Hold,
    script: Mutex<Script>,
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Listens at `here` for stations of the city in `data`, and passes on to its centre at `there`, both as
    /// `https://host:port`.
    ///
    /// # Errors
    /// The certificates or keys do not read, or the port is taken.
    pub fn start(
        data: &Path,
        (here, there): (&str, &str),
        seed: u64,
        hold: Hold,
    ) -> anyhow::Result<Self> {
        let certificates = Certificates::of(data)?;
        let shared = Arc::new(Shared {
            centre: Centre {
                address: address(there)?,
                config: Arc::clone(&certificates.centre),
            },
            certificates,
            forger: Forger::of(data)?,
            resetter: Resetter::new()?,
            hold,
            script: Mutex::new(Script::new(seed)),
        });
        let listener = TcpListener::bind(address(here)?)?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let (seen_over, served) = (Arc::clone(&over), Arc::clone(&shared));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if seen_over.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&served);
                thread::spawn(move || serve::serve(stream, &shared));
            }
        });

        Ok(Self {
            address,
            over,
            shared,
            thread: Some(thread),
        })
    }

    /// Has these faults played, in this order, each as soon as there is a question or connection for it.
    pub fn play(&self, faults: &[Fault]) {
        self.shared.script().add(faults);
    }

    /// What 429 and 503 put the station off by from now on, in seconds, instead of chance.
    pub fn put_off_by(&self, seconds: u32) {
        self.shared.script().pause = Some(seconds);
    }

    /// Faults that are not over yet.
    #[must_use]
    pub fn left(&self) -> usize {
        self.shared.script().left()
    }

    /// What was played so far.
    #[must_use]
    pub fn played(&self) -> BTreeMap<Fault, Count> {
        self.shared.script().counts.clone()
    }

    /// Every question that came so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.script().asked.clone()
    }

    /// Counts a fault that needs no line.
    fn count(&self, fault: Fault, with_entries: bool) {
        self.shared.script().count(fault, with_entries);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees that it is over.
        let woken = TcpStream::connect(self.address);
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            // It holds nothing that anybody wants.
            let _ = thread.join();
        }
    }
}

fn address(url: &str) -> anyhow::Result<SocketAddr> {
    let host = url.strip_prefix("https://").context("an https address")?;

    host.parse().context("an address of numbers")
}
