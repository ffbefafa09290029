//! A demonstration city in a folder of its own: an authority, its server, an enrolled station. Made with the
//! programs that people run, so that a story or a figure is about those.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, bail, ensure};
use cli::authority::{Authority, NewCode, Register, TestKnown, issue, publish};
use domain::crypto::SigningKey;
use domain::document::{Trust, VenuePolicy};
use domain::entry::Sealer;
use domain::hex;
use domain::keyfile::{KeyFile, KeyRole};
use domain::screen::{Colour, HolderClass};
use domain::status::SLOT_SECONDS;
use domain::time::Timestamp;
use rusqlite::Connection;
use station::{Folder, Seat, Store, Unlock};
use tempfile::TempDir;

use crate::programs;

/// The venue that its station stands at.
pub const VENUE: &str = "华山医院门诊药房";

/// The folder, and whoever runs on it. Dropping it stops the server and removes the folder.
pub struct City {
    folder: TempDir,
    server: Option<Server>,
}

/// A running `menshen-server`.
pub struct Server {
    child: Child,
    /// Closing it asks the server to stop.
    stdin: Option<ChildStdin>,
    /// Where it listens.
    pub url: String,
}

impl City {
    /// An authority without residents, and nobody else.
    ///
    /// # Errors
    /// A program is missing or failed; its own words are in the message.
    pub fn found() -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        run(Command::new(programs::menshen()?)
            .args(["keys", "--demo", "--out"])
            .arg(folder.path().join("authority")))?;

