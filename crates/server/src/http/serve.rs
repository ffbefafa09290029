//! The socket: TLS, HTTP/1.1, and patience with limits.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use thiserror::Error;
use tokio::runtime::Runtime;

use super::guard::Guard;
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
    /// Where the operator's machines ask, if they may.
    pub operator: Option<SocketAddr>,
    serving: Vec<Serving>,
    runtime: Runtime,
}

/// One of its sockets.
struct Serving {
    handle: Handle<SocketAddr>,
    task: tokio::task::JoinHandle<io::Result<()>>,
}

/// Listens at `address`; port 0 takes any.
///
/// # Errors
/// See [`ServeError`].
pub fn listen(
    address: SocketAddr,
    router: Router,
    identity: &Identity,
    guard: Guard,
) -> Result<Listening, ServeError> {
    let (listener, address) = bind(address)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("http")
        .enable_all()
        .build()
        .map_err(ServeError::Threads)?;
    let handle = Handle::new();
    let config = RustlsConfig::from_config(identity.config.clone());
    let inside = runtime.enter();
    let server = axum_server::from_tcp_rustls(listener, config).map_err(failed(address))?;
    drop(inside);
    let mut server = server
        .map(|tls| tls.acceptor(guard))
        .http1_only()
        .handle(handle.clone());
    set_limits(&mut server);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let task = runtime.spawn(server.serve(service));

    Ok(Listening {
        address,
        operator: None,
        serving: vec![Serving { handle, task }],
        runtime,
    })
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listener = TcpListener::bind(address).map_err(failed(address))?;
    listener.set_nonblocking(true).map_err(failed(address))?;
    let address = listener.local_addr().map_err(failed(address))?;

    Ok((listener, address))
}

fn set_limits<A>(server: &mut Server<SocketAddr, A>) {
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_buf_size(HEADERS);
}

fn failed(address: SocketAddr) -> impl FnOnce(io::Error) -> ServeError {
    move |source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            ServeError::Taken(address)
        } else {
            ServeError::Socket { address, source }
        }
    }
}

impl Listening {
    /// Serves the operator's machines beside the stations, in plain HTTP.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub fn serve_operator(
        &mut self,
        address: SocketAddr,
        router: Router,
        guard: Guard,
    ) -> Result<(), ServeError> {
        let (listener, address) = bind(address)?;
        let handle = Handle::new();
        let inside = self.runtime.enter();
        let server = axum_server::from_tcp(listener).map_err(failed(address))?;
        drop(inside);
        let mut server = server.acceptor(guard).http1_only().handle(handle.clone());
        set_limits(&mut server);
        let task = self.runtime.spawn(server.serve(router.into_make_service()));
        self.operator = Some(address);
        self.serving.push(Serving { handle, task });

        Ok(())
    }

    /// Takes no new connection, finishes what is being answered, and ends.
    pub fn stop(self) {
        for serving in &self.serving {
            serving.handle.graceful_shutdown(Some(FAREWELL));
        }
        for serving in self.serving {
            if let Ok(Err(error)) = self.runtime.block_on(serving.task) {
                tracing::error!(%error, "the socket ended with an error");
            }
        }
        self.runtime.shutdown_timeout(FAREWELL);
    }
}
