use cli::authority::{PublicFolder, documents};
use cli::demo::{DemoSheet, Expected};
use cli::verify::Known;
use domain::code;
use domain::crypto::{OpeningKey, Secret, SigningKey};
use domain::document::{Assignment, Header, PreviousEpoch, Trust, Venue, Withdrawn};
use domain::ids::{StationId, VenueId};
use domain::policy::{Case, decide, decide_unverified};
use domain::screen::Preset;
use domain::status::Snapshot;
use domain::time::{DAY, Timestamp};
use domain::trust;
use domain::verdict::{Reason, Verdict};
use reader::{Budget, Reader};
use station::picture::read_picture;

use super::*;

const START: Timestamp = Timestamp(1_795_507_200);

fn demo_at(desk: &Desk, now: Timestamp) -> Vec<DemoSheet> {
    desk.run(&["demo", "--data", "", "--at", &now.0.to_string()]);
    serde_json::from_slice(&bytes(&desk.path("sheets/demo.json"))).unwrap()
}

#[test]
fn each_sheet_gives_at_each_kind_of_venue_what_the_demo_promises_days_later_too() {
    let desk = Desk::new();
    for days in [0, 5] {
        let now = START.plus(days * DAY + 1);
        for sheet in demo_at(&desk, now) {
            let promised = [
                (Preset::PublicPlace, &sheet.expected),
                (Preset::Residential, &sheet.expected_residential),
            ];
            for (preset, expected) in promised {
                let given = at_the_door(&desk, &sheet, preset, now);
                assert_eq!(&given, expected, "{} at {preset:?}", sheet.file);
            }
        }
    }
}

#[test]
fn a_second_start_keeps_sheets_and_handles_and_renews_the_list() {
    let desk = Desk::new();
    let first = demo_at(&desk, START);
    let png = bytes(&desk.path("sheets/01-wang.png"));
    let second = demo_at(&desk, START.plus(3 * DAY));
    assert_eq!(first, second);
    assert_eq!(bytes(&desk.path("sheets/01-wang.png")), png);
    let public = desk.path("authority/public");
    let (_, trust) = documents(&public).unwrap();
    let manifest = PublicFolder::new(public)
        .manifest(&trust, START.plus(3 * DAY))
        .unwrap()
        .unwrap();
    assert_eq!(manifest.header.version, 3);
    assert_eq!(manifest.header.issued_at, START.plus(3 * DAY));
}

#[test]
fn a_lost_file_is_printed_anew_and_the_old_sheets_count_no_more() {
    let desk = Desk::new();
    let first = demo_at(&desk, START);
    std::fs::remove_file(desk.path("sheets/02-li.pdf")).unwrap();
    let second = demo_at(&desk, START.plus(60));
    assert_ne!(first[0].text, second[0].text);
    let old = Known::at(&desk.path("authority"), START.plus(61))
        .map(|known| cli::verify::verify(first[0].text.as_bytes(), &known, START.plus(61)))
        .unwrap();
    assert_eq!(old.reason(), Some(Reason::RevokedReissued));
}

#[test]
fn every_demo_picture_reads_back_as_its_text() {
    let desk = Desk::new();
    for sheet in demo_at(&desk, START) {
        let picture = read_picture(&desk.path("sheets").join(&sheet.file)).unwrap();
        let reading = Reader::new().read(&picture, Budget::unlimited());
        let texts: Vec<_> = reading
            .codes
            .iter()
            .map(|code| code.content.as_slice())
            .collect();
        assert_eq!(texts, [sheet.text.as_bytes()], "{}", sheet.file);
    }
}

#[test]
fn without_an_authority_the_advice_makes_one_that_the_demo_takes() {
    let desk = Desk {
        folder: tempfile::tempdir().unwrap(),
    };
    let Err(Failure::Refused(why)) = desk.try_run(&["demo", "--data", "d"]) else {
        panic!("a demonstration without an authority");
    };
    let advice = why.split('`').nth(1).unwrap();
    let wanted = format!(
        "menshen keys --demo --out {}",
        desk.path("d/authority").display()
    );
    assert_eq!(advice, wanted);
    follow(advice);
    desk.try_run(&["demo", "--data", "d"]).unwrap();
}

#[test]
fn a_demonstration_past_its_trust_list_is_left_alone_with_advice_that_can_be_followed() {
    let desk = Desk::new();
    let before = bytes(&desk.path("authority/residents.csv"));
    let late = START.plus(90 * DAY).0.to_string();
    let Err(Failure::Refused(why)) = desk.try_run(&["demo", "--data", "", "--at", &late]) else {
        panic!("an expired demonstration was renewed");
    };
    assert!(
        why.ends_with(
            "a demonstration is not renewed: take another --data folder, or delete this one"
        ),
        "{why}"
    );
    assert!(!why.contains("menshen keys"), "{why}");
    assert_eq!(bytes(&desk.path("authority/residents.csv")), before);
    assert!(!desk.path("sheets").exists());
}

/// What the domain's rules say, with an ID document that matches where they ask for it.
fn at_the_door(desk: &Desk, sheet: &DemoSheet, preset: Preset, now: Timestamp) -> Expected {
    let known = Known::at(&desk.path("authority"), now).unwrap();
    let snapshot = known.snapshot.as_ref().unwrap();
    let assignment = assignment(&known.trust, preset, now);
    let verified = code::decode(sheet.text.as_bytes())
        .and_then(|signed| trust::verify(&known.trust, signed.native().unwrap(), now));
    let nothing = Withdrawn::default();
    let decision = match &verified {
        Ok(credential) => decide(&case(
            credential,
            &known.trust,
            &assignment,
            snapshot,
            &nothing,
            now,
        )),
        Err(reason) => decide_unverified(*reason, &known.trust, &assignment, now, false),
    };
    let reason = if decision.verdict == Verdict::Admit && decision.identity_check {
        Reason::IdMatches
    } else {
        decision.reasons[0].reason
    };

    Expected {
        verdict: decision.verdict.word().to_owned(),
        reason: reason.word().to_owned(),
    }
}

fn case<'a>(
    credential: &'a trust::VerifiedCredential,
    trust: &'a Trust,
    assignment: &'a Assignment,
    snapshot: &'a Snapshot,
    withdrawn: &'a Withdrawn,
    now: Timestamp,
) -> Case<'a> {
    Case {
        credential,
        slip: None,
        beside: &[],
        withdrawn,
        trust,
        assignment,
        snapshot: Some(snapshot),
        seen_at: None,
        now,
        clock_doubt: false,
    }
}

fn assignment(trust: &Trust, kind: Preset, now: Timestamp) -> Assignment {
    let signing_key = SigningKey::new(Secret::new([1; 32])).public();
    Assignment {
        header: Header {
            authority: trust.body.header.authority,
            version: 1,
            issued_at: now,
            expires: now.plus(DAY),
        },
        station: StationId::of(&signing_key),
        signing_key,
        sealing_key: OpeningKey::new(&Secret::new([2; 32])).public(),
        venue: Venue {
            id: VenueId([3; 16]),
            kind,
            name: "河滨菜市场".to_owned(),
            address: "滨河路 12 号".to_owned(),
            utc_offset_minutes: 480,
        },
        gate: 1,
        district: "310106".to_owned(),
        epoch: 1,
        previous: PreviousEpoch::NONE,
        secrets: Vec::new(),
        content_keys: Vec::new(),
    }
}
