//! What stands between the window and the station: it opens the station when the page first asks, and hands
//! screens one way and commands the other.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::screen::{Command, OperatorScreen, Stage};
use serde::Serialize;
use station::{CameraChoice, Handle, Listener, Passphrase, StationConfig, Stopped, Unlock};
use tauri::ipc::Channel;
use tracing::{debug, error, warn};

use crate::{
    fault::Fault,
    preview::{Grey, Preview},
};

/// What the page is told when it attaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Welcome {
    /// The language that the command line named.
    pub(crate) language: Option<String>,
    /// Why there is no station.
    pub(crate) fault: Option<Fault>,
}

/// What the page is told from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub(crate) enum News {
    /// What to draw.
    Screen {
        /// All of it.
        screen: Box<OperatorScreen>,
    },
    /// The station runs no more: what is drawn is no longer true.
    Stopped,
}

/// Which station to open.
pub(crate) struct Plan {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// The demo camera instead of a webcam.
    pub(crate) demo_camera: bool,
    /// The webcam with this name.
    pub(crate) camera: Option<String>,
    /// The window's first language.
    pub(crate) language: Option<String>,
}

/// The window's side of the station.
pub(crate) struct Desk {
    plan: Plan,
    station: Mutex<Option<Handle>>,
    screens: Arc<Screens>,
    preview: Arc<Preview>,
}

impl Desk {
    /// Nothing is opened yet: the window is there first, and says what happens.
    pub(crate) fn new(plan: Plan, preview: Preview) -> Self {
        Self {
            plan,
            station: Mutex::new(None),
            screens: Arc::default(),
            preview: Arc::new(preview),
        }
    }

    /// Sends every screen to this page from now on, and opens the station if it is not open.
    pub(crate) fn attach(&self, channel: Channel<News>) -> Welcome {
        self.screens.attach(channel);

        self.open(Unlock::default())
    }

    /// Tries again with a passphrase.
    pub(crate) fn unlock(&self, passphrase: String) -> Welcome {
        self.open(Unlock::Passphrase(Passphrase::new(passphrase)))
    }

    /// Passes a wish on.
    pub(crate) fn send(&self, command: Command) -> Result<(), Stopped> {
        lock(&self.station).as_ref().ok_or(Stopped)?.send(command)
    }

    /// Where preview frames go.
    pub(crate) fn preview(&self) -> &Preview {
        &self.preview
    }

    /// Stops the station; when this returns, the log is closed.
    pub(crate) fn close(&self) {
        let station = lock(&self.station).take();
        if let Some(station) = station {
            station.stop();
        }
    }

    fn open(&self, unlock: Unlock) -> Welcome {
        let mut station = lock(&self.station);
        let mut fault = None;
        if station.is_none() {
            let config = StationConfig {
                data: self.plan.data.clone(),
                demo_camera: self.plan.demo_camera,
                unlock,
                clock_offset: 0,
                camera: match &self.plan.camera {
                    Some(name) => CameraChoice::Named(name.clone()),
                    None => CameraChoice::Auto,
                },
            };
            match station::open(config, self.listener()) {
                Ok(handle) => *station = Some(handle),
                Err(refused) => {
                    error!(%refused, "the station does not open");
                    fault = Some(Fault::from(&refused));
                }
            }
        }

        Welcome {
            language: self.plan.language.clone(),
            fault,
        }
    }

    fn listener(&self) -> Listener {
        let screens = Telling(Arc::clone(&self.screens));
        let preview = Arc::clone(&self.preview);

        Listener {
            screens: Box::new(move |screen| {
                if let Stage::Verdict(verdict) = &screen.stage {
                    // Its time is where the way from a verdict to a drawn one is measured from.
                    debug!(
                        scan = verdict.scan.0,
                        verdict = verdict.verdict.word(),
                        "told"
                    );
                }
                screens.0.tell(News::Screen {
                    screen: Box::new(screen),
                });
            }),
            preview: Box::new(move |frame, places| {
                let picture = Grey {
                    width: frame.width,
                    height: frame.height,
                    pixels: frame.pixels(),
                };
                let codes = places
                    .iter()
                    .map(|place| place.corners.map(|corner| (corner.x, corner.y)));
                preview.frame(&picture, codes);
            }),
        }
    }
}

/// The page that draws, and the last news for one that attaches later.
#[derive(Default)]
struct Screens(Mutex<Shown>);

