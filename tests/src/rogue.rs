//! A centre that misbehaves: it shows the city's own certificate, so that the station's pin fits, and then
//! does what a story wants.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::station::LONGEST;

/// How it misbehaves.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Closes the connection after these bytes of an answer.
    CutOff(Vec<u8>),
    /// Answers with this status and body.
    Says(u16, Vec<u8>),
    /// Takes the question and never answers.
    Silent,
}

/// A running misbehaving centre. Dropping it closes its port.
pub struct Rogue {
    address: std::net::SocketAddr,
    over: Arc<AtomicBool>,
    questions: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Rogue {
    /// Listens where `url` says, with the certificate of the server in `data`.
    ///
    /// # Errors
    /// The certificate does not read, or the port is taken.
    pub fn start(data: &Path, url: &str, behaviour: Behaviour) -> anyhow::Result<Self> {
        let config = Arc::new(tls(data)?);
        let address = url.strip_prefix("https://").context("an https address")?;
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let seen_over = Arc::clone(&over);
        let (ask, questions) = channel();
        let thread = thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if seen_over.load(Ordering::Relaxed) {
                    break;
                }
                // A visitor that hangs up early is the station's right.
                if let Ok(Some(kept)) = serve(stream, &config, &behaviour, &ask) {
                    held.push(kept);
                }
            }
        });

        Ok(Self {
            address,
            over,
            questions,
            thread: Some(thread),
        })
    }

    /// Waits for the next question.
    ///
    /// # Errors
    /// None is put for longer than any story takes.
    pub fn wait_for_question(&self) -> anyhow::Result<()> {
        Ok(self.questions.recv_timeout(LONGEST)?)
    }
}

impl Drop for Rogue {
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

type Held = StreamOwned<ServerConnection, TcpStream>;

fn serve(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    behaviour: &Behaviour,
    ask: &Sender<()>,
) -> anyhow::Result<Option<Held>> {
    let mut tls = StreamOwned::new(ServerConnection::new(Arc::clone(config))?, stream);
    read_question(&mut tls)?;
    // A story that has heard enough no longer listens.
    let _ = ask.send(());
    match behaviour {
        Behaviour::Silent => return Ok(Some(tls)),
        Behaviour::CutOff(part) => {
            tls.write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\ncontent-length: 400\r\n\r\n",
            )?;
            tls.write_all(part)?;
            tls.flush()?;
        }
        Behaviour::Says(status, body) => {
            write!(
                tls,
                "HTTP/1.1 {status} Said\r\ncontent-type: application/cbor\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            )?;
            tls.write_all(body)?;
            tls.flush()?;
            tls.conn.send_close_notify();
            tls.flush()?;
        }
    }
    tls.sock.shutdown(Shutdown::Write)?;

    Ok(None)
}

/// Reads the head and as much body as it announces.
fn read_question(tls: &mut Held) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        let count = tls.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|length| length.trim().parse::<usize>().ok())
            .unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            return Ok(());
        }
    }
}

fn tls(data: &Path) -> anyhow::Result<ServerConfig> {
    let folder = data.join("server/tls");
    let open = |name: &str| File::open(folder.join(name)).map(BufReader::new);
    let chain =
        CertificateDer::pem_reader_iter(open("cert.pem")?).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_reader(open("key.pem")?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());

    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?)
}
