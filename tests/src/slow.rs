//! A slow way to a centre: what it answers comes a few bytes at a time.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;

/// Bytes that come at once.
const PIECE: usize = 400;
/// Between two pieces.
const PAUSE: Duration = Duration::from_millis(100);

/// A running slow way. Dropping it closes its port.
pub struct SlowWay {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SlowWay {
    /// Listens at `here` and passes everything on to the centre at `there`, both as `https://host:port`.
    ///
    /// # Errors
    /// The port is taken.
    pub fn start(here: &str, there: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(host(here)?)?;
        let address = listener.local_addr()?;
        let there = host(there)?.to_owned();
        let over = Arc::new(AtomicBool::new(false));
        let seen_over = Arc::clone(&over);
        let thread = thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if seen_over.load(Ordering::Relaxed) {
                    break;
                }
                // A visitor that hangs up early is the station's right.
                let _ = carry(near, &there);
            }
        });

        Ok(Self {
            address,
            over,
            thread: Some(thread),
        })
    }
}

impl Drop for SlowWay {
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

fn host(url: &str) -> anyhow::Result<&str> {
    url.strip_prefix("https://").context("an https address")
}

/// Questions go at once, answers slowly; each connection in threads of its own.
fn carry(near: TcpStream, there: &str) -> io::Result<()> {
    let far = TcpStream::connect(there)?;
    let (mut question, mut asked) = (near.try_clone()?, far.try_clone()?);
    thread::spawn(move || {
        let copied = io::copy(&mut question, &mut asked);
        // The other side may have hung up already.
        let _ = copied.and(asked.shutdown(Shutdown::Write));
    });
    thread::spawn(move || trickle(far, near));

    Ok(())
}

fn trickle(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    // Nobody ever sends: waiting for it is the slowness.
    let (_never, pause) = channel::<()>();
    let mut piece = [0; PIECE];
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            return to.shutdown(Shutdown::Write);
        }
        let _ = pause.recv_timeout(PAUSE);
        to.write_all(piece.get(..count).unwrap_or_default())?;
    }
}
