//! A thousand flipped bytes, anywhere in the station's files.

use super::tamper::lived;
use super::*;

const FLIPS: u64 = 500;

/// xorshift64: chance that a seed can repeat.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most).unwrap()).unwrap()
    }
}

/// Every value of every table, as text.
fn dump(house: &House) -> Vec<String> {
    let db = Connection::open(house.path(DATABASE)).unwrap();
    let mut lines = Vec::new();
    for table in house.tables() {
        let mut query = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let fields: Vec<_> = (0..columns)
                .map(|column| format!("{:?}", row.get_ref(column).unwrap()))
                .collect();
            lines.push(format!("{table} {}", fields.join(" ")));
        }
    }
    lines
}

/// How many were refused, named and harmless.
fn flip(house: &House, seed: u64) -> [u64; 3] {
    let mut chance = Chance(seed);
    let whole = dump(&house.copy());
    let files = house.files();
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut told = [0; 3];
    for _ in 0..FLIPS {
        let mut at = chance.below(bytes);
        let mut changed = files.clone();
        let hit = changed
            .iter_mut()
            .find(|(_, bytes)| {
                let here = at < bytes.len();
                if !here {
                    at -= bytes.len();
                }
                here
            })
            .unwrap();
        hit.1[at] ^= u8::try_from(1 + chance.below(255)).unwrap();
        let place = format!("{} at {at}, seed {seed}", hit.0);
        let copy = House::of(&changed);
        match copy.inspect() {
            Err(_) => told[0] += 1,
            Ok(findings) if !findings.is_empty() => told[1] += 1,
            Ok(_) => {
                assert_eq!(dump(&copy), whole, "{place}");
                told[2] += 1;
            }
        }
    }
    told
}

#[test]
fn five_hundred_flipped_bytes_in_a_closed_log_are_refused_named_or_harmless() {
    let [refused, named, harmless] = flip(&lived(), 0x6d65_6e73_6865_6e01);
    println!("refused {refused}, named {named}, harmless {harmless}");
    assert!(refused > 0 && named > 0);
}

#[test]
fn five_hundred_flipped_bytes_beside_a_write_ahead_log_are_refused_named_or_harmless() {
    let house = lived();
    let (mut store, _) = house.open();
    for _ in 0..3 {
        append(&mut store, &admit());
    }
    let copy = house.copy();
    assert!(copy.path("station.db-wal").exists());
    drop(store);
    assert_eq!(copy.copy().inspect().unwrap(), vec![]);
    let [refused, named, harmless] = flip(&copy, 0x6d65_6e73_6865_6e02);
    println!("refused {refused}, named {named}, harmless {harmless}");
    assert!(refused > 0 && named > 0);
}
