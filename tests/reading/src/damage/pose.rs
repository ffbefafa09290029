//! Where the sheet is held, and where its points come to lie in the picture: a pinhole in front of the sheet.

use super::{chance::Chance, paper::Space};

/// A picture's width and height in pixels.
pub(crate) const WIDTH: usize = 1280;
/// A picture's height in pixels.
pub(crate) const HEIGHT: usize = 720;

/// How a sheet is held before the lens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pose {
    /// Pixels of a module in the middle of the code, seen head-on.
    pub(crate) module: f32,
    /// The middle of the code in the picture.
    pub(crate) middle: (f32, f32),
    /// Turned in the plane of the picture, in radians.
    pub(crate) roll: f32,
    /// Tilted away by this angle in radians.
    pub(crate) tilt: f32,
    /// Which side is tilted away.
    pub(crate) towards: f32,
    /// Focal length in pixels: 1,100 is a webcam, 550 a wide one.
    pub(crate) focal: f32,
}

impl Pose {
    /// Held by a willing hand, a code of this side within the picture.
    pub(crate) fn ordinary(side: f32, chance: &mut Chance) -> Self {
        let module = (chance.within(3.6, 5.6)).min(480.0 / side);
        let room = |picture: usize| {
            let half = super::plane::number(picture) / 2.0;
            (half - 0.62 * side * module).max(0.0).min(0.5 * half)
        };
        let middle = (
            super::plane::number(WIDTH) / 2.0 + chance.swing(room(WIDTH)),
            super::plane::number(HEIGHT) / 2.0 + chance.swing(room(HEIGHT)),
        );

        Self {
            module,
            middle,
            roll: chance.swing(0.14),
            tilt: chance.within(0.0, 0.12),
            towards: chance.angle(),
            focal: 1_100.0,
        }
    }

    /// As the hand holds it some frames later.
    pub(crate) fn trembled(&self, frame: u32, chance: &mut Chance) -> Self {
        let mut pose = self.clone();
        for _ in 0..frame {
            pose.middle.0 += chance.swing(2.5);
            pose.middle.1 += chance.swing(2.5);
            pose.roll += chance.swing(0.006);
            pose.tilt = (pose.tilt + chance.swing(0.012)).abs();
            pose.module *= 1.0 + chance.swing(0.006);
        }

        pose
    }

    /// The place of a point of the sheet in the picture, and its distance.
    pub(crate) fn project(&self, point: Space) -> Space {
        let [x, y, z] = self.turned(point);
        let distance = self.focal / self.module;
        let scale = self.focal / (distance - z).max(0.1 * distance);

        [
            self.middle.0 + x * scale,
            self.middle.1 + y * scale,
            distance - z,
        ]
    }

    /// A direction of the sheet as the lens sees it.
    pub(crate) fn turned(&self, [x, y, z]: Space) -> Space {
        let (sin, cos) = self.roll.sin_cos();
        let (x, y) = (x * cos - y * sin, x * sin + y * cos);
        // Tilted about an axis that lies in the picture, square to `towards`.
        let (away_y, away_x) = self.towards.sin_cos();
        let along = x * away_x + y * away_y;
        let (sin, cos) = self.tilt.sin_cos();
        let (moved, height) = (along * cos + z * sin, z * cos - along * sin);

        [
            x + away_x * (moved - along),
            y + away_y * (moved - along),
            height,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_head_on_is_as_large_as_its_modules_and_smaller_on_the_side_that_is_tilted_away() {
        let mut pose = Pose {
            module: 4.0,
            middle: (640.0, 360.0),
            roll: 0.0,
            tilt: 0.0,
            towards: 0.0,
            focal: 1_100.0,
        };
        let [x, y, _] = pose.project([10.0, -5.0, 0.0]);
        assert!(
            (x - 680.0).abs() < 1e-3 && (y - 340.0).abs() < 1e-3,
            "{x} {y}"
        );

        pose.tilt = 0.7;
        let height = |x: f32| pose.project([x, 10.0, 0.0])[1] - pose.project([x, -10.0, 0.0])[1];
        assert!(height(20.0) < 79.0 && height(-20.0) > 81.0);
    }
}
