//! The demonstration's residents. A second start keeps their sheets and handles and renews what the status list
//! says of them, so that each still gives its verdict days later.

mod people;

use std::fs;
use std::path::Path;

use domain::code::native::PREFIX;
use domain::crypto::SigningKey;
use domain::keyfile::KeyRole;
use domain::time::{DAY, HOUR, Timestamp};
use domain::verdict::Reason;
use serde::{Deserialize, Serialize};

use self::people::{Made, PEOPLE, Person, Test};
use crate::authority::{
    self, Authority, MAX_SHEET_DAYS, NewCode, Record, Register, Revoked, TestKnown,
};
use crate::command::write_sheet;
use crate::sheet::{Fonts, Sheet};
use crate::{Failure, Out, clock, files, mask, random};

/// A line of `sheets/demo.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoSheet {
    /// The A4 sheet as a picture, in the same folder.
    pub file: String,
    /// The A4 sheet.
    pub pdf: String,
    /// The card.
    pub card: String,
    /// Masked name.
    pub name: String,
    /// What it is there to show.
    pub shows: String,
    /// What it gives at a public place, the demo's venue, where the ID document matches.
    pub expected: Expected,
    /// What it gives at a residential gate.
    pub expected_residential: Expected,
    /// Its place in the status list.
    pub index: u64,
    /// Valid before this second.
    pub expires: Timestamp,
    /// The text of the code.
    pub text: String,
}

/// A verdict and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// `admit`, `attention`, `refuse` or `undecided`.
    pub verdict: String,
    /// The reason's word.
    pub reason: String,
}

impl Expected {
    fn of(reason: Reason) -> Self {
        Self {
            verdict: reason.verdict().word().to_owned(),
            reason: reason.word().to_owned(),
        }
    }
}

/// Makes the demo's sheets in `data/sheets`, or renews what the status list says of them.
///
/// # Errors
/// [`Failure`]; an authority that is no demonstration is left alone.
pub fn make(data: &Path, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let home = data.join("authority");
    if !Authority::is_in(&home) {
        return Err(Failure::Refused(format!(
            "{} holds no authority: make the demonstration's with `menshen keys --demo --out {}`",
            home.display(),
            home.display()
        )));
    }
    let authority = Authority::open(&home)?;
    if !authority.about().demo {
        return Err(Failure::Refused(
            "this authority is no demonstration: demo residents are issued by a demo authority alone, so take another --data folder"
                .to_owned(),
        ));
    }
    authority.check_time(now)?;
    let folder = data.join("sheets");
    let mut register = Register::read(authority.folder())?;
    let before = known(&folder)?;
    let sheets = if usable(&before, &register, &folder, now) {
        before
    } else {
        retire(&before, &mut register);
        let records = records(&authority, &mut register, now)?;
        draw(&authority, &records, &folder)?
    };
    renew(&sheets, &mut register, now);
    register.write(authority.folder())?;
    let manifest = authority::publish(&authority, &register, now)?;
    write_list(&folder, &sheets)?;
    writeln!(
        out,
        "{} demo sheets in {}; status list version {} as of {}.",
        sheets.len(),
        folder.display(),
        manifest.header.version,
        clock::show(now)
    )?;

    Ok(())
}

fn known(folder: &Path) -> Result<Vec<DemoSheet>, Failure> {
    let path = folder.join(LIST);
    if !path.exists() {
        return Ok(Vec::new());
    }

    // A list that an interrupted or older start left behind is made anew.
    Ok(serde_json::from_str(&files::read_text(&path)?).unwrap_or_default())
}

/// All there, as the register has them, and with a month to go.
fn usable(sheets: &[DemoSheet], register: &Register, folder: &Path, now: Timestamp) -> bool {
    sheets.len() == PEOPLE.len()
        && sheets
            .iter()
            .zip(&PEOPLE)
            .zip(1..)
            .all(|((sheet, person), number)| {
                let in_time = person.made == Made::Expired || sheet.expires > now.plus(30 * DAY);
                let registered = !person.made.is_registered()
                    || register
                        .record(sheet.index)
                        .is_some_and(|record| record.text == sheet.text);
                let there = [&sheet.file, &sheet.pdf, &sheet.card]
                    .into_iter()
                    .all(|file| folder.join(file).is_file());

                in_time && registered && there && sheet.file == file(number, person, ".png")
            })
}

/// The sheets of an earlier start count no more once new ones are printed.
fn retire(sheets: &[DemoSheet], register: &mut Register) {
    for sheet in sheets {
        if let Some(record) = register
            .record_mut(sheet.index)
            .filter(|record| record.text == sheet.text)
        {
            record.revoked = Some(Revoked::Reissued);
        }
    }
}

