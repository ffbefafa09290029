//! What was done with a stick, in sentences.

use domain::hex;
use domain::wire::AnswerKind;

use super::{Laid, Report, Taken};

impl Report {
    /// Whether everything on the stick could be done.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let whole = self
            .exports
            .iter()
            .all(|(_, taken)| taken.as_ref().is_ok_and(|taken| taken.refused.is_empty()));

        whole && self.unwritten.is_empty()
    }

    /// A sentence for each file.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, taken) in &self.exports {
            match taken {
                Ok(taken) => {
                    lines.push(format!("{name}: {}", words(taken)));
                    let refused = taken.refused.iter();
                    lines.extend(
                        refused.map(|why| format!("{name}: a part of it was refused: {why}")),
                    );
                }
                Err(error) => lines.push(format!("{name}: {error}; it was left alone")),
            }
        }
        if self.exports.is_empty() {
            lines.push("no station's export lies on the stick".to_owned());
        }
        for (name, laid) in &self.laid {
            match laid {
                Laid::Held => {}
                Laid::Other => lines.push(format!(
                    "{name}: another authority's or damaged: it was left alone"
                )),
                Laid::Written => lines.push(format!("{name}: written for the way back")),
            }
        }
        let left = self.left.iter();
        lines.extend(left.map(|(name, why)| format!("{name}: {why}; it was left alone")));
        let unwritten = self.unwritten.iter();
        lines.extend(unwritten.map(|error| format!("NOT WRITTEN  {error}")));
        let taken = self.exports.iter().filter(|(_, taken)| taken.is_ok());
        lines.push(format!(
            "exports taken: {}; what answers them is on the stick: bring it back to the stations",
            taken.count()
        ));

        lines
    }
}

fn words(taken: &Taken) -> String {
    let what = if taken.last < taken.first {
        "a greeting".to_owned()
    } else {
        format!("entries {} to {}", taken.first, taken.last)
    };
    let Some(answer) = &taken.answer else {
        return what;
    };
    let station = hex::encode(answer.station.0);
    let (epoch, seq) = (answer.epoch, answer.acked_seq);
    let outcome = match answer.kind {
        AnswerKind::Ok => format!("stored and acknowledged up to {seq}"),
        AnswerKind::Gap => format!(
            "entries before them are missing, stored up to {seq}: bring the stick that holds them"
        ),
        AnswerKind::Fork => {
            "two branches: the station's key is quarantined; enrol it anew and find out which is the copy".to_owned()
        }
        AnswerKind::Fenced => "the epoch is over: a new assignment is needed".to_owned(),
        AnswerKind::Hole => format!("missing for good up to {seq}, which was recorded"),
    };

    format!("{what} of station {station}, epoch {epoch}: {outcome}")
}
