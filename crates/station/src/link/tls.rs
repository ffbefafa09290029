//! TLS by rustls on ring. With a pin exactly that public key is the centre, whatever its certificate says
//! of names and dates; without one a CA of the system decides, at no earlier time than the floor.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::crypto::{equal, sha256};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tracing::warn;

use super::LinkError;
use crate::clock::Clock;

/// The configuration for these pins.
pub(super) fn config(
    pins: &[[u8; 32]],
    clock: Clock,
    floor: Arc<AtomicI64>,
) -> Result<ClientConfig, LinkError> {
    let provider = Arc::new(default_provider());
    let builder = ClientConfig::builder_with_details(
        Arc::clone(&provider),
        Arc::new(FlooredTime { clock, floor }),
    )
    .with_safe_default_protocol_versions()
    .map_err(|error| LinkError::Tls(error.to_string()))?;
    let config = if pins.is_empty() {
        builder.with_root_certificates(system_roots()?)
    } else {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Pinned {
                pins: pins.to_vec(),
                provider,
            }))
    };

    Ok(config.with_no_client_auth())
}

fn system_roots() -> Result<RootCertStore, LinkError> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        warn!(%error, "a system certificate could not be read");
    }
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(LinkError::Tls("no CA certificate was found".to_owned()));
    }

    Ok(roots)
}

/// max(wall, floor) (SECURITY.md §5).
#[derive(Debug)]
struct FlooredTime {
    clock: Clock,
    floor: Arc<AtomicI64>,
}

impl TimeProvider for FlooredTime {
    fn current_time(&self) -> Option<UnixTime> {
        let wall = self.clock.now().wall.0;
        let at = wall.max(self.floor.load(Ordering::Relaxed));

        Some(UnixTime::since_unix_epoch(Duration::from_secs(
            u64::try_from(at).ok()?,
        )))
    }
}

/// Takes exactly the pinned public keys.
#[derive(Debug)]
struct Pinned {
    pins: Vec<[u8; 32]>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let spki = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let shown = sha256(&[spki.as_ref()]);
        if self.pins.iter().any(|pin| equal(pin, &shown)) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;

        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;

        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
