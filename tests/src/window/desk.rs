//! A window that somebody sits before, and everything that it runs on.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};

use super::display::Display;
use super::driver::{Bus, Driver, PROGRAM};
use super::page::Page;
use crate::city::City;
use crate::load;
use crate::programs::BUILT_IN;
use crate::uvc::Webcam;

const MANAGER: &str = "openbox";

/// What the window looks through.
#[derive(Clone, Copy)]
pub enum Eye<'a> {
    /// The demo's photographs of its own sheets.
    Demo,
    /// A virtual webcam.
    Webcam(&'a Webcam),
}

/// An open window. Its parts end in the order in which they stand here.
pub struct Desk {
    /// What is shown, and the keys.
    pub page: Page,
    /// The city whose station it is.
    pub city: City,
    _manager: Manager,
    bus: Bus,
    display: Display,
}

/// A window manager. Dropping it ends it.
struct Manager(Child);

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Why no window can be driven here; nothing where one can.
#[must_use]
pub fn missing() -> Option<&'static str> {
    if program().is_none() {
        return Some(
            "the window's program is built by `cargo xtask test` where the webview is there",
        );
    }
    [
        (
            PROGRAM,
            "there is no WebKitWebDriver to drive the window with",
        ),
        (MANAGER, "there is no openbox to manage the window"),
        ("Xvfb", "there is no Xvfb to stand for a display"),
        (
            "dbus-daemon",
            "there is no dbus-daemon for a bus of its own",
        ),
    ]
    .into_iter()
    .find_map(|(program, why)| (!is_there(program)).then_some(why))
}

/// What `cargo xtask test` has built; what an earlier build left elsewhere may be of another source.
#[must_use]
pub fn program() -> Option<PathBuf> {
    let folder = std::env::var_os(BUILT_IN)?;
    let program = Path::new(&folder).join("menshen-desktop");

    program.exists().then_some(program)
}

impl Desk {
    /// Opens the window of a city's station in this language; `folder` is for what it runs on.
    ///
    /// # Errors
    /// A part of it does not start.
    pub fn open(folder: &Path, city: City, eye: Eye<'_>, language: &str) -> anyhow::Result<Self> {
        let program = program().context("the window's program")?;
        let display = Display::start(folder)?.context("Xvfb")?;
        let bus = Bus::start(folder)?.context("dbus-daemon")?;
        let manager = Manager(
            Command::new(MANAGER)
                .env("DISPLAY", display.name())
                .env("HOME", folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        );
        let mut args: Vec<&OsStr> = vec![
            OsStr::new("--lang"),
            OsStr::new(language),
            OsStr::new("--data"),
            city.data().as_os_str(),
        ];
        let mut environment = environment(&display, &bus, city.data());
        match eye {
            Eye::Demo => args.push(OsStr::new("--demo-camera")),
            Eye::Webcam(webcam) => environment.extend(webcam.environment()),
        }
        let driver = Driver::open(&program, &args, environment)?;

        Ok(Self {
            page: Page::new(driver)?,
            city,
            _manager: manager,
            bus,
            display,
        })
    }

    /// Starts the window's program once more beside the open one.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn second_start(&self) -> anyhow::Result<Command> {
        let mut second = Command::new(program().context("the window's program")?);
        second
            .arg("--data")
            .arg(self.city.data())
            .envs(environment(&self.display, &self.bus, self.city.data()))
            .stderr(Stdio::null());

        Ok(second)
    }

    /// The number of the window's process.
    ///
    /// # Errors
    /// It has ended.
    pub fn process(&self) -> anyhow::Result<u32> {
        match *load::children(self.page.driver.process())? {
            [window] => Ok(window),
            ref others => bail!("the driver has started {others:?}, not one window"),
        }
    }

    /// Asks the window to close, as the cross in its corner does.
    ///
    /// # Errors
    /// The display does not answer.
    pub fn close(&self) -> anyhow::Result<()> {
        Ok(self.display.close_windows()?)
    }
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
