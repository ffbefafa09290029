//! A centre on a folder of its own, with a clock that the test sets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::document::PreviousEpoch;
use domain::screen::Preset;
use domain::time::{Moment, Timestamp};
use domain::wire::Answer;
use rusqlite::Connection;
use server::authority::Authority;
use server::centre::Centre;
use server::clock::Clock;
use server::folder::Folder;
use server::registrar::{self, PairingOrder, RegistrarError};
use server::store::sqlite::{SqliteRegister, SqliteStore, read_heads};
use server::store::{AssignmentRow, ChainId, Store};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::authority::{self, NOW};
use crate::station::{Station, answer};

/// A clock that the test sets.
pub(crate) struct TestClock {
    pub(crate) wall: AtomicI64,
    pub(crate) mono_ms: AtomicU64,
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp(self.wall.load(Ordering::SeqCst)),
            mono_ms: self.mono_ms.load(Ordering::SeqCst),
        }
    }
}

/// A centre and its folder.
pub(crate) struct Town {
    place: TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) register: Arc<SqliteRegister>,
    pub(crate) centre: Arc<Centre>,
    router: Router,
}

/// What a request got.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Town {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        authority::write(place.path());

        Self::open(place, server::store::sqlite::QUEUE)
    }

    pub(crate) fn with_queue(queue: usize) -> Self {
        let place = tempfile::tempdir().unwrap();
        authority::write(place.path());

        Self::open(place, queue)
    }

    /// A town in a folder that is there.
    pub(crate) fn with_place(place: TempDir) -> Self {
        Self::open(place, server::store::sqlite::QUEUE)
    }

    /// A town whose server's part of the folder was made before.
    pub(crate) fn with_folder(server: &std::path::Path) -> Self {
        let place = tempfile::tempdir().unwrap();
        authority::write(place.path());
        copy_folder(server, &Folder::new(place.path()).server());

        Self::open(place, server::store::sqlite::QUEUE)
    }

    /// Stops and starts again on the same folder.
    pub(crate) fn restart(self) -> Self {
        self.restart_after(|_| {})
    }

    /// Stops, lets something happen to the folder, and starts again.
    pub(crate) fn restart_after(self, happens: impl FnOnce(&Folder)) -> Self {
        self.store.close();
        let Self { place, .. } = self;
        happens(&Folder::new(place.path()));

        Self::open(place, server::store::sqlite::QUEUE)
    }

    pub(crate) fn folder(&self) -> Folder {
        Folder::new(self.place.path())
    }

    pub(crate) fn set_clock(&self, wall: Timestamp) {
        self.clock.wall.store(wall.0, Ordering::SeqCst);
    }

    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Got {
        self.send(Request::post(path), Body::from(body)).await
    }

    pub(crate) async fn fetch(&self, path: &str) -> Got {
        self.send(Request::get(path), Body::empty()).await
    }

    pub(crate) async fn send(&self, request: axum::http::request::Builder, body: Body) -> Got {
        let address: SocketAddr = "192.0.2.7:1000".parse().unwrap();
        let request = request.extension(ConnectInfo(address)).body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();

        Got {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// Sends entries and reads the signed answer.
    pub(crate) async fn deliver(&self, batch: Vec<u8>) -> Answer {
        let got = self.post("/v1/batches", batch).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());

        answer(&got.body)
    }

    pub(crate) fn pair(&self, order: &PairingOrder) -> [u8; 16] {
        let now = self.clock.now().wall;

        *registrar::pair(self.register.as_ref(), order, now)
            .unwrap()
            .expose()
    }

    pub(crate) fn approve(&self, code: &str) -> Result<AssignmentRow, RegistrarError> {
        let now = self.clock.now().wall;
        let folder = self.folder();
        let authority = Authority::open(&folder, None, NOW)?;
        let head = |newest: &AssignmentRow| Ok(read_heads(&folder)?.get(&chain(newest)).copied());

        registrar::approve(self.register.as_ref(), &authority, code, head, now)
    }

    /// A station from its pairing to its assignment.
    pub(crate) async fn station(&self, seed: u8) -> Station {
        let mut station = Station::new(seed);
        self.enrol(&mut station, &order()).await;

        station
    }

    pub(crate) async fn enrol(&self, station: &mut Station, order: &PairingOrder) {
        let token = self.pair(order);
        let enrolled = self.post("/v1/enrolments", station.enrol(&token)).await;
        assert_eq!(enrolled.status, StatusCode::OK, "{}", enrolled.text());
        self.clock.mono_ms.fetch_add(60_000, Ordering::SeqCst);
        self.approve(&station.code(&token)).unwrap();
        let mut fresh = Station::new(0);
        std::mem::swap(&mut fresh, station);
        fresh.assignment = None;
        fresh.id = domain::ids::StationId::of(&fresh.key().public());
        let assignment = self.post("/v1/assignments", fresh.hello()).await;
        assert_eq!(assignment.status, StatusCode::OK, "{}", assignment.text());
        fresh.begin(&assignment.body);
        *station = fresh;
    }

    /// How many rows a table of the day files holds in all.
    pub(crate) fn count(&self, table: &str) -> u64 {
        self.each_day(&format!("SELECT count(*) FROM {table}"), |row| {
            row.get::<_, i64>(0)
        })
        .into_iter()
        .map(|count| u64::try_from(count).unwrap())
        .sum()
    }

    /// What a query gives over all day files, oldest first.
    pub(crate) fn each_day<T>(
        &self,
        sql: &str,
        read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Vec<T> {
        let mut found = Vec::new();
        for day in self.days() {
            let path = self.folder().days().join(format!("{day}.db"));
            let database = Connection::open(path).unwrap();
            let mut statement = database.prepare(sql).unwrap();
            let rows = statement.query_map([], &read).unwrap();
            found.extend(rows.map(Result::unwrap));
        }

        found
    }

    pub(crate) fn days(&self) -> Vec<String> {
        let mut days: Vec<String> = std::fs::read_dir(self.folder().days())
            .unwrap()
            .filter_map(|item| {
                let name = item.unwrap().file_name().into_string().unwrap();
                name.strip_suffix(".db").map(str::to_owned)
            })
            .collect();
        days.sort();
        days
    }

    fn open(place: TempDir, queue: usize) -> Self {
        let clock = Arc::new(TestClock {
            wall: AtomicI64::new(NOW.0),
            mono_ms: AtomicU64::new(0),
        });
        let folder = Folder::new(place.path());
        folder.create().unwrap();
        let store = Arc::new(SqliteStore::open(&folder, queue).unwrap());
        let register = Arc::new(SqliteRegister::open(&folder).unwrap());
        let centre = Arc::new(Centre::new(
            Authority::open(&folder, None, NOW).unwrap(),
            store.clone(),
            register.clone(),
            clock.clone(),
        ));

        Self {
            place,
            clock,
            store,
            register,
            router: server::http::router(centre.clone()),
            centre,
        }
    }
}

impl Got {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) fn chain(row: &AssignmentRow) -> ChainId {
    ChainId {
        venue: row.venue.id,
        station: row.station,
        epoch: row.epoch,
    }
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let to = to.join(item.file_name());
        if item.path().is_dir() {
            copy_folder(&item.path(), &to);
        } else {
            std::fs::copy(item.path(), to).unwrap();
        }
    }
}

/// Gate 2 of a pharmacy in Shanghai.
pub(crate) fn order() -> PairingOrder {
    PairingOrder {
        kind: Preset::PublicPlace,
        name: "华山医院门诊药房".to_owned(),
        address: "上海市静安区乌鲁木齐中路 12 号".to_owned(),
        utc_offset_minutes: 480,
        gate: 2,
        district: "310106".to_owned(),
        station: None,
    }
}

/// Before the first epoch there was nothing.
pub(crate) const NOTHING_BEFORE: PreviousEpoch = PreviousEpoch::NONE;

impl Town {
    /// The bytes of a station's newest assignment.
    pub(crate) fn register_row(&self, station: &Station) -> Vec<u8> {
        use server::store::Register;

        self.register.newest(station.id).unwrap().unwrap().bytes
    }
}
