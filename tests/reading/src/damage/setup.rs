//! A sheet in a hand before a webcam: all that decides what the frame shows.

use qrcodegen::QrCodeEcc;
use reader::{Corner, Luma, Place};

use super::{
    chance::Chance,
    desk, hand, lens, light,
    paper::Paper,
    plane::{Plane, number},
    pose::Pose,
    print::Print,
    raster::{self, Lamp},
    sensor::Sensor,
};

/// What a good lens blurs: deviation in pixels.
const OPTICS: f32 = 0.75;

/// Everything about a frame before it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) print: Print,
    pub(crate) paper: Paper,
    pub(crate) pose: Pose,
    pub(crate) lamp: Lamp,
    /// Things that lie on the desk.
    pub(crate) things: usize,
    /// How much light a shadow leaves.
    pub(crate) shadow: Option<f32>,
    /// How wide glare is, as a share of the code.
    pub(crate) glare: Option<f32>,
    /// Radius of a point out of focus, in pixels.
    pub(crate) defocus: f32,
    /// Fingers that hold the sheet where the code is.
    pub(crate) fingers: usize,
    /// How far the sheet moved while the shutter was open, in pixels.
    pub(crate) motion: f32,
    pub(crate) sensor: Sensor,
    /// No sheet is there.
    empty: bool,
    /// Numbers all chance of the frame.
    seed: u32,
}

/// Streams of chance, so that one does not shift when another is used more.
#[derive(Clone, Copy)]
enum Stream {
    Desk,
    Light,
    Hand,
    Sensor,
}

impl Setup {
    /// A flat sheet well held in good light.
    pub(crate) fn ordinary(text: Option<&str>, level: QrCodeEcc, chance: &mut Chance) -> Self {
        let print = Print::new(text.unwrap_or_default(), level, chance);
        let mut paper = Paper::default();
        paper.roll(print.side * chance.within(6.0, 12.0), chance);

        Self {
            pose: Pose::ordinary(print.side, chance),
            print,
            paper,
            lamp: Lamp::ordinary(chance),
            things: 1 + chance.below(4),
            shadow: None,
            glare: None,
            defocus: 0.0,
            fingers: 0,
            motion: 0.0,
            sensor: Sensor::ordinary(chance),
            empty: text.is_none(),
            seed: u32::try_from(chance.below(1 << 30)).unwrap_or(0),
        }
    }

    fn chance(&self, stream: Stream, frame: u32) -> Chance {
        Chance::of(&[self.seed, stream as u32, frame])
    }

    /// How the sheet is held in a frame of a video.
    fn pose(&self, frame: u32) -> Pose {
        self.pose.trembled(frame, &mut self.chance(Stream::Hand, 0))
    }

    /// Where the code lies in a frame, as if the sheet were flat.
    pub(crate) fn place(&self, frame: u32) -> Place {
        let pose = self.pose(frame);
        let half = self.print.side / 2.0;
        let corners = [(-half, -half), (half, -half), (half, half), (-half, half)];

        Place {
            corners: corners.map(|(x, y)| {
                let [x, y, _] = pose.project([x, y, 0.0]);
                Corner { x, y }
            }),
        }
    }

    /// Takes the picture.
    pub(crate) fn draw(&self, frame: u32) -> Luma {
        let mut light = self.behind();
        if !self.empty {
            self.put_sheet(&mut light, frame);
        }

        self.take(light, frame)
    }

    /// Takes a picture of several sheets; desk, light and camera are those of the first.
    pub(crate) fn draw_all(sheets: &[Self]) -> Luma {
        let first = sheets.first().expect("a picture of sheets shows some");
        let mut light = first.behind();
        for sheet in sheets {
            sheet.put_sheet(&mut light, 0);
        }

        first.take(light, 0)
    }

    fn take(&self, mut light: Plane, frame: u32) -> Luma {
        self.light_up(&mut light, frame);
        self.blur(&mut light, frame);

        self.sensor
            .expose(light, &mut self.chance(Stream::Sensor, frame))
    }

    fn behind(&self) -> Plane {
        let mut chance = self.chance(Stream::Desk, 0);
        let mut light = desk::desk(&mut chance);
        desk::clutter(&mut light, self.things, &mut chance);

        light
    }

    /// Puts the sheet before what the frame shows already.
    fn put_sheet(&self, light: &mut Plane, frame: u32) {
        let (width, height) = self.print.size();
        let (middle_u, middle_v) = self.print.middle();
        let shape = self.paper.shape(-middle_u, -middle_v, width, height);
        let pose = self.pose(frame);
        raster::place(light, &self.print, &shape, &pose, &self.lamp);
        let side = self.print.side * pose.module;
        let mut chance = self.chance(Stream::Hand, 1);
        for _ in 0..self.fingers {
            hand::finger(light, pose.middle, side, &mut chance);
        }
    }

    fn light_up(&self, light: &mut Plane, frame: u32) {
        let mut chance = self.chance(Stream::Light, 0);
        let pose = self.pose(frame);
        let side = self.print.side * pose.module;
        if let Some(left) = self.shadow {
            light::shadow(light, pose.middle, side, left, &mut chance);
        }
        if let Some(share) = self.glare {
            // The lamp's image wanders over the sleeve as the sheet is turned in the hand.
            let wander = |from: f32| 6.0 * number(frame as usize) * from.sin();
            let middle = (
                pose.middle.0 + wander(number(self.print.plane.width)),
                pose.middle.1 + wander(number(self.print.plane.height)),
            );
            light::glare(light, middle, side, share, &mut chance);
        }
    }

    /// A hand does not move, and a lens does not hunt, alike in each frame.
    fn blur(&self, light: &mut Plane, frame: u32) {
        let mut chance = Chance::of(&[self.seed, Stream::Hand as u32, frame, 1]);
        let (way, bow) = (chance.angle(), chance.swing(0.12));
        let unlike = if frame == 0 {
            1.0
        } else {
            chance.within(0.75, 1.25)
        };
        lens::defocus(light, self.defocus * unlike);
        if self.motion > 0.5 {
            lens::motion(light, self.motion * unlike, way, bow);
        }
        light.blur(OPTICS);
    }
}
