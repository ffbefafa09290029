//! Builds the programs that the demo runs.

use super::{Programs, Steps};
use crate::{failure::Outcome, machine::Machine, npm, process, say, tree};

/// Builds the screens (for a window) and the programs; what is built already takes seconds.
pub(super) fn build(
    machine: &Machine,
    window: bool,
    release: bool,
    steps: &mut Steps,
) -> Outcome<Programs> {
    let programs = Programs {
        menshen: tree::built("menshen", release)?,
        server: tree::built("menshen-server", release)?,
        desktop: tree::built("menshen-desktop", release)?,
    };
    if !programs.menshen.exists() {
        say::line(if window { FIRST_WINDOW } else { FIRST_HEADLESS });
    }
    if window {
        steps.next("the screens");
        npm::install()?;
        process::run(npm::npm().args(["run", "--silent", "build"]))?;
    }
    steps.next("the programs (cargo shows how far it is)");
    process::run(process::cargo().args(words(machine.builds_camera(), window, release)))?;

    Ok(programs)
}

/// One command for all programs, so that shared crates are built once with the features that all of them want.
fn words(camera: bool, window: bool, release: bool) -> Vec<&'static str> {
    let mut words = vec![
        "build",
        "--locked",
        "--package",
        "menshen",
        "--package",
        "menshen-server",
    ];
    if window {
        words.extend([
            "--package",
            "menshen-desktop",
            "--features",
            "menshen-desktop/custom-protocol",
        ]);
    }
    if camera {
        words.extend(["--features", "menshen/camera"]);
    } else {
        say::line("libclang is missing: the headless station is built without the camera.");
    }
    if release {
        words.push("--release");
    }

    words
}

const FIRST_HEADLESS: &str = "\
The first build takes about 5 minutes on two cores, once; a later start takes seconds.";
const FIRST_WINDOW: &str = "\
The first build takes about 10 minutes on two cores, once; a later start takes seconds.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headless_station_is_built_without_a_webview() {
        assert_eq!(
            words(false, false, false),
            [
                "build",
                "--locked",
                "--package",
                "menshen",
                "--package",
                "menshen-server"
            ]
        );
    }

    #[test]
    fn the_window_is_built_with_its_screens_inside_and_with_the_camera() {
        let all = words(true, true, true).join(" ");

        assert!(
            all.contains("--package menshen-desktop --features menshen-desktop/custom-protocol"),
            "{all}"
        );
        assert!(all.contains("--features menshen/camera"), "{all}");
        assert!(all.ends_with("--release"), "{all}");
    }
}
