//! The real thing on loopback: TLS with the pinned key, the ready file, the lock, a clean end.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use domain::crypto::sha256;
use domain::hex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};
use server::{Config, Ready, StartError, start};

use crate::authority;

#[test]
fn a_started_server_answers_over_tls_under_its_pin_and_leaves_no_ready_file_behind() {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let running = start(Config::new(place.path())).unwrap();
    let ready_file = place.path().join("server/ready.json");
    let ready: Ready = serde_json::from_slice(&fs::read(&ready_file).unwrap()).unwrap();
    assert_eq!(
        ready,
        Ready {
            url: format!("https://{}", running.address),
            spki: Some(hex::encode(running.spki)),
        }
    );
    let answer = ask(running.address, running.spki, "/healthz").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nok\n"), "{answer}");
    assert!(ask(running.address, [0; 32], "/healthz").is_err());
    let long = format!("/{}", "x".repeat(20_000));
    let answer = ask(running.address, running.spki, &long).unwrap();
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");

    let (address, spki) = (running.address, running.spki);
    running.stop();
    assert!(!ready_file.exists());
    assert!(TcpStream::connect(address).is_err());
    let again = start(Config::new(place.path())).unwrap();
    assert_eq!((again.address, again.spki), (address, spki));
}

#[test]
fn a_taken_port_a_second_server_and_a_missing_authority_say_what_to_do() {
    let place = tempfile::tempdir().unwrap();
    let told = |config: Config| start(config).err().unwrap().to_string();
    let error = told(Config::new(place.path()));
    assert!(error.contains("menshen keys --demo --out"), "{error}");
    let error = told(Config::new(place.path().join("nowhere")));
    assert!(error.contains("is not there"), "{error}");
    authority::write(place.path());
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = told(Config {
        port: other.local_addr().unwrap().port(),
        ..Config::new(place.path())
    });
    assert!(error.contains("choose another with --port"), "{error}");
    let running = start(Config::new(place.path())).unwrap();
    let second = start(Config::new(place.path()));
    assert!(matches!(second.err(), Some(StartError::Running(_))));
    running.stop();
}

#[test]
fn a_port_that_was_taken_once_is_returned_to_as_soon_as_it_is_free() {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let known = {
        let running = start(Config::new(place.path())).unwrap();
        assert_eq!(running.missed_port, None);
        let address = running.address;
        running.stop();
        address
    };
    let other = TcpListener::bind(known).unwrap();
    let elsewhere = start(Config::new(place.path())).unwrap();
    assert_ne!(elsewhere.address, known);
    assert_eq!(elsewhere.missed_port, Some(known.port()));
    elsewhere.stop();
    drop(other);

    let again = start(Config::new(place.path())).unwrap();
    assert_eq!((again.address, again.missed_port), (known, None));
    again.stop();
}

#[test]
fn a_start_that_fails_leaves_no_ready_file_of_a_server_that_was_killed() {
    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    start(Config::new(place.path())).unwrap().stop();
    let ready_file = place.path().join("server/ready.json");
    fs::write(&ready_file, r#"{"url":"https://127.0.0.1:1","spki":null}"#).unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let failed = start(Config {
        port: other.local_addr().unwrap().port(),
        ..Config::new(place.path())
    });
    assert!(matches!(failed.err(), Some(StartError::Serve(_))));
    assert!(!ready_file.exists());
}

#[test]
fn a_key_of_the_wrong_role_or_that_no_station_would_believe_stops_the_start() {
    use domain::keyfile::KeyRole;

    let place = tempfile::tempdir().unwrap();
    authority::write(place.path());
    let told = || start(Config::new(place.path())).err().unwrap().to_string();
    let receipt = place.path().join("authority/receipt.key");
    authority::write_key(&receipt, KeyRole::Issuer, authority::RECEIPT);
    assert!(told().contains("holds a key with the role issuer, where the receipt key belongs"));
    authority::write_key(&receipt, KeyRole::Receipt, 77);
    assert!(told().contains("the receipt key is not in force"));
    fs::write(&receipt, "{}").unwrap();
    assert!(told().contains("receipt.key: this is no key file"));
}

/// A connection to a server that shows a key with this pin.
pub(crate) fn connect(
    address: SocketAddr,
    pin: [u8; 32],
) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { pin, provider }))
        .with_no_client_auth();
    let name = ServerName::from(address.ip());
    let connection =
        ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;

    Ok(StreamOwned::new(connection, TcpStream::connect(address)?))
}

/// What a server that shows a key with this pin answers.
pub(crate) fn ask(address: SocketAddr, pin: [u8; 32], path: &str) -> std::io::Result<String> {
    let mut stream = connect(address, pin)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: centre\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => Err(error),
        Ok(_) | Err(_) => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

#[derive(Debug)]
struct Pinned {
    pin: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let spki = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        if sha256(&[&spki]) == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General("another key".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
