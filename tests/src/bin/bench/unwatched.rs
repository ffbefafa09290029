//! A city's station without a camera and a window, so that nothing but its own work is measured.

use std::sync::mpsc::{Receiver, channel};

use acceptance::city::City;
use station::{CameraChoice, Handle, Happening, Listener, StationConfig, Unlock};

/// Opens it; frames are handed over, and what becomes of them is told.
pub(crate) fn open(city: &City) -> anyhow::Result<(Handle, Receiver<Happening>)> {
    let (tell, happenings) = channel();
    let config = StationConfig {
        data: city.data().to_owned(),
        demo_camera: false,
        unlock: Unlock::KeyFile,
        clock_offset: 0,
        camera: CameraChoice::None,
    };
    let listener = Listener {
        screens: Box::new(|_| ()),
        preview: Box::new(|_, _| ()),
    };
    let handle = station::open_watched(
        config,
        listener,
        Box::new(move |happening| {
            // The receiver is gone only once the figure is taken.
            let _ = tell.send(happening);
        }),
    )?;

    Ok((handle, happenings))
}
