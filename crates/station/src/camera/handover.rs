//! From a camera's thread to the loop that looks at its pictures: one frame waits, and a newer one replaces it.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::screen::CameraFault;
use reader::Luma;

use super::CameraEvent;

/// Makes the two ends. `wake` is called from the camera's thread whenever something is there to be taken.
pub fn hand_over(wake: impl Fn() + Send + Sync + 'static) -> (CameraSender, CameraReceiver) {
    let shared = Arc::new(Shared {
        slot: Mutex::default(),
        changed: Condvar::new(),
    });

    (
        CameraSender {
            shared: Arc::clone(&shared),
            wake: Box::new(wake),
        },
        CameraReceiver { shared },
    )
}

/// The camera's end. When it is dropped without a last word, the camera is lost.
pub struct CameraSender {
    shared: Arc<Shared>,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// The loop's end.
#[derive(Debug)]
pub struct CameraReceiver {
    shared: Arc<Shared>,
}

/// Ends the hand-over from a third place.
#[derive(Debug)]
pub(super) struct Stop {
    shared: Arc<Shared>,
}

impl CameraReceiver {
    /// What has come, without waiting.
    #[must_use]
    pub fn try_next(&self) -> Option<CameraEvent> {
        let event = self.shared.lock().take();
        self.shared.changed.notify_all();
        event
    }

    /// What has come or comes within this time; nothing, at once, after the camera's last word.
    #[must_use]
    pub fn next(&self, within: Duration) -> Option<CameraEvent> {
        let slot = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(slot, within, |slot| slot.is_awaited());
        let (mut slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let event = slot.take();
        self.shared.changed.notify_all();
        event
    }
}

impl CameraSender {
    #[cfg(any(test, feature = "camera"))]
    pub(super) fn listed(&self, names: Vec<String>) {
        self.put(|slot| slot.listed = Some(CameraEvent::Listed(names)));
    }

    pub(super) fn opened(&self, name: String, demo: bool) {
        self.put(|slot| slot.opened = Some(CameraEvent::Opened { name, demo }));
    }

    /// Hands a frame over; one that was not taken yet is forgotten. False when nobody wants more.
    pub(super) fn latest(&self, frame: Luma) -> bool {
        self.put(|slot| slot.frame = Some(frame))
    }

    /// Hands a frame over once the one before was taken. False when nobody wants more.
    pub(super) fn in_turn(&self, frame: Luma) -> bool {
        let slot = self.shared.lock();
        let full = |slot: &mut Slot| slot.frame.is_some() && !slot.closed;
        drop(
            self.shared
                .changed
                .wait_while(slot, full)
                .unwrap_or_else(PoisonError::into_inner),
        );

        self.latest(frame)
    }

    /// The last word.
    pub(super) fn end(&self, event: CameraEvent) {
        self.put(|slot| {
            slot.ended = true;
            slot.last = Some(event);
        });
    }

    /// Waits this long. False, at once, when nobody wants more.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let slot = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(slot, time, |slot| !slot.closed);
        let (slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !slot.closed
    }

    /// Staff are busy with what was shown.
    pub(super) fn is_busy(&self) -> bool {
        self.shared.lock().busy
    }

    pub(super) fn stopper(&self) -> Stop {
        Stop {
            shared: Arc::clone(&self.shared),
        }
    }

    fn put(&self, change: impl FnOnce(&mut Slot)) -> bool {
        let mut slot = self.shared.lock();
        if slot.closed || slot.ended {
            return false;
        }
        change(&mut slot);
        drop(slot);
        self.shared.changed.notify_all();
        (self.wake)();
        true
    }
}

impl Stop {
    pub(super) fn now(&self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }

