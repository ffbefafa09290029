//! The words of the command line.

mod content_key;
mod lookups;
mod question;
mod rules;
mod trust;

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::code::clean_text;
use domain::time::Timestamp;
use domain::wire::MAX_BATCH_ENTRIES;
use station::Expected;

use crate::{COLUMNS, clock};

pub use content_key::{
    ContentKeyAction, ContentKeyAddArgs, ContentKeyArgs, ContentKeyListArgs, ContentKeyRemoveArgs,
};
pub use lookups::LookupsArgs;
pub use question::{ReadArgs, VerifyArgs};
pub use rules::{RulesAction, RulesArgs, RulesCheckArgs, RulesTestArgs};
pub use trust::{
    Proofs, TrustAction, TrustAlphabet, TrustArgs, TrustCombineArgs, TrustHcertArgs,
    TrustImportArgs, TrustKind, TrustLookupsArgs, TrustPolicyArgs, TrustShowArgs, TrustSignArgs,
    TrustSource, TrustVenue,
};

/// Menshen's command line.
#[derive(Debug, Parser)]
#[command(
    name = "menshen",
    version,
    about = "Keys, codes and sheets of an authority; reading and verifying codes; a station without a window.",
    after_help = "Exit status: 0 done or verified; 1 not verified, or a file that `read` cannot read as a picture; 2 the command could not do its work.\n\
MENSHEN_LOG says how much of a station's log goes to standard error: error, warn (unless set), info or debug."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The keys of codes that are encrypted to stations: taken into the authority's folder, listed, removed.
    ContentKey(ContentKeyArgs),
    /// Make the twelve residents of a demo authority and their sheets, or bring them up to date.
    Demo(DemoArgs),
    /// Issue codes for a table of residents and print their sheets.
    Issue(IssueArgs),
    /// Found an authority: all its keys, the first root, trust list and status list.
    Keys(KeysArgs),
    /// Play many stations against a demonstration's server, to find out what it carries.
    Load(LoadArgs),
    /// A station's log.
    Log(LogArgs),
    /// Take over a table of codes that others print and nobody signs, which stations look up.
    Lookups(LookupsArgs),
    /// Read the codes in pictures.
    Read(ReadArgs),
    /// Rules in CertLogic.
    Rules(RulesArgs),
    /// Print the sheets of codes again, with the slips that went with them.
    Sheet(SheetArgs),
    /// A verification station.
    Station(StationArgs),
    /// Sign the status list anew, perhaps with changes.
    Status(StatusArgs),
    /// The trust list: others' keys imported, the next list drafted and signed.
    Trust(TrustArgs),
    /// A station's entries and receipts on a USB stick.
    Usb(UsbArgs),
    /// Say whether a code is genuine and in time, and why or why not, field by field.
    Verify(VerifyArgs),
}

/// `menshen keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// The authority's folder; it must be empty or not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A demonstration: keys without a passphrase, DEMO on every sheet and screen, refused by real stations.
    #[arg(long)]
    pub demo: bool,
    /// The authority's name on sheets, in the local script: at most 64 letters.
    #[arg(
        long,
        alias = "authority-name",
        value_name = "NAME",
        default_value = "滨河市健康管理局",
        value_parser = title
    )]
    pub name: String,
    /// The same in Latin script.
    #[arg(long, value_name = "NAME", default_value = "Binhe Health Authority", value_parser = title)]
    pub name_latin: String,
    /// The issuing office's name in codes: short, it is printed into every code.
    #[arg(long, value_name = "WORD", default_value = "binhe-cdc-01", value_parser = word)]
    pub issuer: String,
    /// The test centre's name in slips.
    #[arg(long, value_name = "WORD", default_value = "binhe-lab-01", value_parser = word)]
    pub slip_issuer: String,
    /// The status list's name in codes: short, it is printed into every code.
    #[arg(long, value_name = "URI", default_value = "https://s.example/bh-01/", value_parser = uri)]
    pub status_uri: String,
    /// District codes of its stations, separated by commas.
    #[arg(
        long,
        value_name = "CODE",
        value_delimiter = ',',
        default_value = "310106",
        value_parser = word
    )]
    pub districts: Vec<String>,
    /// Minutes that local time is ahead of UTC.
    #[arg(long, value_name = "MINUTES", default_value_t = 480, allow_hyphen_values = true,
          value_parser = clap::value_parser!(i32).range(-840..=840))]
    pub utc_offset: i32,
    /// The time, instead of the clock's: 2026-11-24T08:00:00Z or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// `menshen issue`.
