//! What happens to the print: toner fades and flakes, drops stain, pens scribble.

use super::{
    chance::{Chance, Waves, smooth},
    paper::Paper,
    print::{PAPER, Print},
};

/// Reflectance of a ball pen's line.
const PEN: f32 = 0.09;

/// Toner that keeps only `left` of its darkness, unevenly, and in streaks where the drum was worn.
pub(crate) fn fade(print: &mut Print, left: f32, chance: &mut Chance) {
    let clouds = Waves::new(chance, 14.0);
    let streaks = Waves::new(chance, 2.2);
    let across = chance.once_in(2);
    print.each(|u, v, value| {
        let streak = streaks.at(if across { u } else { v }, 0.0);
        let kept = left * (1.0 + 0.25 * clouds.at(u, v) + 0.2 * streak);
        PAPER - (PAPER - value) * kept.clamp(0.02, 1.0)
    });
}

/// Toner flaked off along creases: paper shows within `reach` modules of them.
pub(crate) fn flake(print: &mut Print, paper: &Paper, reach: f32, chance: &mut Chance) {
    let grain = Waves::new(chance, 0.7);
    let (middle_u, middle_v) = print.middle();
    print.each(|u, v, value| {
        let worn = paper.worn(u - middle_u, v - middle_v, reach);
        let bare = smooth(2.0 * worn + 0.5 * grain.at(u, v) - 0.3);
        value + (PAPER - value) * bare
    });
}

/// Dried drops on the code: each lets through `through` of the light, less at its rim (Deegan 1997).
pub(crate) fn stain(print: &mut Print, count: usize, through: f32, chance: &mut Chance) {
    let side = print.side;
    let (middle_u, middle_v) = print.middle();
    for _ in 0..count {
        let (x, y) = (
            middle_u + chance.swing(0.45 * side),
            middle_v + chance.swing(0.45 * side),
        );
        let radius = side * chance.within(0.12, 0.26);
        let edge = Waves::new(chance, radius * 0.7);
        print.each(|u, v, value| {
            let away = (u - x).hypot(v - y) / radius + 0.18 * edge.at(u, v);
            if away > 1.15 {
                return value;
            }
            let inside = smooth((1.08 - away) * 8.0);
            let rim = smooth(1.0 - (away - 0.97).abs() * 12.0);
            let passes = 1.0 - (1.0 - through) * (0.65 * inside + 0.35 * rim);
            value * passes
        });
    }
}

/// Lines of a pen of this width (in modules) across the code, each a few swings of the hand.
pub(crate) fn scribble(print: &mut Print, count: usize, width: f32, chance: &mut Chance) {
    let side = print.side;
    let (middle_u, middle_v) = print.middle();
    let mut dots = Vec::new();
    for _ in 0..count {
        let mut at = (
            middle_u + chance.swing(0.5 * side),
            middle_v + chance.swing(0.5 * side),
        );
        let mut heading = chance.angle();
        let mut bend = chance.swing(0.09);
        for step in 0..super::plane::whole(side * chance.within(0.8, 1.8)) * 4 {
            if step % 24 == 0 {
                bend = chance.swing(0.09);
            }
            heading += bend;
            at = (at.0 + 0.25 * heading.cos(), at.1 + 0.25 * heading.sin());
            dots.push(at);
        }
    }
    for (x, y) in dots {
        print.touch(x, y, width / 2.0, PEN);
    }
}
