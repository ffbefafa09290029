//! A station's log on a stick: out to the centre, and its receipts back.

use domain::hex;
use domain::sync::Judgement;
use station::{Came, Clock, Document, Exported, Imported, Unlock};

use super::Ending;
use super::station::typed;
use crate::args::UsbRunArgs;
use crate::{Failure, Out, passphrase};

pub(super) fn export(args: &UsbRunArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let exported = station::export(&args.data, &unlock(args)?, &args.stick, Clock::new(0))?;
    warn_of_log(&exported.findings, out)?;
    tell_export(&exported, out)?;

    Ok(Ending::of(exported.stopped.is_none()))
}

pub(super) fn import(args: &UsbRunArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let imported = station::import(&args.data, &unlock(args)?, &args.stick, Clock::new(0))?;
    warn_of_log(&imported.findings, out)?;
    let mut good = true;
    for (name, came) in &imported.files {
        let (words, fine) = words(came);
        good &= fine;
        writeln!(out, "{name}: {words}")?;
    }
    tell_left(&imported.left, out)?;
    tell_receipts(&imported, out)?;

    Ok(Ending::of(good))
}

fn unlock(args: &UsbRunArgs) -> Result<Unlock, Failure> {
    if args.passphrase {
        Ok(typed(&passphrase::enter("Passphrase of this station: ")?))
    } else {
        Ok(Unlock::default())
    }
}

fn warn_of_log(findings: &[station::Finding], out: Out<'_>) -> Result<(), Failure> {
    if !findings.is_empty() {
        writeln!(
            out,
            "WARNING: the log is not as the station left it: see where with `menshen log verify`, and tell the authority"
        )?;
    }

    Ok(())
}

fn tell_left(left: &[(String, station::Unusable)], out: Out<'_>) -> Result<(), Failure> {
    for (name, why) in left {
        writeln!(out, "{name}: {why}; it was left alone")?;
    }

    Ok(())
}

fn tell_export(exported: &Exported, out: Out<'_>) -> Result<(), Failure> {
    for name in &exported.kept {
        writeln!(
            out,
            "{name}: kept as it is, because it holds what this station has erased since"
        )?;
    }
    for file in &exported.files {
        if file.last < file.first {
            writeln!(out, "{}: a greeting without entries", file.name)?;
        } else {
            writeln!(
                out,
                "{}: entries {} to {}",
                file.name, file.first, file.last
            )?;
        }
    }
    tell_left(&exported.left, out)?;
    if let Some(stopped) = &exported.stopped {
        writeln!(out, "NOT WRITTEN  {stopped}")?;
    }
    let station = hex::encode(exported.station.0);
    if exported.missing > 0 {
        writeln!(
            out,
            "station {station}: {} entries are not on this stick: export again when it came back, or take another stick",
            exported.missing
        )?;
    } else {
        writeln!(
            out,
            "station {station}: every entry without a receipt is on this stick; they stay here until the receipts come back"
        )?;
    }

    Ok(())
}

fn tell_receipts(imported: &Imported, out: Out<'_>) -> Result<(), Failure> {
    let station = hex::encode(imported.station.0);
    match imported.lists {
        (0, 0) => {}
        (came, 0) => writeln!(out, "lists of withdrawn certificates: {came} new")?,
        (came, missing) => writeln!(
            out,
            "lists of withdrawn certificates: {came} new, {missing} that the trust list names are neither here nor on this stick: codes of their formats stay undecided until they come"
        )?,
    }
    let (before, after) = imported.acked;
    if after > before {
        writeln!(
            out,
            "station {station}: receipts for entries {} to {after}; {} entries still wait",
            before + 1,
            imported.waiting
        )?;
    } else {
        writeln!(
            out,
            "station {station}: no new receipts; {} entries wait",
            imported.waiting
        )?;
    }

    Ok(())
}

