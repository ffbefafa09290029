//! Whatever happens in whatever order: no panic, and no admit that is not in the log.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::bench::{held, knowledge, listed, setup, unchecked};
use super::lookup::carrying;
use crate::entry;
use crate::fixture::{NOW, RECEIPT_KEY, assignment, claims, key, opaque_text, resident, text};
use crate::screen::{Colour, Command, Preset, ScanId, Stage};
use crate::station::{Action, Event, Knowledge, Machine, Ticket};
use crate::status::Sample;
use crate::time::{Moment, Timestamp};
use crate::verdict::{EmergencyReason, Verdict};

/// One thing that can happen.
#[derive(Clone, Debug)]
enum Happening {
    Event(Event),
    /// The oldest entry that waits is stored, or not.
    Disk(bool),
    /// Time passes: milliseconds, and by how many seconds the wall clock is set besides.
    Time(u64, i64),
}

fn command() -> impl Strategy<Value = Command> {
    let scan = (0_u64..6).prop_map(ScanId);
    prop_oneof![
        scan.clone().prop_map(|scan| Command::Matches { scan }),
        scan.clone().prop_map(|scan| Command::Matches { scan }),
        scan.clone().prop_map(|scan| Command::Differs { scan }),
        scan.clone().prop_map(|scan| Command::NoDocument { scan }),
        scan.clone().prop_map(|scan| Command::LetIn { scan }),
        scan.clone().prop_map(|scan| Command::Dismiss { scan }),
        scan.clone().prop_map(|scan| Command::Hold { scan }),
        scan.clone().prop_map(|scan| Command::ShowPerson { scan }),
        (0_u64..8).prop_map(|seq| Command::Undo { seq }),
        proptest::option::of(scan).prop_map(|scan| Command::Emergency {
            scan,
            reason: EmergencyReason::Other,
            note: "help me".to_owned(),
        }),
        Just(Command::Register {
            name: "x".to_owned(),
            birth_year: None,
            last_four: "1234".to_owned(),
            class: None,
        }),
        Just(Command::FormOpened),
        Just(Command::FormClosed),
        Just(Command::OtherKey),
        Just(Command::SyncNow),
    ]
}

