//! What the centre does with what comes in, whatever carries it: it judges, stores and signs.

mod late;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::entry::ChainHash;
use domain::ids::StationId;
use domain::time::{DAY, Moment};
use domain::wire::{
    Answer, AnswerKind, Batch, BatchError, BatchHeader, CheckedBatch, EnrolRequest, Hello, Hole,
};
use thiserror::Error;

use crate::authority::{Authority, AuthorityError};
use crate::clock::Clock;
use crate::day::Day;
use crate::metrics::Answered;
use crate::registrar::{RegistrarError, renewed};
use crate::store::{
    ChainId, EnrolmentState, Filing, Head, Known, Outcome, OutcomeKind, Purged, Register, Said,
    Skip, Start, Store, StoreError, TokenUse,
};

/// Bytes free on the disk below which the centre is not ready: some minutes of a city's entries.
const LOW: u64 = 256 * 1024 * 1024;
/// Seconds until a station that needs a new assignment asks again.
const ASK_AGAIN: u32 = 900;

/// The centre, without a socket.
pub struct Centre {
    authority: Authority,
    store: Arc<dyn Store>,
    register: Arc<dyn Register>,
    clock: Arc<dyn Clock>,
    retention_days: AtomicU32,
}

/// A batch whose signature and chain hold, and what is to be done with it.
#[derive(Debug)]
pub enum Judged {
    /// Its epoch is over.
    Fenced(ChainId, BatchHeader, Known),
    /// It is to be stored.
    Fit(Box<Filing>, Known),
}

/// Why the centre gives no signed answer. What it tells whom is for [`crate::http`].
#[derive(Debug, Error)]
pub enum Refused {
    /// The authority's documents do not serve.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The batch is refused as it is.
    #[error(transparent)]
    Batch(BatchError),
    /// The enrolment is refused; why is nobody's business.
    #[error("the enrolment is refused")]
    Enrolment,
    /// The assignment cannot be signed.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// Not built as it should be.
    #[error("the request is not built as it should be")]
    Shape,
    /// The store has no time or failed: later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An unknown station, or not signed by the one it names.
    #[error("the station is not known here")]
    Unknown,
}

/// What stands in the way of storing entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotReady {
    /// The store is closing or gone.
    #[error("the store is closed")]
    Closed,
    /// The last commit failed, and so does another.
    #[error("the database cannot be written")]
    Commit,
    /// The next commits may fail for want of room.
    #[error("the disk is nearly full")]
    Disk,
}

/// Why the days beyond retention were not erased.
#[derive(Debug, Error)]
pub enum NotErased {
    /// The authority's documents do not serve, so nobody knows how long entries are kept.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The wall clock went ahead of the other by more than a day.
    #[error(
        "the clock went ahead by more than a day: set it right, or start the server anew if it is"
    )]
    ClockLeapt,
    /// The store has no time or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// By the clock the trust document has expired, which the clock may be wrong about.
    #[error("by the clock the trust document has expired: set the clock right, or sign a new one")]
    TrustExpired,
}

impl Centre {
    /// A centre of these parts.
    #[must_use]
    pub fn new(
        authority: Authority,
        store: Arc<dyn Store>,
        register: Arc<dyn Register>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let retention_days = AtomicU32::new(authority.terms().retention_days);

        Self {
            authority,
            store,
            register,
            clock,
            retention_days,
        }
    }

    /// The authority whose centre this is.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Where entries go.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// What the centre's clocks say.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Judges a batch as sent: who sent it, by one signature, then its chain. Nothing of an unknown
    /// sender is unpacked.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn judge(&self, bytes: &[u8]) -> Result<Judged, Refused> {
        let (chain, batch, known) = self.checked(bytes)?;
        if chain.epoch < known.newest_epoch {
            return Ok(Judged::Fenced(chain, batch.header, known));
        }