#[derive(Debug, Args)]
#[command(after_help = format!("Columns of the table (CSV, UTF-8, with a heading line):\n{COLUMNS}"))]
pub struct IssueArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// The table of residents.
    #[arg(long, value_name = "CSV")]
    pub residents: PathBuf,
    /// Where the sheets go.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The time, instead of the clock's.
    #[arg(long, alias = "now", value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// `menshen load`.
#[derive(Debug, Args)]
#[command(
    after_help = "The stations come from `menshen-server crowd`, which a demonstration's folder alone makes.\n\
Exit status 1: something that was acknowledged is not there, or a station did not learn what is."
)]
pub struct LoadArgs {
    /// The file of stations that `menshen-server crowd` wrote: their keys, the server's address and its pin.
    #[arg(long, value_name = "FILE")]
    pub crowd: PathBuf,
    /// The server's address, where it is another one from here: https://...
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// How many of the file's stations; all unless it is given.
    #[arg(long, value_name = "N", value_parser = several)]
    pub stations: Option<usize>,
    /// Entries in a batch.
    #[arg(long, value_name = "N", default_value = "100", value_parser = entries)]
    pub batch: usize,
    /// Entries a second over all stations, however long answers take; as many as go unless it is given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// For how long batches are sent.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub seconds: u64,
    /// The figures as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `menshen sheet`.
#[derive(Debug, Args)]
pub struct SheetArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// The code's number in the register, or the first and the last of several: 7 or 7-12.
    #[arg(long, value_name = "NUMBER[-NUMBER]", value_parser = numbers)]
    pub number: RangeInclusive<u64>,
    /// Where the sheets, cards and slips go.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `menshen status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// A change: NUMBER= and then green, yellow, red, lost, reissued, positive, no-test or the time of a
    /// negative sample (2026-11-24T08:00:00Z); several joined by commas.
    #[arg(long = "set", value_name = "NUMBER=WHAT")]
    pub changes: Vec<String>,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// `menshen log`.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: LogAction,
}

/// What to do with a log.
#[derive(Debug, Subcommand)]
pub enum LogAction {
    /// List who stood here in the last day, by masked name; after that the names are erased.
    Today(LogTodayArgs),
    /// Say whether a station's log is what the station wrote, and where it is not.
    Verify(LogVerifyArgs),
}

/// `menshen log today`.
#[derive(Debug, Args)]
#[command(after_help = "Stop the station first.")]
pub struct LogTodayArgs {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The station's key is behind a passphrase: ask for it.
    #[arg(long)]
    pub passphrase: bool,
}

/// `menshen log verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Stop the station first. Nothing is changed; only a log of an earlier release is brought up to date.\n\
Exit status: 0 the log is whole; 1 something is amiss, and each line says where and what to do; 2 the log cannot be opened.\n\
What it cannot find is said in docs/log.md."
)]
pub struct LogVerifyArgs {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// An entry's number and its code, as they stand in the book: the log must hold that entry.
    #[arg(long, value_name = "NUMBER:CODE", value_parser = expected)]
    pub expect: Option<Expected>,
    /// One JSON object instead of lines.
    #[arg(long)]
    pub json: bool,
    /// The station's key is behind a passphrase: ask for it.
    #[arg(long)]
    pub passphrase: bool,
}

/// `menshen usb`.
#[derive(Debug, Args)]
pub struct UsbArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: UsbAction,
}

/// What to do with a stick.
#[derive(Debug, Subcommand)]
pub enum UsbAction {
    /// Write everything that has no receipt yet to a stick, for the centre alone to read.
    Export(UsbRunArgs),
    /// Take the centre's receipts and newer documents from a stick.
    Import(UsbRunArgs),
}

