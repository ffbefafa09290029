//! What looking costs: an empty desk and a clean sheet, as ratios to zxing-cpp in the same run.

use std::{fmt::Write as _, time::Duration};

use reading::damage::{Kind, SEVERITIES, Scene};

use crate::{ask::Asked, cases::Case, run, sets, tally::percentile};

const SHEETS: u32 = 4;
const RUNS: usize = 15;

/// The median times of every reader.
pub(crate) struct Cost {
    pub(crate) empty: Vec<Option<Duration>>,
    pub(crate) clean: Vec<Option<Duration>>,
}

pub(crate) fn measure(asked: &Asked) -> anyhow::Result<Cost> {
    Ok(Cost {
        empty: times(Kind::Empty, asked)?,
        clean: times(Kind::Clean, asked)?,
    })
}

fn times(kind: Kind, asked: &Asked) -> anyhow::Result<Vec<Option<Duration>>> {
    let mut frames = Vec::new();
    for severity in SEVERITIES {
        for index in 0..SHEETS {
            let case: Case = sets::case(Scene::new(kind, severity, index), 1);
            frames.extend(case.load()?);
        }
    }
    let median = |eye| percentile(&run::still(eye, &frames, RUNS).1, 50);

    Ok(asked.eyes(false).into_iter().map(median).collect())
}

impl Cost {
    /// A line for the empty desk and one for the clean sheet.
    pub(crate) fn table(&self, asked: &Asked) -> String {
        // Writing to a String cannot fail.
        let eyes = asked.eyes(false);
        let mut table = String::from("| frame, ms |");
        for eye in &eyes {
            let _ = write!(table, " {} |", eye.name());
        }
        table.push_str(" ours to zxing-cpp | wanted |\n|---|---|---|");
        table.push_str(&"---|".repeat(eyes.len()));
        for (what, times, most) in [
            ("empty desk", &self.empty, 1.5),
            ("clean sheet", &self.clean, 1.6),
        ] {
            let _ = write!(table, "\n| {what} |");
            for time in times {
                let _ = write!(table, " {} |", crate::table::ms(*time));
            }
            let zxing = eyes.iter().position(|eye| eye.name() == "zxing-cpp");
            let ratio = zxing.and_then(|at| ratio(times[0], times[at]));
            let ratio = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
            let _ = write!(table, " {ratio} | <= {most} |");
        }

        table
    }
}

fn ratio(ours: Option<Duration>, theirs: Option<Duration>) -> Option<f64> {
    Some(ours?.as_secs_f64() / theirs?.as_secs_f64())
}
