//! Each kind of damage shows what its name says, and is the same each time.

use reader::{Budget, Luma, Reader};
use reading::damage::{Kind, Scene};

#[test]
fn a_scene_is_the_same_each_time_and_another_sheet_or_frame_another_picture() {
    let scene = Scene::new(Kind::Fold, 2, 4);
    let drawn = scene.draw();

    assert!(scene.draw() == drawn);
    assert!(Scene::new(Kind::Fold, 2, 5).draw() != drawn);
    assert!(Scene { frame: 1, ..scene }.draw() != drawn);
    assert_eq!(scene.text(), Scene { frame: 1, ..scene }.text());
    assert_ne!(scene.text(), Scene::new(Kind::Fold, 2, 5).text());
}

#[test]
fn every_clean_sheet_is_read_and_its_text_is_the_one_that_was_printed() {
    for index in 0..8 {
        let scene = Scene::new(Kind::Clean, 1, index);
        let read = texts(&scene.draw());
        assert_eq!(
            read,
            scene.text().into_iter().collect::<Vec<_>>(),
            "{index}"
        );
    }
}

#[test]
fn an_empty_desk_has_no_code() {
    for severity in 1..=3 {
        let scene = Scene::new(Kind::Empty, severity, 0);
        assert_eq!((scene.text(), texts(&scene.draw())), (None, Vec::new()));
    }
}

#[test]
fn rolled_turned_and_tilted_sheets_keep_their_text() {
    for kind in [Kind::Curl, Kind::Rotation, Kind::Perspective, Kind::Stain] {
        let scene = Scene::new(kind, 1, 0);
        assert_eq!(texts(&scene.draw()), [scene.text().unwrap()], "{kind:?}");
    }
}

fn texts(frame: &Luma) -> Vec<String> {
    let codes = Reader::new().read(frame, Budget::unlimited()).codes;

    codes
        .into_iter()
        .map(|code| String::from_utf8_lossy(&code.content).into_owned())
        .collect()
}
