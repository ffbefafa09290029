//! The rules of a venue: what a verified credential leads to (SECURITY.md §3 steps 5 to 10).
//!
//! The order is fixed, and the first step that fails decides: clock, keys, life of the sheet, revocation, age
//! of the status, list, red, positive, test, further rules; then what staff must look at; then admit.

mod class;
mod foreign;
mod listed;
mod lookup;
mod rules;

use self::foreign::{Bearer, Grounds, Stop, is_ticket, used};
use self::listed::Listed;
use self::rules::{Says, ask, external, of_native, status};
use crate::code::clean_text;
use crate::code::foreign::VerifiedForeign;
use crate::code::native::TestResult;
use crate::document::{Assignment, IssuerKind, Trust, VenuePolicy, Withdrawn};
use crate::ids::Handle;
use crate::rules::CodeKind;
use crate::screen::{
    Colour, HolderClass, PersonView, Preset, ReasonView, RuleSentence, StatusView, TestView,
};
use crate::status::{SLOT_SECONDS, Sample, Snapshot, Standing};
use crate::time::{DAY, Timestamp};
use crate::trust::VerifiedCredential;
use crate::verdict::{Reason, Verdict};

pub use foreign::{ForeignCase, decide_foreign};
pub use lookup::{LookupCase, decide_lookup};

/// Seconds that a sheet or sample may lie in our future.
const AHEAD: i64 = 600;
/// Days that a list's window of 62 slots covers.
const WINDOW_DAYS: i64 = 62 * SLOT_SECONDS / DAY;

/// One holder at one door at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The sheet shown.
    pub credential: &'a VerifiedCredential,
    /// A slip shown beside it. It counts only if a test centre signed it for the same handle.
    pub slip: Option<&'a VerifiedCredential>,
    /// Keys and policies.
    pub trust: &'a Trust,
    /// Codes of other formats that were shown beside it, verified at this moment too: they count where the venue asks for
    /// several proofs.
    pub beside: &'a [VerifiedForeign],
    /// What was taken back of those.
    pub withdrawn: &'a Withdrawn,
    /// Which venue.
    pub assignment: &'a Assignment,
    /// The status list, if there is one.
    pub snapshot: Option<&'a Snapshot>,
    /// When the same sheet last went in here, within the policy's window.
    pub seen_at: Option<Timestamp>,
    /// Wall clock.
    pub now: Timestamp,
    /// The wall clock is not to be believed.
    pub clock_doubt: bool,
}

/// What the rules say, before staff compare the ID document and before anything is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, the deciding one first; never empty.
    pub reasons: Vec<ReasonView>,
    /// What may be shown of the holder; none where nothing of the code is to be relied on.
    pub person: Option<PersonView>,
    /// Staff may resolve it as let in.
    pub may_let_in: bool,
    /// Before this admit counts, staff compare the ID document.
    pub identity_check: bool,
    /// The sentence of the venue's rule that failed.
    pub rule: Option<RuleSentence>,
    /// The ticket that this admit uses up: it is what is remembered, as it counts once.
    pub ticket: Option<Handle>,
}

/// The policy of the venue that an assignment names.
#[must_use]
pub fn policy_of<'a>(trust: &'a Trust, assignment: &Assignment) -> Option<&'a VenuePolicy> {
    trust.policy(assignment.venue.kind)
}

/// What the rules say of a verified credential.
#[must_use]
pub fn decide(case: &Case<'_>) -> Decision {
    if let Some(reason) = cannot_judge(case.trust, case.assignment, case.now, case.clock_doubt) {
        return Decision::plain(reason);
    }
    if case.credential.kind() == IssuerKind::Slip {
        return Decision::plain(Reason::KindNotAllowed);
    }
    let mut person = case.person();
    let mut ticket = None;
    match case.judge(&mut person, &mut ticket) {
        Ok(reasons) => Decision {
            ticket,
            ..Decision::of(reasons, Some(person), case.asks_for_identity())
        },
        Err(stop) => stop.decision(person),
    }
}