/// What a file came to, and whether it was fine.
fn words(came: &Came) -> (String, bool) {
    match came {
        Came::Answers(judged) => answers_words(judged),
        Came::Damaged => ("cut off or spoilt; it was left alone".to_owned(), false),
        Came::Document(Document::Held) => ("the same is held".to_owned(), true),
        Came::Document(Document::Refused(error)) => {
            (format!("not taken ({error}); what was held stays"), false)
        }
        Came::Document(Document::Taken) => ("newer, and taken".to_owned(), true),
        Came::Document(Document::Wants(files)) => (
            format!(
                "not taken, because {files} of its status files are missing or spoilt; what was held stays"
            ),
            false,
        ),
        Came::OtherEpoch => (
            "about another epoch of this station; it was left alone".to_owned(),
            true,
        ),
        Came::Unusable(why) => (format!("{why}; it was left alone"), false),
    }
}

fn answers_words(judged: &[Option<Judgement>]) -> (String, bool) {
    let foreign = judged.iter().filter(|judged| judged.is_none()).count();
    // Each receipt says all that the one before it said.
    let is_ack = |judged: &Judgement| matches!(judged, Judgement::Ack { .. });
    let last = judged.iter().flatten().rfind(|judged| is_ack(judged));
    let others = judged.iter().flatten().filter(|judged| !is_ack(judged));
    let mut said: Vec<String> = last
        .into_iter()
        .chain(others)
        .filter_map(judgement_words)
        .collect();
    said.dedup();
    if foreign > 0 {
        said.push(format!(
            "{foreign} are no answers of the centre to what this station exported, and changed nothing"
        ));
    }
    if said.is_empty() {
        said.push("known already".to_owned());
    }

    (said.join("; "), foreign == 0)
}

/// None for what changes nothing.
fn judgement_words(judgement: &Judgement) -> Option<String> {
    let words = match judgement {
        Judgement::Ignore | Judgement::Nothing => return None,
        Judgement::Ack { upto } => format!("acknowledged up to {upto}"),
        Judgement::Behind { first } => format!(
            "the centre came back from an older copy: the next export begins with entry {first}"
        ),
        Judgement::Fenced => {
            "the centre says that this epoch is over: enrol the station anew".to_owned()
        }
        Judgement::Fork { .. } => {
            "the centre holds another branch of this log: admit nobody here and tell the authority"
                .to_owned()
        }
        Judgement::Hole { upto } => {
            format!("the centre has recorded that entries up to {upto} are missing for good")
        }
        Judgement::Lost { upto } => format!(
            "the centre lost entries up to {upto}, which are erased here: the next export tells it so"
        ),
        Judgement::ResendFrom { first } => {
            format!(
                "the centre is missing entries from {first} on: export again, or bring the stick that holds them"
            )
        }
        Judgement::RolledBack { head } => format!(
            "the centre holds entries up to {head}, more than this log: it was put back; admit nobody here and tell the authority"
        ),
    };

    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_judgement_that_changes_something_is_said_in_its_own_words() {
        let mut said: Vec<String> = [
            Judgement::Ack { upto: 1 },
            Judgement::Behind { first: 1 },
            Judgement::Fenced,
            Judgement::Fork { astray: true },
            Judgement::Hole { upto: 1 },
            Judgement::Lost { upto: 1 },
            Judgement::ResendFrom { first: 1 },
            Judgement::RolledBack { head: 1 },
        ]
        .iter()
        .filter_map(judgement_words)
        .collect();
        said.sort();
        said.dedup();
        assert_eq!(said.len(), 8);
        for silent in [Judgement::Ignore, Judgement::Nothing] {
            assert_eq!(judgement_words(&silent), None);
        }
    }

    #[test]
    fn answers_about_another_epoch_are_told_and_are_no_failure() {
        let (words, fine) = words(&Came::OtherEpoch);
        assert_eq!(
            words,
            "about another epoch of this station; it was left alone"
        );
        assert!(fine);
    }

    #[test]
    fn answers_of_somebody_else_are_told_and_repeated_ones_are_known() {
        let (words, fine) = answers_words(&[Some(Judgement::Ignore), Some(Judgement::Nothing)]);
        assert_eq!((words.as_str(), fine), ("known already", true));
        let [first, last] = [3, 7].map(|upto| Some(Judgement::Ack { upto }));
        let (words, fine) = answers_words(&[first, last, None]);
        assert!(words.starts_with("acknowledged up to 7; 1 are no answers"));
        assert!(!fine);
    }
}