        Ok(Judged::Fit(
            Box::new(self.filing(chain, batch, &known, false)),
            known,
        ))
    }

    /// As [`Self::judge`] for what a station could not send before its epoch was over: it comes under the old key,
    /// and is recorded as a tail (SECURITY.md §7). A batch of the epoch in force is no tail, and is judged as ever.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn judge_tail(&self, bytes: &[u8]) -> Result<Judged, Refused> {
        let (chain, batch, known) = self.checked(bytes)?;
        let tail = chain.epoch < known.newest_epoch;

        Ok(Judged::Fit(
            Box::new(self.filing(chain, batch, &known, tail)),
            known,
        ))
    }

    fn checked(&self, bytes: &[u8]) -> Result<(ChainId, CheckedBatch, Known), Refused> {
        let batch = Batch::read(bytes).map_err(Refused::Batch)?;
        let header = batch.header;
        let known = self.known(header.station, header.epoch)?;
        let checked = batch
            .check(&known.signing_key)
            .map_err(|error| match error {
                BatchError::NotSigned => Refused::Unknown,
                BatchError::BrokenChain
                | BatchError::Cbor(_)
                | BatchError::Shape
                | BatchError::TooLarge
                | BatchError::Unpack => Refused::Batch(error),
            })?;
        let chain = chain(&known, header.station, header.epoch);

        Ok((chain, checked, known))
    }

    /// Stores a judged batch and signs the answer.
    ///
    /// # Errors
    /// [`Refused::Store`]: nothing was acknowledged.
    pub async fn receive(&self, judged: Judged) -> Result<Vec<u8>, Refused> {
        match judged {
            Judged::Fenced(chain, header, known) => {
                let head = self.store.head(chain).await?;
                self.store.metrics().answered(Answered::Fenced, 0, 0);

                Ok(self.answer(AnswerKind::Fenced, chain, head, &known, header.nonce))
            }
            Judged::Fit(filing, known) => {
                let (chain, header, tail) = (filing.chain, filing.batch.header, filing.tail);
                note_early(&filing, self.authority.retention_days());
                let mut outcome = self.store.append(*filing).await?;
                note(&chain, &outcome);
                if tail && outcome.kind != OutcomeKind::Gap {
                    note_tail(&chain, &header, &outcome);
                    // Nothing follows it, so nothing is to be sorted out before its rows may leave the station: what
                    // is kept of it, on whichever branch, is receipted by its own last hash.
                    outcome = Outcome {
                        kind: OutcomeKind::Stored,
                        head: Some(Head {
                            seq: header.last,
                            hash: header.after,
                            forked: false,
                        }),
                        ..outcome
                    };
                }
                let (kind, counted) = match outcome.kind {
                    OutcomeKind::Fork => (AnswerKind::Fork, Answered::Fork),
                    OutcomeKind::Gap => (AnswerKind::Gap, Answered::Gap),
                    OutcomeKind::Stored => (AnswerKind::Ok, Answered::Ok),
                };
                let metrics = self.store.metrics();
                metrics.answered(counted, outcome.stored, outcome.poison);

                Ok(self.answer(kind, chain, outcome.head, &known, header.nonce))
            }
        }
    }

    /// Tells a station how far its chain is stored.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn head(&self, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let (hello, known) = self.hello(bytes)?;
        let chain = chain(&known, hello.station, hello.epoch);
        let said = Said {
            chain,
            seq: hello.seq,
            hash: ChainHash(hello.hash),
            nonce: hello.nonce,
            hello: bytes.to_vec(),
            received: self.clock.now().wall,
        };
        let greeted = self.store.greet(said).await?;
        let stored = greeted.head.map_or(0, |head| head.seq);
        if greeted.behind || greeted.forked {
            self.store.metrics().contradicted();
            note_contradiction(&chain, hello.seq, stored, greeted.forked);
        }
        let quarantined = greeted.head.is_some_and(|head| head.forked);
        let kind = if hello.epoch < known.newest_epoch {
            AnswerKind::Fenced
        } else if greeted.forked || quarantined {
            AnswerKind::Fork
        } else {
            // Of a log that was put back the number of the head says it all.
            AnswerKind::Ok
        };

        Ok(self.answer(kind, chain, greeted.head, &known, hello.nonce))
    }

    /// Records that a station can never give some entries, so that its chain goes on behind them; also of an epoch that
    /// is over, whose tail may still come.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn hole(&self, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let (hole, signature) = Hole::read(bytes).ok_or(Refused::Shape)?;
        let known = self.known(hole.station, hole.epoch)?;
        hole.verify(&signature, &known.signing_key)
            .map_err(|_| Refused::Unknown)?;
        let chain = chain(&known, hole.station, hole.epoch);
        let before = self.store.head(chain).await?.map_or(0, |head| head.seq);
        let proven = self.is_proven(&hole);
        let skip = Skip {
            chain,
            last: hole.last,
            hash: ChainHash(hole.hash),
            proven,
            told: bytes.to_vec(),
            received: self.clock.now().wall,
        };
        let head = self.store.skip(skip).await?;
        let kind = match head {
            Some(head) if head.forked => AnswerKind::Fork,
            Some(head) if head.seq == hole.last && head.hash.0 == hole.hash => AnswerKind::Hole,
            Some(_) | None => AnswerKind::Ok,
        };
        if kind == AnswerKind::Hole && hole.last > before {
            self.store.metrics().hole();
            let station = domain::hex::encode(chain.station.0);
            let (epoch, first) = (chain.epoch, before.saturating_add(1));
            tracing::error!(%station, epoch, first, last = hole.last, proven, "entries are missing for good: a receipt shows that this centre lost them (proven), or the station's disk did");
        }

        Ok(self.answer(kind, chain, head, &known, hole.nonce))
    }

    /// Whether a receipt of ours comes with it that once acknowledged what is missing now.
    fn is_proven(&self, hole: &Hole) -> bool {
        let keys = [self.authority.receipt().public()];
        let receipt = hole.receipt.as_deref();
        let answer = receipt.and_then(|receipt| Answer::verify(receipt, &keys));

        answer.is_some_and(|(answer, _)| {
            answer.station == hole.station
                && answer.epoch == hole.epoch
                && answer.acked_seq >= hole.last
        })
    }

    /// Takes a token for a station's keys and gives the documents that it starts from.
    ///
    /// # Errors
    /// [`Refused::Enrolment`] for every fault of the request's, or that the store or the authority's
    /// folder failed.
    pub fn enrol(&self, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        let request = EnrolRequest::read(bytes)
            .ok()
            .flatten()
            .ok_or(Refused::Enrolment)?;
        request.verify().map_err(|_| Refused::Enrolment)?;
        let taken = self.register.take_token(
            &request.token.hash(),
            (&request.signing_key, &request.sealing_key),
            &request.code(),
            self.clock.now().wall,
        )?;
        match taken {
            TokenUse::First => tracing::info!("a station waits for approval"),
            TokenUse::Again => tracing::info!("a waiting station asked again"),
            TokenUse::ByAnother => {
                tracing::warn!("a pairing was used by a second station: whoever waited is stopped");
                return Err(Refused::Enrolment);
            }
            TokenUse::Unknown => return Err(Refused::Enrolment),
        }

        Ok(self.authority.enrolled()?.encode())
    }

    /// The newest assignment of the station that says hello; none while it waits for approval.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn assignment(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
        let (hello, signature) = Hello::read(bytes).ok_or(Refused::Shape)?;
        let key = if hello.epoch == 0 {
            let enrolment = self.register.enrolled_by(hello.station)?;
            enrolment
                .filter(|enrolment| enrolment.state != EnrolmentState::Stopped)
                .ok_or(Refused::Unknown)?
                .signing_key
        } else {
            self.known(hello.station, hello.epoch)?.signing_key
        };
        hello
            .verify(&signature, &key)
            .map_err(|_| Refused::Unknown)?;
        let Some(held) = self.register.newest_for_key(&key)? else {
            return Ok(None);
        };
        let newest = self.register.newest(held.station)?;
        if newest.is_some_and(|newest| newest.epoch > held.epoch) {
            return Ok(None);
        }
        let now = self.clock.now().wall;
        let given = renewed(self.register.as_ref(), &self.authority, held, now)?;

        Ok(Some(given.bytes))
    }

    /// Whether entries can be stored: the store is open, its last commit went well or another one does now, and
    /// the disk has room.
    ///
    /// # Errors
    /// See [`NotReady`].
    pub async fn ready(&self) -> Result<(), NotReady> {
        match self.store.ready().await {
            // Busy is not ill.
            Ok(()) | Err(StoreError::Busy) => {}
            Err(StoreError::Closed) => return Err(NotReady::Closed),
            Err(StoreError::Failed(_) | StoreError::Taken) => return Err(NotReady::Commit),
        }
        match self.store.disk() {
            Some(disk) if disk.free < LOW => Err(NotReady::Disk),
            Some(_) | None => Ok(()),
        }
    }

    /// Erases the days that are older than the trust document's retention, and takes over what it says for
    /// entries that come later. `started`: what the clocks said when the server did.
    ///
    /// # Errors
    /// [`NotErased`]: nothing, or not everything, was erased; to be tried again.
    pub async fn erase_old(&self, started: Moment) -> Result<Vec<Purged>, NotErased> {
        let now = self.clock.now();
        let terms = self.authority.terms_now()?;
        if terms.expires <= now.wall {
            return Err(NotErased::TrustExpired);
        }
        let by_wall = now.wall.since(started.wall);
        let by_count = i64::try_from(now.ms_since(started) / 1_000).unwrap_or(i64::MAX);
        if by_wall.saturating_sub(by_count) > DAY {
            return Err(NotErased::ClockLeapt);
        }
        self.retention_days
            .store(terms.retention_days, Ordering::Relaxed);
        let kept_from = Day::of(now.wall).back(terms.retention_days);
        let purged = self.store.erase_before(kept_from, now.wall).await?;
        self.store.metrics().erased(purged.len(), now.wall);
        for gone in &purged {
            let (entries, poison, branches, expired) =
                (gone.entries, gone.poison, gone.branches, gone.expired);
            tracing::info!(day = %gone.day, entries, poison, branches, expired, "a day was erased at retention");
        }

        Ok(purged)
    }

    fn hello(&self, bytes: &[u8]) -> Result<(Hello, Known), Refused> {
        let (hello, signature) = Hello::read(bytes).ok_or(Refused::Shape)?;
        let known = self.known(hello.station, hello.epoch)?;
        hello
            .verify(&signature, &known.signing_key)
            .map_err(|_| Refused::Unknown)?;

        Ok((hello, known))
    }

    fn known(&self, station: StationId, epoch: u32) -> Result<Known, Refused> {
        self.register.known(station, epoch)?.ok_or(Refused::Unknown)
    }

    fn filing(&self, chain: ChainId, batch: CheckedBatch, known: &Known, tail: bool) -> Filing {
        let received = self.clock.now().wall;

        Filing {
            chain,
            start: Start::of(chain.epoch, known.starts.clone()),
            batch,
            received,
            kept_from: Day::of(received).back(self.retention_days.load(Ordering::Relaxed)),
            tail,
        }
    }

    fn answer(
        &self,
        kind: AnswerKind,
        chain: ChainId,
        head: Option<Head>,
        known: &Known,
        nonce: [u8; 16],
    ) -> Vec<u8> {
        let begin = known.starts.first().map_or([0; 32], |start| start.0);
        let (acked_seq, acked_hash) = head
            .filter(|head| head.seq > 0)
            .map_or((0, begin), |head| (head.seq, head.hash.0));

        Answer {
            kind,
            station: chain.station,
            epoch: chain.epoch,
            acked_seq,
            acked_hash,
            nonce,
            server_time: self.clock.now().wall,
            next_after: match kind {
                AnswerKind::Ok | AnswerKind::Gap | AnswerKind::Hole => 0,
                AnswerKind::Fenced | AnswerKind::Fork => ASK_AGAIN,
            },
        }
        .sign(self.authority.receipt())
    }
}

