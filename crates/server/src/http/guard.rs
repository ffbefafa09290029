//! How many connections there are at once, in all and from one address. A connection is counted from the
//! moment it is accepted, before any handshake, until it is closed.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::attempts::owner;
use crate::metrics::Metrics;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// In all.
    pub all: usize,
    /// From one address, or one IPv6 network of 64 bits; loopback may have all, since a proxy of the house has
    /// limits of its own.
    pub each: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            all: 2_048,
            each: 128,
        }
    }
}

/// Lets connections in as long as there is room.
#[derive(Clone)]
pub struct Guard {
    limits: Connections,
    open: Arc<Open>,
}

struct Open {
    by_owner: Mutex<BTreeMap<IpAddr, usize>>,
    metrics: Arc<Metrics>,
}

/// A place that is given back when the connection is closed.
pub(super) struct Pass {
    owner: IpAddr,
    open: Arc<Open>,
}

/// A connection that holds its place.
pub struct Guarded {
    stream: TcpStream,
    _pass: Pass,
}

impl Guard {
    /// Nobody is in yet.
    #[must_use]
    pub fn new(limits: Connections, metrics: Arc<Metrics>) -> Self {
        Self {
            limits,
            open: Arc::new(Open {
                by_owner: Mutex::default(),
                metrics,
            }),
        }
    }

    /// A place for a connection from this address; none if there is no room.
    fn admit(&self, address: IpAddr) -> Option<Pass> {
        let owner = owner(address);
        let mut by_owner = self
            .open
            .by_owner
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let all: usize = by_owner.values().sum();
        let here = by_owner.get(&owner).copied().unwrap_or(0);
        if all >= self.limits.all || here >= self.limits.each && !owner.is_loopback() {
            self.open.metrics.connection_refused();
            return None;
        }
        by_owner.insert(owner, here + 1);
        self.open.metrics.set_connections(all + 1);

        Some(Pass {
            owner,
            open: Arc::clone(&self.open),
        })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut by_owner = self
            .open
            .by_owner
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_owner.get_mut(&self.owner) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                by_owner.remove(&self.owner);
            }
        }
        let all = by_owner.values().sum();
        self.open.metrics.set_connections(all);
    }
}

impl<S> Accept<TcpStream, S> for Guard {
    type Stream = Guarded;
    type Service = S;
    type Future = Ready<io::Result<(Guarded, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(stream.peer_addr().and_then(|peer| {
            let pass = self
                .admit(peer.ip())
                .ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused))?;

            Ok((
                Guarded {
                    stream,
                    _pass: pass,
                },
                service,
            ))
        }))
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn guard() -> Guard {
        let limits = Connections { all: 5, each: 2 };

        Guard::new(limits, Arc::default())
    }

    fn v4(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn an_address_has_its_own_places_and_gets_one_back_when_a_connection_closes() {
        let guard = guard();
        let first = guard.admit(v4(1)).unwrap();
        let _second = guard.admit(v4(1)).unwrap();
        assert!(guard.admit(v4(1)).is_none());
        let _other = guard.admit(v4(2)).unwrap();
        drop(first);
        assert!(guard.admit(v4(1)).is_some());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let guard = guard();
        let v6 = |last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        let _held = (guard.admit(v6(1)).unwrap(), guard.admit(v6(2)).unwrap());
        assert!(guard.admit(v6(3)).is_none());
    }

    #[test]
    fn beyond_all_places_nobody_is_let_in_and_loopback_may_have_them_all() {
        let guard = guard();
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let held: Vec<Pass> = (0..5).map(|_| guard.admit(here).unwrap()).collect();
        assert!(guard.admit(here).is_none() && guard.admit(v4(1)).is_none());
        assert_eq!(guard.open.metrics.connections(), 5);
        drop(held);
        assert_eq!(guard.open.metrics.connections(), 0);
        assert!(guard.open.by_owner.lock().unwrap().is_empty());
    }
}