/// `menshen usb export` and `menshen usb import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Stop the station first. The files lie in the folder menshen/ of the stick; others are named and left alone.\n\
Doing it again, or with an older stick, is harmless. At the centre: menshen-server usb import.\n\
Exit status: 0 done; 1 something on the stick was refused or did not fit, and a line says what; 2 nothing was done."
)]
pub struct UsbRunArgs {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The station's key is behind a passphrase: ask for it.
    #[arg(long)]
    pub passphrase: bool,
    /// Where the stick is mounted.
    #[arg(value_name = "STICK")]
    pub stick: PathBuf,
}

/// `menshen station`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Lines of input: y, n, m (the ID document matches, differs, is missing); l (let in); d (dismiss); u (undo);\n\
e 1 note (emergency with reason 1 to 6); r 1941 123X name (register a person without a code).\n\
A line counts for the person who is on the screen when it is typed; if another one is by then, nothing is done."
)]
pub struct StationArgs {
    /// What to do instead of running it.
    #[command(subcommand)]
    pub action: Option<StationAction>,
    /// Running it.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `menshen station --headless`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Without a window: one line a verdict, answers by lines of input, a summary at the end. The station with a
    /// window is menshen-desktop.
    #[arg(long, required = true)]
    pub headless: bool,
    /// The data folder.
    #[arg(long, value_name = "DIR", required = true)]
    pub data: Option<PathBuf>,
    /// Take the pictures of this folder, in the order of their names, each once, instead of a camera's.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["demo_camera", "script", "camera"])]
    pub frames: Option<PathBuf>,
    /// Take the program's own moving photographs of the demo's sheets instead of a camera.
    #[arg(long, conflicts_with_all = ["script", "camera"])]
    pub demo_camera: bool,
    /// The webcam with this name instead of the first one.
    #[arg(long, value_name = "NAME", conflicts_with = "script")]
    pub camera: Option<String>,
    /// Nobody answers: every sheet of the demo, every answer, and moved clocks, and then it ends.
    #[arg(long, value_enum)]
    pub script: Option<ScriptName>,
    /// The station's key is behind a passphrase: ask for it.
    #[arg(long)]
    pub passphrase: bool,
}

/// Scripts that run a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScriptName {
    /// The demonstration.
    Demo,
}

/// What to do with a station.
#[derive(Debug, Subcommand)]
pub enum StationAction {
    /// Enrol this machine: shows twelve digits, and waits until the authority has compared and approved them.
    Enrol(EnrolArgs),
    /// List the webcams, one a line, by the names that `--camera` takes.
    Cameras,
}

/// `menshen station enrol`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct EnrolArgs {
    /// The data folder; the station's own files go to `station/`.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The pairing file from the authority (`menshen-server pair`); good once, for 15 minutes.
    #[arg(long, value_name = "FILE")]
    pub pairing: PathBuf,
    /// Take an authority that is a demonstration.
    #[arg(long)]
    pub demo: bool,
    /// Begin the next epoch of the station in this folder, with new keys: after a copy, a restored folder or a stolen
    /// disk. What it has not sent yet is still sent. The pairing is made with `menshen-server pair --station`.
    #[arg(long, conflicts_with = "key_file")]
    pub again: bool,
    /// Keep the station's key in a plain file instead of the system's keychain: it is shown as a warning.
    #[arg(long, conflicts_with = "passphrase")]
    pub key_file: bool,
    /// Keep the station's key behind a passphrase that is typed at every start. With --again: the key is behind one.
    #[arg(long)]
    pub passphrase: bool,
}

/// `menshen demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The data folder; its demo authority is in `authority/`, the sheets go to `sheets/`.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// A name as sheets print it.
fn title(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || clean_text(text).1 {
        return Err("write 1 to 64 letters, all of which a screen can show".to_owned());
    }

    Ok(text.to_owned())
}

