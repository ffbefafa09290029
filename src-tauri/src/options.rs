//! What the command line says.

use std::{ffi::OsString, path::PathBuf};

use thiserror::Error;

/// How to call the program.
pub(crate) const USAGE: &str = "\
usage: menshen-desktop [--data DIR] [--demo-camera | --camera NAME] [--lang zh-CN|en]

  --data DIR       where everything lives; without it, this account's application data
  --demo-camera    the program's own moving photographs instead of a webcam
  --camera NAME    this webcam, by the name that `menshen station cameras` lists; it is remembered
  --lang LANG      the language at the start: zh-CN or en; without it, the system's";

/// What the command line asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// The data folder.
    pub(crate) data: Option<PathBuf>,
    /// The demo camera instead of a webcam.
    pub(crate) demo_camera: bool,
    /// The webcam with this name.
    pub(crate) camera: Option<String>,
    /// The window's first language.
    pub(crate) language: Option<String>,
    /// Only the usage was asked for.
    pub(crate) help: bool,
}

/// What is wrong with the command line.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum WrongOption {
    /// An option that wants a value has none.
    #[error("{0} wants a value after it")]
    NoValue(&'static str),
    /// Two sources at once.
    #[error("--demo-camera and --camera are two cameras: leave one out")]
    TwoCameras,
    /// A language that is not spoken.
    #[error("the window speaks zh-CN and en, not {0}")]
    Language(String),
    /// Not an option of this program.
    #[error("{0} is not an option of this program")]
    Unknown(String),
}

impl Options {
    /// Reads the arguments after the program's own name.
    pub(crate) fn read(mut args: impl Iterator<Item = OsString>) -> Result<Self, WrongOption> {
        let mut options = Self::default();
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--data") => {
                    let folder = args.next().ok_or(WrongOption::NoValue("--data"))?;
                    options.data = Some(PathBuf::from(folder));
                }
                Some("--demo-camera") => options.demo_camera = true,
                Some("--camera") => {
                    let name = args.next().ok_or(WrongOption::NoValue("--camera"))?;
                    options.camera = Some(name.to_string_lossy().into_owned());
                }
                Some("--lang") => {
                    let language = args.next().ok_or(WrongOption::NoValue("--lang"))?;
                    options.language = Some(spoken(&language.to_string_lossy())?);
                }
                Some("--help" | "-h") => options.help = true,
                Some(_) | None => {
                    return Err(WrongOption::Unknown(arg.to_string_lossy().into_owned()));
                }
            }
        }
        if options.demo_camera && options.camera.is_some() {
            return Err(WrongOption::TwoCameras);
        }

        Ok(options)
    }
}

fn spoken(language: &str) -> Result<String, WrongOption> {
    match language {
        "en" => Ok("en".to_owned()),
        "zh" | "zh-CN" => Ok("zh-CN".to_owned()),
        _ => Err(WrongOption::Language(language.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Options, WrongOption> {
        Options::read(args.iter().map(OsString::from))
    }

    #[test]
    fn every_option_is_taken_in_any_order() {
        assert_eq!(
            read(&["--lang", "en", "--demo-camera", "--data", "a folder"]),
            Ok(Options {
                data: Some(PathBuf::from("a folder")),
                demo_camera: true,
                camera: None,
                language: Some("en".to_owned()),
                help: false,
            })
        );
        assert_eq!(
            read(&["--camera", "HD Webcam"]),
            Ok(Options {
                camera: Some("HD Webcam".to_owned()),
                ..Options::default()
            })
        );
        assert_eq!(read(&[]), Ok(Options::default()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(read(&["--data"]), Err(WrongOption::NoValue("--data")));
        assert_eq!(read(&["--camera"]), Err(WrongOption::NoValue("--camera")));
        assert_eq!(
            read(&["--camera", "HD Webcam", "--demo-camera"]),
            Err(WrongOption::TwoCameras)
        );
        assert_eq!(
            read(&["--lang", "tlh"]),
            Err(WrongOption::Language("tlh".to_owned()))
        );
        assert_eq!(
            read(&["--dara", "x"]),
            Err(WrongOption::Unknown("--dara".to_owned()))
        );
    }
}