/// What a code leads to that was not verified: why it was not, unless the station is in no position to say.
#[must_use]
pub fn decide_unverified(
    reason: Reason,
    trust: &Trust,
    assignment: &Assignment,
    now: Timestamp,
    clock_doubt: bool,
) -> Decision {
    let of_its_form = matches!(
        reason,
        Reason::Malformed | Reason::NotAPass | Reason::Unsupported | Reason::VenueCode
    );
    let needs_time = matches!(
        reason,
        Reason::SignerNotValid | Reason::Expired | Reason::NotYetValid
    );
    let cannot_judge = cannot_judge(trust, assignment, now, clock_doubt)
        .filter(|doubt| !of_its_form && (*doubt != Reason::ClockDoubt || needs_time));

    Decision::plain(cannot_judge.unwrap_or(reason))
}

/// A person without a code, as staff typed them in. Not signed by anyone, so at best attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Name.
    pub name: String,
    /// Birth year.
    pub birth_year: Option<u16>,
    /// Last four of the ID document.
    pub last_four: String,
    /// Holder class.
    pub class: Option<HolderClass>,
}

/// What the rules say of a person registered by hand.
#[must_use]
pub fn decide_by_hand(
    typed: &Typed,
    seen_at: Option<Timestamp>,
    now: Timestamp,
    utc_offset_minutes: i32,
) -> Decision {
    let (name, name_altered) = clean_text(&typed.name);
    let differs = match (typed.class, typed.birth_year) {
        (Some(class), Some(year)) => class_differs(class, year, now, utc_offset_minutes),
        (Some(_) | None, _) => None,
    };
    let person = PersonView {
        name,
        name_other: None,
        name_altered,
        birth_year: typed.birth_year,
        birth_date: None,
        last_four: typed.last_four.clone(),
        class: typed.class,
        issuer: None,
        country: None,
        keys_as_of: None,
        expires: None,
        status: None,
        looked_up: false,
        proofs: Vec::new(),
        beside: Vec::new(),
    };
    let reasons = [
        Some(because(Reason::ByHand)),
        seen_at.map(|at| seen_again(at, now)),
        differs,
    ];

    Decision::of(reasons.into_iter().flatten().collect(), Some(person), false)
}

/// Past the expiry of keys or assignment everything is undecided, and so it is where the time is unknown.
fn cannot_judge(
    trust: &Trust,
    assignment: &Assignment,
    now: Timestamp,
    clock_doubt: bool,
) -> Option<Reason> {
    if clock_doubt {
        return Some(Reason::ClockDoubt);
    }
    let expired = now >= trust.body.header.expires || now >= assignment.header.expires;

    expired.then_some(Reason::KeysTooOld)
}

impl Decision {
    /// A verdict for one reason that shows nothing of the code and leaves nothing to staff.
    #[must_use]
    pub fn plain(reason: Reason) -> Self {
        Self {
            may_let_in: false,
            ..Self::of(vec![because(reason)], None, false)
        }
    }

    /// The verdict of the first reason.
    #[must_use]
    pub fn of(
        reasons: Vec<ReasonView>,
        person: Option<PersonView>,
        asks_for_identity: bool,
    ) -> Self {
        let verdict = reasons
            .first()
            .map_or(Verdict::Undecided, |first| first.reason.verdict());
        let settled = |view: &ReasonView| {
            matches!(
                view.reason,
                Reason::Yellow | Reason::SecondProof | Reason::NamesDiffer
            )
        };

        Self {
            verdict,
            may_let_in: verdict == Verdict::Attention && !reasons.iter().any(settled),
            identity_check: verdict == Verdict::Admit && asks_for_identity,
            reasons,
            person,
            rule: None,
            ticket: None,
        }
    }
}

