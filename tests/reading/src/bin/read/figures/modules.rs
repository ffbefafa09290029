//! What becomes of the modules: tone and doubt, the equaliser, codewords.

use anyhow::Context;
use reader::inside::{Block, Picture, Sampled};
use reading::damage::{Kind, Scene};

use super::{
    likeliest,
    svg::{At, BLUE, GREEN, INK, ORANGE, RED, SOFT, Svg, both, depth, grey, heat, number, whole},
};

/// A lamp in the plastic sleeve.
const GLARING: Scene = Scene {
    kind: Kind::Glare,
    severity: 3,
    index: 3,
    frame: 0,
};
/// Pressed to a ball.
const CRUMPLED: Scene = Scene {
    kind: Kind::Crumple,
    severity: 3,
    index: 4,
    frame: 0,
};
/// Out of focus: read once the blur is undone, and not before.
const BLURRED: Scene = Scene {
    kind: Kind::Defocus,
    severity: 2,
    index: 3,
    frame: 0,
};

/// Grey values, how black they are, and how much that is doubted.
pub(super) fn tone() -> anyhow::Result<String> {
    let mut svg = Svg::new(900.0, 566.0);
    for (row, scene) in [CRUMPLED, GLARING].into_iter().enumerate() {
        let luma = scene.draw();
        let guess = likeliest(&luma)?;
        let picture = Picture::new(&luma);
        let work = picture.work(&guess).context("there is a raster")?;
        let sampled = work.sampled(&work.anchored().context("there is a spline")?);
        tones(&mut svg, &sampled, 36.0 + 280.0 * number(row));
    }

    Ok(svg.finish())
}

/// A row of maps of one sheet.
fn tones(svg: &mut Svg, sampled: &Sampled, top: f32) {
    let side = sampled.side();
    let wide = 208.0;
    let contrast = |at: usize| 2.0 * sampled.amplitude()[at];
    let most = (0..side * side).map(contrast).fold(1.0, f32::max);
    let panels: [(&str, &dyn Fn(usize) -> String); 4] = [
        ("Grey of the modules", &|at| grey(sampled.cells[at] / 255.0)),
        ("Local contrast", &|at| depth(contrast(at) / most)),
        ("How black", &|at| both(0.5 + 0.35 * sampled.black()[at])),
        ("Doubt", &|at| heat(2.0 * sampled.doubt[at])),
    ];
    for (column, (name, colour)) in panels.into_iter().enumerate() {
        let left = 16.0 + 220.0 * number(column);
        svg.name((left, top - 12.0), name);
        let colours: Vec<String> = (0..side * side).map(colour).collect();
        svg.tiles((left, top), wide / number(side), side, &colours);
        svg.frame((left, top), (wide, wide), SOFT);
        let below = (left, top + wide + 6.0);
        match column {
            0 => svg.legend(below, grey, ["0", "255"]),
            1 => svg.legend(below, depth, ["0", &format!("{most:.0} grey levels")]),
            2 => svg.legend(below, both, ["white", "black"]),
            _ => svg.legend(below, heat, ["0", "1/2"]),
        }
    }
}

/// The weights of the half modules, and how black the modules are before and after.
pub(super) fn equaliser() -> anyhow::Result<String> {
    let luma = BLURRED.draw();
    let guess = likeliest(&luma)?;
    let picture = Picture::new(&luma);
    let work = picture.work(&guess).context("there is a raster")?;
    let before = work.sampled(&work.anchored().context("there is a spline")?);
    let (after, weights) = work.equalised(&before).context("it can be learned")?;
    let truth: Vec<Option<bool>> = work
        .decoded(&after)
        .filter(|decoding| decoding.content.is_some())
        .context("the sheet is read once the blur is undone")?
        .modules;
    let mut svg = Svg::new(900.0, 320.0);
    svg.name((16.0, 24.0), "Weights of the half modules");
    let most = weights[..36]
        .iter()
        .fold(0.0_f32, |most, weight| most.max(weight.abs()));
    let tile = 38.0;
    let colours: Vec<String> = weights[..36]
        .iter()
        .map(|weight| both(0.5 + 0.5 * weight / most))
        .collect();
    svg.tiles((16.0, 40.0), tile, 6, &colours);
    for (at, weight) in weights[..36].iter().enumerate() {
        let place = (
            16.0 + tile * (number(at % 6) + 0.5),
            44.0 + tile * (number(at / 6) + 0.5),
        );
        svg.tick(place, &format!("{weight:+.2}"));
    }
    svg.frame(
        (16.0 + 2.0 * tile, 40.0 + 2.0 * tile),
        (2.0 * tile, 2.0 * tile),
        INK,
    );
    svg.text((16.0, 292.0), "the frame is the module itself");
    for (left, name, sampled) in [(290.0, "Before", &before), (602.0, "After", &after)] {
        histogram(&mut svg, sampled, &truth, (left, 40.0), name);
    }

    Ok(svg.finish())
}