fn chain(known: &Known, station: StationId, epoch: u32) -> ChainId {
    ChainId {
        venue: known.venue,
        station,
        epoch,
    }
}

fn note_contradiction(chain: &ChainId, said: u64, stored: u64, forked: bool) {
    let station = domain::hex::encode(chain.station.0);
    let epoch = chain.epoch;
    if forked {
        tracing::error!(%station, epoch, said, stored, "the station's last entry is not the one stored under its number: enrol it anew and find out which is the copy");
    } else {
        tracing::error!(%station, epoch, said, stored, "the station's log ends before what is stored of it: it was put back to an older state, or this is a copy");
    }
}

/// They are kept as they came: without token and sealed text, with the time of their coming beside their own.
fn note_early(filing: &Filing, retention_days: u32) {
    let early = filing
        .batch
        .entries
        .iter()
        .filter(|entry| entry.check.is_early(filing.received, retention_days))
        .count();
    if early > 0 {
        let station = domain::hex::encode(filing.chain.station.0);
        let (first, last) = (filing.batch.header.first, filing.batch.header.last);
        tracing::warn!(%station, epoch = filing.chain.epoch, first, last, early, "entries came without what they carried of a person although their retention is not over: unless this centre came back from an older copy, find out who changed the station's clock or database");
    }
}

fn note_tail(chain: &ChainId, header: &BatchHeader, outcome: &Outcome) {
    let station = domain::hex::encode(chain.station.0);
    let (epoch, first, last) = (chain.epoch, header.first, header.last);
    let branch = outcome.kind == OutcomeKind::Fork;
    tracing::warn!(%station, epoch, first, last, branch, "entries came after their epoch was over; they are kept apart from its list as a tail");
}

fn note(chain: &ChainId, outcome: &Outcome) {
    let station = domain::hex::encode(chain.station.0);
    let (epoch, stored, poison) = (chain.epoch, outcome.stored, outcome.poison);
    let seq = outcome.head.map_or(0, |head| head.seq);
    match outcome.kind {
        OutcomeKind::Stored if poison > 0 => {
            tracing::warn!(%station, epoch, seq, stored, poison, "entries that make no sense were put into quarantine");
        }
        OutcomeKind::Stored => tracing::info!(%station, epoch, seq, stored, "entries stored"),
        OutcomeKind::Gap => tracing::warn!(%station, epoch, seq, "entries are missing"),
        OutcomeKind::Fork => {
            tracing::error!(%station, epoch, seq, stored, "two branches: the station's key is quarantined; enrol it anew and find out which is the copy");
        }
    }
}
