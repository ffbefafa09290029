//! Bytes that nobody signed, at every reader.

use domain::cbor;
use domain::code::foreign::{self, Content};
use domain::code::native::PREFIX;
use domain::code::{SignedCredential, clean_text, decode};
use domain::cose::{Sign, Sign1};
use domain::document::{Assignment, Manifest, Root, Trust};
use domain::entry::Core;
use domain::hex;
use domain::ids::AuthorityId;
use domain::keyfile::{KeyFile, KeyRole};
use domain::status::Cell;
use domain::time::Timestamp;
use domain::trust::verify;
use domain::wire::{Answer, Batch, EnrolRequest, Enrolled, Hello, Hole};
use proptest::prelude::*;

use crate::authority::{self, AUTHORITY, NOW, key, public, secret, seed};
use crate::spoilt::{flipped, noise, spoilt};

/// One good example of everything that a reader reads.
fn examples() -> Vec<Vec<u8>> {
    let line = |file: &str, name: &str| {
        let digits = file
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        hex::decode(digits.unwrap()).unwrap()
    };
    vec![
        line(include_str!("../../vectors/root.txt"), "root"),
        line(include_str!("../../vectors/trust.txt"), "trust"),
        line(include_str!("../../vectors/assignment.txt"), "assignment"),
        line(include_str!("../../vectors/manifest.txt"), "manifest"),
        line(include_str!("../../vectors/answer.txt"), "answer"),
        line(include_str!("../../vectors/slip.txt"), "slip"),
        line(include_str!("../../vectors/core.txt"), "scan"),
        line(include_str!("../../vectors/batch.txt"), "batch"),
        line(include_str!("../../vectors/hello.txt"), "hello"),
        line(include_str!("../../vectors/hole.txt"), "hole"),
        line(include_str!("../../vectors/enrolment.txt"), "enrolment"),
    ]
}

/// Through every reader, and through what is done next with whatever it takes.
fn read_everywhere(bytes: &[u8]) {
    let _ = cbor::decode(bytes, cbor::MAX_ITEMS);
    read_cose(bytes);
    read_documents(bytes);
    read_messages(bytes);
    scan(bytes);
    scan(format!("{PREFIX}{}", base45::encode(bytes)).as_bytes());
    let text = String::from_utf8_lossy(bytes);
    let _ = KeyFile::read(&text, None);
    let _ = hex::decode(&text);
    let _ = clean_text(&text);
}

fn read_cose(bytes: &[u8]) {
    for typ in ["root", "trust", "assignment", "manifest", "answer"] {
        if let Ok(signed) = Sign1::read(typ, bytes) {
            let _ = signed.verify(&public(seed::REGISTRY));
        }
        if let Ok(signed) = Sign::read(typ, bytes) {
            let _ = signed.verified_by(&seed::ROOT.map(public));
            let _ = signed.unverified_payload();
        }
    }
}

fn read_documents(bytes: &[u8]) {
    let _ = Root::self_signed(bytes);
    let _ = Root::first(bytes, &domain::crypto::sha256(&[bytes]));
    let _ = Trust::verify(bytes, &authority::root());
    let registry = [public(seed::REGISTRY)];
    let _ = Assignment::verify(bytes, AUTHORITY, &registry, &public(seed::STATION));
    let _ = Manifest::verify(bytes, AuthorityId([0; 16]), &[public(seed::STATUS)]);
    let _ = Manifest::signer(bytes);
}

fn read_messages(bytes: &[u8]) {
    let _ = Answer::verify(bytes, &[public(seed::RECEIPT)]);
    if let Some((hello, signature)) = Hello::read(bytes) {
        let _ = hello.verify(&signature, &public(seed::STATION));
    }
    if let Some((hole, signature)) = Hole::read(bytes) {
        let _ = hole.verify(&signature, &public(seed::STATION));
    }
    if let Ok(Some(request)) = EnrolRequest::read(bytes) {
        let _ = request.verify();
        let _ = request.code();
    }
    let _ = Enrolled::read(bytes);
    if let Ok(batch) = Batch::read(bytes) {
        let _ = batch.check(&public(seed::STATION));
    }
    let _ = Core::decode(bytes);
}

fn scan(content: &[u8]) {
    let trust = authority::trust_with(authority::trust().issuers);
    match decode(content) {
        Ok(SignedCredential::Native(code)) => drop(verify(&trust, &code, NOW)),
        Ok(SignedCredential::Foreign(code)) => {
            let _ = Content::of(&code);
            drop(foreign::verify(trust.foreign_keys(), &code, NOW));
        }
        Err(_) => {}
    }
}

fn locked_key() -> String {
    let key = KeyFile::new(KeyRole::Root, true, secret(7));
    let hardness = domain::crypto::Hardness {
        memory_kib: 16,
        passes: 1,
    };
    let salt = domain::crypto::Fresh::new([1; 16]);
    let nonce = domain::crypto::Fresh::new([2; 12]);
    key.locked(b"word", hardness, salt, nonce).unwrap()
}

#[test]
fn every_example_is_read_by_its_reader() {
    for bytes in examples() {
        read_everywhere(&bytes);
        assert!(cbor::decode(&bytes, cbor::MAX_ITEMS).is_ok());
    }
}

proptest! {
    #[test]
    fn noise_makes_no_reader_panic(bytes in noise()) {
        read_everywhere(&bytes);
    }

    #[test]
    fn good_bytes_spoilt_make_no_reader_panic(
        bytes in prop::sample::select(examples()).prop_flat_map(spoilt),
    ) {
        read_everywhere(&bytes);
    }

    #[test]
    fn no_text_makes_the_scan_panic(text in "(MS1:|MSV1:|MSE1:|)[0-9A-Z $%*+./:-]{0,800}|\\PC{0,400}") {
        scan(text.as_bytes());
    }

    #[test]
    fn a_codes_text_spoilt_makes_no_scan_panic(
        text in spoilt(authority::slip_claims().sign(&key(seed::SLIP)).into_bytes()),
    ) {
        scan(&text);
    }

    #[test]
    fn no_text_makes_the_key_files_reader_panic(
        plain in spoilt(KeyFile::new(KeyRole::Sealing, true, secret(7)).in_clear().into_bytes()),
        locked in flipped(locked_key().into_bytes()),
        json in "(\\{|\\[|\"|[a-z_]{1,9}|[0-9]{1,9}|:|,|\\}|\\]){0,40}",
    ) {
        for text in [&plain, &locked, &json.into_bytes()] {
            let text = String::from_utf8_lossy(text);
            let _ = KeyFile::read(&text, Some(b"word"));
            let _ = KeyFile::is_locked(&text);
        }
    }

    #[test]
    fn no_byte_of_a_table_and_no_time_makes_the_status_panic(byte in any::<u8>(), as_of in any::<i64>()) {
        let _ = Cell(byte).standing(Timestamp(as_of));
    }

    #[test]
    fn no_two_times_make_the_calendar_panic(time in any::<i64>(), other in any::<i64>(), offset in any::<i32>()) {
        let (time, other) = (Timestamp(time), Timestamp(other));
        let _ = (time.plus(other.0), time.since(other), time.date(offset));
        let _ = (time.bucket(), time.utc_day(), time.week());
    }
}
