use std::fs;
use std::io::{self, BufReader, Cursor, Read, Write};
use std::sync::mpsc::Sender;

use station::{Headless, Pictures, Script, Summary, run_headless};

use super::*;

fn write_picture(path: &Path, frame: &reader::Luma) {
    let (width, height) = (
        u32::try_from(frame.width).unwrap(),
        u32::try_from(frame.height).unwrap(),
    );
    image::GrayImage::from_raw(width, height, frame.pixels().to_vec())
        .unwrap()
        .save(path)
        .unwrap();
}

fn headless(house: &House, pictures: Pictures, script: Script) -> Headless {
    Headless {
        data: house.data.path().to_owned(),
        unlock: Unlock::default(),
        pictures,
        script,
    }
}

#[test]
fn a_folder_of_pictures_gives_one_line_a_verdict_and_ends_with_a_summary() {
    let house = House::new();
    let pictures = house.data.path().join("frames");
    fs::create_dir(&pictures).unwrap();
    for (n, code) in house.codes.iter().enumerate() {
        write_picture(&pictures.join(format!("{n}.png")), &draw::sheet(code));
    }
    write_picture(&pictures.join("9.png"), &draw::desk());
    fs::write(pictures.join("8.png"), b"no picture").unwrap();
    let mut out = Vec::new();
    let wanted = headless(&house, Pictures::Folder(pictures), Script::Operator);
    let summary = run_headless(wanted, Cursor::new(Vec::new()), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let expected = Summary {
        admit: 1,
        attention: 1,
        refuse: 1,
        ..Summary::default()
    };
    assert_eq!(summary, expected, "{out}");
    for line in [
        "admit id_matches 王* 1941 senior #1",
        "attention yellow 王* 1941 senior #2",
        "refuse red 王* 1941 senior #3",
        "skipped",
        "summary: 1 admit, 1 attention, 1 refuse, 0 undecided",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
}

#[test]
fn the_scripted_demonstration_shows_every_answer_and_every_moved_clock() {
    let house = House::new();
    let sheets = house.data.path().join("sheets");
    fs::create_dir(&sheets).unwrap();
    for (n, code) in house.codes.iter().enumerate() {
        write_picture(&sheets.join(format!("{n}.png")), &page(code));
    }
    let mut out = Vec::new();
    let camera = Pictures::Camera(CameraChoice::Demo);
    let wanted = headless(&house, camera, Script::Demo);
    let summary = run_headless(wanted, Cursor::new(Vec::new()), &mut out);
    let out = String::from_utf8(out).unwrap();
    let summary = summary.unwrap_or_else(|error| panic!("{error}\n{out}"));
    for word in [
        "admit id_matches",
        "attention yellow",
        "refuse red",
        "attention seen_recently",
        "let_in",
        "undone",
        "emergency medical_help",
        "attention by_hand",
        "undecided status_too_old",
        "undecided clock_doubt",
        "the centre's answer clears the doubt",
        "summary: ",
    ] {
        assert!(out.contains(word), "{word}\n{out}");
    }
    assert_eq!(summary.waiting, 0, "{out}");
}

/// What staff type, as it comes.
struct Typing {
    keys: Receiver<&'static str>,
    rest: &'static [u8],
}

impl Read for Typing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            // Nobody types any more: the end of the input.
            self.rest = self.keys.recv().unwrap_or_default().as_bytes();
        }
        self.rest.read(into)
    }
}

/// A terminal whose reader types once it sees a word.
struct Terminal {
    shown: Vec<u8>,
    sees: &'static str,
    then_types: Option<(Sender<&'static str>, &'static str)>,
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.shown.extend_from_slice(bytes);
        if String::from_utf8_lossy(&self.shown).contains(self.sees)
            && let Some((keyboard, lines)) = self.then_types.take()
        {
            keyboard.send(lines).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A station without a camera at which `first` is typed, and `then` once the terminal shows a word.
fn typed_at(house: &House, first: &'static str, sees: &'static str, then: &'static str) -> String {
    let (keyboard, keys) = channel();
    keyboard.send(first).unwrap();
    let mut terminal = Terminal {
        shown: Vec::new(),
        sees,
        then_types: Some((keyboard, then)),
    };
    let lines = BufReader::new(Typing { keys, rest: b"" });
    let camera = Pictures::Camera(CameraChoice::Named("no such camera".to_owned()));
    run_headless(
        headless(house, camera, Script::Operator),
        lines,
        &mut terminal,
    )
    .unwrap();
    String::from_utf8(terminal.shown).unwrap()
}

#[test]
fn a_key_that_was_typed_for_one_person_never_lets_another_in() {
    let house = House::new();
    let shown = typed_at(
        &house,
        "r 1941 123X Ada\n",
        "by_hand Ada",
        "r 1942 123X Ben\nl\n",
    );
    assert!(shown.contains("attention by_hand Ben"), "{shown}");
    assert!(
        shown.contains("-  the screen has changed: nothing was done\n"),
        "{shown}"
    );
    assert!(shown.contains(" 0 let in"), "{shown}");
}

#[test]
fn what_is_typed_for_the_person_on_the_screen_is_done() {
    let house = House::new();
    let shown = typed_at(&house, "r 1941 123X Ada\n", "by_hand Ada", "l\n");
    assert!(shown.contains(" let_in #2 resolves #1"), "{shown}");
}

#[test]
fn what_is_incomplete_and_a_camera_that_is_missing_are_said_with_what_to_do() {
    let house = House::new();
    let incomplete = "-  not complete, nothing was done: ";
    let shown = typed_at(&house, "r 1941 12 X\n", incomplete, "e 6 a\n");
    assert_eq!(shown.matches(incomplete).count(), 2, "{shown}");
    assert_eq!(shown.matches("-  no camera").count(), 1, "{shown}");
}

/// An A4 page at 100 dots an inch with the code at 80 mm.
fn page(text: &str) -> reader::Luma {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Quartile).unwrap();
    let modules = usize::try_from(code.size()).unwrap();
    let (width, height, module) = (1654, 2338, 630 / modules);
    let side = modules * module;
    let (left, top) = ((width - side) / 2, 700);
    let mut pixels = vec![255; width * height];
    for y in 0..side {
        for x in 0..side {
            let at = |n: usize| i32::try_from(n / module).unwrap();
            if code.get_module(at(x), at(y)) {
                pixels[(top + y) * width + left + x] = 0;
            }
        }
    }
    reader::Luma::new(width, height, pixels).unwrap()
}
