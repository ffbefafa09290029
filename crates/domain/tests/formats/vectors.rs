//! Fixed vectors, one file a row of SECURITY.md §2. Each is made again from the authority's fixed keys, and
//! each stays readable for ever: a release that makes or reads other bytes is another format.
//!
//! Packed bytes are read, never compared: another zstd may pack otherwise.

use domain::cbor::{self, Value};
use domain::crypto::{Aead256, Fresh, derive_key, label, sha256};
use domain::document::{
    Assignment, Manifest, PreviousEpoch, Root, Shard, StatusFile, Trust, TrustBody,
};
use domain::entry::{
    ChainHash, Core, Ledger, SealedEntry, Sum, anchor_mac, detail_aad, genesis, head_code,
    ledger_aad, local_aad, local_mac_key, open_sealed, row_message, seen_element, seen_mac, token,
    value_aad,
};
use domain::recent::{Seen, Tag};
use domain::status::{Cell, Sample, Snapshot, Standing};
use domain::time::Timestamp;
use domain::wire::{Answer, Batch, EnrolRequest, EntryCheck, Hello, Hole};
use domain::{hex, ids::StationId, screen::Colour};

use crate::authority::{
    self, AUTHORITY, HANDLE, NONCE, NOW, URI, VENUE, key, opening, public, sealer, secret, seed,
    station_id,
};
use crate::spec;

/// `name = hexadecimal digits` lines of a vector file; `#` begins a remark.
pub(crate) fn vector(file: &str, name: &str) -> Vec<u8> {
    let line = file
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
        .unwrap_or_else(|| panic!("the vector file has a line {name}"));

    hex::decode(line).expect("a vector is hexadecimal")
}

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../vectors/", $name, ".txt"))
    };
}

pub(crate) const ROOT: &str = file!("root");
pub(crate) const TRUST: &str = file!("trust");
pub(crate) const ASSIGNMENT: &str = file!("assignment");
pub(crate) const MANIFEST: &str = file!("manifest");
pub(crate) const STATUS_FILE: &str = file!("status-file");
pub(crate) const ANSWER: &str = file!("answer");
pub(crate) const CODE: &str = file!("code");
pub(crate) const SLIP: &str = file!("slip");
pub(crate) const CORE: &str = file!("core");
pub(crate) const SEALED: &str = file!("sealed");
pub(crate) const CHAIN: &str = file!("chain");
pub(crate) const ROW: &str = file!("row");
pub(crate) const BATCH: &str = file!("batch");
pub(crate) const HELLO: &str = file!("hello");
pub(crate) const HOLE: &str = file!("hole");
pub(crate) const EXPORT: &str = file!("export");
pub(crate) const ENROLMENT: &str = file!("enrolment");
pub(crate) const IDENTIFIERS: &str = file!("identifiers");
pub(crate) const LOCAL_ROW: &str = file!("local-row");
pub(crate) const LOCAL_LEDGER: &str = file!("local-ledger");

/// The two entries of the batch, in order.
pub(crate) fn entries() -> [SealedEntry; 2] {
    let seal = |entry, seq, ephemeral| {
        sealer().seal(
            &entry,
            authority::place(seq),
            authority::WITNESS,
            Fresh::new([ephemeral; 32]),
        )
    };

    [
        seal(authority::scan(), 1, 0xf2),
        seal(authority::undo(), 2, 0xf3),
    ]
}

fn shard() -> Shard {
    let table = vector(STATUS_FILE, "table");
    let file = vector(STATUS_FILE, "file");
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap();
    Shard {
        first: 24_999_990,
        count: length(&table),
        version: 3,
        sha256: sha256(&[&table]),
        full: StatusFile {
            base: None,
            sha256: sha256(&[&file]),
            salt: sha256(&[&vector(STATUS_FILE, "packed")]),
            length: length(&file),
            raw_length: length(&table),
        },
        deltas: Vec::new(),
    }
}

#[test]
fn the_root_is_made_of_these_bytes_and_read_back() {
    let bytes = vector(ROOT, "root");
    let signers = [&key(seed::ROOT[0]), &key(seed::ROOT[2])];
    assert_eq!(authority::root().sign(&signers), bytes);
    assert_eq!(
        Root::first(&bytes, &sha256(&[&bytes])),
        Ok(authority::root())
    );
}

