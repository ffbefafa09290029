//! The figures of docs/reader.md, drawn from what the reader's stages make of drawn sheets; and what each stage costs.

mod crop;
mod finding;
mod modules;
mod paper;
mod svg;
mod times;

use std::{fs, path::Path};

use anyhow::Context;
use reader::{
    Luma,
    inside::{Guess, Picture},
};

use crate::say;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reader");

/// Draws every figure into docs/reader and tells what the stages cost.
pub(crate) fn perform() -> anyhow::Result<()> {
    let figures = [
        ("black", finding::black()),
        ("seek", finding::seek()),
        ("hypotheses", Ok(finding::hypotheses())),
        ("anchors", paper::anchors()),
        ("growth", paper::growth()),
        ("field", paper::field()),
        ("belief", paper::belief()),
        ("tone", modules::tone()),
        ("equaliser", modules::equaliser()),
        ("codewords", modules::codewords()),
    ];
    let folder = Path::new(FOLDER);
    fs::create_dir_all(folder)?;
    for (name, figure) in figures {
        let figure = figure.with_context(|| format!("{name} cannot be drawn"))?;
        let path = folder.join(name).with_extension("svg");
        fs::write(&path, &figure).with_context(|| format!("cannot write {}", path.display()))?;
        say::aside(&format!("{name}: {} kB", figure.len().div_ceil(1_000)));
    }
    say::result(&times::table());

    Ok(())
}

/// The guess that the reader would work on first.
fn likeliest(luma: &Luma) -> anyhow::Result<Guess> {
    let picture = Picture::new(luma);
    let guesses = picture.guesses(&picture.peaks(), false);

    guesses
        .into_iter()
        .next()
        .context("no three finder patterns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_drawing_of_less_than_150_kilobytes() {
        let figure = modules::codewords().unwrap();

        assert!(figure.starts_with("<svg ") && figure.trim_end().ends_with("</svg>"));
        assert!(figure.len() < 150_000, "{}", figure.len());
    }
}
