//! The demo's sheets: what each should give, and photographs of it held before a webcam.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use anyhow::Context;
use reader::Luma;
use serde_json::Value;
use station::camera::{Demo, Pace};
use station::picture::read_picture;

/// Photographs of a sheet that are played round and round.
const HELD: usize = 8;

/// A sheet of a demo resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    page: PathBuf,
    /// The file's name.
    pub file: String,
    /// The word of the verdict at a public place.
    pub verdict: String,
    /// Its reason.
    pub reason: String,
}

/// The sheets in a city's folder, in order.
///
/// # Errors
/// The list of them cannot be read.
pub fn of(data: &Path) -> anyhow::Result<Vec<Sheet>> {
    let folder = data.join("sheets");
    let list: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("demo.json"))?)?;
    let word = |value: &Value| value.as_str().map(str::to_owned).context("demo.json");

    list.iter()
        .map(|sheet| {
            let file = word(&sheet["file"])?;
            Ok(Sheet {
                page: folder.join(&file),
                file,
                verdict: word(&sheet["expected"]["verdict"])?,
                reason: word(&sheet["expected"]["reason"])?,
            })
        })
        .collect()
}

impl Sheet {
    /// The demo camera's photographs of the sheet while it is held up.
    ///
    /// # Errors
    /// The sheet cannot be read.
    pub fn held(&self) -> anyhow::Result<Vec<Luma>> {
        let demo = Demo {
            sheets: vec![read_picture(&self.page)?],
            held: 30,
            away: 0,
            rounds: Some(1),
            pace: Pace::AsTaken,
            seed: 7,
        };
        let mut shown = demo.frames();
        let frames = iter::from_fn(|| {
            let frame = shown.next()?;
            Some((shown.showing().is_some(), frame))
        });

        Ok(frames
            .filter_map(|(held, frame)| held.then_some(frame))
            .take(HELD)
            .collect())
    }
}
