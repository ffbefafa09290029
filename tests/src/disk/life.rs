//! What stations live through on a disk that is watched: the real log, without camera, screen and network. Each thing
//! that became durable is told on the standard output once the call for it has returned, as a station shows its verdicts.

use std::fs;
use std::io::Write;
use std::path::Path;

use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::entry::{
    Action, Body, ChainHash, Detail, Flags, Kind, NewEntry, Personal, Sealer, Witness,
};
use domain::hex;
use domain::ids::{AuthorityId, Handle, StationId, VenueId};
use domain::recent::Tag;
use domain::screen::Outcome;
use domain::time::{DAY, Timestamp};
use domain::verdict::{EmergencyReason, Reason, Verdict};
use rusqlite::Connection;
use station::{Beside, DATABASE, Folder, Kek, NewStation, Seat, Store, StoreError, Unlock, create};

use super::told::Told;
use super::{Trial, place};

/// When the entries of a life are made: as those of the log of layout 1.
const NOON: Timestamp = Timestamp(1_795_003_200);
/// After that long retention comes.
const KEPT: i64 = 14 * DAY;
/// Attempts to open a log on a disk that fails.
const ATTEMPTS: usize = 3;
/// The value that a life keeps beside its rows.
pub(super) const VALUE: &str = "life";

/// What a station lives through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// A new station, and its first entries.
    Enrolment,
    /// Entries, over a restart.
    Entries,
    /// So many entries that the write-ahead log is emptied in between.
    Many,
    /// A log of layout 1 is carried over.
    Migration,
    /// Receipts, each of which empties the write-ahead log.
    Receipts,
    /// Whatever was there goes on: a few entries and a receipt. It enrols where nothing was.
    Resumption,
    /// Rows with and without a receipt come of age.
    Retention,
    /// A log of layout 1 that never held an entry is carried over.
    Young,
}

impl Life {
    /// Those that begin with something of their own.
    pub const ALL: [Self; 7] = [
        Self::Enrolment,
        Self::Entries,
        Self::Many,
        Self::Migration,
        Self::Receipts,
        Self::Retention,
        Self::Young,
    ];

    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Entries => "entries",
            Self::Many => "many",
            Self::Migration => "migration",
            Self::Receipts => "receipts",
            Self::Resumption => "resumption",
            Self::Retention => "retention",
            Self::Young => "young",
        }
    }

    /// The life of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::Resumption]);

        all.find(|life| life.name() == word)
    }

    /// What it begins with.
    ///
    /// # Errors
    /// The files cannot be made.
    pub fn trial(self) -> anyhow::Result<Trial<Told>> {
        let begun = place()?;
        let told = self.prepare(begun.path())?;

        Ok(Trial {
            name: self.name(),
            next: Self::Resumption.name(),
            begun,
            told,
        })
    }

    fn prepare(self, data: &Path) -> anyhow::Result<Told> {
        match self {
            Self::Enrolment => return Ok(Told::default()),
            Self::Migration => layout_1(data)?,
            Self::Young => {
                layout_1(data)?;
                make_young(data)?;
            }
            Self::Entries | Self::Many | Self::Receipts | Self::Resumption | Self::Retention => {
                enrol(data)?;
            }
        }
        let copy = place()?;
        crate::files::copy_folder(data, copy.path())?;
        let (store, _) = open(copy.path())?;
        let mut told = Told {
            made: true,
            ..Told::default()
        };
        for seq in 1..=store.head().seq {
            told.rows.insert(seq, store.hash_at(seq)?);
        }

        Ok(told)
    }
}

/// Lives a life in the folder `data`, and says on `out` what became durable, what was refused, and that it came to
/// its end.
///
/// # Errors
/// Nobody listens.
pub fn live(life: Life, data: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut station = Station {
        data,
        store: None,
        out,
    };
    match life {
        Life::Enrolment => {
            station.enrol()?;
            station.entries(3)?;
        }
        Life::Entries => {
            station.entries(8)?;
            station.emergency()?;
            station.restart();
            station.keep(1)?;
            station.entries(4)?;
        }
        Life::Many => station.entries(160)?,
        Life::Migration | Life::Young => {
            station.entries(2)?;
            station.restart();
            station.entries(1)?;
        }
        Life::Receipts => {
            for turn in 1..=4 {
                station.entries(3)?;
                station.keep(turn)?;
                station.acknowledge(1)?;
            }
            station.restart();
            station.entries(1)?;
            station.acknowledge(0)?;
        }
        Life::Resumption => {
            station.enrol()?;
            station.entries(2)?;
            station.acknowledge(1)?;
            station.entries(1)?;
        }
        Life::Retention => {
            station.entries(6)?;
            station.acknowledge(3)?;
            station.undo()?;
            station.retain(1)?;
            station.entries(2)?;
            station.acknowledge(0)?;
            station.retain(2)?;
        }
    }
    station.restart();

    station.tell("end")
}

