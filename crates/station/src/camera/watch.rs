//! The watchdog: hands over what a lens says, and says so itself when it says nothing.

use std::time::Duration;

use domain::screen::CameraFault;

use super::{
    CameraSender,
    lens::{Crew, Lens, Open, Said},
    search::Search,
};
use crate::clock::monotonic;

/// How long a device is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until it is open.
    pub(super) opening: Duration,
    /// From then until its first picture.
    pub(super) first: Duration,
    /// From one picture to the next.
    pub(super) next: Duration,
}

/// Between two looks at whether anybody still wants pictures.
const GLANCE: Duration = Duration::from_millis(100);
/// For a device to be closed in order.
const CLOSING: Duration = Duration::from_millis(250);

/// Hands pictures over until nobody wants more. The device counts as opened from its first picture on: one that
/// gives none is not taken for one that works.
pub(super) fn watch(
    open: Open,
    crew: &Crew,
    patience: Patience,
    sender: &CameraSender,
    search: &Search,
) -> Result<(), CameraFault> {
    let lens = Lens::enter(open, crew)?;
    let ended = hand_on(&lens, patience, sender, search);
    lens.leave(CLOSING);

    ended
}

fn hand_on(
    lens: &Lens,
    patience: Patience,
    sender: &CameraSender,
    search: &Search,
) -> Result<(), CameraFault> {
    let mut until = monotonic().saturating_add(patience.opening);
    // The one that was tried last and has not sent anything yet.
    let mut trying: Option<String> = None;
    let mut new = None;
    let mut opened = false;
    loop {
        let said = lens.listen(GLANCE);
        let now = monotonic();
        match said {
            Said::Failed(fault) => return Err(fault),
            Said::Frame(frame) => {
                if let Some(name) = trying.take() {
                    search.sends(&name);
                }
                if let Some(name) = new.take() {
                    sender.opened(name, false);
                }
                sender.latest(frame);
                until = now.saturating_add(patience.next);
            }
            Said::Listed(names) => sender.listed(names),
            Said::Nothing if now >= until => {
                if let Some(name) = trying {
                    search.was_silent(&name);
                }
                return Err(CameraFault::Stalled);
            }
            Said::Nothing => {}
            Said::Opened(name) => {
                new = Some(name);
                // Opened once more, it has no more time than between two pictures.
                if !opened {
                    until = now.saturating_add(patience.first);
                }
                opened = true;
            }
            Said::Trying(name) => {
                trying = Some(name);
                if !opened {
                    until = now.saturating_add(patience.opening);
                }
            }
        }
        if !sender.wait(Duration::ZERO) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        sync::{Arc, Condvar, Mutex, PoisonError},
        thread,
    };

    use reader::Luma;

    use super::*;
    use crate::camera::{
        CameraEvent, CameraReceiver, hand_over,
        lens::{Device, Look},
        search::Wanted,
    };

    const SHORT: Patience = Patience {
        opening: Duration::from_secs(10),
        first: Duration::from_millis(200),
        next: Duration::from_millis(200),
    };
    const SOON: Duration = Duration::from_secs(10);

    /// A door that is shut until it is opened for good.
    #[derive(Clone, Default)]
    struct Door(Arc<(Mutex<bool>, Condvar)>);

    impl Door {
        fn pass(&self) {
            let (open, changed) = &*self.0;
            let guard = open.lock().unwrap_or_else(PoisonError::into_inner);
            let _open = changed.wait_while(guard, |open| !*open).unwrap();
        }

        fn open(&self) {
            let (open, changed) = &*self.0;
            *open.lock().unwrap() = true;
            changed.notify_all();
        }
    }

    /// Gives what is written; then it waits before the door, like a driver without a timeout, or gives nothing.
    struct Written {
        looks: VecDeque<Look>,
        then: Option<Door>,
    }

    impl Device for Written {
        fn name(&self) -> &'static str {
            "written"
        }

        fn look(&mut self) -> Result<Look, CameraFault> {
            if let Some(look) = self.looks.pop_front() {
                return Ok(look);
            }
            match &self.then {
                Some(door) => door.pass(),
                None => thread::yield_now(),
            }
            Ok(Look::Nothing)
        }
    }

    fn frame(grey: u8) -> Luma {
        Luma::new(1, 1, vec![grey]).unwrap()
    }

    fn opens(looks: fn() -> Vec<Look>, then: Option<Door>) -> Open {
        Box::new(move |_| {
            Ok(Box::new(Written {
                looks: looks().into(),
                then: then.clone(),
            }))
        })
    }

    fn all(receiver: &CameraReceiver) -> Vec<CameraEvent> {
        std::iter::from_fn(|| receiver.try_next()).collect()
    }

    fn any() -> Search {
        Search::new(Wanted::First)
    }

    fn opened() -> CameraEvent {
        CameraEvent::Opened {
            name: "written".to_owned(),
            demo: false,
        }
    }

    #[test]
    fn a_webcam_is_opened_with_its_first_picture_and_stalled_when_no_other_comes() {
        let (sender, receiver) = hand_over(|| ());
        let open = opens(|| vec![Look::Nothing, Look::Frame(frame(1))], None);

        let ended = watch(open, &Crew::default(), SHORT, &sender, &any());
        assert_eq!(ended, Err(CameraFault::Stalled));
        assert_eq!(all(&receiver), [opened(), CameraEvent::Frame(frame(1))]);
    }

    #[test]
    fn a_webcam_without_a_picture_never_counts_as_opened() {
        let (sender, receiver) = hand_over(|| ());

        let ended = watch(
            opens(Vec::new, None),
            &Crew::default(),
            SHORT,
            &sender,
            &any(),
        );
        assert_eq!(ended, Err(CameraFault::Stalled));
        assert_eq!(all(&receiver), []);
    }

    #[test]
    fn a_webcam_that_sends_something_else_is_opened_again() {
        let (sender, receiver) = hand_over(|| ());
        let open = opens(|| vec![Look::Frame(frame(1)), Look::Changed], None);

        let watching = thread::spawn(move || {
            let crew = Crew::default();
            watch(open, &crew, SHORT, &sender, &any())
        });
        let mut openings = 0;
        while openings < 3 {
            match receiver.next(SOON).unwrap() {
                CameraEvent::Opened { .. } => openings += 1,
                CameraEvent::Frame(_) => {}
                event @ (CameraEvent::Ended | CameraEvent::Listed(_) | CameraEvent::Lost(_)) => {
                    panic!("{event:?}")
                }
            }
        }
        drop(receiver);
        assert_eq!(watching.join().unwrap(), Ok(()));
    }

    #[test]
    fn threads_that_a_driver_keeps_are_few_and_it_is_tried_again_when_it_lets_them_go() {
        let (sender, receiver) = hand_over(|| ());
        let (crew, door) = (Crew::default(), Door::default());
        let tried = Arc::new(Mutex::new(0));

        for _ in 0..6 {
            let (tried, door) = (Arc::clone(&tried), door.clone());
            let open: Open = Box::new(move |_| {
                *tried.lock().unwrap() += 1;
                Ok(Box::new(Written {
                    looks: VecDeque::new(),
                    then: Some(door.clone()),
                }))
            });
            let ended = watch(open, &crew, SHORT, &sender, &any());
            assert_eq!(ended, Err(CameraFault::Stalled));
        }
        assert_eq!(*tried.lock().unwrap(), 4);

        door.open();
        while all(&receiver).is_empty() {
            let open = opens(|| vec![Look::Frame(frame(1))], None);
            assert_eq!(
                watch(open, &crew, SHORT, &sender, &any()),
                Err(CameraFault::Stalled)
            );
        }
    }

    #[test]
    fn a_device_that_a_stuck_thread_of_ours_holds_is_stalled_and_not_another_programs() {
        let (sender, _receiver) = hand_over(|| ());
        let (crew, door) = (Crew::default(), Door::default());
        let busy = || -> Open { Box::new(|_| Err(CameraFault::Busy)) };

        assert_eq!(
            watch(busy(), &crew, SHORT, &sender, &any()),
            Err(CameraFault::Busy)
        );
        let stuck = watch(
            opens(Vec::new, Some(door.clone())),
            &crew,
            SHORT,
            &sender,
            &any(),
        );
        assert_eq!(stuck, Err(CameraFault::Stalled));
        assert_eq!(
            watch(busy(), &crew, SHORT, &sender, &any()),
            Err(CameraFault::Stalled)
        );
        door.open();
    }

    #[test]
    fn a_library_that_panics_is_a_webcam_that_is_gone() {
        let (sender, _receiver) = hand_over(|| ());
        let open: Open = Box::new(|_| panic!("what the device told cannot be"));

        let ended = watch(open, &Crew::default(), SHORT, &sender, &any());
        assert_eq!(ended, Err(CameraFault::Gone));
    }

    #[test]
    fn a_webcam_that_sends_nothing_is_left_for_the_next_one_when_it_is_tried_again() {
        let (sender, receiver) = hand_over(|| ());
        let search = any();
        let names = ["silent".to_owned(), "written".to_owned()];
        let opener = || -> Open {
            let (search, names) = (search.clone(), names.clone());
            Box::new(move |say| {
                say(Said::Listed(names.to_vec()));
                search.open(&names, |at| {
                    say(Said::Trying(names[at].clone()));
                    let looks = [Look::Frame(frame(1))].into_iter().take(at).collect();
                    Ok(Box::new(Written { looks, then: None }) as Box<dyn Device>)
                })
            })
        };

        let crew = Crew::default();
        for _ in 0..2 {
            let ended = watch(opener(), &crew, SHORT, &sender, &search);
            assert_eq!(ended, Err(CameraFault::Stalled));
        }
        assert_eq!(
            all(&receiver),
            [
                CameraEvent::Listed(names.to_vec()),
                opened(),
                CameraEvent::Frame(frame(1))
            ]
        );
    }
}
