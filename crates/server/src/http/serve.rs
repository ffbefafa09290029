//! The socket: TLS, HTTP/1.1, and patience with limits.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::tls::Identity;

/// 16 KiB of headers (SECURITY.md §8); what is longer is answered with 431.
const HEADERS: usize = 16 * 1024;
/// 10 seconds for the headers (SECURITY.md §8), and for a connection that says nothing.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);
/// What is still being answered at the end has this long.
const FAREWELL: Duration = Duration::from_secs(10);

/// Why nothing listens.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Another program has the port.
    #[error("port {} is taken by another program: stop it, or choose another with --port", .0.port())]
    Taken(SocketAddr),
    /// The system does not let us.
    #[error("cannot listen on {address}: {source}")]
    Socket {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// No threads to serve with.
    #[error("cannot start the threads that serve: {0}")]
    Threads(io::Error),
}

/// A server that listens, on threads of its own.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    handle: Handle<SocketAddr>,
    serving: tokio::task::JoinHandle<io::Result<()>>,
    runtime: Runtime,
}

/// Listens at `address`; port 0 takes any.
///
/// # Errors
/// See [`ServeError`].
pub fn listen(
    address: SocketAddr,
    router: Router,
    identity: &Identity,
) -> Result<Listening, ServeError> {
    let socket = |source: io::Error| {
        if source.kind() == io::ErrorKind::AddrInUse {
            ServeError::Taken(address)
        } else {
            ServeError::Socket { address, source }
        }
    };
    let listener = TcpListener::bind(address).map_err(socket)?;
    listener.set_nonblocking(true).map_err(socket)?;
    let address = listener.local_addr().map_err(socket)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("http")
        .enable_all()
        .build()
        .map_err(ServeError::Threads)?;
    let handle = Handle::new();
    let config = RustlsConfig::from_config(identity.config.clone());
    let guard = runtime.enter();
    let mut server = axum_server::from_tcp_rustls(listener, config)
        .map_err(socket)?
        .http1_only()
        .handle(handle.clone());
    drop(guard);
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_buf_size(HEADERS);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = runtime.spawn(server.serve(service));

    Ok(Listening {
        address,
        handle,
        serving,
        runtime,
    })
}

impl Listening {
    /// Takes no new connection, finishes what is being answered, and ends.
    pub fn stop(self) {
        self.handle.graceful_shutdown(Some(FAREWELL));
        let ended = self.runtime.block_on(self.serving);
        if let Ok(Err(error)) = ended {
            tracing::error!(%error, "the socket ended with an error");
        }
        self.runtime.shutdown_timeout(FAREWELL);
    }
}