/// A station while it lives. What is refused is said, and the life goes on, as the operator does.
struct Station<'a> {
    data: &'a Path,
    store: Option<Store>,
    out: &'a mut dyn Write,
}

impl Station<'_> {
    fn tell(&mut self, line: &str) -> anyhow::Result<()> {
        self.out.write_all(format!("{line}\n").as_bytes())?;

        Ok(self.out.flush()?)
    }

    fn hear<T>(&mut self, outcome: Result<T, StoreError>) -> anyhow::Result<Option<T>> {
        match outcome {
            Ok(done) => Ok(Some(done)),
            Err(error) => {
                self.tell(&format!("refused {error}"))?;
                Ok(None)
            }
        }
    }

    fn row(&mut self, seq: u64, hash: ChainHash) -> anyhow::Result<()> {
        self.tell(&format!("row {seq} {}", hex::encode(hash.0)))
    }

    fn restart(&mut self) {
        self.store = None;
    }

    fn enrol(&mut self) -> anyhow::Result<()> {
        for _ in 0..ATTEMPTS {
            match make(self.data) {
                Ok(()) => return self.tell("made"),
                Err(StoreError::AlreadyThere) => return Ok(()),
                Err(error) => self.tell(&format!("refused {error}"))?,
            }
        }

        Ok(())
    }

    /// Opens the log where it is closed; none where that is refused again and again.
    fn opened(&mut self) -> anyhow::Result<Option<&mut Store>> {
        for _ in 0..ATTEMPTS {
            if self.store.is_some() {
                break;
            }
            let opened = open(self.data);
            if let Some((store, findings)) = self.hear(opened)? {
                for finding in findings {
                    self.tell(&format!("found {finding:?}"))?;
                }
                self.store = Some(store);
            }
        }

        Ok(self.store.as_mut())
    }

    fn add(&mut self, entry: &NewEntry, beside: Beside) -> anyhow::Result<()> {
        let Some(store) = self.opened()? else {
            return Ok(());
        };
        let stored = store.append(entry, &seat(), WITNESS, beside);
        if let Some((seq, hash)) = self.hear(stored)? {
            self.row(seq, hash)?;
        }

        Ok(())
    }

    fn entries(&mut self, many: u64) -> anyhow::Result<()> {
        for _ in 0..many {
            let Some(store) = self.opened()? else {
                return Ok(());
            };
            let beside = counted(store.head().seq);
            self.add(&admit(), beside)?;
        }

        Ok(())
    }

    fn emergency(&mut self) -> anyhow::Result<()> {
        let beside = Beside {
            outcome: Some(Outcome::Emergency),
            emergency: true,
            ..Beside::default()
        };
        self.add(&urgent(), beside)
    }

    fn undo(&mut self) -> anyhow::Result<()> {
        let Some(store) = self.opened()? else {
            return Ok(());
        };
        let undo = NewEntry {
            kind: Kind::Undo,
            verdict: None,
            action: Action::Undone,
            body: Body::Detail(Detail::Undo {
                of: store.head().seq,
            }),
            ..admit()
        };
        self.add(&undo, Beside::default())
    }

    fn keep(&mut self, value: u8) -> anyhow::Result<()> {
        let Some(store) = self.opened()? else {
            return Ok(());
        };
        let kept = store.save(VALUE, &[value]);
        if self.hear(kept)?.is_some() {
            self.tell(&format!("kept {value}"))?;
        }

        Ok(())
    }

    /// A receipt for all but the last `but`.
    fn acknowledge(&mut self, but: u64) -> anyhow::Result<()> {
        let Some(store) = self.opened()? else {
            return Ok(());
        };
        let seq = store.head().seq.saturating_sub(but).max(store.acked().seq);
        let hash = store.hash_at(seq);
        let acknowledged = hash.and_then(|hash| store.ack(seq, hash, b"the centre's answer", NOON));
        if self.hear(acknowledged)?.is_some() {
            self.tell(&format!("acked {seq}"))?;
        }

        Ok(())
    }

    fn retain(&mut self, turn: i64) -> anyhow::Result<()> {
        let Some(store) = self.opened()? else {
            return Ok(());
        };
        let at = NOON.plus(turn * KEPT);
        let until = at.plus(DAY - KEPT);
        let going = store.head().seq;
        self.tell(&format!("going {going}"))?;
        let Some(store) = self.opened()? else {
            return Ok(());
        };
        let retained = store.retain(until, at, Flags::NONE, &seat(), WITNESS);
        let (head, gone) = (store.head(), store.gone().seq);
        if let Some(Some(retained)) = self.hear(retained)? {
            self.row(retained.entry, head.hash)?;
            self.tell(&format!("gone {gone}"))?;
        }

        Ok(())
    }
}

