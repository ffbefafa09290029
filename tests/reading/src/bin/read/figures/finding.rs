//! How a code is noticed: black and white, finder patterns, hypotheses.

use anyhow::Context;
use reader::{
    Corner, Place,
    inside::{self, Peak, Picture},
};
use reading::damage::{Kind, Scene};

use super::{
    crop::Crop,
    likeliest,
    svg::{BLUE, GREEN, INK, ORANGE, RED, SOFT, Svg, heat, number},
};

/// A sheet that the first passes do not read.
const SCRIBBLED: Scene = Scene {
    kind: Kind::Scribble,
    severity: 2,
    index: 5,
    frame: 0,
};
const SHADED: Scene = Scene {
    kind: Kind::Shadow,
    severity: 2,
    index: 3,
    frame: 0,
};

/// A shaded sheet, and what one threshold and the reader's many make of it.
pub(super) fn black() -> anyhow::Result<String> {
    let luma = SHADED.draw();
    let place = likeliest(&luma)?.place();
    let mut svg = Svg::new(900.0, 340.0);
    let crop = Crop::around(&luma, &place, 5.0, (16.0, 40.0), 280.0);
    svg.name((16.0, 24.0), "The picture");
    crop.grey(&mut svg, 1, 9, 0.0);
    for (left, name, local) in [
        (310.0, "One threshold for the whole picture", false),
        (604.0, "A threshold for each 8 by 8 block", true),
    ] {
        let black = inside::black(&luma, local).context("the picture has pixels")?;
        svg.name((left, 24.0), name);
        crop.moved((left, 40.0)).tiles(&mut svg, 1, |x, y| {
            let black = black[y * luma.width + x];
            if black { "#111" } else { "#f4f4f4" }.to_owned()
        });
    }

    Ok(svg.finish())
}

/// The template, and its response on a sheet.
pub(super) fn seek() -> anyhow::Result<String> {
    let luma = SCRIBBLED.draw();
    let picture = Picture::new(&luma);
    let peaks = picture.peaks();
    let guess = likeliest(&luma)?;
    let place = guess.place();
    let mut svg = Svg::new(900.0, 384.0);
    template(&mut svg);

    let crop = Crop::around(&luma, &place, 34.0, (300.0, 40.0), 280.0);
    svg.name((300.0, 24.0), "The sheet, and the peaks by rank");
    crop.grey(&mut svg, 2, 14, 0.25);
    svg.name((604.0, 24.0), "Correlation for one size of module");
    let response = crop.moved((604.0, 40.0));
    let module = peaks.first().context("there is a peak")?.module;
    let map = picture
        .response(module / 2.0)
        .context("the picture can be halved")?;
    response.tiles(&mut svg, 2, |x, y| {
        heat(map.values[y / 2 * map.width + x / 2].max(0.0))
    });
    response.frame(&mut svg);
    for (rank, peak) in peaks.iter().enumerate() {
        if !crop.holds(peak.at) {
            continue;
        }
        let (x, y) = crop.point(peak.at);
        let radius = crop.length(4.3 * peak.module);
        let colour = if rank < 3 { GREEN } else { ORANGE };
        svg.ring((x, y), radius, colour, 2.0);
        let corner = (x + 0.7 * radius + 5.0, y - 0.7 * radius - 5.0);
        svg.dot(corner, 9.0, colour);
        svg.label((corner.0, corner.1 + 4.0), &(rank + 1).to_string());
    }
    let below = 40.0 + crop.tall();
    svg.legend((604.0, below + 12.0), heat, ["0", "1"]);
    svg.text(
        (300.0, below + 22.0),
        &format!(
            "{:.1} pixels a module",
            place.side() / number(17 + 4 * usize::from(guess.version()))
        ),
    );
    svg.text(
        (604.0, below + 48.0),
        &format!("template for {module:.1} pixels a module"),
    );

    Ok(svg.finish())
}

/// A finder pattern with the points of the rings.
fn template(svg: &mut Svg) {
    const SCALE: f32 = 24.0;
    let middle = (144.0, 40.0 + 124.0);
    svg.name((16.0, 24.0), "The template");
    let square = |svg: &mut Svg, half: f32, fill: &str| {
        let side = 2.0 * half * SCALE;
        let corner = (middle.0 - half * SCALE, middle.1 - half * SCALE);
        svg.rect(corner, (side, side), fill);
    };
    for (half, fill) in [
        (5.1, "#eceff1"),
        (3.5, "#b9bec2"),
        (2.5, "#eceff1"),
        (1.5, "#b9bec2"),
    ] {
        square(svg, half, fill);
    }
    for (rings, colour) in inside::rings().into_iter().zip([INK, ORANGE]) {
        for (radius, count) in rings {
            svg.ring(middle, radius * SCALE, colour, 0.6);
            for index in 0..count {
                let turn =
                    std::f32::consts::TAU * (number(index) + 0.5 * radius.fract()) / number(count);
                let (sine, cosine) = turn.sin_cos();
                let at = (
                    middle.0 + radius * SCALE * cosine,
                    middle.1 + radius * SCALE * sine,
                );
                svg.dot(at, 3.5, colour);
            }
        }
    }
    svg.dot((24.0, 310.0), 4.0, INK);
    svg.text((34.0, 314.0), "24 points that should be ink");
    svg.dot((24.0, 332.0), 4.0, ORANGE);
    svg.text((34.0, 336.0), "24 points that should be paper");
}

/// Peaks, and the symbols that may lie between them, by rank.
pub(super) fn hypotheses() -> String {
    let luma = SCRIBBLED.draw();
    let picture = Picture::new(&luma);
    let peaks: Vec<Peak> = picture.peaks();
    let guesses = picture.guesses(&peaks, false);
    let mut svg = Svg::new(900.0, 360.0);
    let crop = Crop::whole(&luma, (16.0, 40.0), 530.0);
    svg.name((16.0, 24.0), "Peaks, and the three likeliest symbols");
    crop.grey(&mut svg, 4, 8, 0.35);
    for peak in &peaks {
        svg.ring(crop.point(peak.at), 5.0, SOFT, 1.5);
    }
    let colours = [GREEN, BLUE, RED];
    for (guess, colour) in guesses.iter().zip(colours).rev() {
        outline(&mut svg, &crop, &guess.place(), colour);
    }

    svg.name((570.0, 24.0), "Rank");
    for (row, guess) in guesses.iter().enumerate() {
        let top = 40.0 + 34.0 * number(row);
        let colour = colours.get(row).copied().unwrap_or(SOFT);
        svg.text((570.0, top + 15.0), &format!("version {}", guess.version()));
        svg.rect((648.0, top), (200.0, 22.0), "#eceff1");
        svg.rect((648.0, top), (200.0 * guess.rank().max(0.0), 22.0), colour);
        svg.text((854.0, top + 15.0), &format!("{:.2}", guess.rank()));
    }

    svg.finish()
}

fn outline(svg: &mut Svg, crop: &Crop<'_>, place: &Place, colour: &str) {
    let mut corners: Vec<Corner> = place.corners.to_vec();
    corners.push(place.corners[0]);
    let points: Vec<_> = corners
        .into_iter()
        .map(|corner| crop.point(corner))
        .collect();
    svg.path(&points, colour, 2.5);
    svg.dot(points[0], 4.5, colour);
}