    /// Tells the camera whether staff are busy with what it showed.
    pub(super) fn busy(&self, busy: bool) {
        self.shared.lock().busy = busy;
    }
}

impl Drop for CameraSender {
    fn drop(&mut self) {
        self.end(CameraEvent::Lost(CameraFault::Gone));
    }
}

impl Drop for CameraReceiver {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl fmt::Debug for CameraSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CameraSender")
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
}

impl Shared {
    /// A thread that panicked cannot leave the slot half changed: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What waits to be taken, in this order.
#[derive(Debug, Default)]
struct Slot {
    listed: Option<CameraEvent>,
    opened: Option<CameraEvent>,
    frame: Option<Luma>,
    last: Option<CameraEvent>,
    /// The camera has said its last word.
    ended: bool,
    /// Nobody wants more.
    closed: bool,
    /// Staff are busy with what the last frames showed.
    busy: bool,
}

impl Slot {
    fn take(&mut self) -> Option<CameraEvent> {
        if self.closed {
            return None;
        }
        let frame = |frame: &mut Option<Luma>| frame.take().map(CameraEvent::Frame);

        self.listed
            .take()
            .or_else(|| self.opened.take())
            .or_else(|| frame(&mut self.frame))
            .or_else(|| self.last.take())
    }

    fn is_awaited(&self) -> bool {
        let said = [&self.listed, &self.opened, &self.last];
        let empty = said.iter().all(|event| event.is_none()) && self.frame.is_none();
        empty && !self.closed && !self.ended
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        thread,
    };

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn frame(grey: u8) -> Luma {
        Luma::new(1, 1, vec![grey]).unwrap()
    }

    #[test]
    fn a_newer_frame_replaces_the_one_that_waits() {
        let (sender, receiver) = hand_over(|| ());
        sender.opened("x".to_owned(), false);
        assert!(sender.latest(frame(1)));
        assert!(sender.latest(frame(2)));
        sender.end(CameraEvent::Ended);

        let all: Vec<_> = std::iter::from_fn(|| receiver.next(SOON)).collect();
        let opened = CameraEvent::Opened {
            name: "x".to_owned(),
            demo: false,
        };
        assert_eq!(
            all,
            [opened, CameraEvent::Frame(frame(2)), CameraEvent::Ended]
        );
    }

    #[test]
    fn frames_in_turn_are_all_taken() {
        let (sender, receiver) = hand_over(|| ());
        let camera = thread::spawn(move || (0..50).all(|grey| sender.in_turn(frame(grey))));

        let greys: Vec<_> = std::iter::from_fn(|| receiver.next(SOON)).collect();
        let mut wanted: Vec<_> = (0..50)
            .map(|grey| CameraEvent::Frame(frame(grey)))
            .collect();
        wanted.push(CameraEvent::Lost(CameraFault::Gone));
        assert_eq!(greys, wanted);
        assert!(camera.join().unwrap());
    }

    #[test]
    fn a_camera_whose_thread_dies_is_lost() {
        let (sender, receiver) = hand_over(|| ());
        drop(sender);

        assert_eq!(
            receiver.next(SOON),
            Some(CameraEvent::Lost(CameraFault::Gone))
        );
        assert_eq!(receiver.next(SOON), None);
    }

    #[test]
    fn a_stop_frees_a_camera_that_waits_its_turn() {
        let (sender, receiver) = hand_over(|| ());
        let stop = sender.stopper();
        assert!(sender.latest(frame(1)));
        let camera = thread::spawn(move || (sender.in_turn(frame(2)), sender.wait(SOON)));
        stop.now();

        assert_eq!(camera.join().unwrap(), (false, false));
        assert_eq!(receiver.next(SOON), None);
    }

    #[test]
    fn the_loop_is_woken_for_everything_that_comes() {
        static WOKEN: AtomicU32 = AtomicU32::new(0);
        let (sender, receiver) = hand_over(|| {
            WOKEN.fetch_add(1, Ordering::Relaxed);
        });
        sender.opened(String::new(), true);
        sender.latest(frame(1));
        sender.end(CameraEvent::Ended);
        drop(sender);

        assert_eq!(WOKEN.load(Ordering::Relaxed), 3);
        assert!(receiver.try_next().is_some());
    }
}
