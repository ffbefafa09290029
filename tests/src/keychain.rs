//! A real Secret Service of its own: gnome-keyring on a bus that nobody else hears.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context;

use crate::window::driver::Bus;

/// The running service. Dropping it ends it.
pub struct Keychain {
    bus: Bus,
    daemon: Child,
    home: PathBuf,
}

impl Keychain {
    /// Starts one whose keys lie in `home`, unlocked. None where `gnome-keyring-daemon` or `dbus-daemon` is missing.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(home: &Path) -> anyhow::Result<Option<Self>> {
        let Some(bus) = Bus::start(home)? else {
            return Ok(None);
        };
        let started = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut daemon = match started {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            started => started?,
        };
        // Its password, ended by the end of the input.
        let mut input = daemon.stdin.take().context("the keychain's input")?;
        input.write_all(b"a password")?;
        drop(input);
        // It says where it listens once it does.
        let said = daemon.stdout.take().context("the keychain's output")?;
        BufReader::new(said).read_line(&mut String::new())?;

        Ok(Some(Self {
            bus,
            daemon,
            home: home.to_owned(),
        }))
    }

    /// Lets a program find it.
    pub fn known_to<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("HOME", OsStr::new(&self.home))
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
