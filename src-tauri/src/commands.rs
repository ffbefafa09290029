//! What the page may call. Each forwards; none thinks. Arguments are foreign input: whatever does not read as
//! its type never gets here, and the station checks the rest. A panic in here is an answer too: unanswered,
//! the page would wait for ever and send nothing more.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands a command its state and its arguments by value"
)]

use std::panic::{self, AssertUnwindSafe};

use tauri::{
    State,
    ipc::{Channel, InvokeResponseBody},
};

use crate::{
    desk::{Desk, News, Welcome},
    said,
    wish::{Typed, Wish},
};

/// Screens go to `channel` from now on, and the news that there will be no more.
#[tauri::command(async)]
pub(crate) fn attach(desk: State<'_, Desk>, channel: Channel<News>) -> Result<Welcome, String> {
    answered(|| Ok(desk.attach(channel)))
}

/// Opens the station with a passphrase.
#[tauri::command(async)]
pub(crate) fn unlock(desk: State<'_, Desk>, passphrase: Typed) -> Result<Welcome, String> {
    answered(|| Ok(desk.unlock(passphrase.into_words())))
}

/// Preview frames go to `channel` from now on.
#[tauri::command(async)]
pub(crate) fn preview(
    desk: State<'_, Desk>,
    channel: Channel<InvokeResponseBody>,
) -> Result<(), String> {
    answered(|| {
        desk.preview().watch(channel);
        Ok(())
    })
}

/// The page has drawn a preview frame.
#[tauri::command(async)]
pub(crate) fn frame_drawn(desk: State<'_, Desk>) -> Result<(), String> {
    answered(|| {
        desk.preview().drawn();
        Ok(())
    })
}

/// What staff ask for.
#[tauri::command(async)]
pub(crate) fn command(desk: State<'_, Desk>, command: Wish) -> Result<(), String> {
    answered(|| {
        desk.send(command.into_command())
            .map_err(|stopped| stopped.to_string())
    })
}

/// Does it, and tells a panic as a message: the page then covers what it shows and says to start again.
/// Locks outlive a panic (see `desk::lock`).
fn answered<T>(act: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| {
        Err(format!(
            "a fault of this program: {}; what was last asked for may not have happened",
            said(panic.as_ref())
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_command_is_a_message() {
        let lost: Result<(), String> = answered(|| panic!("the drawer is stuck"));
        assert_eq!(
            lost,
            Err("a fault of this program: the drawer is stuck; what was last asked for may not have happened"
                .to_owned())
        );
        assert_eq!(answered(|| Ok(7)), Ok(7));
    }
}
