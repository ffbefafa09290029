//! `menshen load`: plays many stations against a server, so that a buyer can size one. The stations are those of
//! `menshen-server crowd`, which a demonstration's folder alone makes; the protocol, TLS and signatures are a
//! station's, and every answer is verified.

mod chain;
mod player;
mod report;
mod schedule;

use std::sync::Arc;
use std::time::Duration;

use domain::crypto::{PublicKey, Secret, SigningKey};
use domain::document::{Assignment, DocumentError, Root, Trust};
use domain::hex;
use domain::time::Timestamp;
use domain::wire::{BatchError, Crowd, Played};
use station::{Caller, Centre, Clock, LinkError, NoAnswer, Request};
use thiserror::Error;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use report::{Held, Latency, Report};

use crate::Failure;
use chain::{Bodies, Chain};
use player::{Going, Player, Tally};
use schedule::{Pace, Schedule};

/// What was sent by the end of a run is answered within this, or counts as unanswered.
const FAREWELL: Duration = Duration::from_secs(10);
/// Greetings at once: fewer than a server works on beside its batches.
const GREETINGS: usize = 16;

/// How to play.
#[derive(Clone, Debug)]
pub struct Load {
    /// The stations.
    pub crowd: Crowd,
    /// Another address of the same server.
    pub url: Option<String>,
    /// How many of them; none for all.
    pub stations: Option<usize>,
    /// Entries in a batch.
    pub batch: usize,
    /// Entries a second over all; none for as many as go.
    pub rate: Option<u32>,
    /// For how long.
    pub time: Duration,
}

/// Why no stations were played, or not to the end.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file of stations.
    #[error("the file of stations cannot be read: make one with `menshen-server crowd`")]
    Crowd,
    /// Fewer stations than wanted.
    #[error(
        "the file holds {0} stations, fewer than --stations asks for: make more with `menshen-server crowd`"
    )]
    TooFew(usize),
    /// A real city's.
    #[error("these stations are not a demonstration's: a real city's server is not put under load")]
    Real,
    /// A document does not verify.
    #[error(
        "the server is not the one that these stations were made for ({0}): name its address with --url, or make others with `menshen-server crowd`"
    )]
    Document(#[from] DocumentError),
    /// A batch could not be made.
    #[error("no batch can be made: {0}")]
    Batch(BatchError),
    /// Not the chain that was sent.
    #[error(
        "the server holds other entries of a station than were sent here: another `menshen load` plays the same stations, or the server came back from an older copy; make others with `menshen-server crowd`"
    )]
    Disputed,
    /// 401.
    #[error(
        "the server does not know these stations: make others with `menshen-server crowd` on its own data folder"
    )]
    Unknown,
    /// The answer's signature.
    #[error(
        "the server's answer is not signed by a key of its trust document: its keys were changed while it ran; start it again"
    )]
    Unsigned,
    /// No answer.
    #[error("{0}")]
    NoAnswer(NoAnswer),
    /// The way to it.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Threads.
    #[error("the stations cannot be started ({0}): close other programs and start again")]
    Start(std::io::Error),
}

/// What every station of a run needs to know.
struct Terms {
    receipt: Vec<PublicKey>,
    batch: usize,
}

impl Load {
    /// Plays to the end, or until Ctrl-C; a second Ctrl-C cuts what is under way.
    ///
    /// # Errors
    /// [`Failure::Load`] and [`Failure::Random`].
    pub fn play(&self) -> Result<Report, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(LoadError::Start)?;

