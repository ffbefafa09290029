//! The hands: camera, log, sync, keys and the one loop of a verification station, without a window.

pub mod camera;
mod clock;
mod controller;
mod crash;
mod enrol;
mod folder;
mod headless;
mod inspect;
mod keys;
mod knowledge;
mod link;
pub mod picture;
mod random;
mod store;
mod usb;

pub use clock::Clock;
pub use controller::{
    CameraChoice, Handle, Happening, Listener, OpenError, PreviewListener, StationConfig, Stopped,
    open, open_watched,
};
pub use enrol::{EnrolError, Enrolment, NewlyEnrolled, enrol};
pub use folder::{Folder, FolderError};
pub use headless::{Headless, HeadlessError, Pictures, Script, Summary, run_headless};
pub use inspect::{Expected, ExpectedCheck, Inspection, ReceiptCheck, Today, inspect, today};
pub use keys::{Kek, KeyError, Passphrase, Unlock};
pub use knowledge::{KnowledgeError, Library, Next, Refresh};
pub use link::{Caller, Centre, Link, LinkError, NoAnswer, Outcome, Request, Response};
pub use random::{NoRandomness, fresh};
pub use stick::Unusable;
pub use store::{
    AnchorFault, Beside, DATABASE, Finding, Head, NewStation, Prepared, Retained, RowFault, Seat,
    SeenFault, Stood, Store, StoreError, StoredEntry, Unacknowledged, ValueFault, create,
};
pub use usb::{Came, Document, Exported, ExportedFile, Imported, UsbError, export, import};
