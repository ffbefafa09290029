//! What codes of other formats lead to at a door, by the venue's own rules.

use super::*;
use crate::code::foreign::revocation::ListKind;
use crate::code::foreign::{self, ForeignKey, Format, KeyRing, ProofKind, SignedForeign};
use crate::crypto::Algorithm;
use crate::document::{Product, RevocationFile, TrustBody};
use crate::fixture::{NOW, assignment, key, trust, trust_of};
use crate::ids::Handle;
use crate::screen::Preset;
use crate::time::DAY;
use crate::verdict::Verdict::{Admit, Attention, Refuse, Undecided};
use serde_json::{Value, json};

const SIGNER: u8 = 71;

/// A code of `format` that our signer signed over its own payload, taken apart already.
fn code(format: Format, payload: Value) -> SignedForeign {
    let signed = payload.to_string().into_bytes();
    let kinds = match format {
        Format::Pretix => vec![ProofKind::Ticket],
        Format::Claim169 => vec![ProofKind::Identity],
        Format::Hcert | Format::Shc | Format::Nzcp | Format::VdsNc => vec![ProofKind::Vaccination],
    };

    SignedForeign {
        format,
        algorithm: Algorithm::EdDsa,
        key_id: Vec::new(),
        issuer: None,
        handle: Handle::of_foreign(format, &signed),
        signature: key(SIGNER).sign(&signed).to_vec(),
        signed,
        issued_at: None,
        not_before: None,
        expires: Some(NOW.plus(DAY)),
        kinds,
        flaw: None,
        status: None,
        payload,
    }
}

fn signer(format: Format) -> ForeignKey {
    ForeignKey {
        country: Some("XX".to_owned()),
        key: Some(key(SIGNER).public().into()),
        ..ForeignKey::new(format, Vec::new())
    }
}

fn verified(code: &SignedForeign) -> VerifiedForeign {
    foreign::verify(&KeyRing::new([signer(code.format)]), code, NOW).unwrap()
}

/// Days before [`NOW`], as certificates write them.
fn day(ago: i64) -> String {
    let (year, month, day) = NOW.plus(-ago * DAY).date(0);
    format!("{year:04}-{month:02}-{day:02}")
}

fn vaccinated(family: &str, ago: i64) -> SignedForeign {
    code(
        Format::Hcert,
        json!({"dcc": {
            "ver": "1.3.0", "dob": "1964-03-14",
            "nam": {"fn": family, "gn": "Anna", "fnt": family.to_uppercase(), "gnt": "ANNA"},
            "v": [{"tg": "840539006", "vp": "J07BX03", "mp": "EU/1/20/1528", "ma": "ORG-1", "dn": 2, "sd": 2,
                   "dt": day(ago), "co": "XX", "is": "X", "ci": "URN:1"}]
        }}),
    )
}

fn identity(name: &str) -> SignedForeign {
    code(
        Format::Claim169,
        json!({"claim169": {"fullName": name, "dateOfBirth": "19640314"}}),
    )
}

fn ticket(item: i64) -> SignedForeign {
    code(
        Format::Pretix,
        json!({"seed": format!("s{item}"), "item": item, "variation": 0, "subevent": 0}),
    )
}

/// What stands around a case.
struct Door {
    body: TrustBody,
    kind: Preset,
    withdrawn: Withdrawn,
    seen_at: Option<Timestamp>,
    now: Timestamp,
}

impl Door {
    /// A public place that takes EU certificates too.
    fn eu() -> Self {
        let mut body = trust().body;
        for policy in &mut body.policies {
            policy.rules = vec![crate::rules::preset_text("eu-style").unwrap().to_owned()];
        }

        Self {
            body,
            kind: Preset::PublicPlace,
            withdrawn: Withdrawn::default(),
            seen_at: None,
            now: NOW,
        }
    }

    fn event() -> Self {
        let product = Product {
            item: 42,
            name: "周六全天".to_owned(),
        };
        let mut door = Self::eu();
        door.body.policies.push(VenuePolicy::event(vec![product]));
        door.kind = Preset::Event;
        door
    }

    fn with(mut self, change: impl Fn(&mut VenuePolicy)) -> Self {
        self.body.policies.iter_mut().for_each(change);
        self
    }

    fn decide(&self, code: &SignedForeign, beside: &[SignedForeign]) -> Decision {
        let beside: Vec<VerifiedForeign> = beside.iter().map(verified).collect();
        self.decide_verified(&verified(code), &beside)
    }

    fn decide_verified(&self, code: &VerifiedForeign, beside: &[VerifiedForeign]) -> Decision {
        decide_foreign(&ForeignCase {
            code,
            beside,
            trust: &trust_of(&self.body, false),
            assignment: &assignment(self.kind),
            withdrawn: &self.withdrawn,
            seen_at: self.seen_at,
            now: self.now,
            clock_doubt: false,
        })
    }

