//! The hints that the reader gives to drawn frames that call for one.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use reader::{Reader, Sights, advise};
use reading::{
    damage::{Kind, Scene},
    hints::{self, Plea},
};

use crate::{clock, eyes, say, table, tally::percentile};

const FRAMES: u32 = 40;

/// What became of the frames that call for one hint.
#[derive(Default)]
struct Count {
    read: usize,
    unread: u32,
    right: usize,
    /// What was said instead, and how often.
    instead: BTreeMap<&'static str, u32>,
    /// Right where the coach was told where the codes lie.
    told: usize,
    times: Vec<Duration>,
}

/// Frames that are drawn for one hint at most: those that are read call for none.
const MOST: u32 = 5 * FRAMES;

/// Prints how many frames of each kind got which hint.
pub(crate) fn perform(first: u32, budget: Duration) {
    let mut text = String::from(
        "| hint | read | not read | right | instead | right of all, told where the code lies | ms, median (p95) |\n\
         |---|---|---|---|---|---|---|",
    );
    for hint in hints::ALL {
        say::aside(&format!("frames that call for {hint:?}"));
        let mut count = Count::default();
        for index in first..first + MOST {
            if count.unread == FRAMES {
                break;
            }
            let plea = hints::plea(hint, index);
            let (read, given) = seen(&plea, budget);
            count.read += usize::from(read);
            count.unread += u32::from(!read);
            count.right += usize::from(!read && given == Some(hint));
            if !read && given != Some(hint) {
                let word = given.map_or("nothing", reader::Hint::name);
                *count.instead.entry(word).or_default() += 1;
            }
            count.told += usize::from(told(&plea, &mut count.times) == Some(hint));
        }
        let instead: Vec<String> = count
            .instead
            .iter()
            .map(|(word, times)| format!("{word} {times}"))
            .collect();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n| {hint:?} | {} | {} | {} | {} | {} | {} ({}) |",
            count.read,
            count.unread,
            count.right,
            instead.join(", "),
            count.told,
            table::ms(percentile(&count.times, 50)),
            table::ms(percentile(&count.times, 95)),
        );
    }
    say::result(&text);
    say::aside("frames without a code");
    let hints = desks(first, budget);
    say::result(&format!("{DESKS} desks without a code: hints {hints:?}"));
}

const DESKS: u32 = 120;

/// The hints that desks without a code get.
fn desks(first: u32, budget: Duration) -> BTreeMap<&'static str, u32> {
    let mut hints = BTreeMap::new();
    for index in 0..DESKS {
        let severity = u8::try_from(index % 3 + 1).unwrap_or(1);
        let desk = Scene::new(Kind::Empty, severity, first + index).draw();
        let mut reader = Reader::new();
        let given = (0..HELD)
            .filter_map(|_| reader.read(&desk, eyes::limited(budget)).hint)
            .last();
        if let Some(hint) = given {
            *hints.entry(hint.name()).or_default() += 1;
        }
    }

    hints
}

/// Frames of a sheet that is held for half a second more.
const HELD: usize = 8;

/// Whether the reader reads the last frame, which is seen until there is a hint, and the hint it gives.
fn seen(plea: &Plea, budget: Duration) -> (bool, Option<reader::Hint>) {
    let mut reader = Reader::new();
    let mut last = (false, None);
    let held = plea
        .frames
        .iter()
        .chain(plea.frames.last().into_iter().cycle().take(HELD));
    for (index, frame) in held.enumerate() {
        if index >= plea.frames.len() && last != (false, None) {
            break;
        }
        let reading = reader.read(frame, eyes::limited(budget));
        last = (reading.codes.len() == 1, reading.hint);
    }

    last
}

fn told(plea: &Plea, times: &mut Vec<Duration>) -> Option<reader::Hint> {
    let (mut before, mut hint) = (None, None);
    for (frame, places) in plea.frames.iter().zip(&plea.places) {
        let begun = clock::worked();
        let sights = Sights {
            unread: places,
            before: before.as_ref(),
            ..Sights::default()
        };
        hint = advise(frame, &sights);
        times.push(clock::worked().saturating_sub(begun));
        before = places.first().copied();
    }

    hint
}
