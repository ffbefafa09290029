//! One authority with fixed keys, one station and one venue: what the vectors are made from, for ever.

use domain::code::native::{Claims, Slip, TestResult};
use domain::crypto::{Fresh, Kid, OpeningKey, PublicKey, Secret, SigningKey};
use domain::document::{
    Assignment, ExchangeTurn, Header, ISSUER_FORMAT_NATIVE, Issuer, IssuerKind, Manifest,
    PreviousEpoch, RoleKey, Root, SealedSecret, SealingTurn, Trust, TrustBody, Venue, VenuePolicy,
};
use domain::entry::{
    Action, Body, Detail, Flags, Kind, NewEntry, Personal, Place, Sealer, Witness,
};
use domain::ids::{AuthorityId, Handle, StationId, VenueId};
use domain::screen::{HolderClass, Preset};
use domain::time::{DAY, Timestamp, WEEK};
use domain::verdict::{Reason, Verdict};
use domain::wire::{
    Answer, AnswerKind, EnrolRequest, ExportHeader, Hello, Hole, Message, PairingToken,
};

/// 2026-11-24T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_478_400);
pub(crate) const AUTHORITY: AuthorityId = AuthorityId([0xa1; 16]);
pub(crate) const VENUE: VenueId = VenueId([0xb1; 16]);
pub(crate) const HANDLE: Handle = Handle([0xc1; 16]);
pub(crate) const NONCE: [u8; 16] = [0xd1; 16];
pub(crate) const TOKEN: [u8; 16] = [0xe1; 16];
pub(crate) const URI: &str = "https://s.example/sh-01/";

/// The seeds of the fixed keys.
pub(crate) mod seed {
    pub(crate) const ISSUER: u8 = 0x01;
    pub(crate) const SLIP: u8 = 0x02;
    pub(crate) const ROOT: [u8; 3] = [0x11, 0x12, 0x13];
    pub(crate) const REGISTRY: u8 = 0x21;
    pub(crate) const STATUS: u8 = 0x22;
    pub(crate) const RECEIPT: u8 = 0x23;
    pub(crate) const EXCHANGE: u8 = 0x24;
    pub(crate) const SEALING: u8 = 0x25;
    pub(crate) const STATION: u8 = 0x31;
    pub(crate) const STATION_OPENING: u8 = 0x32;
    pub(crate) const STATUS_SECRET: u8 = 0x41;
    pub(crate) const LOCAL: u8 = 0x42;
}

pub(crate) fn secret(byte: u8) -> Secret {
    Secret::new([byte; 32])
}

pub(crate) fn key(byte: u8) -> SigningKey {
    SigningKey::new(secret(byte))
}

pub(crate) fn public(byte: u8) -> PublicKey {
    key(byte).public()
}

pub(crate) fn opening(byte: u8) -> OpeningKey {
    OpeningKey::new(&secret(byte))
}

pub(crate) fn station_id() -> StationId {
    StationId::of(&public(seed::STATION))
}

pub(crate) fn header(authority: AuthorityId, days: i64) -> Header {
    Header {
        authority,
        version: 1,
        issued_at: NOW,
        expires: NOW.plus(days * DAY),
    }
}

pub(crate) fn root() -> Root {
    Root {
        header: header(AUTHORITY, 3_650),
        keys: seed::ROOT.map(public).to_vec(),
        threshold: 2,
        demo: true,
    }
}

pub(crate) fn role(byte: u8) -> RoleKey {
    RoleKey {
        key: public(byte),
        not_before: NOW,
        not_after: NOW.plus(90 * DAY),
    }
}

pub(crate) fn issuer(name: &str, kind: IssuerKind, byte: u8) -> Issuer {
    Issuer {
        name: name.to_owned(),
        format: ISSUER_FORMAT_NATIVE.to_owned(),
        kind,
        algorithm: -8,
        key: public(byte).as_bytes().to_vec(),
        not_before: NOW,
        not_after: NOW.plus(365 * DAY),
        max_lifetime: 180 * DAY,
    }
}

