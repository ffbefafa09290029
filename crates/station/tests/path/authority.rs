//! A demonstration's authority: keys, documents, three residents.

use domain::code::foreign::revocation::ListKind;
use domain::code::foreign::{ForeignKey, Format, HcertMap};
use domain::code::lookup::{Alphabet, Fingerprint, LookupScheme};
use domain::code::native::Claims;
use domain::crypto::{
    ContentKey, Fresh, OpeningKey, PublicKey, SealingKey, Secret, SigningKey, sha256,
};
use domain::document::{
    Assignment, ExchangeTurn, Header, ISSUER_FORMAT_NATIVE, Issuer, IssuerKind, LookupFile,
    Manifest, PreviousEpoch, Product, RevocationFile, RoleKey, Root, SealedContentKey,
    SealedSecret, SealingTurn, Shard, TrustBody, Venue, VenuePolicy,
};
use domain::ids::{AuthorityId, Handle, StationId, VenueId};
use domain::screen::{Colour, HolderClass, Preset};
use domain::status::{Cell, LookupRow, Sample, lookup_table, pack_full, pack_lookup};
use domain::time::{DAY, HOUR, Timestamp};

use crate::foreign::{ISSUER, ISSUER_ID, ORGANISER, PRODUCT};

const URI: &str = "https://s.example/1";
pub(crate) const AUTHORITY: AuthorityId = AuthorityId([1; 16]);

/// The authority at one moment.
pub(crate) struct Authority {
    pub(crate) now: Timestamp,
    pub(crate) root: Vec<u8>,
    pub(crate) trust: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
    pub(crate) status_file: Vec<u8>,
    /// The table for looking codes up, once there is one.
    pub(crate) lookup_file: Vec<u8>,
    /// Which assignment the station gets now: its version, and the key of encrypted codes in it.
    pub(crate) assigned: (u64, Option<ContentKey>),
}

impl Authority {
    pub(crate) fn new(now: Timestamp, demo: bool) -> Self {
        let root = Root {
            header: header(now.plus(-DAY), 300 * DAY),
            keys: vec![key(1).public(), key(2).public(), key(3).public()],
            threshold: 2,
            demo,
        };
        let (manifest, status_file) = list(1, now.plus(-HOUR), now);

        Self {
            now,
            root: root.sign(&[&key(1), &key(3)]),
            trust: trust(now).sign(&[&key(1), &key(3)]),
            manifest: manifest.sign(&key(13)),
            status_file,
            lookup_file: Vec::new(),
            assigned: (1, None),
        }
    }

    /// Signs a list of this version and time.
    pub(crate) fn publish(&mut self, version: u64, as_of: Timestamp) {
        let (manifest, status_file) = list(version, as_of, self.now);
        (self.manifest, self.status_file) = (manifest.sign(&key(13)), status_file);
    }

    /// Signs the next trust list, under which codes are looked up that nobody signed, and a list to look them up in.
    pub(crate) fn look_codes_up(&mut self, texts: &[String]) {
        let mut body = trust(self.now);
        body.header.version = 2;
        body.lookups = vec![scheme()];
        self.trust = body.sign(&[&key(1), &key(3)]);

        let (mut manifest, status_file) = list(2, self.now.plus(-60), self.now);
        let row = |index| LookupRow {
            index,
            birth_year: Some(1958),
            last_four: Some(*b"061X"),
        };
        let rows = texts
            .iter()
            .map(|text| Fingerprint::of(&scheme().issuer, text))
            .zip((0..).map(row));
        let table = lookup_table(&rows.collect());
        let (file, full) = pack_lookup(&table, URI, 0, 2, &status_secret()).unwrap();
        manifest.lookups = vec![LookupFile {
            issuer: scheme().issuer,
            version: 2,
            sha256: sha256(&[&table]),
            full,
        }];
        self.manifest = manifest.sign(&key(13));
        (self.status_file, self.lookup_file) = (status_file, file);
    }

