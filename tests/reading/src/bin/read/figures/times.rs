//! What each stage costs, on sheets of the sizes that a webcam shows.

use std::{fmt::Write as _, time::Duration};

use reader::{Budget, Luma, Reader, Stages, inside::Picture};
use reading::damage::{Kind, Scene};

use crate::clock;

/// Sheets that every stage is timed on, of each kind.
const SHEETS: u32 = 5;
const KINDS: [(Kind, u8); 4] = [
    (Kind::Curl, 3),
    (Kind::Crumple, 3),
    (Kind::Defocus, 2),
    (Kind::Scribble, 2),
];

/// A line for each stage: the median and the longest time.
struct Times(Vec<(&'static str, Vec<Duration>)>);

impl Times {
    fn take<T>(&mut self, stage: &'static str, work: impl Fn() -> T) -> T {
        let once = || {
            let before = clock::worked();
            let made = work();
            (clock::worked().saturating_sub(before), made)
        };
        let (first, made) = once();
        let best = (0..2).map(|_| once().0).fold(first, Duration::min);
        match self.0.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, times)) => times.push(best),
            None => self.0.push((stage, vec![best])),
        }

        made
    }
}

/// The times as a table.
pub(super) fn table() -> String {
    let mut times = Times(Vec::new());
    for (kind, severity) in KINDS {
        for index in 0..SHEETS {
            sheet(&mut times, &Scene::new(kind, severity, index).draw());
        }
    }

    // Writing to a String cannot fail.
    let mut table = String::from("| stage | median, ms | longest, ms | runs |\n|---|---|---|---|");
    for (stage, mut times) in times.0 {
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let _ = write!(
            table,
            "\n| {stage} | {:.2} | {:.2} | {} |",
            ms(times[times.len() / 2]),
            ms(times[times.len() - 1]),
            times.len()
        );
    }

    table
}

fn sheet(times: &mut Times, luma: &Luma) {
    times.take("first passes, all", || {
        Reader::with(Stages::first_pass()).read(luma, Budget::unlimited())
    });
    times.take("halving, texture", || Picture::new(luma).busy());
    let picture = Picture::new(luma);
    times.take("texture", || picture.busy());
    let peaks = times.take("seek with texture", || picture.peaks());
    let guesses = times.take("finders, triples", || picture.guesses(&peaks, false));
    let paired = times.take("finders, pairs", || picture.guesses(&peaks, true));
    let Some(guess) = guesses.first().or(paired.first()) else {
        return;
    };
    let Some(work) = picture.work(guess) else {
        return;
    };
    times.take("growth", || work.grown());
    let Some(net) = times.take("anchors", || work.anchored()) else {
        return;
    };
    let sampled = times.take("sampling, tone, doubt", || work.sampled(&net));
    times.take("equaliser", || work.equalised(&sampled));
    times.take("field", || work.followed(&net));
    times.take("belief, one sight", || work.believed(&net));
    times.take("decoding", || work.decoded(&sampled));
}
