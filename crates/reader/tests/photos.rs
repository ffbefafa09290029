//! Real photographs with known text: nothing read wrong, and no fewer read than before.
//!
//! The photographs lie outside the checkout; without them this says so and passes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use reader::{Budget, Luma, Reader};

const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/photos");
/// Of the 137 with a known text.
const READ_BEFORE: usize = 135;

#[test]
fn photographs_are_read_right_or_not_at_all() {
    let photos = photos();
    if photos.is_empty() {
        println!("SKIPPED: the public photographs are not beside this checkout");
        return;
    }

    let mut wrong = Vec::new();
    let mut right = 0;
    for (photo, text) in &photos {
        let texts = texts(photo);
        right += usize::from(texts.contains(text));
        wrong.extend(
            texts
                .into_iter()
                .filter(|read| read != text)
                .map(|read| (photo, read)),
        );
    }

    assert_eq!(wrong, []);
    assert!(
        right >= READ_BEFORE,
        "{right} of {} read, {READ_BEFORE} before",
        photos.len()
    );
    println!("{right} of {} photographs read", photos.len());
}

/// The photographs that have a text beside them, and the text.
fn photos() -> Vec<(PathBuf, String)> {
    let folders = fs::read_dir(PHOTOS).into_iter().flatten().flatten();
    let files = folders
        .filter_map(|folder| fs::read_dir(folder.path()).ok())
        .flatten()
        .flatten();
    let photos = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "png"));
    let with_text = photos.filter_map(|photo| {
        let text = fs::read(format!("{}.txt", photo.display())).ok()?;
        Some((photo, printed(&text)))
    });

    with_text.collect()
}

fn texts(photo: &Path) -> Vec<String> {
    let grey = image::open(photo).unwrap().to_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let luma = Luma::new(width, height, grey.into_raw()).unwrap();
    let reading = Reader::new().read(&luma, Budget::unlimited());

    reading
        .codes
        .iter()
        .map(|code| printed(&code.content))
        .collect()
}

/// Text as it is kept in the files: without a last line break.
fn printed(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim_end().to_owned()
}
