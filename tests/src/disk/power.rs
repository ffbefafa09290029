//! What may lie on a disk after a power loss.
//!
//! Only what was synced is sure. Of everything else any part may be there and any other not, in whatever order it was
//! done:
//!
//! * a write that no fsync of its file followed: whole, not at all, as the zeros that its length alone leaves, or in some
//!   of its blocks of 512 or 4,096 bytes. No disk tears less than 512;
//! * a change of a file's length: done or not;
//! * a name that was made, changed or removed without an fsync of its folder: done or not, each by itself. The fsync of a
//!   new file does not make its name last. ext4 and APFS keep the order of such changes and promise more; POSIX does not;
//! * a file whose fsync failed: the system takes its pages for written (Linux does), so that a later fsync that succeeds
//!   says nothing about them. They are sure again only once they were written again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, ensure};

use super::chance::Chance;
use super::trace::Happened;

/// The pages that a system writes.
const PAGE: usize = 4_096;

/// What a machine holds in memory and on its disk.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    files: Vec<Lain>,
    /// Files by the number of their file system.
    numbers: BTreeMap<u64, usize>,
    /// Names as programs see them.
    names: BTreeMap<String, Node>,
    /// Names that are sure.
    sure: BTreeMap<String, Node>,
    /// What was done to names since.
    naming: Vec<Naming>,
}

/// What lies under each name: bytes, or none for a folder.
pub type Image = BTreeMap<String, Option<Vec<u8>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder,
}

#[derive(Clone, Debug)]
enum Naming {
    Gone(String),
    Moved(String, String),
    Put(String, Node),
}

/// A file.
#[derive(Clone, Debug, Default)]
struct Lain {
    sure: Vec<u8>,
    /// Pages of which a failed sync left nobody knows what.
    doubtful: Vec<Change>,
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Bytes {
        at: usize,
        bytes: Rc<[u8]>,
    },
    Length(usize),
    /// At least so long.
    Longer(usize),
}

/// How a power loss treats what is not sure of one file, or of the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Each,
    Kept,
    Lost,
    Torn(usize),
}

impl Machine {
    /// A machine on whose disk this lies for sure.
    ///
    /// # Errors
    /// The folder does not read.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        let mut machine = Self::default();
        for (name, bytes) in read(folder)? {
            let node = match bytes {
                Some(sure) => machine.add(Lain {
                    sure,
                    ..Lain::default()
                }),
                None => Node::Folder,
            };
            machine.names.insert(name.clone(), node);
            machine.sure.insert(name, node);
        }

