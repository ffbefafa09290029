//! A hand that holds the sheet where the code is.

use super::{
    chance::{Chance, Waves, smooth},
    plane::Plane,
};

/// Lays a finger over a code of this side (in pixels), from beyond its edge inwards.
pub(crate) fn finger(frame: &mut Plane, middle: (f32, f32), side: f32, chance: &mut Chance) {
    let (out_y, out_x) = chance.angle().sin_cos();
    let (aside, tip) = (chance.swing(0.3 * side), side * chance.within(0.0, 0.25));
    let half = side * chance.within(0.11, 0.17);
    let skin = chance.within(0.2, 0.42);
    let creases = Waves::new(chance, 0.1 * side);
    frame.each(|x, y, value| {
        let (right, down) = (x - middle.0, y - middle.1);
        let along = right * out_x + down * out_y - tip;
        let across = down * out_x - right * out_y - aside;
        // A round tip, and straight from there on.
        let away = if along < 0.0 {
            along.hypot(across)
        } else {
            across.abs()
        };
        if away > half {
            return value;
        }
        let round = (1.0 - (away / half).powi(2)).max(0.0).sqrt();
        let lit = skin * (0.55 + 0.45 * round) * (1.0 + 0.06 * creases.at(x, y));
        let edge = smooth((half - away) / 1.5);
        value + (lit - value) * edge
    });
}
