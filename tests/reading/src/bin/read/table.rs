//! The figures as tables in Markdown.

use std::{fmt::Write as _, time::Duration};

use crate::{
    cases::Group,
    eyes::Eye,
    tally::{Counts, Tally, percentile},
};

/// A set's table: a line for each damage and severity, each reader's counts and times.
pub(crate) fn table(eyes: &[Eye], counts: &Counts, timed: bool) -> String {
    let mut table = String::from("| damage | severity | sheets |");
    for eye in eyes {
        let _ = write!(table, " {} |", eye.name());
        if timed {
            table.push_str(" ms |");
        }
    }
    table.push_str("\n|---|---|---|");
    table.push_str(&"---|".repeat(eyes.len() * if timed { 2 } else { 1 }));
    table.push('\n');
    for (Group { damage, severity }, tallies) in &counts.0 {
        let severity = severity.map_or_else(|| "-".to_owned(), |severity| severity.to_string());
        line(&mut table, damage, &severity, tallies, timed);
    }
    line(&mut table, "**all**", "", &counts.total(), timed);

    table
}

/// What the columns mean.
pub(crate) const LEGEND: &str = "Each reader's column: right / wrong / unread, and `+n` read where no text is known; \
the times are median and p95 of the frames in milliseconds.";

// Writing to a String cannot fail.
fn line(table: &mut String, damage: &str, severity: &str, tallies: &[Tally], timed: bool) {
    let sheets = tallies.first().map_or(0, Tally::pictures);
    let _ = write!(table, "| {damage} | {severity} | {sheets} |");
    for tally in tallies {
        let _ = write!(
            table,
            " {} / {} / {}",
            tally.right, tally.wrong, tally.unread
        );
        if tally.read > 0 {
            let _ = write!(table, " +{}", tally.read);
        }
        table.push_str(" |");
        if timed {
            let _ = write!(
                table,
                " {} ({}) |",
                ms(percentile(&tally.times, 50)),
                ms(percentile(&tally.times, 95))
            );
        }
    }
    table.push('\n');
}

/// Milliseconds with one decimal, or two where they are few.
pub(crate) fn ms(time: Option<Duration>) -> String {
    let Some(time) = time else {
        return "-".to_owned();
    };
    let ms = time.as_secs_f64() * 1e3;

    if ms < 10.0 {
        format!("{ms:.2}")
    } else {
        format!("{ms:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{eyes::Part, tally::Verdict};

    #[test]
    fn a_line_shows_counts_and_times_of_each_reader() {
        let mut counts = Counts::default();
        let group = Group {
            damage: "fold".to_owned(),
            severity: Some(3),
        };
        let ms = |ms| vec![Duration::from_millis(ms)];
        counts.add(
            &group,
            &[(Verdict::Right, ms(7)), (Verdict::Unread, ms(12))],
        );
        counts.add(&group, &[(Verdict::Read, ms(7)), (Verdict::Wrong, ms(12))]);
        let eyes = [Eye::Ours(Duration::ZERO, Part::All), Eye::Rqrr];

        assert_eq!(
            table(&eyes, &counts, true),
            "| damage | severity | sheets | ours | ms | rqrr | ms |\n\
             |---|---|---|---|---|---|---|\n\
             | fold | 3 | 2 | 1 / 0 / 0 +1 | 7.00 (7.00) | 0 / 1 / 1 | 12 (12) |\n\
             | **all** |  | 2 | 1 / 0 / 0 +1 | 7.00 (7.00) | 0 / 1 / 1 | 12 (12) |\n"
        );
        assert_eq!(
            table(&eyes, &Counts::default(), false),
            "| damage | severity | sheets | ours | rqrr |\n|---|---|---|---|---|\n| **all** |  | 0 |\n"
        );
    }
}
