//! The head anchor: {epoch, seq, hash, signature} and the turn of the commit, in a file of its own, two
//! alternating slots, written after each commit without fsync. It shows a restored copy of the database,
//! not a power loss. The file itself is made with fsync: where there is none, somebody took it away.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use domain::crypto::{PublicKey, equal};
use domain::entry::{ChainHash, anchor_mac, row_message};
use domain::ids::StationId;

use super::Head;
use crate::folder::Folder;

/// The file's name within the station's folder.
pub(super) const ANCHOR: &str = "anchor.bin";
/// epoch 4, seq 8, hash 32, signature 64.
const HEAD: usize = 108;
/// The same, turn 8, MAC 32.
const SLOT: usize = HEAD + 8 + 32;

/// Whose slots they are, and what shows it.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) station: StationId,
    pub(super) key: &'a PublicKey,
    pub(super) mac_key: &'a [u8; 32],
}

/// What a slot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchored {
    pub(super) head: Head,
    /// None in a file of layout 1, which knew of none.
    pub(super) turn: Option<u64>,
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// There is no file.
    Missing,
    /// No slot of it is this station's.
    Unreadable,
    /// Its newest slot, and whether one of the two is neither this station's nor empty: torn by a power
    /// loss, or altered.
    Newest(Anchored, bool),
}

/// The open file.
pub(super) struct Anchor {
    file: File,
    turn: u8,
}

