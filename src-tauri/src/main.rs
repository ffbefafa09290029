//! The window of the station. It draws the station's screen, passes keys on, and decides nothing.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod desk;
mod fault;
mod options;
mod preview;
mod window;

use std::{
    any::Any,
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::Arc,
    thread,
};

use anyhow::{Context, anyhow};
use tauri::{App, Manager, RunEvent};
use tracing_subscriber::EnvFilter;

use crate::{
    desk::{Desk, Plan},
    options::{Options, USAGE},
    preview::Preview,
};

fn main() -> ExitCode {
    let outcome = match Options::read(std::env::args_os().skip(1)) {
        Ok(options) if options.help => write_to(io::stdout(), USAGE),
        Ok(options) => run(options),
        Err(wrong) => Err(anyhow::anyhow!("{wrong}\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With no place to write to, the exit status alone has to tell.
            let _ = write_to(io::stderr(), &format!("menshen-desktop: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_env("MENSHEN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let preview = Preview::start().context("the preview's thread could not be started")?;
    let app = or_sentence(|| build(options, preview))?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<Desk>().close();
        }
    });

    Ok(())
}

fn build(options: Options, preview: Preview) -> tauri::Result<App> {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![
            commands::attach,
            commands::command,
            commands::frame_drawn,
            commands::preview,
            commands::unlock,
        ])
        .setup(move |app| {
            let data = match options.data {
                Some(folder) => folder,
                None => app.path().app_local_data_dir()?,
            };
            app.manage(Desk::new(
                Plan {
                    data,
                    demo_camera: options.demo_camera,
                    language: options.language,
                },
                preview,
            ));

            Ok(window::open(app.handle())?)
        })
        .build(tauri::generate_context!())
}

/// Builds the window's program. Where there is no display the system's library panics, which is no fault of
/// this program: it is told in a sentence, without a backtrace.
fn or_sentence<T>(build: impl FnOnce() -> tauri::Result<T>) -> anyhow::Result<T> {
    let here = thread::current().id();
    let usual = Arc::new(panic::take_hook());
    let elsewhere = Arc::clone(&usual);
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() != here {
            elsewhere(panic);
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(build));
    panic::set_hook(Box::new(move |panic| usual(panic)));

    match outcome {
        Ok(outcome) => outcome.map_err(|error| anyhow!("{NO_WINDOW} ({error})")),
        Err(panic) => Err(anyhow!("{NO_WINDOW} ({})", words(panic.as_ref()))),
    }
}

/// What a panic said, without the fields of the error in it.
fn words(panic: &(dyn Any + Send)) -> &str {
    let all = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given");

    all.split_once(" {").map_or(all, |(first, _)| first)
}

const NO_WINDOW: &str = "the window cannot be opened: check that there is a display and that the system's \
     webview is installed; `menshen station --headless` is the same station without a window";

fn write_to(mut out: impl Write, text: &str) -> anyhow::Result<()> {
    writeln!(out, "{text}")?;

    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_library_that_panics_is_told_in_a_sentence() {
        let failed: anyhow::Result<()> =
            or_sentence(|| panic!("{}: Error {{ line: 1 }}", "no display"));

        assert_eq!(
            failed.unwrap_err().to_string(),
            format!("{NO_WINDOW} (no display: Error)")
        );
    }
}
