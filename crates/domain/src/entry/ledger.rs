//! What a station's log says of itself as a whole: one sealed line, written anew in every commit. The rows
//! prove themselves by their chain; everything beside them is proven by this.

use std::collections::BTreeMap;

use super::chain::ChainHash;
use crate::cbor::{self, Value};
use crate::crypto::{hmac, label};
use crate::ids::StationId;
use crate::recent::Seen;
use crate::time::Timestamp;

/// The version of the ledger's layout.
const VERSION: u64 = 1;
/// A log keeps some ten values.
const MAX_ITEMS: usize = 512;
/// Crockford's base 32: nothing in it is taken for another character.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a head's code.
const CODE: usize = 10;

/// A place in the chain.
pub type Link = (u64, ChainHash);

/// cbor(\[1, turn, epoch, genesis, head, acked, last receipt, SHA-256 of the receipt, gone, shredded, \[seen, their
/// sum\], \[\[name, turn\]...\], alarm\]); head, acked and gone are \[seq, hash\].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Counts the commits: an older copy has a lower one.
    pub turn: u64,
    /// The epoch that the log is in.
    pub epoch: u32,
    /// Where its chain begins.
    pub genesis: ChainHash,
    /// The last row; number 0 with the genesis before the first.
    pub head: Link,
    /// The last row that the centre receipted.
    pub acked: Link,
    /// When the last receipt came.
    pub last_receipt: Option<Timestamp>,
    /// SHA-256 of the answer that receipted it; none before the first that was kept.
    pub receipt: Option<[u8; 32]>,
    /// The last row that retention erased; number 0 with the genesis before the first.
    pub gone: Link,
    /// Rows up to this number that had no receipt gave up what they carried of a person at retention.
    pub shredded: u64,
    /// The seen-here table.
    pub seen: Sum,
    /// The values that are kept, and in which turn each was written.
    pub values: BTreeMap<String, u64>,
    /// Something was found amiss at a start, and no new epoch began since.
    pub alarm: bool,
}

/// How many lines a table has, and what they come to together. Adding and taking out is the same step, so
/// that no commit reads the whole table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Lines.
    pub count: u64,
    /// The lines' [`seen_element`]s, each bit added without carry. It is sealed and its summands lie
    /// nowhere, so that nobody can look for lines that cancel each other.
    pub bits: [u8; 32],
}

impl Ledger {
    /// A log before its first row.
    #[must_use]
    pub fn new(epoch: u32, genesis: ChainHash) -> Self {
        Self {
            turn: 0,
            epoch,
            genesis,
            head: (0, genesis),
            acked: (0, genesis),
            last_receipt: None,
            receipt: None,
            gone: (0, genesis),
            shredded: 0,
            seen: Sum::default(),
            values: BTreeMap::new(),
            alarm: false,
        }
    }

    /// The bytes that are sealed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let link = |(seq, hash): Link| Value::Array(vec![Value::from(seq), Value::bytes(hash.0)]);
        let values = self
            .values
            .iter()
            .map(|(name, turn)| Value::Array(vec![Value::text(name.as_str()), Value::from(*turn)]));

        cbor::encode(&Value::Array(vec![
            Value::from(VERSION),
            Value::from(self.turn),
            Value::from(self.epoch),
            Value::bytes(self.genesis.0),
            link(self.head),
            link(self.acked),
            self.last_receipt.map_or(Value::Null, |at| Value::int(at.0)),
            self.receipt.map_or(Value::Null, Value::bytes),
            link(self.gone),
            Value::from(self.shredded),
            Value::Array(vec![
                Value::from(self.seen.count),
                Value::bytes(self.seen.bits),
            ]),
            Value::Array(values.collect()),
            Value::Bool(self.alarm),
        ]))
    }

    /// Reads what [`Self::encode`] wrote; none for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let value = cbor::decode(bytes, MAX_ITEMS).ok()?;
        let [
            version,
            turn,
            epoch,
            genesis,
            head,
            acked,
            last_receipt,
            receipt,
            gone,
            shredded,
            seen,
            values,
            alarm,
        ] = value.as_items()?
        else {
            return None;
        };
        if version.as_u64()? != VERSION {
            return None;
        }

        Some(Self {
            turn: turn.as_u64()?,
            epoch: u32::try_from(epoch.as_u64()?).ok()?,
            genesis: ChainHash(genesis.as_array()?),
            head: link_from(head)?,
            acked: link_from(acked)?,
            last_receipt: last_receipt.or_null(|at| at.as_i64().map(Timestamp))?,
            receipt: receipt.or_null(Value::as_array)?,
            gone: link_from(gone)?,
            shredded: shredded.as_u64()?,
            seen: sum_from(seen)?,
            values: values_from(values)?,
            alarm: alarm.as_bool()?,
        })
    }
}

