//! Signed knowledge.

use std::sync::LazyLock;

use domain::cbor::{self, Value};
use domain::code::lookup::{Alphabet, Fingerprint, LookupScheme, OpaqueCode};
use domain::crypto::{Aead256, OpeningKey, Secret, derive_key, label, sha256};
use domain::document::{Assignment, LookupFile, Manifest, Root, Shard, StatusFile, Trust};
use domain::screen::Preset;
use domain::status::{LOOKUP_ROW, LookupRow, Snapshot, lookup_table, unpack_full};

use super::authority::{self, AUTHORITY, NOW, URI, opening, public, secret, seed};
use super::edits::How;
use super::fixture::{Good, KEYS, ROOT, sign_by_roots, sign1, stored, vector};

/// The kinds of a file: a whole status table, and one for looking codes up.
const FULL: u8 = 0;
const LOOKUP: u8 = 2;
const FILE: &str = include_str!("../../vectors/status-file.txt");

/// The root document, as the station reads one that follows the one it holds.
pub fn root(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> =
        LazyLock::new(|| Good::cose(authority::root().sign(&KEYS.roots.each_ref())));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD.body, &GOOD.inside, |payload| {
        sign_by_roots("root", payload)
    });
    let Ok(read) = Root::self_signed(&bytes) else {
        return false;
    };

    // Both signed: the same keys make the same bytes of what was read.
    assert!(signed || read == *ROOT, "nobody signed {read:?}");
    if signed {
        assert_eq!(read.sign(&KEYS.roots.each_ref()), bytes);
    }
    assert!(read.threshold >= 2);
    assert_eq!(Root::first(&bytes, &sha256(&[&bytes])), Ok(read));
    true
}

/// The trust document, and everything that is asked of it.
pub fn trust(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> =
        LazyLock::new(|| Good::cose(authority::trust().sign(&KEYS.roots.each_ref())));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD.body, &GOOD.inside, |payload| {
        sign_by_roots("trust", payload)
    });
    let Ok(read) = Trust::verify(&bytes, &ROOT) else {
        return false;
    };

    assert!(
        signed || read.body == authority::trust(),
        "nobody signed it"
    );
    if signed {
        assert_eq!(read.body.sign(&KEYS.roots.each_ref()), bytes);
    }
    assert_eq!(read.body.header.authority, AUTHORITY);
    let _ = (read.registry(NOW), read.status(NOW), read.receipt());
    let _ = (read.sealing(NOW, None), read.policy(Preset::PublicPlace));
    let _ = read
        .native_issuers(public(seed::SLIP).kid().short())
        .count();
    true
}

/// The assignment and the secrets in it.
pub fn assignment(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> =
        LazyLock::new(|| Good::cose(authority::assignment().sign(&KEYS.registry)));
    static OPENING: LazyLock<OpeningKey> = LazyLock::new(|| opening(seed::STATION_OPENING));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD.body, &GOOD.inside, |payload| {
        sign1("assignment", payload, &KEYS.registry)
    });
    let own = KEYS.station.public();
    let Ok(read) = Assignment::verify(&bytes, AUTHORITY, &[KEYS.registry.public()], &own) else {
        return false;
    };

    assert!(signed || bytes == GOOD.body, "nobody signed {read:?}");
    assert_eq!(read.sign(&KEYS.registry), bytes);
    assert_eq!((read.header.authority, read.signing_key), (AUTHORITY, own));
    assert!(read.open_secrets(&OPENING).len() <= read.secrets.len());
    true
}

/// The manifest.
pub fn manifest(data: &[u8]) -> bool {
    static GOOD: LazyLock<Good> =
        LazyLock::new(|| Good::cose(authority::manifest(vec![shard()]).sign(&KEYS.status)));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (bytes, signed) = how.signed(rest, &GOOD.body, &GOOD.inside, |payload| {
        sign1("manifest", payload, &KEYS.status)
    });
    let told = Manifest::signer(&bytes);
    let Ok(read) = Manifest::verify(&bytes, AUTHORITY, &[KEYS.status.public()]) else {
        return false;
    };

    assert!(signed || bytes == GOOD.body, "nobody signed {read:?}");
    assert_eq!(read.sign(&KEYS.status), bytes);
    assert_eq!(told, Some(KEYS.status.public().kid()));
    true
}