        Ok(Self {
            folder,
            server: None,
        })
    }

    /// An authority with the twelve demo residents and their sheets.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn with_residents() -> anyhow::Result<Self> {
        let city = Self::found()?;
        run(Command::new(programs::menshen()?)
            .args(["demo", "--data"])
            .arg(city.data()))?;

        Ok(city)
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The wall clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        station::Clock::new(0).now().wall
    }

    /// The trust list as published.
    ///
    /// # Errors
    /// The authority's folder does not read.
    pub fn trust(&self) -> anyhow::Result<Trust> {
        Ok(self.authority()?.trust().clone())
    }

    /// Changes the rule of every kind of venue and signs the next trust list.
    ///
    /// # Errors
    /// The authority's folder does not read or write.
    pub fn set_policy(&self, change: impl Fn(&mut VenuePolicy)) -> anyhow::Result<()> {
        let authority = self.authority()?;
        let mut body = authority.trust().body.clone();
        body.header.version += 1;
        body.policies.iter_mut().for_each(change);
        let bytes = body.sign(&[&self.root_key(1)?, &self.root_key(2)?]);
        fs::write(authority.public().join("trust.cbor"), bytes)?;

        Ok(())
    }

    /// Issues codes to `count` green residents with a fresh negative sample, publishes the status list, and
    /// gives the codes' texts.
    ///
    /// # Errors
    /// The authority's folder does not read or write.
    pub fn issue(&self, count: usize) -> anyhow::Result<Vec<String>> {
        let authority = self.authority()?;
        let now = self.now();
        let mut register = Register::read(authority.folder())?;
        let wanted = vec![
            NewCode {
                name: "王*".to_owned(),
                birth_year: 1941,
                class: HolderClass::Senior,
                last_four: "123X".to_owned(),
                colour: Colour::Green,
                test: TestKnown::Negative(now.plus(-SLOT_SECONDS)),
                valid_days: 90,
                revoked: None,
                slip: None,
            };
            count
        ];
        let issued = issue(&authority, &mut register, &wanted, now)?;
        publish(&authority, &register, now)?;
        register.write(authority.folder())?;

        Ok(issued.into_iter().map(|record| record.text).collect())
    }

    /// Starts the server, on any free port the first time and on the same one afterwards.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn start_server(&mut self) -> anyhow::Result<()> {
        self.start_server_at(0)
    }

    /// Starts the server on this port.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn start_server_at(&mut self, port: u16) -> anyhow::Result<()> {
        self.start_server_with(port, |server| server.stderr(Stdio::null()))
    }

    /// Starts the server on this port, its program with further words or surroundings.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn start_server_with(
        &mut self,
        port: u16,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> anyhow::Result<()> {
        let mut server = Command::new(programs::menshen_server()?);
        server
            .args(["serve", "--stop-on-stdin-close", "--port"])
            .arg(port.to_string())
            .arg("--data")
            .arg(self.data())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = more(&mut server).spawn()?;
        let stdout = child.stdout.take().context("the server's output")?;
        let mut lines = BufReader::new(stdout).lines();
        let url = loop {
            let line = lines
                .next()
                .context("the server ended before it listened")??;
            if let Some(url) = line.strip_prefix("listening on ") {
                break url.to_owned();
            }
        };
        let stdin = child.stdin.take();
        self.server = Some(Server { child, stdin, url });

        Ok(())
    }

    /// The running server's address.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.server.as_ref().map(|server| server.url.as_str())
    }

    /// Asks the server to stop and waits until it has.
    ///
    /// # Errors
    /// It could not be waited for.
    pub fn stop_server(&mut self) -> anyhow::Result<()> {
        if let Some(mut server) = self.server.take() {
            server.stdin = None;
            server.child.wait()?;
        }

        Ok(())
    }

    /// Kills the server where it stands.
    ///
    /// # Errors
    /// It could not be killed.
    pub fn kill_server(&mut self) -> anyhow::Result<()> {
        if let Some(mut server) = self.server.take() {
            server.child.kill()?;
            server.child.wait()?;
        }

        Ok(())
    }

    /// Enrols a station at a public place, its key in a plain file.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn enrol(&self) -> anyhow::Result<()> {
        self.enrol_at("public_place")
    }

    /// Enrols a station at a venue of this kind.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn enrol_at(&self, kind: &str) -> anyhow::Result<()> {
        self.enrol_with(kind, |station| station.arg("--key-file"))
            .map(drop)
    }

    /// Enrols a station whose program gets further words or surroundings; what it said beside its code.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn enrol_with(
        &self,
        kind: &str,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> anyhow::Result<String> {
        self.enrol_paired(kind, None, more)
    }

    /// Lets the station in its folder begin its next epoch; what it said beside its code.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn enrol_again(&self) -> anyhow::Result<String> {
        let inspection = station::inspect(self.data(), &Unlock::KeyFile, None)?;
        let station = hex::encode(inspection.station.0);

        self.enrol_station_again(&station, |station| station)
    }

    /// As [`Self::enrol_again`], where this is the station's id, its program with further surroundings.
    ///
    /// # Errors
    /// As [`City::found`].
    pub fn enrol_station_again(
        &self,
        id: &str,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> anyhow::Result<String> {
        self.enrol_paired("public_place", Some(id), |station| {
            more(station.arg("--again"))
        })
    }

    fn enrol_paired(
        &self,
        kind: &str,
        of: Option<&str>,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> anyhow::Result<String> {
        let pairing = self.data().join("pairing.json");
        run(Command::new(programs::menshen_server()?)
            .args(["pair", "--venue-kind", kind, "--venue-name", VENUE])
            .args([
                "--address",
                "上海市静安区乌鲁木齐中路 12 号",
                "--gate",
                "2",
                "--data",
            ])
            .arg(self.data())
            .arg("--out")
            .arg(&pairing)
            .args(of.iter().flat_map(|of| ["--station", of])))?;
        let mut station = Command::new(programs::menshen()?);
        station
            .args(["station", "enrol", "--demo", "--data"])
            .arg(self.data())
            .arg("--pairing")
            .arg(&pairing)
            .stdout(Stdio::piped());
        let mut station = more(&mut station).spawn()?;
        let stdout = station.stdout.take().context("the station's output")?;
        let mut reader = BufReader::new(stdout);
        let mut said = String::new();
        let code = loop {
            let mut line = String::new();
            let count = reader.read_line(&mut line)?;
            ensure!(count > 0, "the station shows no code but: {said}");
            if let Some(code) = line.trim().strip_prefix("code: ") {
                break code.to_owned();
            }
            said.push_str(&line);
        };
        run(Command::new(programs::menshen_server()?)
            .args(["approve", "--data"])
            .arg(self.data())
            .arg(code))?;
        reader.read_to_string(&mut said)?;
        ensure!(station.wait()?.success(), "enrolment failed: {said}");

        Ok(said)
    }

    /// The station's log, while no station runs, and where its entries are made.
    ///
    /// # Errors
    /// The log does not open.
    pub fn store(&self) -> anyhow::Result<(Store, Seat)> {
        self.store_in(self.data())
    }

    /// As [`City::store`], of the station in another data folder.
    ///
    /// # Errors
    /// As [`City::store`].
    pub fn store_in(&self, data: &Path) -> anyhow::Result<(Store, Seat)> {
        let folder = Folder::open(data)?;
        let (store, findings) = Store::open(folder, &Unlock::KeyFile)?;
        ensure!(findings.is_empty(), "the log is not whole: {findings:?}");
        let trust = self.trust()?;
        let (key, _) = trust.sealing(self.now(), None).context("a sealing key")?;
        let seat = Seat {
            venue: domain::ids::VenueId([3; 16]),
            gate: 2,
            utc_offset_minutes: 480,
            sealer: Sealer {
                authority: trust.body.header.authority,
                key,
            },
        };

        Ok((store, seat))
    }

    /// How many rows of a table of the server's day files, over all days, are so.
    ///
    /// # Errors
    /// A day file does not read.
    pub fn kept(&self, table: &str, condition: &str) -> anyhow::Result<u64> {
        let count = format!("SELECT count(*) FROM {table} WHERE {condition}");
        let mut sum = 0;
        for day in fs::read_dir(self.data().join("server/days"))? {
            let path = day?.path();
            if path.extension().is_some_and(|ending| ending == "db") {
                let rows =
                    Connection::open(path)?.query_row(&count, [], |row| row.get::<_, i64>(0))?;
                sum += u64::try_from(rows)?;
            }
        }

        Ok(sum)
    }

    fn root_key(&self, number: u8) -> anyhow::Result<SigningKey> {
        let path = self.data().join(format!("authority/root-{number}.key"));
        let key = KeyFile::read(&fs::read_to_string(path)?, None)?;
        ensure!(key.role == KeyRole::Root, "a root's key file is another's");

        Ok(key.into_signing_key())
    }

    fn authority(&self) -> anyhow::Result<Authority> {
        Ok(Authority::open(&self.data().join("authority"))?)
    }
}

impl Drop for City {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.stdin = None;
            // It may have ended by itself; the folder goes either way.
            let _ = server.child.kill();
            let _ = server.child.wait();
        }
    }
}

/// Runs a program to its end.
///
/// # Errors
/// It does not start, or ends other than well.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }

    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
