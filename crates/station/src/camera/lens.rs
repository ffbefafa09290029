//! The thread inside a device. A driver may keep it for ever: whoever listens lets it be, and it ends by itself
//! when the driver lets it go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::Duration,
};

use domain::screen::CameraFault;
use reader::Luma;

/// So many threads may be inside devices at once. One that is stuck does not keep another device from being used;
/// a device in which every thread gets stuck costs no more than these.
const MOST: usize = 4;

/// An open device.
pub(super) trait Device {
    /// As it is listed.
    fn name(&self) -> &str;

    /// What it gives next.
    fn look(&mut self) -> Result<Look, CameraFault>;
}

/// What a device gives.
#[derive(Debug)]
pub(super) enum Look {
    /// It sends something else than was agreed: it has to be opened again.
    Changed,
    Frame(Luma),
    /// No frame yet, or one without a picture.
    Nothing,
}

/// Opens a device, within its thread.
pub(super) type Open = Box<dyn Fn() -> Result<Box<dyn Device>, CameraFault> + Send>;

/// What the thread says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Failed(CameraFault),
    Frame(Luma),
    Nothing,
    Opened(String),
}

/// Counts the threads inside devices.
#[derive(Clone, Debug, Default)]
pub(super) struct Inside(Arc<AtomicUsize>);

/// Listens to one thread inside a device; when it is dropped, the thread ends as soon as the driver lets it.
pub(super) struct Lens {
    said: Receiver<Said>,
    /// Hears nothing, and the end of the thread.
    gone: Receiver<()>,
    /// An earlier thread had not come back when this one went in.
    crowded: bool,
}

impl Lens {
    /// Sends a thread in. Stalled when too many have not come back, gone when there is no thread.
    pub(super) fn enter(open: Open, inside: &Inside) -> Result<Self, CameraFault> {
        let place = Place::take(inside).ok_or(CameraFault::Stalled)?;
        let crowded = place.others > 0;
        let (tell, said) = sync_channel(1);
        let (running, gone) = channel();
        let started = thread::Builder::new()
            .name("lens".to_owned())
            .spawn(move || {
                let _running: Sender<()> = running;
                // Free again when the device is closed.
                let _place = place;
                stay(&open, &tell);
            });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the camera");
            return Err(CameraFault::Gone);
        }

        Ok(Self {
            said,
            gone,
            crowded,
        })
    }

    /// What it says within this time. Nothing more comes after an error.
    pub(super) fn listen(&self, within: Duration) -> Said {
        match self.said.recv_timeout(within) {
            // The device is held by a thread of our own that is stuck in it.
            Ok(Said::Failed(CameraFault::Busy)) if self.crowded => {
                Said::Failed(CameraFault::Stalled)
            }
            Ok(said) => said,
            Err(RecvTimeoutError::Timeout) => Said::Nothing,
            // A library panicked on what the device told; the thread's message is on standard error.
            Err(RecvTimeoutError::Disconnected) => Said::Failed(CameraFault::Gone),
        }
    }

    /// Lets the device go, and waits so long until it is closed.
    pub(super) fn leave(self, within: Duration) {
        let Self { said, gone, .. } = self;
        drop(said);
        if gone.recv_timeout(within) == Err(RecvTimeoutError::Timeout) {
            tracing::debug!("the camera is still inside its driver");
        }
    }
}

/// Says what the device gives until nobody listens, or it fails.
fn stay(open: &Open, tell: &SyncSender<Said>) {
    if let Err(fault) = look(open, tell) {
        // Nobody listens any more: then it does not matter.
        let _ = tell.send(Said::Failed(fault));
    }
}

fn look(open: &Open, tell: &SyncSender<Said>) -> Result<(), CameraFault> {
    loop {
        let mut device = open()?;
        let mut heard = tell.send(Said::Opened(device.name().to_owned())).is_ok();
        while heard {
            heard = match device.look()? {
                Look::Changed => break,
                Look::Frame(frame) => tell.send(Said::Frame(frame)).is_ok(),
                Look::Nothing => tell.send(Said::Nothing).is_ok(),
            };
        }
        if !heard {
            return Ok(());
        }
        tracing::info!("the camera sends something else than before; it is opened again");
    }
}

/// One of the places inside; free again when it is dropped.
struct Place {
    inside: Inside,
    others: usize,
}

impl Place {
    fn take(inside: &Inside) -> Option<Self> {
        let enter = |others| (others < MOST).then_some(others + 1);
        let others = inside
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, enter)
            .ok()?;

        Some(Self {
            inside: inside.clone(),
            others,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.inside.0.fetch_sub(1, Ordering::AcqRel);
    }
}
