//! The operator's window: our own pages, nothing else, nothing kept.

use std::{env, path::PathBuf};

use tauri::{
    AppHandle, Manager, Monitor, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::NewWindowResponse,
};
use tracing::{debug, warn};

use crate::geometry::{Geometry, Rect};

/// Its name, by which its capability knows it.
pub(crate) const OPERATOR: &str = "operator";

/// The smallest window in which nothing is cut off.
const SMALLEST: (f64, f64) = (640.0, 480.0);

/// Where the window was the last time, beside what the system keeps of other programs.
const REMEMBERED: &str = "window.json";

/// Opens the window where it was the last time.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let page = WebviewUrl::App("station/index.html".into());
    let place = remembered(app)
        .map(|file| Geometry::read(&file))
        .unwrap_or_default();
    let mut builder = WebviewWindowBuilder::new(app, OPERATOR, page)
        .title("门神 Menshen")
        .inner_size(place.at.width.into(), place.at.height.into())
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .maximized(place.maximized);
    if place.is_seen_on(
        &app.available_monitors()?
            .iter()
            .map(rect)
            .collect::<Vec<_>>(),
    ) {
        builder = builder.position(place.at.x.into(), place.at.y.into());
    }
    let window = builder
        // No history, no cache on the disk, no picture of the window for other programs.
        .incognito(!is_driven())
        .content_protected(true)
        .devtools(false)
        // Windows zooms by itself; elsewhere it would take a command of Tauri's own.
        .zoom_hotkeys_enabled(cfg!(windows))
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    #[cfg(target_os = "linux")]
    window.with_webview(|webview| paint_plainly(&webview.inner()))?;
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event {
            remember(&closing, place);
        }
    });

    Ok(())
}

/// Without layers on a graphics card: where there is none, WebKitGTK would put them together by software, and a
/// verdict would be drawn three times as late, for six times the work of a preview.
#[cfg(target_os = "linux")]
fn paint_plainly(webview: &webkit2gtk::WebView) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    if let Some(settings) = webview.settings() {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}

/// A test drives this window, which a release lets nobody do: WebKitGTK opens a page to a driver only where
/// something of it may be kept.
fn is_driven() -> bool {
    cfg!(debug_assertions)
        && env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|asked| asked == "true")
}

/// Brings the window before staff: somebody has started the program again.
pub(crate) fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(OPERATOR) else {
        return;
    };
    let raised = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    match raised {
        Ok(()) => debug!("raised for a second start"),
        Err(error) => warn!(%error, "the window could not be raised for a second start"),
    }
}

fn remembered(app: &AppHandle) -> Option<PathBuf> {
    Some(app.path().app_config_dir().ok()?.join(REMEMBERED))
}

/// Keeps where the window is. Maximized, it has no place of its own to keep: the one before stays.
fn remember(window: &WebviewWindow, before: Geometry) {
    let kept = now(window, before)
        .map(|place| remembered(window.app_handle()).map_or(Ok(()), |file| place.write(&file)));
    match kept {
        Ok(Ok(())) => {}
        Ok(Err(error)) => warn!(%error, "where the window was could not be kept"),
        Err(error) => warn!(%error, "where the window was is not known"),
    }
}

fn now(window: &WebviewWindow, before: Geometry) -> tauri::Result<Geometry> {
    let maximized = window.is_maximized()?;
    if maximized || window.is_minimized()? || window.is_fullscreen()? {
        return Ok(Geometry {
            maximized,
            ..before
        });
    }
    let scale = window.scale_factor()?;
    let (position, size) = (window.outer_position()?, window.inner_size()?);
    let (position, size) = (position.to_logical(scale), size.to_logical(scale));

    Ok(Geometry {
        maximized,
        at: Rect {
            x: position.x,
            y: position.y,
            width: size.width,
            height: size.height,
        },
    })
}

/// Where a monitor is, in the units of windows.
fn rect(monitor: &Monitor) -> Rect {
    let scale = monitor.scale_factor();
    let (position, size) = (
        monitor.position().to_logical(scale),
        monitor.size().to_logical(scale),
    );

    Rect {
        x: position.x,
        y: position.y,
        width: size.width,
        height: size.height,
    }
}

/// Only pages that lie beside the program.
fn is_ours(url: &Url) -> bool {
    let scheme_is_ours = url.scheme() == "tauri" && url.host_str() == Some("localhost");
    // Windows has no schemes of one's own.
    let host_is_ours = url.scheme() == "http" && url.host_str() == Some("tauri.localhost");

    scheme_is_ours || host_is_ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_opened() {
        let opens = |url: &str| is_ours(&Url::parse(url).unwrap());
        assert!(opens("tauri://localhost/station/index.html"));
        assert!(opens("http://tauri.localhost/station/index.html"));
        for url in [
            "https://example.org/",
            "http://localhost/",
            "http://tauri.localhost.example.org/",
            "https://tauri.localhost/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "blob:tauri://localhost/x",
        ] {
            assert!(!opens(url), "{url}");
        }
    }
}
