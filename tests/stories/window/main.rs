//! The window itself, on a display of its own: what it draws, what it records, and how it ends.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]
#![cfg(target_os = "linux")]

mod attacks;
mod driven;
mod eye;
mod shown;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::Stopwatch;
use acceptance::station::LONGEST;
use acceptance::window::desk;
use acceptance::window::display::{Colour, Display};

/// Between two looks at the screen.
const LOOK: Duration = Duration::from_millis(200);
/// A verdict fills the screen: this share of it at least is nothing but its colour.
const FLOOD: f64 = 0.25;

/// The window's program, in a session of its own. Dropping it ends it.
struct Window {
    program: Child,
    lines: Receiver<String>,
}

impl Window {
    fn open(program: &Path, city: &City, display: &Display) -> Self {
        let in_session = Command::new("dbus-run-session")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        let mut command = if in_session {
            let mut session = Command::new("dbus-run-session");
            session.arg("--").arg(program);
            session
        } else {
            Command::new(program)
        };
        let mut program = command
            .args(["--demo-camera", "--lang", "en", "--data"])
            .arg(city.data())
            .env("DISPLAY", display.name())
            .env("GDK_BACKEND", "x11")
            .env("HOME", city.data())
            .env("MENSHEN_LOG", "info")
            .env("NO_AT_BRIDGE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = program.stderr.take().unwrap();
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // The story may have heard enough; the pipe is emptied all the same.
                let _ = tell.send(line);
            }
        });

        Self { program, lines }
    }

    /// Looks at the screen until a verdict has filled it and the centre has signed for an entry.
    fn watch(&self, display: &Display, colours: &[Colour]) -> Seen {
        let time = Stopwatch::start();
        let mut seen = Seen::default();
        let mut told = Vec::new();
        while seen.flood < FLOOD || !seen.receipt {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => {
                    seen.receipt |= line.contains("receipt upto=");
                    told.push(line);
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("the window ended: {told:#?}"),
            }
            let picture = display.picture().unwrap();
            for colour in colours {
                let share = picture.share(*colour);
                if share > seen.flood {
                    seen.flood = share;
                    seen.shades = picture.shades();
                }
            }
            assert!(time.time() < LONGEST, "{seen:?}, {told:#?}");
        }

        seen
    }

    /// Waits until it has ended.
    fn end(&mut self) -> ExitStatus {
        loop {
            match self.lines.recv_timeout(LONGEST) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return self.program.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("the window does not close"),
            }
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // It has ended by itself unless the story failed.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    /// The largest share of the screen that had exactly a verdict's colour.
    flood: f64,
    /// How many different colours there were on that picture.
    shades: usize,
    /// The centre has signed for an entry.
    receipt: bool,
}

/// The colours of the four verdicts, as the pages have them.
fn verdict_colours() -> Vec<Colour> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/shared/tokens.css");
    let text = fs::read_to_string(file).unwrap();
    ["admit", "attention", "refuse", "undecided"]
        .map(|verdict| Colour::of(&text, verdict).unwrap())
        .to_vec()
}

#[test]
fn the_window_fills_with_a_verdict_and_its_entry_is_signed_for_before_it_closes_well() {
    let Some(program) = desk::program() else {
        println!(
            "SKIPPED: the window's program is built by `cargo xtask test` where the webview is there"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let Some(display) = Display::start(folder.path()).unwrap() else {
        println!("SKIPPED: there is no Xvfb to stand for a display");
        return;
    };
    let mut city = City::with_residents().unwrap();
    city.set_policy(|policy| policy.identity_check = false)
        .unwrap();
    city.start_server().unwrap();
    city.enrol().unwrap();

    // Garbage where the window's last place is kept must not keep it shut.
    let place = city.data().join(".config/org.menshen.station/window.json");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, "\u{0}{").unwrap();

    let mut window = Window::open(&program, &city, &display);
    let seen = window.watch(&display, &verdict_colours());
    // Words and shapes are drawn over the flood, and their edges are smooth.
    assert!(seen.shades > 16, "{seen:?}");

    display.close_windows().unwrap();
    let ended = window.end();
    assert!(ended.success(), "{ended}");
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
    assert!(kept["at"]["width"].is_u64(), "{kept}");
    let (store, _) = city.store().unwrap();
    assert!(store.acked().seq > 0);
}
