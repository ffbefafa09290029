//! Sheets that a person could help with, drawn: for each hint frames that call for it, and where the code lies.

use qrcodegen::QrCodeEcc;
use reader::{Hint, Luma, Place};

use crate::damage::{Setup, chance::Chance, ink};

/// All hints.
pub const ALL: [Hint; 7] = [
    Hint::Closer,
    Hint::Flatten,
    Hint::Further,
    Hint::HoldStill,
    Hint::MoreLight,
    Hint::OneSheet,
    Hint::Tilt,
];

/// Frames of a video that call for one hint.
#[derive(Clone, Debug)]
pub struct Plea {
    /// The frames, oldest first.
    pub frames: Vec<Luma>,
    /// Where the codes lie in each.
    pub places: Vec<Vec<Place>>,
}

/// Draws frames that call for a hint; another index, another sheet.
#[must_use]
pub fn plea(hint: Hint, index: u32) -> Plea {
    let mut chance = Chance::of(&[0x4a, hint as u32, index]);
    let mut setup = ordinary(&mut chance);
    let module = setup.pose.module;
    match hint {
        Hint::Closer => setup.pose.module = chance.within(1.2, 1.9),
        Hint::Flatten => flatten(&mut setup, &mut chance),
        Hint::Further => further(&mut setup, &mut chance),
        Hint::HoldStill => return moving(setup, &mut chance),
        Hint::MoreLight => {
            setup.sensor.electrons = chance.within(50.0, 90.0);
            setup.sensor.exposure *= chance.within(0.2, 0.4);
        }
        Hint::OneSheet => return two(&setup, &mut chance),
        Hint::Tilt => setup.glare = Some(chance.within(0.2, 0.4)),
    }
    // A lens is never quite in focus.
    setup.defocus = setup.defocus.max(chance.within(0.0, 0.15) * module);

    Plea {
        frames: vec![setup.draw(0)],
        places: vec![vec![setup.place(0)]],
    }
}

fn ordinary(chance: &mut Chance) -> Setup {
    let length = 40 + chance.below(110);
    let text: String = (0..length)
        .map(|_| char::from(*chance.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789")))
        .collect();

    Setup::ordinary(Some(&text), QrCodeEcc::Medium, chance)
}

/// Crumpled, folded, scribbled over, or with fingers on it.
fn flatten(setup: &mut Setup, chance: &mut Chance) {
    let side = setup.print.side;
    match chance.below(4) {
        0 => setup.paper.crumple(side, chance.within(0.35, 0.5), chance),
        1 => {
            setup.paper.fold(side, 4, chance.within(0.6, 0.8), chance);
            let paper = setup.paper.clone();
            ink::flake(&mut setup.print, &paper, 0.7, chance);
        }
        2 => ink::scribble(&mut setup.print, 7, chance.within(1.0, 1.6), chance),
        _ => setup.fingers = 2 + chance.below(2),
    }
}

/// So near that it is out of focus, or does not fit into the picture.
fn further(setup: &mut Setup, chance: &mut Chance) {
    let height = if chance.once_in(2) {
        setup.defocus = 1.0;
        chance.within(480.0, 660.0)
    } else {
        chance.within(760.0, 1_000.0)
    };
    setup.pose.module = height / setup.print.side;
    setup.pose.middle = (640.0 + chance.swing(60.0), 360.0 + chance.swing(20.0));
    setup.defocus *= setup.pose.module * chance.within(0.9, 1.3);
}

/// Smeared, or elsewhere in each frame.
fn moving(mut setup: Setup, chance: &mut Chance) -> Plea {
    setup.motion = chance.within(1.8, 3.0) * setup.pose.module;
    let mut plea = Plea {
        frames: vec![setup.draw(0)],
        places: vec![vec![setup.place(0)]],
    };
    if chance.once_in(2) {
        setup.motion = chance.within(0.6, 1.4) * setup.pose.module;
        let far = setup.print.side * setup.pose.module * chance.within(0.3, 0.5);
        setup.pose.middle.0 += if setup.pose.middle.0 > 640.0 {
            -far
        } else {
            far
        };
        plea.frames.push(setup.draw(0));
        plea.places.push(vec![setup.place(0)]);
    }

    plea
}

/// Two sheets beside each other, neither of which is whole.
fn two(first: &Setup, chance: &mut Chance) -> Plea {
    let mut sheets = [first.clone(), ordinary(chance)];
    for (sheet, x) in sheets.iter_mut().zip([330.0, 950.0]) {
        sheet.pose.middle = (x + chance.swing(40.0), 360.0 + chance.swing(40.0));
        sheet.pose.module = sheet.pose.module.min(460.0 / sheet.print.side);
        flatten(sheet, chance);
    }

    Plea {
        frames: vec![Setup::draw_all(&sheets)],
        places: vec![sheets.iter().map(|sheet| sheet.place(0)).collect()],
    }
}
