//! A centre on loopback: the routes of `domain::wire` over TLS, with its log in memory.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::code::foreign::HcertMap;
use domain::crypto::{ContentKey, PublicKey, SealingKey, sha256};
use domain::document::Assignment;
use domain::entry::{ChainHash, genesis};
use domain::hex;
use domain::time::Timestamp;
use domain::wire::{
    Answer, AnswerKind, Batch, CheckedEntry, EnrolRequest, Enrolled, Hello, Hole, Pairing,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::authority::{AUTHORITY, Authority, receipt_key};

/// The running centre.
pub(crate) struct Centre {
    url: String,
    pin: [u8; 32],
    root_hash: [u8; 32],
    desk: Arc<Mutex<Desk>>,
}

struct Desk {
    authority: Authority,
    station: Option<(PublicKey, SealingKey)>,
    asked_for_assignment: u32,
    head: Option<(u64, ChainHash)>,
    entries: Vec<CheckedEntry>,
    up: bool,
    knows_the_station: bool,
    lists_asked: u32,
    holes: Vec<Hole>,
    takes_sealed: bool,
    /// Lists of what was taken back, by their paths.
    offered: BTreeMap<String, Vec<u8>>,
}

impl Centre {
    pub(crate) fn start(authority: Authority) -> Self {
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
        let root_hash = sha256(&[&authority.root]);
        let desk = Arc::new(Mutex::new(Desk {
            authority,
            station: None,
            asked_for_assignment: 0,
            head: None,
            entries: Vec::new(),
            up: true,
            knows_the_station: true,
            lists_asked: 0,
            holes: Vec::new(),
            takes_sealed: true,
            offered: BTreeMap::new(),
        }));
        let (config, shared) = (Arc::new(config), Arc::clone(&desk));
        thread::spawn(move || {
            for socket in listener.incoming() {
                serve(socket.unwrap(), &config, &shared);
            }
        });
        Self {
            url,
            pin,
            root_hash,
            desk,
        }
    }

    pub(crate) fn pairing(&self) -> Vec<u8> {
        let pairing = Pairing {
            url: self.url.clone(),
            token: hex::encode([7; 16]),
            authority: hex::encode(AUTHORITY.0),
            root_sha256: hex::encode(self.root_hash),
            spki_sha256: Some(hex::encode(self.pin)),
        };
        serde_json::to_vec(&pairing).unwrap()
    }

    pub(crate) fn go(&self, up: bool) {
        self.desk.lock().unwrap().up = up;
    }

    /// From now on the list is of this version and time.
    pub(crate) fn publish(&self, version: u64, as_of: Timestamp) {
        self.desk.lock().unwrap().authority.publish(version, as_of);
    }

    /// A newer trust list and a newer list by which codes are looked up that nobody signed.
    pub(crate) fn look_codes_up(&self, texts: &[String]) {
        self.desk.lock().unwrap().authority.look_codes_up(texts);
    }

    /// The manifest in force.
    pub(crate) fn manifest(&self) -> Vec<u8> {
        self.desk.lock().unwrap().authority.manifest.clone()
    }

    /// The file of the status table.
    pub(crate) fn status_file(&self) -> Vec<u8> {
        self.desk.lock().unwrap().authority.status_file.clone()
    }

    /// The file of the table for looking codes up.
    pub(crate) fn lookup_file(&self) -> Vec<u8> {
        self.desk.lock().unwrap().authority.lookup_file.clone()
    }

    /// A newer trust list names another status key.
    pub(crate) fn drop_the_status_key(&self) {
        self.desk.lock().unwrap().authority.drop_the_status_key();
    }

    /// A trust list of this version that knows the organiser's key and the hall's product, and names these lists of what was
    /// taken back.
    pub(crate) fn sell_tickets(&self, version: u64, lists: &[&[u8]]) {
        let mut desk = self.desk.lock().unwrap();
        desk.authority.sell_tickets(version, lists);
    }

    /// A trust list of this version that knows an issuer of health certificates and identities, and says which numbers of
    /// the first hold what.
    pub(crate) fn know_an_issuer(&self, version: u64, hcert: Option<HcertMap>) {
        let mut desk = self.desk.lock().unwrap();
        desk.authority.know_an_issuer(version, hcert);
    }

    /// From now on the station's assignment is of this version, with this key of encrypted codes.
    pub(crate) fn assign(&self, version: u64, key: Option<ContentKey>) {
        self.desk.lock().unwrap().authority.assigned = (version, key);
    }

    /// Gives `bytes` where this list is asked for.
    pub(crate) fn offer(&self, list: &[u8], bytes: &[u8]) {
        let path = format!("/v1/revocation/{}", hex::encode(sha256(&[list])));
        self.desk
            .lock()
            .unwrap()
            .offered
            .insert(path, bytes.to_vec());
    }

    /// The trust list as it is given out.
    pub(crate) fn trust(&self) -> Vec<u8> {
        self.desk.lock().unwrap().authority.trust.clone()
    }

    /// As after a loss of its register.
    pub(crate) fn forget_the_station(&self) {
        self.desk.lock().unwrap().knows_the_station = false;
    }

    /// How often a list was asked for.
    pub(crate) fn lists_asked(&self) -> u32 {
        self.desk.lock().unwrap().lists_asked
    }

    /// As after coming back from a copy that ends with this entry.
    pub(crate) fn lose_after(&self, seq: u64) {
        let mut desk = self.desk.lock().unwrap();
        desk.entries.retain(|entry| entry.seq <= seq);
        desk.head = desk.entries.last().map(|entry| (entry.seq, entry.hash));
    }

    /// From now on it says that it holds this much.
    pub(crate) fn say_head(&self, seq: u64, hash: ChainHash) {
        self.desk.lock().unwrap().head = Some((seq, hash));
    }

    /// From now on whatever carries a sealed text is too large for it.
    pub(crate) fn take_no_sealed_text(&self) {
        self.desk.lock().unwrap().takes_sealed = false;
    }

    /// The holes that it was told.
    pub(crate) fn holes(&self) -> Vec<Hole> {
        self.desk.lock().unwrap().holes.clone()
    }

    pub(crate) fn entries(&self) -> Vec<CheckedEntry> {
        self.desk.lock().unwrap().entries.clone()
    }
}

fn serve(socket: TcpStream, config: &Arc<ServerConfig>, desk: &Mutex<Desk>) {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    let Some((path, body)) = read_request(&mut stream) else {
        return;
    };
    let (status, answer) = desk.lock().unwrap().answer(&path, &body);
    let length = answer.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&answer);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn read_request(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let path = head.split(' ').nth(1)?.to_owned();
                return Some((path, bytes[end + 4..].to_vec()));
            }
        }
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
    }
}