#[derive(Default)]
struct Shown {
    page: Option<Channel<News>>,
    last: Option<News>,
}

impl Screens {
    fn attach(&self, page: Channel<News>) {
        let mut shown = lock(&self.0);
        if let Some(last) = shown.last.clone() {
            deliver(&page, last);
        }
        shown.page = Some(page);
    }

    fn tell(&self, news: News) {
        let mut shown = lock(&self.0);
        if let Some(page) = &shown.page {
            deliver(page, news.clone());
        }
        shown.last = Some(news);
    }

    /// Says that no screen comes any more, if ever one came: a station that does not open has a fault of its own.
    fn end(&self) {
        let began = lock(&self.0).last.is_some();
        if began {
            self.tell(News::Stopped);
        }
    }
}

/// The loop's hold on the page: it is let go when the loop ends, whatever ended it.
struct Telling(Arc<Screens>);

impl Drop for Telling {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn deliver(page: &Channel<News>, news: News) {
    if let Err(error) = page.send(news) {
        warn!(%error, "a screen did not reach the window");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Receiver};

    use domain::{
        screen::{CameraView, KnowledgeView, LinkView, Protection, SyncView, Totals},
        time::Timestamp,
    };
    use tauri::ipc::InvokeResponseBody;

    use super::*;
    use crate::fault::FaultKind;

    /// What the page hears, as the page reads it.
    fn page() -> (Channel<News>, Receiver<serde_json::Value>) {
        let (sender, heard) = mpsc::channel();
        let channel = Channel::new(move |body| {
            let InvokeResponseBody::Json(text) = body else {
                panic!("news is JSON");
            };
            sender.send(serde_json::from_str(&text).unwrap()).unwrap();
            Ok(())
        });

        (channel, heard)
    }

    fn screen(now: i64) -> OperatorScreen {
        OperatorScreen {
            demo: true,
            protection: Protection::KeyFile,
            venue: None,
            rule: None,
            now: Timestamp(now),
            today: Totals::default(),
            knowledge: KnowledgeView {
                status_as_of: None,
                status_warn_hours: 24,
                status_stop_hours: 72,
                keys_until: None,
                clock_doubt: false,
                clock_offset: None,
            },
            sync: SyncView {
                waiting: 0,
                last_receipt: None,
                link: LinkView::Untried,
                dispute: None,
            },
            shredded: 0,
            camera: CameraView::Missing,
            next_camera: None,
            last: Vec::new(),
            undo: None,
            stage: Stage::Watching,
            notice: None,
        }
    }

    fn told(now: i64) -> News {
        News::Screen {
            screen: Box::new(screen(now)),
        }
    }

    #[test]
    fn a_page_that_attaches_late_gets_the_last_screen_first() {
        let screens = Screens::default();
        screens.tell(told(1));
        screens.tell(told(2));
        let (channel, heard) = page();
        screens.attach(channel);
        screens.tell(told(3));
        let times: Vec<_> = heard
            .try_iter()
            .map(|news| news["screen"]["now"].clone())
            .collect();
        assert_eq!(times, [2, 3]);
    }

    #[test]
    fn a_station_that_ends_leaves_no_screen_behind_that_looks_alive() {
        let screens = Arc::new(Screens::default());
        let (channel, heard) = page();
        screens.attach(channel);
        screens.tell(told(1));
        drop(Telling(Arc::clone(&screens)));
        let last = heard.try_iter().last();
        assert_eq!(last, Some(serde_json::json!({ "news": "stopped" })));
    }

    #[test]
    fn a_station_that_never_began_says_nothing_of_its_end() {
        let screens = Arc::new(Screens::default());
        let (channel, heard) = page();
        screens.attach(channel);
        drop(Telling(screens));
        assert_eq!(heard.try_iter().count(), 0);
    }

    #[test]
    fn a_folder_without_a_station_is_told_as_that_and_a_wish_as_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan {
            data: folder.path().to_owned(),
            demo_camera: true,
            camera: None,
            language: Some("en".to_owned()),
        };
        let desk = Desk::new(plan, Preview::start().unwrap());
        let (channel, heard) = page();
        let welcome = desk.attach(channel);
        assert_eq!(welcome.language.as_deref(), Some("en"));
        assert_eq!(
            welcome.fault.map(|fault| fault.kind),
            Some(FaultKind::NotEnrolled)
        );
        assert_eq!(heard.try_iter().count(), 0);
        assert_eq!(desk.send(Command::SyncNow), Err(Stopped));
    }
}