    /// Signs the next trust list, which names another status key.
    pub(crate) fn drop_the_status_key(&mut self) {
        let mut body = trust(self.now);
        body.header.version = 2;
        body.status[0].key = key(23).public();
        self.trust = body.sign(&[&key(1), &key(3)]);
    }

    /// Signs the next trust list, under which the hall takes an organiser's tickets.
    pub(crate) fn sell_tickets(&mut self, version: u64, lists: &[&[u8]]) {
        let mut body = trust(self.now);
        body.header.version = version;
        body.foreign = vec![ForeignKey {
            key: Some(key(ORGANISER).public().into()),
            ..ForeignKey::new(Format::Pretix, Vec::new())
        }];
        body.revocations = lists
            .iter()
            .map(|list| RevocationFile {
                list: ListKind::PretixRevoked,
                sha256: sha256(&[list]),
                length: u64::try_from(list.len()).unwrap(),
            })
            .collect();
        let product = Product {
            item: i64::from(PRODUCT),
            name: "Saturday".to_owned(),
        };
        let event = VenuePolicy::event(vec![product.clone()]);
        for policy in &mut body.policies {
            policy.rules.clone_from(&event.rules);
            policy.products = vec![product.clone()];
        }
        self.trust = body.sign(&[&key(1), &key(3)]);
    }

    /// Signs the next trust list, under which the hall judges health certificates and identities of one issuer, and lets
    /// nobody in by them.
    pub(crate) fn know_an_issuer(&mut self, version: u64, hcert: Option<HcertMap>) {
        let mut body = trust(self.now);
        body.header.version = version;
        let known = |format| ForeignKey {
            key: Some(key(ISSUER).public().into()),
            ..ForeignKey::new(format, ISSUER_ID.to_vec())
        };
        body.foreign = [Format::Hcert, Format::Claim169].map(known).to_vec();
        body.hcert = hcert;
        let nobody = r#"{"id":"NOBODY","sentence":{"zh":"无","en":"Nobody"},"kinds":["vaccination","identity"],"logic":false}"#;
        for policy in &mut body.policies {
            policy.rules = vec![nobody.to_owned()];
        }
        self.trust = body.sign(&[&key(1), &key(3)]);
    }

    /// The code of resident `n`: 0 green, 1 yellow, 2 red, 3 reported lost.
    pub(crate) fn code(&self, n: u8) -> String {
        let claims = Claims {
            issuer: "demo-jab".to_owned(),
            issued_at: self.now.plus(-10 * DAY),
            expires: self.now.plus(100 * DAY),
            status_uri: URI.to_owned(),
            status_index: u64::from(n),
            handle: Handle([n; 16]),
            name: "王*".to_owned(),
            birth_year: 1941,
            class: HolderClass::Senior,
            last_four: "123X".to_owned(),
            slip: None,
        };

        claims.sign(&key(11))
    }

    pub(crate) fn assignment(&self, signing_key: PublicKey, sealing_key: SealingKey) -> Vec<u8> {
        let (version, key) = &self.assigned;

        self.assignment_with(signing_key, sealing_key, *version, key.as_ref())
    }

    /// The assignment that the station's log began with.
    pub(crate) fn first_assignment(
        &self,
        signing_key: PublicKey,
        sealing_key: SealingKey,
    ) -> Vec<u8> {
        self.assignment_with(signing_key, sealing_key, 1, None)
    }

