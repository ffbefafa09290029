//! The line's far end: the real centre.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::http::{Question, Reply};
use super::socket::{Resetter, Wire};
use super::tls;

/// Longer than the centre takes for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the centre is, and how it is known.
pub(super) struct Centre {
    pub(super) address: SocketAddr,
    pub(super) config: Arc<ClientConfig>,
}

type Far<'a> = StreamOwned<ClientConnection, Wire<'a>>;

impl Centre {
    /// Puts a question on a connection of its own.
    pub(super) fn ask(&self, question: &Question, resetter: &Resetter) -> io::Result<Reply> {
        self.ask_within(question, resetter, (None, None))
    }

    /// As [`Self::ask`], on a connection that is reset once so many bytes were read or written.
    pub(super) fn ask_within(
        &self,
        question: &Question,
        resetter: &Resetter,
        bytes: (Option<usize>, Option<usize>),
    ) -> io::Result<Reply> {
        let mut far = self.connect(resetter, bytes)?;
        far.write_all(&question.bytes)?;
        far.flush()?;

        Reply::read(&mut far)
    }

    /// Gives only the first bytes of a question, and ends.
    pub(super) fn begin(
        &self,
        question: &Question,
        bytes: usize,
        resetter: &Resetter,
    ) -> io::Result<()> {
        let mut far = self.connect(resetter, (None, None))?;
        far.write_all(question.bytes.get(..bytes).unwrap_or(&question.bytes))?;
        far.flush()?;
        far.conn.send_close_notify();

        far.flush()
    }

    fn connect<'a>(
        &self,
        resetter: &'a Resetter,
        bytes: (Option<usize>, Option<usize>),
    ) -> io::Result<Far<'a>> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let connection = ClientConnection::new(Arc::clone(&self.config), tls::name(self.address))
            .map_err(io::Error::other)?;

        Ok(StreamOwned::new(
            connection,
            Wire::new(stream, resetter, bytes),
        ))
    }
}
