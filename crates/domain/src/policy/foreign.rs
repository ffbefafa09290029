//! What a verified code of another format leads to (SECURITY.md §3 steps 6 to 10): taken back, what its kind must say, the
//! venue's rules, a second proof where the venue asks for one, then what staff must look at, then admit.

use super::rules::{Says, ask, external, of_foreign};
use super::{Decision, because, cannot_judge, policy_of, seen_again};
use crate::code::clean_text;
use crate::code::foreign::{Content, Holder, VerifiedForeign};
use crate::document::{Assignment, Trust, VenuePolicy, Withdrawn};
use crate::ids::Handle;
use crate::rules::CodeKind;
use crate::screen::{BesideView, PersonView, ProofView, ReasonView, RuleSentence, TestOutcome};
use crate::time::Timestamp;
use crate::verdict::{Reason, Verdict};

/// One holder of a code of another format, at one door at one moment.
#[derive(Clone, Copy, Debug)]
pub struct ForeignCase<'a> {
    /// The code shown.
    pub code: &'a VerifiedForeign,
    /// What was shown beside it, verified at this moment too. It counts where the venue asks for several proofs, and only of
    /// the same person.
    pub beside: &'a [VerifiedForeign],
    /// Keys and policies.
    pub trust: &'a Trust,
    /// Which venue.
    pub assignment: &'a Assignment,
    /// What was taken back.
    pub withdrawn: &'a Withdrawn,
    /// When one of these codes last went in here, within the policy's window.
    pub seen_at: Option<Timestamp>,
    /// Wall clock.
    pub now: Timestamp,
    /// The wall clock is not to be believed.
    pub clock_doubt: bool,
}

/// What codes are judged by that are shown together.
#[derive(Clone, Copy)]
pub(super) struct Grounds<'a> {
    pub(super) trust: &'a Trust,
    pub(super) assignment: &'a Assignment,
    pub(super) withdrawn: &'a Withdrawn,
    pub(super) seen_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

/// Who a proof is of, as far as another may be compared with it.
pub(super) enum Bearer {
    /// Whoever holds it: a ticket names nobody.
    Anyone,
    /// This person.
    Named(Holder),
    /// Somebody whose name is masked: only what names nobody goes with it.
    Masked,
}

/// Why it ends before an admit, and in whose words.
pub(super) struct Stop {
    pub(super) reason: ReasonView,
    pub(super) rule: Option<RuleSentence>,
}

impl Stop {
    /// The decision that it is about `person`.
    pub(super) fn decision(self, person: PersonView) -> Decision {
        Decision {
            rule: self.rule,
            ..Decision::of(vec![self.reason], Some(person), false)
        }
    }
}

impl From<ReasonView> for Stop {
    fn from(reason: ReasonView) -> Self {
        Self { reason, rule: None }
    }
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        because(reason).into()
    }
}

impl Bearer {
    /// Whether a proof of `holder` can be of the same person.
    fn goes_with(&self, holder: Option<&Holder>) -> bool {
        match (self, holder) {
            (Self::Anyone, _) | (_, None) => true,
            (Self::Named(one), Some(other)) => one.is_same_person(other),
            (Self::Masked, Some(_)) => false,
        }
    }
}

