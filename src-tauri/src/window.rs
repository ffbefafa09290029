//! The operator's window: our own pages, nothing else, nothing kept.

use tauri::{AppHandle, Url, WebviewUrl, WebviewWindowBuilder, webview::NewWindowResponse};

/// Its name, by which its capability knows it.
pub(crate) const OPERATOR: &str = "operator";

/// The smallest window in which nothing is cut off.
const SMALLEST: (f64, f64) = (640.0, 480.0);

/// Opens the window.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let page = WebviewUrl::App("station/index.html".into());
    WebviewWindowBuilder::new(app, OPERATOR, page)
        .title("门神 Menshen")
        .inner_size(1_280.0, 800.0)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .maximized(true)
        // No history, no cache on the disk, no picture of the window for other programs.
        .incognito(true)
        .content_protected(true)
        .devtools(false)
        // Windows zooms by itself; elsewhere it would take a command of Tauri's own.
        .zoom_hotkeys_enabled(cfg!(windows))
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;

    Ok(())
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
