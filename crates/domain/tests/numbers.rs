//! Numbers are part of signed bytes, so `docs/formats.md` lists each, and lists no other.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::{Debug, Display};

use domain::cbor::{self, Value};
use domain::code::native::{Claims, PREFIX, Slip, TestResult, class_number};
use domain::cose::Sign1;
use domain::crypto::{Secret, SigningKey};
use domain::entry::{Action, Flags, Kind};
use domain::ids::{Handle, StationId};
use domain::screen::{Dispute, HolderClass};
use domain::time::Timestamp;
use domain::verdict::{EmergencyReason, Reason, Verdict};
use domain::wire::{Answer, AnswerKind, Message};

const PAGE: &str = include_str!("../../../docs/formats.md");

#[test]
fn the_page_lists_every_kind_and_what_it_carries() {
    let kinds = (0..=u64::from(u8::MAX)).filter_map(Kind::from_number);
    let expected: Vec<Vec<String>> = kinds
        .map(|kind| {
            let carries = if kind.is_about_a_person() {
                "personal"
            } else {
                "detail"
            };
            row(kind.number(), kind, &[carries])
        })
        .collect();
    assert_eq!(table::<3>("Kind"), expected);
}

#[test]
fn the_page_lists_every_verdict_and_action() {
    let verdicts: Vec<Vec<String>> = (0..=u8::MAX)
        .filter_map(Verdict::from_number)
        .map(|verdict| row(verdict.number(), verdict, &[]))
        .collect();
    let actions: Vec<Vec<String>> = (0..=u64::from(u8::MAX))
        .filter_map(Action::from_number)
        .map(|action| row(action.number(), action, &[]))
        .collect();
    assert_eq!(table::<2>("Verdict"), verdicts);
    assert_eq!(table::<2>("Action"), actions);
}

#[test]
fn the_page_lists_every_flag() {
    let expected: Vec<Vec<String>> = [
        (Flags::SEAL_OVERRUN, "seal_overrun"),
        (Flags::CLOCK_DOUBT, "clock_doubt"),
        (Flags::LOG_ROLLED_BACK, "log_rolled_back"),
        (Flags::IDENTITY_CHECKED, "identity_checked"),
        (Flags::RESERVE, "reserve"),
        (Flags::DEMO, "demo"),
    ]
    .into_iter()
    .map(|(flag, name)| vec![flag.0.to_string(), name.to_owned()])
    .collect();
    assert_eq!(table::<2>("Flag"), expected);
    let declared = include_str!("../src/entry/kind.rs")
        .matches(": Self = Self(1")
        .count();
    assert_eq!(declared, expected.len(), "a flag is missing above");
}

#[test]
fn the_page_lists_every_reason_with_its_verdict() {
    let expected: Vec<Vec<String>> = Reason::ALL
        .iter()
        .map(|reason| row(reason.number(), reason, &[reason.verdict().word()]))
        .collect();
    assert_eq!(table::<3>("Reason"), expected);
}

#[test]
fn the_page_lists_every_emergency_reason_and_holder_class() {
    let emergencies: Vec<Vec<String>> = (0..=u8::MAX)
        .filter_map(EmergencyReason::from_number)
        .map(|reason| row(reason.number(), reason, &[]))
        .collect();
    let classes = [
        HolderClass::Minor,
        HolderClass::Senior,
        HolderClass::Disabled,
        HolderClass::Other,
    ]
    .map(|class| row(class_number(class), class, &[]));
    assert_eq!(table::<2>("Emergency reason"), emergencies);
    assert_eq!(table::<2>("Holder class"), classes);
}

#[test]
fn the_page_lists_every_answer() {
    let kinds = [
        AnswerKind::Ok,
        AnswerKind::Gap,
        AnswerKind::Fork,
        AnswerKind::Fenced,
        AnswerKind::Hole,
    ];
    let expected = kinds.map(|kind| row(number_of(kind), kind, &[]));
    assert_eq!(table::<2>("Answer"), expected);
}

#[test]
fn the_page_lists_every_message() {
    let messages = [
        Message::Batch(Vec::new()),
        Message::Hello(Vec::new()),
        Message::Hole(Vec::new()),
    ];
    let expected = messages.map(|message| {
        let name = format!("{message:?}");
        let name = name.trim_end_matches("([])");
        vec![message.number().to_string(), name.to_lowercase()]
    });
    assert_eq!(table::<2>("Message"), expected);
}

