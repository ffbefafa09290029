//! The window under a driver, as staff use it: keys in, screens out, in both languages.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::{Stopwatch, Times, ms};
use serde_json::Value;

use crate::desktop;
use crate::display::Display;
use crate::driver::{Bus, Driver, PROGRAM};
use crate::page::Page;

/// The demo's sheets that the story waits for, some nine seconds each: two people whose documents are compared,
/// a yellow code, one that the list does not know, a forgery.
const SHEETS: [&str; 5] = ["01-", "02-", "07-", "12-", "13-"];
/// Two rounds and a half of them.
const ROUNDS: Duration = Duration::from_mins(2);
const VERDICTS: [(&str, &str); 5] = [
    ("admit", "id_matches"),
    ("attention", "yellow"),
    ("refuse", "forged"),
    ("refuse", "id_differs"),
    ("undecided", "not_in_list"),
];
/// Verdicts whose way to the screen is timed.
const TIMED: usize = 100;
/// The keyboard's other keys, as `WebDriver` names them.
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const TAB: &str = "\u{e004}";
const F2: &str = "\u{e032}";
const F8: &str = "\u{e038}";
const F9: &str = "\u{e039}";

/// A window manager. Dropping it ends it.
struct Manager(Child);

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything that the window runs on; the order is that in which it ends.
struct Desk {
    page: Page,
    city: City,
    _manager: Manager,
    bus: Bus,
    display: Display,
}

/// Opens the window; the reason where this machine cannot drive one.
fn open(folder: &Path) -> anyhow::Result<Result<Desk, &'static str>> {
    let Some(program) = desktop() else {
        return Ok(Err(
            "the window's program is built by `cargo xtask test` where the webview is there",
        ));
    };
    if !is_there(PROGRAM) {
        return Ok(Err("there is no WebKitWebDriver to drive the window with"));
    }
    if !is_there("openbox") {
        return Ok(Err("there is no openbox to manage the window"));
    }
    let Some(display) = Display::start(folder)? else {
        return Ok(Err("there is no Xvfb to stand for a display"));
    };
    let Some(bus) = Bus::start(folder)? else {
        return Ok(Err("there is no dbus-daemon for a bus of its own"));
    };
    let manager = Manager(
        Command::new("openbox")
            .env("DISPLAY", display.name())
            .env("HOME", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?,
    );
    let mut city = City::with_residents()?;
    for sheet in fs::read_dir(city.data().join("sheets"))? {
        let path = sheet?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".png") && !SHEETS.iter().any(|wanted| name.starts_with(wanted)) {
            fs::remove_file(&path)?;
        }
    }
    city.start_server()?;
    city.enrol()?;
    let data = city.data().as_os_str();
    let driver = Driver::open(
        &program,
        &["--demo-camera", "--lang", "zh-CN", "--data"]
            .map(OsStr::new)
            .into_iter()
            .chain([data])
            .collect::<Vec<_>>(),
        environment(&display, &bus, city.data()),
    )?;

    Ok(Ok(Desk {
        page: Page::new(driver)?,
        city,
        _manager: manager,
        bus,
        display,
    }))
}

fn environment(display: &Display, bus: &Bus, home: &Path) -> Vec<(&'static str, OsString)> {
    vec![
        ("DISPLAY", display.name().into()),
        ("DBUS_SESSION_BUS_ADDRESS", bus.address().into()),
        ("GDK_BACKEND", "x11".into()),
        ("HOME", home.into()),
        ("MENSHEN_LOG", "info,menshen_desktop=debug".into()),
        ("NO_AT_BRIDGE", "1".into()),
        ("NO_COLOR", "1".into()),
    ]
}

