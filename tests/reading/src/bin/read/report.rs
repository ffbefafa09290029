//! All that a run found, as one text.

use std::fmt::Write as _;

use crate::{
    ask::Asked,
    cases::Set,
    clock,
    cost::{self, Cost},
    eyes::{Eye, Part},
    run, say, table,
    tally::Counts,
};

/// The figures of a run.
pub(crate) struct Report {
    cost: Option<String>,
    sets: Vec<Measured>,
    timed: bool,
}

/// A set and what the readers made of it.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) eyes: Vec<Eye>,
    pub(crate) counts: Counts,
}

impl Report {
    /// Reads the sets one after the other.
    pub(crate) fn make(sets: &[Set], asked: &Asked) -> anyhow::Result<Self> {
        let cost = if asked.counts_only {
            None
        } else {
            say::aside("empty desks and clean sheets, for their times");
            Some(cost::measure(asked)?).map(|cost: Cost| cost.table(asked))
        };
        let mut measured = Vec::new();
        for set in sets {
            measured.push(Measured {
                name: set.name.clone(),
                eyes: asked.eyes(set.is_video()),
                counts: run::read(set, asked)?,
            });
        }

        Ok(Self {
            cost,
            sets: measured,
            timed: !asked.counts_only,
        })
    }

    /// The tables in Markdown.
    pub(crate) fn text(&self) -> String {
        // Writing to a String cannot fail.
        let mut text = String::from(table::LEGEND);
        if let Some(cost) = &self.cost {
            let _ = write!(text, " Times are {}.\n\n{cost}", clock::MEASURED);
        }
        for set in &self.sets {
            let table = table::table(&set.eyes, &set.counts, self.timed);
            let _ = write!(text, "\n\n## {}\n\n{}", set.name, table.trim_end());
        }

        text
    }

    pub(crate) fn sets(&self) -> &[Measured] {
        &self.sets
    }

    /// Our reader read no wrong text.
    pub(crate) fn is_sound(&self) -> bool {
        self.sets
            .iter()
            .flat_map(|set| set.eyes.iter().zip(set.counts.total()))
            .filter(|(eye, _)| matches!(eye, Eye::Ours(_, Part::All | Part::Twice)))
            .all(|(_, ours)| ours.wrong == 0)
    }
}
