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
    config_with(pins, system_roots, clock, floor)
}

/// `roots`: who vouches where there is no pin.
fn config_with(
    pins: &[[u8; 32]],
    roots: impl FnOnce() -> Result<RootCertStore, LinkError>,
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
        builder.with_root_certificates(roots()?)
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

#[cfg(test)]
mod tests {
    use domain::time::{DAY, Timestamp};
    use rcgen::{Certificate, CertificateParams, KeyPair, date_time_ymd};
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::{ClientConnection, ServerConfig, ServerConnection};

    use super::*;

    const NAME: &str = "centre.example";

    /// A key, and its certificate for the years from the first to the second.
    fn certificate(from: i32, until: i32) -> (KeyPair, Certificate) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([NAME.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let certificate = params.self_signed(&key).unwrap();

        (key, certificate)
    }

    /// What a station that knows this certificate, by no pin, makes of the centre that shows it.
    #[expect(
        clippy::unwrap_in_result,
        reason = "the result is what is tested; setting up may panic"
    )]
    fn judged((key, certificate): &(KeyPair, Certificate), floor: Timestamp) -> Result<(), Error> {
        let roots = || {
            let mut roots = RootCertStore::empty();
            roots.add(certificate.der().clone()).unwrap();
            Ok(roots)
        };
        let floor = Arc::new(AtomicI64::new(floor.0));
        let client = config_with(&[], roots, Clock::new(0), floor).unwrap();
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret)
            .unwrap();
        let name = ServerName::try_from(NAME).unwrap();

        shake_hands(
            &mut ClientConnection::new(Arc::new(client), name).unwrap(),
            &mut ServerConnection::new(Arc::new(server)).unwrap(),
        )
    }

    #[expect(
        clippy::unwrap_in_result,
        reason = "the result is what is tested; setting up may panic"
    )]
    fn shake_hands(
        client: &mut ClientConnection,
        server: &mut ServerConnection,
    ) -> Result<(), Error> {
        while client.is_handshaking() {
            let mut bytes = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut bytes).unwrap();
            }
            server.read_tls(&mut bytes.as_slice()).unwrap();
            server.process_new_packets()?;
            let mut bytes = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut bytes).unwrap();
            }
            client.read_tls(&mut bytes.as_slice()).unwrap();
            client.process_new_packets()?;
        }

        Ok(())
    }

    fn is_out_of_time(judged: &Result<(), Error>) -> bool {
        matches!(
            judged,
            Err(Error::InvalidCertificate(
                CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. }
            ))
        )
    }

    #[test]
    fn without_a_pin_a_certificate_counts_in_its_own_time_alone() {
        let no_floor = Timestamp(0);
        assert_eq!(judged(&certificate(2000, 2100), no_floor), Ok(()));
        for (from, until) in [(2000, 2001), (2099, 2100)] {
            let judged = judged(&certificate(from, until), no_floor);
            assert!(is_out_of_time(&judged), "{judged:?}");
        }
    }

    #[test]
    fn a_clock_below_the_floor_makes_no_certificate_valid_again() {
        let floor = Clock::new(0).now().wall.plus(100 * 366 * DAY);
        let judged = judged(&certificate(2000, 2100), floor);
        assert!(is_out_of_time(&judged), "{judged:?}");
    }
}
