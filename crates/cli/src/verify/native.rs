//! The checks of our own paper code.

use domain::code::foreign::Reading;
use domain::code::native::{Claims, MAX_TEXT, PREFIX, SignedCode};
use domain::code::{self, Code, SignedCredential};
use domain::document::{Issuer, IssuerKind};
use domain::hex;
use domain::screen::Colour;
use domain::status::{Sample, Snapshot, Standing};
use domain::time::{DAY, Timestamp};
use domain::trust;
use domain::verdict::Reason;

use super::{Known, Outcome, Report, lookup, others};
use crate::clock;

/// iat <= now + 10 min (SECURITY.md §3 step 5).
const AHEAD: i64 = 600;

/// Checks the content of a code against what is known, at `now`. The words of the report are ours; whether the
/// code is genuine is asked of `domain::trust` itself.
#[must_use]
pub fn verify(content: &[u8], known: &Known, now: Timestamp) -> Report {
    let schemes = &known.trust.body.lookups;
    if let Ok(Code::Opaque(code)) = code::read(&Reading::default(), schemes, content) {
        return lookup::report(&code, known, now);
    }
    let text = String::from_utf8_lossy(content);
    if !text.starts_with(PREFIX) && others::is_one(&text) {
        return others::report(&text, known, now);
    }
    let mut report = Report::default();
    let Some((issuer, claims)) = signature(content, known, now, &mut report) else {
        return report;
    };
    signer(&issuer, &claims, now, &mut report);
    life(&issuer, &claims, now, &mut report);
    if report.good() {
        confirm(content, known, now, &mut report);
    }
    holder(&claims, &mut report);
    status(&claims, known, now, &mut report);

    report
}

/// Steps 1 to 4: prefix, length, spelling, structure, trust list, key, signature.
fn signature(
    content: &[u8],
    known: &Known,
    now: Timestamp,
    report: &mut Report,
) -> Option<(Issuer, Claims)> {
    let text = String::from_utf8_lossy(content);
    let Some(body) = text.strip_prefix(PREFIX) else {
        let reason = code::decode(content).err().unwrap_or(Reason::NotAPass);
        report.add("prefix", Outcome::Fails(reason), "not a native paper code");
        return None;
    };
    report.add("prefix", Outcome::Ok, format!("{PREFIX} native paper code"));
    if content.len() > MAX_TEXT {
        let found = format!("{} characters, longer than {MAX_TEXT}", content.len());
        report.add("length", Outcome::Fails(Reason::Malformed), found);
        return None;
    }
    spelling(body, report)?;
    let code = match code::decode(content) {
        Ok(SignedCredential::Native(code)) => code,
        // What begins as our own code does is none of another format.
        Ok(SignedCredential::Foreign(_)) => return None,
        Err(reason) => {
            let found = "not the deterministic COSE_Sign1 of a native code";
            report.add("structure", Outcome::Fails(reason), found);
            return None;
        }
    };
    let found = "COSE_Sign1, both buckets and all five claims as they must be";
    report.add("structure", Outcome::Ok, found);
    still_trusted(known, now, report);

    key(&code, known, report)
}

fn spelling(body: &str, report: &mut Report) -> Option<()> {
    let bytes = base45::decode(body).ok();
    let found = match &bytes {
        None => "not base45",
        Some(bytes) if base45::encode(bytes) != body => "base45, but not in its one spelling",
        Some(bytes) => {
            let found = format!("{} characters, {} bytes", body.len(), bytes.len());
            report.add("base45", Outcome::Ok, found);
            return Some(());
        }
    };
    report.add("base45", Outcome::Fails(Reason::Malformed), found);

    None
}

/// Past its expiry a station decides nothing by a trust list, whatever the code says.
pub(super) fn still_trusted(known: &Known, now: Timestamp, report: &mut Report) {
    let expires = known.trust.body.header.expires;
    let found = format!("expires {}", clock::show(expires));
    add(report, "trust", now < expires, Reason::KeysTooOld, found);
}

fn key(code: &SignedCode, known: &Known, report: &mut Report) -> Option<(Issuer, Claims)> {
    let kid = hex::encode(code.kid());
    let candidates: Vec<_> = known
        .trust
        .body
        .issuers
        .iter()
        .filter_map(|issuer| Some((issuer, issuer.native_key()?)))
        .filter(|(_, key)| key.kid().short() == code.kid())
        .collect();
    if candidates.is_empty() {
        let found = format!("no key in the trust list has the id {kid}");
        report.add("key", Outcome::Fails(Reason::UnknownIssuer), found);
        return None;
    }
    let names: Vec<&str> = candidates.iter().map(|(i, _)| i.name.as_str()).collect();
    report.add(
        "key",
        Outcome::Ok,
        format!("id {kid}: {}", names.join(", ")),
    );
    let signed = candidates
        .into_iter()
        .find_map(|(issuer, key)| Some((issuer.clone(), code.verify(&key)?.clone())));
    if signed.is_none() {
        let found = "Ed25519: made by another key, or the code was changed";
        report.add("signature", Outcome::Fails(Reason::Forged), found);
        return None;
    }
    report.add("signature", Outcome::Ok, "Ed25519");

    signed
}

