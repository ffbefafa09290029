//! What ends a server: a signal, or standard input that closes.

use std::fmt;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, Result};

/// Waits for what ends the server.
pub(crate) struct Ending(Receiver<Cause>);

/// What ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// SIGINT, SIGTERM, or Ctrl-C.
    Signal,
    /// Standard input closed.
    StdinClosed,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signal => "a signal",
            Self::StdinClosed => "standard input closed",
        })
    }
}

impl Ending {
    /// Starts to listen; signals are caught once this returns.
    pub(crate) fn listen(stdin: bool) -> Result<Self> {
        let (sender, causes) = channel();
        if stdin {
            let sender = sender.clone();
            thread::Builder::new()
                .name("stdin".to_owned())
                .spawn(move || watch_stdin(&sender))
                .context("cannot watch standard input")?;
        }
        watch_signals(sender)?;

        Ok(Self(causes))
    }

    pub(crate) fn wait(self) -> Cause {
        // Without anyone left to tell of an end, ending is the safe thing.
        self.0.recv().unwrap_or(Cause::Signal)
    }
}

fn watch_stdin(sender: &Sender<Cause>) {
    let mut buffer = [0; 1024];
    let mut stdin = io::stdin().lock();
    loop {
        match stdin.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // A server that is ending already hears no second cause.
    let _ = sender.send(Cause::StdinClosed);
}

fn watch_signals(sender: Sender<Cause>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot watch for signals")?;
    let signals = {
        let _inside = runtime.enter();
        Signals::catch().context("cannot watch for signals")?
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(signals.next());
            let _ = sender.send(Cause::Signal);
        })
        .context("cannot watch for signals")?;

    Ok(())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c()?,
            close: tokio::signal::windows::ctrl_close()?,
        })
    }

    async fn next(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}
