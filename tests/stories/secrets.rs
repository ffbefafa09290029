//! Nothing of a person lies where it does not belong: every file, backup, list and log of a city's day is searched.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use acceptance::city::{City, run};
use acceptance::programs;
use cli::authority::{Record, Register};
use domain::entry::token;
use domain::hex;
use domain::ids::VenueId;
use domain::time::{DAY, Timestamp};

/// How each word of a person could be written, by what it tells.
type Needles = BTreeMap<String, Vec<u8>>;

/// The name, the code as printed, and the handle: as bytes, in digits and in the ways that programs write bytes.
fn needles(person: &Record) -> Needles {
    let who = format!("resident {}", person.index);
    let code = person.text.as_bytes();
    let handle = person.handle.0;

    Needles::from([
        (format!("{who}: name"), person.name.as_bytes().to_vec()),
        (
            format!("{who}: code"),
            code[code.len() / 2..][..24].to_vec(),
        ),
        (format!("{who}: handle"), handle.to_vec()),
        (
            format!("{who}: handle in digits"),
            hex::encode(handle).into_bytes(),
        ),
        (format!("{who}: handle as a list"), listed(&handle)),
    ])
}

/// By which the visits of a person to a venue on a day can be put together, and the handle be guessed at.
fn token_needles(person: &Record, days: &[Timestamp], venue: VenueId) -> Needles {
    days.iter()
        .flat_map(|day| {
            let token = token(person.handle, *day, venue);
            let who = format!("resident {}, day {}", person.index, day.utc_day());
            [
                (format!("{who}: token"), token.to_vec()),
                (
                    format!("{who}: token in digits"),
                    hex::encode(token).into_bytes(),
                ),
                (format!("{who}: token as a list"), listed(&token)),
            ]
        })
        .collect()
}

/// Four digits mean something only where a text says so: in the words that name them, or beside the class, as on the
/// screen.
fn year_needles(person: &Record) -> Needles {
    let (who, year) = (format!("resident {}", person.index), person.birth_year);
    let class = format!("{:?}", person.class);
    let mut needles: Needles = ["birth", "Birth", "BIRTH", "出生"]
        .map(|word| (format!("the word {word}"), word.as_bytes().to_vec()))
        .into();
    for (n, class) in [class.to_lowercase(), class].into_iter().enumerate() {
        needles.extend([
            (
                format!("{who}: year before class {n}"),
                format!("{year} {class}").into_bytes(),
            ),
            (
                format!("{who}: class {n} before year"),
                format!("{class} {year}").into_bytes(),
            ),
        ]);
    }

    needles
}

/// Who is on the screen and in the entries that wait, so that what is searched for is what there is: every name with its
/// year, and every token for this venue and one of these days.
fn are_those_of_the_day(
    city: &City,
    people: &[Record],
    screens: &str,
    days: &[Timestamp],
    venue: VenueId,
) {
    let (store, _) = city.store_in(city.data()).unwrap();
    let waiting = store.batch(store.acked().seq + 1, 500).unwrap().entries;
    let tokens: BTreeSet<[u8; 16]> = waiting.iter().filter_map(|row| row.entry.token).collect();
    for person in people {
        let shown = format!("{} {}", person.name, person.birth_year);
        assert!(screens.contains(&shown), "{shown}: {screens}");
        let of_the_day = |day: &Timestamp| tokens.contains(&token(person.handle, *day, venue));
        assert!(days.iter().any(of_the_day), "resident {}", person.index);
    }
}

/// As `Debug` writes bytes.
fn listed(bytes: &[u8]) -> Vec<u8> {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();

    numbers.join(", ").into_bytes()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }

    files
}