fn signer(issuer: &Issuer, claims: &Claims, now: Timestamp, report: &mut Report) {
    let in_time =
        issuer.not_before <= now && now < issuer.not_after && claims.issued_at >= issuer.not_before;
    let found = format!(
        "from {} to {}",
        clock::show(issuer.not_before),
        clock::show(issuer.not_after)
    );
    add(report, "signer", in_time, Reason::SignerNotValid, found);
    let same = claims.issuer == issuer.name;
    let found = if same {
        claims.issuer.clone()
    } else {
        format!(
            "the code says {}, its key is {}'s",
            claims.issuer, issuer.name
        )
    };
    add(report, "issuer", same, Reason::IssuerDiffers, found);
    let (kind, fits) = match issuer.kind {
        IssuerKind::Resident => ("a resident's sheet", claims.slip.is_none()),
        IssuerKind::Slip => ("a test centre's slip", claims.slip.is_some()),
    };
    add(
        report,
        "kind",
        fits,
        Reason::KindNotAllowed,
        kind.to_owned(),
    );
}

fn life(issuer: &Issuer, claims: &Claims, now: Timestamp, report: &mut Report) {
    let life = claims.expires.since(claims.issued_at);
    let found = format!(
        "{} of at most {} days",
        life / DAY,
        issuer.max_lifetime / DAY
    );
    let fits = life <= issuer.max_lifetime;
    add(report, "life", fits, Reason::LifetimeTooLong, found);
    let found = format!("issued {}", clock::show(claims.issued_at));
    let begun = claims.issued_at <= now.plus(AHEAD);
    add(report, "begins", begun, Reason::NotYetValid, found);
    let found = format!("expires {}", clock::show(claims.expires));
    add(report, "ends", now < claims.expires, Reason::Expired, found);
}

/// The rules themselves have the last word.
fn confirm(content: &[u8], known: &Known, now: Timestamp, report: &mut Report) {
    let verdict = code::decode(content).and_then(|signed| {
        let code = signed.native().ok_or(Reason::NotAPass)?;
        trust::verify(&known.trust, code, now)
    });
    if let Err(reason) = verdict {
        report.add(
            "rules",
            Outcome::Fails(reason),
            "the station's own check refuses it",
        );
    }
}

fn holder(claims: &Claims, report: &mut Report) {
    let found = format!(
        "{}, born {}, {:?}, ID document ends in {}",
        claims.name, claims.birth_year, claims.class, claims.last_four
    );
    report.add("holder", Outcome::Note, found);
    if let Some(slip) = claims.slip {
        let found = format!(
            "{:?}, sampled {}",
            slip.result,
            clock::show(slip.sampled_at)
        );
        report.add("test", Outcome::Note, found);
    }
}

fn status(claims: &Claims, known: &Known, now: Timestamp, report: &mut Report) {
    let snapshot = match &known.snapshot {
        Ok(snapshot) => snapshot,
        Err(why) => {
            report.add("status", Outcome::NotChecked, why.as_str());
            return;
        }
    };
    let found = snapshot.standing(&claims.status_uri, claims.status_index);

    standing(found, snapshot, now, report);
}

/// What a list says of one of its places.
pub(super) fn standing(
    found: Option<Standing>,
    snapshot: &Snapshot,
    now: Timestamp,
    report: &mut Report,
) {
    let as_of = format!("as of {}", clock::show(snapshot.as_of()));
    let expired = now >= snapshot.manifest().header.expires;
    match found {
        Some(Standing::Revoked(reason)) => {
            let found = format!("{}, {as_of}", reason.word());
            report.add("status", Outcome::Fails(reason), found);
        }
        Some(Standing::Coloured { colour, sample }) => {
            let stale = if expired {
                ", and this list has expired"
            } else {
                ""
            };
            let found = format!("{}, {}, {as_of}{stale}", word(colour), test(sample));
            report.add("status", Outcome::Note, found);
        }
        Some(Standing::NeverIssued) | None => {
            let found = format!("not in the list, {as_of}");
            report.add("status", Outcome::Note, found);
        }
    }
}

pub(super) fn add(
    report: &mut Report,
    name: &'static str,
    holds: bool,
    reason: Reason,
    found: String,
) {
    let outcome = if holds {
        Outcome::Ok
    } else {
        Outcome::Fails(reason)
    };
    report.add(name, outcome, found);
}

fn word(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Red => "red",
    }
}

fn test(sample: Sample) -> String {
    match sample {
        Sample::Negative(from) => format!("negative sample after {}", clock::show(from)),
        Sample::None => "no sample".to_owned(),
        Sample::Positive => "latest result positive".to_owned(),
    }
}