impl Anchor {
    /// What the file says, and the file itself where it can be written on.
    pub(super) fn open(folder: &Folder, owner: Owner<'_>) -> io::Result<(Option<Self>, Found)> {
        let mut options = File::options();
        let mut file = match options.read(true).write(true).open(folder.path(ANCHOR)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((None, Found::Missing));
            }
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        Read::by_ref(&mut file)
            .take(2 * SLOT as u64 + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() <= 2 * HEAD {
            let slots: Vec<_> = bytes
                .chunks(HEAD)
                .map(|slot| read_head(slot, owner))
                .collect();
            let of_layout_1 = |head| Anchored { head, turn: None };
            let newest = slots.into_iter().map(|head| head.map(of_layout_1));
            return Ok((None, found(newest.collect(), false)));
        }
        let slots: Vec<_> = bytes
            .chunks(SLOT)
            .map(|slot| read_slot(slot, owner))
            .collect();
        let amiss = bytes.len() != 2 * SLOT
            || bytes
                .chunks(SLOT)
                .zip(&slots)
                .any(|(slot, read)| read.is_none() && slot.iter().any(|byte| *byte != 0));
        let found = found(slots.clone(), amiss);
        let first_is_newest = match (&found, slots.first()) {
            (Found::Newest(newest, _), Some(Some(first))) => newest == first,
            (Found::Newest(..) | Found::Missing | Found::Unreadable, _) => false,
        };
        let anchor = Self {
            file,
            turn: u8::from(first_is_newest),
        };

        Ok((Some(anchor), found))
    }

    /// Makes the file with this one slot, in the place of whatever stands there.
    pub(super) fn make(folder: &Folder, slot: &[u8]) -> io::Result<Self> {
        let name = format!("{ANCHOR}.new");
        let mut options = File::options();
        options.create(true).truncate(true).read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(folder.path(&name))?;
        file.write_all(slot)?;
        file.write_all(&[0; SLOT])?;
        file.sync_all()?;
        folder.rename(&name, ANCHOR).map_err(io::Error::other)?;

        Ok(Self { file, turn: 1 })
    }

    /// Writes a slot where its turn is.
    pub(super) fn write(&mut self, slot: &[u8]) -> io::Result<()> {
        self.file
            .seek(SeekFrom::Start(u64::from(self.turn) * SLOT as u64))?;
        self.file.write_all(slot)?;
        self.turn ^= 1;

        Ok(())
    }
}

/// A slot's bytes.
pub(super) fn slot(
    head: Head,
    signature: &[u8; 64],
    turn: u64,
    station: StationId,
    mac_key: &[u8; 32],
) -> Vec<u8> {
    let mut slot = Vec::with_capacity(SLOT);
    slot.extend_from_slice(&head.epoch.to_be_bytes());
    slot.extend_from_slice(&head.seq.to_be_bytes());
    slot.extend_from_slice(&head.hash.0);
    slot.extend_from_slice(signature);
    slot.extend_from_slice(&turn.to_be_bytes());
    let mac = anchor_mac(mac_key, station, &slot);
    slot.extend_from_slice(&mac);
    slot
}

fn found(slots: Vec<Option<Anchored>>, amiss: bool) -> Found {
    let order = |slot: &Anchored| (slot.turn, slot.head.epoch, slot.head.seq);
    match slots.into_iter().flatten().max_by_key(order) {
        Some(newest) => Found::Newest(newest, amiss),
        None => Found::Unreadable,
    }
}

/// A slot that was cut or altered is none: its MAC tells.
pub(super) fn read_slot(slot: &[u8], owner: Owner<'_>) -> Option<Anchored> {
    let (said, mac) = slot.split_last_chunk::<32>()?;
    if !equal(&anchor_mac(owner.mac_key, owner.station, said), mac) {
        return None;
    }
    let (head, turn) = said.split_last_chunk::<8>()?;

    Some(Anchored {
        head: read_head(head, owner)?,
        turn: Some(u64::from_be_bytes(*turn)),
    })
}

/// Its signature tells.
fn read_head(slot: &[u8], owner: Owner<'_>) -> Option<Head> {
    let (epoch, rest) = slot.split_first_chunk::<4>()?;
    let (seq, rest) = rest.split_first_chunk::<8>()?;
    let (hash, signature) = rest.split_first_chunk::<32>()?;
    let head = Head {
        epoch: u32::from_be_bytes(*epoch),
        seq: u64::from_be_bytes(*seq),
        hash: ChainHash(*hash),
    };
    let message = row_message(owner.station, head.epoch, head.seq, head.hash);
    owner.key.verify(&message, signature).ok()?;

    Some(head)
}

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};

    use super::*;

    const STATION: StationId = StationId([1; 16]);
    const MAC: [u8; 32] = [3; 32];

    struct Place {
        _data: tempfile::TempDir,
        folder: Folder,
    }

    impl Place {
        fn new() -> Self {
            let data = tempfile::tempdir().unwrap();
            let folder = Folder::open(data.path()).unwrap();
            Self {
                _data: data,
                folder,
            }
        }

        fn open(&self) -> (Option<Anchor>, Found) {
            let key = key().public();
            let owner = Owner {
                station: STATION,
                key: &key,
                mac_key: &MAC,
            };
            Anchor::open(&self.folder, owner).unwrap()
        }

        fn change(&self, change: impl FnOnce(&mut Vec<u8>)) {
            let path = self.folder.path(ANCHOR);
            let mut bytes = std::fs::read(&path).unwrap();
            change(&mut bytes);
            std::fs::write(path, bytes).unwrap();
        }
    }

    fn head(seq: u64) -> Head {
        Head {
            epoch: 1,
            seq,
            hash: ChainHash([u8::try_from(seq).unwrap(); 32]),
        }
    }

    fn written(seq: u64) -> Vec<u8> {
        let head = head(seq);
        let signature = key().sign(&row_message(STATION, 1, seq, head.hash));
        slot(head, &signature, 10 + seq, STATION, &MAC)
    }

    fn newest(seq: u64, amiss: bool) -> Found {
        let anchored = Anchored {
            head: head(seq),
            turn: Some(10 + seq),
        };
        Found::Newest(anchored, amiss)
    }

    fn key() -> SigningKey {
        SigningKey::new(Secret::new([9; 32]))
    }

    #[test]
    fn the_newest_whole_slot_counts_and_a_torn_one_does_not() {
        let place = Place::new();
        assert_eq!(place.open().1, Found::Missing);
        let mut anchor = Anchor::make(&place.folder, &written(1)).unwrap();
        assert_eq!(place.open().1, newest(1, false));
        for seq in 2..=3 {
            anchor.write(&written(seq)).unwrap();
        }
        assert_eq!(place.open().1, newest(3, false));

        place.change(|bytes| bytes[20] ^= 1);
        let (anchor, found) = place.open();
        assert_eq!(found, newest(2, true));
        anchor.unwrap().write(&written(4)).unwrap();
        assert_eq!(place.open().1, newest(4, false));
    }

    #[test]
    fn every_byte_of_a_slot_counts() {
        let place = Place::new();
        Anchor::make(&place.folder, &written(1)).unwrap();
        for at in 0..2 * SLOT {
            place.change(|bytes| bytes[at] ^= 1);
            let found = place.open().1;
            let second = at >= SLOT;
            assert_eq!(found == newest(1, true), second, "{at}");
            assert_eq!(found == Found::Unreadable, !second, "{at}");
            place.change(|bytes| bytes[at] ^= 1);
        }
        place.change(|bytes| bytes.push(0));
        assert_eq!(place.open().1, newest(1, true));
    }

    #[test]
    fn the_heads_of_layout_1_are_read_and_have_no_turn() {
        let place = Place::new();
        let path = place.folder.path(ANCHOR);
        let slots = [&written(2)[..HEAD], &written(1)[..HEAD]].concat();
        std::fs::write(&path, slots).unwrap();
        let anchored = Anchored {
            head: head(2),
            turn: None,
        };
        assert_eq!(place.open().1, Found::Newest(anchored, false));
        std::fs::write(&path, b"").unwrap();
        assert_eq!(place.open().1, Found::Unreadable);
    }
}
