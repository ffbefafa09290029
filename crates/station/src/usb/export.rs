//! Out: what waits for the centre goes onto the stick.

use std::path::Path;

use domain::crypto::SealingKey;
use domain::ids::StationId;
use domain::wire::{Export, ExportHeader, MAX_BATCH_ENTRIES, MAX_EXPORT_BYTES};
use stick::{MAX_BYTES, MAX_FILES, Name, Part, Stick, StickError, Unusable};

use super::pack::{Packed, Packer, Size};
use super::{UsbError, Visit};
use crate::clock::Clock;
use crate::keys::Unlock;
use crate::random;
use crate::store::{Finding, Store, StoreError};

/// Around the messages of an export lie less than 64 KiB.
const SIZE: Size = Size {
    bytes: MAX_EXPORT_BYTES - 64 * 1024,
    entries: MAX_BATCH_ENTRIES,
};
/// Room that is left on a stick for the answers and for newer documents.
const SPARE_FILES: usize = 16;
/// As above, in bytes.
const SPARE_BYTES: u64 = 8 * 1024 * 1024;

/// What was written.
#[derive(Debug)]
pub struct Exported {
    /// Whose log.
    pub station: StationId,
    /// What is amiss with the log.
    pub findings: Vec<Finding>,
    /// The files, in order.
    pub files: Vec<ExportedFile>,
    /// Exports of ours that were there, and that hold more of some entries than the log does now: they stay.
    pub kept: Vec<Name>,
    /// Other files, which were left alone.
    pub left: Vec<(String, Unusable)>,
    /// Entries without a receipt that are not on the stick.
    pub missing: u64,
    /// Why no more was written.
    pub stopped: Option<StickError>,
}

/// A file that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// Its name.
    pub name: Name,
    /// Its first entry.
    pub first: u64,
    /// Its last entry; `first` - 1 where it only greets.
    pub last: u64,
}

/// Writes everything without a receipt to the stick that is mounted at `at`, for a data folder on which no station
/// runs. Doing so again, or on another stick, changes nothing here or at the centre.
///
/// # Errors
/// See [`UsbError`].
pub fn export(data: &Path, unlock: &Unlock, at: &Path, clock: Clock) -> Result<Exported, UsbError> {
    let visit = Visit::open(data, unlock, clock)?;
    let trust = visit.library.trust();
    let to = trust
        .exchange(visit.now.wall, visit.floor.floor())
        .ok_or(UsbError::NoExchangeKey)?;
    let stick = Stick::prepare(at)?;
    stick.tidy()?;
    let mut writer = Writer::new(&visit, &stick, to)?;
    let first = writer.skip_what_cannot_be_written_again()?;
    let mut packer = Packer::new(&visit.store, first, visit.pending, SIZE);
    while let Some(packed) = packer.next_file()? {
        if let Err(stopped) = writer.write(&packed)? {
            writer.out.stopped = Some(stopped);
            break;
        }
    }

    Ok(writer.end())
}

struct Writer<'a> {
    visit: &'a Visit,
    stick: &'a Stick,
    to: SealingKey,
    /// Exports of ours that lie there and are of use.
    own: Vec<ExportHeader>,
    /// What else may be written.
    files: usize,
    bytes: u64,
    /// The last entry that is on the stick.
    reached: u64,
    out: Exported,
}

impl<'a> Writer<'a> {
    /// Looks at what lies there, and takes away exports of ours that the centre has acknowledged.
    fn new(visit: &'a Visit, stick: &'a Stick, to: SealingKey) -> Result<Self, UsbError> {
        let store = &visit.store;
        let content = stick.content()?;
        let used: u64 = content.files.iter().map(|(_, length)| length).sum();
        let count = content.files.len() + content.left.len();
        let mut writer = Self {
            visit,
            stick,
            to,
            own: Vec::new(),
            files: (MAX_FILES - SPARE_FILES).saturating_sub(count),
            bytes: (MAX_BYTES - SPARE_BYTES).saturating_sub(used),
            reached: store.acked().seq,
            out: Exported {
                station: store.station(),
                findings: visit.findings.clone(),
                files: Vec::new(),
                kept: Vec::new(),
                left: content.left,
                missing: 0,
                stopped: None,
            },
        };
        for (name, length) in content.files {
            let Some(header) = own_export(store, stick, &name) else {
                continue;
            };
            if header.last > store.acked().seq {
                writer.own.push(header);
                continue;
            }
            stick.remove(&name)?;
            writer.files += 1;
            writer.bytes = writer.bytes.saturating_add(length);
            if let Name::Export(part) = name {
                stick.remove(&Name::Answers(part))?;
            }
        }

        Ok(writer)
    }

