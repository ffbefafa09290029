//! The demo camera: the program's own moving photographs of its demo sheets.
//!
//! What a webcam on a desk sees at about 30 cm: hands bring a sheet, hold it, tilted and never quite still,
//! and take it away; the lens is a little out of focus, the light comes from one side, the sensor is noisy.
//! From the grey picture on everything is as with a webcam.

mod chance;
mod pose;
mod scene;
mod sheet;

use std::time::Duration;

use reader::Luma;

use super::{CameraEvent, CameraSender};
use crate::clock;
use chance::Chance;
use pose::Hand;
use scene::Scene;
use sheet::Sheet;

/// Frames in which hands bring a sheet, and in which they take it away.
const MOVING: u32 = 6;
/// Frames for which a sheet is held longer at most, where staff are busy with it: a minute in real time.
const MOST_KEPT: u32 = 900;

/// What the demo camera shows.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Pictures of whole A4 pages, upright, at 100 dpi or more: each is shown in turn.
    pub sheets: Vec<Luma>,
    /// Frames in which a sheet is held.
    pub held: u32,
    /// Frames of the empty desk before each sheet, and after the last.
    pub away: u32,
    /// How often all sheets are shown; for ever without a number.
    pub rounds: Option<u32>,
    /// When the next frame comes.
    pub pace: Pace,
    /// The same seed gives the same frames.
    pub seed: u64,
}

/// When the next frame comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As soon as the one before was taken: none is lost.
    AsTaken,
    /// This long after the one before, like a webcam: one that nobody takes is lost.
    Every(Duration),
}

/// The demo camera's frames, 1280 by 720.
#[derive(Debug)]
pub struct Frames {
    sheets: Vec<Sheet>,
    held: u32,
    away: u32,
    rounds: Option<u32>,
    scene: Scene,
    chance: Chance,
    hand: Hand,
    /// Frames since the camera started, and since the desk was last emptied for the next sheet.
    frame: u32,
    step: u32,
    next_sheet: usize,
    showing: Option<usize>,
    /// The next frame holds the sheet as the last one did, and how many have.
    keeps: bool,
    kept: u32,
}

impl Pace {
    /// 15 frames a second.
    pub const REAL_TIME: Self = Self::Every(Duration::from_micros(66_667));
}

impl Demo {
    /// The frames, one after the other.
    #[must_use]
    pub fn frames(&self) -> Frames {
        let mut chance = Chance::new(self.seed);
        Frames {
            sheets: self.sheets.iter().map(Sheet::new).collect(),
            held: self.held,
            away: self.away,
            rounds: self.rounds,
            scene: Scene::new(&mut chance),
            hand: Hand::new(&mut chance),
            chance,
            frame: 0,
            step: 0,
            next_sheet: 0,
            showing: None,
            keeps: false,
            kept: 0,
        }
    }

    pub(super) fn run(&self, sender: &CameraSender) {
        sender.opened("demo".to_owned(), true);
        let mut frames = self.frames();
        let start = clock::monotonic();

        for count in 1_u32.. {
            frames.keep(sender.is_busy());
            let Some(frame) = frames.next() else {
                break;
            };
            let wanted = match self.pace {
                Pace::AsTaken => sender.in_turn(frame),
                Pace::Every(time) => {
                    let due = start.saturating_add(time.saturating_mul(count));
                    sender.latest(frame) && sender.wait(due.saturating_sub(clock::monotonic()))
                }
            };
            if !wanted {
                return;
            }
        }
        sender.end(CameraEvent::Ended);
    }
}

impl Frames {
    /// The sheet that the last frame shows, held, by its place in [`Demo::sheets`].
    #[must_use]
    pub fn showing(&self) -> Option<usize> {
        self.showing
    }

    /// Whether the sheet that is held stays so in the next frame, for some time at most.
    fn keep(&mut self, busy: bool) {
        self.keeps = busy && self.showing.is_some() && self.kept < MOST_KEPT;
        self.kept += u32::from(self.keeps);
    }

    /// How far the hands have brought the sheet: 0 out of sight, 1 held; nothing for an empty desk.
    fn brought(&self) -> Option<f32> {
        let step = self.step.checked_sub(self.away)?;
        let share = |frames: u32| f32::from(u16::try_from(frames + 1).unwrap_or(u16::MAX)) / 7.0;
        if step < MOVING {
            return Some(share(step));
        }
        let leaving = (step - MOVING).checked_sub(self.held);

        Some(leaving.map_or(1.0, |frames| share(MOVING.saturating_sub(frames + 1))))
    }
}

impl Iterator for Frames {
    type Item = Luma;

    fn next(&mut self) -> Option<Luma> {
        let finished = self.rounds == Some(0) || self.sheets.is_empty();
        if finished && self.step >= self.away {
            return None;
        }

        let brought = if finished { None } else { self.brought() };
        let sheet = brought.and_then(|brought| Some((self.sheets.get(self.next_sheet)?, brought)));
        self.showing = sheet
            .filter(|(_, brought)| *brought >= 1.0)
            .map(|_| self.next_sheet);
        let picture = match sheet {
            Some((sheet, brought)) => {
                let view = self.hand.view(self.frame, brought, sheet.aim());
                self.scene.with(sheet, &view, self.frame, &mut self.chance)
            }
            None => self.scene.empty(self.frame, &mut self.chance),
        };

        self.frame = self.frame.wrapping_add(1);
        self.step += u32::from(!self.keeps);
        if self.step == self.away + self.held + 2 * MOVING {
            self.turn();
        }
        Some(picture)
    }
}

impl Frames {
    /// The sheet is gone: the next one, in another hand.
    fn turn(&mut self) {
        self.step = 0;
        self.kept = 0;
        self.next_sheet += 1;
        self.hand = Hand::new(&mut self.chance);
        if self.next_sheet == self.sheets.len() {
            self.next_sheet = 0;
            self.rounds = self.rounds.map(|rounds| rounds.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests;