impl Desk {
    fn answer(&mut self, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        if !self.up {
            return (503, Vec::new());
        }
        match path {
            "/v1/enrolments" => self.enrol(body),
            "/v1/assignments" | "/v1/head" | "/v1/holes" | "/v1/batches"
                if !self.knows_the_station =>
            {
                (401, Vec::new())
            }
            "/v1/assignments" => self.assign(),
            "/v1/head" => {
                let (hello, _) = Hello::read(body).unwrap();
                (200, self.receipt(AnswerKind::Ok, hello.nonce))
            }
            "/v1/holes" => self.hole(body),
            "/v1/batches" => self.batch(body),
            "/v1/knowledge/trust" => (200, self.authority.trust.clone()),
            "/v1/knowledge/manifest" => {
                self.lists_asked += 1;
                (200, self.authority.manifest.clone())
            }
            _ if path.starts_with("/v1/revocation/") => match self.offered.get(path) {
                Some(list) => (200, list.clone()),
                None => (404, Vec::new()),
            },
            _ if path.starts_with("/v1/status/") => {
                let lookup = &self.authority.lookup_file;
                let is_lookup = path.ends_with(&hex::encode(sha256(&[lookup])));
                let file = if is_lookup {
                    lookup
                } else {
                    &self.authority.status_file
                };
                (200, file.clone())
            }
            _ => (404, Vec::new()),
        }
    }

    fn enrol(&mut self, body: &[u8]) -> (u16, Vec<u8>) {
        let request = EnrolRequest::read(body).unwrap().unwrap();
        if self.station.is_some() || request.verify().is_err() {
            return (403, Vec::new());
        }
        self.station = Some((request.signing_key, request.sealing_key));
        let enrolled = Enrolled {
            root: self.authority.root.clone(),
            trust: self.authority.trust.clone(),
        };
        (200, enrolled.encode())
    }

    /// The first question comes before the approval.
    fn assign(&mut self) -> (u16, Vec<u8>) {
        self.asked_for_assignment += 1;
        if self.asked_for_assignment == 1 {
            return (204, Vec::new());
        }
        let (signing, sealing) = self.station.unwrap();
        (200, self.authority.assignment(signing, sealing))
    }

    fn hole(&mut self, body: &[u8]) -> (u16, Vec<u8>) {
        let (hole, signature) = Hole::read(body).unwrap();
        let (key, _) = self.station.unwrap();
        hole.verify(&signature, &key).unwrap();
        self.head = Some((hole.last, ChainHash(hole.hash)));
        let nonce = hole.nonce;
        self.holes.push(hole);
        (200, self.receipt(AnswerKind::Hole, nonce))
    }

    fn batch(&mut self, body: &[u8]) -> (u16, Vec<u8>) {
        let batch = Batch::read(body).unwrap();
        let (key, _) = self.station.unwrap();
        let checked = batch.check(&key).unwrap();
        let carries = |entry: &CheckedEntry| {
            let sealed = entry.entry.sealed.as_ref();
            sealed.is_some_and(|sealed| !sealed.is_empty())
        };
        if !self.takes_sealed && checked.entries.iter().any(carries) {
            return (413, Vec::new());
        }
        let (seq, hash) = self.head();
        let nonce = checked.header.nonce;
        if checked.header.first != seq + 1 || checked.header.before != hash {
            return (200, self.receipt(AnswerKind::Gap, nonce));
        }
        self.head = Some((checked.header.last, checked.header.after));
        self.entries.extend(checked.entries);
        (200, self.receipt(AnswerKind::Ok, nonce))
    }

    fn head(&self) -> (u64, ChainHash) {
        let (signing, sealing) = self.station.unwrap();
        self.head.unwrap_or_else(|| {
            let bytes = self.authority.first_assignment(signing, sealing);
            let registry = [crate::authority::key(15).public()];
            let assignment = Assignment::verify(&bytes, AUTHORITY, &registry, &signing).unwrap();
            let (station, previous) = (assignment.station, assignment.previous);
            (0, genesis(station, assignment.epoch, &bytes, previous))
        })
    }

    fn receipt(&self, kind: AnswerKind, nonce: [u8; 16]) -> Vec<u8> {
        let (signing, _) = self.station.unwrap();
        let (seq, hash) = self.head();
        let answer = Answer {
            kind,
            station: domain::ids::StationId::of(&signing),
            epoch: 1,
            acked_seq: seq,
            acked_hash: hash.0,
            nonce,
            server_time: self.authority.now,
            next_after: 0,
        };
        answer.sign(&receipt_key())
    }
}
