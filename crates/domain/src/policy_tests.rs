use super::*;
use crate::code::native::{Claims, Slip};
use crate::document::TrustBody;
use crate::fixture::{
    ISSUER, NOW, URI, assignment, claims, everyone, slip_for, snapshot, trust, trust_of, verified,
};
use crate::screen::{HolderClass, Preset};
use crate::status::Cell;
use crate::time::HOUR;
use crate::verdict::Verdict::{Admit, Attention, Refuse, Undecided};

const MINUTE: i64 = 60;

/// What stands around a case, and may be changed by a test.
struct Door {
    claims: Claims,
    slip: Option<Claims>,
    trust: Trust,
    kind: Preset,
    snapshot: Option<Snapshot>,
    seen_at: Option<Timestamp>,
    now: Timestamp,
    clock_doubt: bool,
}

impl Door {
    /// An honest senior, green and tested this morning, at a public place.
    fn open() -> Self {
        Self {
            claims: claims(),
            slip: None,
            trust: trust(),
            kind: Preset::PublicPlace,
            snapshot: Some(everyone(
                Colour::Green,
                Sample::Negative(NOW.plus(-8 * HOUR)),
            )),
            seen_at: None,
            now: NOW,
            clock_doubt: false,
        }
    }

    fn listed(colour: Colour, sample: Sample) -> Self {
        Self {
            snapshot: Some(everyone(colour, sample)),
            ..Self::open()
        }
    }

    /// The list says `cell` of everyone and was signed `hours` ago.
    fn list_of(hours: i64, colour: Colour, sample: Sample) -> Self {
        let as_of = NOW.plus(-hours * HOUR);
        let cell = Cell::coloured(colour, sample, as_of);
        Self {
            snapshot: Some(snapshot(as_of, &[cell])),
            ..Self::open()
        }
    }

    fn with_policy(mut self, change: impl Fn(&mut VenuePolicy)) -> Self {
        let mut body: TrustBody = self.trust.body;
        body.policies.iter_mut().for_each(change);
        self.trust = trust_of(&body, false);
        self
    }

    fn decide(&self) -> Decision {
        let slip = self.slip.as_ref().map(verified);
        decide(&Case {
            credential: &verified(&self.claims),
            slip: slip.as_ref(),
            beside: &[],
            withdrawn: &Withdrawn::default(),
            trust: &self.trust,
            assignment: &assignment(self.kind),
            snapshot: self.snapshot.as_ref(),
            seen_at: self.seen_at,
            now: self.now,
            clock_doubt: self.clock_doubt,
        })
    }

    fn says(&self) -> (Verdict, Vec<(Reason, Option<i64>)>) {
        let decision = self.decide();
        let reasons = decision.reasons.iter();
        (
            decision.verdict,
            reasons.map(|view| (view.reason, view.amount)).collect(),
        )
    }
}

fn one(
    verdict: Verdict,
    reason: Reason,
    amount: Option<i64>,
) -> (Verdict, Vec<(Reason, Option<i64>)>) {
    (verdict, vec![(reason, amount)])
}

#[test]
fn a_green_code_tested_within_48_hours_is_admitted_with_all_its_facts() {
    assert_eq!(
        Door::open().decide(),
        Decision {
            verdict: Admit,
            reasons: vec![because(Reason::RulesHold)],
            person: Some(PersonView {
                name: "王*".to_owned(),
                name_other: None,
                name_altered: false,
                birth_year: Some(1941),
                birth_date: None,
                last_four: "123X".to_owned(),
                class: Some(HolderClass::Senior),
                issuer: Some(ISSUER.to_owned()),
                country: None,
                keys_as_of: Some(NOW.plus(-DAY)),
                expires: Some(NOW.plus(170 * DAY)),
                status: Some(StatusView {
                    colour: Some(Colour::Green),
                    test: TestView::Negative {
                        from: NOW.plus(-8 * HOUR),
                        until: NOW.plus(-4 * HOUR),
                    },
                    as_of: NOW.plus(-HOUR),
                }),
                looked_up: false,
                proofs: Vec::new(),
                beside: Vec::new(),
            }),
            may_let_in: false,
            identity_check: true,
            rule: None,
            ticket: None,
        }
    );
}

