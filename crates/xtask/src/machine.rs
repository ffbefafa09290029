//! The facts about this machine that the plans are made of.

use std::{
    collections::BTreeSet,
    fmt,
    io::IsTerminal as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    display,
    need::{Installer, Need},
    npm,
    process::{self, answers, find},
};

/// The systems the station runs on; every other Unix is treated as Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Os {
    Linux,
    Mac,
    Windows,
}

/// With what right packages can be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    Plain,
    Root,
    Sudo,
}

/// Node.js with its npm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Missing,
    Ready(Version),
    TooOld(Version),
    WithoutNpm,
}

/// Major, minor and patch number of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

/// What a plan may depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) os: Os,
    pub(crate) user: User,
    pub(crate) installer: Option<Installer>,
    pub(crate) node: Node,
    pub(crate) has: BTreeSet<Need>,
    /// Somebody can answer a question.
    pub(crate) terminal: bool,
    /// A window can be opened.
    pub(crate) display: bool,
    pub(crate) webcam: bool,
}

impl Machine {
    /// Looks around; takes well under a second on Linux.
    pub(crate) fn look() -> Self {
        let os = Os::here();

        Self {
            os,
            user: user(os),
            installer: installer(os),
            node: node(),
            has: Need::ALL
                .into_iter()
                .filter(|need| present(*need, os))
                .collect(),
            terminal: std::io::stdin().is_terminal(),
            display: display(os).is_ok(),
            webcam: webcam(os),
        }
    }

    pub(crate) fn has(&self, need: Need) -> bool {
        self.has.contains(&need)
    }

    /// Whether the window's package can be built.
    pub(crate) fn builds_window(&self) -> bool {
        let Node::Ready(_) = self.node else {
            return false;
        };

        match self.os {
            Os::Linux => {
                self.has(Need::Webview) && self.has(Need::PkgConfig) && self.builds_camera()
            }
            Os::Mac | Os::Windows => true,
        }
    }

    /// Whether the feature `camera` can be built: video4linux is bound through libclang.
    pub(crate) fn builds_camera(&self) -> bool {
        self.os != Os::Linux || self.has(Need::Libclang)
    }
}

impl Os {
    pub(crate) fn here() -> Self {
        if cfg!(target_os = "windows") {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Mac
        } else {
            Self::Linux
        }
    }
}

impl Version {
    /// Reads `v20.19.4`, `1.95.0` and the like; a missing part counts as 0.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text
            .trim()
            .trim_start_matches('v')
            .split(['.', '-', ' ', '+'])
            .map(str::parse);
        let major = parts.next()?.ok()?;
        let mut next = || parts.next().and_then(Result::ok).unwrap_or(0);

        Some(Self(major, next(), next()))
    }

    /// Vite's own rule: 20 from 20.19, 22 from 22.12, and everything later.
    pub(crate) fn suits_node(self) -> bool {
        match self.0 {
            20 => self >= Self(20, 19, 0),
            22 => self >= Self(22, 12, 0),
            major => major > 22,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}.{}.{}", self.0, self.1, self.2)
    }
}

fn user(os: Os) -> User {
    // Windows asks for the right by itself when an installer needs it.
    if os == Os::Windows {
        return User::Plain;
    }
    if process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
        return User::Root;
    }

    if find("sudo").is_some() {
        User::Sudo
    } else {
        User::Plain
    }
}

fn installer(os: Os) -> Option<Installer> {
    let candidates: &[(&str, Installer)] = match os {
        Os::Linux => &[("apt-get", Installer::Apt)],
        Os::Mac => &[("brew", Installer::Brew)],
        Os::Windows => &[("winget", Installer::Winget), ("choco", Installer::Choco)],
    };

    candidates
        .iter()
        .find(|(program, _)| find(program).is_some())
        .map(|(_, installer)| *installer)
}

fn node() -> Node {
    let Some(version) = process::capture(Command::new("node").arg("--version"))
        .ok()
        .as_deref()
        .and_then(Version::parse)
    else {
        return Node::Missing;
    };
    if !version.suits_node() {
        return Node::TooOld(version);
    }

    if answers(npm::npm().arg("--version")) {
        Node::Ready(version)
    } else {
        Node::WithoutNpm
    }
}

fn present(need: Need, os: Os) -> bool {
    match os {
        Os::Linux => present_on_linux(need),
        Os::Mac => match need {
            Need::CCompiler => answers(Command::new("xcode-select").arg("-p")),
            Need::Python => python_with_venv(),
            Need::CjkFont
            | Need::Libclang
            | Need::PkgConfig
            | Need::Keychain
            | Need::VirtualDisplay
            | Need::Webview => true,
        },
        Os::Windows => match need {
            Need::Python => python_with_venv(),
            Need::Webview => webview2(),
            // This program was linked by the same Visual C++ tools that compile C.
            Need::CCompiler
            | Need::CjkFont
            | Need::Libclang
            | Need::PkgConfig
            | Need::Keychain
            | Need::VirtualDisplay => true,
        },
    }
}