    /// Where the new export begins. What lies there already and holds what retention has taken here since goes
    /// before it.
    fn skip_what_cannot_be_written_again(&mut self) -> Result<u64, StoreError> {
        let store = &self.visit.store;
        let waiting = store.acked().seq.saturating_add(1);
        let pending = self.visit.pending;
        let mut first = pending.resend.unwrap_or(waiting);
        if pending.hole.is_some() {
            return Ok(first);
        }
        while let Some(header) = self.own.iter().find(|header| {
            header.first <= first && first <= header.last && header.last <= store.head().seq
        }) {
            if !holds_more(store, header)? {
                break;
            }
            first = header.last.saturating_add(1);
            self.reached = header.last;
            self.out.kept.push(Name::Export(part_of(header)));
        }

        Ok(first)
    }

    /// Writes a file; the inner error is the stick's, and what was written before stays.
    fn write(&mut self, packed: &Packed) -> Result<Result<(), StickError>, UsbError> {
        let store = &self.visit.store;
        let header = ExportHeader {
            authority: self.visit.library.trust().body.header.authority,
            station: store.station(),
            epoch: store.head().epoch,
            first: packed.first,
            last: packed.last,
            kid: self.to.kid(),
        };
        let built = Export::build(
            header,
            &packed.messages,
            &self.to,
            store.signing_key(),
            random::fresh()?,
        );
        // A file is cut before it can be too large, and every message in it is ours.
        let bytes = built.map_err(|_| StoreError::Damaged("an export cannot be built from it"))?;
        let name = Name::Export(part_of(&header));
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        // An answer comes back for each.
        if self.files < 2 || self.bytes < length {
            return Ok(Err(StickError::Full {
                name: name.to_string(),
            }));
        }
        if let Err(error) = self.stick.write(&name, &bytes) {
            return Ok(Err(error));
        }
        self.files -= 2;
        self.bytes -= length;
        self.reached = self.reached.max(packed.last);
        self.out.files.push(ExportedFile {
            name,
            first: packed.first,
            last: packed.last,
        });

        Ok(Ok(()))
    }

    fn end(self) -> Exported {
        Exported {
            missing: self.visit.store.head().seq.saturating_sub(self.reached),
            ..self.out
        }
    }
}

/// What an export on the stick says of itself, if this station signed it.
fn own_export(store: &Store, stick: &Stick, name: &Name) -> Option<ExportHeader> {
    let Name::Export(part) = name else {
        return None;
    };
    if part.station != store.station() || part.epoch != store.head().epoch {
        return None;
    }
    let export = Export::read(&stick.read(name).ok()?).ok()?;
    let checked = export.check(&store.signing_key().public()).ok()?;

    (part_of(&checked.header) == *part).then_some(checked.header)
}

/// Whether an export holds entries whose personal part retention has taken here since.
fn holds_more(store: &Store, header: &ExportHeader) -> Result<bool, StoreError> {
    let mut next = header.first.max(store.acked().seq.saturating_add(1));
    while next <= header.last {
        let most = usize::try_from(header.last.saturating_sub(next).saturating_add(1));
        let most = most.unwrap_or(usize::MAX).min(MAX_BATCH_ENTRIES);
        let entries = store.batch(next, most)?.entries;
        let Some(last) = entries.last() else {
            // A row that does not open any more was whole when it was exported.
            return Ok(true);
        };
        next = last.seq.saturating_add(1);
        let is_bare = |entry: &domain::entry::SealedEntry| {
            entry.token.is_none()
                && entry.detail.is_none()
                && entry.sealed.as_ref().is_none_or(Vec::is_empty)
        };
        if entries.iter().any(|row| is_bare(&row.entry)) {
            return Ok(true);
        }
    }

    Ok(false)
}

fn part_of(header: &ExportHeader) -> Part {
    Part {
        station: header.station,
        epoch: header.epoch,
        first: header.first,
    }
}