#[test]
fn invariant_3_a_clock_in_doubt_comes_before_everything_and_shows_nothing_of_the_code() {
    let mut door = Door::listed(Colour::Red, Sample::Positive);
    door.clock_doubt = true;
    assert_eq!(door.decide(), Decision::plain(Reason::ClockDoubt));
    assert_eq!(door.decide().verdict, Undecided);
}

#[test]
fn invariant_3_keys_are_too_old_from_the_second_that_trust_list_or_assignment_expires() {
    let mut door = Door::open();
    door.now = assignment(door.kind).header.expires;
    assert_eq!(door.decide(), Decision::plain(Reason::KeysTooOld));
    let mut body = trust().body;
    body.header.expires = NOW;
    door.trust = trust_of(&body, false);
    door.now = NOW;
    assert_eq!(door.decide(), Decision::plain(Reason::KeysTooOld));
    door.now = NOW.plus(-1);
    assert_eq!(door.decide().verdict, Admit);
}

#[test]
fn a_sheet_may_be_ten_minutes_ahead_of_us_and_not_a_second_more() {
    let mut door = Door::open();
    door.claims.issued_at = NOW.plus(10 * MINUTE);
    assert_eq!(door.decide().verdict, Admit);
    door.claims.issued_at = NOW.plus(10 * MINUTE + 1);
    assert_eq!(door.says(), one(Refuse, Reason::NotYetValid, Some(1)));
    door.claims.issued_at = NOW.plus(DAY + 1);
    assert_eq!(door.says(), one(Refuse, Reason::NotYetValid, Some(2)));
}

#[test]
fn a_sheet_is_refused_from_the_very_second_it_expires_and_says_for_how_many_days() {
    let mut door = Door::open();
    for (expires, expected) in [
        (NOW.plus(1), one(Admit, Reason::RulesHold, None)),
        (NOW, one(Refuse, Reason::Expired, Some(0))),
        (NOW.plus(-12 * DAY), one(Refuse, Reason::Expired, Some(12))),
    ] {
        door.claims.issued_at = NOW.plus(-100 * DAY);
        door.claims.expires = expires;
        assert_eq!(door.says(), expected);
    }
    assert!(door.decide().person.is_some());
}

#[test]
fn a_revoked_sheet_is_refused_however_old_the_list_is() {
    for (cell, reason) in [
        (Cell::LOST, Reason::RevokedLost),
        (Cell::REISSUED, Reason::RevokedReissued),
        (Cell::REVOKED, Reason::Revoked),
    ] {
        for age in [HOUR, 100 * DAY] {
            let mut door = Door::open();
            door.snapshot = Some(snapshot(NOW.plus(-age), &[cell]));
            assert_eq!(door.says(), one(Refuse, reason, None));
        }
    }
}

#[test]
fn an_expired_sheet_that_was_also_revoked_is_expired() {
    let mut door = Door::open();
    door.claims.expires = NOW.plus(-1);
    door.snapshot = Some(snapshot(NOW, &[Cell::LOST]));
    assert_eq!(door.says(), one(Refuse, Reason::Expired, Some(0)));
}

#[test]
fn invariant_3_without_a_list_or_from_72_hours_of_age_nothing_is_decided() {
    let fresh = Sample::Negative(NOW.plus(-4 * DAY));
    let mut door = Door::list_of(72, Colour::Green, fresh);
    door.kind = Preset::Residential;
    assert_eq!(door.says(), one(Undecided, Reason::StatusTooOld, Some(72)));
    door.now = NOW.plus(-1);
    assert_eq!(door.says(), one(Admit, Reason::StatusAgeing, Some(71)));
    door.snapshot = None;
    assert_eq!(door.says(), one(Undecided, Reason::StatusTooOld, None));
    assert_eq!(door.decide().person.unwrap().status, None);
}

#[test]
fn invariant_3_stale_status_is_shown_only_with_its_age() {
    let door = Door::list_of(80, Colour::Green, Sample::None);
    let status = door.decide().person.unwrap().status.unwrap();
    assert_eq!(status.as_of, NOW.plus(-80 * HOUR));
    assert_eq!(door.decide().verdict, Undecided);
}

#[test]
fn a_list_past_its_expiry_decides_nothing_even_where_the_policy_would_bear_its_age() {
    let door = Door::list_of(10 * 24, Colour::Green, Sample::None)
        .with_policy(|policy| policy.status_stop_hours = 10_000);
    assert_eq!(door.says(), one(Undecided, Reason::StatusTooOld, Some(240)));
}

