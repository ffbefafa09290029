//! In: receipts, and newer documents.

use std::path::Path;

use domain::ids::StationId;
use domain::sync::Judgement;
use domain::wire::Answers;
use stick::{Name, Stick, Unusable};

use super::{UsbError, Visit};
use crate::clock::Clock;
use crate::keys::Unlock;
use crate::knowledge::{KnowledgeError, Library};
use crate::store::Finding;

/// What came.
#[derive(Debug)]
pub struct Imported {
    /// Whose log.
    pub station: StationId,
    /// What is amiss with the log.
    pub findings: Vec<Finding>,
    /// The files that were for this station, in the order in which they were taken.
    pub files: Vec<(Name, Came)>,
    /// Other files, which were left alone.
    pub left: Vec<(String, Unusable)>,
    /// Of the lists of what issuers took back that the trust list names: those that came, and those that are still missing.
    pub lists: (usize, usize),
    /// The last entry with a receipt before and after.
    pub acked: (u64, u64),
    /// Entries that still have none.
    pub waiting: u64,
}

/// What a file was.
#[derive(Debug)]
pub enum Came {
    /// The centre's answers: what each led to; none for one that is not an answer to this log's question by stick.
    Answers(Vec<Option<Judgement>>),
    /// A document.
    Document(Document),
    /// Answers about another epoch of this station: that log is not this one.
    OtherEpoch,
    /// It could not be read.
    Unusable(Unusable),
    /// It is not what its name says.
    Damaged,
}

/// What became of a document.
#[derive(Debug)]
pub enum Document {
    /// It is the one that is held.
    Held,
    /// It was refused, and what was held stays.
    Refused(KnowledgeError),
    /// It is newer, and was taken.
    Taken,
    /// A manifest without so many of its status files: what was held stays.
    Wants(usize),
}

/// Takes what lies for this station on the stick that is mounted at `at`, for a data folder on which no station
/// runs. The stick is not changed, and doing so again changes nothing.
///
/// # Errors
/// See [`UsbError`].
pub fn import(data: &Path, unlock: &Unlock, at: &Path, clock: Clock) -> Result<Imported, UsbError> {
    let mut visit = Visit::open(data, unlock, clock)?;
    let stick = Stick::open(at)?;
    let content = stick.content()?;
    let before = visit.store.acked().seq;
    let mut files = Vec::new();
    for (name, _) in content.files {
        if visit.is_meant(&name) {
            files.push((name, visit.look_at(&name, &stick)?));
        }
    }
    let lists = visit.take_withdrawn(&stick)?;
    visit.keep()?;

    Ok(Imported {
        station: visit.store.station(),
        findings: visit.findings,
        files,
        left: content.left,
        lists,
        acked: (before, visit.store.acked().seq),
        waiting: visit.store.waiting(),
    })
}

impl Visit {
    /// Status files are read when a manifest wants them; exports are for the centre.
    fn is_meant(&self, name: &Name) -> bool {
        let own = self.store.station();
        match name {
            Name::Answers(part) => part.station == own,
            Name::Assignment(station) => *station == own,
            Name::Manifest | Name::Trust => true,
            Name::Export(_) | Name::Revocation(_) | Name::Status(_) => false,
        }
    }

    fn look_at(&mut self, name: &Name, stick: &Stick) -> Result<Came, UsbError> {
        if let Name::Answers(part) = name
            && part.epoch != self.store.head().epoch
        {
            return Ok(Came::OtherEpoch);
        }
        match stick.read(name) {
            Ok(bytes) => self.take(name, bytes, stick),
            Err(unusable) => Ok(Came::Unusable(unusable)),
        }
    }

    fn take(&mut self, name: &Name, bytes: Vec<u8>, stick: &Stick) -> Result<Came, UsbError> {
        let now = self.now.wall;
        let folder = self.store.folder();
        let taken = match name {
            Name::Answers(_) => return self.take_answers(&bytes),
            Name::Assignment(_) => {
                let opening = self.store.opening_key();
                self.library.take_assignment(folder, &bytes, opening, now)
            }
            Name::Manifest => return self.take_manifest(bytes, stick),
            Name::Trust => {
                let taken = self.library.take_trust(folder, &bytes, now);
                self.floor.trust(self.library.trust());
                taken
            }
            Name::Export(_) | Name::Revocation(_) | Name::Status(_) => return Ok(Came::Damaged),
        };

        Ok(Came::Document(document(taken)?))
    }

    /// Takes the lists that the trust list names and that were not here; one that is not on the stick, or is not what its
    /// name says, stays missing.
    fn take_withdrawn(&mut self, stick: &Stick) -> Result<(usize, usize), UsbError> {
        let folder = self.store.folder();
        let (mut came, mut missing) = (0, 0);
        for named in self.library.missing_withdrawn(folder) {
            let file = stick.read(&Name::Revocation(named.sha256)).ok();
            match file.map(|file| Library::add_withdrawn(folder, &named, &file)) {
                Some(Ok(())) => came += 1,
                Some(Err(KnowledgeError::Folder(error))) => return Err(error.into()),
                Some(Err(_)) | None => missing += 1,
            }
        }
        if came > 0 {
            self.library.read_withdrawn(folder);
        }

        Ok((came, missing))
    }

    fn take_answers(&mut self, bytes: &[u8]) -> Result<Came, UsbError> {
        let Some(Answers(answers)) = Answers::read(bytes) else {
            return Ok(Came::Damaged);
        };
        let judged = answers.iter().map(|answer| self.take_answer(answer));

        Ok(Came::Answers(judged.collect::<Result<_, _>>()?))
    }

    fn take_manifest(&mut self, bytes: Vec<u8>, stick: &Stick) -> Result<Came, UsbError> {
        let (now, folder) = (self.now.wall, self.store.folder());
        let wanted = match self.library.consider_manifest(folder, bytes, now) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => return Ok(Came::Document(Document::Held)),
            Err(error) => return Ok(Came::Document(document(Err(error))?)),
        };
        let mut missing = 0;
        for hash in &wanted.missing {
            let file = stick.read(&Name::Status(*hash)).ok();
            let added = file.map(|file| Library::add_file(folder, hash, &file));
            match added {
                Some(Ok(())) => {}
                Some(Err(KnowledgeError::Folder(error))) => return Err(error.into()),
                Some(Err(_)) | None => missing += 1,
            }
        }
        if missing > 0 {
            return Ok(Came::Document(Document::Wants(missing)));
        }
        let taken = self.library.take_list(folder, wanted).map(|()| true);

        Ok(Came::Document(document(taken)?))
    }
}

/// A folder that fails is ours and ends the import; whatever else fails is about the document.
fn document(taken: Result<bool, KnowledgeError>) -> Result<Document, UsbError> {
    match taken {
        Ok(true) => Ok(Document::Taken),
        Ok(false) => Ok(Document::Held),
        Err(KnowledgeError::Folder(error)) => Err(error.into()),
        Err(refused) => Ok(Document::Refused(refused)),
    }
}
