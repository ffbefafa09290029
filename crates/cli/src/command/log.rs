//! A station's log: whether it is what the station wrote, and where it is not.

use domain::entry::head_code;
use domain::hex;
use domain::screen::Outcome;
use domain::time::DAY;
use serde_json::{Value, json};
use station::{
    AnchorFault, Expected, ExpectedCheck, Finding, Head, Inspection, ReceiptCheck, RowFault,
    SeenFault, Stood, Unlock, ValueFault,
};

use super::Ending;
use super::station::typed;
use crate::args::{LogTodayArgs, LogVerifyArgs};
use crate::{Failure, Out, clock, passphrase};

/// Findings that are printed one by one.
const PRINTED: usize = 200;

/// One finding in words.
struct Words {
    place: String,
    what: &'static str,
    advice: &'static str,
}

pub(super) fn verify(args: &LogVerifyArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let unlock = if args.passphrase {
        typed(&passphrase::enter("Passphrase of this station: ")?)
    } else {
        Unlock::default()
    };
    let inspection = station::inspect(&args.data, &unlock, args.expect.as_ref())?;
    if args.json {
        writeln!(out, "{}", to_json(&inspection, args.expect.as_ref()))?;
    } else {
        print(&inspection, args.expect.as_ref(), out)?;
    }

    Ok(Ending::of(inspection.is_whole()))
}

pub(super) fn today(args: &LogTodayArgs, out: Out<'_>) -> Result<(), Failure> {
    let unlock = if args.passphrase {
        typed(&passphrase::enter("Passphrase of this station: ")?)
    } else {
        Unlock::default()
    };
    let today = station::today(&args.data, &unlock, clock::now())?;
    if today.stood.is_empty() {
        writeln!(out, "nobody stood here in the last day")?;
    }
    for one in &today.stood {
        writeln!(out, "{}", line(one, today.utc_offset_minutes))?;
    }

    Ok(())
}

/// `08:15:00  #12  refuse expired  王*兰`, by the venue's clock.
fn line(one: &Stood, utc_offset_minutes: i32) -> String {
    let local = one.at.plus(i64::from(utc_offset_minutes) * 60);
    let second = local.0.rem_euclid(DAY);
    let what = match one.outcome {
        Outcome::Admit => "admit",
        Outcome::Attention => "attention",
        Outcome::Refuse => "refuse",
        Outcome::Undecided => "undecided",
        Outcome::LetIn => "let in",
        Outcome::Emergency => "emergency",
    };
    let reason = one
        .reason
        .map_or_else(String::new, |reason| format!(" {}", reason.word()));
    let undone = if one.undone { "  (undone)" } else { "" };

    format!(
        "{:02}:{:02}:{:02}  #{}  {what}{reason}  {}{undone}",
        second / 3_600,
        second / 60 % 60,
        second % 60,
        one.seq,
        one.name.as_deref().unwrap_or("-")
    )
}

fn print(
    inspection: &Inspection,
    expected: Option<&Expected>,
    out: Out<'_>,
) -> Result<(), Failure> {
    print_log(inspection, "", expected, out)?;
    if !inspection.findings.is_empty() {
        writeln!(out, "{FIRST}")?;
    }
    for earlier in &inspection.earlier {
        let standing = if earlier.was_amiss {
            ", which is over; what follows was known then or came since, and does not count"
        } else {
            ", which is over"
        };
        print_log(earlier, standing, None, out)?;
    }

    Ok(())
}

/// One epoch's log.
fn print_log(
    inspection: &Inspection,
    standing: &str,
    expected: Option<&Expected>,
    out: Out<'_>,
) -> Result<(), Failure> {
    let head = &inspection.head;
    writeln!(
        out,
        "log of station {}, epoch {}{standing}",
        hex::encode(inspection.station.0),
        head.epoch
    )?;
    writeln!(
        out,
        "last entry: {} {}  (for the book; compare it with --expect)",
        head.seq,
        head_code(head.hash)
    )?;
    writeln!(
        out,
        "receipted up to: {}{}",
        inspection.acked.seq,
        receipt_words(inspection.receipt)
    )?;
    if inspection.gone.seq > 0 {
        writeln!(out, "erased at retention up to: {}", inspection.gone.seq)?;
    }
    if inspection.lost > 0 {
        writeln!(
            out,
            "without their personal part, because their time was over before they were sent: {}",
            inspection.lost
        )?;
    }
    if let (ExpectedCheck::Erased, Some(expected)) = (inspection.expected, expected) {
        writeln!(
            out,
            "entry {} was erased at retention: its code can be compared no more",
            expected.seq
        )?;
    }
    let findings = &inspection.findings;
    if findings.is_empty() {
        writeln!(out, "the log is whole")?;
        return Ok(());
    }
    writeln!(out, "the log is NOT as the station left it:")?;
    for finding in findings.iter().take(PRINTED) {
        let words = words(finding);
        writeln!(out, "- {}: {}; {}", words.place, words.what, words.advice)?;
    }
    if let Some(more) = findings.len().checked_sub(PRINTED).filter(|more| *more > 0) {
        writeln!(out, "- and {more} more; --json lists them all")?;
    }

    Ok(())
}

