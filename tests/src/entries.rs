//! Entries written straight into a station's log, while no station runs.

use std::ops::Range;
use std::path::Path;

use anyhow::Context;
use domain::entry::{Action, Body, Flags, Kind, NewEntry, Personal, Witness};
use domain::ids::Handle;
use domain::screen::{HolderClass, Outcome};
use domain::time::Timestamp;
use domain::verdict::{Reason, Verdict};
use server::folder::Folder;
use server::store::Register;
use server::store::sqlite::SqliteRegister;
use station::Beside;

use crate::city::City;

/// Appends the entries with these numbers, each of another person, to the log of the station in `data`: the city's own,
/// or a copy of it.
///
/// # Errors
/// The log does not open or is not whole.
pub fn append(city: &City, data: &Path, numbers: Range<usize>) -> anyhow::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let (mut store, mut seat) = city.store_in(data)?;
    let stations = SqliteRegister::open(&Folder::new(city.data()))?.stations()?;
    seat.venue = stations.first().context("an enrolled station")?.venue.id;
    for number in numbers {
        let number = u64::try_from(number)?;
        let witness = Witness {
            boot: [1; 8],
            mono_ms: number,
        };
        let beside = Beside {
            remember: None,
            outcome: Some(Outcome::Admit),
            emergency: false,
        };
        store.append(&admitted(number, city.now()), &seat, witness, beside)?;
    }

    Ok(())
}

/// Somebody of this number who was admitted.
#[must_use]
pub fn admitted(number: u64, at: Timestamp) -> NewEntry {
    let mut handle = [0; 16];
    for (byte, digit) in handle.iter_mut().zip(number.to_be_bytes()) {
        *byte = digit;
    }

    admitted_as("王*", Handle(handle), at)
}

/// As [`admitted`], by this masked name and handle.
#[must_use]
pub fn admitted_as(name: &str, handle: Handle, at: Timestamp) -> NewEntry {
    NewEntry {
        kind: Kind::Scan,
        verdict: Some(Verdict::Admit),
        action: Action::Admitted,
        flags: Flags::DEMO,
        at,
        body: Body::Personal(Personal {
            issuer: Some("demo".to_owned()),
            reasons: vec![Reason::IdMatches],
            name: Some(name.to_owned()),
            birth_year: Some(1941),
            handle: Some(handle),
            class: Some(HolderClass::Senior),
            ..Personal::default()
        }),
    }
}