fn records(
    authority: &Authority,
    register: &mut Register,
    now: Timestamp,
) -> Result<Vec<Record>, Failure> {
    let issuer = authority.signing_key(KeyRole::Issuer)?;
    let stranger = SigningKey::generate(random::fresh()?);
    PEOPLE
        .iter()
        .map(|person| {
            let new = person.code(now)?;
            let (key, at, index) = match person.made {
                Made::Expired => (&issuer, now.plus(-200 * DAY), register.next_index()),
                Made::Issued => (&issuer, now, register.next_index()),
                Made::NotInList => (&issuer, now, OUTSIDE),
                Made::Forged | Made::Stranger => (&stranger, now, OUTSIDE),
            };
            let mut record = authority::signed(authority, key, &new, index, at)?;
            if person.made == Made::Forged {
                record.text = forged(&record.text, issuer.public().kid().short())?;
            }
            if person.made.is_registered() {
                register.add(record.clone());
            }

            Ok(record)
        })
        .collect()
}

fn draw(
    authority: &Authority,
    records: &[Record],
    folder: &Path,
) -> Result<Vec<DemoSheet>, Failure> {
    let fonts = Fonts::find()?;
    files::make_folder(folder)?;
    records
        .iter()
        .zip(&PEOPLE)
        .zip(1..)
        .map(|((record, person), number)| {
            let stem = file(number, person, "");
            write_sheet(&Sheet::of(authority.about(), record), folder, &stem, &fonts)?;

            Ok(DemoSheet {
                file: format!("{stem}.png"),
                pdf: format!("{stem}.pdf"),
                card: format!("{stem}-card.pdf"),
                name: record.name.clone(),
                shows: person.shows.to_owned(),
                expected: Expected::of(person.public_place),
                expected_residential: Expected::of(person.residential),
                index: record.index,
                expires: record.expires,
                text: record.text.clone(),
            })
        })
        .collect()
}

/// Today's colours and tests, as the table of people has them.
fn renew(sheets: &[DemoSheet], register: &mut Register, now: Timestamp) {
    for (sheet, person) in sheets.iter().zip(&PEOPLE) {
        if let Some(record) = register
            .record_mut(sheet.index)
            .filter(|record| record.text == sheet.text)
        {
            record.colour = person.colour;
            record.test = person.test.at(now);
            record.revoked = person.revoked;
        }
    }
}

fn write_list(folder: &Path, sheets: &[DemoSheet]) -> Result<(), Failure> {
    let path = folder.join(LIST);
    let text = serde_json::to_string_pretty(sheets)
        .map_err(std::io::Error::from)
        .map_err(Failure::file(&path, "write"))?;
    if fs::read(&path).is_ok_and(|held| held == text.as_bytes()) {
        return Ok(());
    }

    files::replace(&path, text.as_bytes())
}

/// `01-wang` and an ending.
fn file(number: usize, person: &Person, ending: &str) -> String {
    format!("{number:02}-{}{ending}", person.slug)
}

/// Puts another key's id on a code. Its signature is the stranger's all the same.
fn forged(text: &str, kid: [u8; 4]) -> Result<String, Failure> {
    let unfit = || Failure::Refused("a code is not built as it was: nothing to forge".to_owned());
    let body = text.strip_prefix(PREFIX).ok_or_else(unfit)?;
    let mut bytes = base45::decode(body).map_err(|_| unfit())?;
    // d2 84 49 a2 01 27 04 44, and then the id (SECURITY.md §2 `code`).
    bytes
        .get_mut(8..12)
        .ok_or_else(unfit)?
        .copy_from_slice(&kid);

    Ok(format!("{PREFIX}{}", base45::encode(bytes)))
}

impl Person {
    fn code(&self, now: Timestamp) -> Result<NewCode, Failure> {
        let (this_year, _, _) = now.date(0);
        let name = mask::mask(self.name)
            .map_err(|unfit| Failure::Refused(format!("the name {} {unfit}", self.name)))?;

        Ok(NewCode {
            name,
            birth_year: u16::try_from(this_year - self.age).unwrap_or_default(),
            class: self.class,
            last_four: self.last_four.to_owned(),
            colour: self.colour,
            test: self.test.at(now),
            valid_days: MAX_SHEET_DAYS,
            revoked: self.revoked,
            slip: None,
        })
    }
}

impl Test {
    fn at(self, now: Timestamp) -> TestKnown {
        match self {
            Self::Hours(hours) => TestKnown::Negative(now.plus(-hours * HOUR)),
            Self::None => TestKnown::None,
            Self::Positive => TestKnown::Positive,
        }
    }
}

impl Made {
    /// Whether the authority itself knows of the sheet.
    fn is_registered(self) -> bool {
        match self {
            Self::Expired | Self::Issued => true,
            Self::Forged | Self::NotInList | Self::Stranger => false,
        }
    }
}

const LIST: &str = "demo.json";
/// A number that no list of a demonstration reaches.
const OUTSIDE: u64 = 1_000_000;
