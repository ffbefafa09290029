//! What travels by stick: stations in folders of their own, and sticks that are folders.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use domain::crypto::OpeningKey;
use domain::entry::{Sealer, Witness, token};
use domain::hex;
use domain::ids::{Handle, VenueId};
use domain::keyfile::KeyFile;
use domain::screen::Outcome;
use domain::wire::{Export, Message};
use rusqlite::Connection;
use server::folder::Folder as ServerFolder;
use server::store::Register;
use server::store::sqlite::SqliteRegister;
use station::{Beside, Folder, Seat, Store, Unlock};
use tempfile::TempDir;

use crate::city::{City, run};
use crate::entries::admitted_as;
use crate::programs;

/// The name in every entry.
pub const NAME: &str = "欧阳*";

/// A station of a city, in a folder of its own.
pub struct Away {
    folder: TempDir,
}

/// A stick: a folder.
pub struct Usb {
    folder: TempDir,
}

/// How a program ended, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The exit status.
    pub code: Option<i32>,
    /// Standard output and standard error.
    pub text: String,
}

impl Away {
    /// Enrols a station of a city whose server runs, its key in a plain file.
    ///
    /// # Errors
    /// A program is missing or failed.
    pub fn enrol(city: &City) -> anyhow::Result<Self> {
        let away = Self {
            folder: TempDir::new()?,
        };
        away.enrol_as(city, None)?;

        Ok(away)
    }

    /// Lets it begin its next epoch, while the city's server runs.
    ///
    /// # Errors
    /// A program is missing or failed.
    pub fn enrol_again(&self, city: &City) -> anyhow::Result<()> {
        let station = hex::encode(self.store()?.station().0);

        self.enrol_as(city, Some(&station))
    }

    fn enrol_as(&self, city: &City, again: Option<&str>) -> anyhow::Result<()> {
        let pairing = self.data().join("pairing.json");
        run(Command::new(programs::menshen_server()?)
            .args(["pair", "--venue-kind", "public_place", "--venue-name", "x"])
            .args(["--address", "y", "--data"])
            .arg(city.data())
            .arg("--out")
            .arg(&pairing)
            .args(again.iter().flat_map(|station| ["--station", station])))?;
        let mut station = Command::new(programs::menshen()?)
            .args(["station", "enrol", "--demo", "--data"])
            .arg(self.data())
            .arg("--pairing")
            .arg(&pairing)
            .arg(again.map_or("--key-file", |_| "--again"))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = BufReader::new(station.stdout.take().context("the station's output")?);
        let code = loop {
            let mut line = String::new();
            ensure!(said.read_line(&mut line)? > 0, "the station shows no code");
            if let Some(code) = line.trim().strip_prefix("code: ") {
                break code.to_owned();
            }
        };
        run(Command::new(programs::menshen_server()?)
            .args(["approve", "--data"])
            .arg(city.data())
            .arg(code))?;
        said.read_to_string(&mut String::new())?;
        ensure!(station.wait()?.success(), "the enrolment failed");

        Ok(())
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The log, while no station runs.
    ///
    /// # Errors
    /// It does not open.
    pub fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open(Folder::open(self.data())?, &Unlock::KeyFile)?.0)
    }

    /// Writes so many entries about as many people; the handles and tokens that are in them.
    ///
    /// # Errors
    /// The log does not take them.
    pub fn admit(&self, city: &City, count: u8) -> anyhow::Result<Vec<[u8; 16]>> {
        let mut store = self.store()?;
        let register = SqliteRegister::open(&ServerFolder::new(city.data()))?;
        let stations = register.stations()?;
        let own = stations
            .iter()
            .find(|station| station.station == store.station());
        let seat = seat(city, own.context("an enrolled station")?.venue.id)?;
        let mut secrets = Vec::new();
        for n in 0..count {
            let handle = Handle([n.wrapping_add(0xa0); 16]);
            let at = city.now();
            secrets.extend([handle.0, token(handle, at, seat.venue)]);
            let witness = Witness {
                boot: [1; 8],
                mono_ms: u64::from(n),
            };
            let beside = Beside {
                remember: None,
                outcome: Some(Outcome::Admit),
                emergency: false,
            };
            store.append(&admitted_as(NAME, handle, at), &seat, witness, beside)?;
        }

        Ok(secrets)
    }

    /// Rows that still hold what they carried of a person.
    ///
    /// # Errors
    /// The database does not read.
    pub fn bodies(&self) -> anyhow::Result<i64> {
        let db = Connection::open(self.data().join("station/station.db"))?;
        let count = "SELECT count(*) FROM rows WHERE body_box IS NOT NULL";

        Ok(db.query_row(count, [], |row| row.get(0))?)
    }

    /// `menshen usb export`.
    ///
    /// # Errors
    /// It does not start.
    pub fn export(&self, usb: &Path) -> anyhow::Result<Said> {
        self.usb("export", usb)
    }

    /// `menshen usb import`.
    ///
    /// # Errors
    /// It does not start.
    pub fn import(&self, usb: &Path) -> anyhow::Result<Said> {
        self.usb("import", usb)
    }

    fn usb(&self, word: &str, usb: &Path) -> anyhow::Result<Said> {
        said(
            Command::new(programs::menshen()?)
                .args(["usb", word, "--data"])
                .arg(self.data())
                .arg(usb),
        )
    }
}

