//! How a hand holds a sheet before the lens, and where each pixel of the picture then lies on the sheet.

use super::chance::Chance;

/// The lens: pixels for a slope of one; 1280 by 720 pixels see 49 by 28 cm at 30 cm.
const FOCUS: f32 = 777.0;
const MIDDLE: (f32, f32) = (640.0, 360.0);
/// Millimetres to the sheet, and how much hands differ.
const AWAY: (f32, f32) = (300.0, 20.0);
/// How far hands tilt a sheet sideways, forwards, and turn it, in radians.
const TILT: [f32; 3] = [0.18, 0.18, 0.12];
/// Hands are never still: how far they drift in millimetres, and how much they sway in radians.
const DRIFT: f32 = 6.0;
const SWAY: f32 = 0.04;

/// One hand holding one sheet.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    away: f32,
    aside: (f32, f32),
    tilt: [f32; 3],
    /// Where each of its movements begins, in radians.
    phase: [f32; 6],
}

/// From a pixel to millimetres on the sheet: a 3 by 3 matrix over (x, y, 1), divided by its third line.
#[derive(Clone, Copy, Debug)]
pub(super) struct View(pub(super) [[f32; 3]; 3]);

impl Hand {
    pub(super) fn new(chance: &mut Chance) -> Self {
        Self {
            away: AWAY.0 + AWAY.1 * chance.swing(),
            aside: (15.0 * chance.swing(), 8.0 * chance.swing()),
            tilt: TILT.map(|most| most * chance.swing()),
            phase: [0; 6].map(|_| std::f32::consts::PI * chance.swing()),
        }
    }

    /// The view in this frame; `brought` is 1 for a held sheet, less while it moves in from below.
    pub(super) fn view(&self, frame: u32, brought: f32, aim: (f32, f32)) -> View {
        let time = f32::from(u16::try_from(frame % 60_000).unwrap_or(0)) / 15.0;
        let wave = |which: usize, speed: f32| (speed * time + self.phase[which]).sin();
        let turn = [
            self.tilt[0] + SWAY * wave(0, 1.3),
            self.tilt[1] + SWAY * wave(1, 1.7),
            self.tilt[2] + SWAY * wave(2, 0.9) + 0.3 * (1.0 - brought),
        ];
        let place = [
            self.aside.0 + DRIFT * wave(3, 1.1) + 0.4 * wave(5, 9.0),
            self.aside.1 + DRIFT * wave(4, 0.8) + 400.0 * (1.0 - brought),
            self.away + DRIFT * wave(5, 0.7),
        ];

        View::onto(turn, place, aim)
    }
}

impl View {
    /// A sheet turned about its aim, which lies at `place` before the lens.
    fn onto([yaw, pitch, roll]: [f32; 3], place: [f32; 3], aim: (f32, f32)) -> Self {
        let (sin_yaw, cos_yaw) = yaw.sin_cos();
        let (sin_pitch, cos_pitch) = pitch.sin_cos();
        let (sin_roll, cos_roll) = roll.sin_cos();
        // The sheet's own two directions, rolled, then pitched, then yawed.
        let turned = |x: f32, y: f32| {
            let (y, z) = (y * cos_pitch, y * sin_pitch);
            [x * cos_yaw + z * sin_yaw, y, z * cos_yaw - x * sin_yaw]
        };
        let right = turned(cos_roll, sin_roll);
        let down = turned(-sin_roll, cos_roll);
        let corner = |axis: usize| place[axis] - right[axis] * aim.0 - down[axis] * aim.1;
        let corner = [corner(0), corner(1), corner(2)];

        let project = |axis: usize, middle: f32| {
            [right, down, corner].map(|v| FOCUS * v[axis] + middle * v[2])
        };
        let depth = [right[2], down[2], corner[2]];

        Self(inverse([project(0, MIDDLE.0), project(1, MIDDLE.1), depth]))
    }
}

/// The inverse of a matrix: the cross products of its lines, over their volume.
fn inverse([first, second, third]: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    let columns = [
        cross(second, third),
        cross(third, first),
        cross(first, second),
    ];
    let volume: f32 = first.iter().zip(columns[0]).map(|(a, b)| a * b).sum();

    [0, 1, 2].map(|row| columns.map(|column| column[row] / volume))
}

fn cross(p: [f32; 3], q: [f32; 3]) -> [f32; 3] {
    [
        p[1] * q[2] - p[2] * q[1],
        p[2] * q[0] - p[0] * q[2],
        p[0] * q[1] - p[1] * q[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_sheet(view: &View, x: f32, y: f32) -> (f32, f32) {
        let [across, down, depth] = view.0.map(|line| line[0] * x + line[1] * y + line[2]);
        (across / depth, down / depth)
    }

    #[test]
    fn a_sheet_held_straight_is_seen_at_its_scale() {
        let view = View::onto([0.0; 3], [0.0, 0.0, 300.0], (105.0, 100.0));

        let (x, y) = on_sheet(&view, 640.0, 360.0);
        assert!(
            (x - 105.0).abs() < 0.1 && (y - 100.0).abs() < 0.1,
            "{x} {y}"
        );
        let (x, y) = on_sheet(&view, 640.0 + 259.0, 360.0 - 259.0);
        assert!((x - 205.0).abs() < 0.1 && (y - 0.0).abs() < 0.1, "{x} {y}");
    }

    #[test]
    fn the_aim_stays_near_the_middle_while_held() {
        let mut chance = Chance::new(5);
        for frame in 0..200 {
            let (x, y) = on_sheet(
                &Hand::new(&mut chance).view(frame, 1.0, (105.0, 100.0)),
                640.0,
                360.0,
            );
            assert!(
                (x - 105.0).abs() < 40.0 && (y - 100.0).abs() < 30.0,
                "{x} {y}"
            );
        }
    }
}