    fn assignment_with(
        &self,
        signing_key: PublicKey,
        sealing_key: SealingKey,
        version: u64,
        content_key: Option<&ContentKey>,
    ) -> Vec<u8> {
        let station = StationId::of(&signing_key);
        let week = self.now.plus(-HOUR).week();
        let secret = SealedSecret::seal(
            week,
            &status_secret(),
            &sealing_key,
            AUTHORITY,
            station,
            Fresh::new([9; 32]),
        );
        let sealed = content_key.map(|key| {
            let fresh = Fresh::new([10; 32]);
            SealedContentKey::seal(key, &sealing_key, AUTHORITY, station, fresh)
        });
        let assignment = Assignment {
            header: Header {
                version,
                ..header(self.now.plus(-HOUR), 40 * DAY)
            },
            station,
            signing_key,
            sealing_key,
            venue: Venue {
                id: VenueId([3; 16]),
                kind: Preset::PublicPlace,
                name: "Demo Hall".to_owned(),
                address: "1 Demo Road".to_owned(),
                utc_offset_minutes: 480,
            },
            gate: 2,
            district: "310106".to_owned(),
            epoch: 1,
            previous: PreviousEpoch::NONE,
            secrets: vec![secret],
            content_keys: sealed.into_iter().collect(),
        };

        assignment.sign(&key(15))
    }
}

pub(crate) fn key(byte: u8) -> SigningKey {
    SigningKey::new(Secret::new([byte; 32]))
}

/// The key that signs answers.
pub(crate) fn receipt_key() -> SigningKey {
    key(14)
}

/// The key that opens exports.
pub(crate) fn exchange_key() -> OpeningKey {
    OpeningKey::new(&Secret::new([17; 32]))
}

fn header(issued_at: Timestamp, life: i64) -> Header {
    Header {
        authority: AUTHORITY,
        version: 1,
        issued_at,
        expires: issued_at.plus(life),
    }
}

/// Whose codes are looked up.
pub(crate) fn scheme() -> LookupScheme {
    LookupScheme {
        issuer: "harbour-city".to_owned(),
        prefix: "https://code.city.example/p/".to_owned(),
        alphabet: Alphabet::Base64Url,
        least: 22,
        most: 22,
        country: None,
    }
}

fn status_secret() -> Secret {
    Secret::new([5; 32])
}

fn trust(now: Timestamp) -> TrustBody {
    let role = |byte| RoleKey {
        key: key(byte).public(),
        not_before: now.plus(-2 * DAY),
        not_after: now.plus(90 * DAY),
    };

    TrustBody {
        header: header(now.plus(-DAY), 80 * DAY),
        registry: vec![role(15)],
        status: vec![role(13)],
        receipt: vec![role(14)],
        exchange: vec![ExchangeTurn {
            key: exchange_key().public(),
            not_before: now.plus(-DAY),
            not_after: now.plus(90 * DAY),
        }],
        sealing: vec![SealingTurn {
            key: OpeningKey::new(&Secret::new([16; 32])).public(),
            not_before: now.plus(-DAY),
            not_after: now.plus(90 * DAY),
        }],
        issuers: vec![Issuer {
            name: "demo-jab".to_owned(),
            format: ISSUER_FORMAT_NATIVE.to_owned(),
            kind: IssuerKind::Resident,
            algorithm: domain::cose::EDDSA,
            key: key(11).public().as_bytes().to_vec(),
            not_before: now.plus(-400 * DAY),
            not_after: now.plus(365 * DAY),
            max_lifetime: 180 * DAY,
        }],
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
    }
}

fn list(version: u64, as_of: Timestamp, now: Timestamp) -> (Manifest, Vec<u8>) {
    let sample = Sample::Negative(now.plus(-12 * HOUR));
    let coloured = [Colour::Green, Colour::Yellow, Colour::Red]
        .map(|colour| Cell::coloured(colour, sample, as_of).0);
    let table = [&coloured[..], &[Cell::LOST.0]].concat();
    let (file, full) = pack_full(&table, URI, 0, version, &status_secret()).unwrap();
    let manifest = Manifest {
        header: Header {
            version,
            ..header(as_of, 10 * DAY)
        },
        uri: URI.to_owned(),
        week: now.plus(-HOUR).week(),
        shards: vec![Shard {
            first: 0,
            count: full.raw_length,
            version,
            sha256: sha256(&[&table]),
            full,
            deltas: Vec::new(),
        }],
        lookups: Vec::new(),
    };

    (manifest, file)
}