    fn says(&self, code: &SignedForeign, beside: &[SignedForeign]) -> (Verdict, Reason) {
        let decision = self.decide(code, beside);
        (decision.verdict, decision.reasons[0].reason)
    }
}

#[test]
fn a_vaccination_by_the_venues_rules_is_admitted_after_the_identity_check_with_signer_and_lists_age()
 {
    let decision = Door::eu().decide(&vaccinated("Muster", 30), &[]);
    assert_eq!(decision.verdict, Admit);
    assert!(decision.identity_check);
    let person = decision.person.unwrap();
    assert_eq!(person.name, "Muster Anna");
    assert_eq!(person.birth_date.as_deref(), Some("1964-03-14"));
    assert_eq!(person.country.as_deref(), Some("XX"));
    assert_eq!(person.keys_as_of, Some(NOW.plus(-DAY)));
    assert_eq!(person.proofs.len(), 1);
}

#[test]
fn the_list_may_call_a_signer_by_a_name_that_tells_staff_more() {
    let code = ticket(42);
    let signer = ForeignKey {
        issuer: Some("org/fair26".to_owned()),
        name: Some("城市博览会".to_owned()),
        ..signer(Format::Pretix)
    };
    let verified = foreign::verify(&KeyRing::new([signer]), &code, NOW).unwrap();
    let door = Door::event();
    let decision = decide_foreign(&ForeignCase {
        code: &verified,
        beside: &[],
        trust: &trust_of(&door.body, false),
        assignment: &assignment(door.kind),
        withdrawn: &door.withdrawn,
        seen_at: None,
        now: NOW,
        clock_doubt: false,
    });
    let person = decision.person.unwrap();
    assert_eq!(person.issuer.as_deref(), Some("城市博览会"));
}

/// Tickets of two installations count the same numbers, so that the event is told by its key alone.
#[test]
fn a_rule_may_ask_which_event_a_ticket_is_of() {
    let of_event = r#"{"id":"TI-EVENT","sentence":{"zh":"一","en":"One"},"kinds":["ticket"],
        "logic":{"===":[{"var":"external.signer.issuer"},"fair26"]}}"#;
    let door = Door::event().with(|policy| policy.rules.push(of_event.to_owned()));
    let says = |event: Option<&str>| {
        let signer = ForeignKey {
            issuer: event.map(str::to_owned),
            ..signer(Format::Pretix)
        };
        let code = foreign::verify(&KeyRing::new([signer]), &ticket(42), NOW).unwrap();
        let decision = door.decide_verified(&code, &[]);
        (decision.verdict, decision.rule.map(|rule| rule.id))
    };
    assert_eq!(says(Some("fair26")), (Admit, None));
    let refused = (Refuse, Some("TI-EVENT".to_owned()));
    assert_eq!(says(Some("concert26")), refused);
    assert_eq!(says(None), refused, "the list does not tell");
}

#[test]
fn a_rule_is_told_the_country_of_the_signer_as_the_list_has_it() {
    let from = |country: &str| {
        let rule = format!(
            r#"{{"id":"R","sentence":{{"zh":"一","en":"One"}},"kinds":["vaccination"],
            "logic":{{"===":[{{"var":"external.signer.country"}},"{country}"]}}}}"#
        );
        let door = Door::eu().with(|policy| policy.rules = vec![rule.clone()]);
        door.decide(&vaccinated("Muster", 30), &[]).verdict
    };
    assert_eq!((from("XX"), from("YY")), (Admit, Refuse));
}

#[test]
fn a_national_rule_over_a_value_set_decides_at_a_station() {
    let rule = r#"{"id":"R","sentence":{"zh":"一","en":"One"},"kinds":["vaccination"],
        "logic":{"in":[{"var":"payload.v.0.mp"},{"var":"external.valueSets.vaccines-covid-19-names"}]}}"#;
    let door = Door::eu().with(|policy| policy.rules = vec![rule.to_owned()]);
    let says = |mp: &str| {
        let mut code = vaccinated("Muster", 30);
        code.payload["dcc"]["v"][0]["mp"] = json!(mp);
        door.says(&code, &[])
    };
    assert_eq!(says("Covaxin"), (Admit, Reason::RulesHold));
    assert_eq!(says("Aqua-Vitae"), (Refuse, Reason::RuleNotMet));
}

