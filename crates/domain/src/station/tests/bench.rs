//! A machine on the bench, with a log that answers when it is told to.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::clock::ClockState;
use crate::code::native::Claims;
use crate::crypto::Secret;
use crate::document::{TrustBody, VenuePolicy};
use crate::entry::NewEntry;
use crate::fixture::{NOW, STATUS_KEY, assignment, everyone, key, text, trust, trust_of};
use crate::recent::{Recent, Seen, Tag};
use crate::screen::{
    CameraView, Colour, Command, LinkView, Notice, OperatorScreen, Outcome, Preset, Protection,
    ReasonView, ScanId, Stage, SyncView, Totals, VerdictView,
};
use crate::station::{Action, Event, Knowledge, Machine, Setup, Ticket};
use crate::status::Sample;
use crate::time::{HOUR, Moment};
use crate::verdict::{Reason, Verdict};

pub(super) const SYNC: SyncView = SyncView {
    waiting: 0,
    last_receipt: None,
    link: LinkView::Untried,
    dispute: None,
};

/// An entry that waits for the disk.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) ticket: Ticket,
    pub(super) entry: NewEntry,
    pub(super) remember: Option<Tag>,
    pub(super) outcome: Option<Outcome>,
    pub(super) emergency: bool,
}

pub(super) struct Bench {
    pub(super) machine: Machine,
    pub(super) now: Moment,
    pub(super) screen: OperatorScreen,
    pub(super) asked: VecDeque<Asked>,
    /// What was asked for besides entries and screens.
    pub(super) other: Vec<Action>,
    pub(super) shows: usize,
    seq: u64,
}

/// A document as the machine holds it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every document may also be missing"
)]
pub(super) fn held<T>(document: T) -> Option<Arc<T>> {
    Some(Arc::new(document))
}

/// Everyone green and tested this morning, at a public place.
pub(super) fn knowledge() -> Knowledge {
    Knowledge {
        trust: held(trust()),
        assignment: held(assignment(Preset::PublicPlace)),
        snapshot: held(everyone(
            Colour::Green,
            Sample::Negative(NOW.plus(-8 * HOUR)),
        )),
        snapshot_signer: Some(key(STATUS_KEY).public().kid()),
        ..Knowledge::default()
    }
}

/// The same under a policy.
pub(super) fn under(change: impl Fn(&mut VenuePolicy)) -> Knowledge {
    let mut body: TrustBody = trust().body;
    body.policies.iter_mut().for_each(change);
    Knowledge {
        trust: held(trust_of(&body, false)),
        ..knowledge()
    }
}

/// The same with the identity check off.
pub(super) fn unchecked() -> Knowledge {
    under(|policy| policy.identity_check = false)
}

/// The same with a list that says this of everyone.
pub(super) fn listed(colour: Colour, sample: Sample) -> Knowledge {
    Knowledge {
        snapshot: held(everyone(colour, sample)),
        ..knowledge()
    }
}

pub(super) fn setup(knowledge: Knowledge, seen: Vec<Seen>) -> Setup {
    Setup {
        protection: Protection::KeyFile,
        knowledge,
        recent: Recent::new(Secret::new([4; 32]), seen),
        today: Totals::default(),
        last: Vec::new(),
        clock: ClockState::default(),
        newest_entry: None,
        log_rolled_back: false,
        sync: SYNC,
        shredded: 0,
        camera: CameraView::Missing,
    }
}

impl Bench {
    pub(super) fn new(knowledge: Knowledge) -> Self {
        Self::start(setup(knowledge, Vec::new()))
    }

    pub(super) fn start(setup: Setup) -> Self {
        let now = Moment {
            wall: NOW,
            mono_ms: 10_000,
        };
        let (machine, actions) = Machine::new(setup, now);
        let screen = actions.iter().find_map(|action| match action {
            Action::Show(screen) => Some(screen.as_ref().clone()),
            Action::Store { .. }
            | Action::SyncNow
            | Action::UseDemoCamera
            | Action::UseWebcam(_)
            | Action::KeepClock(_) => None,
        });
        let mut bench = Self {
            machine,
            now,
            screen: screen.expect("the first screen is among the first actions"),
            asked: VecDeque::new(),
            other: Vec::new(),
            shows: 0,
            seq: 100,
        };
        bench.perform(actions);
        bench
    }