#[test]
fn the_page_lists_every_dispute() {
    let disputes: Vec<Vec<String>> = (0..=u8::MAX)
        .filter_map(Dispute::from_number)
        .map(|dispute| row(dispute.number(), dispute, &[]))
        .collect();
    assert_eq!(table::<2>("Dispute"), disputes);
}

#[test]
fn the_page_lists_every_test_result() {
    let results = [TestResult::Negative, TestResult::Positive];
    let expected = results.map(|result| row(result_number(result), result, &[]));
    assert_eq!(table::<2>("Test result"), expected);
}

/// Every text key in the fixed vectors of the four documents, so that no field is left undescribed.
#[test]
fn the_page_names_every_field_of_the_documents() {
    for (document, vector) in [
        ("root", include_str!("../vectors/root.txt")),
        ("trust", include_str!("../vectors/trust.txt")),
        ("assignment", include_str!("../vectors/assignment.txt")),
        ("manifest", include_str!("../vectors/manifest.txt")),
    ] {
        let digits = vector
            .lines()
            .find_map(|line| line.strip_prefix(document)?.strip_prefix(" = "))
            .unwrap();
        let bytes = domain::hex::decode(digits).unwrap();
        let mut fields = Vec::new();
        collect_fields(
            &cbor::decode(&payload_of(&bytes), 1_000).unwrap(),
            &mut fields,
        );
        assert!(fields.len() > 6, "{document}");
        for field in fields {
            assert!(
                PAGE.contains(&format!("\"{field}\": ")),
                "{document}: {field}"
            );
        }
    }
}

/// The first `N` columns of the table under the heading `title`, without its two head lines.
fn table<const N: usize>(title: &str) -> Vec<Vec<String>> {
    PAGE.lines()
        .skip_while(|line| *line != format!("### {title}"))
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells = line.split('|').skip(1).take(N);
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

fn row(number: impl Display, name: impl Debug, more: &[&str]) -> Vec<String> {
    let mut cells = vec![number.to_string(), snake_case(&format!("{name:?}"))];
    cells.extend(more.iter().map(|&cell| cell.to_owned()));
    cells
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn number_of(kind: AnswerKind) -> u64 {
    let key = SigningKey::new(Secret::new([1; 32]));
    let answer = Answer {
        kind,
        station: StationId([0; 16]),
        epoch: 1,
        acked_seq: 0,
        acked_hash: [0; 32],
        nonce: [0; 16],
        server_time: Timestamp(0),
        next_after: 0,
    };
    let list = Sign1::read("answer", &answer.sign(&key))
        .unwrap()
        .verify(&key.public())
        .unwrap();

    list.as_items().unwrap()[0].as_u64().unwrap()
}

/// The last member of the last claim of a slip with this result.
fn result_number(result: TestResult) -> u64 {
    let slip = Claims {
        issuer: String::new(),
        issued_at: Timestamp(0),
        expires: Timestamp(0),
        status_uri: String::new(),
        status_index: 0,
        handle: Handle([0; 16]),
        name: String::new(),
        birth_year: 0,
        class: HolderClass::Other,
        last_four: String::new(),
        slip: Some(Slip {
            sampled_at: Timestamp(0),
            result,
        }),
    };
    let text = slip.sign(&SigningKey::new(Secret::new([1; 32])));
    let bytes = base45::decode(text.strip_prefix(PREFIX).unwrap()).unwrap();
    let Ok(Value::Map(claims)) = cbor::decode(&payload_of(&bytes), 100) else {
        panic!("claims are a map");
    };
    let Some((_, Value::Map(holder))) = claims.last() else {
        panic!("the last claim is the holder");
    };

    holder.last().unwrap().1.as_items().unwrap()[1]
        .as_u64()
        .unwrap()
}

/// The third member of a COSE object.
fn payload_of(document: &[u8]) -> Vec<u8> {
    let Value::Tag(_, inner) = cbor::decode(document, 1_000).unwrap() else {
        panic!("a document is tagged");
    };

    inner.as_items().unwrap()[2].as_bytes().unwrap().to_vec()
}

fn collect_fields(value: &Value, fields: &mut Vec<String>) {
    if let Value::Map(entries) = value {
        for (key, inner) in entries {
            fields.push(key.as_text().unwrap().to_owned());
            collect_fields(inner, fields);
        }
    }
    for item in value.as_items().unwrap_or(&[]) {
        collect_fields(item, fields);
    }
}
