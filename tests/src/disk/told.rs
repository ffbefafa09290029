//! What a station had told, against what its log holds.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use domain::entry::ChainHash;
use domain::hex;
use station::{Folder, Store, StoreError, Unlock};

use super::Account;
use super::life::{self, VALUE};

/// What had been told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// There is a station.
    pub made: bool,
    /// Its life came to its end.
    pub ended: bool,
    /// Entries.
    pub rows: BTreeMap<u64, ChainHash>,
    /// A receipt up to this entry was taken.
    pub acked: u64,
    /// Rows up to this one may go at retention.
    pub going: u64,
    /// Rows up to this one went at retention.
    pub gone: u64,
    /// The value that was kept.
    pub kept: Option<u8>,
    /// What could not be done.
    pub refused: Vec<String>,
    /// What was found amiss.
    pub found: Vec<String>,
}

impl Account for Told {
    fn hear(&mut self, said: &[u8]) -> anyhow::Result<()> {
        for line in std::str::from_utf8(said)?.lines() {
            self.take(line).with_context(|| format!("said: {line}"))?;
        }

        Ok(())
    }

    fn check(&self, data: &Path, thorough: bool) -> anyhow::Result<()> {
        ensure!(
            self.found.is_empty(),
            "a disk was taken for tampering: {:?}",
            self.found
        );
        if thorough && self.made {
            whole(data).context("at the walk before the first start")?;
        }
        let opened = match life::open(data) {
            Err(StoreError::NotEnrolled) if !self.made => {
                life::enrol(data).context("enrolling again")?;
                life::open(data)
            }
            outcome => outcome,
        };
        let (mut store, findings) = opened.context("at the start")?;
        ensure!(findings.is_empty(), "found at the start: {findings:?}");
        self.compare(&store)?;
        let before = store.head().seq;
        let seq = life::go_on(&mut store).context("going on")?;
        ensure!(seq == before + 1, "#{seq} came after #{before}");
        drop(store);

        whole(data).context("at the walk after it went on")
    }

    fn many(&self) -> usize {
        self.rows.len()
    }

    fn refused(&self) -> &[String] {
        &self.refused
    }
}

impl Told {
    fn take(&mut self, line: &str) -> anyhow::Result<()> {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("made", "") => self.made = true,
            ("end", "") => self.ended = true,
            ("acked", seq) => self.acked = seq.parse()?,
            ("found", what) => self.found.push(what.to_owned()),
            ("going", seq) => self.going = seq.parse()?,
            ("gone", seq) => self.gone = seq.parse()?,
            ("kept", value) => self.kept = Some(value.parse()?),
            ("refused", why) => self.refused.push(why.to_owned()),
            ("row", row) => {
                let (seq, hash) = row.split_once(' ').context("a row has a hash")?;
                self.rows.insert(seq.parse()?, hash_of(hash)?);
            }
            _ => bail!("no life says that"),
        }

        Ok(())
    }

    fn compare(&self, store: &Store) -> anyhow::Result<()> {
        let gone = store.gone().seq;
        ensure!(
            (self.gone..=self.going).contains(&gone),
            "rows up to #{gone} are gone, told were #{} of #{}",
            self.gone,
            self.going
        );
        for (seq, hash) in self.rows.range(gone..) {
            let found = store
                .hash_at(*seq)
                .with_context(|| format!("#{seq} was told"))?;
            ensure!(found == *hash, "#{seq} was told and is another");
        }
        let (acked, head) = (store.acked().seq, store.head().seq);
        ensure!(
            acked >= self.acked,
            "the receipt of #{} is lost",
            self.acked
        );
        let last = self.rows.keys().next_back().copied().unwrap_or(0);
        ensure!(head >= last, "the log ends at #{head}, told was #{last}");
        let kept = store.saved(VALUE)?.and_then(|value| value.first().copied());
        ensure!(kept >= self.kept, "the value {:?} is lost", self.kept);

        Ok(())
    }
}

fn whole(data: &Path) -> anyhow::Result<()> {
    let (_, findings) = Store::inspect(Folder::open(data)?, &Unlock::KeyFile)?;
    ensure!(findings.is_empty(), "found: {findings:?}");

    Ok(())
}

fn hash_of(digits: &str) -> anyhow::Result<ChainHash> {
    Ok(ChainHash(
        hex::decode_array(digits).context("a hash is 32 bytes")?,
    ))
}
