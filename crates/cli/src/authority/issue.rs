//! New codes: signed, entered in the register, published.

use domain::code;
use domain::code::native::{Claims, Slip};
use domain::crypto::SigningKey;
use domain::ids::Handle;
use domain::keyfile::KeyRole;
use domain::screen::{Colour, HolderClass};
use domain::time::{DAY, Timestamp};

use super::{Authority, Record, Register, Revoked, TestKnown};
use crate::{Failure, random};

/// What a code is issued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    /// Masked name.
    pub name: String,
    /// Birth year.
    pub birth_year: u16,
    /// Holder class.
    pub class: HolderClass,
    /// The last four characters of the ID document.
    pub last_four: String,
    /// Colour today.
    pub colour: Colour,
    /// Latest test.
    pub test: TestKnown,
    /// Whole days that the sheet is valid, today included.
    pub valid_days: i64,
    /// Revoked from the start: for lists taken over from elsewhere.
    pub revoked: Option<Revoked>,
    /// A test centre's slip to go with the sheet.
    pub slip: Option<Slip>,
}

/// Whether `text` can be the end of an ID document's number: four digits or capitals.
pub(crate) fn is_last_four(text: &str) -> bool {
    text.len() == 4
        && text
            .bytes()
            .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
}

/// Signs a code, and a slip where one is asked for, for each of `wanted` and adds them to the register. The register
/// is not written here.
///
/// # Errors
/// See [`Failure`].
pub fn issue(
    authority: &Authority,
    register: &mut Register,
    wanted: &[NewCode],
    now: Timestamp,
) -> Result<Vec<Record>, Failure> {
    authority.check_time(now)?;
    let key = authority.signing_key(KeyRole::Issuer)?;
    let any_slip = wanted.iter().any(|new| new.slip.is_some());
    let slip_key = any_slip
        .then(|| authority.signing_key(KeyRole::Slip))
        .transpose()?;
    let mut issued = Vec::with_capacity(wanted.len());
    for new in wanted {
        let mut record = signed(authority, &key, new, register.next_index(), now)?;
        if let (Some(slip), Some(key)) = (new.slip, &slip_key) {
            record.slip = Some(signed_slip(authority, key, &record, slip, now)?);
        }
        register.add(record.clone());
        issued.push(record);
    }

    Ok(issued)
}

/// A code for `new` under `key`, with a new handle.
///
/// # Errors
/// [`Failure::Random`]; [`Failure::Refused`] where it would be longer than a code may be.
pub(crate) fn signed(
    authority: &Authority,
    key: &SigningKey,
    new: &NewCode,
    index: u64,
    now: Timestamp,
) -> Result<Record, Failure> {
    let handle = Handle(random::fresh()?.into_bytes());
    let expires = last_second(authority, new, now);
    let claims = Claims {
        issuer: authority.about().issuer.clone(),
        issued_at: now,
        expires,
        status_uri: authority.about().status_uri.clone(),
        status_index: index,
        handle,
        name: new.name.clone(),
        birth_year: new.birth_year,
        class: new.class,
        last_four: new.last_four.clone(),
        slip: None,
    };

    let text = claims.sign(key);
    check(&text, index)?;

    Ok(Record {
        index,
        handle,
        name: new.name.clone(),
        birth_year: new.birth_year,
        class: new.class,
        last_four: new.last_four.clone(),
        issued_at: now,
        expires,
        colour: new.colour,
        test: new.test,
        revoked: new.revoked,
        text,
        slip: None,
    })
}

/// What the slip in a record says, if a key in the trust list signed it.
///
/// # Errors
/// [`Failure::Refused`] where none did.
pub(crate) fn slip_of(authority: &Authority, record: &Record) -> Result<Option<Claims>, Failure> {
    let Some(text) = &record.slip else {
        return Ok(None);
    };
    let claims = code::decode(text.as_bytes()).ok().and_then(|signed| {
        let code = signed.native()?;
        authority
            .trust()
            .native_issuers(code.kid())
            .find_map(|(_, key)| code.verify(key).cloned())
    });

    claims.map(Some).ok_or_else(|| {
        Failure::Refused(format!(
            "the slip of number {} is not signed by a key in this authority's trust list: put the last good copy of residents.csv back",
            record.index
        ))
    })
}

/// The slip of a test for the holder of `record`, under the test centre's key.
fn signed_slip(
    authority: &Authority,
    key: &SigningKey,
    record: &Record,
    slip: Slip,
    now: Timestamp,
) -> Result<String, Failure> {
    let claims = Claims {
        issuer: authority.about().slip_issuer.clone(),
        issued_at: now,
        expires: now.plus(SLIP_DAYS * DAY),
        status_uri: authority.about().status_uri.clone(),
        status_index: record.index,
        handle: record.handle,
        name: record.name.clone(),
        birth_year: record.birth_year,
        class: record.class,
        last_four: record.last_four.clone(),
        slip: Some(slip),
    };
    let text = claims.sign(key);
    check(&text, record.index)?;

    Ok(text)
}

/// That a station could read it, before it is in the register: a register with a text that is no code cannot be read.
fn check(text: &str, index: u64) -> Result<(), Failure> {
    code::decode(text.as_bytes()).map(|_| ()).map_err(|_| {
        Failure::Refused(format!(
            "the code of number {index} would have {} characters, more than a station reads: shorten the name",
            text.len()
        ))
    })
}

/// A sheet ends at local midnight, so that the day printed on it counts as a whole.
fn last_second(authority: &Authority, new: &NewCode, now: Timestamp) -> Timestamp {
    let offset = i64::from(authority.about().utc_offset_minutes) * 60;
    let local = now.plus(offset).plus(new.valid_days.saturating_mul(DAY));

    Timestamp(local.0.div_euclid(DAY) * DAY).plus(-offset)
}

/// A slip tells of one test, which no rule looks at for longer.
const SLIP_DAYS: i64 = 3;