fn contents() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let sheet = prop_oneof![
        Just(text(&claims()).into_bytes()),
        (1_u8..4).prop_map(|n| text(&resident(n)).into_bytes()),
        Just(b"https://example.org".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(sheet, 0..3)
}

fn documents() -> impl Strategy<Value = Knowledge> {
    prop_oneof![
        Just(knowledge()),
        Just(unchecked()),
        Just(listed(Colour::Yellow, Sample::Negative(NOW))),
        Just(listed(Colour::Red, Sample::None)),
        Just(Knowledge::default()),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let event = |event| Happening::Event(event);
    prop_oneof![
        6 => contents().prop_map(move |contents| event(Event::reading(contents))),
        6 => command().prop_map(move |command| event(Event::Command(command))),
        8 => any::<bool>().prop_map(Happening::Disk),
        6 => (0_u64..2_000).prop_map(|ms| Happening::Time(ms, 0)),
        1 => (0_u64..100_000, -4_000_i64..4_000).prop_map(|(ms, by)| Happening::Time(ms, by)),
        1 => documents().prop_map(move |documents| event(Event::KnowledgeArrived(documents))),
        1 => any::<bool>().prop_map(move |back| event(Event::LogRolledBack(back))),
        1 => (0_u64..20).prop_map(move |ticket| event(Event::StoreFailed { ticket: Ticket(ticket + 1_000) })),
        1 => (-800_i64..800, 0_u64..70_000).prop_map(move |(off, asked_ms_ago)| event(Event::ClockChecked {
            key: key(RECEIPT_KEY).public().kid(),
            server_time: NOW.plus(off),
            asked_ms_ago,
        })),
    ]
}

/// The same where every code is one that is only looked up.
fn happening_to_the_looked_up() -> impl Strategy<Value = Happening> {
    let event = |event| Happening::Event(event);
    let codes = proptest::collection::vec((0_u8..4).prop_map(opaque_text), 0..3);
    let documents = prop_oneof![
        3 => Just(carrying()),
        1 => Just(Knowledge { assignment: held(assignment(Preset::Residential)), ..carrying() }),
        1 => Just(Knowledge::default()),
    ];
    prop_oneof![
        6 => codes.prop_map(move |texts| {
            event(Event::reading(texts.into_iter().map(String::into_bytes).collect()))
        }),
        6 => command().prop_map(move |command| event(Event::Command(command))),
        8 => any::<bool>().prop_map(Happening::Disk),
        6 => (0_u64..2_000).prop_map(|ms| Happening::Time(ms, 0)),
        1 => documents.prop_map(move |documents| event(Event::KnowledgeArrived(documents))),
    ]
}

/// The log on the other side, and what it has promised.
#[derive(Default)]
struct Log {
    waiting: BTreeMap<Ticket, entry::Action>,
    admitted: Vec<u64>,
    seq: u64,
}

impl Log {
    fn take(&mut self, actions: &[Action]) {
        for action in actions {
            if let Action::Store { ticket, entry, .. } = action {
                assert!(self.waiting.insert(*ticket, entry.action).is_none());
            }
        }
    }

    /// The event that a happening is, after what it does to the clocks.
    fn event_of(&mut self, happening: Happening, now: &mut Moment) -> Option<Event> {
        match happening {
            Happening::Event(event) => Some(event),
            Happening::Disk(stores) => self.answer(stores),
            Happening::Time(ms, by) => {
                now.mono_ms += ms;
                let passed = i64::try_from(ms / 1_000).unwrap();
                now.wall = Timestamp(now.wall.0 + passed + by);
                Some(Event::Tick)
            }
        }
    }

    fn answer(&mut self, stores: bool) -> Option<Event> {
        let (ticket, action) = self.waiting.pop_first()?;
        if !stores {
            return Some(Event::StoreFailed { ticket });
        }
        self.seq += 1;
        if action == entry::Action::Admitted {
            self.admitted.push(self.seq);
        }

        Some(Event::EntryStored {
            ticket,
            seq: self.seq,
        })
    }
}

/// Lets a station that knows `knowledge` live through `happenings`; after each, `look` gets what is logged by then and what was
/// shown.
fn live(
    knowledge: Knowledge,
    happenings: Vec<Happening>,
    mut look: impl FnMut(&Log, Vec<Stage>) -> TestCaseResult,
) -> TestCaseResult {
    let mut now = Moment {
        wall: NOW,
        mono_ms: 1_000,
    };
    let (mut machine, first) = Machine::new(setup(knowledge, Vec::new()), now);
    let mut log = Log::default();
    log.take(&first);
    for happening in happenings {
        let Some(event) = log.event_of(happening, &mut now) else {
            continue;
        };
        let actions = machine.step(event, now);
        log.take(&actions);
        let shown = actions.into_iter().filter_map(|action| {
            let Action::Show(screen) = action else {
                return None;
            };
            Some(screen.stage)
        });
        look(&log, shown.collect())?;
    }

    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_2_no_order_of_events_shows_an_admit_that_is_not_in_the_log(
        happenings in proptest::collection::vec(happening(), 1..80),
    ) {
        live(knowledge(), happenings, |log, shown| {
            for stage in shown {
                let Stage::Verdict(view) = stage else { continue };
                prop_assert!(!view.reasons.is_empty());
                if view.verdict == Verdict::Admit {
                    let seq = view.seq.expect("an admit has a log number");
                    prop_assert!(log.admitted.contains(&seq));
                }
            }

            Ok(())
        })?;
    }

    #[test]
    fn invariant_1_no_order_of_events_admits_or_compares_who_is_only_looked_up(
        happenings in proptest::collection::vec(happening_to_the_looked_up(), 1..80),
    ) {
        live(carrying(), happenings, |log, shown| {
            prop_assert!(log.waiting.values().all(|action| *action != entry::Action::Admitted));
            for stage in shown {
                let compares = matches!(stage, Stage::Comparing { .. });
                prop_assert!(!compares);
                let Stage::Verdict(view) = stage else { continue };
                prop_assert_ne!(view.verdict, Verdict::Admit);
            }

            Ok(())
        })?;
    }
}
