//! What lies behind the sheet: a desk, and things on it that are no codes.

use super::{
    chance::{Chance, Waves},
    plane::{Plane, number},
    pose::{HEIGHT, WIDTH},
    print::{INK, PAPER, lines_of_text},
};

/// A desk of wood or laminate, lit from one side.
pub(crate) fn desk(chance: &mut Chance) -> Plane {
    let base = chance.within(0.07, 0.3);
    let (clouds, grain) = (Waves::new(chance, 260.0), Waves::new(chance, 9.0));
    let wood = chance.within(0.0, 0.18);
    let (slope_x, slope_y) = (chance.swing(0.25), chance.swing(0.25));
    let mut frame = Plane::new(WIDTH, HEIGHT, 0.0);
    frame.each(|x, y, _| {
        let light =
            1.0 + slope_x * (x / number(WIDTH) - 0.5) + slope_y * (y / number(HEIGHT) - 0.5);
        base * light * (1.0 + 0.3 * clouds.at(x, y) + wood * grain.at(x * 0.06, y))
    });

    frame
}

/// Puts this many things on the desk.
pub(crate) fn clutter(frame: &mut Plane, count: usize, chance: &mut Chance) {
    for _ in 0..count {
        let half = (chance.within(30.0, 170.0), chance.within(20.0, 120.0));
        let spot = Spot::anywhere(half, chance);
        match chance.below(6) {
            0 => page(frame, &spot, chance),
            1 => squares(frame, &spot, chance),
            2 => ring(frame, &spot, chance),
            _ => {
                let grey = chance.within(0.03, 0.8);
                spot.paint(frame, |_, _| Some(grey));
            }
        }
    }
}

/// A rectangle on the desk, turned.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) middle: (f32, f32),
    /// Half of its width and height in pixels.
    pub(crate) half: (f32, f32),
    pub(crate) roll: f32,
}

impl Spot {
    pub(crate) fn anywhere(half: (f32, f32), chance: &mut Chance) -> Self {
        Self {
            middle: (
                chance.within(0.0, number(WIDTH)),
                chance.within(0.0, number(HEIGHT)),
            ),
            half,
            roll: chance.angle(),
        }
    }

    /// Paints what `colour` gives for places counted in pixels from the spot's own top left corner.
    pub(crate) fn paint(&self, frame: &mut Plane, colour: impl Fn(f32, f32) -> Option<f32>) {
        let (sin, cos) = self.roll.sin_cos();
        let reach = (
            (self.half.0 * cos).abs() + (self.half.1 * sin).abs(),
            (self.half.0 * sin).abs() + (self.half.1 * cos).abs(),
        );
        let span = |middle: f32, reach: f32, end: usize| {
            let high = (middle + reach).max(0.0);
            super::plane::whole(middle - reach)..super::plane::whole(high + 1.0).min(end)
        };
        for y in span(self.middle.1, reach.1, frame.height) {
            for x in span(self.middle.0, reach.0, frame.width) {
                let (right, down) = (number(x) - self.middle.0, number(y) - self.middle.1);
                let u = right * cos + down * sin + self.half.0;
                let v = down * cos - right * sin + self.half.1;
                if u < 0.0 || v < 0.0 || u > 2.0 * self.half.0 || v > 2.0 * self.half.1 {
                    continue;
                }
                if let Some(value) = colour(u, v) {
                    frame.values[y * frame.width + x] = value;
                }
            }
        }
    }
}

/// A page of text.
pub(crate) fn page(frame: &mut Plane, spot: &Spot, chance: &mut Chance) {
    let size = |half: f32| super::plane::whole(2.0 * half) + 1;
    let mut text = Plane::new(size(spot.half.0), size(spot.half.1), PAPER);
    lines_of_text(&mut text, chance);
    spot.paint(frame, |u, v| Some(text.at(u, v)));
}

/// Dark squares in rows: keys, tiles, a table's cells.
pub(crate) fn squares(frame: &mut Plane, spot: &Spot, chance: &mut Chance) {
    let pitch = chance.within(6.0, 40.0);
    let gap = chance.within(0.1, 0.5);
    let (back, front) = (chance.within(0.05, PAPER), chance.within(INK, 0.8));
    spot.paint(frame, |u, v| {
        let inside = (u / pitch).fract() > gap && (v / pitch).fract() > gap;
        Some(if inside { front } else { back })
    });
}

/// The ring of a cup or a stamp.
fn ring(frame: &mut Plane, spot: &Spot, chance: &mut Chance) {
    let radius = spot.half.0.min(spot.half.1);
    let (wide, grey) = (chance.within(0.1, 0.6), chance.within(0.03, 0.6));
    spot.paint(frame, |u, v| {
        let away = (u - spot.half.0).hypot(v - spot.half.1) / radius;
        (away < 1.0 && away > 1.0 - wide).then_some(grey)
    });
}