fn is_there(program: &str) -> bool {
    Command::new(program)
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

#[test]
fn a_driven_window_shows_every_verdict_in_both_languages_and_does_what_staff_press() {
    let folder = tempfile::tempdir().unwrap();
    let desk = match open(folder.path()).unwrap() {
        Ok(desk) => desk,
        Err(why) => {
            println!("SKIPPED: {why}");
            return;
        }
    };
    let page = &desk.page;
    page.until("s.watching").unwrap();
    nothing_else_may_be_called(page);
    a_second_start_ends_and_leaves_the_first(&desk);
    page.driver.run(WATCH).unwrap();

    every_verdict(page);
    an_emergency_is_held(page);
    a_registration_is_checked_and_let_in(page);
    let times = verdicts_are_drawn_in_time(page);
    println!(
        "verdict to painted frame, of {}: median {}, p90 {}, p99 {}",
        times.count(),
        ms(times.median()),
        ms(times.percentile(90)),
        ms(times.percentile(99))
    );
}

/// Looks at five sheets: one document matches and is taken back, one differs, three need none.
fn every_verdict(page: &Page) {
    let time = Stopwatch::start();
    let mut left = BTreeSet::from(VERDICTS);
    while !left.is_empty() {
        assert!(time.time() < ROUNDS, "never seen: {left:?}");
        let mut seen = page.until("s.verdict !== null || s.comparing").unwrap();
        if seen["comparing"] == true {
            assert_eq!(seen["door"], "neutral", "{seen}");
            assert_eq!(seen["ground"], page.colour("door").unwrap(), "{seen}");
            let key = if left.contains(&("admit", "id_matches")) {
                ENTER
            } else {
                "n"
            };
            seen = page.press_until(key, "s.verdict !== null").unwrap();
        }
        let shown = *VERDICTS
            .iter()
            .find(|(_, reason)| reads(page, &seen, reason))
            .unwrap_or_else(|| panic!("no such verdict is due: {seen}"));
        if left.remove(&shown) {
            is_whole_in_both_languages(page, &seen, shown);
            if shown.0 == "admit" {
                let undone = page.press_until("u", "s.stage === 'undone'").unwrap();
                assert_eq!(undone["door"], "neutral", "{undone}");
            }
        }
        if page.driver.run("return window.see();").unwrap()["verdict"] != Value::Null {
            page.press_until(ESCAPE, "s.verdict === null").unwrap();
        }
    }
}

fn reads(page: &Page, seen: &Value, reason: &str) -> bool {
    page.words(seen, &format!("reason.{reason}.why"))
        .is_ok_and(|why| seen["reason"] == why)
}

/// Word, shape and colour, then the same in the other language by the key for it.
fn is_whole_in_both_languages(page: &Page, seen: &Value, (verdict, reason): (&str, &str)) {
    is_whole(page, seen, verdict, reason);
    let other = if seen["language"] == "en" {
        "zh-CN"
    } else {
        "en"
    };
    let turned = page
        .press_until(F8, &format!("s.language === '{other}'"))
        .unwrap();
    is_whole(page, &turned, verdict, reason);
}

fn is_whole(page: &Page, seen: &Value, verdict: &str, reason: &str) {
    assert_eq!(seen["verdict"], verdict, "{seen}");
    assert_eq!(seen["door"], verdict, "{seen}");
    assert_eq!(seen["shape"], verdict, "{seen}");
    assert!(seen["shapeSide"].as_f64().unwrap() > 100.0, "{seen}");
    assert_eq!(seen["role"], "alert", "{seen}");
    assert_eq!(seen["fills"], true, "{seen}");
    assert_eq!(seen["ground"], page.colour(verdict).unwrap(), "{seen}");
    assert_eq!(
        seen["word"],
        page.words(seen, &format!("verdict.{verdict}")).unwrap(),
        "{seen}"
    );
    assert!(reads(page, seen, reason), "{seen}");
}

/// One second of Enter is no admission; two and a little are.
fn an_emergency_is_held(page: &Page) {
    page.press_until(F9, "s.form").unwrap();
    page.driver.press("1").unwrap();
    page.driver.hold(ENTER, Duration::from_secs(1)).unwrap();
    assert_eq!(
        page.driver.run("return window.see();").unwrap()["form"],
        true
    );
    page.driver
        .hold(ENTER, Duration::from_millis(2_300))
        .unwrap();
    let seen = page.until("s.stage === 'emergency'").unwrap();
    assert_eq!(seen["door"], "neutral", "{seen}");
    assert_eq!(seen["verdict"], Value::Null, "{seen}");
}

fn a_registration_is_checked_and_let_in(page: &Page) {
    page.press_until(ESCAPE, "s.watching").unwrap();
    page.press_until(F2, "s.form").unwrap();
    page.driver.write("Zhao Xiaolan").unwrap();
    page.driver.press(TAB).unwrap();
    page.driver.write("382x").unwrap();
    page.driver.press(ENTER).unwrap();
    let seen = page.until("s.verdict === 'attention'").unwrap();
    is_whole_in_both_languages(page, &seen, ("attention", "by_hand"));
    let seen = page.press_until(ENTER, "s.stage === 'let_in'").unwrap();
    assert_eq!(seen["door"], "neutral", "{seen}");
}

/// Whatever ran in the page could call our commands, with what a form can send, and nothing of Tauri's.
fn nothing_else_may_be_called(page: &Page) {
    for (call, told) in [
        ("'plugin:window|close'", "not allowed"),
        ("'plugin:event|listen'", "not allowed"),
        (
            "'command', { command: { command: 'undo', seq: 'x' } }",
            "no command of the window",
        ),
        (
            "'command', { command: { command: 'sync_now', and: 1 } }",
            "does not belong",
        ),
        (
            "'command', { command: { command: 'emergency', scan: null, reason: 'other', note: 'n'.repeat(81) } }",
            "80 characters",
        ),
        (
            "'unlock', { passphrase: 'p'.repeat(257) }",
            "256 characters",
        ),
    ] {
        let answer = page
            .driver
            .run(&format!(
                "return await window.__TAURI_INTERNALS__.invoke({call});"
            ))
            .unwrap();
        assert!(
            answer["refused"]
                .as_str()
                .is_some_and(|why| why.contains(told)),
            "{call}: {answer}"
        );
    }
}

fn a_second_start_ends_and_leaves_the_first(desk: &Desk) {
    let data = desk.city.data();
    let second = Command::new(desktop().unwrap())
        .arg("--data")
        .arg(data)
        .envs(environment(&desk.display, &desk.bus, data))
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(second.success(), "{second}");
    desk.page.until("s.watching").unwrap();
}

/// Notes when a verdict's frame was on the screen: the second frame after the page has changed begins when the
/// first one is painted, so that up to a whole frame is counted too much.
const WATCH: &str = "
    window.painted = [];
    const painted = (verdict) => requestAnimationFrame(() => requestAnimationFrame(() =>
        window.painted.push([performance.timeOrigin + performance.now(), verdict])));
    new MutationObserver((changes) => {
        for (const node of changes.flatMap((change) => [...change.addedNodes])) {
            if (!(node instanceof Element)) continue;
            const shown = node.matches('[data-verdict]') ? node : node.querySelector('[data-verdict]');
            if (shown !== null) painted(shown.dataset.verdict);
        }
    }).observe(document.getElementById('app'), { childList: true, subtree: true });";

/// People without a code, one after the other: each is a verdict, stored like any other. The way is timed from
/// where the station tells the window, by its log, to the painted frame.
fn verdicts_are_drawn_in_time(page: &Page) -> Times {
    page.driver.log();
    let painted = page
        .driver
        .run(&format!(
            "window.painted.length = 0;
             for (let n = 0; n < {TIMED}; n += 1) {{
                 const before = window.painted.length;
                 await window.__TAURI_INTERNALS__.invoke('command', {{ command:
                     {{ command: 'register', name: 'N', birth_year: null, last_four: '1234', class: null }} }});
                 while (window.painted.length === before) await new Promise((go) => setTimeout(go, 5));
             }}
             return window.painted;"
        ))
        .unwrap();
    let told = told(&page.driver.log());
    let painted = painted.as_array().unwrap();
    assert!(
        painted.len() >= TIMED && told.len() >= TIMED,
        "{} painted, {} told",
        painted.len(),
        told.len()
    );
    let mut times = Times::new();
    for (told, painted) in told.iter().zip(painted) {
        assert_eq!(told.verdict, painted[1]);
        let at = painted[0].as_f64().unwrap() / 1e3;
        times.add(Duration::from_secs_f64(
            (at.rem_euclid(DAY) - told.at).max(0.0),
        ));
    }
    // A machine that builds and tests at the same time is no measure for the last of a hundred.
    assert!(times.median() <= Duration::from_millis(50), "{times:?}");

    times
}

const DAY: f64 = 86_400.0;

/// The first line about a scan's verdict: when, in seconds of the day, and which.
struct Told {
    at: f64,
    verdict: String,
}

/// `2026-11-24T14:49:28.971238Z DEBUG menshen_desktop::desk: told scan=1 verdict="admit"`
fn told(lines: &[String]) -> Vec<Told> {
    let mut last = None;
    lines
        .iter()
        .filter_map(|line| {
            let (time, scan) = line.split_once(" DEBUG menshen_desktop::desk: told scan=")?;
            let (scan, verdict) = scan.split_once(" verdict=")?;
            let (_, clock) = time.trim_end_matches('Z').split_once('T')?;
            let at = clock.split(':').try_fold(0.0, |sum, part| {
                Some(sum * 60.0 + part.parse::<f64>().ok()?)
            })?;
            (last.replace(scan.to_owned()) != Some(scan.to_owned())).then(|| Told {
                at,
                verdict: verdict.trim_matches('"').to_owned(),
            })
        })
        .collect()
}
