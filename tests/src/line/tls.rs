//! Certificates: the city's own, one of its key whose time is over, and a foreign one.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::fault::Fault;

/// What is shown to the station, and how the centre is known.
pub(super) struct Certificates {
    city: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    foreign: Arc<ServerConfig>,
    pub(super) centre: Arc<ClientConfig>,
}

impl Certificates {
    /// Those of the server in this data folder.
    pub(super) fn of(data: &Path) -> anyhow::Result<Self> {
        let folder = data.join("server/tls");
        let key = fs::read_to_string(folder.join("key.pem"))?;
        let chain: Vec<_> = CertificateDer::pem_file_iter(folder.join("cert.pem"))
            .and_then(Iterator::collect)
            .context("the server's certificate")?;
        let mut roots = RootCertStore::empty();
        for certificate in &chain {
            roots.add(certificate.clone())?;
        }

        Ok(Self {
            city: server(chain, &key)?,
            expired: made(&KeyPair::from_pem(&key)?, 2001)?,
            foreign: made(&KeyPair::generate()?, 2100)?,
            centre: Arc::new(
                ClientConfig::builder_with_provider(provider())
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots)
                    .with_no_client_auth(),
            ),
        })
    }

    /// What is shown where this fault is played.
    pub(super) fn shown(&self, fault: Option<Fault>) -> Arc<ServerConfig> {
        Arc::clone(match fault {
            Some(Fault::ExpiredCertificate) => &self.expired,
            Some(Fault::ForeignCertificate) => &self.foreign,
            Some(_) | None => &self.city,
        })
    }
}

/// The name of the centre at this address.
pub(super) fn name(address: SocketAddr) -> ServerName<'static> {
    ServerName::from(address.ip())
}

/// A certificate for this machine that holds until a year.
fn made(key: &KeyPair, until: i32) -> anyhow::Result<Arc<ServerConfig>> {
    let mut params = CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned))?;
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(key)?;

    server(vec![certificate.der().clone()], &key.serialize_pem())
}

fn server(chain: Vec<CertificateDer<'static>>, key: &str) -> anyhow::Result<Arc<ServerConfig>> {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes())?)?;

    Ok(Arc::new(config))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