    pub(super) fn step(&mut self, event: Event) {
        let actions = self.machine.step(event, self.now);
        self.perform(actions);
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Store {
                    ticket,
                    entry,
                    remember,
                    outcome,
                    emergency,
                } => self.asked.push_back(Asked {
                    ticket,
                    entry: *entry,
                    remember,
                    outcome,
                    emergency,
                }),
                Action::Show(screen) => {
                    self.shows += 1;
                    self.screen = *screen;
                }
                Action::SyncNow
                | Action::UseDemoCamera
                | Action::UseWebcam(_)
                | Action::KeepClock(_) => {
                    self.other.push(action);
                }
            }
        }
    }

    /// Both clocks move on together, with the ticks that a shell gives.
    pub(super) fn wait(&mut self, ms: u64) {
        let end = self.now.mono_ms + ms;
        let stride = (ms / 1_000).max(250);
        while self.now.mono_ms < end {
            let before = self.now.mono_ms / 1_000;
            self.now.mono_ms = end.min(self.now.mono_ms + stride);
            let seconds = self.now.mono_ms / 1_000 - before;
            self.now.wall = self.now.wall.plus(i64::try_from(seconds).unwrap());
            self.step(Event::Tick);
        }
    }

    /// Only the wall clock moves.
    pub(super) fn set_clock(&mut self, by: i64) {
        self.now.wall = self.now.wall.plus(by);
        self.step(Event::Tick);
    }

    pub(super) fn show(&mut self, claims: &Claims) {
        self.show_text(&text(claims));
    }

    pub(super) fn show_text(&mut self, text: &str) {
        self.step(Event::reading(vec![text.as_bytes().to_vec()]));
    }

    /// Nothing before the camera, long enough for the scan to be over.
    pub(super) fn take_away(&mut self) {
        self.wait(1_000);
        self.step(Event::reading(Vec::new()));
    }

    /// A key pressed with deliberation.
    pub(super) fn press(&mut self, command: Command) {
        self.wait(700);
        self.step(Event::Command(command));
    }

    /// The oldest entry that waits becomes durable.
    pub(super) fn commit(&mut self) -> (u64, Asked) {
        let asked = self.asked.pop_front().expect("an entry waits");
        self.seq += 1;
        self.step(Event::EntryStored {
            ticket: asked.ticket,
            seq: self.seq,
        });

        (self.seq, asked)
    }

    /// The oldest entry that waits cannot be written.
    pub(super) fn fail(&mut self) -> Asked {
        let asked = self.asked.pop_front().expect("an entry waits");
        self.step(Event::StoreFailed {
            ticket: asked.ticket,
        });
        asked
    }

    /// Shows a sheet, confirms the ID document, and has the admit stored.
    pub(super) fn admit(&mut self, claims: &Claims) -> u64 {
        self.show(claims);
        let scan = self.scan();
        self.press(Command::Matches { scan });
        let (seq, _) = self.commit();
        assert_eq!(self.verdict().verdict, Verdict::Admit);
        seq
    }

    /// The scan that the stage is about.
    pub(super) fn scan(&self) -> ScanId {
        match &self.screen.stage {
            Stage::Comparing { scan, .. } | Stage::Storing { scan } | Stage::LetIn { scan, .. } => {
                *scan
            }
            Stage::Verdict(view) => view.scan,
            Stage::Watching | Stage::Emergency { .. } | Stage::Undone { .. } => {
                panic!("no scan on the screen: {:?}", self.screen.stage)
            }
        }
    }

    pub(super) fn verdict(&self) -> &VerdictView {
        match &self.screen.stage {
            Stage::Verdict(view) => view,
            Stage::Watching
            | Stage::Comparing { .. }
            | Stage::Storing { .. }
            | Stage::LetIn { .. }
            | Stage::Emergency { .. }
            | Stage::Undone { .. } => panic!("no verdict: {:?}", self.screen.stage),
        }
    }

    /// Verdict, reasons and log number on the screen.
    pub(super) fn says(&self) -> (Verdict, Vec<Reason>, Option<u64>) {
        let view = self.verdict();
        (view.verdict, reasons(&view.reasons), view.seq)
    }

    pub(super) fn notice(&self) -> Option<Notice> {
        self.screen.notice
    }

    pub(super) fn compares(&self) -> bool {
        matches!(self.screen.stage, Stage::Comparing { .. })
    }
}

fn reasons(views: &[ReasonView]) -> Vec<Reason> {
    views.iter().map(|view| view.reason).collect()
}
