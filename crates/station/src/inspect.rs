//! The walk through a whole log, for whoever wants to know whether it is what the station wrote.

use std::path::Path;

use domain::crypto::PublicKey;
use domain::entry::head_code;
use domain::ids::StationId;
use domain::time::Timestamp;
use domain::wire::Answer;

use crate::enrol::ROOT_STATE;
use crate::folder::Folder;
use crate::keys::Unlock;
use crate::knowledge::Library;
use crate::store::{DATABASE, Finding, Head, Previous, Stood, Store, StoreError};

/// A head that was written down elsewhere: number and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The entry's number.
    pub seq: u64,
    /// The ten characters of [`head_code`].
    pub code: String,
}

/// What the walk came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Whose log.
    pub station: StationId,
    /// Its last entry.
    pub head: Head,
    /// The last entry with a receipt.
    pub acked: Head,
    /// The last entry that retention erased.
    pub gone: Head,
    /// Entries without a receipt that gave up what they carried of a person at retention.
    pub lost: u64,
    /// What became of the receipt.
    pub receipt: ReceiptCheck,
    /// What became of the expected head.
    pub expected: ExpectedCheck,
    /// What is amiss, in a fixed order; nothing in a log that is whole.
    pub findings: Vec<Finding>,
    /// Something was amiss in it when its epoch ended, and was known: what is found in it does not count.
    pub was_amiss: bool,
    /// The logs of the station's epochs that are over, the last one first.
    pub earlier: Vec<Inspection>,
}

/// What could be said of the kept receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptCheck {
    /// It is not the answer that was kept; also among the findings.
    Altered,
    /// No answer is kept: there was none yet, or it came before this release.
    None,
    /// It is the answer that was verified when it came. Its key has left the trust list since, so that its
    /// signature cannot be verified again.
    Sealed,
    /// A key of the trust list signed it, for this station, epoch, number and hash.
    Verified,
}

/// What could be said of the head that was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedCheck {
    /// It is not in this log; also among the findings.
    Differs,
    /// Its row was erased at retention: it can be compared no more.
    Erased,
    /// It is in this log.
    Fits,
    /// None was given.
    NotAsked,
}

/// Walks through the log of a data folder on which no station runs.
///
/// # Errors
/// See [`StoreError`].
pub fn inspect(
    data: &Path,
    unlock: &Unlock,
    expected: Option<&Expected>,
) -> Result<Inspection, StoreError> {
    let folder = Folder::holding(data, DATABASE)?.ok_or(StoreError::NotEnrolled)?;
    let folders = folder.earlier()?;
    let (store, mut findings) = Store::inspect(folder, unlock)?;
    let mut earlier = Vec::new();
    for folder in folders {
        let opened = folder
            .map_err(StoreError::from)
            .and_then(|folder| Store::inspect(folder, unlock));
        match opened {
            Ok(opened) => earlier.push(opened),
            Err(error) => findings.push(Finding::Earlier(error.to_string())),
        }
    }
    let amiss = compare_ends(&store, &earlier, &mut findings)?;
    let mut outcome = check_expected(&store, expected)?;
    for (store, _) in &earlier {
        // That a row of an earlier epoch with this number was erased proves nothing of the log in use.
        if outcome == ExpectedCheck::Differs
            && check_expected(store, expected)? == ExpectedCheck::Fits
        {
            outcome = ExpectedCheck::Fits;
        }
    }
    if let (ExpectedCheck::Differs, Some(expected)) = (outcome, expected) {
        findings.push(Finding::Expected(expected.seq));
    }
    let mut inspection = walked(&store, findings, false)?;
    inspection.expected = outcome;
    inspection.earlier = earlier
        .into_iter()
        .zip(amiss)
        .map(|((store, findings), amiss)| walked(&store, findings, amiss))
        .collect::<Result<_, _>>()?;

    Ok(inspection)
}

/// Compares how each log ends with what the one after it knows of that: a log that is missing, cut or put back since is
/// found. Tells of each whether something was amiss in it by then.
fn compare_ends(
    current: &Store,
    earlier: &[(Store, Vec<Finding>)],
    findings: &mut Vec<Finding>,
) -> Result<Vec<bool>, StoreError> {
    let mut amiss = Vec::new();
    let mut after = current;
    for (store, _) in earlier {
        let previous = after.previous()?;
        let epoch = store.head().epoch;
        if let Some(Previous { head, .. }) = previous {
            if head.epoch != epoch {
                findings.push(missing(head));
            } else if !holds(store, head)? {
                let said = format!(
                    "epoch {epoch} ended with another entry {}, or later",
                    head.seq
                );
                findings.push(Finding::Earlier(said));
            }
        }
        amiss.push(previous.is_some_and(|previous| !previous.whole));
        after = store;
    }
    findings.extend(after.previous()?.map(|previous| missing(previous.head)));

    Ok(amiss)
}

