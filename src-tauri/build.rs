//! Tells Tauri which commands there are, so that each must be named by a capability to be called.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&[
        "attach",
        "command",
        "frame_drawn",
        "preview",
        "unlock",
    ]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the window's configuration is wrong: {error:#}");
    }
}