#[test]
fn the_trust_document_is_made_of_these_bytes_and_read_back() {
    let bytes = vector(TRUST, "trust");
    let signers = [&key(seed::ROOT[0]), &key(seed::ROOT[1])];
    assert_eq!(authority::trust().sign(&signers), bytes);
    let read: Result<TrustBody, _> =
        Trust::verify(&bytes, &authority::root()).map(|trust| trust.body);
    assert_eq!(read, Ok(authority::trust()));
}

#[test]
fn the_assignment_is_made_of_these_bytes_and_read_back_with_its_secret() {
    let bytes = vector(ASSIGNMENT, "assignment");
    assert_eq!(authority::assignment().sign(&key(seed::REGISTRY)), bytes);
    let read = Assignment::verify(
        &bytes,
        AUTHORITY,
        &[public(seed::REGISTRY)],
        &public(seed::STATION),
    );
    assert_eq!(read, Ok(authority::assignment()));
    let secrets: Vec<(u64, [u8; 32])> = authority::assignment()
        .open_secrets(&opening(seed::STATION_OPENING))
        .into_iter()
        .map(|(week, secret)| (week, *secret.expose()))
        .collect();
    assert_eq!(secrets, [(NOW.week(), [seed::STATUS_SECRET; 32])]);
}

#[test]
fn the_manifest_is_made_of_these_bytes_and_read_back() {
    let bytes = vector(MANIFEST, "manifest");
    let manifest = authority::manifest(vec![shard()]);
    assert_eq!(manifest.sign(&key(seed::STATUS)), bytes);
    assert_eq!(
        Manifest::verify(&bytes, AUTHORITY, &[public(seed::STATUS)]),
        Ok(manifest)
    );
}

#[test]
fn the_status_file_is_encrypted_to_these_bytes_and_gives_its_table() {
    let packed = vector(STATUS_FILE, "packed");
    let file = vector(STATUS_FILE, "file");
    let info = spec::list(vec![
        Value::text(URI),
        Value::from(0_u8),
        Value::from(3_u8),
        Value::from(0_u8),
    ]);
    let key = derive_key(
        &sha256(&[&packed]),
        &[seed::STATUS_SECRET; 32],
        &[&label("status"), &info],
    );
    assert_eq!(
        Aead256::new(&domain::crypto::Secret::new(key)).seal_once(&packed),
        file
    );

    let snapshot = Snapshot::open(
        authority::manifest(vec![shard()]),
        |hash| (*hash == sha256(&[&file])).then(|| file.clone()),
        Some(&secret(seed::STATUS_SECRET)),
    )
    .unwrap();
    let table = vector(STATUS_FILE, "table");
    let standings: Vec<Option<Standing>> = (24_999_990..25_000_002)
        .map(|index| snapshot.standing(URI, index))
        .collect();
    let expected: Vec<Option<Standing>> = table
        .iter()
        .map(|byte| Some(Cell(*byte).standing(NOW)))
        .collect();
    assert_eq!(standings, expected);
    assert_eq!(
        snapshot.standing(URI, authority::claims().status_index),
        Some(Standing::Coloured {
            colour: Colour::Green,
            sample: Sample::Negative(NOW),
        })
    );
}

#[test]
fn the_answer_is_made_of_these_bytes_and_read_back() {
    let bytes = vector(ANSWER, "answer");
    assert_eq!(authority::answer().sign(&key(seed::RECEIPT)), bytes);
    assert_eq!(
        Answer::verify(&bytes, &[public(seed::RECEIPT)]),
        Some((authority::answer(), authority::kid(seed::RECEIPT)))
    );
}

#[test]
fn the_slip_is_made_of_these_bytes_and_read_back() {
    let bytes = vector(SLIP, "slip");
    let text = format!("MS1:{}", base45::encode(&bytes));
    assert_eq!(authority::slip_claims().sign(&key(seed::SLIP)), text);
    let read = domain::code::decode(text.as_bytes()).and_then(|signed| {
        domain::trust::verify(
            &authority::trust_with(authority::trust().issuers),
            signed.native().unwrap(),
            NOW,
        )
    });
    assert_eq!(
        read.map(|verified| verified.claims().clone()),
        Ok(authority::slip_claims())
    );
}

