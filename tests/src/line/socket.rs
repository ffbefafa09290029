//! A socket that can end as sockets do in the field: reset at any byte, or without a word.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// What sets `SO_LINGER`, which the standard library does not.
pub(super) struct Resetter(Runtime);

impl Resetter {
    pub(super) fn new() -> io::Result<Self> {
        Builder::new_current_thread().enable_io().build().map(Self)
    }

    /// From now on closing the socket is a reset, and what was not yet sent is lost.
    fn arm(&self, stream: &TcpStream) -> io::Result<()> {
        let _inside = self.0.enter();
        stream.set_nonblocking(true)?;

        tokio::net::TcpStream::from_std(stream.try_clone()?)?.set_zero_linger()
    }
}

/// A socket that is reset once so many bytes have passed.
pub(super) struct Wire<'a> {
    stream: TcpStream,
    resetter: &'a Resetter,
    /// Bytes that may still be read.
    reads: Option<usize>,
    /// Bytes that may still be written.
    writes: Option<usize>,
}

impl<'a> Wire<'a> {
    pub(super) fn new(
        stream: TcpStream,
        resetter: &'a Resetter,
        (reads, writes): (Option<usize>, Option<usize>),
    ) -> Self {
        Self {
            stream,
            resetter,
            reads,
            writes,
        }
    }

    /// Closing it is a reset from now on.
    pub(super) fn reset(&self) -> io::Result<()> {
        self.resetter.arm(&self.stream)
    }

    /// Says nothing for so long, or until the other side gives up. Closing it is then a reset: whoever held it is gone.
    pub(super) fn hold(&mut self, time: Duration) -> io::Result<()> {
        self.stream.set_read_timeout(Some(time))?;
        let mut unheard = [0; 4_096];
        while let Ok(count) = self.stream.read(&mut unheard) {
            if count == 0 {
                break;
            }
        }

        self.reset()
    }

    /// Says that nothing more comes.
    pub(super) fn end(&self) -> io::Result<()> {
        self.stream.shutdown(std::net::Shutdown::Write)
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(left) = &mut self.reads else {
            return self.stream.read(buffer);
        };
        let length = buffer.len().min(*left);
        let Some(some) = buffer.get_mut(..length).filter(|some| !some.is_empty()) else {
            self.resetter.arm(&self.stream)?;
            return Err(io::ErrorKind::ConnectionReset.into());
        };
        let count = self.stream.read(some)?;
        *left -= count;

        Ok(count)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(left) = &mut self.writes else {
            return self.stream.write(bytes);
        };
        let length = bytes.len().min(*left);
        let Some(some) = bytes.get(..length).filter(|some| !some.is_empty()) else {
            self.resetter.arm(&self.stream)?;
            return Err(io::ErrorKind::ConnectionReset.into());
        };
        let count = self.stream.write(some)?;
        *left -= count;

        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
