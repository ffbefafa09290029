//! What was asked for on the command line.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};

use crate::eyes::{Eye, Part};

pub(crate) const USAGE: &str = "\
cargo xtask bench read [DIR...] [OPTIONS]
  DIR            pictures (PNG, JPEG) with their text in NAME.txt or NAME.png.txt; NAME_f0 .. NAME_f7 are a video.
                 Without one: the drawn sheets and videos, and ../shared/photos
  --counts       right and wrong only, on two threads, without times
  --per N        drawn sheets of each damage and severity (6)
  --stills, --video
                 only single pictures, or only videos
  --budget MS    time for a single picture (2000)
  --frame-budget MS
                 time for a frame of a video (33)
  --alone        ours only
  --second       videos also by ours with a second thread, which works on the last frame that was not read
  --stages       ours only, with all of its stages and without one at a time
  --write        keeps tables and plot in docs/reader-figures.md and docs/reader-figures.svg
Instead of that:
  --wrong N      N frames without a code and N random or half-damaged symbols, none of which may give a wrong text
  --coach [N]    the hints given to drawn frames that call for one, from the N-th on (1000)
  --draw DIR     writes the drawn sheets and videos into DIR
  --figures      draws the figures of docs/reader.md into docs/reader, and tells what each stage costs";

/// The first drawn frame that the coach's thresholds were not chosen by.
const UNTUNED: u32 = 1_000;

/// What is to be done, with which sets, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) chore: Chore,
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) shown: Shown,
    pub(crate) per: u32,
    pub(crate) counts_only: bool,
    pub(crate) write: bool,
    beside: Beside,
    second: bool,
    budget: Duration,
    frame_budget: Duration,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chore {
    /// Draw frames that call for a hint, from that one on, and count the hints that are given.
    Coach(u32),
    /// Write the drawn pictures into a folder.
    Draw(PathBuf),
    /// Draw the figures of docs/reader.md.
    Figures,
    /// Read the sets.
    Read,
    /// Look for wrong texts in as many frames without a code and as many spoilt symbols.
    Wrong(u32),
}

/// Which sets are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    All,
    Stills,
    Videos,
}

/// What our reader is measured beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    ItsParts,
    Nobody,
    Others,
}

impl Asked {
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        let mut asked = Self {
            chore: Chore::Read,
            folders: Vec::new(),
            shown: Shown::All,
            per: 6,
            counts_only: false,
            write: false,
            beside: Beside::Others,
            second: false,
            budget: Duration::from_secs(2),
            frame_budget: Duration::from_millis(33),
        };
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            if word == "--coach" {
                let first = words.next_if(|next| next.parse::<u32>().is_ok());
                asked.chore =
                    Chore::Coach(first.map_or(Ok(UNTUNED), |first| number(&word, Some(first)))?);
                continue;
            }
            let mut number = || number(&word, words.next());
            match word.as_str() {
                "--alone" => asked.beside = Beside::Nobody,
                "--budget" => asked.budget = Duration::from_millis(number()?.into()),
                "--counts" => asked.counts_only = true,
                "--draw" => {
                    let folder = words.next().context("--draw needs a folder after it")?;
                    asked.chore = Chore::Draw(folder.into());
                }
                "--figures" => asked.chore = Chore::Figures,
                "--frame-budget" => asked.frame_budget = Duration::from_millis(number()?.into()),
                "--per" => asked.per = number()?,
                "--second" => asked.second = true,
                "--stages" => asked.beside = Beside::ItsParts,
                "--stills" => asked.shown = Shown::Stills,
                "--video" => asked.shown = Shown::Videos,
                "--write" => asked.write = true,
                "--wrong" => asked.chore = Chore::Wrong(number()?),
                option if option.starts_with('-') => {
                    bail!("`{option}` means nothing here.\n{USAGE}")
                }
                folder => asked.folders.push(folder.into()),
            }
        }

        Ok(asked)
    }

    /// Whether single pictures or videos are wanted.
    pub(crate) fn wants(&self, video: bool) -> bool {
        match self.shown {
            Shown::All => true,
            Shown::Stills => !video,
            Shown::Videos => video,
        }
    }

    /// The readers, ours with the time for a frame of a video or for a single picture.
    pub(crate) fn eyes(&self, video: bool) -> Vec<Eye> {
        let budget = self.budget(video);
        let mut eyes = match self.beside {
            Beside::ItsParts => Eye::parts(budget),
            Beside::Nobody => Eye::all(budget).into_iter().take(1).collect(),
            Beside::Others => Eye::all(budget),
        };
        if video && self.second {
            eyes.insert(1, Eye::Ours(budget, Part::Twice));
        }

        eyes
    }

    pub(crate) fn budget(&self, video: bool) -> Duration {
        if video {
            self.frame_budget
        } else {
            self.budget
        }
    }

    /// How often a picture is read for the median of its time.
    pub(crate) fn runs(&self) -> usize {
        if self.counts_only { 1 } else { 3 }
    }
}

fn number(option: &str, word: Option<String>) -> anyhow::Result<u32> {
    let word = word.with_context(|| format!("{option} needs a number after it.\n{USAGE}"))?;

    word.parse()
        .with_context(|| format!("{option} needs a whole number after it, not `{word}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_options_come_in_any_order() {
        let asked = parse("sheets --per 12 bursts --counts --frame-budget 20").unwrap();

        assert_eq!(asked.folders, [PathBuf::from("sheets"), "bursts".into()]);
        assert_eq!(
            (asked.per, asked.counts_only, asked.write),
            (12, true, false)
        );
        assert_eq!(asked.budget(true), Duration::from_millis(20));
        assert_eq!(asked.budget(false), Duration::from_secs(2));
        assert_eq!((asked.chore, asked.shown), (Chore::Read, Shown::All));
    }

    #[test]
    fn the_second_look_is_measured_beside_the_first_in_videos() {
        let asked = parse("bursts --alone --second").unwrap();
        let names = |video| asked.eyes(video).into_iter().map(Eye::name);

        assert_eq!(
            names(true).collect::<Vec<_>>(),
            ["ours", "ours, with a second look"]
        );
        assert_eq!(names(false).collect::<Vec<_>>(), ["ours"]);
    }

    #[test]
    fn frames_that_call_for_a_hint_are_drawn_from_the_one_that_is_named() {
        for (words, first) in [("--coach", 1_000), ("--coach 7 --budget 9", 7)] {
            assert_eq!(parse(words).unwrap().chore, Chore::Coach(first), "{words}");
        }
    }

    #[test]
    fn what_means_nothing_is_refused_by_name() {
        for words in ["--pre 3", "--per", "--per many"] {
            let refused = parse(words).unwrap_err().to_string();
            assert!(refused.contains("--p"), "{refused}");
        }
    }

    fn parse(words: &str) -> anyhow::Result<Asked> {
        Asked::parse(words.split(' ').map(str::to_owned))
    }
}
