//! The central server, on loopback, for as long as the station is open.

use std::{fs, path::Path, process::Command};

use super::{Programs, talk::Talk};
use crate::{
    failure::{Failure, Outcome},
    say,
};

/// A running server. It ends with this value, and with this program: its input closes then.
pub(super) struct Server(Talk);

impl Server {
    /// Starts the server and waits until it listens. Its own log goes to a file, so that the station's lines stay readable.
    pub(super) fn start(programs: &Programs, data: &Path) -> Outcome<Self> {
        let folder = data.join("server");
        let log = folder.join("server.log");
        let file = fs::create_dir_all(&folder)
            .and_then(|()| fs::File::create(&log))
            .map_err(|error| {
                Failure::act(format!("{} cannot be written: {error}", log.display()))
            })?;
        // The station knows its server by the address it was enrolled with: another one is of no use to it.
        let port = fs::read_to_string(folder.join("port"))
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);

        let mut server = Talk::start(
            Command::new(&programs.server)
                .args([
                    "serve",
                    "--stop-on-stdin-close",
                    "--port",
                    &port.to_string(),
                    "--data",
                ])
                .arg(data)
                .stderr(file),
        )?;
        server
            .hear(|line| line.contains("listening on").then_some(()))
            .map_err(|failure| explain(&failure, &log, port))?;

        Ok(Self(server))
    }

    /// Lets the server finish what it is doing.
    pub(super) fn stop(mut self) -> Outcome {
        self.0.stop()?;
        say::line("The server has stopped.");

        Ok(())
    }
}

fn explain(failure: &Failure, log: &Path, port: u16) -> Failure {
    let said = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = said.lines().collect();
    let last = lines
        .get(lines.len().saturating_sub(8)..)
        .unwrap_or_default()
        .join("\n");
    let hint = if port == 0 {
        String::new()
    } else {
        format!(
            "\nThe station of this data folder knows its server by port {port}: if another program uses it, stop that one, or take another --data DIR."
        )
    };

    Failure::broken(format!(
        "the server did not start: {}\n{last}{hint}",
        failure.text()
    ))
}
