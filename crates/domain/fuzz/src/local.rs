//! What comes back from a disk, and what all of it is written in.

use std::sync::LazyLock;

use domain::cbor::{self, CborError};
use domain::clock::{ClockState, EntryMark};
use domain::clock_offset::ClockOffset;
use domain::crypto::{Fresh, Hardness};
use domain::entry::Ledger;
use domain::keyfile::{KeyFile, KeyFileError, KeyRole};

use super::authority::{self, NOW, secret, seed};
use super::edits::{How, spoilt};
use super::fixture::vector;

const WORD: &[u8] = b"word";
const EASY: Hardness = Hardness {
    memory_kib: 16,
    passes: 1,
};

/// What a station's clock keeps.
pub fn clock(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let signed = [seed::STATUS, seed::RECEIPT].map(|seed| (authority::kid(seed), NOW));
        let state = ClockState {
            signed: signed.into(),
            own: Some(NOW),
            forgiven: Some(EntryMark { epoch: 1, seq: 2 }),
            offset: Some(ClockOffset {
                ahead_ms: -20,
                within_ms: 1_020,
                at: NOW,
            }),
        };
        state.encode()
    });
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let Ok(read) = ClockState::decode(&how.body(rest, &GOOD)) else {
        return false;
    };

    // Names may come in any order, and the offset may be missing: what is written of them has one form.
    assert_eq!(ClockState::decode(&read.encode()), Ok(read));
    true
}

/// What a station's log says of itself.
pub fn ledger(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> =
        LazyLock::new(|| vector(include_str!("../../vectors/local-ledger.txt"), "ledger"));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = how.body(rest, &GOOD);
    let Some(read) = Ledger::decode(&bytes) else {
        return false;
    };

    assert_eq!(read.encode(), bytes);
    true
}

/// A key file, in clear or under a passphrase.
pub fn key_file(data: &[u8]) -> bool {
    static CLEAR: LazyLock<String> =
        LazyLock::new(|| KeyFile::new(KeyRole::Root, true, secret(7)).in_clear());
    static LOCKED: LazyLock<String> = LazyLock::new(|| {
        let key = KeyFile::new(KeyRole::Sealing, true, secret(8));
        key.locked(WORD, EASY, Fresh::new([1; 16]), Fresh::new([2; 12]))
            .expect("it is an easy key")
    });
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = match how {
        How::Raw => rest.to_vec(),
        How::Spoilt | How::Inside => spoilt(CLEAR.as_bytes(), rest),
        How::Values => spoilt(LOCKED.as_bytes(), rest),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return false;
    };
    if let Ok(read) = KeyFile::read(&text, None) {
        let again = KeyFile::read(&read.in_clear(), None).map(|again| same(&again, &read));
        assert_eq!(again, Ok(true));
        return true;
    }
    // Whoever hands over the passphrase may be made to wait (1 GiB, 16 passes): that is not what is tried here.
    if !(text.contains("\"m_kib\": 16,") && text.contains("\"t\": 1,")) {
        return false;
    }
    let read = KeyFile::read(&text, Some(WORD));
    if let Ok(read) = &read {
        let good = KeyFile::new(KeyRole::Sealing, true, secret(8));
        assert!(same(read, &good), "nobody locked it");
        assert_eq!(
            KeyFile::read(&text, Some(b"another")).map(drop),
            Err(KeyFileError::CannotOpen)
        );
    }
    read.is_ok()
}

/// The strict reader of data items: it takes exactly what the writer makes, within its limit.
pub fn item(data: &[u8]) -> bool {
    static GOOD: LazyLock<Vec<u8>> =
        LazyLock::new(|| vector(include_str!("../../vectors/trust.txt"), "trust"));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let bytes = how.body(rest, &GOOD);
    let Ok(value) = cbor::decode(&bytes, cbor::MAX_ITEMS) else {
        return false;
    };

    assert_eq!(cbor::encode(&value), bytes);
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(
        cbor::decode(&longer, cbor::MAX_ITEMS),
        Err(CborError::TrailingBytes)
    );
    let cut = bytes.split_last().map_or(&[][..], |(_, cut)| cut);
    assert!(cbor::decode(cut, cbor::MAX_ITEMS).is_err());
    true
}

fn same(key: &KeyFile, other: &KeyFile) -> bool {
    (key.role, key.demo) == (other.role, other.demo)
        && key.secret().expose() == other.secret().expose()
}
