//! What the parts of the project need from the system, and what each installer calls it.

use crate::machine::Os;

/// Something the system has to bring; Node is judged apart because no installer here may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    CCompiler,
    CjkFont,
    Keychain,
    Libclang,
    PkgConfig,
    Python,
    VirtualDisplay,
    Webview,
}

/// What the person wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Check,
    Headless,
    Test,
    Window,
}

/// A program that installs packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Installer {
    Apt,
    Brew,
    Choco,
    Winget,
}

impl Need {
    pub(crate) const ALL: [Self; 8] = [
        Self::CCompiler,
        Self::CjkFont,
        Self::Keychain,
        Self::Libclang,
        Self::PkgConfig,
        Self::Python,
        Self::VirtualDisplay,
        Self::Webview,
    ];

    /// What it is and what it is for.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::CCompiler => "C compiler (SQLite, zstd, ring)",
            Self::CjkFont => "font with Chinese characters (sheets, window)",
            Self::Keychain => "gnome-keyring and dbus-daemon (the tests of the keychain)",
            Self::Libclang => "libclang (camera)",
            Self::PkgConfig => "pkg-config (finds the webview)",
            Self::Python => "Python 3 with venv (brings the checks' tools)",
            Self::VirtualDisplay => "Xvfb, openbox and WebKitWebDriver (the tests of the window)",
            Self::Webview => "webview (window)",
        }
    }

    /// What `installer` calls it; empty where that system always has it or cannot bring it this way.
    pub(crate) fn packages(self, installer: Installer) -> &'static [&'static str] {
        match (installer, self) {
            (Installer::Apt, Self::CCompiler) => &["gcc", "g++", "libc6-dev"],
            (Installer::Apt, Self::CjkFont) => &["fonts-noto-cjk"],
            (Installer::Apt, Self::Keychain) => &["gnome-keyring", "dbus-daemon"],
            (Installer::Apt, Self::Libclang) => &["libclang-dev"],
            (Installer::Apt, Self::PkgConfig) => &["pkg-config"],
            (Installer::Apt, Self::Python) => &["python3-venv"],
            (Installer::Apt, Self::VirtualDisplay) => {
                &["xvfb", "dbus-daemon", "openbox", "webkit2gtk-driver"]
            }
            (Installer::Apt, Self::Webview) => &["libwebkit2gtk-4.1-dev"],
            (Installer::Choco, Self::CCompiler) => &["visualstudio2022-workload-vctools"],
            (Installer::Brew | Installer::Choco, Self::Python) => &["python3"],
            (Installer::Choco, Self::Webview) => &["webview2-runtime"],
            (Installer::Winget, Self::CCompiler) => &["Microsoft.VisualStudio.2022.BuildTools"],
            (Installer::Winget, Self::Python) => &["Python.Python.3.13"],
            (Installer::Winget, Self::Webview) => &["Microsoft.EdgeWebView2Runtime"],
            (
                Installer::Brew,
                Self::CCompiler
                | Self::CjkFont
                | Self::Keychain
                | Self::Libclang
                | Self::PkgConfig
                | Self::VirtualDisplay
                | Self::Webview,
            )
            | (
                Installer::Choco | Installer::Winget,
                Self::CjkFont
                | Self::Keychain
                | Self::Libclang
                | Self::PkgConfig
                | Self::VirtualDisplay,
            ) => &[],
        }
    }
}

impl Purpose {
    /// What `self` needs on `os`, in alphabetical order.
    pub(crate) fn needs(self, os: Os) -> Vec<Need> {
        let all: &[Need] = match (self, os) {
            (Self::Headless, Os::Linux) => &[Need::CCompiler, Need::CjkFont],
            (Self::Window, Os::Linux) => &[
                Need::CCompiler,
                Need::CjkFont,
                Need::Libclang,
                Need::PkgConfig,
                Need::Webview,
            ],
            (Self::Check, Os::Linux) => &[
                Need::CCompiler,
                Need::Libclang,
                Need::PkgConfig,
                Need::Python,
                Need::Webview,
            ],
            (Self::Test, Os::Linux) => &[
                Need::CCompiler,
                Need::CjkFont,
                Need::Keychain,
                Need::Libclang,
                Need::PkgConfig,
                Need::VirtualDisplay,
                Need::Webview,
            ],
            (Self::Headless | Self::Window | Self::Test, Os::Mac)
            | (Self::Headless, Os::Windows) => &[Need::CCompiler],
            (Self::Window | Self::Test, Os::Windows) => &[Need::CCompiler, Need::Webview],
            (Self::Check, Os::Mac | Os::Windows) => &[Need::CCompiler, Need::Python],
        };

        all.to_vec()
    }

    /// Whether a missing need stops the work; tests and checks leave the part out instead and say so.
    pub(crate) fn stops_without(self, need: Need) -> bool {
        match self {
            Self::Headless | Self::Window => true,
            Self::Check => need == Need::CCompiler || need == Need::Python,
            Self::Test => need == Need::CCompiler,
        }
    }

    /// Whether the screens are built, for which Node is needed.
    pub(crate) fn wants_node(self) -> bool {
        self != Self::Headless
    }
}