/// The paper code's own vector is older than this authority: `code.txt` holds its text.
#[test]
fn the_paper_code_still_reads() {
    let signed = domain::code::decode(CODE.trim_end_matches('\n').as_bytes()).unwrap();
    let code = signed.native().unwrap();
    let claims = code.verify(&public(seed::ISSUER)).unwrap();
    assert_eq!(claims.name, "王*");
    assert_eq!(claims.status_index, 24_999_999);
}

#[test]
fn cores_are_made_of_these_bytes_and_read_back() {
    let [scan, undo] = entries();
    for (entry, name) in [(scan, "scan"), (undo, "undo")] {
        let bytes = vector(CORE, name);
        assert_eq!(entry.core, bytes, "{name}");
        let core = Core::decode(&bytes).unwrap();
        assert_eq!(core.encode(), bytes, "{name}");
        assert!(entry.matches(&core), "{name}");
    }
    assert_eq!(entries()[1].detail, Some(vector(CORE, "undo detail")));
}

#[test]
fn a_sealed_text_is_made_of_these_bytes_and_opens_to_its_list() {
    let [scan, _] = entries();
    let sealed = vector(SEALED, "sealed");
    assert_eq!(scan.sealed.as_ref(), Some(&sealed));
    let core = Core::decode(&scan.core).unwrap();
    let list = open_sealed(&scan, &core, AUTHORITY, &opening(seed::SEALING)).unwrap();
    let text = vector(SEALED, "text");
    assert_eq!(spec::list(list), text);

    // The same once more by the words of SECURITY.md §2.
    let kid = opening(seed::SEALING).public().kid();
    let token = scan.token.unwrap();
    let info = spec::labelled("seal", &[&AUTHORITY.0, &kid.0]);
    let aad = spec::labelled("entry-aad", &[&token, &core.sealing_place()]);
    let padded = opening(seed::SEALING).open(&sealed, &info, &aad).unwrap();
    let mut expected = text;
    expected.push(0x80);
    expected.resize(160, 0);
    assert_eq!(padded, expected);
    assert_eq!(
        core.body_hash,
        sha256(&[&spec::labelled("body", &[&token, &sealed])])
    );
}

#[test]
fn the_chain_gives_these_hashes() {
    let assignment = vector(ASSIGNMENT, "assignment");
    let h0 = genesis(station_id(), 1, &assignment, PreviousEpoch::NONE);
    let [scan, undo] = entries();
    let h1 = h0.next(&scan.core);
    let h2 = h1.next(&undo.core);
    for (hash, name) in [(h0, "h_0"), (h1, "h_1"), (h2, "h_2")] {
        assert_eq!(hash.0.to_vec(), vector(CHAIN, name), "{name}");
    }
    let fields = spec::list(vec![
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::bytes(sha256(&[&assignment])),
        Value::from(0_u8),
        Value::bytes([0; 32]),
    ]);
    assert_eq!(h0.0, sha256(&[&spec::labelled("genesis", &[&fields])]));
    assert_eq!(
        h1.0,
        sha256(&[&spec::labelled("entry", &[&h0.0, &scan.core])])
    );
}

#[test]
fn a_row_is_signed_over_these_bytes() {
    let hash = ChainHash(vector(CHAIN, "h_1").try_into().unwrap());
    let message = row_message(station_id(), 1, 1, hash);
    assert_eq!(message, vector(ROW, "message"));
    assert_eq!(
        message,
        spec::labelled(
            "row",
            &[
                &station_id().0,
                &[0, 0, 0, 1],
                &[0, 0, 0, 0, 0, 0, 0, 1],
                &hash.0
            ]
        )
    );
    let signature = vector(ROW, "signature");
    assert_eq!(key(seed::STATION).sign(&message).to_vec(), signature);
    assert_eq!(public(seed::STATION).verify(&message, &signature), Ok(()));
}

/// The batch of [`entries`] around the packed body of the vector.
pub(crate) fn batch_around(body: &[u8]) -> Vec<u8> {
    let header = spec::list(vec![
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::from(1_u8),
        Value::from(2_u8),
        Value::bytes(vector(CHAIN, "h_0")),
        Value::bytes(vector(CHAIN, "h_2")),
        Value::bytes(sha256(&[body])),
        Value::bytes(NONCE),
    ]);
    let signature = key(seed::STATION).sign(&spec::labelled("batch", &[&header]));

    spec::list(vec![
        Value::bytes(&header),
        Value::bytes(signature),
        Value::bytes(body),
    ])
}