#[test]
fn who_is_not_in_the_list_or_names_another_list_is_undecided() {
    let mut door = Door::open();
    door.snapshot = Some(snapshot(NOW, &[Cell::NEVER_ISSUED]));
    assert_eq!(door.says(), one(Undecided, Reason::NotInList, None));
    let mut door = Door::open();
    door.claims.status_index = 16;
    assert_eq!(door.says(), one(Undecided, Reason::NotInList, None));
    let mut door = Door::open();
    door.claims.status_uri = format!("{URI}/");
    assert_eq!(door.says(), one(Undecided, Reason::NotInList, None));
}

#[test]
fn red_and_positive_are_refused_at_either_kind_of_venue() {
    let negative = Sample::Negative(NOW.plus(-8 * HOUR));
    for kind in [Preset::PublicPlace, Preset::Residential] {
        let mut red = Door::listed(Colour::Red, negative);
        red.kind = kind;
        assert_eq!(red.says(), one(Refuse, Reason::Red, None));
        let mut positive = Door::listed(Colour::Green, Sample::Positive);
        positive.kind = kind;
        assert_eq!(positive.says(), one(Refuse, Reason::TestPositive, None));
    }
}

#[test]
fn a_test_is_too_old_48_hours_after_the_start_of_its_slot_to_the_second() {
    let sampled = NOW.plus(-48 * HOUR + 4 * HOUR - 1);
    let mut door = Door::listed(Colour::Green, Sample::Negative(sampled));
    assert_eq!(door.says(), one(Refuse, Reason::TestTooOld, Some(48)));
    door.now = NOW.plus(-1);
    assert_eq!(door.says(), one(Admit, Reason::RulesHold, None));
    door.now = NOW.plus(5 * HOUR);
    assert_eq!(door.says(), one(Refuse, Reason::TestTooOld, Some(53)));
}

#[test]
fn no_sample_in_the_window_of_ten_days_is_refused_where_a_test_is_asked_for() {
    let mut door = Door::listed(Colour::Green, Sample::None);
    assert_eq!(door.says(), one(Refuse, Reason::NoTest, Some(10)));
    door.kind = Preset::Residential;
    assert_eq!(door.says(), one(Admit, Reason::RulesHold, None));
}

#[test]
fn from_24_hours_of_age_the_list_may_not_know_the_newest_test() {
    for sample in [Sample::None, Sample::Negative(NOW.plus(-60 * HOUR))] {
        let mut door = Door::list_of(24, Colour::Green, sample);
        assert_eq!(door.says(), one(Undecided, Reason::TestUnknown, Some(24)));
        door.now = NOW.plus(-1);
        assert_eq!(door.decide().verdict, Refuse);
    }
}

#[test]
fn status_past_the_warning_age_admits_and_says_how_old_it_is() {
    let tested = Sample::Negative(NOW.plus(-30 * HOUR));
    let door = Door::list_of(26, Colour::Green, tested);
    assert_eq!(door.says(), one(Admit, Reason::StatusAgeing, Some(26)));
}

#[test]
fn a_rule_that_this_release_cannot_evaluate_leaves_it_undecided() {
    let door = Door::open().with_policy(|policy| policy.rules = vec!["{}".to_owned()]);
    assert_eq!(door.says(), one(Undecided, Reason::RuleFailed, None));
}

#[test]
fn without_rules_for_this_kind_of_venue_nobody_goes_in_yet_red_stays_red() {
    let mut door = Door::open();
    let mut body = trust().body;
    body.policies.clear();
    door.trust = trust_of(&body, false);
    assert_eq!(door.says(), one(Undecided, Reason::NoRules, None));
    door.snapshot = Some(everyone(Colour::Red, Sample::None));
    assert_eq!(door.says(), one(Refuse, Reason::Red, None));
}

#[test]
fn yellow_is_attention_that_staff_cannot_resolve_as_let_in() {
    let door = Door::listed(Colour::Yellow, Sample::Negative(NOW.plus(-8 * HOUR)));
    assert_eq!(door.says(), one(Attention, Reason::Yellow, None));
    assert!(!door.decide().may_let_in);
}

