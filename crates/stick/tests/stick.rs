//! What a stranger can lay on a stick, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;

use domain::ids::StationId;
use stick::{FOLDER, MAX_FILES, Name, Part, Stick, StickError, Unusable};
use tempfile::TempDir;

struct Place {
    at: TempDir,
    stick: Stick,
}

fn place() -> Place {
    let at = tempfile::tempdir().unwrap();
    let stick = Stick::prepare(at.path()).unwrap();

    Place { at, stick }
}

impl Place {
    fn path(&self, name: impl std::fmt::Display) -> PathBuf {
        self.at.path().join(FOLDER).join(format!("{name}"))
    }

    fn left(&self) -> Vec<(String, Unusable)> {
        self.stick.content().unwrap().left
    }
}

fn export(first: u64) -> Name {
    Name::Export(Part {
        station: StationId([1; 16]),
        epoch: 1,
        first,
    })
}

#[test]
fn files_come_in_the_order_in_which_they_are_to_be_read_and_as_they_were_written() {
    let place = place();
    for name in [export(1_001), export(2), export(501), Name::Trust] {
        place.stick.write(&name, b"old").unwrap();
        place
            .stick
            .write(&name, name.to_string().as_bytes())
            .unwrap();
    }
    let content = place.stick.content().unwrap();
    let names: Vec<Name> = content.files.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [Name::Trust, export(2), export(501), export(1_001)]);
    assert_eq!(content.left, []);
    for name in names {
        let bytes = place.stick.read(&name).unwrap();
        assert_eq!(bytes, name.to_string().as_bytes());
    }
}

#[test]
fn what_is_not_ours_is_named_and_left_alone() {
    let place = place();
    fs::write(place.path("photo.jpg"), b"p").unwrap();
    fs::write(place.path("autorun.inf"), b"a").unwrap();
    fs::create_dir(place.path(Name::Manifest)).unwrap();
    let left = [
        ("autorun.inf".to_owned(), Unusable::Foreign),
        (Name::Manifest.to_string(), Unusable::NotAFile),
        ("photo.jpg".to_owned(), Unusable::Foreign),
    ];
    assert_eq!(place.left(), left);
    assert_eq!(place.stick.read(&Name::Manifest), Err(Unusable::NotAFile));
    let occupied = place.stick.write(&Name::Manifest, b"x");
    assert!(matches!(occupied, Err(StickError::Occupied(_))));
    place.stick.tidy().unwrap();
    assert_eq!(place.left(), left);
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_neither_to_read_nor_to_write() {
    let place = place();
    let secret = place.at.path().join("secret");
    fs::write(&secret, b"secret").unwrap();
    std::os::unix::fs::symlink(&secret, place.path(Name::Trust)).unwrap();
    let part = format!("{}.part", Name::Manifest);
    std::os::unix::fs::symlink(&secret, place.path(part)).unwrap();
    assert_eq!(place.stick.read(&Name::Trust), Err(Unusable::Link));
    assert_eq!(place.left()[1], (Name::Trust.to_string(), Unusable::Link));
    for name in [Name::Trust, Name::Manifest] {
        let written = place.stick.write(&name, b"x");
        assert!(matches!(written, Err(StickError::Occupied(_))), "{name}");
    }
    assert!(place.stick.remove(&Name::Trust).is_err());
    assert_eq!(fs::read(&secret).unwrap(), b"secret");

    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(place.at.path(), elsewhere.path().join(FOLDER)).unwrap();
    for opened in [
        Stick::open(elsewhere.path()),
        Stick::prepare(elsewhere.path()),
    ] {
        assert!(matches!(opened, Err(StickError::NotAFolder(_))));
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let place = place();
    let made = std::process::Command::new("mkfifo")
        .arg(place.path(Name::Trust))
        .status();
    assert!(made.unwrap().success());
    assert_eq!(place.stick.read(&Name::Trust), Err(Unusable::NotAFile));
}

#[test]
fn a_file_a_byte_too_long_is_not_read() {
    let place = place();
    let of = |length: u64| {
        let file = fs::File::create(place.path(Name::Manifest)).unwrap();
        file.set_len(length).unwrap();
        place.stick.read(&Name::Manifest).map(|bytes| bytes.len())
    };
    assert_eq!(of(256 * 1024), Ok(256 * 1024));
    assert_eq!(of(256 * 1024 + 1), Err(Unusable::TooLarge));
    assert_eq!(
        place.left(),
        [(Name::Manifest.to_string(), Unusable::TooLarge)]
    );
}

#[test]
fn a_thousand_files_are_looked_at_and_one_more_is_too_many() {
    let place = place();
    for at in 0..MAX_FILES {
        fs::write(place.path(at), b"").unwrap();
    }
    assert_eq!(place.left().len(), 1_000);
    fs::write(place.path("one more"), b"").unwrap();
    assert!(matches!(place.stick.content(), Err(StickError::TooMany(_))));
}

#[test]
fn files_of_256_mib_together_are_looked_at_and_one_byte_more_is_too_much() {
    let place = place();
    let set = |at: u8, length: u64| {
        let file = fs::File::create(place.path(Name::Status([at; 32]))).unwrap();
        file.set_len(length).unwrap();
    };
    let mib = 1024 * 1024;
    (0..4).for_each(|at| set(at, 64 * mib));
    assert_eq!(place.stick.content().unwrap().files.len(), 4);
    fs::write(place.path(Name::Trust), b"1").unwrap();
    assert!(matches!(place.stick.content(), Err(StickError::TooMuch(_))));
}

#[test]
fn what_was_left_half_written_is_taken_away_and_nothing_else_is() {
    let place = place();
    let half = place.path(format!("{}.part", export(1)));
    fs::write(&half, b"half").unwrap();
    fs::write(place.path("other.part"), b"o").unwrap();
    place.stick.write(&export(1), b"whole").unwrap();
    assert!(!half.exists());
    fs::write(&half, b"half").unwrap();
    assert_eq!(place.left()[0].1, Unusable::HalfWritten);
    place.stick.tidy().unwrap();
    assert!(!half.exists());
    assert_eq!(place.left(), [("other.part".to_owned(), Unusable::Foreign)]);
    assert_eq!(place.stick.read(&export(1)), Ok(b"whole".to_vec()));
}

#[test]
fn where_no_stick_is_nothing_is_made() {
    let at = tempfile::tempdir().unwrap();
    let missing = at.path().join("usb");
    assert!(matches!(
        Stick::prepare(&missing),
        Err(StickError::NoFolder(_))
    ));
    assert!(matches!(
        Stick::open(at.path()),
        Err(StickError::NoFolder(_))
    ));
    assert!(!missing.exists() && !at.path().join(FOLDER).exists());
}
