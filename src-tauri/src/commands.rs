//! What the page may call. Each forwards; none thinks. Arguments are foreign input: whatever does not read as
//! its type never gets here, and the station checks the rest.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands a command its state and its arguments by value"
)]

use domain::screen::Command;
use tauri::{
    State,
    ipc::{Channel, InvokeResponseBody},
};

use crate::desk::{Desk, News, Welcome};

/// Screens go to `channel` from now on, and the news that there will be no more.
#[tauri::command(async)]
pub(crate) fn attach(desk: State<'_, Desk>, channel: Channel<News>) -> Welcome {
    desk.attach(channel)
}

/// Opens the station with a passphrase.
#[tauri::command(async)]
pub(crate) fn unlock(desk: State<'_, Desk>, passphrase: String) -> Welcome {
    desk.unlock(passphrase)
}

/// Preview frames go to `channel` from now on.
#[tauri::command(async)]
pub(crate) fn preview(desk: State<'_, Desk>, channel: Channel<InvokeResponseBody>) {
    desk.preview().watch(channel);
}

/// The page has drawn a preview frame.
#[tauri::command(async)]
pub(crate) fn frame_drawn(desk: State<'_, Desk>) {
    desk.preview().drawn();
}

/// What staff ask for.
#[tauri::command(async)]
pub(crate) fn command(desk: State<'_, Desk>, command: Command) -> Result<(), String> {
    desk.send(command).map_err(|stopped| stopped.to_string())
}
