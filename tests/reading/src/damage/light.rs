//! Light that is not even: a hand's shadow, and a lamp that glares in a plastic sleeve.

use super::{
    chance::{Chance, Waves, smooth},
    plane::Plane,
};

/// Shadows over part of a code of this side (in pixels), which leave `left` of the light, with soft edges.
pub(crate) fn shadow(
    frame: &mut Plane,
    middle: (f32, f32),
    side: f32,
    left: f32,
    chance: &mut Chance,
) {
    let fingers = 1 + chance.below(3);
    for _ in 0..fingers {
        let (across_x, across_y) = turned(chance.angle());
        let at = chance.swing(0.4 * side);
        let half = side * chance.within(0.12, 0.3);
        let soft = chance.within(4.0, 22.0);
        let edge = Waves::new(chance, 0.4 * side);
        frame.each(|x, y, value| {
            let (right, down) = (x - middle.0, y - middle.1);
            let away =
                (right * across_x + down * across_y - at).abs() - half + 0.1 * side * edge.at(x, y);
            value * (left + (1.0 - left) * smooth(away / soft + 0.5))
        });
    }
}

/// The lamp in wrinkled plastic: streaks over a code of this side, `share` of it wide, far brighter than paper.
pub(crate) fn glare(
    frame: &mut Plane,
    middle: (f32, f32),
    side: f32,
    share: f32,
    chance: &mut Chance,
) {
    let veil = chance.within(0.0, 0.05);
    let streaks = 1 + chance.below(2);
    let share = share / super::plane::number(streaks);
    for _ in 0..streaks {
        let (across_x, across_y) = turned(chance.angle());
        let (off, along_off) = (chance.swing(0.3 * side), chance.swing(0.2 * side));
        let (half, long) = (0.5 * share * side, side * chance.within(0.35, 0.8));
        let wrinkle = Waves::new(chance, 0.22 * side);
        let bright = chance.within(1.5, 4.0);
        frame.each(|x, y, value| {
            let (right, down) = (x - middle.0, y - middle.1);
            let across = right * across_x + down * across_y - off + 0.8 * half * wrinkle.at(x, y);
            let along = (down * across_x - right * across_y - along_off).abs() / long;
            if across.abs() > 3.0 * half || along > 1.0 {
                return value + veil;
            }
            let lobe = (-(across / half).powi(2)).exp() * smooth(1.6 * (1.0 - along));
            value + veil + bright * lobe
        });
    }
}

fn turned(angle: f32) -> (f32, f32) {
    (angle.cos(), angle.sin())
}
