//! TLS by rustls on ring: a certificate of our own, known to stations by its pin, or one of a CA.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::crypto::sha256;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ParsedCertificate;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::folder::{Folder, write_private};

/// What the server shows of itself.
#[derive(Debug)]
pub struct Identity {
    /// For the socket.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the certificate's public key (SPKI): the pin.
    pub spki: [u8; 32],
    /// A certificate of our own, which only the pin makes known; else a CA vouches for it.
    pub own: bool,
}

/// A certificate chain and its key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, our certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file does not come from or reach the disk.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A certificate of our own cannot be made.
    #[error("the certificate cannot be made: {0}")]
    Make(#[from] rcgen::Error),
    /// A file is no PEM of what it should be.
    #[error("{} holds no {what} in PEM: {detail}", .path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What belongs there.
        what: &'static str,
        /// What was found instead.
        detail: String,
    },
    /// Certificate and key do not go together, or rustls cannot use them.
    #[error("the certificate and its key cannot be used together: {0}")]
    Unfit(#[from] rustls::Error),
}

impl Identity {
    /// The server's own certificate, made on the first start and kept.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn own(folder: &Folder) -> Result<Self, TlsError> {
        let files = TlsFiles {
            certificate: folder.tls().join("cert.pem"),
            key: folder.tls().join("key.pem"),
        };
        // The certificate is written last: where it is, its key is.
        if !files.certificate.exists() {
            make(&files)?;
        }
        let identity = Self::of_files(&files)?;

        Ok(Self {
            own: true,
            ..identity
        })
    }

    /// A certificate that a CA gave.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn of_files(files: &TlsFiles) -> Result<Self, TlsError> {
        let chain = certificates(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|error| pem(&files.key, "private key", &error))?;
        let first = chain
            .first()
            .ok_or_else(|| missing(&files.certificate, "certificate"))?;
        let spki = sha256(&[&ParsedCertificate::try_from(first)?.subject_public_key_info()]);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];

        Ok(Self {
            config: Arc::new(config),
            spki,
            own: false,
        })
    }
}

fn make(files: &TlsFiles) -> Result<(), TlsError> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let key = rcgen::KeyPair::generate()?;
    let certificate = rcgen::CertificateParams::new(names)?.self_signed(&key)?;
    let key = Zeroizing::new(key.serialize_pem());
    write(&files.key, key.as_bytes())?;

    write(&files.certificate, certificate.pem().as_bytes())
}

fn write(path: &Path, content: &[u8]) -> Result<(), TlsError> {
    write_private(path, content).map_err(|source| TlsError::File {
        path: path.to_owned(),
        source,
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| pem(path, "certificate", &error))
}

fn pem(path: &Path, what: &'static str, error: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::Pem {
        path: path.to_owned(),
        what,
        detail: error.to_string(),
    }
}

fn missing(path: &Path, what: &'static str) -> TlsError {
    TlsError::Pem {
        path: path.to_owned(),
        what,
        detail: "the file has none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        folder.create().unwrap();
        (place, folder)
    }

    #[test]
    fn the_own_certificate_is_made_once_and_its_pin_stays() {
        let (_place, folder) = folder();
        let first = Identity::own(&folder).unwrap();
        let second = Identity::own(&folder).unwrap();
        assert!(first.own && second.own);
        assert_eq!(first.spki, second.spki);
    }

    #[test]
    fn the_pin_is_the_hash_of_the_whole_public_key_structure() {
        use rcgen::PublicKeyData;

        let (_place, folder) = folder();
        let pin = Identity::own(&folder).unwrap().spki;
        let pem = std::fs::read_to_string(folder.tls().join("key.pem")).unwrap();
        let key = rcgen::KeyPair::from_pem(&pem).unwrap();
        assert_eq!(pin, sha256(&[&key.subject_public_key_info()]));
    }

    #[test]
    fn a_key_that_belongs_to_another_certificate_is_refused() {
        let (_place, folder) = folder();
        let (_other_place, other) = self::folder();
        Identity::own(&folder).unwrap();
        Identity::own(&other).unwrap();
        let mixed = TlsFiles {
            certificate: folder.tls().join("cert.pem"),
            key: other.tls().join("key.pem"),
        };
        assert!(matches!(
            Identity::of_files(&mixed),
            Err(TlsError::Unfit(_))
        ));
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let (_place, folder) = folder();
        Identity::own(&folder).unwrap();
        let key = folder.tls().join("key.pem");
        let files = TlsFiles {
            certificate: key.clone(),
            key,
        };
        let error = Identity::of_files(&files).unwrap_err().to_string();
        assert!(error.contains("key.pem holds no certificate"), "{error}");
    }
}
