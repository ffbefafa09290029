//! Which numbers of an HCERT hold what, as the draft of the next list has it.

use std::path::Path;

use domain::code::foreign::{HcertContent, HcertMap};
use domain::time::Timestamp;

use super::amend::amend;
use crate::{Failure, Out};

/// The numbers that are asked for. What is not said stays.
pub(crate) struct Numbers<'a> {
    /// Of EU certificates: in place of those before.
    pub(crate) dcc: &'a [i64],
    /// Of ICVP: in place of those before.
    pub(crate) icvp: &'a [i64],
    /// Takes away the numbers of what is not given.
    pub(crate) clear: bool,
}

/// Writes the numbers into the draft of the authority in `path`, and says what changes.
///
/// # Errors
/// [`Failure`]: nothing was drafted.
pub(crate) fn hcert(
    path: &Path,
    asked: &Numbers<'_>,
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    amend(path, now, out, |body| {
        body.hcert = asked.map(&body.hcert.clone().unwrap_or_default())?;
        Ok(())
    })
}

impl Numbers<'_> {
    /// The map after `before`; none where the list need not say it.
    fn map(&self, before: &HcertMap) -> Result<Option<HcertMap>, Failure> {
        let mut numbers = Vec::new();
        for content in HcertContent::ALL {
            let given = match content {
                HcertContent::EuDcc => self.dcc,
                HcertContent::Icvp => self.icvp,
            };
            let kept = before.numbers().iter().filter(|(_, of)| *of == content);
            if given.is_empty() && !self.clear {
                numbers.extend(kept);
            } else {
                numbers.extend(given.iter().map(|number| (*number, content)));
            }
        }
        if numbers.is_empty() {
            return Ok(None);
        }
        let map = HcertMap::new(numbers).ok_or_else(|| {
            Failure::Refused(format!(
                "each number holds one thing, and there are at most {}: give each once, and move or clear what holds it now",
                HcertMap::MAX
            ))
        })?;

        Ok((map != HcertMap::default()).then_some(map))
    }
}
