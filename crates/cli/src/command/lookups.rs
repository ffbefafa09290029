//! Codes that others print and nobody signs: a table of them into the register, and out in the next status list.

use std::collections::BTreeMap;

use domain::code::foreign::Reading;
use domain::code::lookup::{Fingerprint, LookupScheme};
use domain::code::{self, Code};
use domain::time::Timestamp;

use crate::args::LookupsArgs;
use crate::authority::{self, Authority, LookupRecord, Register, Revoked, TestKnown};
use crate::residents::{self, Printed};
use crate::{Failure, Out, clock};

pub(super) fn lookups(args: &LookupsArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let authority = Authority::open(&args.authority)?;
    authority.check_time(now)?;
    let schemes = &authority.trust().body.lookups;
    if !schemes.iter().any(|scheme| scheme.issuer == args.issuer) {
        return Err(no_scheme(schemes, &args.issuer));
    }
    let check = |text: &str| fits(schemes, &args.issuer, text);
    let codes = residents::read_printed(&args.table, now, check)?;
    let mut register = Register::read(authority.folder())?;
    let taken = take(args, codes, &mut register)?;
    // A register whose tables no list can name would stop every later command that publishes.
    register.lookups().check_tables(schemes)?;
    authority::check_publish(&authority, now)?;
    register.lookups().write(authority.folder())?;
    let manifest = authority::publish(&authority, &register, now)?;
    writeln!(
        out,
        "{} codes of {} added, {} changed or the same, {} in the register; status list version {} as of {}.",
        taken.added,
        args.issuer,
        taken.known,
        register
            .lookups()
            .records()
            .iter()
            .filter(|record| record.issuer == args.issuer)
            .count(),
        manifest.header.version,
        clock::show(now)
    )?;
    if taken.lifted > 0 {
        writeln!(
            out,
            "{} that were revoked or positive are so no more: the table says - of them.",
            taken.lifted
        )?;
    }

    Ok(())
}

/// How many codes were not known, how many were, and how many of those were revoked or positive and are so no more.
struct Taken {
    added: usize,
    known: usize,
    lifted: usize,
}

fn take(
    args: &LookupsArgs,
    codes: Vec<Printed>,
    register: &mut Register,
) -> Result<Taken, Failure> {
    let mut lines: BTreeMap<Fingerprint, u64> = BTreeMap::new();
    let mut taken = Taken {
        added: 0,
        known: 0,
        lifted: 0,
    };
    for code in codes {
        let fingerprint = Fingerprint::of(&args.issuer, &code.text);
        if let Some(first) = lines.insert(fingerprint, code.line) {
            return Err(Failure::Line {
                path: args.table.clone(),
                line: code.line,
                problem: format!("the code stands in line {first} already"),
            });
        }
        let known = register.lookups().record(&args.issuer, fingerprint);
        let (test, revoked) = standing(&code, known);
        let lifted = known.is_some_and(|known| {
            (known.revoked.is_some() && revoked.is_none())
                || (known.test == TestKnown::Positive && test != TestKnown::Positive)
        });
        taken.lifted = taken.lifted.saturating_add(lifted.into());
        let new = register.look_up(LookupRecord {
            index: 0,
            issuer: args.issuer.clone(),
            fingerprint,
            birth_year: code.birth_year,
            last_four: code.last_four,
            colour: code.colour,
            test,
            revoked,
        })?;
        if new {
            taken.added += 1;
        } else {
            taken.known += 1;
        }
    }

    Ok(taken)
}

/// A table that is silent about a positive result or a revocation lifts neither: it may hold the changes of a day, from somebody
/// who does not know of them.
fn standing(code: &Printed, known: Option<&LookupRecord>) -> (TestKnown, Option<Revoked>) {
    let positive = known.is_some_and(|known| known.test == TestKnown::Positive);
    let test = if positive && !code.lifts_positive {
        TestKnown::Positive
    } else {
        code.test
    };
    let kept = known.and_then(|known| known.revoked);
    let kept = kept.filter(|_| !code.lifts_revoked);

    (test, code.revoked.or(kept))
}

/// As a station reads it: a signed code is never looked up. The text itself is told to nobody.
fn fits(schemes: &[LookupScheme], issuer: &str, text: &str) -> Result<(), String> {
    match code::read(&Reading::default(), schemes, text.as_bytes()) {
        Ok(Code::Opaque(code)) if code.issuer() == issuer => Ok(()),
        Ok(Code::Opaque(code)) => Err(format!(
            "the code is of the shape of those of {}",
            code.issuer()
        )),
        Ok(Code::Signed(_)) => Err("the code is a signed one, which is never looked up".to_owned()),
        Err(_) => Err(format!(
            "the code fits no look-up scheme of {issuer} in the trust list"
        )),
    }
}

fn no_scheme(schemes: &[LookupScheme], issuer: &str) -> Failure {
    let mut known: Vec<&str> = schemes
        .iter()
        .map(|scheme| scheme.issuer.as_str())
        .collect();
    known.sort_unstable();
    known.dedup();
    let known = if known.is_empty() {
        "no issuer".to_owned()
    } else {
        known.join(", ")
    };

    Failure::Refused(format!(
        "the trust list in force has look-up schemes of {known}, and none of {issuer:?}: draft one with `menshen trust lookups`, and sign it"
    ))
}