#[test]
fn a_sheet_seen_minutes_ago_is_attention_that_staff_may_resolve() {
    let mut door = Door::open();
    for (ago, minutes) in [(5, 1), (119, 1), (4 * MINUTE, 4), (599, 9)] {
        door.seen_at = Some(NOW.plus(-ago));
        assert_eq!(
            door.says(),
            one(Attention, Reason::SeenRecently, Some(minutes))
        );
        assert!(door.decide().may_let_in);
        assert!(!door.decide().identity_check);
    }
}

#[test]
fn a_class_that_no_day_of_the_birth_year_fits_is_attention_by_the_venues_own_date() {
    let mut door = Door::open();
    door.claims.class = HolderClass::Minor;
    door.claims.birth_year = 2008;
    assert_eq!(door.decide().verdict, Admit);
    door.claims.birth_year = 2007;
    assert_eq!(door.says(), one(Attention, Reason::ClassDiffers, None));
    assert!(door.decide().may_let_in);
}

#[test]
fn a_senior_becomes_possible_at_local_new_year_and_not_at_greenwichs() {
    let local_new_year = Timestamp(1_798_732_800); // 2026-12-31T16:00:00Z
    let mut door = Door::open();
    door.claims.class = HolderClass::Senior;
    door.claims.birth_year = 1967;
    let as_of = local_new_year.plus(-HOUR);
    let tested = Cell::coloured(Colour::Green, Sample::Negative(as_of), as_of);
    door.snapshot = Some(snapshot(as_of, &[tested]));
    door.now = local_new_year.plus(-1);
    assert_eq!(door.says(), one(Attention, Reason::ClassDiffers, None));
    door.now = local_new_year;
    assert_eq!(door.decide().verdict, Admit);
}

#[test]
fn several_attentions_are_all_said_with_the_deciding_one_first() {
    let mut door = Door::listed(Colour::Yellow, Sample::Negative(NOW.plus(-8 * HOUR)));
    door.seen_at = Some(NOW.plus(-2 * MINUTE));
    door.claims.birth_year = 2000;
    assert_eq!(
        door.says(),
        (
            Attention,
            vec![
                (Reason::Yellow, None),
                (Reason::SeenRecently, Some(2)),
                (Reason::ClassDiffers, None),
            ]
        )
    );
    assert!(!door.decide().may_let_in);
}

#[test]
fn the_identity_check_can_be_turned_off_but_not_for_a_name_that_hides_something() {
    let mut door = Door::open().with_policy(|policy| policy.identity_check = false);
    assert!(!door.decide().identity_check);
    door.claims.name = "王\u{202e}*".to_owned();
    let decision = door.decide();
    assert!(decision.identity_check);
    let person = decision.person.unwrap();
    assert_eq!((person.name.as_str(), person.name_altered), ("王*", true));
}

fn slip(sampled_at: Timestamp, result: TestResult) -> Slip {
    Slip { sampled_at, result }
}

#[test]
fn a_slip_alone_is_a_kind_that_is_not_accepted_here() {
    let mut door = Door::open();
    door.claims = slip_for(&claims(), slip(NOW.plus(-HOUR), TestResult::Negative));
    assert_eq!(door.decide(), Decision::plain(Reason::KindNotAllowed));
}

#[test]
fn a_slip_beside_the_paper_of_the_same_holder_satisfies_the_test_rule() {
    let sampled = NOW.plus(-47 * HOUR);
    for age in [1, 30] {
        let mut door = Door::list_of(age, Colour::Green, Sample::None);
        door.slip = Some(slip_for(&claims(), slip(sampled, TestResult::Negative)));
        assert_eq!(door.decide().verdict, Admit);
        let status = door.decide().person.unwrap().status.unwrap();
        assert_eq!(
            status.test,
            TestView::Negative {
                from: sampled,
                until: sampled.plus(1),
            }
        );
    }
}