fn present_on_linux(need: Need) -> bool {
    match need {
        Need::CCompiler => answers(
            Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into())).arg("--version"),
        ),
        Need::CjkFont => cjk_font(),
        Need::Keychain => ["gnome-keyring-daemon", "dbus-daemon"]
            .iter()
            .all(|program| find(program).is_some()),
        Need::Libclang => libclang(),
        Need::PkgConfig => answers(Command::new("pkg-config").arg("--version")),
        Need::Python => python_with_venv(),
        Need::VirtualDisplay => ["Xvfb", "openbox", "WebKitWebDriver"]
            .iter()
            .all(|program| find(program).is_some()),
        Need::Webview => answers(Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1"])),
    }
}

/// The interpreter that the checks' tools are installed with.
pub(crate) fn python() -> Command {
    Command::new(if cfg!(target_os = "windows") {
        "python"
    } else {
        "python3"
    })
}

fn python_with_venv() -> bool {
    answers(python().args(["-c", "import ensurepip, venv"]))
}

/// Only the unversioned name counts: it comes with the headers that bindgen reads, the bare library does not.
fn libclang() -> bool {
    if let Some(path) = std::env::var_os("LIBCLANG_PATH") {
        return Path::new(&path).exists();
    }
    let mut folders: Vec<PathBuf> = ["/usr/lib", "/usr/lib64", "/usr/local/lib"]
        .map(PathBuf::from)
        .to_vec();
    folders.extend(
        below("/usr/lib")
            .into_iter()
            .filter(|path| name_has(path, "linux-gnu")),
    );
    folders.extend(
        below("/usr/lib")
            .into_iter()
            .filter(|path| name_has(path, "llvm"))
            .map(|path| path.join("lib")),
    );

    folders
        .iter()
        .any(|folder| folder.join("libclang.so").exists())
}

fn cjk_font() -> bool {
    let mut folders = vec![
        PathBuf::from("/usr/share/fonts"),
        PathBuf::from("/usr/local/share/fonts"),
    ];
    if let Some(home) = std::env::var_os("HOME") {
        folders.push(Path::new(&home).join(".local/share/fonts"));
    }
    while let Some(folder) = folders.pop() {
        for path in below(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if name_has(&path, "CJK") {
                return true;
            }
        }
    }

    false
}

/// The keys under which Microsoft's updater notes the installed runtime.
fn webview2() -> bool {
    const CLIENT: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    const PLACES: [&str; 3] = [
        r"HKLM\SOFTWARE\WOW6432Node\",
        r"HKLM\SOFTWARE\",
        r"HKCU\Software\",
    ];

    PLACES.iter().any(|place| {
        answers(Command::new("reg").args(["query", &format!("{place}{CLIENT}"), "/v", "pv"]))
    })
}

/// Success, or the sentence that says why no window can be opened.
pub(crate) fn display(os: Os) -> Result<(), String> {
    if os == Os::Linux {
        display::look(|name| std::env::var(name).ok())
    } else {
        Ok(())
    }
}

fn webcam(os: Os) -> bool {
    match os {
        Os::Linux => below("/dev").iter().any(|path| name_has(path, "video")),
        Os::Mac => process::capture(Command::new("system_profiler").arg("SPCameraDataType"))
            .is_ok_and(|text| text.contains("Model ID") || text.contains("Unique ID")),
        Os::Windows => answers(Command::new("powershell").args([
            "-NoProfile",
            "-Command",
            "if (Get-PnpDevice -PresentOnly -Class Camera,Image -Status OK -ErrorAction SilentlyContinue) { exit 0 } else { exit 1 }",
        ])),
    }
}

/// What a folder holds; a folder that is not there holds nothing.
fn below(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

fn name_has(path: &Path, part: &str) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        assert_eq!(Version::parse("v20.19.4\n"), Some(Version(20, 19, 4)));
        assert_eq!(
            Version::parse("1.95.0 (59807616e 2026-04-14)"),
            Some(Version(1, 95, 0))
        );
        assert_eq!(Version::parse("1.96.0-nightly"), Some(Version(1, 96, 0)));
        assert_eq!(Version::parse("no version"), None);
    }

    #[test]
    fn node_suits_from_20_19_and_from_22_12() {
        let suits = |text| Version::parse(text).is_some_and(Version::suits_node);

        assert_eq!(
            [
                "v18.20.4", "v20.18.3", "v20.19.0", "v21.7.0", "v22.11.0", "v22.12.0", "v24.1.0"
            ]
            .map(suits),
            [false, false, true, false, false, true, true]
        );
    }
}
