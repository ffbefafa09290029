//! Looking a code up that nobody signed, in a city's table, beside the hash that every look-up begins with.

use std::collections::BTreeMap;
use std::hint::black_box;

use acceptance::figures::{Stopwatch, Times, us};
use anyhow::{Context, ensure};
use domain::code::lookup::{Alphabet, Fingerprint, LookupScheme, OpaqueCode};
use domain::crypto::{Secret, sha256};
use domain::document::{Header, LookupFile, Manifest};
use domain::ids::AuthorityId;
use domain::status::{LookupRow, Snapshot, lookup_table, pack_lookup};
use domain::time::{DAY, Timestamp};

use crate::memory::resident;
use crate::report::Report;

const ISSUER: &str = "harbour-city";
const URI: &str = "https://status.example/1";
const AS_OF: Timestamp = Timestamp(1_795_507_200);
const ASKED: u32 = 100_000;
/// So many are opened beside the first, whose memory is partly what an earlier step has given back.
const BESIDE: u64 = 4;
/// Twenty times what it takes: beyond it something hangs.
const LONGEST_US: u128 = 60;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    for codes in [1_000_000, 2_500_000] {
        one(report, codes)?;
    }

    Ok(())
}

fn one(report: &mut Report, codes: u32) -> anyhow::Result<()> {
    let (manifest, file) = list(codes)?;
    let file_bytes = manifest.lookups.first().context("a table")?.full.length;
    let raw = manifest.lookups.first().context("a table")?.full.raw_length;
    let open = || Snapshot::open(manifest.clone(), |_| Some(file.clone()), Some(&secret()));
    let watch = Stopwatch::start();
    let snapshot = open()?;
    let opening = watch.time();
    if cfg!(target_os = "linux") {
        let before = resident()?;
        let beside = (0..BESIDE).map(|_| open()).collect::<Result<Vec<_>, _>>()?;
        let held = resident()?.saturating_sub(before) * 1_024 / BESIDE;
        drop(black_box(beside));
        report.add(
            &format!("memory of an open table of {codes} codes"),
            &format!("{:.1} MB", mega(held)),
            &format!("its bytes, {:.1} MB", mega(raw)),
            "<= 1.25 x",
            held <= raw + raw / 4,
        );
    }

    let (mut found, mut hashed) = (Times::new(), Times::new());
    for n in 0..ASKED {
        let text = text(n * (codes / ASKED));
        let code = OpaqueCode::read(&[scheme()], &text).context("a text of the scheme")?;
        let watch = Stopwatch::start();
        let row = snapshot.look_up(black_box(&code));
        found.add(watch.time());
        ensure!(row.is_some(), "a code is not found");
        let watch = Stopwatch::start();
        black_box(sha256(&[black_box(text.as_bytes())]));
        hashed.add(watch.time());
    }
    report.add(
        &format!("a look-up among {codes} codes, median"),
        &us(found.median()),
        &format!("SHA-256 of its text, {}", us(hashed.median())),
        &format!("<= {LONGEST_US} us"),
        found.median().as_micros() <= LONGEST_US,
    );
    report.note(&format!(
        "{codes} codes: a table of {:.1} MB, its file {:.1} MB, opened in {:.2} s.",
        mega(raw),
        mega(file_bytes),
        opening.as_secs_f64()
    ));

    Ok(())
}

fn list(codes: u32) -> anyhow::Result<(Manifest, Vec<u8>)> {
    let mut rows = BTreeMap::new();
    for index in 0..codes {
        let four = format!("{:04}", index.wrapping_mul(7_919) % 10_000);
        let row = LookupRow {
            index,
            birth_year: Some(u16::try_from(1_930 + index % 90)?),
            last_four: four.as_bytes().try_into().ok(),
        };
        rows.insert(Fingerprint::of(ISSUER, &text(index)), row);
    }
    let table = lookup_table(&rows);
    let (file, full) = pack_lookup(&table, URI, 0, 1, &secret())?;
    let manifest = Manifest {
        header: Header {
            authority: AuthorityId([1; 16]),
            version: 1,
            issued_at: AS_OF,
            expires: AS_OF.plus(DAY),
        },
        uri: URI.to_owned(),
        week: AS_OF.week(),
        shards: Vec::new(),
        lookups: vec![LookupFile {
            issuer: ISSUER.to_owned(),
            version: 1,
            sha256: sha256(&[&table]),
            full,
        }],
    };

    Ok((manifest, file))
}

fn scheme() -> LookupScheme {
    LookupScheme {
        issuer: ISSUER.to_owned(),
        prefix: "https://code.city.example/p/".to_owned(),
        alphabet: Alphabet::Hex,
        least: 32,
        most: 32,
        country: None,
    }
}

fn text(n: u32) -> String {
    format!(
        "{}{:032x}",
        scheme().prefix,
        u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    )
}

fn secret() -> Secret {
    Secret::new([5; 32])
}

#[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
