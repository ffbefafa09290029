//! The words of the command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use domain::hex;
use domain::ids::{StationId, VenueId};
use domain::screen::Preset;
use domain::time::{HOUR, Timestamp};
use server::Config;
use server::clock::SystemClock;
use server::crowd::MOST;
use server::day::Day;
use server::http::Connections;
use server::registrar::PairingOrder;
use server::store::sqlite::Question;
use server::tls::TlsFiles;
use zeroize::Zeroizing;

/// The centre of Menshen stations: takes their sealed entries, signs receipts and assignments.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Args {
    /// How the log on standard error is written; `MENSHEN_LOG` sets what is in it.
    #[arg(long, global = true, value_enum, default_value_t = LogForm::Text)]
    pub(crate) log: LogForm,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Listens for stations until SIGINT or SIGTERM.
    Serve(ServeArgs),
    /// Writes a one-time pairing file for a station.
    Pair(PairArgs),
    /// Signs the assignment of the station that shows this code.
    Approve {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The twelve digits on the station's screen, with or without blanks.
        #[arg(required = true)]
        code: Vec<String>,
    },
    /// Lists the stations that wait and those that were approved.
    Stations {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Makes many stations for `menshen load` to play, in a demonstration's folder that holds no other station.
    Crowd {
        /// The data folder, its server running.
        #[arg(long)]
        data: PathBuf,
        /// How many.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
        stations: u32,
        /// Where their keys are written, for `menshen load --crowd`.
        #[arg(long)]
        out: PathBuf,
    },
    /// Copies days, heads and register into a new folder while the server may run; no key is in it.
    Backup {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The new folder.
        to: PathBuf,
    },
    /// Puts a backup into a data folder that has only the authority in it, and verifies it.
    Restore {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The backup.
        from: PathBuf,
    },
    /// Reads everything that is stored: files undamaged, chains unbroken, heads equal to the rows.
    Verify {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Takes stations' entries from a USB stick.
    Usb {
        #[command(subcommand)]
        action: UsbAction,
    },
    /// Lists the entries of a venue in a time, for tracing: what the server can see, which is no name.
    Visits(VisitsArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsbAction {
    /// Stores what stations exported, and lays receipts and newer documents on the stick for the way back. Stop the
    /// server first; doing it again is harmless.
    Import {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// Where the stick is mounted.
        stick: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct VisitsArgs {
    /// The data folder.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The venue: the 32 hexadecimal digits that `menshen-server stations` lists.
    #[arg(long, value_parser = venue)]
    venue: VenueId,
    /// From this time on, UTC, as 2026-11-24T08:15.
    #[arg(long, value_parser = utc)]
    from: Timestamp,
    /// Before this time, UTC, as 2026-11-24T10:00.
    #[arg(long, value_parser = utc)]
    to: Timestamp,
    /// The most entries that are listed.
    #[arg(long, default_value_t = 10_000)]
    limit: usize,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The data folder, with the authority in it.
    #[arg(long)]
    data: PathBuf,
    /// The port; 0 takes the one of the last start, or any for this once if that is taken.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The address of this machine to listen at.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// What stations are told to connect to, if it is not that address.
    #[arg(long)]
    public_url: Option<String>,
    /// A CA's certificate chain in PEM, instead of one of our own.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key in PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Where metrics (/metrics, for Prometheus) and health are told in plain HTTP, as 127.0.0.1:9464; keep it
    /// from strangers. Nowhere unless it is given.
    #[arg(long)]
    metrics: Option<SocketAddr>,
    /// The most open connections.
    #[arg(long, default_value_t = Connections::default().all)]
    connections: usize,
    /// The most open connections from one address, or one IPv6 network; loopback may have all.
    #[arg(long, default_value_t = Connections::default().each)]
    connections_each: usize,
    /// Stops when standard input closes, so that the server ends with who started it.
    #[arg(long)]
    pub(crate) stop_on_stdin_close: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PairArgs {
    /// The data folder.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The venue's name, as the station shows it.
    #[arg(long)]
    venue_name: String,
    /// The venue's kind: selects the rule.
    #[arg(long, value_enum)]
    venue_kind: VenueKind,
    /// The venue's address, as the station shows it.
    #[arg(long)]
    address: String,
    /// The gate's number.
    #[arg(long, default_value_t = 1)]
    gate: u64,
    /// Minutes that the venue's time is ahead of UTC.
    #[arg(long, default_value_t = 480, allow_negative_numbers = true)]
    utc_offset: i32,
    /// The district's code.
    #[arg(long, default_value = "")]
    district: String,
    /// The id of a station that is enrolled anew, under a new epoch.
    #[arg(long)]
    station: Option<String>,
    /// Where the pairing file is written.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogForm {
    Json,
    Text,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum VenueKind {
    PublicPlace,
    Residential,
    Event,
}

impl ServeArgs {
    pub(crate) fn into_config(
        self,
        passphrase: Option<Zeroizing<Vec<u8>>>,
        clock: Arc<SystemClock>,
    ) -> Config {
        let tls = self
            .tls_cert
            .zip(self.tls_key)
            .map(|(certificate, key)| TlsFiles { certificate, key });

        Config {
            listen: self.listen,
            port: self.port,
            public_url: self.public_url,
            tls,
            passphrase,
            clock,
            operator: self.metrics,
            connections: Connections {
                all: self.connections,
                each: self.connections_each,
            },
            ..Config::new(self.data)
        }
    }
}

impl VisitsArgs {
    pub(crate) fn question(&self) -> Question {
        Question {
            venue: self.venue,
            from: self.from,
            to: self.to,
            limit: self.limit,
        }
    }
}

fn venue(digits: &str) -> Result<VenueId, String> {
    hex::decode_array(digits)
        .map(VenueId)
        .ok_or_else(|| "32 hexadecimal digits are wanted".to_owned())
}

/// `YYYY-MM-DDTHH:MM`, UTC.
fn utc(text: &str) -> Result<Timestamp, String> {
    let read = || {
        let (day, time) = text.split_once('T')?;
        let (hour, minute) = time.split_once(':')?;
        let two = |digits: &str, below: i64| {
            let two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());

            digits
                .parse()
                .ok()
                .filter(|number: &i64| two && *number < below)
        };
        let seconds = two(hour, 24)? * HOUR + two(minute, 60)? * 60;

        Some(Day::from_stem(day)?.begins().plus(seconds))
    };

    read().ok_or_else(|| "a time in UTC is wanted, as 2026-11-24T08:15".to_owned())
}

impl PairArgs {
    pub(crate) fn order(&self) -> Result<PairingOrder> {
        let station = match &self.station {
            Some(digits) => Some(StationId(hex::decode_array(digits).context(
                "--station takes the 32 hexadecimal digits that `menshen-server stations` lists",
            )?)),
            None => None,
        };

        Ok(PairingOrder {
            kind: match self.venue_kind {
                VenueKind::PublicPlace => Preset::PublicPlace,
                VenueKind::Residential => Preset::Residential,
                VenueKind::Event => Preset::Event,
            },
            name: self.venue_name.clone(),
            address: self.address.clone(),
            utc_offset_minutes: self.utc_offset,
            gate: self.gate,
            district: self.district.clone(),
            station,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_words_of_the_command_line_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_time_is_read_in_utc_and_nothing_else_is_taken_for_one() {
        assert_eq!(utc("2026-11-24T10:00"), Ok(Timestamp(1_795_514_400)));
        for other in [
            "2026-11-24",
            "2026-11-24T24:00",
            "2026-11-24T1:00",
            "2026-11-24T+1:00",
            "2026-11-24T10:00Z",
            "2026-11-31T10:00",
        ] {
            assert!(utc(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_pairing_stands_eight_hours_ahead_of_utc_unless_told_otherwise() {
        let line = "menshen-server pair --data d --venue-name n --venue-kind residential --address a --out o";
        let Command::Pair(pair) = Args::parse_from(line.split(' ')).command else {
            panic!("not a pairing");
        };
        let order = pair.order().unwrap();
        assert_eq!((order.utc_offset_minutes, order.gate), (480, 1));
        assert_eq!(order.kind, Preset::Residential);
    }
}
