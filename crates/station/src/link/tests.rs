use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use domain::crypto::sha256;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// A centre that gives one answer to each connection, and the pin of its key.
struct House {
    url: String,
    pin: [u8; 32],
    asked: Receiver<String>,
}

fn house(answers: Vec<Vec<u8>>) -> House {
    let key = rcgen::KeyPair::generate().unwrap();
    let pin = sha256(&[&rcgen::PublicKeyData::subject_public_key_info(&key)]);
    let certificate = rcgen::CertificateParams::new(vec!["centre.example".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let (tell, asked) = mpsc::channel();
    thread::spawn(move || {
        for answer in answers {
            let (socket, _) = listener.accept().unwrap();
            let connection = ServerConnection::new(Arc::new(config.clone())).unwrap();
            let mut stream = StreamOwned::new(connection, socket);
            let mut head = [0; 4096];
            let Ok(length) = stream.read(&mut head) else {
                continue;
            };
            let _ = tell.send(String::from_utf8_lossy(&head[..length]).into_owned());
            let _ = stream.write_all(&answer);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    House { url, pin, asked }
}

#[expect(
    clippy::unwrap_in_result,
    reason = "the result is what is tested; setting up may panic"
)]
fn ask(url: &str, pins: Vec<[u8; 32]>, request: Request) -> Outcome {
    let centre = Centre {
        url: url.to_owned(),
        pins,
    };
    let link = Link::start(centre, Clock::new(0)).unwrap();
    let (tell, told) = mpsc::channel();
    link.ask(request, move |outcome| tell.send(outcome).unwrap())
        .unwrap();
    told.recv_timeout(PATIENCE).unwrap()
}

fn http(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
            .into_bytes();
    answer.extend_from_slice(body);
    answer
}

#[test]
fn a_centre_with_the_pinned_key_is_believed_whatever_its_certificate_says() {
    let house = house(vec![http("200 OK", b"answer")]);
    let outcome = ask(&house.url, vec![house.pin], Request::Batch(vec![1, 2, 3]));
    assert_eq!(
        outcome,
        Ok(Response {
            status: 200,
            body: b"answer".to_vec()
        })
    );
    let asked = house.asked.recv_timeout(PATIENCE).unwrap();
    assert!(asked.starts_with("POST /v1/batches HTTP/1.1"), "{asked}");
}

#[test]
fn another_key_or_a_certificate_that_no_ca_knows_is_not_believed() {
    for pins in [vec![[7; 32]], vec![]] {
        let house = house(vec![http("200 OK", b"answer")]);
        let outcome = ask(&house.url, pins, Request::Manifest);
        assert_eq!(outcome, Err(NoAnswer::Untrusted));
        assert!(house.asked.try_recv().is_err());
    }
}

#[test]
fn a_refusal_keeps_its_status_and_how_long_to_wait() {
    let house = house(vec![http("503 Busy\r\nretry-after: 7", b"")]);
    let outcome = ask(&house.url, vec![house.pin], Request::Head(vec![1]));
    let refused = NoAnswer::Refused {
        status: 503,
        retry_after: Some(7),
    };
    assert_eq!(outcome, Err(refused));
}

#[test]
fn a_redirect_is_not_followed() {
    let house = house(vec![http(
        "302 Found\r\nlocation: https://elsewhere.example/",
        b"",
    )]);
    let outcome = ask(&house.url, vec![house.pin], Request::Manifest);
    let refused = NoAnswer::Refused {
        status: 302,
        retry_after: None,
    };
    assert_eq!(outcome, Err(refused));
}

#[test]
fn an_answer_that_is_too_large_or_cut_off_is_none() {
    let house = house(vec![
        http("200 OK", &vec![0; 64 * 1024 + 1]),
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_vec(),
    ]);
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        outcomes.push(ask(&house.url, vec![house.pin], Request::Batch(vec![1])));
    }
    assert_eq!(
        outcomes,
        [Err(NoAnswer::TooLarge), Err(NoAnswer::Unreachable)]
    );
}

#[test]
fn without_a_centre_there_is_no_answer_and_a_plain_address_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let outcome = ask(&nobody, vec![[1; 32]], Request::Trust);
    assert_eq!(outcome, Err(NoAnswer::Unreachable));
    let plain = Centre {
        url: "http://127.0.0.1".to_owned(),
        pins: vec![],
    };
    assert!(matches!(
        Link::start(plain, Clock::new(0)),
        Err(LinkError::Address)
    ));
}

#[test]
fn a_link_that_ends_answers_what_is_under_way() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let centre = Centre {
        url: format!("https://{}", listener.local_addr().unwrap()),
        pins: vec![[1; 32]],
    };
    let link = Link::start(centre, Clock::new(0)).unwrap();
    let (tell, told) = mpsc::channel();
    link.ask(Request::Trust, move |outcome| tell.send(outcome).unwrap())
        .unwrap();
    let (_silent, _) = listener.accept().unwrap();
    drop(link);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Err(NoAnswer::Closed));
}
