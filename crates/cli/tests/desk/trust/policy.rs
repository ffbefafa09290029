//! The rules of a venue, drafted, signed, and asked about a code that an imported key signed.

use domain::code::foreign::VerifiedForeign;
use domain::document::{Assignment, PreviousEpoch, Venue};
use domain::ids::{StationId, VenueId};
use domain::policy::{Decision, ForeignCase, decide_foreign};
use domain::rules::CodeKind;
use domain::screen::Preset;

use super::*;

pub(super) fn policy(desk: &Desk, more: &[&str]) -> Result<String, String> {
    let words = [
        &["trust", "policy", "--at", NOW, "--authority", "authority"],
        more,
    ]
    .concat();

    said(desk.try_run(&words))
}

fn at_the_gate(trust: &Trust, code: &VerifiedForeign) -> Decision {
    let authority = trust.body.header.authority;
    let signing_key =
        domain::crypto::SigningKey::new(domain::crypto::Secret::new([1; 32])).public();
    let sealing_key =
        domain::crypto::OpeningKey::new(&domain::crypto::Secret::new([2; 32])).public();
    decide_foreign(&ForeignCase {
        code,
        beside: &[],
        trust,
        assignment: &Assignment {
            header: domain::document::Header {
                authority,
                version: 1,
                issued_at: AT,
                expires: AT.plus(DAY),
            },
            station: StationId::of(&signing_key),
            signing_key,
            sealing_key,
            venue: Venue {
                id: VenueId([3; 16]),
                kind: Preset::Event,
                name: "Park".to_owned(),
                address: "1 Park Road".to_owned(),
                utc_offset_minutes: 60,
            },
            gate: 1,
            district: "310106".to_owned(),
            epoch: 1,
            previous: PreviousEpoch::NONE,
            secrets: Vec::new(),
            content_keys: Vec::new(),
        },
        withdrawn: &Withdrawn::default(),
        seen_at: None,
        now: AT,
        clock_doubt: false,
    })
}

#[test]
fn an_event_takes_the_tickets_that_its_policy_names_once_root_keys_signed_it() {
    let desk = Desk::new();
    import_fixture(&desk, "pretix", "pretix.json");
    let ticket = code("pretix");
    let item = ticket.payload["item"].as_i64().unwrap();
    let product = format!("{item}=Saturday");
    let drafted = policy(&desk, &["--venue", "event", "--product", &product]).unwrap();
    assert!(
        drafted.contains("+ policy of event, rule file 1: ticket, rules: 1"),
        "{drafted}"
    );
    sign(&desk, &[1, 2], &words(&drafted), NOW).unwrap();

    let trust = held(&desk);
    let verified = verify(trust.foreign_keys(), &ticket, AT).unwrap();
    let decision = at_the_gate(&trust, &verified);
    assert_eq!(decision.reasons[0].reason, Reason::TicketOk);
    let again = policy(&desk, &["--venue", "event", "--product", &product]).unwrap();
    assert!(again.starts_with("Nothing changed"), "{again}");

    let other = policy(&desk, &["--venue", "event", "--product", "999999=Sunday"]).unwrap();
    sign(&desk, &[1, 3], &words(&other), NOW).unwrap();
    let decision = at_the_gate(&held(&desk), &verified);
    assert_eq!(decision.reasons[0].reason, Reason::RuleNotMet);
    assert_eq!(decision.rule.unwrap().id, "TI-PRODUCT");
}

#[test]
fn rules_of_a_venue_come_from_presets_and_files_and_go_with_clear() {
    let desk = Desk::new();
    let file = desk.path("mine.json");
    let own = r#"{"id":"MINE","sentence":{"zh":"一","en":"One"},"kinds":["nzcp"],"logic":true}"#;
    std::fs::write(&file, own).unwrap();
    let file = file.display().to_string();
    policy(
        &desk,
        &[
            "--venue",
            "public_place",
            "--rules",
            "eu-style",
            &file,
            "--proof",
            "vaccination,test",
            "--proof",
            "identity",
            "--identity-check",
            "false",
            "--again-within",
            "60",
        ],
    )
    .unwrap();
    let body = drafted(&desk).body().clone();
    let kept = body
        .policies
        .iter()
        .find(|policy| policy.kind == Preset::PublicPlace)
        .unwrap();
    assert_eq!((kept.rules.len(), kept.rules[1].as_str()), (2, own));
    assert_eq!(kept.proofs[0], [CodeKind::Vaccination, CodeKind::Test]);
    assert_eq!(
        (
            kept.identity_check,
            kept.again_within,
            kept.test_within_hours
        ),
        (false, 60, Some(48))
    );

    policy(&desk, &["--venue", "public_place", "--clear"]).unwrap();
    let body = drafted(&desk).body().clone();
    let kept = body
        .policies
        .iter()
        .find(|policy| policy.kind == Preset::PublicPlace)
        .unwrap();
    assert!(kept.rules.is_empty() && kept.proofs.is_empty());
}

#[test]
fn a_rule_file_that_is_wrong_is_refused_with_its_line_and_nothing_is_drafted() {
    let desk = Desk::new();
    let file = desk.path("bad.json");
    std::fs::write(
        &file,
        "{\n \"id\": \"BAD\",\n \"kinds\": [\"resident\"],\n \"logic\": {\"nope\": []}\n}",
    )
    .unwrap();
    let file = file.display().to_string();
    let why = policy(&desk, &["--venue", "residential", "--rules", &file]).unwrap_err();
    assert!(
        why.contains("line 4, /logic") && why.contains("nothing was drafted"),
        "{why}"
    );
    let why = policy(&desk, &["--venue", "residential", "--rules", "eu-stile"]).unwrap_err();
    assert!(
        why.contains("eu-style, public-place, residential, ticket"),
        "{why}"
    );
    assert!(!desk.path("authority/draft").exists());
}

#[test]
fn verify_tells_a_foreign_code_check_by_check() {
    let (desk, _) = imported();
    let all: Value = serde_json::from_slice(&bytes(fixture("codes.json").as_ref())).unwrap();
    let ask = |name: &str| {
        let text = desk.path("code.txt");
        std::fs::write(&text, all[name].as_str().unwrap()).unwrap();
        let known = cli::verify::Known::at(&desk.path("authority"), AT).unwrap();
        cli::verify::verify(all[name].as_str().unwrap().as_bytes(), &known, AT)
    };
    for (name, says) in [
        ("shc", "shc: SMART Health Card"),
        ("nzcp", "by did:web:pass.example, NZ"),
        ("pretix", "by sommerfest"),
        ("vds_nc", "vds_nc: ICAO digital seal"),
    ] {
        let report = ask(name);
        assert!(report.to_string().contains(says), "{report}");
        assert!(report.good() || name == "shc", "{report}");
    }
    for name in ["hcert", "shc_revoked", "pretix_revoked"] {
        assert_eq!(ask(name).reason(), Some(Reason::Revoked), "{name}");
    }
}