pub(crate) fn body_of(entries: &[SealedEntry]) -> Vec<u8> {
    let optional = |bytes: Option<&[u8]>| bytes.map_or(Value::Null, Value::bytes);
    let values = entries.iter().map(|entry| {
        Value::Array(vec![
            Value::bytes(&entry.core),
            optional(entry.token.as_ref().map(|token| &token[..])),
            optional(entry.sealed.as_deref()),
            optional(entry.detail.as_deref()),
        ])
    });

    spec::list(values.collect())
}

#[test]
fn the_batch_is_signed_over_these_bytes_and_its_entries_are_read_back() {
    let body = vector(BATCH, "body");
    let bytes = vector(BATCH, "batch");
    assert_eq!(body_of(&entries()), vector(BATCH, "entries"));
    assert_eq!(
        zstd::decode_all(&body[..]).unwrap(),
        vector(BATCH, "entries")
    );
    assert_eq!(batch_around(&body), bytes);

    let checked = Batch::read(&bytes)
        .and_then(|batch| batch.check(&public(seed::STATION)))
        .unwrap();
    assert_eq!(checked.header.nonce, NONCE);
    let read: Vec<SealedEntry> = checked
        .entries
        .iter()
        .map(|checked| checked.entry.clone())
        .collect();
    assert_eq!(read, entries());
    assert!(
        checked
            .entries
            .iter()
            .all(|entry| matches!(entry.check, EntryCheck::Good(_)))
    );
}

#[test]
fn the_hole_is_made_of_these_bytes_and_read_back() {
    let unproven = Hole {
        receipt: None,
        ..authority::hole()
    };
    for (name, hole, receipt) in [
        ("hole", authority::hole(), Value::bytes(b"ab")),
        ("unproven", unproven, Value::Null),
    ] {
        let bytes = vector(HOLE, name);
        assert_eq!(
            hex::encode(hole.sign(&key(seed::STATION))),
            hex::encode(&bytes)
        );
        let (read, signature) = Hole::read(&bytes).unwrap();
        assert_eq!(read, hole);
        let fields = spec::list(vec![
            Value::bytes(station_id().0),
            Value::from(1_u8),
            Value::from(2_u8),
            Value::bytes([0x71; 32]),
            receipt,
            Value::bytes(NONCE),
        ]);
        assert_eq!(
            public(seed::STATION).verify(&spec::labelled("hole", &[&fields]), &signature),
            Ok(())
        );
    }
}

#[test]
fn the_hello_is_made_of_these_bytes_and_read_back() {
    let bytes = vector(HELLO, "hello");
    assert_eq!(authority::hello().sign(&key(seed::STATION)), bytes);
    let (hello, signature) = Hello::read(&bytes).unwrap();
    assert_eq!(hello, authority::hello());
    assert_eq!(hello.verify(&signature, &public(seed::STATION)), Ok(()));
    let fields = spec::list(vec![
        Value::bytes(station_id().0),
        Value::from(1_u8),
        Value::from(2_u8),
        Value::bytes([0x71; 32]),
        Value::bytes(NONCE),
    ]);
    assert_eq!(
        public(seed::STATION).verify(&spec::labelled("hello", &[&fields]), &signature),
        Ok(())
    );
}

#[test]
fn the_enrolment_is_made_of_these_bytes_and_read_back_with_its_twelve_digits() {
    let bytes = vector(ENROLMENT, "enrolment");
    assert_eq!(authority::enrolment().encode(), bytes);
    let read = EnrolRequest::read(&bytes).unwrap().unwrap();
    assert_eq!(read.verify(), Ok(()));
    assert_eq!(read.signing_key, public(seed::STATION));
    assert_eq!(read.sealing_key, opening(seed::STATION_OPENING).public());
    assert_eq!(read.code().into_bytes(), vector(ENROLMENT, "digits"));
}