impl Grounds<'_> {
    /// Whether one code counts by itself, and as which of its kinds.
    fn judge_one(&self, code: &VerifiedForeign, content: &Content) -> Result<Vec<CodeKind>, Stop> {
        let signed = code.code();
        let names = self.trust.foreign_keys().names_of(code.signer());
        self.withdrawn.standing(signed, &names, self.now)?;
        if content.proofs.iter().any(|(_, proof)| is_positive(proof)) {
            return Err(Reason::TestPositive.into());
        }
        let external = external(self.trust, self.assignment, self.seen_at, self.now);
        let data = of_foreign(code, external);
        let sets = self.trust.rule_sets(self.assignment.venue.kind);
        let mut kinds: Vec<CodeKind> = content.proofs.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut stop = None;
        // A card may prove several things: one that counts will do, and of those that do not the first says why.
        kinds.retain(|kind| {
            let says = ask(sets, *kind, &data);
            let holds = says == Says::Holds;
            if stop.is_none() {
                stop = why_not(says);
            }
            holds
        });
        if kinds.is_empty() {
            return Err(stop.unwrap_or_else(|| Reason::KindNotAllowed.into()));
        }

        Ok(kinds)
    }

    /// Whether each group of proofs that the venue asks for has one, all of the same person: `kinds` are those of the code
    /// that was shown, whose `bearer` is known. `person` gets what those `beside` it prove; the ticket among them is given,
    /// as it counts once.
    pub(super) fn complete(
        &self,
        policy: &VenuePolicy,
        kinds: &[CodeKind],
        mut bearer: Bearer,
        beside: &[VerifiedForeign],
        person: &mut PersonView,
    ) -> Result<Option<Handle>, Stop> {
        // Beside a paper the code shown last is not the one that is judged: what is wrong with it is told all the same.
        if let (Bearer::Masked, Some(last)) = (&bearer, beside.last()) {
            let content = Content::of(last.code()).ok_or(Reason::Malformed)?;
            self.judge_one(last, &content)?;
        }
        let (mut ticket, mut told) = (None, Vec::new());
        for group in &policy.proofs {
            if kinds.iter().any(|kind| group.contains(kind)) {
                continue;
            }
            let fitting: Vec<(&VerifiedForeign, Content)> = beside
                .iter()
                .filter_map(|code| {
                    let content = Content::of(code.code())?;
                    let kinds = self.judge_one(code, &content).ok()?;
                    kinds
                        .iter()
                        .any(|kind| group.contains(kind))
                        .then_some((code, content))
                })
                .collect();
            let same = fitting
                .iter()
                .find(|(_, content)| bearer.goes_with(content.holder.as_ref()));
            let Some((code, content)) = same else {
                let Some((other, content)) = fitting.first() else {
                    return Err(Reason::SecondProof.into());
                };
                let holder = content.holder.as_ref();
                person.beside.push(BesideView {
                    name: holder.map(|holder| holder.name.clone()),
                    birth_date: holder.and_then(|holder| holder.birth.clone()),
                    ..whose(other)
                });
                return Err(Reason::NamesDiffer.into());
            };
            // One card may serve two groups, and is told once.
            let handle = code.code().handle;
            if told.contains(&handle) {
                continue;
            }
            told.push(handle);
            person.beside.push(whose(code));
            if let (Bearer::Anyone, Some(holder)) = (&bearer, &content.holder) {
                bearer = Bearer::Named(holder.clone());
                name(person, content);
            }
            person.proofs.extend(proofs(content, policy));
            if content.proofs.iter().any(|(_, proof)| is_ticket(proof)) {
                ticket = Some(handle);
            }
        }

        Ok(ticket)
    }
}

/// Why a kind of code does not count; none where no rule is about it.
fn why_not(says: Says) -> Option<Stop> {
    match says {
        Says::Holds | Says::Nothing => None,
        Says::Undecided => Some(Reason::RuleFailed.into()),
        Says::Fails(rule) => Some(Stop {
            reason: because(Reason::RuleNotMet),
            rule: Some(rule),
        }),
    }
}

/// The same ticket again, minutes after the first time.
pub(super) fn used(again: ReasonView) -> ReasonView {
    ReasonView {
        reason: Reason::TicketUsed,
        ..again
    }
}

/// What the rules say of a verified code of another format.
#[must_use]
pub fn decide_foreign(case: &ForeignCase<'_>) -> Decision {
    if let Some(reason) = cannot_judge(case.trust, case.assignment, case.now, case.clock_doubt) {
        return Decision::plain(reason);
    }
    let Some(content) = Content::of(case.code.code()) else {
        return Decision::plain(Reason::Malformed);
    };
    let policy = policy_of(case.trust, case.assignment);
    let mut person = case.person(&content, policy);
    let mut ticket = None;
    match case.judge(&content, policy, &mut person, &mut ticket) {
        Ok(reasons) => {
            let identity = person.name_altered
                || (!person.name.is_empty() && policy.is_none_or(|policy| policy.identity_check));
            Decision {
                ticket,
                ..Decision::of(reasons, Some(person), identity)
            }
        }
        Err(stop) => stop.decision(person),
    }
}

