//! The head anchor: {epoch, seq, hash, signature} in a file of its own, two alternating slots, written
//! after each commit without fsync. It shows a restored copy of the database, not a power loss.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use domain::crypto::PublicKey;
use domain::entry::{ChainHash, row_message};
use domain::ids::StationId;

use super::Head;

/// epoch 4, seq 8, hash 32, signature 64.
const SLOT: usize = 108;

/// The open file.
pub(super) struct Anchor {
    file: File,
    turn: u8,
}

impl Anchor {
    /// Opens the file, and gives the newest head in it that this station signed.
    pub(super) fn open(
        path: &Path,
        station: StationId,
        key: &PublicKey,
    ) -> io::Result<(Self, Option<Head>)> {
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file)
            .take(2 * SLOT as u64)
            .read_to_end(&mut bytes)?;
        let slots: Vec<Option<Head>> = bytes
            .chunks(SLOT)
            .map(|slot| read_slot(slot, station, key))
            .collect();
        let order = |head: &Option<Head>| head.map(|head| (head.epoch, head.seq));
        let newest = slots.iter().copied().max_by_key(order).flatten();
        let turn = u8::from(
            slots
                .first()
                .is_some_and(|first| first.is_some() && *first == newest),
        );

        Ok((Self { file, turn }, newest))
    }

    /// Writes the head into the slot whose turn it is.
    pub(super) fn write(&mut self, head: Head, signature: &[u8; 64]) -> io::Result<()> {
        let mut slot = Vec::with_capacity(SLOT);
        slot.extend_from_slice(&head.epoch.to_be_bytes());
        slot.extend_from_slice(&head.seq.to_be_bytes());
        slot.extend_from_slice(&head.hash.0);
        slot.extend_from_slice(signature);
        self.file
            .seek(SeekFrom::Start(u64::from(self.turn) * SLOT as u64))?;
        self.file.write_all(&slot)?;
        self.turn ^= 1;

        Ok(())
    }
}

/// A slot that was cut or altered is no head: its signature tells.
fn read_slot(slot: &[u8], station: StationId, key: &PublicKey) -> Option<Head> {
    let (epoch, rest) = slot.split_first_chunk::<4>()?;
    let (seq, rest) = rest.split_first_chunk::<8>()?;
    let (hash, signature) = rest.split_first_chunk::<32>()?;
    let head = Head {
        epoch: u32::from_be_bytes(*epoch),
        seq: u64::from_be_bytes(*seq),
        hash: ChainHash(*hash),
    };
    let message = row_message(station, head.epoch, head.seq, head.hash);
    key.verify(&message, signature).ok()?;

    Some(head)
}

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};

    use super::*;

    const STATION: StationId = StationId([1; 16]);

    fn head(seq: u64) -> (Head, [u8; 64]) {
        let hash = ChainHash([u8::try_from(seq).unwrap(); 32]);
        let head = Head {
            epoch: 1,
            seq,
            hash,
        };
        (head, key().sign(&row_message(STATION, 1, seq, hash)))
    }

    fn key() -> SigningKey {
        SigningKey::new(Secret::new([9; 32]))
    }

    #[test]
    fn the_newest_whole_slot_counts_and_a_torn_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchor");
        let open = || Anchor::open(&path, STATION, &key().public()).unwrap();
        assert_eq!(open().1, None);
        let (mut anchor, _) = open();
        for seq in 1..=3 {
            let (head, signature) = head(seq);
            anchor.write(head, &signature).unwrap();
        }
        assert_eq!(open().1, Some(head(3).0));

        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let (mut anchor, newest) = open();
        assert_eq!(newest, Some(head(2).0));
        let (four, signature) = head(4);
        anchor.write(four, &signature).unwrap();
        assert_eq!(open().1, Some(four));
    }
}