impl Sum {
    /// One line more.
    pub fn add(&mut self, element: &[u8; 32]) {
        self.count = self.count.saturating_add(1);
        self.flip(element);
    }

    /// One line less.
    pub fn take(&mut self, element: &[u8; 32]) {
        self.count = self.count.saturating_sub(1);
        self.flip(element);
    }

    fn flip(&mut self, element: &[u8; 32]) {
        for (bit, other) in self.bits.iter_mut().zip(element) {
            *bit ^= other;
        }
    }
}

/// What a seen-here line carries to show that it was not altered: HMAC-SHA256(key, L("local-seen") ‖
/// station ‖ u32 epoch ‖ u64 seq ‖ tag ‖ i64 time ‖ u8 undone), big endian.
#[must_use]
pub fn seen_mac(key: &[u8; 32], station: StationId, epoch: u32, seen: &Seen) -> [u8; 32] {
    over_line("local-seen", key, station, epoch, seen)
}

/// What a seen-here line adds to the [`Sum`]: as [`seen_mac`], under L("local-sum").
#[must_use]
pub fn seen_element(key: &[u8; 32], station: StationId, epoch: u32, seen: &Seen) -> [u8; 32] {
    over_line("local-sum", key, station, epoch, seen)
}

/// What shows that a slot of the head anchor is the station's own, its turn included: HMAC-SHA256(key,
/// L("anchor") ‖ station ‖ the slot so far).
#[must_use]
pub fn anchor_mac(key: &[u8; 32], station: StationId, slot: &[u8]) -> [u8; 32] {
    hmac(key, &[&label("anchor"), &station.0, slot])
}

/// The key of the three above: HMAC-SHA256(log key, L("local-mac")).
#[must_use]
pub fn local_mac_key(log_key: &[u8; 32]) -> [u8; 32] {
    hmac(log_key, &[&label("local-mac")])
}

/// What the sealed ledger is bound to: L("local-ledger") ‖ station.
#[must_use]
pub fn ledger_aad(station: StationId) -> Vec<u8> {
    let mut aad = label("local-ledger");
    aad.extend_from_slice(&station.0);
    aad
}

/// What a kept value is bound to: L("local-value") ‖ station ‖ u64 turn ‖ name, big endian.
#[must_use]
pub fn value_aad(station: StationId, turn: u64, name: &str) -> Vec<u8> {
    let mut aad = label("local-value");
    aad.extend_from_slice(&station.0);
    aad.extend_from_slice(&turn.to_be_bytes());
    aad.extend_from_slice(name.as_bytes());
    aad
}

/// What a detail is bound to that outlives its day's queue key: L("local-detail") ‖ station ‖ u32 epoch ‖
/// u64 seq, big endian.
#[must_use]
pub fn detail_aad(station: StationId, epoch: u32, seq: u64) -> Vec<u8> {
    let mut aad = label("local-detail");
    aad.extend_from_slice(&station.0);
    aad.extend_from_slice(&epoch.to_be_bytes());
    aad.extend_from_slice(&seq.to_be_bytes());
    aad
}

/// Ten characters for a head, to be written into a book or read out: the first 50 bits of its hash in
/// Crockford's base 32.
#[must_use]
pub fn head_code(hash: ChainHash) -> String {
    let mut bits = hash
        .0
        .iter()
        .take(8)
        .fold(0_u64, |bits, byte| bits.wrapping_shl(8) | u64::from(*byte));
    let mut code = String::with_capacity(CODE);
    for _ in 0..CODE {
        bits = bits.rotate_left(5);
        let letter = usize::try_from(bits & 31)
            .ok()
            .and_then(|number| LETTERS.get(number));
        code.push(char::from(*letter.unwrap_or(&b'0')));
    }

    code
}

fn over_line(
    purpose: &str,
    key: &[u8; 32],
    station: StationId,
    epoch: u32,
    seen: &Seen,
) -> [u8; 32] {
    hmac(
        key,
        &[
            &label(purpose),
            &station.0,
            &epoch.to_be_bytes(),
            &seen.seq.to_be_bytes(),
            &seen.tag.0,
            &seen.at.0.to_be_bytes(),
            &[u8::from(seen.undone)],
        ],
    )
}

fn link_from(value: &Value) -> Option<Link> {
    let [seq, hash] = value.as_items()? else {
        return None;
    };

    Some((seq.as_u64()?, ChainHash(hash.as_array()?)))
}

fn sum_from(value: &Value) -> Option<Sum> {
    let [count, bits] = value.as_items()? else {
        return None;
    };

    Some(Sum {
        count: count.as_u64()?,
        bits: bits.as_array()?,
    })
}

