//! What has to be installed and how, as data: decided from facts alone, carried out elsewhere.

use crate::{
    machine::{Machine, Node, Os, User},
    need::{Installer, Need, Purpose},
};

/// What to do before the work can start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What is missing.
    pub(crate) missing: Vec<Need>,
    /// How it gets here.
    pub(crate) way: Way,
    /// What the person has to do about Node, if anything.
    pub(crate) node: Option<String>,
}

/// How missing packages get here; the lines are those that a person would type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing is missing.
    Nothing,
    /// Run the lines at once.
    Run(Vec<Line>),
    /// Show the lines, ask, run them.
    Ask(Vec<Line>),
    /// Show the lines: they need a right, or an answer, that is not to be had.
    Show(Vec<String>),
}

/// A command line of the installer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line(pub(crate) Vec<String>);

impl Line {
    pub(crate) fn text(&self) -> String {
        self.0.join(" ")
    }
}

/// Decides what `purpose` needs on `machine`; `yes` stands for the answer to the question.
pub(crate) fn decide(machine: &Machine, purpose: Purpose, yes: bool) -> Plan {
    let missing: Vec<Need> = purpose
        .needs(machine.os)
        .into_iter()
        .filter(|need| !machine.has(*need))
        .collect();
    let way = if missing.is_empty() {
        Way::Nothing
    } else {
        way(machine, &missing, yes)
    };
    let node = if purpose.wants_node() {
        node_advice(machine)
    } else {
        None
    };

    Plan { missing, way, node }
}

/// How to get a Node that suits, or nothing where it is there.
pub(crate) fn node_advice(machine: &Machine) -> Option<String> {
    let state = match machine.node {
        Node::Ready(_) => return None,
        Node::Missing => "Node.js is missing".to_owned(),
        Node::TooOld(version) => format!("Node.js {version} is too old"),
        Node::WithoutNpm => "Node.js is there, but its npm is not".to_owned(),
    };
    let how = match (machine.os, machine.installer) {
        (Os::Mac, Some(Installer::Brew)) => "brew install node@22 && brew link --overwrite node@22",
        (Os::Windows, Some(Installer::Winget)) => "winget install --exact --id OpenJS.NodeJS.LTS",
        (Os::Windows, Some(Installer::Choco)) => "choco upgrade nodejs-lts",
        (Os::Linux | Os::Mac | Os::Windows, _) => {
            "nvm install 22   (nvm: https://github.com/nvm-sh/nvm; it needs no root)\n  \
             or the download for your system: https://nodejs.org/en/download"
        }
    };

    Some(format!(
        "{state}: the screens are built with 20.19 or later (of 22: 22.12 or later). To get it:\n  {how}\nThen open a new terminal and start this again."
    ))
}

fn way(machine: &Machine, missing: &[Need], yes: bool) -> Way {
    if machine.os == Os::Mac && missing.contains(&Need::CCompiler) {
        // Apple's installer is a window of its own that nobody can wait for from here.
        return Way::Show(vec!["xcode-select --install".to_owned()]);
    }
    let Some(installer) = machine.installer else {
        return Way::Show(by_hand(machine.os, missing));
    };
    let lines = lines(installer, missing);

    match (installer, machine.user) {
        (Installer::Apt, User::Root) => Way::Run(lines),
        (Installer::Apt, User::Plain) => Way::Show(vec![as_root(&lines)]),
        (Installer::Apt, User::Sudo) => {
            with_consent(machine, lines.into_iter().map(with_sudo).collect(), yes)
        }
        (Installer::Brew | Installer::Choco | Installer::Winget, _) => {
            with_consent(machine, lines, yes)
        }
    }
}

fn with_consent(machine: &Machine, lines: Vec<Line>, yes: bool) -> Way {
    if yes {
        Way::Run(lines)
    } else if machine.terminal {
        Way::Ask(lines)
    } else {
        Way::Show(lines.iter().map(Line::text).collect())
    }
}

fn lines(installer: Installer, missing: &[Need]) -> Vec<Line> {
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages(installer))
        .copied()
        .collect();
    match installer {
        Installer::Apt => {
            let install = [
                words(APT),
                words("install -y --no-install-recommends"),
                owned(&packages),
            ]
            .concat();
            vec![Line([words(APT), words("update")].concat()), Line(install)]
        }
        Installer::Brew => vec![Line([words("brew install"), owned(&packages)].concat())],
        Installer::Choco => vec![Line([words("choco install -y"), owned(&packages)].concat())],
        Installer::Winget => packages.iter().map(|package| winget(package)).collect(),
    }
}

fn winget(package: &str) -> Line {
    let mut line =
        words("winget install --accept-source-agreements --accept-package-agreements --exact --id");
    line.push(package.to_owned());
    if package.ends_with("BuildTools") {
        line.push("--override".to_owned());
        line.push(
            "--passive --wait --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"
                .to_owned(),
        );
    }

    Line(line)
}

fn with_sudo(line: Line) -> Line {
    Line([words("sudo"), line.0].concat())
}

/// One line for people who have the root password instead of sudo; `-`, since dpkg wants root's own PATH.
fn as_root(lines: &[Line]) -> String {
    let all: Vec<String> = lines.iter().map(Line::text).collect();

    format!("su - -c \"{}\"", all.join(" && "))
}

fn by_hand(os: Os, missing: &[Need]) -> Vec<String> {
    let named = |installer| {
        missing
            .iter()
            .flat_map(move |need: &Need| need.packages(installer))
            .copied()
    };
    match os {
        Os::Linux => {
            let debian: Vec<&str> = named(Installer::Apt).collect();
            vec![format!(
                "your system's packages for what Debian calls {}",
                debian.join(" ")
            )]
        }
        Os::Mac => vec!["Homebrew (https://brew.sh), then start this again".to_owned()],
        Os::Windows => named(Installer::Winget)
            .map(|name| format!("the program that winget calls {name}"))
            .collect(),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// `env` because sudo drops variables; the time-out because a fresh machine may still be updating itself.
const APT: &str = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300";

#[cfg(test)]
mod tests;
