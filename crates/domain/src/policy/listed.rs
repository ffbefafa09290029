//! Where a holder stands in the status list, and how old that knowledge is: the same for a signed paper and for a code that is
//! only looked up.

use super::{WINDOW_DAYS, amounting, because, policy_of};
use crate::document::{Assignment, Trust, VenuePolicy};
use crate::screen::{Colour, ReasonView, StatusView, TestView};
use crate::status::{Sample, Snapshot, Standing};
use crate::time::{HOUR, Timestamp};
use crate::verdict::Reason;

/// One place in the list at one moment.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) trust: &'a Trust,
    pub(super) assignment: &'a Assignment,
    pub(super) snapshot: Option<&'a Snapshot>,
    /// What the list has in this place; none where it has no such place.
    pub(super) standing: Option<Standing>,
    pub(super) now: Timestamp,
}

impl Listed<'_> {
    /// Colour and sample of somebody who is neither red nor positive, if the list is there, young enough, and has them. A
    /// revocation refuses however old the list is.
    pub(super) fn judge(&self) -> Result<(Colour, Sample), ReasonView> {
        let snapshot = self.snapshot.ok_or_else(|| because(Reason::StatusTooOld))?;
        if let Some(Standing::Revoked(reason)) = self.standing {
            return Err(because(reason));
        }
        let stop = i64::from(self.ages().status_stop_hours).saturating_mul(HOUR);
        let expired = self.now >= snapshot.manifest().header.expires;
        if expired || self.age(snapshot) >= stop {
            return Err(amounting(Reason::StatusTooOld, self.age(snapshot) / HOUR));
        }
        match self.standing {
            Some(Standing::Coloured {
                colour: Colour::Red,
                ..
            }) => Err(because(Reason::Red)),
            Some(Standing::Coloured {
                sample: Sample::Positive,
                ..
            }) => Err(because(Reason::TestPositive)),
            Some(Standing::Coloured { colour, sample }) => Ok((colour, sample)),
            Some(Standing::NeverIssued | Standing::Revoked(_)) | None => {
                Err(because(Reason::NotInList))
            }
        }
    }

    /// The start of the newest negative sample's slot, or the sample of a `slip`, must lie less than the policy's hours ago.
    /// Where the list is past its warning age, a newer test may exist that it does not know.
    pub(super) fn check_test(
        &self,
        policy: &VenuePolicy,
        listed: Sample,
        slip: Option<Timestamp>,
    ) -> Result<(), ReasonView> {
        let Some(hours) = policy.test_within_hours else {
            return Ok(());
        };
        let listed = match listed {
            Sample::Negative(from) => Some(from),
            Sample::None | Sample::Positive => None,
        };
        let age = listed.max(slip).map(|sampled| self.now.since(sampled));
        if age.is_some_and(|age| age < i64::from(hours).saturating_mul(HOUR)) {
            return Ok(());
        }
        if let Some(list_age) = self.ageing() {
            return Err(amounting(Reason::TestUnknown, list_age));
        }

        Err(age.map_or(amounting(Reason::NoTest, WINDOW_DAYS), |age| {
            amounting(Reason::TestTooOld, age / HOUR)
        }))
    }

    /// Hours since the list was signed, where that is the warning age or more.
    pub(super) fn ageing(&self) -> Option<i64> {
        let hours = self.age(self.snapshot?) / HOUR;
        (hours >= i64::from(self.ages().status_warn_hours)).then_some(hours)
    }

    /// What the list says, for the screen.
    pub(super) fn view(&self) -> Option<StatusView> {
        let (colour, test) = match self.standing {
            Some(Standing::Coloured { colour, sample }) => (Some(colour), sample.view()),
            Some(Standing::NeverIssued | Standing::Revoked(_)) | None => (None, TestView::None),
        };

        self.snapshot.map(|snapshot| StatusView {
            colour,
            test,
            as_of: snapshot.as_of(),
        })
    }

    fn age(&self, snapshot: &Snapshot) -> i64 {
        self.now.since(snapshot.as_of())
    }

    /// The limits of age; without a policy the usual ones, under which nobody is admitted anyway.
    fn ages(&self) -> VenuePolicy {
        policy_of(self.trust, self.assignment)
            .cloned()
            .unwrap_or_else(VenuePolicy::public_place)
    }
}