/// What comes before any advice.
const FIRST: &str =
    "Admit nobody here, keep a copy of the whole station folder as it is, and tell the authority.";

fn receipt_words(receipt: ReceiptCheck) -> &'static str {
    match receipt {
        ReceiptCheck::Altered | ReceiptCheck::None => "",
        ReceiptCheck::Sealed => {
            " (the centre's key of that day has left the trust list; the receipt is as it was kept)"
        }
        ReceiptCheck::Verified => " (the centre's signature verified)",
    }
}

fn to_json(inspection: &Inspection, expected: Option<&Expected>) -> Value {
    let head = |head: &Head| json!({"seq": head.seq, "code": head_code(head.hash), "hash": hex::encode(head.hash.0)});
    let findings: Vec<Value> = inspection
        .findings
        .iter()
        .map(|finding| {
            let words = words(finding);
            json!({"place": words.place, "what": words.what, "do": words.advice})
        })
        .collect();

    json!({
        "whole": inspection.is_whole(),
        "was_amiss": inspection.was_amiss,
        "station": hex::encode(inspection.station.0),
        "epoch": inspection.head.epoch,
        "head": head(&inspection.head),
        "receipted": head(&inspection.acked),
        "receipt": match inspection.receipt {
            ReceiptCheck::Altered => "altered",
            ReceiptCheck::None => "none",
            ReceiptCheck::Sealed => "sealed",
            ReceiptCheck::Verified => "verified",
        },
        "erased": inspection.gone.seq,
        "lost": inspection.lost,
        "expected": expected.map(|_| match inspection.expected {
            ExpectedCheck::Differs | ExpectedCheck::NotAsked => "differs",
            ExpectedCheck::Erased => "erased",
            ExpectedCheck::Fits => "fits",
        }),
        "findings": findings,
        "earlier": inspection.earlier.iter().map(|log| to_json(log, None)).collect::<Vec<_>>(),
    })
}

fn words(finding: &Finding) -> Words {
    let (place, what, advice) = match finding {
        Finding::Alarm => (
            "the log".to_owned(),
            "something was found at an earlier start and stands no longer where it was found",
            "look for it in that day's messages; only a new epoch ends the alarm",
        ),
        Finding::Anchor(fault) => anchor_words(*fault),
        Finding::Database(said) => (
            format!("the database ({said})"),
            "its inner structure is damaged",
            "the disk may be failing: check it before the folder is used again",
        ),
        Finding::Documents(why) => (
            format!("the signed documents ({why})"),
            "they cannot be read, so that no receipt's signature can be verified",
            "restore them from a copy, or enrol the station again",
        ),
        Finding::Earlier(why) => (
            format!("the log of an earlier epoch ({why})"),
            "it cannot be read, or does not end as it did when its epoch was over",
            "restore its folder, within epochs, from a copy: what it did not send yet is lost otherwise",
        ),
        Finding::Epochs => (
            "the table epochs".to_owned(),
            "how far the centre receipted the log was altered",
            "nothing was lost by it: what the sealed ledger says counts",
        ),
        Finding::Expected(seq) => (
            format!("entry {seq}"),
            "the code that was written down is not in this log: it was rewritten, cut off or put back",
            "compare book and code letter by letter, then treat the log as forged",
        ),
        Finding::Ledger => (
            "the table state, ledger".to_owned(),
            "the sealed ledger is missing, altered or older than the rows",
            "what lies beside the rows proves nothing any more: compare with the centre",
        ),
        Finding::Layout => (
            "the tables".to_owned(),
            "tables, columns or triggers are not those that this program makes",
            "somebody worked on the database with another program",
        ),
        Finding::QueueKey(day) => (
            format!("the table queue_keys, day {day}"),
            "the day's key is altered, or came back after it was erased",
            "entries of that day that are not sent yet may have lost what they carried",
        ),
        Finding::Receipt => (
            "the table epochs, receipt".to_owned(),
            "the centre's last receipt is missing or altered",
            "ask the centre for what it holds of this station",
        ),
        Finding::RolledBack => (
            "the database".to_owned(),
            "it is older than the head anchor beside it: a copy was put back",
            "find out who did; what came after the copy is at the centre as far as it was sent",
        ),
        Finding::Row { seq, fault } => row_words(*seq, *fault),
        Finding::Seen(SeenFault::Line(seq)) => (
            format!("the table seen, line of entry {seq}"),
            "it was altered",
            "a sheet may have been let in twice",
        ),
        Finding::Seen(SeenFault::Lines) => (
            "the table seen".to_owned(),
            "lines are missing, were added, or were put back",
            "a sheet may have been let in twice",
        ),
        Finding::Value { name, fault } => value_words(name, *fault),
    };

    Words {
        place,
        what,
        advice,
    }
}