/// A status file, as its manifest names it: edits are of the file, of what it packs, or of the table.
pub fn status(data: &[u8]) -> bool {
    let table = vector(FILE, "table");
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let (file, named) = match how {
        How::Raw | How::Spoilt => (how.body(rest, &vector(FILE, "file")), shard().full),
        How::Inside => sealed(&how.body(rest, &vector(FILE, "packed")), table.len(), FULL),
        How::Values => {
            let table = how.body(rest, &table);
            sealed(&stored(&table), table.len(), FULL)
        }
    };
    let secret = secret(seed::STATUS_SECRET);
    let Ok(unpacked) = unpack_full(&file, &named, URI, 0, 3, &secret) else {
        return false;
    };

    assert_eq!(u64::try_from(unpacked.len()), Ok(named.raw_length));
    assert!(how != How::Raw && how != How::Spoilt || unpacked == table);
    let shard = Shard {
        sha256: sha256(&[&unpacked]),
        count: named.raw_length,
        full: named,
        ..shard()
    };
    let (first, count) = (shard.first, shard.count);
    let opened = Snapshot::open(
        authority::manifest(vec![shard]),
        |_| Some(file.clone()),
        Some(&secret),
    )
    .expect("what unpacks to the table that is signed for opens");
    assert!((first..first + count).all(|index| opened.standing(URI, index).is_some()));
    assert_eq!(opened.standing(URI, first + count), None);
    true
}

/// A table for looking codes up, as its manifest names it: edits are of the table.
pub fn lookup(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(good_lookups);
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let table = how.body(rest, &GOOD);
    let (file, full) = sealed(&stored(&table), table.len(), LOOKUP);
    let cells = vector(FILE, "file");
    let named = LookupFile {
        issuer: scheme().issuer,
        version: 3,
        sha256: sha256(&[&table]),
        full,
    };
    let manifest = Manifest {
        lookups: vec![named],
        ..authority::manifest(vec![shard()])
    };
    let bytes = |hash: &[u8; 32]| {
        let is_table = *hash == sha256(&[&file]);
        Some(if is_table { &file } else { &cells }.clone())
    };
    let Ok(opened) = Snapshot::open(manifest, bytes, Some(&secret(seed::STATUS_SECRET))) else {
        return false;
    };

    assert!(
        table.len().is_multiple_of(LOOKUP_ROW),
        "half a row was taken"
    );
    let begins: Vec<&[u8]> = table.chunks(LOOKUP_ROW).map(|row| &row[..8]).collect();
    assert!(begins.is_sorted_by(|one, next| one < next));
    for number in 0..CODES {
        let code = OpaqueCode::read(&[scheme()], &opaque(number)).expect("it is of this shape");
        let stands = begins.contains(&&code.fingerprint().0[..]);
        let found = opened.look_up(&code);
        assert_eq!(found.is_some(), stands);
        assert!(found.is_none_or(|found| matches!(found.last_four().len(), 0 | 4)));
    }
    true
}

/// Codes in the good table.
const CODES: u32 = 5;

fn good_lookups() -> Vec<u8> {
    let row = |index| LookupRow {
        index,
        birth_year: Some(1941),
        last_four: Some(*b"123X"),
    };
    let rows = (0..CODES).map(|number| {
        (
            Fingerprint::of("harbour-city", &opaque(number)),
            row(number),
        )
    });

    lookup_table(&rows.collect())
}

fn opaque(number: u32) -> String {
    format!("C-{number:016}")
}

fn scheme() -> LookupScheme {
    LookupScheme {
        issuer: "harbour-city".to_owned(),
        prefix: "C-".to_owned(),
        alphabet: Alphabet::Digits,
        least: 16,
        most: 16,
        country: None,
    }
}

fn shard() -> Shard {
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).expect("a vector is short");
    let (table, file) = (vector(FILE, "table"), vector(FILE, "file"));
    Shard {
        first: 24_999_990,
        count: length(&table),
        version: 3,
        sha256: sha256(&[&table]),
        full: StatusFile {
            base: None,
            sha256: sha256(&[&file]),
            salt: sha256(&[&vector(FILE, "packed")]),
            length: length(&file),
            raw_length: length(&table),
        },
        deltas: Vec::new(),
    }
}

/// The file around what is packed, and how a manifest names it.
fn sealed(packed: &[u8], raw_length: usize, kind: u8) -> (Vec<u8>, StatusFile) {
    let salt = sha256(&[packed]);
    let info = cbor::encode(&Value::Array(vec![
        Value::text(URI),
        Value::from(0_u8),
        Value::from(3_u8),
        Value::from(kind),
    ]));
    let key = derive_key(
        &salt,
        &[seed::STATUS_SECRET; 32],
        &[&label("status"), &info],
    );
    let file = Aead256::new(&Secret::new(key)).seal_once(packed);
    let length = |length: usize| u64::try_from(length).expect("a file is short");
    let named = StatusFile {
        base: None,
        sha256: sha256(&[&file]),
        salt,
        length: length(file.len()),
        raw_length: length(raw_length),
    };

    (file, named)
}