impl ForeignCase<'_> {
    /// The reasons of an admit or an attention, or the first step that fails.
    fn judge(
        &self,
        content: &Content,
        policy: Option<&VenuePolicy>,
        person: &mut PersonView,
        ticket: &mut Option<Handle>,
    ) -> Result<Vec<ReasonView>, Stop> {
        let grounds = self.grounds();
        let kinds = grounds.judge_one(self.code, content)?;
        let policy = policy.ok_or(Reason::NoRules)?;
        let bearer = content.holder.clone().map_or(Bearer::Anyone, Bearer::Named);
        let beside = grounds.complete(policy, &kinds, bearer, self.beside, person)?;
        let own = kinds
            .contains(&CodeKind::Ticket)
            .then_some(self.code.code().handle);
        *ticket = own.or(beside);
        if let Some(at) = self.seen_at {
            let again = seen_again(at, self.now);
            if person.proofs.iter().any(is_ticket) {
                return Err(used(again).into());
            }
            return Ok(vec![again]);
        }
        let admitted = if person.proofs.iter().any(is_ticket) {
            Reason::TicketOk
        } else {
            Reason::RulesHold
        };

        Ok(vec![because(admitted)])
    }

    fn grounds(&self) -> Grounds<'_> {
        Grounds {
            trust: self.trust,
            assignment: self.assignment,
            withdrawn: self.withdrawn,
            seen_at: self.seen_at,
            now: self.now,
        }
    }

    fn person(&self, content: &Content, policy: Option<&VenuePolicy>) -> PersonView {
        let whose = whose(self.code);
        let mut person = PersonView {
            name: String::new(),
            name_other: None,
            name_altered: false,
            birth_year: None,
            birth_date: None,
            last_four: String::new(),
            class: None,
            issuer: whose.issuer,
            country: whose.country,
            keys_as_of: Some(self.trust.body.header.issued_at),
            expires: self.code.code().expires,
            status: None,
            looked_up: false,
            proofs: policy.map_or_else(
                || {
                    content
                        .proofs
                        .iter()
                        .map(|(_, proof)| proof.clone())
                        .collect()
                },
                |policy| proofs(content, policy),
            ),
            beside: Vec::new(),
        };
        name(&mut person, content);

        person
    }
}

/// Who vouches for a code, in the words of the trust list.
fn whose(code: &VerifiedForeign) -> BesideView {
    let signer = code.signer();
    let words = |text: &Option<String>| text.as_ref().map(|text| clean_text(text).0);

    BesideView {
        name: None,
        birth_date: None,
        issuer: words(&signer.name).or_else(|| words(&signer.issuer)),
        country: words(&signer.country),
    }
}

/// Whom a code names.
fn name(person: &mut PersonView, content: &Content) {
    if let Some(holder) = &content.holder {
        person.name.clone_from(&holder.name);
        person.name_other.clone_from(&holder.other);
        person.name_altered = holder.altered;
        person.birth_year = holder.birth_year();
        person.birth_date.clone_from(&holder.birth);
    }
}

/// What a code proves, with the names that the policy gives products.
fn proofs(content: &Content, policy: &VenuePolicy) -> Vec<ProofView> {
    let named = |proof: &ProofView| match proof {
        ProofView::Ticket {
            item,
            variation,
            subevent,
            ..
        } => ProofView::Ticket {
            product: policy
                .products
                .iter()
                .find(|product| product.item == *item)
                .map(|product| product.name.clone()),
            item: *item,
            variation: *variation,
            subevent: *subevent,
        },
        ProofView::Vaccination { .. }
        | ProofView::Test { .. }
        | ProofView::Recovery { .. }
        | ProofView::Pass
        | ProofView::Identity => proof.clone(),
    };

    content
        .proofs
        .iter()
        .map(|(_, proof)| named(proof))
        .collect()
}

fn is_positive(proof: &ProofView) -> bool {
    matches!(
        proof,
        ProofView::Test {
            result: TestOutcome::Positive,
            ..
        }
    )
}

pub(super) fn is_ticket(proof: &ProofView) -> bool {
    matches!(proof, ProofView::Ticket { .. })
}

impl Decision {
    /// A second proof would complete this one: what was shown waits for it.
    #[must_use]
    pub fn waits_for_proof(&self) -> bool {
        self.verdict == Verdict::Attention
            && self
                .reasons
                .iter()
                .any(|view| matches!(view.reason, Reason::SecondProof | Reason::NamesDiffer))
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, which is what it is for"
)]
#[path = "foreign_tests.rs"]
mod tests;