#[test]
fn a_slip_counts_only_for_its_own_holder_in_its_time_unrevoked_and_by_a_test_centre() {
    let fresh = slip(NOW.plus(-HOUR), TestResult::Negative);
    let other_holder = slip_for(&crate::fixture::resident(1), fresh);
    let mut expired = slip_for(&claims(), fresh);
    expired.expires = NOW;
    let future = slip_for(&claims(), slip(NOW.plus(601), TestResult::Negative));
    let old = slip_for(&claims(), slip(NOW.plus(-48 * HOUR), TestResult::Negative));
    let resident_sheet = claims();
    for slip in [other_holder, expired, future, old, resident_sheet] {
        let mut door = Door::listed(Colour::Green, Sample::None);
        door.slip = Some(slip);
        assert_eq!(door.decide().verdict, Refuse);
    }
    let mut door = Door::open();
    let mut revoked = slip_for(&claims(), fresh);
    revoked.status_index = 1;
    door.slip = Some(revoked);
    let green = Cell::coloured(Colour::Green, Sample::None, NOW);
    door.snapshot = Some(snapshot(NOW, &[green, Cell::LOST]));
    assert_eq!(door.says(), one(Refuse, Reason::NoTest, Some(10)));
}

#[test]
fn a_positive_slip_refuses_and_a_negative_one_never_outweighs_a_positive_list() {
    let mut door = Door::open();
    let positive = slip(NOW.plus(-HOUR), TestResult::Positive);
    door.slip = Some(slip_for(&claims(), positive));
    assert_eq!(door.says(), one(Refuse, Reason::TestPositive, None));
    let status = door.decide().person.unwrap().status.unwrap();
    assert_eq!(status.test, TestView::Positive);
    let mut door = Door::listed(Colour::Green, Sample::Positive);
    let negative = slip(NOW.plus(-HOUR), TestResult::Negative);
    door.slip = Some(slip_for(&claims(), negative));
    assert_eq!(door.says(), one(Refuse, Reason::TestPositive, None));
}

#[test]
fn a_slip_older_than_the_listed_sample_changes_nothing() {
    let mut door = Door::open();
    let older = slip(NOW.plus(-20 * HOUR), TestResult::Negative);
    door.slip = Some(slip_for(&claims(), older));
    assert_eq!(door.decide(), Door::open().decide());
}

#[test]
fn what_was_not_verified_keeps_its_reason_unless_the_station_cannot_say() {
    let unverified = |reason, now, clock_doubt| {
        let assignment = assignment(Preset::PublicPlace);
        let decision = decide_unverified(reason, &trust(), &assignment, now, clock_doubt);
        assert_eq!((decision.person, decision.may_let_in), (None, false));
        decision.reasons[0].reason
    };
    let expired = NOW.plus(80 * DAY);
    for (reason, in_doubt, with_old_keys) in [
        (Reason::Forged, Reason::Forged, Reason::KeysTooOld),
        (
            Reason::UnknownIssuer,
            Reason::UnknownIssuer,
            Reason::KeysTooOld,
        ),
        (
            Reason::SignerNotValid,
            Reason::ClockDoubt,
            Reason::KeysTooOld,
        ),
        (Reason::Malformed, Reason::Malformed, Reason::Malformed),
        (Reason::NotAPass, Reason::NotAPass, Reason::NotAPass),
        (Reason::VenueCode, Reason::VenueCode, Reason::VenueCode),
    ] {
        assert_eq!(unverified(reason, NOW, false), reason);
        assert_eq!(unverified(reason, NOW, true), in_doubt);
        assert_eq!(unverified(reason, expired, false), with_old_keys);
    }
}

#[test]
fn a_person_registered_by_hand_is_attention_whatever_else_there_is_to_say() {
    let mut typed = Typed {
        name: "李\u{200b}六".to_owned(),
        birth_year: Some(2000),
        last_four: "998X".to_owned(),
        class: None,
    };
    let decision = decide_by_hand(&typed, None, NOW, 480);
    assert_eq!(decision.reasons, vec![because(Reason::ByHand)]);
    assert_eq!((decision.verdict, decision.may_let_in), (Attention, true));
    assert_eq!(decision.person.unwrap().name, "李六");
    typed.class = Some(HolderClass::Senior);
    assert_eq!(
        decide_by_hand(&typed, Some(NOW.plus(-200)), NOW, 480).reasons,
        vec![
            because(Reason::ByHand),
            amounting(Reason::SeenRecently, 3),
            because(Reason::ClassDiffers),
        ]
    );
}

#[test]
fn times_at_the_ends_of_their_range_are_decided_without_overflow() {
    for now in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
        let mut door = Door::open();
        door.now = now;
        door.seen_at = Some(NOW);
        assert_ne!(door.decide().verdict, Admit);
    }
}