#[test]
fn identifiers_and_tokens_come_out_as_these_bytes() {
    assert_eq!(
        station_id(),
        StationId(vector(IDENTIFIERS, "station id").try_into().unwrap())
    );
    assert_eq!(
        sha256(&[&spec::labelled(
            "station",
            &[public(seed::STATION).as_bytes()]
        )])[..16],
        station_id().0
    );
    assert_eq!(
        token(HANDLE, NOW, VENUE).to_vec(),
        vector(IDENTIFIERS, "token")
    );
    let day = 20_781_u32.to_be_bytes();
    let hmac = domain::crypto::hmac(&HANDLE.0, &[&spec::labelled("token", &[&day, &VENUE.0])]);
    assert_eq!(token(HANDLE, NOW, VENUE), hmac[..16]);
    assert_eq!(
        authority::kid(seed::REGISTRY).0.to_vec(),
        vector(IDENTIFIERS, "kid")
    );
}

#[test]
fn a_local_row_is_bound_to_these_bytes_and_opens() {
    let cipher = Aead256::new(&secret(seed::LOCAL));
    let aad = local_aad(station_id(), 1, 1);
    assert_eq!(aad, vector(LOCAL_ROW, "associated data"));
    let sealed = cipher.seal(&vector(CORE, "scan"), &aad, Fresh::new([0x91; 12]));
    assert_eq!(sealed, vector(LOCAL_ROW, "box"));
    assert_eq!(cipher.open(&sealed, &aad), Ok(vector(CORE, "scan")));
}

#[test]
fn what_proves_a_log_beside_its_rows_has_these_bytes() {
    let key = local_mac_key(secret(seed::LOCAL).expose());
    assert_eq!(key.to_vec(), vector(LOCAL_LEDGER, "mac key"));
    let seen = Seen {
        tag: Tag([0x77; 16]),
        at: Timestamp(1_795_003_200),
        seq: 7,
        undone: true,
    };
    let station = station_id();
    let element = seen_element(&key, station, 1, &seen);
    assert_eq!(element.to_vec(), vector(LOCAL_LEDGER, "seen element"));
    let mac = seen_mac(&key, station, 1, &seen);
    assert_eq!(mac.to_vec(), vector(LOCAL_LEDGER, "seen mac"));

    let ledger = Ledger {
        turn: 9,
        epoch: 1,
        genesis: ChainHash([3; 32]),
        head: (12, ChainHash([4; 32])),
        acked: (7, ChainHash([5; 32])),
        last_receipt: Some(seen.at),
        receipt: Some([6; 32]),
        gone: (3, ChainHash([8; 32])),
        shredded: 5,
        seen: Sum {
            count: 1,
            bits: element,
        },
        values: [("clock".to_owned(), 9), ("tail".to_owned(), 8)].into(),
        alarm: true,
    };
    assert_eq!(ledger.encode(), vector(LOCAL_LEDGER, "ledger"));
    let bound = [
        ("ledger associated data", ledger_aad(station)),
        ("value associated data", value_aad(station, 9, "clock")),
        ("detail associated data", detail_aad(station, 1, 7)),
        ("head code", head_code(ledger.head.1).into_bytes()),
    ];
    for (name, bytes) in bound {
        assert_eq!(bytes, vector(LOCAL_LEDGER, name), "{name}");
    }
    let slot = vector(LOCAL_LEDGER, "anchor slot");
    let mac = anchor_mac(&key, station, &slot);
    assert_eq!(mac.to_vec(), vector(LOCAL_LEDGER, "anchor mac"));
}

#[test]
fn every_vector_is_one_deterministic_item_where_it_is_cbor() {
    for (file, name) in [
        (ROOT, "root"),
        (TRUST, "trust"),
        (ASSIGNMENT, "assignment"),
        (MANIFEST, "manifest"),
        (ANSWER, "answer"),
        (SLIP, "slip"),
        (CORE, "scan"),
        (BATCH, "batch"),
        (HELLO, "hello"),
        (HOLE, "hole"),
        (HOLE, "unproven"),
        (ENROLMENT, "enrolment"),
        (LOCAL_LEDGER, "ledger"),
    ] {
        let bytes = vector(file, name);
        let value = cbor::decode(&bytes, cbor::MAX_ITEMS);
        assert_eq!(value.map(|value| cbor::encode(&value)), Ok(bytes), "{name}");
    }
}
