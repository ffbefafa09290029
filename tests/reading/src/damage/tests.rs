//! Each kind of damage does what its name says: measured on one sheet before and after.

use super::{
    chance::Chance,
    ink, lens, light,
    plane::{Plane, number},
    print::{INK, PAPER, Print},
};

#[test]
fn fading_takes_the_toners_darkness_and_leaves_the_paper() {
    let (before, mut after) = (sheet(), sheet());
    ink::fade(&mut after, 0.3, &mut Chance::of(&[2]));

    assert!(darkest(&after) > darkest(&before) + 0.3);
    assert!((brightest(&after) - brightest(&before)).abs() < 0.02);
}

#[test]
fn a_stain_darkens_and_a_pen_covers() {
    let (before, mut stained, mut scribbled) = (sheet(), sheet(), sheet());
    ink::stain(&mut stained, 2, 0.4, &mut Chance::of(&[2]));
    ink::scribble(&mut scribbled, 3, 0.8, &mut Chance::of(&[2]));

    assert!(mean(&stained.plane) < mean(&before.plane) - 0.003);
    assert!(darker(&before, &stained) && darker(&before, &scribbled));
    assert!(mean(&scribbled.plane) < mean(&before.plane));
}

#[test]
fn motion_smears_along_its_way_and_not_across() {
    let mut across = edge();
    let mut along = edge();
    lens::motion(&mut across, 8.0, 0.0, 0.0);
    lens::motion(&mut along, 8.0, std::f32::consts::FRAC_PI_2, 0.0);

    assert!(ramp(&across) >= 7, "{}", ramp(&across));
    assert!(ramp(&along) <= 1, "{}", ramp(&along));
}

#[test]
fn a_point_out_of_focus_becomes_a_disc_as_bright_in_all() {
    let mut frame = Plane::new(41, 41, 0.0);
    frame.values[20 * 41 + 20] = 1.0;
    lens::defocus(&mut frame, 6.0);

    let sum: f32 = frame.values.iter().sum();
    assert!((sum - 1.0).abs() < 0.01, "{sum}");
    let lit = frame.values.iter().filter(|value| **value > 1e-4).count();
    let disc = std::f32::consts::PI * 36.0;
    assert!((number(lit) - disc).abs() < 0.25 * disc, "{lit}");
}

#[test]
fn a_shadow_takes_light_and_glare_gives_more_than_paper_has() {
    let mut shaded = Plane::new(300, 300, PAPER);
    let mut glaring = shaded.clone();
    light::shadow(
        &mut shaded,
        (150.0, 150.0),
        200.0,
        0.3,
        &mut Chance::of(&[5]),
    );
    light::glare(
        &mut glaring,
        (150.0, 150.0),
        200.0,
        0.2,
        &mut Chance::of(&[5]),
    );

    let least = shaded.values.iter().copied().fold(f32::MAX, f32::min);
    assert!(least > 0.02 && least <= 0.31 * PAPER, "{least}");
    assert!(shaded.values.iter().all(|value| *value <= PAPER + 1e-6));
    assert!(glaring.values.iter().any(|value| *value > 1.3));
}

fn sheet() -> Print {
    Print::new(
        "a sheet",
        qrcodegen::QrCodeEcc::Medium,
        &mut Chance::of(&[1]),
    )
}

fn darkest(print: &Print) -> f32 {
    print.plane.values.iter().copied().fold(PAPER, f32::min)
}

fn brightest(print: &Print) -> f32 {
    print.plane.values.iter().copied().fold(INK, f32::max)
}

fn mean(plane: &Plane) -> f32 {
    plane.values.iter().sum::<f32>() / number(plane.values.len())
}

/// Nothing became brighter.
fn darker(before: &Print, after: &Print) -> bool {
    let pairs = before.plane.values.iter().zip(&after.plane.values);

    pairs
        .into_iter()
        .all(|(before, after)| *after <= before + 1e-6)
}

/// Black on the left, white on the right.
fn edge() -> Plane {
    let mut frame = Plane::new(60, 60, 0.0);
    frame.each(|x, _, _| if x < 30.0 { 0.0 } else { 1.0 });

    frame
}

/// Pixels of the middle row that are neither black nor white.
fn ramp(frame: &Plane) -> usize {
    let row = &frame.values[30 * 60 + 10..30 * 60 + 50];

    row.iter()
        .filter(|value| (0.02..0.98).contains(*value))
        .count()
}