fn anchor_words(fault: AnchorFault) -> (String, &'static str, &'static str) {
    let place = "the file anchor.bin".to_owned();
    match fault {
        AnchorFault::Missing => (
            place,
            "it was taken away",
            "whether an older copy of the database was put back cannot be told: compare with the centre",
        ),
        AnchorFault::Slot => (
            place,
            "one of its two slots is not this station's: altered, or torn by a power loss",
            "if the power failed there is nothing to do; otherwise ask who changed it",
        ),
        AnchorFault::Unreadable => (
            place,
            "neither of its slots is this station's",
            "whether an older copy of the database was put back cannot be told: compare with the centre",
        ),
    }
}

fn row_words(seq: u64, fault: RowFault) -> (String, &'static str, &'static str) {
    let place = |column: &str| format!("the table rows, entry {seq}, {column}");
    match fault {
        RowFault::Body => (
            place("body_box"),
            "what it carried of a person is gone or altered, or came back after it was let go",
            "its number, time and verdict still hold; it goes to the centre marked",
        ),
        RowFault::Core => (
            place("core_box"),
            "it does not open in this place: altered, or moved from another row",
            "what it said is lost unless the centre has it",
        ),
        RowFault::Hash => (
            place("hash"),
            "it does not follow from the entry before",
            "an entry was edited, taken out or put in here",
        ),
        RowFault::Missing { last } if last > seq => (
            format!("the table rows, entries {seq} to {last}"),
            "they are missing",
            "ask the centre for them; what was not sent is lost",
        ),
        RowFault::Missing { .. } => (
            format!("the table rows, entry {seq}"),
            "it is missing",
            "ask the centre for it; if it was not sent it is lost",
        ),
        RowFault::Signature => (
            place("signature"),
            "it is not this station's for this place",
            "the entry was signed elsewhere or altered",
        ),
        RowFault::Stray => (
            format!("the table rows, entry {seq}"),
            "it does not belong here: of another epoch, or erased before and put back",
            "somebody put it there; it counts for nothing",
        ),
    }
}

fn value_words(name: &str, fault: ValueFault) -> (String, &'static str, &'static str) {
    let advice = match name {
        "clock" => {
            "the floor of time may be lost: let the station reach the centre before it is believed"
        }
        "centre" | "root" => "the station may be led to another centre: enrol it again",
        _ => "what it remembered of the last run may be wrong",
    };
    let what = match fault {
        ValueFault::Altered => "it was altered",
        ValueFault::Missing => "it was taken away",
        ValueFault::Older => "an older one was put back",
        ValueFault::Unknown => "this station never wrote it",
    };

    (format!("the table state, {name}"), what, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stood_here_is_listed_by_the_venues_clock() {
        let stood = Stood {
            seq: 12,
            at: domain::time::Timestamp(1_800_000_000),
            outcome: Outcome::LetIn,
            reason: None,
            name: Some("王*兰".to_owned()),
            undone: true,
        };
        assert_eq!(line(&stood, 480), "16:00:00  #12  let in  王*兰  (undone)");
        let nobody = Stood {
            outcome: Outcome::Refuse,
            reason: Some(domain::verdict::Reason::Expired),
            name: None,
            undone: false,
            ..stood
        };
        assert_eq!(line(&nobody, 0), "08:00:00  #12  refuse expired  -");
    }

    #[test]
    fn every_finding_is_said_with_its_place_and_what_to_do() {
        let row = |fault| Finding::Row { seq: 17, fault };
        let value = |fault| Finding::Value {
            name: "clock".to_owned(),
            fault,
        };
        let findings = [
            Finding::Alarm,
            Finding::Anchor(AnchorFault::Missing),
            Finding::Anchor(AnchorFault::Slot),
            Finding::Anchor(AnchorFault::Unreadable),
            Finding::Database("a page".to_owned()),
            Finding::Documents("none".to_owned()),
            Finding::Earlier("a key".to_owned()),
            Finding::Epochs,
            Finding::Expected(17),
            Finding::Ledger,
            Finding::Layout,
            Finding::QueueKey(20_000),
            Finding::Receipt,
            Finding::RolledBack,
            row(RowFault::Body),
            row(RowFault::Core),
            row(RowFault::Hash),
            row(RowFault::Missing { last: 17 }),
            row(RowFault::Missing { last: 19 }),
            row(RowFault::Signature),
            row(RowFault::Stray),
            Finding::Seen(SeenFault::Line(17)),
            Finding::Seen(SeenFault::Lines),
            value(ValueFault::Altered),
            value(ValueFault::Missing),
            value(ValueFault::Older),
            value(ValueFault::Unknown),
        ];
        let mut said: Vec<String> = findings
            .iter()
            .map(|finding| {
                let words = words(finding);
                assert!(!words.advice.is_empty());
                format!("{}: {}", words.place, words.what)
            })
            .collect();
        assert!(said.contains(
            &"the table rows, entry 17, hash: it does not follow from the entry before".to_owned()
        ));
        assert!(said.contains(&"the table rows, entries 17 to 19: they are missing".to_owned()));
        said.sort();
        said.dedup();
        assert_eq!(said.len(), findings.len(), "each is said in its own words");
    }
}
