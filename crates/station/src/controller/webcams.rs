//! Which camera is in use, which webcam would be next, and which is taken at the next start.

use domain::screen::CameraView;
use domain::station::{Action, Event};
use tracing::warn;

use super::open::CAMERA_STATE;
use super::source;
use super::station::Station;
use crate::camera::{Search, Source, Wanted, after};

/// What is known of webcams.
#[derive(Debug, Default)]
pub(super) struct Webcams {
    /// Is taken at the next start, if it is there.
    pub(super) remembered: Option<String>,
    /// All, as the camera's thread said last.
    listed: Vec<String>,
    /// Gives pictures.
    running: Option<String>,
    /// Is offered to staff.
    next: Option<String>,
}

impl Webcams {
    /// None running yet; this one is remembered.
    pub(super) fn new(remembered: Option<String>) -> Self {
        Self {
            remembered,
            ..Self::default()
        }
    }

    /// The one after the one that runs or is wanted; any where neither is a webcam.
    fn after(&self, source: Option<&Source>) -> Option<String> {
        let wanted = match source {
            Some(Source::Webcam(search)) => match search.wanted() {
                Wanted::First => self.listed.first(),
                Wanted::Named(name) | Wanted::Rather(name) => Some(name),
            },
            Some(Source::Demo(_)) => None,
            // Pictures that were asked for by name are not a desk's.
            Some(Source::Folder(_)) | None => return None,
        };
        let this = self.running.as_ref().or(wanted).map(String::as_str);

        after(&self.listed, this).map(str::to_owned)
    }
}

impl Station {
    /// The camera's thread said which webcams there are.
    pub(super) fn webcams_listed(&mut self, names: Vec<String>) {
        self.look.webcams.listed = names;
        self.offer_next_webcam();
    }

    /// A source gives pictures. The webcam that was used is the one to be taken at the next start, unless another was
    /// chosen.
    pub(super) fn camera_opened(&mut self, name: &str) {
        let Some(Source::Webcam(search)) = &self.look.source else {
            return;
        };
        let wanted_any = *search.wanted() == Wanted::First;
        self.look.webcams.running = Some(name.to_owned());
        if wanted_any && self.look.webcams.remembered.is_none() {
            self.remember_webcam(name);
            self.look.source = Some(webcam(name));
        }
    }

    /// No source gives pictures.
    pub(super) fn camera_lost(&mut self) {
        self.look.webcams.running = None;
    }

    /// Tells the machine, if it is another than before.
    pub(super) fn offer_next_webcam(&mut self) {
        if let Some(event) = self.next_webcam() {
            self.step(event);
        }
    }

    /// Turns to the demo camera.
    pub(super) fn use_demo_camera(&mut self) -> Vec<Action> {
        match source::demo(&self.data) {
            Ok(demo) => self.turn_to(demo),
            Err(error) => {
                warn!(%error, "the demo camera cannot be used");
                Vec::new()
            }
        }
    }

    /// Turns to this webcam, and takes it at the next start too.
    pub(super) fn use_webcam(&mut self, name: &str) -> Vec<Action> {
        self.remember_webcam(name);
        self.turn_to(webcam(name))
    }

    fn turn_to(&mut self, source: Source) -> Vec<Action> {
        self.timers.camera = None;
        self.look.lost = None;
        self.look.opened = false;
        self.camera_lost();
        self.look.source = Some(source.clone());
        self.start_camera(source);
        let opening = Event::CameraChanged(CameraView::Opening);
        let now = self.clock.now();

        [Some(opening), self.next_webcam()]
            .into_iter()
            .flatten()
            .flat_map(|event| self.machine.step(event, now))
            .collect()
    }

    fn next_webcam(&mut self) -> Option<Event> {
        let next = self.look.webcams.after(self.look.source.as_ref());
        if next == self.look.webcams.next {
            return None;
        }
        self.look.webcams.next.clone_from(&next);

        Some(Event::NextCamera(next))
    }

    fn remember_webcam(&mut self, name: &str) {
        if self.look.webcams.remembered.as_deref() == Some(name) {
            return;
        }
        match self.store.save(CAMERA_STATE, name.as_bytes()) {
            Ok(()) => self.look.webcams.remembered = Some(name.to_owned()),
            Err(error) => warn!(%error, name, "the webcam is not remembered for the next start"),
        }
    }
}

fn webcam(name: &str) -> Source {
    Source::Webcam(Search::new(Wanted::Rather(name.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::{Demo, Pace};

    fn webcams(running: Option<&str>) -> Webcams {
        Webcams {
            listed: vec!["a".to_owned(), "b".to_owned()],
            running: running.map(str::to_owned),
            ..Webcams::default()
        }
    }

    fn next(running: Option<&str>, source: &Source) -> Option<String> {
        webcams(running).after(Some(source))
    }

    #[test]
    fn the_webcam_after_the_one_that_runs_is_next_or_after_the_one_that_is_wanted() {
        let (a, b) = (Some("a".to_owned()), Some("b".to_owned()));
        let any = Source::Webcam(Search::new(Wanted::First));

        assert_eq!(next(Some("a"), &webcam("b")), b);
        assert_eq!(next(Some("b"), &any), a);
        assert_eq!(next(None, &webcam("b")), a);
        assert_eq!(next(None, &any), b);
        assert_eq!(next(None, &webcam("pulled out")), a);
    }

    #[test]
    fn from_the_demo_camera_a_webcam_is_the_way_back_and_frames_of_others_have_none() {
        let demo = Source::Demo(Demo {
            sheets: Vec::new(),
            held: 1,
            away: 1,
            rounds: None,
            pace: Pace::AsTaken,
            seed: 0,
        });

        assert_eq!(next(None, &demo), Some("a".to_owned()));
        assert_eq!(webcams(None).after(None), None);
    }
}
