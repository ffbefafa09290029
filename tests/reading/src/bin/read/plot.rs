//! A plot of right reads by damage and severity as SVG: a table whose cells are filled as far as sheets were read.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{cases::Group, report::Measured, tally::Tally};

const CELL: (u32, u32) = (62, 22);
const NAMES: u32 = 110;
const GAP: u32 = 18;
const HEAD: u32 = 66;

/// The sets that tell severities apart, one below the other.
pub(crate) fn plot(sets: &[Measured]) -> String {
    let mut body = String::new();
    let (mut top, mut right) = (12, 0);
    for set in sets {
        let groups: BTreeSet<&str> = set
            .counts
            .0
            .keys()
            .filter(|group| group.severity.is_some())
            .map(|group| group.damage.as_str())
            .collect();
        if !groups.is_empty() {
            let (width, height) = panel(&mut body, set, &groups, top);
            top += height + GAP;
            right = right.max(width);
        }
    }
    let (width, height) = (right + 12, top);

    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    )
}

// Writing to a String cannot fail.
fn panel(body: &mut String, set: &Measured, damages: &BTreeSet<&str>, top: u32) -> (u32, u32) {
    let severities: BTreeSet<u8> = set
        .counts
        .0
        .keys()
        .filter_map(|group| group.severity)
        .collect();
    let columns = u32::try_from(severities.len()).unwrap_or(0);
    let block = columns * CELL.0 + GAP;
    let _ = writeln!(
        body,
        "<text x=\"12\" y=\"{}\" font-size=\"15\" font-weight=\"bold\">{}: right reads by damage and severity</text>",
        top + 14,
        plain(&set.name)
    );
    let mut left = NAMES;
    for (at, eye) in set.eyes.iter().enumerate() {
        head(body, &eye.name(), &severities, left, top);
        for (row, damage) in (0..).zip(damages) {
            let y = top + HEAD + row * CELL.1;
            for (column, severity) in (0..).zip(&severities) {
                let group = Group {
                    damage: (*damage).to_owned(),
                    severity: Some(*severity),
                };
                if let Some(tally) = set.counts.0.get(&group).and_then(|line| line.get(at)) {
                    cell(body, tally, *damage == "empty", left + column * CELL.0, y);
                }
            }
        }
        left += block;
    }
    for (row, damage) in (0..).zip(damages) {
        let _ = writeln!(
            body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            NAMES - 8,
            top + HEAD + row * CELL.1 + 15,
            plain(damage)
        );
    }
    let rows = u32::try_from(damages.len()).unwrap_or(0);

    (left, HEAD + rows * CELL.1)
}

fn head(body: &mut String, name: &str, severities: &BTreeSet<u8>, left: u32, top: u32) {
    let _ = writeln!(
        body,
        "<text x=\"{left}\" y=\"{}\" font-weight=\"bold\">{name}</text>",
        top + 40
    );
    for (column, severity) in (0..).zip(severities) {
        let _ = writeln!(
            body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{severity}</text>",
            left + column * CELL.0 + CELL.0 / 2,
            top + HEAD - 8
        );
    }
}

/// A bar of the share that was read right, a red one of what was read wrong, and the counts.
fn cell(body: &mut String, tally: &Tally, empty: bool, left: u32, top: u32) {
    let (width, height) = (CELL.0 - 4, CELL.1 - 4);
    let all = u32::try_from(tally.pictures()).unwrap_or(0).max(1);
    let share = |count: usize| u32::try_from(count).unwrap_or(0) * width / all;
    let good = if empty { tally.unread } else { tally.right };
    let (right, wrong) = (share(good), share(tally.wrong));
    let _ = writeln!(
        body,
        "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"#eceff1\"/>\
         <rect x=\"{left}\" y=\"{top}\" width=\"{right}\" height=\"{height}\" fill=\"#7cc4a0\"/>\
         <rect x=\"{}\" y=\"{top}\" width=\"{wrong}\" height=\"{height}\" fill=\"#d9534f\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#222\">{good}/{}</text>",
        left + right,
        left + width / 2,
        top + 13,
        tally.pictures()
    );
}

/// A folder may be named anything.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        eyes::{Eye, Part},
        tally::{Counts, Verdict},
    };

    #[test]
    fn a_cell_is_filled_as_far_as_sheets_were_read_right() {
        let mut counts = Counts::default();
        let group = Group {
            damage: "fold<".to_owned(),
            severity: Some(2),
        };
        for verdict in [Verdict::Right, Verdict::Wrong] {
            counts.add(&group, &[(verdict, Vec::new())]);
        }
        let plot = plot(&[Measured {
            name: "a & b".to_owned(),
            eyes: vec![Eye::Ours(Duration::ZERO, Part::All)],
            counts,
        }]);

        assert!(plot.contains(">1/2<"), "{plot}");
        assert!(
            plot.contains("width=\"29\" height=\"18\" fill=\"#7cc4a0\""),
            "{plot}"
        );
        assert!(
            plot.contains("width=\"29\" height=\"18\" fill=\"#d9534f\""),
            "{plot}"
        );
        assert!(
            plot.contains("fold&lt;") && plot.contains("a &amp; b"),
            "{plot}"
        );
    }
}
