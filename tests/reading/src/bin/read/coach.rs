//! The hints that the reader gives to drawn frames that call for one.

use std::{fmt::Write as _, time::Duration};

use reader::{Reader, Sights, advise};
use reading::hints::{self, Plea};

use crate::{clock, eyes, say, table, tally::percentile};

const FRAMES: u32 = 40;

/// What became of the frames that call for one hint.
#[derive(Default)]
struct Count {
    read: usize,
    unread: u32,
    /// Not read, and a hint was given.
    given: usize,
    right: usize,
    /// Right where the coach was told where the codes lie.
    told: usize,
    times: Vec<Duration>,
}

/// Frames that are drawn for one hint at most: those that are read call for none.
const MOST: u32 = 5 * FRAMES;

/// Prints how many frames of each kind got which hint.
pub(crate) fn perform(budget: Duration) {
    let mut text = String::from(
        "| hint | read | not read | hint given | right | right of all, told where the code lies | ms, median (p95) |\n\
         |---|---|---|---|---|---|---|",
    );
    for hint in hints::ALL {
        say::aside(&format!("frames that call for {hint:?}"));
        let mut count = Count::default();
        for index in 0..MOST {
            if count.unread == FRAMES {
                break;
            }
            let plea = hints::plea(hint, index);
            let (read, given) = seen(&plea, budget);
            count.read += usize::from(read);
            count.unread += u32::from(!read);
            count.given += usize::from(!read && given.is_some());
            count.right += usize::from(!read && given == Some(hint));
            count.told += usize::from(told(&plea, &mut count.times) == Some(hint));
        }
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n| {hint:?} | {} | {} | {} | {} | {} | {} ({}) |",
            count.read,
            count.unread,
            count.given,
            count.right,
            count.told,
            table::ms(percentile(&count.times, 50)),
            table::ms(percentile(&count.times, 95)),
        );
    }
    say::result(&text);
}

/// Whether the reader reads the last frame, and the hint it gives.
fn seen(plea: &Plea, budget: Duration) -> (bool, Option<reader::Hint>) {
    let mut reader = Reader::new();
    let mut last = (false, None);
    for frame in &plea.frames {
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