/// In the order that they are written in, each name once: one ledger has one form.
fn values_from(value: &Value) -> Option<BTreeMap<String, u64>> {
    let values: Vec<(String, u64)> = value
        .as_items()?
        .iter()
        .map(named_from)
        .collect::<Option<_>>()?;

    values
        .is_sorted_by(|(a, _), (b, _)| a < b)
        .then(|| values.into_iter().collect())
}

fn named_from(value: &Value) -> Option<(String, u64)> {
    let [name, turn] = value.as_items()? else {
        return None;
    };

    Some((name.as_text()?.to_owned(), turn.as_u64()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recent::Tag;

    const STATION: StationId = StationId([1; 16]);
    const KEY: [u8; 32] = [2; 32];

    fn seen(seq: u64) -> Seen {
        Seen {
            tag: Tag([7; 16]),
            at: Timestamp(1_795_003_200),
            seq,
            undone: false,
        }
    }

    fn element(seq: u64) -> [u8; 32] {
        seen_element(&KEY, STATION, 1, &seen(seq))
    }

    #[test]
    fn a_ledger_reads_back_as_it_was_written_and_nothing_else_reads() {
        let mut ledger = Ledger::new(3, ChainHash([9; 32]));
        assert_eq!(Ledger::decode(&ledger.encode()), Some(ledger.clone()));
        ledger.turn = 7;
        ledger.acked = (5, ChainHash([8; 32]));
        ledger.last_receipt = Some(Timestamp(-1));
        ledger.receipt = Some([6; 32]);
        ledger.seen.add(&element(1));
        ledger.values.insert("clock".to_owned(), 4);
        ledger.alarm = true;
        let bytes = ledger.encode();
        assert_eq!(Ledger::decode(&bytes), Some(ledger));
        assert_eq!(Ledger::decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Ledger::decode(&[0x80]), None);
    }

    #[test]
    fn a_ledger_with_its_names_in_another_order_or_one_of_them_twice_is_none() {
        let mut ledger = Ledger::new(1, ChainHash([9; 32]));
        ledger.values = [("a".to_owned(), 1), ("b".to_owned(), 2)].into();
        let bytes = ledger.encode();
        let at = bytes.windows(2).position(|two| two == [0x61, b'a']);
        let (a, b) = (at.unwrap() + 1, at.unwrap() + 5);
        assert_eq!((bytes[a], bytes[b]), (b'a', b'b'));
        for (first, second) in [(b'b', b'a'), (b'a', b'a')] {
            let mut other = bytes.clone();
            (other[a], other[b]) = (first, second);
            assert_eq!(Ledger::decode(&other), None);
        }
    }

    #[test]
    fn a_sum_tells_a_line_that_is_missing_altered_or_there_twice() {
        let sum = |lines: &[u64]| {
            let mut sum = Sum::default();
            for seq in lines {
                sum.add(&element(*seq));
            }
            sum
        };
        let mut kept = sum(&[1, 2, 3]);
        assert_eq!(kept, sum(&[3, 1, 2]));
        for other in [&[1, 2][..], &[1, 2, 4], &[1, 2, 3, 3, 3]] {
            assert_ne!(kept, sum(other));
        }
        kept.take(&element(2));
        assert_eq!(kept, sum(&[1, 3]));
    }

    #[test]
    fn a_lines_mac_is_over_each_of_its_fields_and_is_not_what_it_adds() {
        let line = seen(1);
        let mac = |line: &Seen| seen_mac(&KEY, STATION, 1, line);
        let others = [
            Seen { seq: 2, ..line },
            Seen {
                at: line.at.plus(1),
                ..line
            },
            Seen {
                undone: true,
                ..line
            },
            Seen {
                tag: Tag([8; 16]),
                ..line
            },
        ];
        for other in others {
            assert_ne!(mac(&line), mac(&other));
        }
        assert_ne!(mac(&line), seen_mac(&KEY, STATION, 2, &line));
        assert_ne!(mac(&line), seen_mac(&KEY, StationId([2; 16]), 1, &line));
        assert_ne!(mac(&line), element(1));
    }

    #[test]
    fn a_heads_code_is_the_first_fifty_bits_of_its_hash() {
        let mut hash = [0; 32];
        assert_eq!(head_code(ChainHash(hash)), "0000000000");
        hash[..7].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc0]);
        assert_eq!(head_code(ChainHash(hash)), "ZZZZZZZZZZ");
        hash[6] = 0x3f;
        assert_eq!(head_code(ChainHash(hash)), "ZZZZZZZZZW");
        hash[0] = 0x08;
        assert_eq!(head_code(ChainHash(hash)), "13ZZZZZZZW");
    }
}