/// How many modules are how black, by the colour that was printed.
fn histogram(svg: &mut Svg, sampled: &Sampled, truth: &[Option<bool>], at: At, name: &str) {
    const BINS: u16 = 60;
    let (wide, high) = (282.0, 200.0);
    let mut counts = [[0_usize; BINS as usize]; 2];
    let mut wrong = 0;
    for (black, printed) in sampled.black().iter().zip(truth) {
        let Some(printed) = printed else { continue };
        let bin = whole((black + 3.0) * 10.0, BINS - 1);
        counts[usize::from(*printed)][bin] += 1;
        wrong += usize::from((*black > 0.0) != *printed);
    }
    let most = counts.iter().flatten().copied().max().unwrap_or(1);
    svg.name((at.0, 24.0), &format!("{name}: {wrong} modules wrong"));
    let width = wide / f32::from(BINS);
    for (counts, colour) in counts.iter().zip([ORANGE, BLUE]) {
        let mut points = vec![(at.0, at.1 + high)];
        for (bin, count) in counts.iter().enumerate() {
            let top = at.1 + high - high * number(*count) / number(most);
            points.push((at.0 + width * number(bin), top));
            points.push((at.0 + width * number(bin + 1), top));
        }
        points.push((at.0 + wide, at.1 + high));
        svg.path(&points, colour, 2.0);
    }
    let zero = at.0 + wide / 2.0;
    svg.path(&[(zero, at.1), (zero, at.1 + high)], SOFT, 1.0);
    for value in [-3.0_f32, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
        svg.tick(
            (zero + wide * value / 6.0, at.1 + high + 16.0),
            &format!("{value}"),
        );
    }
    svg.rect((at.0, at.1 + high + 32.0), (14.0, 4.0), ORANGE);
    svg.text((at.0 + 20.0, at.1 + high + 39.0), "printed white");
    svg.rect((at.0 + 130.0, at.1 + high + 32.0), (14.0, 4.0), BLUE);
    svg.text((at.0 + 150.0, at.1 + high + 39.0), "printed black");
}

/// What became of each codeword of each block.
pub(super) fn codewords() -> anyhow::Result<String> {
    let luma = GLARING.draw();
    let guess = likeliest(&luma)?;
    let picture = Picture::new(&luma);
    let work = picture.work(&guess).context("there is a raster")?;
    let sampled = work.sampled(&work.anchored().context("there is a spline")?);
    let blocks = work.blocks(&sampled);
    let longest = blocks
        .iter()
        .map(|block| block.seen.len())
        .max()
        .unwrap_or(1);
    let tile = 760.0 / number(longest);
    let row = tile + 38.0;
    let mut svg = Svg::new(900.0, 96.0 + row * number(blocks.len()));
    svg.name(
        (16.0, 24.0),
        &format!(
            "Version {}: {} blocks, each codeword a square, its doubt above",
            guess.version(),
            blocks.len()
        ),
    );
    for (number_of, block) in blocks.iter().enumerate() {
        let top = 62.0 + row * number(number_of);
        block_row(&mut svg, block, number_of, (96.0, top), tile);
    }
    let below = 74.0 + row * number(blocks.len());
    let words = [
        (Fate::Right, "as printed"),
        (Fate::Erased, "erased, as printed"),
        (Fate::ErasedWrong, "erased, was wrong"),
        (Fate::Corrected, "corrected"),
    ];
    for (column, (fate, word)) in words.into_iter().enumerate() {
        let left = 96.0 + 170.0 * number(column);
        svg.rect((left, below), (14.0, 14.0), fate.colour());
        svg.text((left + 20.0, below + 12.0), word);
    }

    Ok(svg.finish())
}

/// What became of a codeword.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Corrected,
    Erased,
    ErasedWrong,
    Right,
}

impl Fate {
    fn colour(self) -> &'static str {
        match self {
            Self::Corrected => RED,
            Self::Erased => "#f6c26b",
            Self::ErasedWrong => ORANGE,
            Self::Right => "#9fd0b4",
        }
    }
}

fn block_row(svg: &mut Svg, block: &Block, index: usize, at: At, tile: f32) {
    svg.beside(
        (at.0 - 8.0, at.1 + 0.7 * tile),
        &format!("block {}", index + 1),
    );
    let Some(corrected) = &block.corrected else {
        svg.text(at, "not corrected");
        return;
    };
    for (place, (seen, printed)) in block.seen.iter().zip(corrected).enumerate() {
        let fate = match (block.erased.contains(&place), seen == printed) {
            (true, true) => Fate::Erased,
            (true, false) => Fate::ErasedWrong,
            (false, true) => Fate::Right,
            (false, false) => Fate::Corrected,
        };
        let left = at.0 + tile * number(place);
        svg.rect((left, at.1), (tile - 1.5, tile - 1.5), fate.colour());
        let tall = 18.0 * block.risk[place].min(1.0);
        svg.rect((left, at.1 - 2.0 - tall), (tile - 1.5, tall), "#9aa0a6");
    }
    let border = at.0 + tile * number(block.data) - 0.75;
    svg.path(&[(border, at.1 - 20.0), (border, at.1 + tile)], GREEN, 1.5);
}
