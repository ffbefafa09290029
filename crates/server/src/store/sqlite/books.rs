//! All files of the store and what the writer does to them within one commit.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use domain::entry::{ChainHash, Core};
use domain::hex;
use domain::wire::{CheckedEntry, EntryCheck};

use super::contradictions::Contradictions;
use super::day_file::{DayFile, Kept, KeptPoison};
use super::heads::HeadsFile;
use super::{ChainId, Filing, Head, Outcome, StoreError, rebuild};
use crate::day::{Day, Shelf};
use crate::day_keys::DayKeys;
use crate::folder::Folder;
use crate::store::{OutcomeKind, Placement, place};

/// Day files held open between commits.
const OPEN_DAYS: usize = 16;
/// The most bytes of each part of a poisonous entry that are kept: what an entry may have.
pub(super) const POISON_CAP: usize = 2 * 1024;

/// The files, the heads in memory, and what of them is not yet committed.
pub(super) struct Books {
    folder: Folder,
    heads_file: HeadsFile,
    heads: BTreeMap<ChainId, Head>,
    changed: BTreeSet<ChainId>,
    generation: u64,
    behind: bool,
    days: BTreeSet<Day>,
    open: BTreeMap<Day, DayFile>,
    keys: DayKeys,
    erased_before: Option<Day>,
    contradictions: Contradictions,
}

impl Books {
    /// Opens the files and brings the heads up to the days.
    pub(super) fn open(folder: &Folder) -> Result<Self, StoreError> {
        let mut books = Self {
            folder: folder.clone(),
            heads_file: HeadsFile::open(folder)?,
            heads: BTreeMap::new(),
            changed: BTreeSet::new(),
            generation: 0,
            behind: false,
            days: days_in(folder)?,
            open: BTreeMap::new(),
            keys: DayKeys::new(folder.day_keys()),
            erased_before: None,
            contradictions: Contradictions::default(),
        };
        books.heads = books.heads_file.all()?;
        books.generation = books.heads_file.generation()?;
        books.contradictions = Contradictions::read(books.heads_file.database())?;
        rebuild::follow_the_days(&mut books)?;

        Ok(books)
    }

    pub(super) fn head(&self, chain: &ChainId) -> Option<Head> {
        self.heads.get(chain).copied()
    }

    pub(super) fn set_head(&mut self, chain: ChainId, head: Head) {
        self.heads.insert(chain, head);
        self.changed.insert(chain);
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes over the number of a commit that the heads did not see.
    pub(super) fn skip_to_generation(&mut self, generation: u64) {
        self.generation = self.generation.max(generation);
        self.behind = true;
    }

    pub(super) fn contradictions_mut(&mut self) -> &mut Contradictions {
        &mut self.contradictions
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(super) fn heads_mut(&mut self) -> &mut HeadsFile {
        &mut self.heads_file
    }

    pub(super) fn keys_mut(&mut self) -> &mut DayKeys {
        &mut self.keys
    }

    /// From now on no day before this one gets a file.
    pub(super) fn set_erased_before(&mut self, day: Day) {
        self.erased_before = self.erased_before.max(Some(day));
    }

    /// Gives a day's file back to the system; it is opened again when it is asked for.
    pub(super) fn close_day(&mut self, day: Day) {
        self.open.remove(&day);
    }

    /// A day that has no file any more.
    pub(super) fn forget_day(&mut self, day: Day) {
        self.close_day(day);
        self.days.remove(&day);
    }

    /// How many chains have a head.
    pub(super) fn chains(&self) -> usize {
        self.heads.len()
    }

    /// Lets the next commit write the heads' file whatever else there is to do.
    pub(super) fn prove(&mut self) {
        self.behind = true;
    }

    pub(super) fn days(&self) -> Vec<Day> {
        self.days.iter().copied().collect()
    }

    pub(super) fn day(&mut self, day: Day) -> Result<&mut DayFile, StoreError> {
        match self.open.entry(day) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(place) => {
                let file = DayFile::open(&self.folder.day(day))?;
                self.days.insert(day);

                Ok(place.insert(file))
            }
        }
    }

    /// Stores what is new of a batch; on the disk after [`Self::commit`].
    pub(super) fn append(&mut self, filing: &Filing) -> Result<Outcome, StoreError> {
        let chain = filing.chain;
        let head = self.head(&chain);
        let mut placement = place(&filing.batch, head.as_ref(), &filing.start, |seq| {
            Ok::<_, StoreError>(self.hashes(&chain, seq, seq)?.remove(&seq))
        })?;
        if placement == Placement::Gap && self.follows_a_branch(filing)? {
            placement = Placement::Fork;
        }
        let (stored, poison) = match placement {
            Placement::Gap => {
                return Ok(Outcome {
                    kind: OutcomeKind::Gap,
                    head,
                    stored: 0,
                    poison: 0,
                });
            }
            Placement::Fork => (self.keep_branch(filing)?, 0),
            Placement::New(from) => self.store(filing, from)?,
        };
        let head = self.head(&chain);
        let forked = head.is_some_and(|head| head.forked);
        if filing.tail {
            self.note_tail(filing, placement == Placement::Fork);
        }

        Ok(Outcome {
            kind: if forked {
                OutcomeKind::Fork
            } else {
                OutcomeKind::Stored
            },
            head,
            stored,
            poison,
        })
    }

    /// Puts everything on the disk: the days, then the heads. The heads take the number of every commit
    /// that a day took part in, so that days are never more than one commit ahead of them.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        let generation = self.generation.saturating_add(1);
        let mut days = false;
        for day in self.open.values_mut() {
            days |= day.commit(generation)?;
        }
        if days || self.behind || !self.changed.is_empty() || self.contradictions.wait() {
            // Asked by name: going through all heads would cost a commit more with every station there is.
            let changed = self
                .changed
                .iter()
                .filter_map(|chain| self.heads.get_key_value(chain));
            let noted = self.contradictions.notes();
            self.heads_file.write(generation, changed, noted)?;
            self.contradictions.written();
            self.changed.clear();
            self.behind = false;
            self.generation = generation;
        }
        while self.open.len() > OPEN_DAYS {
            self.open.pop_first();
        }

        Ok(())
    }