        Ok(machine)
    }

    fn add(&mut self, file: Lain) -> Node {
        self.files.push(file);

        Node::File(self.files.len() - 1)
    }

    /// Does what a program did.
    ///
    /// # Errors
    /// It did it to a file that nobody opened.
    pub fn follow(&mut self, deed: &Happened) -> anyhow::Result<()> {
        match deed {
            Happened::Allocated { file, size } => self.change(*file, Change::Longer(small(*size)?)),
            Happened::Created { file, name } => {
                let node = self.add(Lain::default());
                self.bind(*file, node);
                self.name(Naming::Put(name.clone(), node));
                Ok(())
            }
            Happened::Folder(name) => {
                self.name(Naming::Put(name.clone(), Node::Folder));
                Ok(())
            }
            Happened::Length { file, size } => self.change(*file, Change::Length(small(*size)?)),
            Happened::Linked { from, to } => {
                if let Some(node) = self.names.get(from).copied() {
                    self.name(Naming::Put(to.clone(), node));
                }
                Ok(())
            }
            Happened::Opened { file, name } => {
                if let Some(node @ Node::File(_)) = self.names.get(name).copied() {
                    self.bind(*file, node);
                }
                Ok(())
            }
            Happened::Removed(name) => {
                self.name(Naming::Gone(name.clone()));
                Ok(())
            }
            Happened::Renamed { from, to } => {
                self.name(Naming::Moved(from.clone(), to.clone()));
                Ok(())
            }
            Happened::Said(_) => Ok(()),
            Happened::Synced { file, name } => self.sync(*file, name),
            Happened::Unsynced { file } => {
                if let Some(at) = self.numbers.get(file) {
                    self.files[*at].doubt();
                }
                Ok(())
            }
            Happened::Wrote { file, at, bytes } => {
                let at = small(*at)?;
                let bytes = Rc::clone(bytes);
                self.change(*file, Change::Bytes { at, bytes })
            }
        }
    }

    fn bind(&mut self, number: u64, node: Node) {
        if let Node::File(at) = node {
            self.numbers.insert(number, at);
        }
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.names);
        self.naming.push(naming);
    }

    fn file(&mut self, number: u64) -> anyhow::Result<&mut Lain> {
        let at = self.numbers.get(&number);
        let at = at.with_context(|| format!("file {number} was never opened"))?;

        Ok(&mut self.files[*at])
    }

    fn change(&mut self, number: u64, change: Change) -> anyhow::Result<()> {
        self.file(number)?.change(change);

        Ok(())
    }

    fn sync(&mut self, number: u64, name: &str) -> anyhow::Result<()> {
        if name != "." && self.names.get(name) != Some(&Node::Folder) {
            self.file(number)?.sync();
            return Ok(());
        }
        let (synced, rest) = self
            .naming
            .drain(..)
            .partition(|naming| naming.lies_in(name));
        self.naming = rest;
        for naming in Vec::into_iter(synced) {
            naming.apply(&mut self.sure);
        }

        Ok(())
    }

    /// What programs see.
    #[must_use]
    pub fn seen(&self) -> Image {
        self.image(&self.names, |file| file.content(&mut |_| Fate::Kept))
    }

    /// What may be there after a power loss at this moment.
    #[must_use]
    pub fn after_power_loss(&self, chance: &mut Chance) -> Image {
        let block = if chance.one_in(2) { 512 } else { PAGE };
        let mood = Mood::any(chance, block);
        let mut names = self.sure.clone();
        for naming in &self.naming {
            if mood.fate(chance, 1) != Fate::Lost {
                naming.apply(&mut names);
            }
        }
        self.image(&names, |file| {
            let mood = Mood::any(chance, block);
            file.content(&mut |length| mood.fate(chance, length))
        })
    }

    fn image(
        &self,
        names: &BTreeMap<String, Node>,
        mut content: impl FnMut(&Lain) -> Vec<u8>,
    ) -> Image {
        let mut image = Image::new();
        for (name, node) in names {
            // Names come in order: a folder before what lies in it.
            if !is_within(&image, name) {
                continue;
            }
            let bytes = match node {
                Node::File(at) => Some(content(&self.files[*at])),
                Node::Folder => None,
            };
            image.insert(name.clone(), bytes);
        }

        image
    }
}

/// What becomes of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// These of its blocks, of so many bytes each.
    Blocks(usize, Vec<bool>),
    Kept,
    Lost,
    /// It made the file longer, and no more.
    Zeros,
}

impl Mood {
    fn any(chance: &mut Chance, block: usize) -> Self {
        match chance.below(6) {
            0 => Self::Kept,
            1 => Self::Lost,
            2 | 3 => Self::Each,
            _ => Self::Torn(block),
        }
    }