pub(crate) fn trust() -> TrustBody {
    TrustBody {
        header: header(AUTHORITY, 90),
        registry: vec![role(seed::REGISTRY)],
        status: vec![role(seed::STATUS)],
        receipt: vec![role(seed::RECEIPT)],
        exchange: vec![ExchangeTurn {
            key: opening(seed::EXCHANGE).public(),
            not_before: NOW,
            not_after: NOW.plus(90 * DAY),
        }],
        sealing: vec![SealingTurn {
            key: opening(seed::SEALING).public(),
            not_before: NOW,
            not_after: NOW.plus(13 * WEEK),
        }],
        issuers: vec![
            issuer("shanghai-jab", IssuerKind::Resident, seed::ISSUER),
            issuer("shanghai-lab", IssuerKind::Slip, seed::SLIP),
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
        pins: vec![[0x51; 32]],
        districts: vec!["310106".to_owned()],
    }
}

/// The trust document with `issuers` in place of the usual ones, as a station holds it.
pub(crate) fn trust_with(issuers: Vec<Issuer>) -> Trust {
    let body = TrustBody { issuers, ..trust() };
    verified(&body).expect("the authority's own document verifies")
}

pub(crate) fn verified(body: &TrustBody) -> Result<Trust, domain::document::DocumentError> {
    Trust::verify(
        &body.sign(&[&key(seed::ROOT[0]), &key(seed::ROOT[1])]),
        &root(),
    )
}

pub(crate) fn assignment() -> Assignment {
    let to = opening(seed::STATION_OPENING).public();
    Assignment {
        header: header(AUTHORITY, 45),
        station: station_id(),
        signing_key: public(seed::STATION),
        sealing_key: to,
        venue: Venue {
            id: VENUE,
            kind: Preset::PublicPlace,
            name: "华山医院门诊药房".to_owned(),
            address: "上海市静安区乌鲁木齐中路 12 号".to_owned(),
            utc_offset_minutes: 480,
        },
        gate: 2,
        district: "310106".to_owned(),
        epoch: 1,
        previous: PreviousEpoch::NONE,
        secrets: vec![SealedSecret::seal(
            NOW.week(),
            &secret(seed::STATUS_SECRET),
            &to,
            AUTHORITY,
            station_id(),
            Fresh::new([0xf1; 32]),
        )],
        content_keys: Vec::new(),
    }
}

pub(crate) fn manifest(shards: Vec<domain::document::Shard>) -> Manifest {
    Manifest {
        header: header(AUTHORITY, 10),
        uri: URI.to_owned(),
        week: NOW.week(),
        shards,
        lookups: Vec::new(),
    }
}

pub(crate) fn claims() -> Claims {
    Claims {
        issuer: "shanghai-jab".to_owned(),
        issued_at: NOW,
        expires: NOW.plus(180 * DAY),
        status_uri: URI.to_owned(),
        status_index: 24_999_999,
        handle: HANDLE,
        name: "王*".to_owned(),
        birth_year: 1941,
        class: HolderClass::Senior,
        last_four: "123X".to_owned(),
        slip: None,
    }
}

pub(crate) fn slip_claims() -> Claims {
    Claims {
        issuer: "shanghai-lab".to_owned(),
        slip: Some(Slip {
            sampled_at: NOW,
            result: TestResult::Negative,
        }),
        ..claims()
    }
}

pub(crate) fn place(seq: u64) -> Place {
    Place {
        station: station_id(),
        epoch: 1,
        seq,
        venue: VENUE,
        gate: 2,
    }
}

pub(crate) fn sealer() -> Sealer {
    Sealer {
        authority: AUTHORITY,
        key: opening(seed::SEALING).public(),
    }
}

pub(crate) const WITNESS: Witness = Witness {
    boot: [0x61; 8],
    mono_ms: 123_456,
};

/// An admission of the holder of [`claims`].
pub(crate) fn scan() -> NewEntry {
    NewEntry {
        kind: Kind::Scan,
        verdict: Some(Verdict::Admit),
        action: Action::Admitted,
        flags: Flags::IDENTITY_CHECKED | Flags::DEMO,
        at: NOW.plus(100),
        body: Body::Personal(Personal {
            issuer: Some("shanghai-jab".to_owned()),
            reasons: vec![Reason::IdMatches],
            name: Some("王*".to_owned()),
            birth_year: Some(1941),
            handle: Some(HANDLE),
            class: Some(HolderClass::Senior),
            ..Personal::default()
        }),
    }
}

/// The scan with number 1 taken back.
pub(crate) fn undo() -> NewEntry {
    NewEntry {
        kind: Kind::Undo,
        verdict: None,
        action: Action::Undone,
        flags: Flags::DEMO,
        at: NOW.plus(110),
        body: Body::Detail(Detail::Undo { of: 1 }),
    }
}

pub(crate) fn answer() -> Answer {
    Answer {
        kind: AnswerKind::Ok,
        station: station_id(),
        epoch: 1,
        acked_seq: 2,
        acked_hash: [0x71; 32],
        nonce: NONCE,
        server_time: NOW.plus(120),
        next_after: 60,
    }
}

pub(crate) fn hello() -> Hello {
    Hello {
        station: station_id(),
        epoch: 1,
        seq: 2,
        hash: [0x71; 32],
        nonce: NONCE,
    }
}

pub(crate) fn hole() -> Hole {
    Hole {
        station: station_id(),
        epoch: 1,
        last: 2,
        hash: [0x71; 32],
        receipt: Some(vec![0x61, 0x62]),
        nonce: NONCE,
    }
}

pub(crate) fn enrolment() -> EnrolRequest {
    EnrolRequest::new(
        PairingToken::new(TOKEN),
        &key(seed::STATION),
        opening(seed::STATION_OPENING).public(),
    )
}

pub(crate) fn kid(byte: u8) -> Kid {
    public(byte).kid()
}

pub(crate) fn export_header() -> ExportHeader {
    ExportHeader {
        authority: AUTHORITY,
        station: station_id(),
        epoch: 1,
        first: 1,
        last: 2,
        kid: opening(seed::EXCHANGE).public().kid(),
    }
}

/// A hello and a hole: a batch would bring bytes that another zstd packs otherwise.
pub(crate) fn exported() -> Vec<Message> {
    vec![
        Message::Hello(hello().sign(&key(seed::STATION))),
        Message::Hole(hole().sign(&key(seed::STATION))),
    ]
}
