//! Which webcam is taken, and which would be next: by their names, in the system's order.

#[cfg(any(test, feature = "camera"))]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(any(test, feature = "camera"))]
use domain::screen::CameraFault;

/// Which webcam, by the name under which [`super::webcams`] lists it. A webcam that was listed without its place also
/// goes by that name once another of the same name has come.
///
/// None of these leaves a webcam that gives pictures for another one: when a remembered webcam comes back while
/// another one runs, staff take it by the key for the next webcam, or by starting again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The first that gives pictures.
    First,
    /// This one and no other.
    Named(String),
    /// This one if it gives pictures, or else the first that does.
    Rather(String),
}

/// A search for a webcam. Its clones are the same search: begun again, it tries those last that sent nothing.
#[derive(Clone, Debug)]
pub struct Search {
    wanted: Wanted,
    /// Those that were opened and sent nothing, the latest last.
    #[cfg(any(test, feature = "camera"))]
    silent: Arc<Mutex<Vec<String>>>,
}

impl Search {
    /// A search that has tried nothing yet.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            #[cfg(any(test, feature = "camera"))]
            silent: Arc::default(),
        }
    }

    /// What it searches for.
    #[must_use]
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }
}

/// The webcam after this one in the system's list, going round; the first where this one is not in the list, and none
/// where there is no other.
pub(crate) fn after<'a>(names: &'a [String], this: Option<&str>) -> Option<&'a str> {
    let at = this.and_then(|this| bearers(names, this).first().copied());
    let next = at.map_or(0, |at| (at + 1) % names.len());

    names
        .get(next)
        .filter(|_| at != Some(next))
        .map(String::as_str)
}

/// Where in the list the webcams of this name are; where none is, those that bear it with their place.
fn bearers(names: &[String], name: &str) -> Vec<usize> {
    let which = |bears: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..names.len()).filter(|&at| bears(&names[at])).collect()
    };
    let exact = which(&|listed| listed == name);
    if !exact.is_empty() {
        return exact;
    }

    which(&|listed| {
        let place = listed.strip_prefix(name);
        place.is_some_and(|place| place.starts_with(" (") && place.ends_with(')'))
    })
}

#[cfg(any(test, feature = "camera"))]
impl Search {
    /// The first that opens, of those that will do. Where none opens, what staff can do most about.
    pub(super) fn open<T>(
        &self,
        names: &[String],
        mut open: impl FnMut(usize) -> Result<T, CameraFault>,
    ) -> Result<T, CameraFault> {
        let mut worst = CameraFault::Gone;
        for at in self.order(names) {
            match open(at) {
                Ok(open) => return Ok(open),
                Err(fault) => worst = worse(worst, fault),
            }
        }

        Err(worst)
    }

    /// This one was opened and sent nothing.
    pub(super) fn was_silent(&self, name: &str) {
        let mut silent = self.silent();
        silent.retain(|known| known != name);
        silent.push(name.to_owned());
    }

    /// This one sends pictures.
    pub(super) fn sends(&self, name: &str) {
        self.silent().retain(|known| known != name);
    }

    /// Where in the list the webcams are that will do, the best first.
    fn order(&self, names: &[String]) -> Vec<usize> {
        let mut order: Vec<usize> = match &self.wanted {
            Wanted::First => (0..names.len()).collect(),
            Wanted::Named(name) => bearers(names, name),
            Wanted::Rather(name) => {
                let best = bearers(names, name);
                let others = (0..names.len()).filter(|at| !best.contains(at));
                best.iter().copied().chain(others).collect()
            }
        };
        let silent = self.silent();
        // None comes before any place.
        order.sort_by_key(|&at| silent.iter().position(|name| *name == names[at]));

        order
    }

    fn silent(&self) -> MutexGuard<'_, Vec<String>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one that staff have to see to, and can.
#[cfg(any(test, feature = "camera"))]
pub(super) fn worse(one: CameraFault, other: CameraFault) -> CameraFault {
    let weight = |fault| match fault {
        CameraFault::Gone => 0,
        CameraFault::Stalled => 1,
        CameraFault::Busy => 2,
        CameraFault::Forbidden => 3,
    };

    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn rather(name: &str) -> Search {
        Search::new(Wanted::Rather(name.to_owned()))
    }

    fn named(name: &str) -> Search {
        Search::new(Wanted::Named(name.to_owned()))
    }

    #[test]
    fn a_remembered_webcam_comes_first_and_a_named_one_alone() {
        let names = list(&["a", "b", "c"]);

        assert_eq!(Search::new(Wanted::First).order(&names), [0, 1, 2]);
        assert_eq!(rather("b").order(&names), [1, 0, 2]);
        assert_eq!(rather("d").order(&names), [0, 1, 2]);
        assert_eq!(named("c").order(&names), [2]);
        assert_eq!(named("d").order(&names), [0_usize; 0]);
    }

    #[test]
    fn a_webcam_is_still_known_by_its_name_once_a_twin_has_come() {
        let names = list(&["Other", "HD Webcam (1-2:1.0)", "HD Webcam (1-3:1.0)", "HD"]);

        assert_eq!(rather("HD Webcam").order(&names), [1, 2, 0, 3]);
        assert_eq!(named("HD Webcam").order(&names), [1, 2]);
        assert_eq!(named("HD Webcam (1-3:1.0)").order(&names), [2]);
        assert_eq!(named("HD").order(&names), [3]);
    }

    #[test]
    fn a_webcam_that_sent_nothing_is_tried_last_until_it_sends_something() {
        let names = list(&["a", "b", "c"]);
        let search = rather("b");
        let again = search.clone();
        search.was_silent("b");
        assert_eq!(again.order(&names), [0, 2, 1]);
        search.was_silent("a");
        assert_eq!(again.order(&names), [2, 1, 0]);
        search.was_silent("b");
        assert_eq!(again.order(&names), [2, 0, 1]);
        search.sends("b");
        assert_eq!(again.order(&names), [1, 2, 0]);
    }

    #[test]
    fn whatever_keeps_a_webcam_from_opening_the_next_is_tried_and_the_worst_is_said_at_the_end() {
        let names = list(&["a", "b", "c"]);
        let search = Search::new(Wanted::First);
        let with = |faults: [Option<CameraFault>; 3]| {
            search.open(&names, |at| faults[at].map_or(Ok(at), Err))
        };
        let (busy, forbidden, gone) = (
            Some(CameraFault::Busy),
            Some(CameraFault::Forbidden),
            Some(CameraFault::Gone),
        );

        assert_eq!(with([busy, forbidden, None]), Ok(2));
        assert_eq!(with([busy, forbidden, gone]), Err(CameraFault::Forbidden));
        assert_eq!(with([gone, busy, gone]), Err(CameraFault::Busy));
        assert_eq!(with([gone, gone, gone]), Err(CameraFault::Gone));
    }

    #[test]
    fn the_next_webcam_goes_round_and_is_none_where_there_is_no_other() {
        let names = list(&["a", "b (1)", "b (2)"]);

        assert_eq!(after(&names, Some("a")), Some("b (1)"));
        assert_eq!(after(&names, Some("b (2)")), Some("a"));
        assert_eq!(after(&names, Some("b")), Some("b (2)"));
        assert_eq!(after(&names, Some("gone")), Some("a"));
        assert_eq!(after(&names, None), Some("a"));
        assert_eq!(after(&list(&["a"]), Some("a")), None);
        assert_eq!(after(&list(&["a"]), None), Some("a"));
        assert_eq!(after(&[], Some("a")), None);
    }
}
