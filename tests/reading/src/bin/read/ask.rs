//! What was asked for on the command line.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};

use crate::eyes::Eye;

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
  --wrong N      instead: N frames without a code and N random or half-damaged symbols, none of which may give a text
  --draw DIR     instead: writes the drawn sheets and videos into DIR
  --write        keeps tables and plot in docs/reader-figures.md and docs/reader-figures.svg";

/// Which sets, how, and what becomes of the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) counts_only: bool,
    pub(crate) per: u32,
    pub(crate) stills: bool,
    pub(crate) videos: bool,
    pub(crate) write: bool,
    pub(crate) wrong: Option<u32>,
    pub(crate) draw: Option<PathBuf>,
    alone: bool,
    budget: Duration,
    frame_budget: Duration,
}

impl Asked {
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        let mut asked = Self {
            folders: Vec::new(),
            counts_only: false,
            per: 6,
            stills: true,
            videos: true,
            write: false,
            wrong: None,
            draw: None,
            alone: false,
            budget: Duration::from_secs(2),
            frame_budget: Duration::from_millis(33),
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut number = || number(&word, words.next());
            match word.as_str() {
                "--draw" => {
                    let folder = words.next().context("--draw needs a folder after it")?;
                    asked.draw = Some(folder.into());
                }
                "--counts" => asked.counts_only = true,
                "--per" => asked.per = number()?,
                "--stills" => asked.videos = false,
                "--video" => asked.stills = false,
                "--budget" => asked.budget = Duration::from_millis(number()?.into()),
                "--frame-budget" => asked.frame_budget = Duration::from_millis(number()?.into()),
                "--alone" => asked.alone = true,
                "--wrong" => asked.wrong = Some(number()?),
                "--write" => asked.write = true,
                option if option.starts_with('-') => {
                    bail!("`{option}` means nothing here.\n{USAGE}")
                }
                folder => asked.folders.push(folder.into()),
            }
        }

        Ok(asked)
    }

    /// The readers, ours with the time for a frame of a video or for a single picture.
    pub(crate) fn eyes(&self, video: bool) -> Vec<Eye> {
        let mut eyes = Eye::all(self.budget(video));
        if self.alone {
            eyes.truncate(1);
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
