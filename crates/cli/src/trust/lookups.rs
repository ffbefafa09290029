//! Whose codes of which shape are looked up, as the draft of the next list has it.

use std::path::Path;

use domain::code::lookup::{LookupScheme, MAX_SCHEMES};
use domain::time::Timestamp;

use super::amend::amend;
use super::lines::scheme_line;
use crate::{Failure, Out};

/// Writes `scheme` into the draft of the authority in `path` in place of one of the same issuer and prefix; none takes all of
/// `issuer` away.
///
/// # Errors
/// [`Failure`]: nothing was drafted.
pub(crate) fn lookups(
    path: &Path,
    issuer: &str,
    scheme: Option<LookupScheme>,
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    amend(path, now, out, |body| {
        let Some(scheme) = scheme else {
            body.lookups.retain(|held| held.issuer != issuer);
            return Ok(());
        };
        body.lookups
            .retain(|held| held.issuer != issuer || held.prefix != scheme.prefix);
        check(&scheme, &body.lookups)?;
        body.lookups.push(scheme);

        Ok(())
    })
}

fn check(scheme: &LookupScheme, others: &[LookupScheme]) -> Result<(), Failure> {
    if !scheme.is_sound() {
        return Err(Failure::Refused(format!(
            "{}: such codes cannot be looked up. A prefix has printable ASCII characters, at most 128, and begins neither like MS1:, MSV1:, MSE1:, HC1:, \
NZCP:, shc: or {{ nor as these begin; without one, 16 characters or more are wanted",
            scheme_line(scheme)
        )));
    }
    if let Some(other) = others.iter().find(|other| other.overlaps(scheme)) {
        return Err(Failure::Refused(format!(
            "some codes would be of two schemes, and nobody could say whose they are: {}; {}",
            scheme_line(scheme),
            scheme_line(other)
        )));
    }
    if others.len() >= MAX_SCHEMES {
        return Err(Failure::Refused(format!(
            "a trust list has at most {MAX_SCHEMES} look-up schemes"
        )));
    }

    Ok(())
}
