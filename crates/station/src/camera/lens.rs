//! The thread inside a device. A driver may keep it for ever: whoever listens lets it be, and it comes back by
//! itself when the driver lets it go.

use std::{
    io,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
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

/// Takes what is said before a device is open.
pub(super) type Say<'a> = &'a dyn Fn(Said);
/// Opens a device, within its thread.
pub(super) type Open = Box<dyn Fn(Say<'_>) -> Result<Box<dyn Device>, CameraFault> + Send>;

/// What the thread says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Failed(CameraFault),
    Frame(Luma),
    /// The webcams that there are.
    Listed(Vec<String>),
    Nothing,
    Opened(String),
    /// This one is being opened.
    Trying(String),
}

/// The threads that go into devices. One that comes back is sent in again: Media Foundation belongs to the thread
/// that first asked for it, and memory is better not spread over ever new threads.
#[derive(Clone, Debug, Default)]
pub(super) struct Crew(Arc<Mutex<Hands>>);

#[derive(Debug, Default)]
struct Hands {
    idle: Vec<Sender<Errand>>,
    /// Inside a device.
    inside: usize,
}

/// Into a device and back.
struct Errand {
    open: Open,
    tell: SyncSender<Said>,
    /// Where the thread is reached that runs it.
    worker: Sender<Errand>,
    /// Dropped when the device is closed.
    _running: Sender<()>,
}

/// Listens to one thread inside a device; when it is dropped, the thread comes back as soon as the driver lets it.
pub(super) struct Lens {
    said: Receiver<Said>,
    /// Hears nothing, and the closing of the device.
    gone: Receiver<()>,
    /// An earlier thread had not come back when this one went in.
    crowded: bool,
}

impl Lens {
    /// Sends a thread in. Stalled when too many have not come back, gone when there is no thread.
    pub(super) fn enter(open: Open, crew: &Crew) -> Result<Self, CameraFault> {
        let (tell, said) = sync_channel(1);
        let (running, gone) = channel();
        let others = crew.send(|worker| Errand {
            open,
            tell,
            worker,
            _running: running,
        })?;

        Ok(Self {
            said,
            gone,
            crowded: others > 0,
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

impl Crew {
    /// How many others are inside.
    fn send(&self, errand: impl FnOnce(Sender<Errand>) -> Errand) -> Result<usize, CameraFault> {
        let mut hands = self.lock();
        let others = hands.inside;
        if others >= MOST {
            return Err(CameraFault::Stalled);
        }
        let worker = match hands.idle.pop() {
            Some(worker) => worker,
            None => self.hire().map_err(|error| {
                tracing::error!(%error, "no thread for the camera");
                CameraFault::Gone
            })?,
        };
        // One that waits for errands takes them.
        worker
            .send(errand(worker.clone()))
            .map_err(|_| CameraFault::Gone)?;
        hands.inside += 1;

        Ok(others)
    }

    fn hire(&self) -> io::Result<Sender<Errand>> {
        let (worker, errands) = channel();
        let crew = Arc::downgrade(&self.0);
        thread::Builder::new()
            .name("lens".to_owned())
            .spawn(move || work(&errands, &crew))?;

        Ok(worker)
    }

    fn lock(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One errand after the other, until the crew is no more.
fn work(errands: &Receiver<Errand>, crew: &Weak<Mutex<Hands>>) {
    while let Ok(errand) = errands.recv() {
        let done = panic::catch_unwind(AssertUnwindSafe(|| stay(&errand.open, &errand.tell)));
        let Some(crew) = crew.upgrade().map(Crew) else {
            return;
        };
        let mut hands = crew.lock();
        hands.inside -= 1;
        if done.is_err() {
            // What the library left behind in this thread is not known.
            return;
        }
        hands.idle.push(errand.worker.clone());
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
        let mut device = open(&|said| {
            // Nobody listens any more: the device is closed as soon as it is open.
            let _ = tell.send(said);
        })?;
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
