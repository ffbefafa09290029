//! What a code leads to that nobody signed and that is only looked up: the gates of a resident's paper, and at best
//! *attention*, whatever the list says (SECURITY.md §3 "Types").

use super::listed::Listed;
use super::{Decision, because, cannot_judge, policy_of, seen_again};
use crate::code::clean_text;
use crate::code::lookup::OpaqueCode;
use crate::document::{Assignment, Trust, VenuePolicy};
use crate::rules::CodeKind;
use crate::screen::{Colour, PersonView, Preset, ReasonView};
use crate::status::{LookedUp, Snapshot};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// One holder of a code that is only looked up, at one door at one moment.
#[derive(Clone, Copy, Debug)]
pub struct LookupCase<'a> {
    /// The code shown.
    pub code: &'a OpaqueCode,
    /// What the list says of it; none where no list has it.
    pub looked_up: Option<&'a LookedUp>,
    /// Keys and policies.
    pub trust: &'a Trust,
    /// Which venue.
    pub assignment: &'a Assignment,
    /// The status list, if there is one.
    pub snapshot: Option<&'a Snapshot>,
    /// When the same code last went in here, within the policy's window.
    pub seen_at: Option<Timestamp>,
    /// Wall clock.
    pub now: Timestamp,
    /// The wall clock is not to be believed.
    pub clock_doubt: bool,
}

/// What the rules say of a code that is only looked up. Never an admit, and never the comparison that leads to one.
#[must_use]
pub fn decide_lookup(case: &LookupCase<'_>) -> Decision {
    if let Some(reason) = cannot_judge(case.trust, case.assignment, case.now, case.clock_doubt) {
        return Decision::plain(reason);
    }
    // Of a text that is in no list nothing is known, not even that its issuer gave it out.
    let person = case.looked_up.map(|_| case.person());
    // Without anything to compare with the ID document nobody is let in by it.
    let compares = person.as_ref().is_some_and(PersonView::is_somebody);
    match case.judge() {
        Ok(reasons) => {
            let decision = Decision::of(reasons, person, false);
            Decision {
                may_let_in: decision.may_let_in && compares,
                ..decision
            }
        }
        Err(reason) => Decision::of(vec![reason], person, false),
    }
}

impl LookupCase<'_> {
    /// What staff must look at, or the first step that fails.
    fn judge(&self) -> Result<Vec<ReasonView>, ReasonView> {
        let listed = self.listed();
        let (colour, sample) = listed.judge()?;
        let policy =
            policy_of(self.trust, self.assignment).ok_or_else(|| because(Reason::NoRules))?;
        listed.check_test(policy, sample, None)?;
        self.check_rules(policy)?;
        let reasons = [
            (colour == Colour::Yellow).then_some(because(Reason::Yellow)),
            Some(because(Reason::LookedUp)),
            self.seen_at.map(|at| seen_again(at, self.now)),
        ];

        Ok(reasons.into_iter().flatten().collect())
    }

    /// A looked-up code has nothing signed that a rule could be asked about, and proves nothing beside another. So where the
    /// venue asks more of a resident's paper than its status, or takes none, it does not take this either.
    fn check_rules(&self, policy: &VenuePolicy) -> Result<(), ReasonView> {
        let sets = self.trust.rule_sets(policy.kind);
        if sets.iter().any(Option::is_none) {
            return Err(because(Reason::RuleFailed));
        }
        let asks_papers = sets
            .iter()
            .flatten()
            .any(|set| set.is_about(CodeKind::Resident));
        if asks_papers || !policy.proofs.is_empty() || policy.kind == Preset::Event {
            return Err(because(Reason::KindNotAllowed));
        }

        Ok(())
    }

    fn listed(&self) -> Listed<'_> {
        Listed {
            trust: self.trust,
            assignment: self.assignment,
            snapshot: self.snapshot,
            standing: self.looked_up.and_then(LookedUp::standing),
            now: self.now,
        }
    }

    fn person(&self) -> PersonView {
        PersonView {
            name: String::new(),
            name_other: None,
            name_altered: false,
            birth_year: self.looked_up.and_then(LookedUp::birth_year),
            birth_date: None,
            last_four: self.looked_up.map(LookedUp::last_four).unwrap_or_default(),
            class: None,
            issuer: Some(clean_text(self.code.issuer()).0),
            country: self.code.country().map(|country| clean_text(country).0),
            keys_as_of: Some(self.trust.body.header.issued_at),
            expires: None,
            status: self.listed().view(),
            looked_up: true,
            proofs: Vec::new(),
            beside: Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
