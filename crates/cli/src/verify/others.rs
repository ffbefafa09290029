//! Codes of other formats, check by check.

use domain::code::foreign::{
    Content, ForeignKey, Format, SignedForeign, in_time, may_sign, signers, verify,
};
use domain::screen::ProofView;
use domain::time::Timestamp;
use domain::verdict::Reason;

use super::native::still_trusted;
use super::{Known, Outcome, Report};
use crate::clock::show;

/// Whether `text` is in a format of others.
pub(super) fn is_one(text: &str) -> bool {
    Format::of(text).is_some()
}

/// All checks of a code of another format.
pub(super) fn report(text: &str, known: &Known, now: Timestamp) -> Report {
    let mut report = Report::default();
    let format = Format::of(text).map_or("none", |(format, _)| word(format));
    report.add("format", Outcome::Ok, format);
    match known.reading.decode(text) {
        Ok(code) => look_at(&code, known, now, &mut report),
        Err(reason) => {
            let found = if reason == Reason::Unsupported {
                "made by means that are not checked here, or encrypted with a key that is not here"
            } else {
                "not built as its format wants"
            };
            report.add("structure", Outcome::Fails(reason), found);
        }
    }

    report
}

fn look_at(code: &SignedForeign, known: &Known, now: Timestamp, report: &mut Report) {
    match code.flaw {
        Some(flaw) => {
            report.add(
                "structure",
                Outcome::Fails(flaw),
                "its content is not as its format wants",
            );
            return;
        }
        None => report.add("structure", Outcome::Ok, "as its format wants"),
    }
    still_trusted(known, now, report);
    let signers = match signers(known.trust.foreign_keys(), code) {
        Ok(signers) => signers,
        Err(reason) => {
            let found = format!(
                "no key of the trust list made it; its key id is {}",
                domain::hex::encode(&code.key_id)
            );
            report.add("signature", Outcome::Fails(reason), found);
            return;
        }
    };
    // A key may stand in the list twice, with other times: the one that may sign counts, as at a station.
    let able = signers
        .iter()
        .find(|signer| may_sign(signer, code, now).is_ok());
    let signer = able.or(signers.first());
    if let Some(signer) = signer {
        report.add("signature", Outcome::Ok, owner(signer));
        match may_sign(signer, code, now) {
            Ok(()) => report.add(
                "signer",
                Outcome::Ok,
                "in its time, for this kind, by its name",
            ),
            Err(reason) => report.add("signer", Outcome::Fails(reason), "may not vouch for this"),
        }
    }
    let times = [
        ("from", code.not_before),
        ("signed", code.issued_at),
        ("to", code.expires),
    ];
    let found: Vec<String> = times
        .into_iter()
        .filter_map(|(word, at)| Some(format!("{word} {}", show(at?))))
        .collect();
    let outcome = in_time(code, now).map_or_else(Outcome::Fails, |()| Outcome::Ok);
    report.add("time", outcome, found.join(", "));
    let names = signer.map(|signer| known.trust.foreign_keys().names_of(signer));
    let standing = known
        .withdrawn
        .standing(code, &names.unwrap_or_default(), now);
    taken_back(code, standing, report);
    content(code, report);
    // The domain has the last word.
    if report.good()
        && let Err(reason) = verify(known.trust.foreign_keys(), code, now)
    {
        report.add(
            "rules",
            Outcome::Fails(reason),
            "the station's own check refuses it",
        );
    }
}

fn taken_back(code: &SignedForeign, standing: Result<(), Reason>, report: &mut Report) {
    let found = match standing {
        Ok(()) if code.status.is_some() => {
            "on no list of what was taken back, and valid by its status token"
        }
        Ok(()) => "on no list of what was taken back",
        Err(Reason::Blocked) => "blocked by its organiser",
        Err(Reason::RevocationsMissing) => {
            "a list that the trust list names, or the status token that the code names, is not here or does not tell"
        }
        Err(_) => "revoked by its issuer",
    };
    let outcome = standing.map_or_else(Outcome::Fails, |()| Outcome::Ok);
    report.add("revocation", outcome, found);
}

fn content(code: &SignedForeign, report: &mut Report) {
    let Some(content) = Content::of(code) else {
        let found = "what its schema asks for is missing";
        report.add("content", Outcome::Fails(Reason::Malformed), found);
        return;
    };
    if let Some(holder) = &content.holder {
        let names = [Some(holder.name.clone()), holder.other.clone()];
        let names: Vec<String> = names.into_iter().flatten().collect();
        let born = holder.birth.as_deref().unwrap_or("unsaid");
        report.add(
            "holder",
            Outcome::Note,
            format!("{}, born {born}", names.join(" / ")),
        );
    }
    for (kind, proof) in &content.proofs {
        report.add(
            "proof",
            Outcome::Note,
            format!("{}: {}", kind.word(), proof_words(proof)),
        );
    }
}

fn owner(signer: &ForeignKey) -> String {
    let names = [&signer.issuer, &signer.country];
    let names: Vec<&str> = names.into_iter().filter_map(Option::as_deref).collect();
    if names.is_empty() {
        "by a key of the trust list without a name".to_owned()
    } else {
        format!("by {}", names.join(", "))
    }
}

fn proof_words(proof: &ProofView) -> String {
    match proof {
        ProofView::Vaccination {
            vaccine,
            dose,
            doses,
            on,
        } => {
            let number =
                |number: &Option<u32>| number.map_or_else(|| "?".to_owned(), |n| n.to_string());
            format!(
                "{vaccine}, dose {} of {}, {on}",
                number(dose),
                number(doses)
            )
        }
        ProofView::Test {
            method, result, on, ..
        } => format!("{method:?}, {result:?}, {on}"),
        ProofView::Recovery {
            positive_on,
            from,
            until,
        } => format!("first positive {positive_on}, counts {from} to {until}"),
        ProofView::Pass => "a pass of its issuer".to_owned(),
        ProofView::Identity => "who somebody is".to_owned(),
        ProofView::Ticket {
            item,
            variation,
            subevent,
            ..
        } => format!("product {item}, variation {variation}, date {subevent}"),
    }
}

fn word(format: Format) -> &'static str {
    match format {
        Format::Hcert => "hcert: health certificate of the EU or WHO",
        Format::Shc => "shc: SMART Health Card",
        Format::Nzcp => "nzcp: New Zealand Covid Pass",
        Format::VdsNc => "vds_nc: ICAO digital seal",
        Format::Claim169 => "claim169: MOSIP identity",
        Format::Pretix => "pretix: ticket",
    }
}
