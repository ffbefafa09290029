//! The window of the station. It draws the station's screen, passes keys on, and decides nothing.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod desk;
mod fault;
mod options;
mod preview;
mod window;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Context;
use tauri::{Manager, RunEvent};
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
        .context("the window cannot be opened: is there a display, and is the system's webview installed?")?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Desk>().close();
            }
        });

    Ok(())
}

fn write_to(mut out: impl Write, text: &str) -> anyhow::Result<()> {
    writeln!(out, "{text}")?;

    Ok(())
}