    /// The hashes stored for a run of numbers, wherever they lie.
    pub(super) fn hashes(
        &mut self,
        chain: &ChainId,
        first: u64,
        last: u64,
    ) -> Result<BTreeMap<u64, ChainHash>, StoreError> {
        let wanted = last.saturating_sub(first).saturating_add(1);
        let mut found = BTreeMap::new();
        for day in self.days().into_iter().rev() {
            found.extend(self.day(day)?.hashes(chain, first, last)?);
            if u64::try_from(found.len()).unwrap_or(u64::MAX) >= wanted {
                break;
            }
        }

        Ok(found)
    }

    fn store(&mut self, filing: &Filing, from: usize) -> Result<(usize, usize), StoreError> {
        let new = filing.batch.entries.get(from..).unwrap_or_default();
        let mut poison = 0;
        for entry in new {
            if let Some((core, bucket)) = fit(entry, &filing.chain) {
                self.store_entry(filing, entry, &core, bucket)?;
            } else {
                self.store_poison(filing, entry)?;
                poison += 1;
            }
        }
        if let Some(last) = new.last() {
            let forked = self.head(&filing.chain).is_some_and(|head| head.forked);
            self.set_head(
                filing.chain,
                Head {
                    seq: last.seq,
                    hash: last.hash,
                    forked,
                },
            );
        }

        Ok((new.len(), poison))
    }

    fn store_entry(
        &mut self,
        filing: &Filing,
        checked: &CheckedEntry,
        core: &Core,
        bucket: i64,
    ) -> Result<(), StoreError> {
        let entry = &checked.entry;
        let empty = entry.sealed.is_none() && entry.detail.is_none();
        // A batch may be judged before a day is erased and come here after it.
        let kept_from = self.erased_before.max(Some(filing.kept_from));
        let kept_from = kept_from.unwrap_or(filing.kept_from);
        match Day::of_entry(core.bucket, filing.received, kept_from, empty) {
            Shelf::Expired => {
                let file = self.day(Day::of(filing.received))?;
                file.begin()?;

                file.add_expired(&filing.chain, checked.seq, checked.hash, filing.received.0)
            }
            Shelf::Of(day) => {
                let kept = self.kept(filing, checked, day)?;
                let file = self.day(day)?;
                file.begin()?;

                file.add(&kept, bucket)
            }
        }
    }

    fn store_poison(&mut self, filing: &Filing, checked: &CheckedEntry) -> Result<(), StoreError> {
        let entry = &checked.entry;
        let parts = [
            Some(&entry.core),
            entry.sealed.as_ref(),
            entry.detail.as_ref(),
        ];
        let bytes = parts.iter().flatten().map(|part| part.len()).sum::<usize>();
        let [core, sealed, detail] =
            parts.map(|part| part.map(|part| hex::encode(part.get(..POISON_CAP).unwrap_or(part))));
        let file = self.day(Day::of(filing.received))?;
        file.begin()?;

        file.add_poison(&KeptPoison {
            chain: filing.chain,
            seq: checked.seq,
            hash: checked.hash,
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            core: core.unwrap_or_default(),
            sealed,
            detail,
            received: filing.received.0,
        })
    }

    /// An entry as it is kept: the token only under the day's key.
    pub(super) fn kept<'a>(
        &mut self,
        filing: &Filing,
        checked: &'a CheckedEntry,
        day: Day,
    ) -> Result<Kept<'a>, StoreError> {
        let entry = &checked.entry;
        let token = match &entry.token {
            Some(token) => Some(self.keys.blind(day, token)?),
            None => None,
        };

        Ok(Kept {
            chain: filing.chain,
            seq: checked.seq,
            hash: checked.hash,
            token,
            core: &entry.core,
            sealed: entry.sealed.as_deref(),
            detail: entry.detail.as_deref(),
            received: filing.received.0,
        })
    }
}

/// The core of an entry that makes sense here: at the venue that its station is assigned to, and at a
/// time that can be counted.
fn fit(entry: &CheckedEntry, chain: &ChainId) -> Option<(Core, i64)> {
    match entry.check {
        EntryCheck::Good(core) | EntryCheck::Shredded(core) if core.place.venue == chain.venue => {
            Some((core, i64::try_from(core.bucket).ok()?))
        }
        EntryCheck::Good(_) | EntryCheck::Poison | EntryCheck::Shredded(_) => None,
    }
}

/// The days that have a file, oldest first.
///
/// # Errors
/// [`StoreError::Failed`].
pub fn days_in(folder: &Folder) -> Result<BTreeSet<Day>, StoreError> {
    let mut days = BTreeSet::new();
    for item in std::fs::read_dir(folder.days())? {
        let path = item?.path();
        if path.extension().is_some_and(|extension| extension == "db") {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            days.extend(stem.and_then(Day::from_stem));
        }
    }

    Ok(days)
}
