//! Which frame is drawn: a kind of damage, its severity, and which sheet of those.

use qrcodegen::QrCodeEcc;
use reader::Luma;

use super::{chance::Chance, ink, plane::number, setup::Setup};

/// From hardly to severely damaged.
pub const SEVERITIES: [u8; 3] = [1, 2, 3];

/// What is wrong with a sheet, or with the picture of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing: flat, sharp, well lit.
    Clean,
    /// Pressed to a ball and flattened.
    Crumple,
    /// Rolled up, and held so.
    Curl,
    /// Out of focus.
    Defocus,
    /// A desk without a code; more things lie on it the more severe.
    Empty,
    /// Toner that lost its darkness.
    Fading,
    /// Folded and opened, with toner flaked off along the creases.
    Fold,
    /// A lamp in the plastic sleeve.
    Glare,
    /// Compressed too much.
    Jpeg,
    /// Moved while the shutter was open.
    Motion,
    /// Too little light.
    Noise,
    /// Seen from the side through a wide lens.
    Perspective,
    /// Turned.
    Rotation,
    /// A pen went over it.
    Scribble,
    /// A hand's shadow lies on it.
    Shadow,
    /// Few pixels a module.
    Small,
    /// Something was spilt on it.
    Stain,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 17] = [
        Self::Clean,
        Self::Crumple,
        Self::Curl,
        Self::Defocus,
        Self::Empty,
        Self::Fading,
        Self::Fold,
        Self::Glare,
        Self::Jpeg,
        Self::Motion,
        Self::Noise,
        Self::Perspective,
        Self::Rotation,
        Self::Scribble,
        Self::Shadow,
        Self::Small,
        Self::Stain,
    ];

    /// The kinds whose severe sheets are played as videos.
    pub const MOVING: [Self; 8] = [
        Self::Crumple,
        Self::Defocus,
        Self::Fold,
        Self::Glare,
        Self::Motion,
        Self::Noise,
        Self::Scribble,
        Self::Small,
    ];

    /// One word, in small letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Crumple => "crumple",
            Self::Curl => "curl",
            Self::Defocus => "defocus",
            Self::Empty => "empty",
            Self::Fading => "fading",
            Self::Fold => "fold",
            Self::Glare => "glare",
            Self::Jpeg => "jpeg",
            Self::Motion => "motion",
            Self::Noise => "noise",
            Self::Perspective => "perspective",
            Self::Rotation => "rotation",
            Self::Scribble => "scribble",
            Self::Shadow => "shadow",
            Self::Small => "small",
            Self::Stain => "stain",
        }
    }
}

/// A frame of 1280 by 720 pixels that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The damage.
    pub kind: Kind,
    /// 1, 2 or 3; clean sheets know no difference.
    pub severity: u8,
    /// Which sheet: each has its own text, place and chance.
    pub index: u32,
    /// Which frame of a video of that sheet, held in a hand that trembles.
    pub frame: u32,
}

impl Scene {
    /// The first frame of a sheet.
    #[must_use]
    pub fn new(kind: Kind, severity: u8, index: u32) -> Self {
        Self {
            kind,
            severity,
            index,
            frame: 0,
        }
    }

    /// What is printed in the code; `None` where there is none.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        (self.kind != Kind::Empty).then(|| text(&mut self.chance(0)))
    }

    /// Draws the frame.
    #[must_use]
    pub fn draw(&self) -> Luma {
        self.setup().draw(self.frame)
    }

    fn chance(&self, stream: u32) -> Chance {
        let kind = Kind::ALL.iter().position(|kind| *kind == self.kind);
        let kind = kind.and_then(|kind| u32::try_from(kind).ok()).unwrap_or(0);

        Chance::of(&[kind, self.severity.into(), self.index, stream])
    }

    pub(super) fn setup(&self) -> Setup {
        let mut chance = self.chance(1);
        let level = *chance.pick(&[QrCodeEcc::Medium, QrCodeEcc::Medium, QrCodeEcc::Quartile]);
        let mut setup = Setup::ordinary(self.text().as_deref(), level, &mut chance);
        self.damage(&mut setup, &mut chance);

        setup
    }

    /// Of three values that of this severity.
    fn of<T: Copy>(&self, values: [T; 3]) -> T {
        values[usize::from(self.severity.clamp(1, 3)) - 1]
    }

    fn damage(&self, setup: &mut Setup, chance: &mut Chance) {
        let side = setup.print.side;
        match self.kind {
            Kind::Clean => {}
            Kind::Crumple => setup
                .paper
                .crumple(side, self.of([0.12, 0.24, 0.38]), chance),
            Kind::Curl => {
                let radius = side * self.of([1.8, 1.1, 0.75]);
                setup.paper.roll(radius, chance);
            }
            Kind::Defocus => setup.defocus = self.of([0.5, 0.75, 1.0]) * setup.pose.module,
            Kind::Empty => setup.things = self.of([2, 7, 16]),
            Kind::Fading => ink::fade(&mut setup.print, self.of([0.5, 0.28, 0.13]), chance),
            Kind::Fold => self.fold(setup, chance),
            Kind::Glare => setup.glare = Some(self.of([0.06, 0.14, 0.24])),
            Kind::Jpeg => setup.sensor.quality = Some(self.of([25, 10, 4])),
            Kind::Motion => setup.motion = self.of([0.8, 1.4, 2.1]) * setup.pose.module,
            Kind::Noise => {
                setup.sensor.electrons = self.of([500.0, 160.0, 60.0]);
                setup.sensor.exposure *= self.of([0.7, 0.45, 0.3]);
            }
            Kind::Perspective => {
                setup.pose.focal = 560.0;
                setup.pose.tilt = self.of([0.4, 0.65, 0.85]);
            }
            Kind::Rotation => setup.pose.roll = self.turn(chance),
            Kind::Scribble => {
                let (lines, width) = self.of([(2, 0.5), (4, 0.8), (6, 1.2)]);
                ink::scribble(&mut setup.print, lines, width, chance);
            }
            Kind::Shadow => setup.shadow = Some(self.of([0.5, 0.28, 0.15])),
            Kind::Small => setup.pose.module = self.of([2.6, 2.1, 1.7]),
            Kind::Stain => {
                let (drops, through) = self.of([(2, 0.6), (3, 0.4), (4, 0.22)]);
                ink::stain(&mut setup.print, drops, through, chance);
            }
        }
    }

    fn fold(&self, setup: &mut Setup, chance: &mut Chance) {
        let (creases, angle, bare) = self.of([(1, 0.25, 0.3), (2, 0.45, 0.5), (4, 0.7, 0.7)]);
        let side = setup.print.side;
        setup.paper.fold(side, creases, angle, chance);
        let paper = setup.paper.clone();
        ink::flake(&mut setup.print, &paper, bare, chance);
    }

    /// Any quarter of a turn, and off it the more severe.
    fn turn(&self, chance: &mut Chance) -> f32 {
        let quarter = number(chance.below(4)) * std::f32::consts::FRAC_PI_2;

        quarter + self.of([0.3, 0.55, 0.785]) + chance.swing(0.08)
    }
}

/// A made-up line such as codes carry.
fn text(chance: &mut Chance) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:/.";
    let length = 40 + chance.below(110);

    (0..length)
        .map(|_| char::from(*chance.pick(LETTERS)))
        .collect()
}
