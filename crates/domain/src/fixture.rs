//! A small authority for the tests of the rules: one key a role, one venue, one status list.

use crate::code::lookup::{Alphabet, Fingerprint, LookupScheme};
use crate::code::native::{Claims, Slip};
use crate::code::{SignedCredential, decode};
use crate::crypto::{OpeningKey, PublicKey, Secret, SigningKey, sha256};
use crate::document::{
    Assignment, Header, ISSUER_FORMAT_NATIVE, Issuer, IssuerKind, LookupFile, Manifest,
    PreviousEpoch, RoleKey, Root, SealingTurn, Shard, Trust, TrustBody, Venue, VenuePolicy,
};
use crate::ids::{AuthorityId, Handle, StationId, VenueId};
use crate::screen::{Colour, HolderClass, Preset};
use crate::status::{Cell, LookupRow, Sample, Snapshot, lookup_table, pack_full, pack_lookup};
use crate::time::{DAY, HOUR, Timestamp};
use crate::trust::{VerifiedCredential, verify};

/// 2026-11-24T08:00:00Z: the start of a sample's slot, and 16:00 at the venue.
pub(crate) const NOW: Timestamp = Timestamp(1_795_507_200);
pub(crate) const URI: &str = "https://s.example/1";
pub(crate) const AUTHORITY: AuthorityId = AuthorityId([1; 16]);
pub(crate) const ISSUER: &str = "shanghai-jab";
pub(crate) const TEST_CENTRE: &str = "shanghai-test-7";

pub(crate) const ISSUER_KEY: u8 = 11;
pub(crate) const SLIP_KEY: u8 = 12;
pub(crate) const STATUS_KEY: u8 = 13;
pub(crate) const RECEIPT_KEY: u8 = 14;
pub(crate) const REGISTRY_KEY: u8 = 15;

pub(crate) fn key(byte: u8) -> SigningKey {
    SigningKey::new(Secret::new([byte; 32]))
}

fn role(byte: u8) -> RoleKey {
    RoleKey {
        key: key(byte).public(),
        not_before: NOW.plus(-DAY),
        not_after: NOW.plus(90 * DAY),
    }
}

fn issuer(name: &str, byte: u8, kind: IssuerKind) -> Issuer {
    Issuer {
        name: name.to_owned(),
        format: ISSUER_FORMAT_NATIVE.to_owned(),
        kind,
        algorithm: crate::cose::EDDSA,
        key: public(byte).as_bytes().to_vec(),
        not_before: NOW.plus(-400 * DAY),
        not_after: NOW.plus(365 * DAY),
        max_lifetime: 180 * DAY,
    }
}

fn public(byte: u8) -> PublicKey {
    key(byte).public()
}

pub(crate) fn trust() -> Trust {
    let sealing = OpeningKey::new(&Secret::new([16; 32])).public();
    trust_of(
        &TrustBody {
            header: Header {
                authority: AUTHORITY,
                version: 1,
                issued_at: NOW.plus(-DAY),
                expires: NOW.plus(80 * DAY),
            },
            registry: vec![role(REGISTRY_KEY)],
            status: vec![role(STATUS_KEY)],
            receipt: vec![role(RECEIPT_KEY)],
            exchange: Vec::new(),
            sealing: vec![SealingTurn {
                key: sealing,
                not_before: NOW.plus(-DAY),
                not_after: NOW.plus(90 * DAY),
            }],
            issuers: vec![
                issuer(ISSUER, ISSUER_KEY, IssuerKind::Resident),
                issuer(TEST_CENTRE, SLIP_KEY, IssuerKind::Slip),
            ],
            foreign: Vec::new(),
            revocations: Vec::new(),
            hcert: None,
            status_uris: vec![URI.to_owned()],
            lookups: Vec::new(),
            policies: vec![VenuePolicy::public_place(), VenuePolicy::residential()],
            retention_days: 14,
            min_version: "0.1.0".to_owned(),
            release: "0.1.0".to_owned(),
            pins: Vec::new(),
            districts: vec!["310106".to_owned()],
        },
        false,
    )
}