        runtime.block_on(self.run())
    }

    async fn run(&self) -> Result<Report, Failure> {
        let players = greeted(self.players().await?).await?;
        let stations = players.len();
        let (tell, going) = watch::channel(Going::On);
        let start = Instant::now();
        let schedule = Schedule {
            start,
            end: start + self.time,
            pace: self.pace(),
            stations: u32::try_from(stations).unwrap_or(u32::MAX),
        };
        let ending = tokio::spawn(end(tell, schedule.last_call()));
        let mut playing = JoinSet::new();
        for mut player in players {
            let going = going.clone();
            playing.spawn(async move { player.play(schedule, going).await.map(|()| player) });
        }
        let played = all(playing).await;
        ending.abort();
        let tallies = left(played?).await?;

        Ok(self.report(start, &tallies, stations))
    }

    fn pace(&self) -> Option<Pace> {
        Some(Pace {
            batch: u32::try_from(self.batch).unwrap_or(u32::MAX),
            rate: self.rate?,
        })
    }

    async fn players(&self) -> Result<Vec<Player>, Failure> {
        let centre = self.centre()?;
        let root = hex::decode(&self.crowd.root).ok_or(LoadError::Crowd)?;
        let root = Root::self_signed(&root).map_err(LoadError::Document)?;
        if !root.demo {
            return Err(LoadError::Real.into());
        }
        let clock = Clock::new(0);
        let caller = Caller::new(&centre, clock).map_err(LoadError::Link)?;
        let trust = caller.ask(Request::Trust).await;
        let trust = trust.map_err(LoadError::NoAnswer)?.body;
        let trust = Trust::verify(&trust, &root).map_err(LoadError::Document)?;
        let terms = Arc::new(Terms {
            receipt: trust.receipt(),
            batch: self.batch,
        });
        let bodies = Arc::new(Bodies::make()?);
        let wanted = self.stations.unwrap_or(self.crowd.stations.len());
        if wanted > self.crowd.stations.len() {
            return Err(LoadError::TooFew(self.crowd.stations.len()).into());
        }
        let registry = trust.registry(clock.now().wall);
        let mut players = Vec::with_capacity(wanted);
        for (number, played) in (0..).zip(self.crowd.stations.iter().take(wanted)) {
            let chain = chain(played, &root, &registry, clock.now().wall)?;
            let caller = Caller::new(&centre, clock).map_err(LoadError::Link)?;
            let (terms, bodies) = (Arc::clone(&terms), Arc::clone(&bodies));
            players.push(Player::new(number, caller, chain, terms, bodies));
        }

        Ok(players)
    }

    fn centre(&self) -> Result<Centre, LoadError> {
        let pins = match &self.crowd.spki_sha256 {
            Some(pin) => vec![hex::decode_array(pin).ok_or(LoadError::Crowd)?],
            None => Vec::new(),
        };
        let url = self.url.as_ref().unwrap_or(&self.crowd.url);

        Ok(Centre {
            url: url.trim_end_matches('/').to_owned(),
            pins,
        })
    }

    fn report(&self, start: Instant, tallies: &[Tally], stations: usize) -> Report {
        let mut times = Vec::new();
        let mut refusals = std::collections::BTreeMap::new();
        let mut held = Held::default();
        for tally in tallies {
            times.extend_from_slice(&tally.times);
            for (cause, count) in &tally.refusals {
                *refusals.entry(cause.clone()).or_default() += count;
            }
            held.before += tally.before;
            held.after += tally.after.unwrap_or_default();
            held.unknown += u64::from(tally.after.is_none());
            held.missing += tally.missing;
        }
        let last = tallies.iter().filter_map(|tally| tally.last).max();
        let seconds = last.map_or(0.0, |last| last.duration_since(start).as_secs_f64());
        let entries = tallies.iter().map(|tally| tally.acknowledged).sum();

        Report {
            stations,
            batch: self.batch,
            rate: self.rate,
            seconds,
            batches: times.len(),
            entries,
            entries_per_second: rate(entries, seconds),
            latency_ms: Latency::of(times),
            refusals,
            overdue: tallies.iter().map(|tally| tally.overdue).sum(),
            unanswered: tallies.iter().map(|tally| tally.unanswered).sum(),
            held,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count of entries has room enough in 53 bits"
)]
fn rate(entries: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        entries as f64 / seconds
    } else {
        0.0
    }
}

/// A station of the file, if the demonstration's registry signed it.
fn chain(
    played: &Played,
    root: &Root,
    registry: &[PublicKey],
    now: Timestamp,
) -> Result<Chain, LoadError> {
    let seed = hex::decode_array(&played.seed).ok_or(LoadError::Crowd)?;
    let key = SigningKey::new(Secret::new(seed));
    let bytes = hex::decode(&played.assignment).ok_or(LoadError::Crowd)?;
    let assignment = Assignment::verify(&bytes, root.header.authority, registry, &key.public())?;
    if assignment.header.expires <= now {
        return Err(LoadError::Unknown);
    }

    Ok(Chain::new(assignment, &bytes, key))
}

/// Every station connects and learns where it stands.
async fn greeted(players: Vec<Player>) -> Result<Vec<Player>, Failure> {
    in_turn(players, async |mut player| {
        player.greet().await.map(|()| player)
    })
    .await
}

/// Every station asks what is held of it.
async fn left(players: Vec<Player>) -> Result<Vec<Tally>, Failure> {
    let players = in_turn(players, async |mut player| {
        player.take_leave().await;
        Ok(player)
    })
    .await?;

    Ok(players.into_iter().map(Player::into_tally).collect())
}

/// Some at once, so that none is put off.
async fn in_turn<Doing>(
    players: Vec<Player>,
    each: impl Fn(Player) -> Doing,
) -> Result<Vec<Player>, Failure>
where
    Doing: Future<Output = Result<Player, Failure>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(GREETINGS));
    let mut running = JoinSet::new();
    for player in players {
        let (places, job) = (Arc::clone(&places), each(player));
        running.spawn(async move {
            // Nobody closes it.
            let _place = places.acquire().await;
            job.await
        });
    }

    all(running).await
}

/// Everyone, or the first failure; the others are then cut.
async fn all(mut running: JoinSet<Result<Player, Failure>>) -> Result<Vec<Player>, Failure> {
    let mut done = Vec::with_capacity(running.len());
    while let Some(ended) = running.join_next().await {
        let ended = ended.map_err(|fault| LoadError::Start(std::io::Error::other(fault)))?;
        done.push(ended?);
    }

    Ok(done)
}

/// Ends the run at its time or at Ctrl-C, and cuts it when its time to part is over or at another.
async fn end(tell: watch::Sender<Going>, at: Instant) {
    tokio::select! {
        () = tokio::time::sleep_until(at) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tell.send_replace(Going::Ending);
    tokio::select! {
        () = tokio::time::sleep(FAREWELL) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tell.send_replace(Going::Cut);
    // Whoever plays still asks.
    std::future::pending::<()>().await;
}
