//! The machine itself: one event, what it changes, what is to be done.

use std::collections::BTreeMap;

use super::beside::Beside;
use super::cards::{Cards, Dealt, are_parts};
use super::coach::{Coach, Hint};
use super::event::{Action, Event, Knowledge, Setup, Sighting, Ticket};
use super::gaze::{Gaze, Look, May};
use super::guard::Guard;
use super::phase::{After, Pending, Phase, Shown, Subject};
use super::scan::Ground;
use super::tally::Tally;
use crate::clock::{Clock, ClockState};
use crate::code::{self, Code, SignedCredential};
use crate::entry::{Body, Detail, Flags, Kind, NewEntry};
use crate::recent::{Recent, Tag};
use crate::screen::{CameraView, Notice, OperatorScreen, Outcome, Protection, ScanId, SyncView};
use crate::time::{Moment, Timestamp};
use crate::verdict::{Reason, Verdict};

/// Milliseconds for which an emergency stands before a sheet that is there already.
const EMERGENCY_MS: u64 = 5_000;
/// Milliseconds that a word about a key stays.
const ANSWER_MS: u64 = 3_000;

/// A station's state. One for each run of the program.
pub struct Machine {
    pub(super) protection: Protection,
    pub(super) knowledge: Knowledge,
    pub(super) recent: Recent,
    pub(super) clock: Clock,
    pub(super) sync: SyncView,
    pub(super) shredded: u64,
    pub(super) camera: CameraView,
    pub(super) next_camera: Option<String>,
    pub(super) log_rolled_back: bool,
    pub(super) tally: Tally,
    pub(super) phase: Phase,
    pub(super) form_open: bool,
    pub(super) guard: Guard,
    pub(super) pending: BTreeMap<Ticket, Pending>,
    pub(super) actions: Vec<Action>,
    pub(super) last_shown: Option<OperatorScreen>,
    pub(super) notice: Option<(Notice, u64)>,
    pub(super) gaze: Gaze,
    coach: Coach,
    beside: Beside,
    pub(super) cards: Cards,
    doubted: bool,
    kept: ClockState,
    tickets: u64,
    scans: u64,
}

impl Machine {
    /// A station that waits for its first sheet, and the actions to begin with: its first screen among them.
    #[must_use]
    pub fn new(setup: Setup, now: Moment) -> (Self, Vec<Action>) {
        let mut clock = Clock::new(setup.clock.clone(), now);
        if let Some((mark, at)) = setup.newest_entry {
            clock.wrote(mark, at);
        }
        let day = now.wall.date(setup.knowledge.utc_offset_minutes());
        let mut machine = Self {
            protection: setup.protection,
            knowledge: Knowledge::default(),
            recent: setup.recent,
            clock,
            sync: setup.sync,
            shredded: setup.shredded,
            camera: setup.camera,
            next_camera: None,
            log_rolled_back: setup.log_rolled_back,
            tally: Tally::new(day, setup.today, setup.last),
            phase: Phase::Watching,
            form_open: false,
            guard: Guard::default(),
            pending: BTreeMap::new(),
            actions: Vec::new(),
            last_shown: None,
            notice: None,
            gaze: Gaze::default(),
            coach: Coach::default(),
            beside: Beside::default(),
            cards: Cards::default(),
            doubted: false,
            kept: setup.clock,
            tickets: 0,
            scans: 0,
        };
        machine.learn(setup.knowledge);
        machine.pass_time(now);
        let actions = machine.finish(now);

        (machine, actions)
    }

    /// The floor of time: nothing signed or sealed to a key that ended below it is made any more.
    #[must_use]
    pub fn floor(&self) -> Option<Timestamp> {
        self.clock.floor()
    }

    /// Takes one event and says what is to be done, in order.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Action> {
        if let Event::KnowledgeArrived(knowledge) = event {
            self.learn(knowledge);
            self.pass_time(now);
            return self.finish(now);
        }
        self.pass_time(now);
        match event {
            Event::Reading { codes, hint } => self.look(codes, hint, now),
            Event::Command(command) => self.obey(command, now),
            Event::EntryStored { ticket, seq } => self.stored(ticket, seq, now),
            Event::StoreFailed { ticket } => self.not_stored(ticket, now),
            Event::CameraChanged(camera) => self.camera = camera,
            Event::NextCamera(name) => self.next_camera = name,
            Event::SyncChanged(sync) => self.sync = sync,
            Event::ClockChecked {
                key,
                server_time,
                asked_ms_ago,
            } => self.clock.answered(key, server_time, asked_ms_ago, now),
            Event::LogRolledBack(rolled_back) => self.log_rolled_back = rolled_back,
            Event::Shredded(entries) => self.shredded = entries,
            Event::KnowledgeArrived(_) | Event::Tick => {}
        }

