//! How the reader follows bent paper: anchors, growth, field, belief.

use anyhow::Context;
use reader::inside::{Net, Picture, Sampled, Work};
use reading::damage::{Kind, Scene};

use super::{
    crop::Crop,
    likeliest,
    svg::{At, BLUE, GREEN, ORANGE, RED, SOFT, Svg, number},
};

/// A sheet that is rolled so tightly that its last corner lies far from where it would be flat.
const ROLLED: Scene = Scene {
    kind: Kind::Curl,
    severity: 3,
    index: 5,
    frame: 0,
};
/// A larger one, on which the spline gives way to the lattice that is grown.
const ROLLED_LARGE: Scene = Scene { index: 3, ..ROLLED };
/// A crumpled sheet on which growing slips by whole modules.
const CRUMPLED: Scene = Scene {
    kind: Kind::Crumple,
    index: 2,
    ..ROLLED
};
/// Modules between the lines of a net that are drawn.
const EVERY: usize = 4;

/// The net of a flat sheet, and the spline through what was found.
pub(super) fn anchors() -> anyhow::Result<String> {
    let luma = ROLLED_LARGE.draw();
    let guess = likeliest(&luma)?;
    let picture = Picture::new(&luma);
    let work = picture.work(&guess).context("there is a raster")?;
    let (flat, anchored) = (guess.flat(), work.anchored().context("there is a spline")?);
    let left = Crop::around(&luma, &guess.place(), 24.0, (16.0, 40.0), 424.0);
    let mut svg = Svg::new(900.0, 64.0 + left.tall());
    svg.name((16.0, 24.0), "As if the sheet were flat");
    left.grey(&mut svg, 2, 12, 0.3);
    svg.again((444.0, 0.0));
    net(&mut svg, &left, &flat, ORANGE);
    let right = left.moved((460.0, 40.0));
    svg.name((460.0, 24.0), "The spline through the anchors");
    net(&mut svg, &right, &anchored, BLUE);
    for anchor in anchored.anchors() {
        svg.dot(right.point(anchored.at(anchor.x, anchor.y)), 5.5, GREEN);
    }

    Ok(svg.finish())
}

/// The phase that the changes have, and the lattice that was grown by it.
pub(super) fn growth() -> anyhow::Result<String> {
    let luma = ROLLED_LARGE.draw();
    let guess = likeliest(&luma)?;
    let picture = Picture::new(&luma);
    let work = picture.work(&guess).context("there is a raster")?;
    let grown = work.grown().context("there are seeds")?;
    let crop = Crop::around(&luma, &guess.place(), 24.0, (16.0, 40.0), 424.0);
    let mut svg = Svg::new(900.0, 64.0 + crop.tall());
    svg.name((16.0, 24.0), "The lattice grown from the finder patterns");
    crop.grey(&mut svg, 2, 12, 0.3);
    net(&mut svg, &crop, &grown, BLUE);
    let far = number(grown.side()) - 3.5;
    for (u, v) in [(3.5, 3.5), (far, 3.5), (3.5, far)] {
        svg.dot(crop.point(grown.at(u, v)), 5.5, GREEN);
    }

    svg.name(
        (470.0, 24.0),
        "Strength of changes by the place within a module",
    );
    for (row, (name, off)) in [
        ("a patch that lies on the lattice", 0.0),
        ("the same, taken 0.3 modules too far left", -0.3),
    ]
    .into_iter()
    .enumerate()
    {
        let top = 50.0 + 196.0 * number(row);
        profile(&mut svg, &work, &grown, off, (490.0, top), name);
    }

    Ok(svg.finish())
}

/// The mean change across in the patch around the middle of the symbol, by the place within a module.
fn profile(svg: &mut Svg, work: &Work<'_>, net: &Net, off: f32, at: At, name: &str) {
    const STEPS: usize = 24;
    let (wide, high) = (380.0, 130.0);
    let middle = number(net.side() / 2);
    let mut sums = [0.0_f32; STEPS];
    for row in 0..16 {
        for column in 0..8 * STEPS {
            let u = middle - 4.0 + (number(column) + 0.5) / number(STEPS);
            let v = middle - 4.0 + 0.5 * number(row) + 0.25;
            let grey = |u: f32| work.grey(net, u + off, v);
            sums[column % STEPS] += (grey(u + 0.17) - grey(u - 0.17)).abs();
        }
    }
    let most = sums.iter().copied().fold(1.0, f32::max);
    // The first harmonic's phase, as the reader takes it.
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (step, sum) in sums.iter().enumerate() {
        let turn = std::f32::consts::TAU * (number(step) + 0.5) / number(STEPS);
        sine += sum * turn.sin();
        cosine += sum * turn.cos();
    }
    let phase = sine.atan2(cosine) / std::f32::consts::TAU;
    let said = (100.0 * phase).round() / 100.0 + 0.0;
    let clear = sine.hypot(cosine) / sums.iter().sum::<f32>().max(1.0);

    svg.text(at, name);
    let top = at.1 + 10.0;
    for (step, sum) in sums.iter().enumerate() {
        let width = wide / number(STEPS);
        let tall = high * sum / most;
        // From half a module before the border to half a module behind it.
        let place = (step + STEPS / 2) % STEPS;
        svg.rect(
            (at.0 + width * number(place), top + high - tall),
            (width - 1.0, tall),
            "#8fb4d9",
        );
    }
    let line = at.0 + wide * (0.5 + phase);
    svg.path(&[(line, top), (line, top + high)], RED, 2.0);
    for (share, word) in [(0.0, "-0.5"), (0.5, "border of a module"), (1.0, "+0.5")] {
        svg.tick((at.0 + wide * share, top + high + 15.0), word);
    }
    svg.text(
        (at.0, top + high + 34.0),
        &format!("phase {said:.2} modules, clearness {clear:.2}"),
    );
}