/// What is found, and where. A file is gone through once: whoever begins with the two bytes at hand is compared.
fn found(files: &[PathBuf], needles: &Needles) -> Vec<String> {
    let mut beginning: Vec<Vec<(&String, &[u8])>> = vec![Vec::new(); 1 << 16];
    for (what, needle) in needles {
        beginning[pair(needle)].push((what, needle));
    }
    let mut found = BTreeSet::new();
    for file in files {
        let bytes = fs::read(file).unwrap();
        for at in 0..bytes.len().saturating_sub(1) {
            let rest = &bytes[at..];
            for (what, needle) in &beginning[pair(rest)] {
                if rest.starts_with(needle) {
                    found.insert(format!("{what} in {}", file.display()));
                }
            }
        }
    }

    found.into_iter().collect()
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// Every resident at the gate, its log as talkative as it can be; what its screens showed, which is on standard output.
fn a_day(city: &City, logs: &Path, name: &str) -> String {
    let output = Command::new(programs::menshen().unwrap())
        .args(["station", "--headless", "--data"])
        .arg(city.data())
        .arg("--frames")
        .arg(city.data().join("frames"))
        .env("MENSHEN_LOG", "trace")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    fs::write(logs.join(format!("{name}.log")), &output.stderr).unwrap();

    String::from_utf8(output.stdout).unwrap()
}

fn server(city: &City, words: &[&str]) -> String {
    run(Command::new(programs::menshen_server().unwrap())
        .args(words)
        .arg("--data")
        .arg(city.data()))
    .unwrap()
}

/// The sheets become what the camera sees.
fn hold_up_every_sheet(city: &City) {
    let frames = city.data().join("frames");
    fs::create_dir(&frames).unwrap();
    for sheet in files_below(&city.data().join("sheets")) {
        if sheet.extension().is_some_and(|ending| ending == "png") {
            fs::copy(&sheet, frames.join(sheet.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn nothing_of_a_person_lies_in_any_file_backup_list_log_or_stick_of_a_station_or_its_server() {
    let mut city = City::with_residents().unwrap();
    let logs = city.data().join("logs");
    fs::create_dir(&logs).unwrap();
    let told = File::create(logs.join("server.log")).unwrap();
    city.start_server_with(0, |server| {
        server
            .args(["--log", "json"])
            .env("MENSHEN_LOG", "trace")
            .stderr(told)
    })
    .unwrap();
    city.enrol().unwrap();
    let began = city.now();
    hold_up_every_sheet(&city);
    // Once with a server, so that entries have been sent; once without, so that entries wait.
    let screens = a_day(&city, &logs, "sent");
    // Killed, so that what it had not yet moved out of its write-ahead logs lies there; whoever opens them next moves it.
    city.kill_server().unwrap();
    let killed = city.data().join("killed");
    fs::create_dir(&killed).unwrap();
    for file in files_below(&city.data().join("server")) {
        fs::copy(&file, killed.join(file.file_name().unwrap())).unwrap();
    }
    a_day(&city, &logs, "waiting");
    let days = [began, city.now()];

    let stations = server(&city, &["stations"]);
    let venue = stations.split_once("(venue ").unwrap().1;
    let venue = venue.split_once(')').unwrap().0;
    let (year, month, date) = began.date(0);
    let from = format!("{year}-{month:02}-{date:02}T00:00");
    let (year, month, date) = began.plus(2 * DAY).date(0);
    let to = format!("{year}-{month:02}-{date:02}T00:00");
    let asked = ["visits", "--venue", venue, "--from", &from, "--to", &to];
    fs::write(logs.join("visits.txt"), server(&city, &asked)).unwrap();
    let venue = VenueId(hex::decode_array(venue).unwrap());
    fs::write(logs.join("stations.txt"), stations).unwrap();
    run(Command::new(programs::menshen_server().unwrap())
        .args(["backup", "--data"])
        .arg(city.data())
        .arg(city.data().join("backup")))
    .unwrap();

    let stick = city.data().join("stick");
    fs::create_dir(&stick).unwrap();
    let exported = run(Command::new(programs::menshen().unwrap())
        .args(["usb", "export", "--data"])
        .arg(city.data())
        .arg(&stick))
    .unwrap();
    assert!(exported.contains(": entries "), "{exported}");
    fs::write(logs.join("export.txt"), exported).unwrap();

    let register = Register::read(&city.data().join("authority")).unwrap();
    let mut all = Needles::new();
    for person in register.records() {
        all.extend(needles(person));
        all.extend(token_needles(person, &days, venue));
    }
    let years: Needles = register.records().iter().flat_map(year_needles).collect();
    let at_the_authority = found(&files_below(&city.data().join("authority")), &all);
    for what in [
        "resident 0: name",
        "resident 0: code",
        "resident 0: handle in digits",
    ] {
        assert!(
            at_the_authority.iter().any(|place| place.starts_with(what)),
            "the search does not find what the authority keeps of {what}: {at_the_authority:?}"
        );
    }

    let in_the_register = found(&files_below(&city.data().join("authority")), &years);
    assert!(
        in_the_register
            .iter()
            .any(|place| place.starts_with("the word birth")),
        "the search does not find the years that the authority keeps: {in_the_register:?}"
    );

    let files: Vec<PathBuf> = ["station", "server", "killed", "backup", "stick", "logs"]
        .iter()
        .flat_map(|folder| files_below(&city.data().join(folder)))
        .collect();
    for name in [
        "station.db",
        "heads.db-wal",
        "server.log",
        "waiting.log",
        "visits.txt",
    ] {
        let there = files.iter().filter(|file| file.ends_with(name));
        assert!(
            there.clone().any(|file| file.metadata().unwrap().len() > 0),
            "{name} is missing or empty: {files:?}"
        );
    }
    let on_the_stick = files.iter().filter(|file| file.starts_with(&stick));
    assert!(on_the_stick.count() > 0, "{files:?}");
    assert_eq!(found(&files, &all), Vec::<String>::new());
    assert_eq!(found(&files_below(&logs), &years), Vec::<String>::new());
    are_those_of_the_day(&city, register.records(), &screens, &days, venue);
}
