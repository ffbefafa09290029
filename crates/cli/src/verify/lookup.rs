//! Codes that nobody signed, check by check: none of them is ever verified.

use domain::code::lookup::OpaqueCode;
use domain::time::Timestamp;
use domain::verdict::Reason;

use super::native::{add, standing, still_trusted};
use super::{Known, Outcome, Report};
use crate::clock;

/// Whose code it is by its shape, and what the list has of it.
pub(super) fn report(code: &OpaqueCode, known: &Known, now: Timestamp) -> Report {
    let mut report = Report::default();
    let found = format!("of the shape of the codes of {}", code.issuer());
    report.add("format", Outcome::Ok, found);
    still_trusted(known, now, &mut report);
    listed(code, known, now, &mut report);
    // Last, since the first that fails is the answer, and what is lost or in no list is not even looked up.
    let found = "nobody signed it: at best a station asks staff to compare the ID document";
    report.add("signature", Outcome::Fails(Reason::LookedUp), found);

    report
}

/// What the list has of the code.
fn listed(code: &OpaqueCode, known: &Known, now: Timestamp, report: &mut Report) {
    let snapshot = match &known.snapshot {
        Ok(snapshot) => snapshot,
        Err(why) => {
            report.add("list", Outcome::NotChecked, why.as_str());
            return;
        }
    };
    let looked_up = snapshot.look_up(code);
    let found = format!("as of {}", clock::show(snapshot.as_of()));
    let listed = looked_up.is_some();
    add(report, "list", listed, Reason::NotInList, found);
    if let Some(looked_up) = looked_up {
        let born = looked_up.birth_year().map_or_else(
            || "birth year not known".to_owned(),
            |year| format!("born {year}"),
        );
        let four = match looked_up.last_four().as_str() {
            "" => "end of the ID document not known".to_owned(),
            four => format!("ID document ends in {four}"),
        };
        report.add("holder", Outcome::Note, format!("{born}, {four}"));
        standing(looked_up.standing(), snapshot, now, report);
    }
}