    fn fate(self, chance: &mut Chance, length: usize) -> Fate {
        let whole = |chance: &mut Chance| match chance.below(8) {
            0..=3 => Fate::Kept,
            4..=6 => Fate::Lost,
            _ => Fate::Zeros,
        };
        match self {
            Self::Each => whole(chance),
            Self::Kept => Fate::Kept,
            Self::Lost => Fate::Lost,
            Self::Torn(block) => {
                // A write that begins within a block touches one more.
                let blocks = length.div_ceil(block) + 1;
                match chance.below(3) {
                    0 => whole(chance),
                    1 => {
                        let first = chance.below(blocks as u64 + 1);
                        Fate::Blocks(block, (0..blocks as u64).map(|at| at < first).collect())
                    }
                    _ => Fate::Blocks(block, (0..blocks).map(|_| chance.one_in(2)).collect()),
                }
            }
        }
    }
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<String, Node>) {
        match self {
            Self::Gone(name) => {
                names.remove(name);
            }
            Self::Moved(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
            Self::Put(name, node) => {
                names.insert(name.clone(), *node);
            }
        }
    }

    /// Whether the folder of that name holds the name.
    fn lies_in(&self, folder: &str) -> bool {
        let (Self::Gone(name) | Self::Moved(name, _) | Self::Put(name, _)) = self;

        parent(name) == folder
    }
}

impl Lain {
    fn change(&mut self, change: Change) {
        if let Change::Bytes { at, bytes } = &change {
            // Whoever writes on a page writes all of it again.
            let pages = at / PAGE..=(at + bytes.len()).saturating_sub(1) / PAGE;
            let (again, still) = self.doubtful.drain(..).partition(
                |old| matches!(old, Change::Bytes { at, .. } if pages.contains(&(at / PAGE))),
            );
            self.doubtful = still;
            self.pending.extend::<Vec<_>>(again);
        }
        self.pending.push(change);
    }

    fn sync(&mut self) {
        for change in self.pending.drain(..) {
            change.apply(&mut self.sure, &Fate::Kept);
        }
    }

    fn doubt(&mut self) {
        let (bytes, lengths) = self
            .pending
            .drain(..)
            .partition::<Vec<_>, _>(|change| matches!(change, Change::Bytes { .. }));
        self.pending = lengths;
        for change in bytes {
            if let Change::Bytes { at, bytes } = change {
                self.doubtful.extend(pages(at, &bytes));
            }
        }
    }

    fn content(&self, fate: &mut impl FnMut(usize) -> Fate) -> Vec<u8> {
        let mut content = self.sure.clone();
        for change in self.doubtful.iter().chain(&self.pending) {
            let length = match change {
                Change::Bytes { bytes, .. } => bytes.len(),
                Change::Length(_) | Change::Longer(_) => 1,
            };
            change.apply(&mut content, &fate(length));
        }

        content
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>, fate: &Fate) {
        if *fate == Fate::Lost {
            return;
        }
        match self {
            Self::Bytes { at, bytes } => {
                let end = at + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                match fate {
                    Fate::Kept => content[*at..end].copy_from_slice(bytes),
                    Fate::Blocks(block, kept) => {
                        for place in *at..end {
                            if kept.get(place / block - at / block) == Some(&true) {
                                content[place] = bytes[place - at];
                            }
                        }
                    }
                    Fate::Lost | Fate::Zeros => {}
                }
            }
            Self::Length(length) => content.resize(*length, 0),
            Self::Longer(length) => content.resize(content.len().max(*length), 0),
        }
    }
}

fn pages(at: usize, bytes: &Rc<[u8]>) -> Vec<Change> {
    let mut pages = Vec::new();
    let mut done = 0;
    while done < bytes.len() {
        let from = at + done;
        let length = (PAGE - from % PAGE).min(bytes.len() - done);
        pages.push(Change::Bytes {
            at: from,
            bytes: bytes[done..done + length].into(),
        });
        done += length;
    }

    pages
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

fn is_within(image: &Image, name: &str) -> bool {
    let folder = parent(name);

    folder == "." || image.get(folder) == Some(&None)
}

fn small(number: u64) -> anyhow::Result<usize> {
    Ok(usize::try_from(number)?)
}

/// What lies in a folder.
///
/// # Errors
/// It does not read.
pub fn read(folder: &Path) -> anyhow::Result<Image> {
    let mut image = Image::new();
    read_into(&mut image, folder, "")?;

    Ok(image)
}

fn read_into(image: &mut Image, folder: &Path, before: &str) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string();
        let name = name.ok().context("a name in letters")?;
        let name = format!("{before}{name}");
        if entry.file_type()?.is_dir() {
            image.insert(name.clone(), None);
            read_into(image, &entry.path(), &format!("{name}/"))?;
        } else {
            image.insert(name, Some(fs::read(entry.path())?));
        }
    }

    Ok(())
}