/// `7` or `7-12`.
fn numbers(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));

    first
        .parse()
        .ok()
        .zip(last.parse().ok())
        .filter(|(first, last): &(u64, u64)| first <= last)
        .map(|(first, last)| first..=last)
        .ok_or_else(|| "write a number, or the first and the last of several: 7 or 7-12".to_owned())
}

/// `120:7K3M9QWX2A`; what is easily taken for another character when it is copied by hand is read as that.
fn expected(text: &str) -> Result<Expected, String> {
    let read = |letter: char| match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        letter => letter,
    };

    text.split_once(':')
        .and_then(|(seq, code)| {
            let code: String = code.trim().chars().map(read).collect();
            let fits = code.len() == 10
                && code
                    .bytes()
                    .all(|c| c != b'U' && (c.is_ascii_digit() || c.is_ascii_uppercase()));
            let seq = seq.trim().parse().ok()?;

            fits.then_some(Expected { seq, code })
        })
        .ok_or_else(|| {
            "write the number, a colon and the ten characters: 120:7K3M9QWX2A".to_owned()
        })
}

/// Short names without surprises.
fn word(text: &str) -> Result<String, String> {
    let fits = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-._".contains(&c));
    if !fits {
        return Err("write 1 to 32 of a-z, 0-9, - . _".to_owned());
    }

    Ok(text.to_owned())
}

fn uri(text: &str) -> Result<String, String> {
    let fits = text.len() <= 64
        && text
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_graphic()));
    if !fits {
        return Err("write https://... in at most 64 plain characters".to_owned());
    }

    Ok(text.to_owned())
}

fn several(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "a number from 1 on is wanted".to_owned())
}

fn entries(text: &str) -> Result<usize, String> {
    several(text)
        .ok()
        .filter(|number| *number <= MAX_BATCH_ENTRIES)
        .ok_or_else(|| format!("a batch holds 1 to {MAX_BATCH_ENTRIES} entries"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_words_of_the_command_line_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_printed_into_every_code_is_short_and_plain() {
        assert_eq!(word("binhe-cdc-01").as_deref(), Ok("binhe-cdc-01"));
        assert!(word("Binhe CDC").is_err());
        assert!(uri("http://s.example/").is_err());
    }

    #[test]
    fn a_name_on_sheets_is_neither_empty_nor_endless_nor_hidden() {
        assert_eq!(title("滨河市健康管理局").as_deref(), Ok("滨河市健康管理局"));
        for wrong in ["", "  ", "a\nb", &"名".repeat(65)] {
            assert!(title(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_empty_name_or_district_founds_nothing() {
        for wrong in [
            ["--name", ""],
            ["--name-latin", ""],
            ["--districts", ""],
            ["--districts", "310106,"],
        ] {
            let line = [&["menshen", "keys", "--demo", "--out", "x"][..], &wrong].concat();
            assert!(Cli::try_parse_from(line).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sheets_are_named_by_one_number_or_by_the_first_and_the_last() {
        assert_eq!(numbers("7"), Ok(7..=7));
        assert_eq!(numbers("7-12"), Ok(7..=12));
        for wrong in ["", "-", "7-", "12-7", "7-12-13", "x"] {
            assert!(numbers(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_from_the_book_is_taken_as_it_was_written_by_hand() {
        let wanted = Expected {
            seq: 120,
            code: "7K3M90WX1A".to_owned(),
        };
        for text in ["120:7K3M90WX1A", "120: 7k3m9owxia", "120:7K3M9OWXLA"] {
            assert_eq!(expected(text), Ok(wanted.clone()), "{text}");
        }
        for wrong in [
            "",
            "120",
            "120:",
            "120:7K3M9",
            "x:7K3M90WX1A",
            "120:7K3M90WXUA",
        ] {
            assert!(expected(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn vectors_bring_their_own_keys_and_time_so_others_are_refused() {
        for other in [
            &["--authority", "a"][..],
            &["--at", "0"],
            &["--trust", "t", "--root", "r"],
        ] {
            let line = [&["menshen", "verify", "--vectors", "v"][..], other].concat();
            assert!(Cli::try_parse_from(line).is_err(), "{other:?}");
        }
    }
}
