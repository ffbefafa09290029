//! The window of the station. It draws the station's screen, passes keys on, and decides nothing.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod desk;
mod fault;
mod geometry;
#[cfg(test)]
mod hardening;
mod options;
mod pace;
mod preview;
mod window;
mod wish;

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
        // First of all: a second start must end before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::raise(app);
        }))
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
                    camera: options.camera,
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
        Ok(Ok(app)) => Ok(app),
        Ok(Err(tauri::Error::PluginInitialization(_, error))) => {
            Err(anyhow!("{NO_ANSWER} ({error})"))
        }
        Ok(Err(error)) => Err(anyhow!("{NO_WINDOW} ({error})")),
        Err(panic) => {
            let all = said(panic.as_ref());
            // Without the fields of the error in it.
            let words = all.split_once(" {").map_or(all, |(first, _)| first);
            Err(anyhow!("{NO_WINDOW} ({words})"))
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}

const NO_ANSWER: &str =
    "another window of this program is open but does not answer: end it, then start again";

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