/// Opens the log; what is amiss.
pub(super) fn open(data: &Path) -> Result<(Store, Vec<station::Finding>), StoreError> {
    Store::open(Folder::open(data)?, &Unlock::KeyFile)
}

/// Adds an entry as a station does that goes on; its number.
pub(super) fn go_on(store: &mut Store) -> Result<u64, StoreError> {
    let beside = counted(store.head().seq);
    let (seq, _) = store.append(&admit(), &seat(), WITNESS, beside)?;

    Ok(seq)
}

/// Enrols a station without a centre.
pub(super) fn enrol(data: &Path) -> anyhow::Result<()> {
    Ok(make(data)?)
}

fn make(data: &Path) -> Result<(), StoreError> {
    let folder = Folder::open(data)?;
    if folder.has(DATABASE) {
        return Err(StoreError::AlreadyThere);
    }
    let kek = Kek::create(&folder, &Unlock::KeyFile)?;
    folder.replace("root.cbor", b"a root")?;
    let signing = SigningKey::new(Secret::new([1; 32]));
    let new = NewStation {
        station: StationId::of(&signing.public()),
        epoch: 1,
        genesis: ChainHash([3; 32]),
        signing,
        opening: Secret::new([2; 32]),
        notes: vec![("centre", b"somewhere".to_vec())],
        legacy: None,
    };

    create(&folder, &kek, &new)
}

fn layout_1(data: &Path) -> anyhow::Result<()> {
    let fixtures =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/station/fixtures/layout-1");

    crate::files::copy_folder(&fixtures, &data.join("station"))
}

/// As layout 1 left a station that was started and had no entry yet.
fn make_young(data: &Path) -> anyhow::Result<()> {
    let folder = data.join("station");
    let db = Connection::open(folder.join(DATABASE))?;
    db.execute_batch(
        "DELETE FROM rows; DELETE FROM seen; DELETE FROM queue_keys;
         UPDATE epochs SET acked_seq = 0, acked_hash = genesis, last_receipt = NULL;
         DELETE FROM state WHERE name IN ('tail', 'totals')",
    )?;

    Ok(fs::write(folder.join("anchor.bin"), b"")?)
}

const WITNESS: Witness = Witness {
    boot: [8; 8],
    mono_ms: 5,
};

fn seat() -> Seat {
    Seat {
        venue: VenueId([4; 16]),
        gate: 2,
        utc_offset_minutes: 480,
        sealer: Sealer {
            authority: AuthorityId([5; 16]),
            key: OpeningKey::new(&Secret::new([6; 32])).public(),
        },
    }
}

/// Somebody else each time goes in.
fn counted(seq: u64) -> Beside {
    let mut tag = [0; 16];
    tag[..8].copy_from_slice(&seq.to_be_bytes());

    Beside {
        remember: Some(Tag(tag)),
        outcome: Some(Outcome::Admit),
        emergency: false,
    }
}

fn admit() -> NewEntry {
    NewEntry {
        kind: Kind::Scan,
        verdict: Some(Verdict::Admit),
        action: Action::Admitted,
        flags: Flags::IDENTITY_CHECKED,
        at: NOON,
        body: Body::Personal(Personal {
            reasons: vec![Reason::IdMatches],
            name: Some("王*兰".to_owned()),
            handle: Some(Handle([7; 16])),
            ..Personal::default()
        }),
    }
}

fn urgent() -> NewEntry {
    NewEntry {
        kind: Kind::Emergency,
        verdict: None,
        action: Action::EmergencyAdmitted,
        body: Body::Personal(Personal {
            emergency: Some((EmergencyReason::MedicalHelp, String::new())),
            ..Personal::default()
        }),
        ..admit()
    }
}