/// The trust list that says `body`, as a station holds it.
pub(crate) fn trust_of(body: &TrustBody, demo: bool) -> Trust {
    Trust::verify(&body.sign(&[&key(1), &key(2)]), &root(body.header, demo)).unwrap()
}

/// The root that signs trust lists of this fixture.
pub(crate) fn root(header: Header, demo: bool) -> Root {
    Root {
        header,
        keys: vec![public(1), public(2)],
        threshold: 2,
        demo,
    }
}

pub(crate) fn assignment(kind: Preset) -> Assignment {
    Assignment {
        header: Header {
            authority: AUTHORITY,
            version: 1,
            issued_at: NOW.plus(-DAY),
            expires: NOW.plus(40 * DAY),
        },
        station: StationId([2; 16]),
        signing_key: public(17),
        sealing_key: OpeningKey::new(&Secret::new([18; 32])).public(),
        venue: Venue {
            id: VenueId([3; 16]),
            kind,
            name: "华山医院门诊药房".to_owned(),
            address: "上海市静安区乌鲁木齐中路 12 号".to_owned(),
            utc_offset_minutes: 480,
        },
        gate: 2,
        district: "310106".to_owned(),
        epoch: 1,
        previous: PreviousEpoch::NONE,
        secrets: Vec::new(),
        content_keys: Vec::new(),
    }
}

/// A list issued at `as_of` whose residents 0, 1, ... stand as `cells` say.
pub(crate) fn snapshot(as_of: Timestamp, cells: &[Cell]) -> Snapshot {
    with_lookups(as_of, cells, &[])
}

/// The same, with tables for looking codes up: each of one issuer, with the texts of residents by their index.
pub(crate) fn with_lookups(
    as_of: Timestamp,
    cells: &[Cell],
    lookups: &[(&str, &[(&str, LookupRow)])],
) -> Snapshot {
    let (manifest, files) = list_with_lookups(as_of, cells, lookups);
    let file = |hash: &[u8; 32]| files.iter().find(|file| sha256(&[file]) == *hash).cloned();

    Snapshot::open(manifest, file, Some(&status_secret())).unwrap()
}

/// The manifest of such a list, and its files.
pub(crate) fn list_with_lookups(
    as_of: Timestamp,
    cells: &[Cell],
    lookups: &[(&str, &[(&str, LookupRow)])],
) -> (Manifest, Vec<Vec<u8>>) {
    let table: Vec<u8> = cells.iter().map(|cell| cell.0).collect();
    let (file, full) = pack_full(&table, URI, 0, 1, &status_secret()).unwrap();
    let mut files = vec![file];
    let mut named = Vec::new();
    for (number, (issuer, rows)) in (0..).zip(lookups) {
        let rows = rows
            .iter()
            .map(|(text, row)| (Fingerprint::of(issuer, text), *row));
        let table = lookup_table(&rows.collect());
        let (file, full) = pack_lookup(&table, URI, number, 1, &status_secret()).unwrap();
        files.push(file);
        named.push(LookupFile {
            issuer: (*issuer).to_owned(),
            version: 1,
            sha256: sha256(&[&table]),
            full,
        });
    }
    let manifest = Manifest {
        header: Header {
            authority: AUTHORITY,
            version: 1,
            issued_at: as_of,
            expires: as_of.plus(10 * DAY),
        },
        uri: URI.to_owned(),
        week: as_of.week(),
        shards: vec![Shard {
            first: 0,
            count: full.raw_length,
            version: 1,
            sha256: sha256(&[&table]),
            full,
            deltas: Vec::new(),
        }],
        lookups: named,
    };

    (manifest, files)
}

