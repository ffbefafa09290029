use super::*;
use crate::{
    deep::{
        drawn::{DESK, INK, PAPER, Picture, Sheet},
        smaller,
    },
    pyramid::Pyramid,
    reading::Level,
    symbol::{Version, drawn},
};

#[test]
fn finder_patterns_are_found_at_every_size_and_turn() {
    for module in [2.2, 3.0, 4.0, 5.5, 8.0, 12.0, 18.0] {
        for turn in [0.0, 0.3, 0.785] {
            let sheet = sheet(module, turn);
            let peaks = sought(&picture(sheet));

            for corner in corners(sheet) {
                let nearest = nearest(&peaks, corner);
                let off = (nearest.at - corner).length();
                assert!(
                    off < 0.5 * module,
                    "{module} {turn}: {off} off, {nearest:?}"
                );
                let size = nearest.module / module;
                assert!((0.8..1.25).contains(&size), "{module} {turn}: {nearest:?}");
            }
        }
    }
}

#[test]
fn blurred_and_faded_finder_patterns_are_found() {
    let sheet = sheet(4.0, 0.2);
    let peaks = sought(&picture(sheet).blurred(3.0).faded(0.4).grained(4.0, 1));

    for corner in corners(sheet) {
        let nearest = nearest(&peaks, corner);
        let off = (nearest.at - corner).length();
        assert!(off < 2.0, "{off} off, {nearest:?}");
    }
}

#[test]
fn a_plain_desk_and_upright_stripes_have_none() {
    let stripes = |across: f32, down: f32| {
        Picture::of(640, 480, move |at| {
            let along = pixel::whole(at.x * across + at.y * down);
            if along.is_multiple_of(2) { INK } else { PAPER }
        })
    };
    let pictures = [
        Picture::desk(640, 480).grained(4.0, 2),
        Picture::of(640, 480, |at| DESK + 0.1 * at.x),
        stripes(0.2, 0.0),
        stripes(0.0, 0.11),
    ];

    for (number, picture) in pictures.iter().enumerate() {
        assert_eq!(sought(picture), [], "picture {number}");
    }
}

#[test]
fn the_search_ends_when_it_is_stopped() {
    let luma = picture(sheet(4.0, 0.0)).luma();

    assert_eq!(search(&luma, || true), []);
}

#[test]
fn only_the_sizes_that_are_asked_for_are_looked_for() {
    let luma = picture(sheet(4.0, 0.0)).luma();
    let pyramid = Pyramid::new(&luma);
    let levels = smaller(&pyramid).expect("large enough");
    let texture = Texture::of(levels[1]);
    let found = |from: f32, to: f32| {
        seek(
            levels,
            &texture,
            |module| (from..to).contains(&module),
            &|| false,
        )
    };

    assert!(
        found(3.0, 5.0)
            .iter()
            .all(|peak| (3.0..5.0).contains(&peak.module))
    );
    assert!(!found(3.0, 5.0).is_empty());
    assert_eq!(found(5.0, 5.0), []);
}

#[test]
fn of_peaks_on_one_spot_the_best_is_kept() {
    let peak = |x: f32, score: f32| Peak {
        at: point(x, 50.0),
        module: 4.0,
        score,
    };
    let kept = apart(vec![peak(50.0, 0.6), peak(60.0, 0.8), peak(90.0, 0.7)]);

    assert_eq!(kept, [peak(60.0, 0.8), peak(90.0, 0.7)]);
}

fn sheet(module: f32, turn: f32) -> Sheet {
    let middle = point(20.0 * module + 40.3, 20.0 * module + 41.9);

    Sheet::flat(25, middle, module).turned(turn)
}

fn picture(sheet: Sheet) -> Picture {
    let version = Version::new(2).unwrap();
    let drawn = drawn::symbol(version, Level::M, 3, b"MS1:SEEK");
    let size = pixel::whole(40.0 * sheet.module) + 80;

    Picture::desk(size, size).with(&drawn, sheet)
}

fn corners(sheet: Sheet) -> [Point; 3] {
    [(3.5, 3.5), (21.5, 3.5), (3.5, 21.5)].map(|(u, v)| sheet.at(u, v))
}

fn nearest(peaks: &[Peak], to: Point) -> Peak {
    let away = |peak: &&Peak| (peak.at - to).length();

    *peaks
        .iter()
        .min_by(|a, b| away(a).total_cmp(&away(b)))
        .unwrap()
}

fn sought(picture: &Picture) -> Vec<Peak> {
    search(&picture.luma(), || false)
}

fn search(luma: &Luma, stop: impl Fn() -> bool) -> Vec<Peak> {
    let pyramid = Pyramid::new(luma);
    let [half, quarter, eighth] = [1, 2, 3].map(|level| &pyramid.level(level).unwrap().luma);

    seek(
        [half, quarter, eighth],
        &Texture::of(quarter),
        |_| true,
        &stop,
    )
}
