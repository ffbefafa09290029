//! What is still to be played, and what was.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::chance::Chance;
use super::fault::{Fault, Stage};
use super::forge::Claim;
use super::http::{Question, Reply};
use crate::figures::Stopwatch;

/// Earlier questions and answers that are remembered.
const REMEMBERED: usize = 24;

/// How often a fault was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// In all.
    pub times: usize,
    /// With a question that carried entries.
    pub with_entries: usize,
}

/// A question that came, and what the station was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `/v1/...`
    pub path: String,
    /// Since the line stands.
    pub at: Duration,
    /// The status of the answer; none where none was given whole.
    pub status: Option<u16>,
}

/// The state of a line.
pub(super) struct Script {
    pub(super) chance: Chance,
    to_play: VecDeque<Fault>,
    /// Faults that are being played.
    pub(super) playing: usize,
    pub(super) counts: BTreeMap<Fault, Count>,
    pub(super) asked: Vec<Asked>,
    /// A question that the centre gets after the next one.
    pub(super) held_back: Option<Question>,
    questions: VecDeque<Question>,
    answers: VecDeque<Reply>,
    /// What refusals put the station off by; none for chance.
    pub(super) pause: Option<u32>,
    /// Sockets that were held so far.
    pub(super) held: usize,
    watch: Stopwatch,
}

impl Script {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            to_play: VecDeque::new(),
            playing: 0,
            counts: BTreeMap::new(),
            asked: Vec::new(),
            held_back: None,
            questions: VecDeque::new(),
            answers: VecDeque::new(),
            pause: None,
            held: 0,
            watch: Stopwatch::start(),
        }
    }

    pub(super) fn add(&mut self, faults: &[Fault]) {
        self.to_play.extend(faults);
    }

    /// Faults that are not over yet.
    pub(super) fn left(&self) -> usize {
        self.to_play.len() + self.playing + usize::from(self.held_back.is_some())
    }

    /// The fault of a new connection, if it is one's turn.
    pub(super) fn at_connection(&mut self) -> Option<Fault> {
        let next = self.to_play.front().copied();
        let fault = next.filter(|fault| fault.stage() == Stage::Connection)?;
        self.to_play.pop_front();
        self.play(fault, false);

        Some(fault)
    }

    /// Whether the next fault needs a new connection.
    pub(super) fn wants_connection(&self) -> bool {
        let next = self.to_play.front();

        next.is_some_and(|fault| fault.stage() == Stage::Connection)
    }

    /// The fault of this question, if it is one's turn: the first that it can be played with.
    pub(super) fn with_question(&mut self, claim: &Claim) -> Option<Fault> {
        if self.to_play.is_empty() || self.wants_connection() {
            return None;
        }
        let at = self
            .to_play
            .iter()
            .position(|fault| self.fits(*fault, claim))?;
        let fault = self.to_play.remove(at)?;
        self.play(fault, claim.entries > 0);

        Some(fault)
    }

    /// Some faults take more than a question.
    fn fits(&self, fault: Fault, claim: &Claim) -> bool {
        let possible = [
            (Fault::TooLarge, claim.entries > 1),
            (Fault::HeldBackQuestion, self.held_back.is_none()),
            (Fault::OlderAnswer, !self.answers.is_empty()),
            (Fault::ReplayedQuestion, !self.questions.is_empty()),
        ];
        let impossible = possible
            .iter()
            .any(|(other, possible)| *other == fault && !possible);

        fault.stage() == Stage::Question && !impossible
    }

    fn play(&mut self, fault: Fault, with_entries: bool) {
        self.playing += 1;
        self.count(fault, with_entries);
    }

    pub(super) fn count(&mut self, fault: Fault, with_entries: bool) {
        let count = self.counts.entry(fault).or_default();
        count.times += 1;
        count.with_entries += usize::from(with_entries);
    }

    /// A fault of the connection met a question with entries.
    pub(super) fn met_entries(&mut self, fault: Fault) {
        self.counts.entry(fault).or_default().with_entries += 1;
    }

    pub(super) fn note(&mut self, path: &str) -> usize {
        self.asked.push(Asked {
            path: path.to_owned(),
            at: self.watch.time(),
            status: None,
        });

        self.asked.len() - 1
    }

    pub(super) fn told(&mut self, number: usize, status: u16) {
        if let Some(asked) = self.asked.get_mut(number) {
            asked.status = Some(status);
        }
    }

    /// Keeps a question for later.
    pub(super) fn remember_question(&mut self, question: &Question) {
        self.questions.push_back(question.clone());
        if self.questions.len() > REMEMBERED {
            self.questions.pop_front();
        }
    }

    /// Keeps an answer for later.
    pub(super) fn remember_answer(&mut self, reply: &Reply) {
        self.answers.push_back(reply.clone());
        if self.answers.len() > REMEMBERED {
            self.answers.pop_front();
        }
    }

    pub(super) fn earlier_question(&mut self) -> Option<Question> {
        let at = self.chance.below(self.questions.len());

        self.questions.get(at).cloned()
    }

    pub(super) fn earlier_answer(&mut self) -> Option<Reply> {
        let at = self.chance.below(self.answers.len());

        self.answers.get(at).cloned()
    }
}