pub(crate) fn status_secret() -> Secret {
    Secret::new([5; 32])
}

/// Whose codes are only looked up, and of which shape they are.
pub(crate) const LOOKED_UP_ISSUER: &str = "harbour-city";

pub(crate) fn scheme() -> LookupScheme {
    LookupScheme {
        issuer: LOOKED_UP_ISSUER.to_owned(),
        prefix: "https://code.city.example/p/".to_owned(),
        alphabet: Alphabet::Hex,
        least: 32,
        most: 32,
        country: Some("SG".to_owned()),
    }
}

/// The code of resident `n` that nobody signed.
pub(crate) fn opaque_text(n: u8) -> String {
    format!("{}{}", scheme().prefix, format!("{n:02x}").repeat(16))
}

/// What the list has of them.
pub(crate) fn opaque_row(n: u8) -> LookupRow {
    LookupRow {
        index: u32::from(n),
        birth_year: Some(1941),
        last_four: Some(*b"123X"),
    }
}

/// A list of one hour ago in which the residents 0, 1, ... stand as `cells` say and are looked up by their codes.
pub(crate) fn looked_up(as_of: Timestamp, cells: &[Cell]) -> Snapshot {
    let texts: Vec<String> = (0..).take(cells.len()).map(opaque_text).collect();
    let rows: Vec<(&str, LookupRow)> = (0..)
        .zip(&texts)
        .map(|(n, text)| (text.as_str(), opaque_row(n)))
        .collect();

    with_lookups(as_of, cells, &[(LOOKED_UP_ISSUER, &rows)])
}

/// The trust list under which codes are looked up, after `change`.
pub(crate) fn trust_with_scheme(change: impl FnOnce(&mut TrustBody)) -> Trust {
    let mut body = TrustBody {
        lookups: vec![scheme()],
        ..trust().body
    };
    change(&mut body);

    trust_of(&body, false)
}

/// A list of one hour ago in which everyone stands as `colour` and `sample` say.
pub(crate) fn everyone(colour: Colour, sample: Sample) -> Snapshot {
    let as_of = NOW.plus(-HOUR);
    snapshot(as_of, &[Cell::coloured(colour, sample, as_of); 16])
}

/// Resident 0, an honest senior: issued ten days ago.
pub(crate) fn claims() -> Claims {
    Claims {
        issuer: ISSUER.to_owned(),
        issued_at: NOW.plus(-10 * DAY),
        expires: NOW.plus(170 * DAY),
        status_uri: URI.to_owned(),
        status_index: 0,
        handle: Handle([0xa5; 16]),
        name: "王*".to_owned(),
        birth_year: 1941,
        class: HolderClass::Senior,
        last_four: "123X".to_owned(),
        slip: None,
    }
}

/// Another person: resident `n` with a handle of their own.
pub(crate) fn resident(n: u8) -> Claims {
    Claims {
        status_index: u64::from(n),
        handle: Handle([n; 16]),
        ..claims()
    }
}

/// The slip of a test centre for the holder of `claims`.
pub(crate) fn slip_for(claims: &Claims, slip: Slip) -> Claims {
    Claims {
        issuer: TEST_CENTRE.to_owned(),
        issued_at: slip.sampled_at,
        expires: slip.sampled_at.plus(7 * DAY),
        slip: Some(slip),
        ..claims.clone()
    }
}

/// The text of a code for `claims` by the issuer that they belong to.
pub(crate) fn text(claims: &Claims) -> String {
    let by = if claims.slip.is_some() {
        SLIP_KEY
    } else {
        ISSUER_KEY
    };

    claims.sign(&key(by))
}

pub(crate) fn signed(claims: &Claims) -> SignedCredential {
    decode(text(claims).as_bytes()).unwrap()
}

pub(crate) fn verified(claims: &Claims) -> VerifiedCredential {
    verify(&trust(), signed(claims).native().unwrap(), NOW).unwrap()
}