impl Case<'_> {
    /// What staff must look at, or why they may go in, or the first step that fails; `person` gets what was shown beside.
    fn judge(
        &self,
        person: &mut PersonView,
        ticket: &mut Option<Handle>,
    ) -> Result<Vec<ReasonView>, Stop> {
        self.check_life()?;
        let listed = self.listed();
        let (colour, sample) = listed.judge()?;
        if self.slip_result() == Some(TestResult::Positive) {
            return Err(Reason::TestPositive.into());
        }
        let policy = policy_of(self.trust, self.assignment).ok_or(Reason::NoRules)?;
        listed.check_test(policy, sample, self.negative_slip())?;
        self.check_rules(colour, sample)?;
        *ticket = self.check_proofs(policy, person)?;
        let attentions = self.attentions(colour);
        if attentions.is_empty() {
            return Ok(vec![self.admit_reason(person)]);
        }

        Ok(attentions)
    }

    /// The venue's own rules, as far as they are about a resident's paper. An event takes it only where one is.
    fn check_rules(&self, colour: Colour, sample: Sample) -> Result<(), Stop> {
        let claims = self.credential.claims();
        let external = external(self.trust, self.assignment, self.seen_at, self.now);
        let as_of = self.snapshot.map_or(self.now, Snapshot::as_of);
        let data = of_native(claims, external, status(colour, sample, as_of));
        let kind = self.assignment.venue.kind;
        match ask(self.trust.rule_sets(kind), CodeKind::Resident, &data) {
            Says::Nothing if kind == Preset::Event => Err(Reason::KindNotAllowed.into()),
            Says::Holds | Says::Nothing => Ok(()),
            Says::Fails(rule) => Err(Stop {
                reason: because(Reason::RuleNotMet),
                rule: Some(rule),
            }),
            Says::Undecided => Err(Reason::RuleFailed.into()),
        }
    }

    /// The other proofs that the venue asks for beside a resident's paper. Its name is masked, so that only a ticket, which
    /// names nobody, can be told to be theirs.
    fn check_proofs(
        &self,
        policy: &VenuePolicy,
        person: &mut PersonView,
    ) -> Result<Option<Handle>, Stop> {
        let grounds = Grounds {
            trust: self.trust,
            assignment: self.assignment,
            withdrawn: self.withdrawn,
            seen_at: self.seen_at,
            now: self.now,
        };
        let own = [CodeKind::Resident];
        let ticket = grounds.complete(policy, &own, Bearer::Masked, self.beside, person)?;
        let again = self.seen_at.map(|at| seen_again(at, self.now));
        match again.filter(|_| ticket.is_some()) {
            Some(again) => Err(used(again).into()),
            None => Ok(ticket),
        }
    }

    fn check_life(&self) -> Result<(), ReasonView> {
        let claims = self.credential.claims();
        let until_issued = claims.issued_at.since(self.now);
        if until_issued > AHEAD {
            return Err(amounting(
                Reason::NotYetValid,
                until_issued.saturating_add(DAY).saturating_sub(1) / DAY,
            ));
        }
        let since_expiry = self.now.since(claims.expires);
        if since_expiry >= 0 {
            return Err(amounting(Reason::Expired, since_expiry / DAY));
        }

        Ok(())
    }

    /// Their place in the list.
    fn listed(&self) -> Listed<'_> {
        let claims = self.credential.claims();
        let standing = self
            .snapshot
            .and_then(|list| list.standing(&claims.status_uri, claims.status_index));

        Listed {
            trust: self.trust,
            assignment: self.assignment,
            snapshot: self.snapshot,
            standing,
            now: self.now,
        }
    }

    fn attentions(&self, colour: Colour) -> Vec<ReasonView> {
        let claims = self.credential.claims();
        let offset = self.assignment.venue.utc_offset_minutes;
        let reasons = [
            (colour == Colour::Yellow).then_some(because(Reason::Yellow)),
            self.seen_at.map(|at| seen_again(at, self.now)),
            class_differs(claims.class, claims.birth_year, self.now, offset),
        ];

        reasons.into_iter().flatten().collect()
    }

    fn admit_reason(&self, person: &PersonView) -> ReasonView {
        let holds = if person.proofs.iter().any(is_ticket) {
            Reason::TicketOk
        } else {
            Reason::RulesHold
        };

        self.listed().ageing().map_or(because(holds), |hours| {
            amounting(Reason::StatusAgeing, hours)
        })
    }

    fn asks_for_identity(&self) -> bool {
        let (_, altered) = clean_text(&self.credential.claims().name);

        altered || policy_of(self.trust, self.assignment).is_none_or(|policy| policy.identity_check)
    }

    /// When the sample of a negative slip was taken, if the slip counts.
    fn negative_slip(&self) -> Option<Timestamp> {
        let sampled_at = self.slip()?.claims().slip?.sampled_at;
        (self.slip_result() == Some(TestResult::Negative)).then_some(sampled_at)
    }

    fn slip_result(&self) -> Option<TestResult> {
        self.slip()?.claims().slip.map(|slip| slip.result)
    }

    /// The slip, if a test centre signed it for this very holder, it is in its time, and it was not revoked.
    fn slip(&self) -> Option<&VerifiedCredential> {
        let slip = self.slip?;
        let claims = slip.claims();
        let revoked = self
            .snapshot
            .and_then(|list| list.standing(&claims.status_uri, claims.status_index))
            .is_some_and(|standing| matches!(standing, Standing::Revoked(_)));
        let in_time = self.now < claims.expires
            && claims.issued_at.since(self.now) <= AHEAD
            && claims.slip?.sampled_at.since(self.now) <= AHEAD;

        (slip.kind() == IssuerKind::Slip
            && claims.handle == self.credential.claims().handle
            && in_time
            && !revoked)
            .then_some(slip)
    }

    fn person(&self) -> PersonView {
        let claims = self.credential.claims();
        let (name, name_altered) = clean_text(&claims.name);

        PersonView {
            name,
            name_other: None,
            name_altered,
            birth_year: Some(claims.birth_year),
            birth_date: None,
            last_four: clean_text(&claims.last_four).0,
            class: Some(claims.class),
            issuer: Some(claims.issuer.clone()),
            country: None,
            keys_as_of: Some(self.trust.body.header.issued_at),
            expires: Some(claims.expires),
            status: self.status_view(),
            looked_up: false,
            proofs: Vec::new(),
            beside: Vec::new(),
        }
    }

    fn status_view(&self) -> Option<StatusView> {
        self.listed().view().map(|view| StatusView {
            test: self.newest(view.test),
            ..view
        })
    }

    /// The listed test, or that of a slip which counts and is newer: its second, not a slot.
    fn newest(&self, listed: TestView) -> TestView {
        let negative = self.negative_slip().map(|from| TestView::Negative {
            from,
            until: from.plus(1),
        });
        match (listed, negative) {
            _ if self.slip_result() == Some(TestResult::Positive) => TestView::Positive,
            (TestView::Negative { from, .. }, Some(_)) if Some(from) >= self.negative_slip() => {
                listed
            }
            (TestView::Negative { .. } | TestView::None, Some(negative)) => negative,
            (TestView::Positive, _) | (_, None) => listed,
        }
    }
}

fn seen_again(at: Timestamp, now: Timestamp) -> ReasonView {
    let minutes = now.since(at).saturating_abs() / 60;

    amounting(Reason::SeenRecently, minutes.max(1))
}

fn class_differs(
    class: HolderClass,
    birth_year: u16,
    now: Timestamp,
    utc_offset_minutes: i32,
) -> Option<ReasonView> {
    let (year, month, day) = now.date(utc_offset_minutes);
    let fits = class::fits(class, birth_year, year, (month, day) == (12, 31));

    (!fits).then_some(because(Reason::ClassDiffers))
}

fn because(reason: Reason) -> ReasonView {
    ReasonView {
        reason,
        amount: None,
    }
}

fn amounting(reason: Reason, amount: i64) -> ReasonView {
    ReasonView {
        reason,
        amount: Some(amount),
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, which is what it is for"
)]
#[path = "policy_tests.rs"]
mod tests;
