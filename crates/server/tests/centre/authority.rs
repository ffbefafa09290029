//! A demo authority on disk, as `menshen keys` makes it.

use std::fs;
use std::path::Path;

use domain::crypto::{ContentKey, OpeningKey, PublicKey, Secret, SigningKey};
use domain::document::{Header, RoleKey, Root, SealingTurn, TrustBody, VenuePolicy};
use domain::ids::AuthorityId;
use domain::keyfile::{KeyFile, KeyRole};
use domain::time::{DAY, Timestamp};

pub(crate) const AUTHORITY: AuthorityId = AuthorityId([9; 16]);
/// 2026-11-24T10:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_514_400);
/// What the sealing key's private half is made of.
pub(crate) const SEALING: u8 = 40;
pub(crate) const RECEIPT: u8 = 31;
pub(crate) const REGISTRY: u8 = 32;

pub(crate) fn key(byte: u8) -> SigningKey {
    SigningKey::new(Secret::new([byte; 32]))
}

pub(crate) fn public(byte: u8) -> PublicKey {
    key(byte).public()
}

/// Writes the authority of a data folder: keys in clear, root, trust, this week's and the last week's
/// secret.
pub(crate) fn write(data: &Path) {
    let folder = data.join("authority");
    fs::create_dir_all(folder.join("public/status")).unwrap();
    fs::create_dir_all(folder.join("status-secret")).unwrap();
    write_key(&folder.join("receipt.key"), KeyRole::Receipt, RECEIPT);
    write_key(&folder.join("registry.key"), KeyRole::Registry, REGISTRY);
    for week in [NOW.week() - 1, NOW.week()] {
        write_status_secret(data, week);
    }
    fs::write(folder.join("public/root.cbor"), root()).unwrap();
    fs::write(folder.join("public/trust.cbor"), trust(RECEIPT)).unwrap();
}

pub(crate) fn write_key(path: &Path, role: KeyRole, byte: u8) {
    let file = KeyFile::new(role, true, Secret::new([byte; 32]));
    fs::write(path, file.in_clear()).unwrap();
}

pub(crate) fn write_status_secret(data: &Path, week: u64) {
    let path = data.join(format!("authority/status-secret/{week}.key"));
    write_key(&path, KeyRole::StatusSecret, status_secret(week));
}

pub(crate) fn write_content_key(data: &Path, name: &str, key: &[u8]) {
    let folder = data.join("authority/content-keys");
    fs::create_dir_all(&folder).unwrap();
    let file = KeyFile::of_content(&ContentKey::new(key).unwrap(), true);
    fs::write(folder.join(format!("{name}.key")), file.in_clear()).unwrap();
}

/// What a week's status secret is made of.
pub(crate) fn status_secret(week: u64) -> u8 {
    u8::try_from(week % 251).unwrap()
}

pub(crate) fn root() -> Vec<u8> {
    Root {
        header: header(3_000),
        keys: vec![public(1), public(2), public(3)],
        threshold: 2,
        demo: true,
    }
    .sign(&[&key(1), &key(2)])
}

/// A trust document that names this receipt key.
pub(crate) fn trust(receipt: u8) -> Vec<u8> {
    TrustBody {
        header: header(90),
        registry: vec![role(REGISTRY)],
        status: vec![role(33)],
        receipt: vec![role(receipt)],
        exchange: Vec::new(),
        sealing: vec![SealingTurn {
            key: OpeningKey::new(&Secret::new([SEALING; 32])).public(),
            not_before: NOW.plus(-DAY),
            not_after: NOW.plus(100 * DAY),
        }],
        issuers: Vec::new(),
        foreign: Vec::new(),
        revocations: Vec::new(),
        hcert: None,
        status_uris: vec!["https://s.example/1".to_owned()],
        lookups: Vec::new(),
        policies: vec![VenuePolicy::public_place()],
        retention_days: 14,
        min_version: "0.1.0".to_owned(),
        release: "0.1.0".to_owned(),
        pins: Vec::new(),
        districts: vec!["310106".to_owned()],
    }
    .sign(&[&key(1), &key(3)])
}

fn header(days: i64) -> Header {
    Header {
        authority: AUTHORITY,
        version: 1,
        issued_at: NOW.plus(-DAY),
        expires: NOW.plus((days - 2) * DAY),
    }
}

fn role(byte: u8) -> RoleKey {
    RoleKey {
        key: public(byte),
        not_before: NOW.plus(-DAY),
        not_after: NOW.plus(90 * DAY),
    }
}