/// What the field moved, and which modules were wrong before and after.
pub(super) fn field() -> anyhow::Result<String> {
    let luma = ROLLED.draw();
    let guess = likeliest(&luma)?;
    let picture = Picture::new(&luma);
    let work = picture.work(&guess).context("there is a raster")?;
    let before = work.anchored().context("there is a spline")?;
    let after = work.followed(&before);
    let truth = printed(&work, &after).context("the sheet is read after the field")?;
    let mut svg = Svg::new(900.0, 350.0);
    for (left, name, net) in [(16.0, "before", &before), (312.0, "after", &after)] {
        modules(
            &mut svg,
            &work.sampled(net),
            &truth,
            left,
            &format!("Modules {name}"),
        );
    }
    steps(&mut svg, &before, &after, (608.0, 40.0), 276.0);

    Ok(svg.finish())
}

/// What growth and belief make of crumpled paper, and how far belief moved it.
pub(super) fn belief() -> anyhow::Result<String> {
    let luma = CRUMPLED.draw();
    let guess = likeliest(&luma)?;
    let picture = Picture::new(&luma);
    let work = picture.work(&guess).context("there is a raster")?;
    let smooth = work.anchored().context("there is a spline")?;
    let grown = work.grown().context("there are seeds")?;
    let settled = work.believed(&smooth).context("there is time")?;
    let truth = printed(&work, &work.followed(&settled)).context("the sheet is read")?;
    let mut svg = Svg::new(900.0, 350.0);
    for (left, name, net) in [(16.0, "Growth", &grown), (312.0, "Belief", &settled)] {
        modules(&mut svg, &work.sampled(net), &truth, left, name);
    }
    steps(&mut svg, &smooth, &settled, (608.0, 40.0), 276.0);

    Ok(svg.finish())
}

/// The modules as they were seen, wrong ones red.
fn modules(svg: &mut Svg, sampled: &Sampled, truth: &[bool], left: f32, name: &str) {
    let wrong = wrong(sampled, truth);
    let count = wrong.iter().filter(|wrong| **wrong).count();
    svg.name(
        (left, 24.0),
        &format!("{name}: {count} of {} wrong", wrong.len()),
    );
    let colours: Vec<String> = wrong
        .iter()
        .zip(sampled.black())
        .map(|(wrong, black)| {
            let pair = if *wrong {
                [RED, "#f3a59d"]
            } else {
                ["#8a8a8a", "#f1f1f1"]
            };
            pair[usize::from(*black <= 0.0)].to_owned()
        })
        .collect();
    let side = sampled.side();
    svg.tiles((left, 40.0), 280.0 / number(side), side, &colours);
}

/// How far each module was moved, in modules of the net before.
fn steps(svg: &mut Svg, before: &Net, after: &Net, at: At, wide: f32) {
    const LONGER: f32 = 2.5;
    let side = before.side();
    let scale = wide / number(side);
    let mut longest = 0.0_f32;
    svg.frame(at, (wide, wide), SOFT);
    let mut arrows = Vec::new();
    let mut ends = Vec::new();
    for row in (1..side).step_by(3) {
        for column in (1..side).step_by(3) {
            let (u, v) = (number(column) + 0.5, number(row) + 0.5);
            let moved = before.inverse(after.at(u, v), u, v);
            longest = longest.max((moved.x - u).hypot(moved.y - v));
            let place = |u: f32, v: f32| (at.0 + u * scale, at.1 + v * scale);
            let end = place(u + LONGER * (moved.x - u), v + LONGER * (moved.y - v));
            arrows.push((place(u, v), end));
            ends.push(end);
        }
    }
    svg.lines(&arrows, BLUE, 1.4);
    for (x, y) in ends {
        svg.rect((x - 1.3, y - 1.3), (2.6, 2.6), BLUE);
    }
    svg.name(
        (at.0, 24.0),
        &format!("Displacements, at most {longest:.1} modules"),
    );
    svg.text(
        (at.0, at.1 + wide + 20.0),
        &format!("drawn {LONGER} times as long, dots at the ends"),
    );
}

/// The colour of every module as it was printed, if the net is good enough to read the code.
fn printed(work: &Work<'_>, net: &Net) -> Option<Vec<bool>> {
    let sampled = work.sampled(net);
    let decoding = work.decoded(&sampled)?;
    decoding.content.as_ref()?;
    let seen = sampled.black().iter().map(|black| *black > 0.0);

    // What no codeword fills has no colour that is known.
    Some(
        decoding
            .modules
            .iter()
            .zip(seen)
            .map(|(known, seen)| known.unwrap_or(seen))
            .collect(),
    )
}

fn wrong(sampled: &Sampled, truth: &[bool]) -> Vec<bool> {
    let black = sampled.black().iter();

    black
        .zip(truth)
        .map(|(black, truth)| (*black > 0.0) != *truth)
        .collect()
}

/// Every few lines of a net.
fn net(svg: &mut Svg, crop: &Crop<'_>, net: &Net, colour: &str) {
    let side = net.side();
    let mut along: Vec<usize> = (0..side).step_by(EVERY).collect();
    along.push(side);
    for line in along {
        for across in [false, true] {
            let points: Vec<At> = (0..=side)
                .map(|step| {
                    let (u, v) = if across { (step, line) } else { (line, step) };
                    crop.point(net.at(number(u), number(v)))
                })
                .collect();
            svg.path(&points, colour, 1.2);
        }
    }
}