#[test]
fn a_rule_that_fails_refuses_with_its_own_sentence_in_both_languages() {
    let decision = Door::eu().decide(&vaccinated("Muster", 300), &[]);
    assert_eq!(
        (decision.verdict, decision.reasons[0].reason),
        (Refuse, Reason::RuleNotMet)
    );
    let rule = decision.rule.unwrap();
    assert_eq!(rule.id, "EU-VACCINE-TIME");
    assert!(rule.zh.contains("270") && rule.en.contains("270"));
}

#[test]
fn a_kind_that_no_rule_is_about_is_not_taken_here() {
    for code in [identity("Anna Muster"), ticket(42)] {
        assert_eq!(
            Door::eu().says(&code, &[]),
            (Refuse, Reason::KindNotAllowed)
        );
    }
    let plain = Door::eu().with(|policy| policy.rules.clear());
    assert_eq!(
        plain.says(&vaccinated("Muster", 30), &[]),
        (Refuse, Reason::KindNotAllowed)
    );
}

#[test]
fn a_rule_that_decides_nothing_or_cannot_be_read_is_undecided_never_an_admit() {
    let about = |logic: &str| {
        format!(
            r#"{{"id":"R","sentence":{{"zh":"一","en":"One"}},"kinds":["vaccination"],"logic":{logic}}}"#
        )
    };
    for text in [
        about(r#"{"var":"payload.v.0.mp"}"#),
        about(r#"{"+":["a",1]}"#),
        "{}".to_owned(),
    ] {
        let door = Door::eu().with(|policy| policy.rules = vec![text.clone()]);
        assert_eq!(
            door.says(&vaccinated("Muster", 30), &[]),
            (Undecided, Reason::RuleFailed),
            "{text}"
        );
    }
}

#[test]
fn a_certificate_without_what_its_schema_asks_for_is_malformed_however_well_signed() {
    let mut bad = vaccinated("Muster", 30);
    bad.payload["dcc"]["v"][0]
        .as_object_mut()
        .unwrap()
        .remove("dn");
    assert_eq!(Door::eu().says(&bad, &[]), (Refuse, Reason::Malformed));
}

#[test]
fn what_its_issuer_took_back_is_refused_and_without_the_list_nobody_may_say() {
    let code = vaccinated("Muster", 30);
    let mut door = Door::eu();
    let named = RevocationFile {
        list: ListKind::EuHashes,
        sha256: [1; 32],
        length: 1,
    };
    door.withdrawn = Withdrawn::open(&[named], |_| None);
    assert_eq!(
        door.says(&code, &[]),
        (Undecided, Reason::RevocationsMissing)
    );
    let tickets = Door {
        withdrawn: door.withdrawn,
        ..Door::event()
    };
    assert_eq!(
        tickets.says(&ticket(42), &[]),
        (Admit, Reason::TicketOk),
        "another format's list"
    );

    let secret = foreign::pretix::secret(&ticket(42)).unwrap();
    for (list, reason) in [
        (ListKind::PretixRevoked, Reason::Revoked),
        (ListKind::PretixBlocked, Reason::Blocked),
    ] {
        let mut door = Door::event();
        let file = json!([{ "secret": secret }]).to_string();
        door.withdrawn.lists.add(list, file.as_bytes()).unwrap();
        assert_eq!(door.says(&ticket(42), &[]), (Refuse, reason));
        assert_eq!(
            door.says(&ticket(43), &[]).1,
            Reason::RuleNotMet,
            "not this one"
        );
    }
}

#[test]
fn a_ticket_is_let_in_once_by_its_product_and_has_nobody_to_compare() {
    let mut door = Door::event();
    let decision = door.decide(&ticket(42), &[]);
    assert_eq!((decision.verdict, decision.identity_check), (Admit, false));
    let ProofView::Ticket { product, .. } = &decision.person.unwrap().proofs[0] else {
        panic!("no ticket");
    };
    assert_eq!(product.as_deref(), Some("周六全天"));
    assert_eq!(door.says(&ticket(43), &[]), (Refuse, Reason::RuleNotMet));

    door.seen_at = Some(NOW.plus(-720));
    let again = door.decide(&ticket(42), &[]);
    assert_eq!(
        (again.reasons[0].reason, again.reasons[0].amount),
        (Reason::TicketUsed, Some(12))
    );
    assert_eq!(again.verdict, Refuse);
}

#[test]
fn somebody_seen_here_a_moment_ago_is_attention() {
    let door = Door {
        seen_at: Some(NOW.plus(-60)),
        ..Door::eu()
    };
    let decision = door.decide(&vaccinated("Muster", 30), &[]);
    assert_eq!((decision.verdict, decision.may_let_in), (Attention, true));
}

/// A venue that wants a certificate and an identity, or a ticket.
fn two_proofs(second: CodeKind) -> Door {
    let identity = r#"{"id":"ID","sentence":{"zh":"一","en":"One"},"kinds":["identity"],"logic":{"===":[{"var":"external.venue.kind"},"event"]}}"#;
    let ticket = crate::rules::preset_text("ticket").unwrap();
    Door::event().with(|policy| {
        policy.rules = vec![
            crate::rules::preset_text("eu-style").unwrap().to_owned(),
            identity.to_owned(),
            ticket.to_owned(),
        ];
        policy.proofs = vec![vec![CodeKind::Vaccination, CodeKind::Test], vec![second]];
    })
}

#[test]
fn two_proofs_of_one_person_are_admitted_together_in_either_order() {
    let door = two_proofs(CodeKind::Identity);
    let (one, other) = (vaccinated("Müster", 30), identity("Anna Muester"));
    // MÜSTER is the certificate's own transliteration here, so it is written out.
    let one = SignedForeign {
        payload: {
            let mut payload = one.payload.clone();
            payload["dcc"]["nam"]["fnt"] = json!("MUESTER");
            payload
        },
        ..one
    };
    for (first, second) in [(&one, &other), (&other, &one)] {
        let alone = door.decide(first, &[]);
        assert_eq!(
            (alone.verdict, alone.reasons[0].reason),
            (Attention, Reason::SecondProof)
        );
        assert!(alone.waits_for_proof() && !alone.may_let_in);
        let both = door.decide(second, std::slice::from_ref(first));
        assert_eq!(both.verdict, Admit);
        let person = both.person.unwrap();
        assert_eq!(person.proofs.len(), 2);
        let from = BesideView {
            name: None,
            birth_date: None,
            issuer: None,
            country: Some("XX".to_owned()),
        };
        assert_eq!(person.beside, [from], "who vouches for the other one");
    }
}

#[test]
fn a_second_proof_in_another_name_does_not_complete_the_first() {
    let door = two_proofs(CodeKind::Identity);
    let decision = door.decide(&identity("Berta Muster"), &[vaccinated("Muster", 30)]);
    assert_eq!(
        (decision.verdict, decision.reasons[0].reason),
        (Attention, Reason::NamesDiffer)
    );
    assert!(!decision.may_let_in);
    let person = decision.person.unwrap();
    assert_eq!(person.name, "Berta Muster");
    assert_eq!(person.beside[0].name.as_deref(), Some("Muster Anna"));
    assert_eq!(person.beside[0].birth_date.as_deref(), Some("1964-03-14"));
}

#[test]
fn a_card_that_serves_two_groups_is_told_once() {
    let door = two_proofs(CodeKind::Ticket).with(|policy| {
        policy.proofs.push(vec![CodeKind::Vaccination]);
    });
    let decision = door.decide(&ticket(42), &[vaccinated("Muster", 30)]);
    assert_eq!(decision.verdict, Admit);
    let person = decision.person.unwrap();
    assert_eq!((person.beside.len(), person.proofs.len()), (1, 2));
}

#[test]
fn a_second_proof_that_does_not_count_by_itself_completes_nothing() {
    let door = two_proofs(CodeKind::Identity);
    let old = vaccinated("Muster", 300);
    assert_eq!(
        door.says(&identity("Anna Muster"), std::slice::from_ref(&old)),
        (Attention, Reason::SecondProof)
    );
    assert_eq!(
        door.says(&old, &[identity("Anna Muster")]),
        (Refuse, Reason::RuleNotMet)
    );
}

#[test]
fn a_ticket_goes_with_whoever_holds_it_and_takes_the_name_of_the_other_proof() {
    let door = two_proofs(CodeKind::Ticket);
    let decision = door.decide(&ticket(42), &[vaccinated("Muster", 30)]);
    assert_eq!(
        (decision.verdict, decision.reasons[0].reason),
        (Admit, Reason::TicketOk)
    );
    assert!(decision.identity_check);
    assert_eq!(decision.person.unwrap().name, "Muster Anna");
}

#[test]
fn keys_past_their_time_decide_nothing() {
    let door = Door {
        now: NOW.plus(81 * DAY),
        ..Door::eu()
    };
    assert_eq!(
        door.says(&vaccinated("Muster", 30), &[]),
        (Undecided, Reason::KeysTooOld)
    );
}

#[test]
fn a_positive_test_on_a_card_is_refused_whatever_the_rules_say() {
    let card = code(
        Format::VdsNc,
        json!({"hdr": {"t": "icao.test", "is": "UTO", "v": 1},
               "msg": {"pid": {"n": "MUSTER ANNA"}, "dat": {"sc": "2026-11-24T06:00:00Z"}, "ser": {"tc": "PCR", "r": "Positive"}}}),
    );
    assert_eq!(Door::eu().says(&card, &[]), (Refuse, Reason::TestPositive));
}