fn missing(head: Head) -> Finding {
    Finding::Earlier(format!("epoch {} is missing", head.epoch))
}

/// Whether a log holds this entry, or held it until retention erased it.
fn holds(store: &Store, head: Head) -> Result<bool, StoreError> {
    match store.hash_at(head.seq) {
        Ok(hash) => Ok(hash == head.hash),
        Err(StoreError::NotOurs) => Ok(head.seq < store.gone().seq),
        Err(error) => Err(error),
    }
}

/// Who stood here in the last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Today {
    /// The last one first.
    pub stood: Vec<Stood>,
    /// Minutes that the venue's time is ahead of UTC; 0 where the documents do not say.
    pub utc_offset_minutes: i32,
}

/// The operator's short history of a data folder on which no station runs; what is older than a day is erased first.
///
/// # Errors
/// See [`StoreError`].
pub fn today(data: &Path, unlock: &Unlock, now: Timestamp) -> Result<Today, StoreError> {
    let folder = Folder::holding(data, DATABASE)?.ok_or(StoreError::NotEnrolled)?;
    let (mut store, _) = Store::open(folder, unlock)?;
    store.forget_history(now)?;
    let offset =
        library(&store)?.map_or(0, |library| library.assignment().venue.utc_offset_minutes);

    Ok(Today {
        stood: store.history(),
        utc_offset_minutes: offset,
    })
}

/// What is said of one log.
fn walked(
    store: &Store,
    mut findings: Vec<Finding>,
    was_amiss: bool,
) -> Result<Inspection, StoreError> {
    let receipt = check_receipt(store, &mut findings)?;
    findings.sort();

    Ok(Inspection {
        station: store.station(),
        head: store.head(),
        acked: store.acked(),
        gone: store.gone(),
        lost: store.lost(),
        receipt,
        expected: ExpectedCheck::NotAsked,
        findings,
        was_amiss,
        earlier: Vec::new(),
    })
}

impl Inspection {
    /// Whether nothing is amiss, in the log in use and in those before it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        (self.was_amiss || self.findings.is_empty()) && self.earlier.iter().all(Self::is_whole)
    }
}

/// That the kept bytes are those that were verified when they came, the ledger says. Here their signature is
/// verified again.
fn check_receipt(store: &Store, findings: &mut Vec<Finding>) -> Result<ReceiptCheck, StoreError> {
    let keys = match receipt_keys(store)? {
        Ok(keys) => keys,
        Err(why) => {
            findings.push(Finding::Documents(why));
            Vec::new()
        }
    };
    if findings.contains(&Finding::Receipt) {
        return Ok(ReceiptCheck::Altered);
    }
    let Some(bytes) = store.receipt()? else {
        return Ok(ReceiptCheck::None);
    };
    let Some((answer, _)) = Answer::verify(&bytes, &keys) else {
        return Ok(ReceiptCheck::Sealed);
    };
    let acked = store.acked();
    let fits = answer.station == store.station()
        && answer.epoch == acked.epoch
        && answer.acked_seq == acked.seq
        && answer.acked_hash == acked.hash.0;
    if fits {
        return Ok(ReceiptCheck::Verified);
    }
    findings.push(Finding::Receipt);

    Ok(ReceiptCheck::Altered)
}

fn receipt_keys(store: &Store) -> Result<Result<Vec<PublicKey>, String>, StoreError> {
    Ok(library(store)?.map(|library| library.trust().receipt()))
}

/// The signed documents, or why they cannot be read.
fn library(store: &Store) -> Result<Result<Library, String>, StoreError> {
    let root = store
        .saved(ROOT_STATE)?
        .and_then(|hash| hash.try_into().ok());
    let Some(root) = root else {
        return Ok(Err("the log does not say which root it trusts".to_owned()));
    };
    let own = store.signing_key().public();
    let library = Library::load(store.folder(), &root, own, store.opening_key());

    Ok(library.map_err(|error| error.to_string()))
}

fn check_expected(store: &Store, expected: Option<&Expected>) -> Result<ExpectedCheck, StoreError> {
    let Some(Expected { seq, code }) = expected else {
        return Ok(ExpectedCheck::NotAsked);
    };

    match store.hash_at(*seq) {
        Ok(hash) if head_code(hash) == *code => Ok(ExpectedCheck::Fits),
        Err(StoreError::NotOurs) if *seq < store.gone().seq => Ok(ExpectedCheck::Erased),
        Ok(_) | Err(StoreError::NotOurs) => Ok(ExpectedCheck::Differs),
        Err(error) => Err(error),
    }
}