impl Usb {
    /// A new one.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: TempDir::new()?,
        })
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file in its folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join("menshen").join(name)
    }

    /// The names in its folder that begin so, in order.
    ///
    /// # Errors
    /// The folder does not read.
    pub fn names(&self, beginning: &str) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(self.path().join("menshen"))? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if name.starts_with(beginning) {
                names.push(name);
            }
        }
        names.sort();

        Ok(names)
    }

    /// A copy of it as it is now.
    ///
    /// # Errors
    /// The folder does not read or write.
    pub fn copy(&self) -> anyhow::Result<Self> {
        let copy = Self::new()?;
        fs::create_dir(copy.path().join("menshen"))?;
        for name in self.names("")? {
            fs::copy(self.file(&name), copy.file(&name))?;
        }

        Ok(copy)
    }

    /// Whether these bytes lie anywhere on it.
    ///
    /// # Errors
    /// The folder does not read.
    pub fn holds(&self, bytes: &[u8]) -> anyhow::Result<bool> {
        for name in self.names("")? {
            let content = fs::read(self.file(&name))?;
            if content.windows(bytes.len()).any(|window| window == bytes) {
                return Ok(true);
            }
        }

        Ok(false)
    }
}

/// `menshen-server usb import`.
///
/// # Errors
/// It does not start.
pub fn bring(city: &City, usb: &Path) -> anyhow::Result<Said> {
    said(
        Command::new(programs::menshen_server()?)
            .args(["usb", "import", "--data"])
            .arg(city.data())
            .arg(usb),
    )
}

/// What the centre finds in an export of a station: its messages.
///
/// # Errors
/// It does not open with the city's exchange key.
pub fn opened(city: &City, away: &Away, bytes: &[u8]) -> anyhow::Result<Vec<Message>> {
    let text = fs::read_to_string(city.data().join("authority/exchange.key"))?;
    let key: OpeningKey = KeyFile::read(&text, None)?.into_opening_key();
    let station = away.store()?.signing_key().public();

    Ok(Export::read(bytes)?.check(&station)?.open(&key)?)
}

fn seat(city: &City, venue: VenueId) -> anyhow::Result<Seat> {
    let trust = city.trust()?;
    let (key, _) = trust.sealing(city.now(), None).context("a sealing key")?;

    Ok(Seat {
        venue,
        gate: 1,
        utc_offset_minutes: 480,
        sealer: Sealer {
            authority: trust.body.header.authority,
            key,
        },
    })
}

fn said(command: &mut Command) -> anyhow::Result<Said> {
    let output = command.stdin(Stdio::null()).output()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));

    Ok(Said {
        code: output.status.code(),
        text,
    })
}
