//! Whether a window can be opened on Linux. A variable that is set proves nothing: a display is there if its
//! socket answers.

use std::path::{Path, PathBuf};

/// Success, or the sentence that says why no window can be opened. `var` reads the environment.
pub(crate) fn look(var: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let set = |name| var(name).filter(|value| !value.is_empty());
    let mut dead = Vec::new();
    if let Some(name) = set("WAYLAND_DISPLAY") {
        let socket = wayland(&name, set("XDG_RUNTIME_DIR").as_deref());
        if socket.is_some_and(|socket| answers(&socket)) {
            return Ok(());
        }
        dead.push(format!("WAYLAND_DISPLAY is {name}"));
    }
    if let Some(name) = set("DISPLAY") {
        // A display of another machine is known by the network alone, and only the window asks there.
        if name.contains(':') && x11(&name).is_none_or(|socket| answers(&socket)) {
            return Ok(());
        }
        dead.push(format!("DISPLAY is {name}"));
    }

    Err(if dead.is_empty() {
        "No display found (DISPLAY and WAYLAND_DISPLAY are not set)".to_owned()
    } else {
        format!(
            "No display found ({}, but nothing answers there)",
            dead.join(", ")
        )
    })
}

/// The socket of `[unix]:number[.screen]`; none for a display that lies elsewhere.
fn x11(name: &str) -> Option<PathBuf> {
    let (host, display) = name.rsplit_once(':')?;
    if !matches!(host, "" | "unix") {
        return None;
    }
    let number = display.split('.').next().unwrap_or_default();

    Some(Path::new("/tmp/.X11-unix").join(format!("X{number}")))
}

/// The name is a path by itself, or lies in the session's folder.
fn wayland(name: &str, session: Option<&str>) -> Option<PathBuf> {
    if Path::new(name).is_absolute() {
        return Some(PathBuf::from(name));
    }

    session.map(|folder| Path::new(folder).join(name))
}

/// A server that was killed leaves its socket behind, so one has to knock. X also listens at the same name
/// outside the file system, which is all that a sandbox may see of it.
#[cfg(unix)]
fn answers(socket: &Path) -> bool {
    use std::os::unix::net::UnixStream;

    UnixStream::connect(socket).is_ok() || answers_in_the_abstract(socket)
}

#[cfg(target_os = "linux")]
fn answers_in_the_abstract(socket: &Path) -> bool {
    use std::os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixStream},
        },
    };

    SocketAddr::from_abstract_name(socket.as_os_str().as_bytes())
        .and_then(|address| UnixStream::connect_addr(&address))
        .is_ok()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn answers_in_the_abstract(_: &Path) -> bool {
    false
}

/// Windows has no such displays.
#[cfg(not(unix))]
fn answers(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_display_has_a_socket_and_one_of_another_machine_has_none() {
        let socket = |name| x11(name).map(|path| path.display().to_string());

        assert_eq!(socket(":0").as_deref(), Some("/tmp/.X11-unix/X0"));
        assert_eq!(socket(":12.1").as_deref(), Some("/tmp/.X11-unix/X12"));
        assert_eq!(socket("unix:3").as_deref(), Some("/tmp/.X11-unix/X3"));
        assert_eq!(socket("localhost:10.0"), None);
    }

    #[test]
    fn without_a_variable_there_is_no_display_and_one_of_another_machine_is_taken_as_it_is() {
        assert_eq!(
            look(|_| None),
            Err("No display found (DISPLAY and WAYLAND_DISPLAY are not set)".to_owned())
        );
        assert_eq!(
            look(|name| (name == "DISPLAY").then(|| "desk.example:0".to_owned())),
            Ok(())
        );
        assert_eq!(
            look(|name| (name == "DISPLAY").then(|| "none".to_owned())),
            Err("No display found (DISPLAY is none, but nothing answers there)".to_owned())
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_display_whose_server_is_gone_is_none_though_its_socket_is_still_there() {
        let folder = std::env::temp_dir().join(format!("menshen-display-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let server = std::os::unix::net::UnixListener::bind(folder.join("wayland-7")).unwrap();
        let session = folder.display().to_string();
        let var = |name: &str| match name {
            "WAYLAND_DISPLAY" => Some("wayland-7".to_owned()),
            "XDG_RUNTIME_DIR" => Some(session.clone()),
            _ => None,
        };
        assert_eq!(look(var), Ok(()));
        drop(server);

        assert!(folder.join("wayland-7").exists());
        assert_eq!(
            look(var),
            Err(
                "No display found (WAYLAND_DISPLAY is wayland-7, but nothing answers there)"
                    .to_owned()
            )
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