/// Lays an image into an empty folder.
///
/// # Errors
/// It does not write.
pub fn lay(image: &Image, folder: &Path) -> anyhow::Result<()> {
    for (name, bytes) in image {
        ensure!(is_within(image, name), "{name} lies in no folder");
        let path = folder.join(name);
        match bytes {
            Some(bytes) => fs::write(path, bytes)?,
            None => fs::create_dir(path)?,
        }
    }

    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All that a power loss may leave of the file `a`.
    fn left(machine: &Machine) -> BTreeSet<Option<Vec<u8>>> {
        let mut chance = Chance::new(7);
        (0..400)
            .map(|_| machine.after_power_loss(&mut chance).remove("a").flatten())
            .collect()
    }

    fn made() -> Machine {
        let mut machine = Machine::default();
        let name = || "a".to_owned();
        machine
            .follow(&Happened::Created {
                file: 1,
                name: name(),
            })
            .unwrap();
        machine
    }

    fn write(machine: &mut Machine, at: u64, bytes: &[u8]) {
        let bytes = bytes.into();
        machine
            .follow(&Happened::Wrote { file: 1, at, bytes })
            .unwrap();
    }

    fn sync(machine: &mut Machine, name: &str) {
        let name = name.to_owned();
        machine.follow(&Happened::Synced { file: 1, name }).unwrap();
    }

    #[test]
    fn what_was_synced_is_there_once_its_folder_was_synced_too() {
        let mut machine = made();
        write(&mut machine, 0, b"one");
        sync(&mut machine, "a");
        assert_eq!(
            left(&machine),
            BTreeSet::from([None, Some(b"one".to_vec())])
        );
        sync(&mut machine, ".");
        assert_eq!(left(&machine), BTreeSet::from([Some(b"one".to_vec())]));
    }

    #[test]
    fn what_was_not_synced_is_there_or_not_or_in_part() {
        let mut machine = made();
        sync(&mut machine, ".");
        write(&mut machine, 0, &[1; 1_024]);
        let left = left(&machine);
        let halves = |a: u8, b: u8| Some([[a; 512], [b; 512]].concat());
        for expected in [
            Some(vec![]),
            halves(0, 0),
            halves(1, 0),
            halves(0, 1),
            halves(1, 1),
        ] {
            assert!(left.contains(&expected), "{expected:?}");
        }
        assert_eq!(left.len(), 5);
    }

    #[test]
    fn after_a_failed_sync_a_page_is_sure_only_once_it_was_written_again() {
        let mut machine = made();
        sync(&mut machine, ".");
        write(&mut machine, 0, b"one");
        machine.follow(&Happened::Unsynced { file: 1 }).unwrap();
        sync(&mut machine, "a");
        assert!(left(&machine).contains(&Some(vec![])));
        write(&mut machine, 3, b"two");
        sync(&mut machine, "a");
        assert_eq!(left(&machine), BTreeSet::from([Some(b"onetwo".to_vec())]));
    }

    #[test]
    fn a_name_that_was_changed_is_the_old_or_the_new_until_the_folder_is_synced() {
        let mut machine = made();
        write(&mut machine, 0, b"one");
        sync(&mut machine, "a");
        sync(&mut machine, ".");
        let renamed = Happened::Renamed {
            from: "a".to_owned(),
            to: "b".to_owned(),
        };
        machine.follow(&renamed).unwrap();
        assert_eq!(
            left(&machine),
            BTreeSet::from([None, Some(b"one".to_vec())])
        );
        sync(&mut machine, ".");
        assert_eq!(left(&machine), BTreeSet::from([None]));
        assert_eq!(
            machine.seen(),
            Image::from([("b".to_owned(), Some(b"one".to_vec()))])
        );
    }
}
