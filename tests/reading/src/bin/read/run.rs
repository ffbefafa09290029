//! Reading the cases of a set with every reader.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use reader::{Luma, Reader, Reading};

use crate::{
    ask::Asked,
    cases::{Case, Set},
    clock,
    eyes::{Eye, Part, Texts, limited, texts},
    say::Progress,
    tally::{Counts, Verdict, judge},
};

/// A picture that took longer than this is not read again for its time's sake.
const LONG: Duration = Duration::from_millis(60);
/// Pictures that are made ready ahead of the one that is read.
const AHEAD: usize = 4;
const WORKERS: usize = 2;
/// The most that the station's second thread spends on a frame.
const SECOND: Duration = Duration::from_millis(600);

/// What each reader made of a case.
type Outcome = Vec<(Verdict, Vec<Duration>)>;

/// Reads a set: one picture at a time on one thread, which is timed, or on two threads and not timed.
pub(crate) fn read(set: &Set, asked: &Asked) -> anyhow::Result<Counts> {
    let mut progress = Progress::new(&set.name, set.cases.len());
    let mut counts = Counts::default();
    let mut keep = |case: &Case, outcome: Outcome| {
        counts.add(&case.group, &outcome);
        progress.step(|| standing(&counts, &asked.eyes(set.is_video())));
    };
    if asked.counts_only {
        in_parallel(set, asked, &mut keep)?;
    } else {
        one_by_one(set, asked, &mut keep)?;
    }

    Ok(counts)
}

fn standing(counts: &Counts, eyes: &[Eye]) -> String {
    let total = counts.total();
    let right = eyes
        .iter()
        .zip(&total)
        .map(|(eye, tally)| format!("{} {}", eye.name(), tally.right + tally.read))
        .collect::<Vec<_>>();

    format!("read by {}", right.join(", "))
}

/// Another thread draws and decodes the pictures meanwhile.
fn one_by_one(
    set: &Set,
    asked: &Asked,
    keep: &mut impl FnMut(&Case, Outcome),
) -> anyhow::Result<()> {
    let (sender, pictures) = mpsc::sync_channel(AHEAD);
    thread::scope(|scope| {
        scope.spawn(move || {
            for case in &set.cases {
                if sender.send((case, case.load())).is_err() {
                    return;
                }
            }
        });
        for (case, frames) in pictures {
            let outcome = outcome(case, &frames?, asked);
            keep(case, outcome);
        }

        Ok(())
    })
}

fn in_parallel(
    set: &Set,
    asked: &Asked,
    keep: &mut impl FnMut(&Case, Outcome),
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(case) = set.cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = case.load().map(|frames| outcome(case, &frames, asked));
                    if sender.send((case, outcome)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (case, outcome) in outcomes {
            keep(case, outcome?);
        }

        Ok(())
    })
}

fn outcome(case: &Case, frames: &[Luma], asked: &Asked) -> Outcome {
    let eyes = asked.eyes(case.is_video());
    eyes.into_iter()
        .map(|eye| {
            let (texts, times) = if let Eye::Ours(budget, Part::Twice) = eye {
                twice(budget, frames)
            } else if case.is_video() {
                video(eye, frames)
            } else {
                still(eye, frames, asked.runs())
            };
            let mut verdict = judge(&case.truth, &texts);
            if texts.iter().flatten().any(|text| eye.is_undecided(text)) {
                verdict = Verdict::Read;
            }
            (verdict, times)
        })
        .collect()
}

/// Frame after frame until one is read.
fn video(eye: Eye, frames: &[Luma]) -> (Vec<Texts>, Vec<Duration>) {
    let mut look = eye.open();
    let (mut read, mut times) = (Vec::new(), Vec::new());
    for frame in frames {
        let (texts, time) = timed(&mut look, frame);
        times.push(time);
        if !texts.is_empty() {
            read.push(texts);
            break;
        }
    }

    (read, times)
}

/// Frame after frame until one is read, while a second thread works on a frame in which a code was seen and not read,
/// as the station's does. It is played on this thread by the time that it works: a frame lasts as long as its budget,
/// and what the second thread reads counts only if it is known before the last frame is over. The times are the
/// first thread's.
fn twice(frame_time: Duration, frames: &[Luma]) -> (Vec<Texts>, Vec<Duration>) {
    let (mut first, mut second) = (Reader::new(), Reader::new());
    let mut times = Vec::new();
    let mut busy: Option<Late> = None;
    for (at, frame) in frames.iter().enumerate() {
        let (reading, time) = taken(&mut first, frame, frame_time);
        times.push(time);
        if !reading.codes.is_empty() {
            return (vec![texts(reading)], times);
        }
        let ended = busy.take_if(|late| late.known_at <= at);
        if let Some(late) = ended.filter(|late| !late.texts.is_empty()) {
            return (vec![late.texts], times);
        }
        let left = frames.len() - 1 - at;
        if busy.is_none() && left > 0 && !reading.seen_not_read.is_empty() {
            let budget = frame_time * u32::try_from(left).unwrap_or(u32::MAX);
            let (reading, time) = taken(&mut second, frame, budget.min(SECOND));
            busy = Some(Late {
                known_at: at + frames_in(time, frame_time),
                texts: texts(reading),
            });
        }
    }

    (Vec::new(), times)
}

/// What the second thread will have read when the frame of this number is over.
struct Late {
    known_at: usize,
    texts: Texts,
}

fn taken(reader: &mut Reader, frame: &Luma, budget: Duration) -> (Reading, Duration) {
    let begun = clock::worked();
    let reading = reader.read(frame, limited(budget));

    (reading, clock::worked().saturating_sub(begun))
}

/// Frames that go by in a time, the last one to its end.
fn frames_in(time: Duration, frame_time: Duration) -> usize {
    let frames = time.as_nanos().div_ceil(frame_time.as_nanos().max(1));

    usize::try_from(frames).unwrap_or(usize::MAX)
}

/// Each run with a reader that has seen nothing yet; the median of the times.
pub(crate) fn still(eye: Eye, frames: &[Luma], runs: usize) -> (Vec<Texts>, Vec<Duration>) {
    let (mut read, mut times) = (Vec::new(), Vec::new());
    for frame in frames {
        let mut taken = Vec::new();
        for run in 0..runs.max(1) {
            let (texts, time) = timed(&mut eye.open(), frame);
            taken.push(time);
            if run == 0 {
                read.push(texts);
            }
            if time > LONG {
                break;
            }
        }
        taken.sort_unstable();
        times.extend(taken.get(taken.len() / 2));
    }

    (read, times)
}

fn timed(look: &mut impl FnMut(&Luma) -> Texts, frame: &Luma) -> (Texts, Duration) {
    let begun = clock::worked();
    let texts = look(frame);

    (texts, clock::worked().saturating_sub(begun))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_has_begun_goes_by_to_its_end() {
        let ms = Duration::from_millis;
        let frames = [0, 1, 33, 34, 264].map(|time| frames_in(ms(time), ms(33)));

        assert_eq!(frames, [0, 1, 1, 2, 8]);
    }
}
