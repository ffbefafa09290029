//! Looking for wrong texts: frames without a code, and symbols that are random or half damaged.

use std::{
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use reader::Luma;
use reading::spoilt::{self, Spoiler};

use crate::{
    ask::Asked,
    eyes::{Eye, Texts},
    say::{self, Progress},
};

const WORKERS: usize = 2;

/// What one reader made of all pictures of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    right: u32,
    wrong: u32,
    /// Some of the wrong texts, and the pictures they were read in.
    such_as: Vec<(u32, String)>,
}

/// Prints what was read; `true` if our reader read no wrong text.
pub(crate) fn perform(count: u32, asked: &Asked) -> bool {
    let eyes = asked.eyes(true);
    let frames = read("frames without a code", count, &eyes, || {
        |index| (spoilt::frame(index), Vec::new())
    });
    let symbols = read("spoilt symbols", count, &eyes, || {
        let mut spoiler = Spoiler::new();
        move |index| {
            let spoilt = spoiler.symbol(index);
            (spoilt.picture, spoilt.texts)
        }
    });
    for (what, counts) in [
        ("frames without a code", &frames),
        ("spoilt symbols", &symbols),
    ] {
        for (eye, found) in eyes.iter().zip(counts) {
            say::result(&format!(
                "{count} {what}, {}: {} wrong, {} read as what was printed{}",
                eye.name(),
                found.wrong,
                found.right,
                examples(&found.such_as)
            ));
        }
    }

    frames[0].wrong == 0 && symbols[0].wrong == 0
}

fn examples(such_as: &[(u32, String)]) -> String {
    let lines = such_as
        .iter()
        .map(|(index, text)| format!("\n  number {index}: {text}"));

    lines.collect::<Vec<_>>().concat()
}

/// Draws and reads pictures on two threads; `artist` is hired once for each.
fn read<A>(what: &str, all: u32, eyes: &[Eye], artist: impl Fn() -> A + Sync) -> Vec<Count>
where
    A: FnMut(u32) -> (Luma, Vec<String>),
{
    let next = AtomicU32::new(0);
    let (sender, found) = mpsc::channel();
    let mut counts = vec![Count::default(); eyes.len()];
    let mut progress = Progress::new(what, usize::try_from(all).unwrap_or(usize::MAX));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            let (sender, next, artist) = (sender.clone(), &next, &artist);
            scope.spawn(move || {
                let mut draw = artist();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= all {
                        return;
                    }
                    let (picture, printed) = draw(index);
                    let read: Vec<Texts> = eyes.iter().map(|eye| eye.open()(&picture)).collect();
                    if sender.send((index, printed, read)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (index, printed, read) in found {
            for (count, texts) in counts.iter_mut().zip(read) {
                count.add(index, &printed, &texts);
            }
            progress.step(|| format!("{} wrong by ours", counts[0].wrong));
        }
    });

    counts
}

impl Count {
    fn add(&mut self, index: u32, printed: &[String], texts: &Texts) {
        const EXAMPLES: usize = 5;

        for text in texts {
            if printed.iter().any(|printed| printed.as_bytes() == text) {
                self.right += 1;
            } else {
                self.wrong += 1;
                if self.such_as.len() < EXAMPLES {
                    let text = String::from_utf8_lossy(text).into_owned();
                    self.such_as.push((index, text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_nobody_printed_is_wrong_and_is_named() {
        let mut count = Count::default();
        count.add(
            7,
            &["one".to_owned(), "two".to_owned()],
            &vec![b"two".to_vec()],
        );
        count.add(8, &[], &vec![b"two".to_vec()]);

        assert_eq!(
            count,
            Count {
                right: 1,
                wrong: 1,
                such_as: vec![(8, "two".to_owned())]
            }
        );
    }
}
