//! What SECURITY.md §9 asks of the window, held against the files that configure it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     media-src 'self'; img-src 'self' blob:; connect-src ipc: http://ipc.localhost";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(here(path)).unwrap()
}

fn parsed(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// The functions of a source that the page may call.
fn commands() -> BTreeSet<String> {
    text("src/commands.rs")
        .split("#[tauri::command(async)]\npub(crate) fn ")
        .skip(1)
        .map(|rest| rest.split('(').next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_page_may_call_our_commands_and_nothing_of_tauri_or_its_plugins() {
    let files: Vec<_> = fs::read_dir(here("capabilities"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, ["operator.json"]);
    let capability = parsed("capabilities/operator.json");
    let allowed: BTreeSet<_> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect();
    let wanted: BTreeSet<_> = commands()
        .into_iter()
        .map(|command| format!("allow-{}", command.replace('_', "-")))
        .collect();
    assert_eq!(allowed, wanted);
    assert_eq!(allowed.len(), 5);
    assert_eq!(capability["windows"], json!([crate::window::OPERATOR]));
    assert_eq!(capability["local"], true);
    assert_eq!(capability.get("remote"), None);
}

#[test]
fn the_configuration_opens_nothing_to_the_page() {
    let config = parsed("tauri.conf.json");
    let app = &config["app"];
    assert_eq!(app["withGlobalTauri"], false);
    assert_eq!(app["windows"], json!([]));
    assert_eq!(
        app["security"],
        json!({
            "capabilities": ["operator"],
            "freezePrototype": true,
            "assetProtocol": { "enable": false },
            "csp": POLICY,
        })
    );
    // A plugin could be given scopes here.
    assert_eq!(config.get("plugins"), None);
    assert_eq!(config["build"], json!({ "frontendDist": "../ui/dist" }));
}

#[test]
fn no_build_has_developer_tools_and_nothing_of_the_page_is_kept() {
    let window = text("src/window.rs");
    for call in [
        ".devtools(false)",
        ".incognito(!is_driven())",
        "cfg!(debug_assertions)\n        && env::var_os(\"TAURI_WEBVIEW_AUTOMATION\")",
        ".content_protected(true)",
        ".on_navigation(is_ours)",
        ".on_new_window(|_, _| NewWindowResponse::Deny)",
    ] {
        assert_eq!(window.matches(call).count(), 1, "{call}");
    }
    for manifest in ["Cargo.toml", "../Cargo.toml"] {
        assert!(!text(manifest).contains("devtools"), "{manifest}");
    }
}

#[test]
fn macos_is_told_in_both_languages_what_the_camera_is_for() {
    let list = text("Info.plist");
    let (_, rest) = list
        .split_once("<key>NSCameraUsageDescription</key>")
        .unwrap();
    let reason = rest.split("</string>").next().unwrap();
    assert!(
        reason.contains("摄像头") && reason.contains("camera"),
        "{reason}"
    );
}