        self.finish(now)
    }

    /// Shows a verdict once it is recorded, or asks for the ID document first.
    pub(super) fn proceed(&mut self, subject: Subject, now: Moment) {
        if subject.decision.identity_check && !subject.compared {
            self.enter(Phase::comparing(subject, now.mono_ms), now);
            return;
        }
        self.record(subject, now);
    }

    /// Records a verdict; it is shown when that is done.
    pub(super) fn record(&mut self, subject: Subject, now: Moment) {
        let scan = subject.scan;
        let verdict = subject.decision.verdict;
        let went_in = verdict == Verdict::Admit;
        let compared = if subject.compared {
            Flags::IDENTITY_CHECKED
        } else {
            Flags::NONE
        };
        let entry = NewEntry {
            kind: subject.kind(),
            verdict: Some(verdict),
            action: action_of(verdict),
            flags: self.flags(now.wall) | compared,
            at: now.wall,
            body: Body::Personal(subject.sealed()),
        };
        let remember = subject.tag.filter(|_| went_in);
        let outcome = Some(outcome_of(verdict));
        let ticket = self.store(entry, remember, outcome, After::Verdict(Box::new(subject)));
        self.enter(Phase::Storing { scan, ticket }, now);
    }

    /// Asks for an entry to be made durable.
    pub(super) fn store(
        &mut self,
        entry: NewEntry,
        remember: Option<Tag>,
        outcome: Option<Outcome>,
        after: After,
    ) -> Ticket {
        self.tickets = self.tickets.saturating_add(1);
        let ticket = Ticket(self.tickets);
        let emergency = entry.kind == Kind::Emergency;
        self.pending.insert(
            ticket,
            Pending {
                at: entry.at,
                outcome,
                remember,
                after,
            },
        );
        self.actions.push(Action::Store {
            ticket,
            entry: Box::new(entry),
            remember,
            outcome,
            emergency,
        });

        ticket
    }

    /// A pending comparison that something else interrupts is on record as abandoned.
    pub(super) fn abandon(&mut self, now: Moment) {
        let Phase::Comparing { subject, .. } = &self.phase else {
            return;
        };
        let entry = NewEntry {
            kind: subject.kind(),
            verdict: None,
            action: crate::entry::Action::Abandoned,
            flags: self.flags(now.wall),
            at: now.wall,
            body: Body::Personal(subject.sealed()),
        };
        self.store(entry, None, None, After::Nothing);
    }

    /// Changes the stage.
    pub(super) fn enter(&mut self, phase: Phase, now: Moment) {
        self.phase = phase;
        self.guard.stage_changed(now.mono_ms);
        self.notice = None;
    }

    /// Answers a key in a word.
    pub(super) fn say(&mut self, notice: Notice, now: Moment) {
        self.notice = Some((notice, now.mono_ms.saturating_add(ANSWER_MS)));
    }

    /// A number for the next scan, registration or emergency.
    pub(super) fn next_scan(&mut self) -> ScanId {
        self.scans = self.scans.saturating_add(1);
        ScanId(self.scans)
    }

    /// What everything is judged by now.
    pub(super) fn ground(&self, now: Moment) -> Ground<'_> {
        Ground {
            knowledge: &self.knowledge,
            recent: &self.recent,
            clock_doubt: self.clock.in_doubt(now.wall),
            log_rolled_back: self.log_rolled_back,
            now,
        }
    }

    /// What every entry says of the state that it was made in.
    #[must_use]
    pub fn flags(&self, wall: Timestamp) -> Flags {
        let demo = self
            .knowledge
            .trust
            .as_ref()
            .is_some_and(|trust| trust.demo);
        [
            (demo, Flags::DEMO),
            (self.clock.in_doubt(wall), Flags::CLOCK_DOUBT),
            (self.log_rolled_back, Flags::LOG_ROLLED_BACK),
        ]
        .into_iter()
        .filter(|(holds, _)| *holds)
        .fold(Flags::NONE, |flags, (_, flag)| flags | flag)
    }

    fn look(&mut self, codes: Vec<Sighting>, hint: Option<Hint>, now: Moment) {
        let may = self.may_begin(now);
        if are_parts(&codes) {
            if may == May::Begin {
                self.look_at_parts(&codes, now);
            }
            return;
        }
        let said = match self.gaze.look(codes, may, now.mono_ms) {
            Look::New(content) => {
                self.coach.forget();
                self.begin(content, now);
                return;
            }
            Look::Known => {
                self.coach.forget();
                return;
            }
            Look::Nothing => self.coach.hear(hint, now.mono_ms),
            Look::Several => Some(self.coach.insist(Hint::OneSheet, now.mono_ms)),
        };
        if let Some((hint, until)) = said {
            self.notice = Some((hint.into(), until));
        }
    }

    /// The parts of a card in several codes: once all were seen it is a scan like any other.
    fn look_at_parts(&mut self, codes: &[Sighting], now: Moment) {
        self.coach.forget();
        match self.cards.take(codes, now.mono_ms) {
            Dealt::More => self.say(Notice::MoreParts, now),
            Dealt::Known => {}
            Dealt::Whole { content, card } => {
                let card = card.map(|card| Code::Signed(SignedCredential::Foreign(card)));
                self.begin_with(content, card, now);
            }
        }
    }

    /// What staff did in a form is not swept away by a sheet that came into view beside it.
    fn may_begin(&self, now: Moment) -> May {
        let by_hand = |subject: &Subject| matches!(subject.shown, Shown::Nothing(_));
        let settled = self.guard.stage_age(now.mono_ms) >= EMERGENCY_MS;
        match &self.phase {
            _ if self.form_open => May::Wait,
            Phase::Storing { .. } => May::Wait,
            Phase::Emergency { .. } if !settled => May::BeginNew,
            Phase::Showing(showing) if by_hand(&showing.subject) => May::BeginNew,
            Phase::Watching
            | Phase::Comparing { .. }
            | Phase::Showing(_)
            | Phase::LetIn { .. }
            | Phase::Emergency { .. }
            | Phase::Undone { .. } => May::Begin,
        }
    }

    fn begin(&mut self, content: Vec<u8>, now: Moment) {
        self.cards.forget();
        let trust = self.knowledge.trust.as_ref();
        let schemes = trust.map_or(&[][..], |trust| &trust.body.lookups);
        let read = code::read(&self.knowledge.reading, schemes, &content);
        self.begin_with(content, read, now);
    }

    fn begin_with(&mut self, content: Vec<u8>, read: Result<Code, Reason>, now: Moment) {
        if self.phase.is_about(&content) {
            return;
        }
        self.abandon(now);
        let scan = self.next_scan();
        let mut beside = std::mem::take(&mut self.beside);
        if !self.phase.waits_for_proof() {
            beside.forget_proofs();
        }
        let subject = self.ground(now).scan(content, read, scan, &mut beside);
        self.beside = beside;
        self.proceed(subject, now);
    }

    fn learn(&mut self, knowledge: Knowledge) {
        if let Some(trust) = &knowledge.trust {
            self.clock.trust(trust);
        }
        if let Some((snapshot, key)) = knowledge.snapshot.as_ref().zip(knowledge.snapshot_signer) {
            self.clock.manifest(key, snapshot.as_of());
        }
        self.knowledge = knowledge;
    }

    fn pass_time(&mut self, now: Moment) {
        self.clock.observe(now);
        self.tally
            .turn_to(now.wall.date(self.knowledge.utc_offset_minutes()));
        self.beside.forget(now.mono_ms);
        self.notice.take_if(|(_, until)| now.mono_ms >= *until);
        // Under an open form the stage stays: what staff confirm there is about the person they saw.
        let over = self.phase.until().is_some_and(|until| now.mono_ms >= until);
        if over && !self.form_open {
            self.enter(Phase::Watching, now);
        }
        self.mind_the_clock(now);
    }

    /// The beginning of a doubt is recorded, and the centre asked for the time.
    fn mind_the_clock(&mut self, now: Moment) {
        let doubted = std::mem::replace(&mut self.doubted, self.clock.in_doubt(now.wall));
        if doubted || !self.doubted {
            return;
        }
        self.actions.push(Action::SyncNow);
        if self.knowledge.assignment.is_some() {
            let entry = NewEntry {
                kind: Kind::Clock,
                verdict: None,
                action: crate::entry::Action::None,
                flags: self.flags(now.wall),
                at: now.wall,
                body: Body::Detail(Detail::Clock {
                    wall: now.wall,
                    floor: self.clock.floor().unwrap_or_default(),
                }),
            };
            self.store(entry, None, None, After::Nothing);
        }
    }

    fn finish(&mut self, now: Moment) -> Vec<Action> {
        self.mind_the_clock(now);
        self.keep_clock();
        self.show(now);

        std::mem::take(&mut self.actions)
    }

    /// The time in our own entries is in the log already. In doubt it must outlast the entries that are
    /// written meanwhile, under a wrong time.
    fn keep_clock(&mut self) {
        let state = self.clock.state();
        let signed = state.signed != self.kept.signed || state.forgiven != self.kept.forgiven;
        if signed || (self.doubted && state.own != self.kept.own) {
            self.kept = state.clone();
            self.actions
                .push(Action::KeepClock(Box::new(state.clone())));
        }
    }
}

impl Knowledge {
    /// Minutes that local time is ahead of UTC; 0 before the first assignment.
    pub(super) fn utc_offset_minutes(&self) -> i32 {
        self.assignment
            .as_ref()
            .map_or(0, |held| held.venue.utc_offset_minutes)
    }
}

fn action_of(verdict: Verdict) -> crate::entry::Action {
    match verdict {
        Verdict::Admit => crate::entry::Action::Admitted,
        Verdict::Attention => crate::entry::Action::Shown,
        Verdict::Refuse | Verdict::Undecided => crate::entry::Action::TurnedAway,
    }
}

pub(super) fn outcome_of(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Admit => Outcome::Admit,
        Verdict::Attention => Outcome::Attention,
        Verdict::Refuse => Outcome::Refuse,
        Verdict::Undecided => Outcome::Undecided,
    }
}
