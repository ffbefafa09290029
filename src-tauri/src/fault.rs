//! Why there is no station behind the window, in the words that the window has sentences for.

use serde::Serialize;
use station::{FolderError, KeyError, KnowledgeError, OpenError, StoreError};

/// What fills the window in place of the station's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// Which sentence and step; `ui/locales` has them in every language.
    pub(crate) kind: FaultKind,
    /// What the station itself said, for support.
    pub(crate) detail: String,
}

/// Each is a key of `ui/locales`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// A signed document is missing or does not verify.
    Documents,
    /// The data folder cannot be used, or the disk is full.
    Folder,
    /// Another process holds the folder.
    InUse,
    /// The system's keychain does not answer.
    Keychain,
    /// The key is not there.
    KeyMissing,
    /// The key opens nothing.
    KeyWrong,
    /// The database is damaged.
    Log,
    /// The database is of a later release.
    Newer,
    /// No log in this folder.
    NotEnrolled,
    /// Anything else; the detail says what.
    Other,
    /// A passphrase has to be typed.
    Passphrase,
}

impl From<&OpenError> for Fault {
    fn from(error: &OpenError) -> Self {
        Self {
            kind: FaultKind::of(error),
            detail: error.to_string(),
        }
    }
}

impl FaultKind {
    #[cfg(test)]
    const ALL: [Self; 11] = [
        Self::Documents,
        Self::Folder,
        Self::InUse,
        Self::Keychain,
        Self::KeyMissing,
        Self::KeyWrong,
        Self::Log,
        Self::Newer,
        Self::NotEnrolled,
        Self::Other,
        Self::Passphrase,
    ];

    fn of(error: &OpenError) -> Self {
        match error {
            OpenError::Store(error) => Self::of_store(error),
            OpenError::Folder(error) | OpenError::Knowledge(KnowledgeError::Folder(error)) => {
                Self::of_folder(error)
            }
            OpenError::NoCentre
            | OpenError::Knowledge(
                KnowledgeError::Missing(_)
                | KnowledgeError::OtherRoot
                | KnowledgeError::Document { .. }
                | KnowledgeError::OtherEpoch
                | KnowledgeError::OtherFile
                | KnowledgeError::Snapshot(_),
            ) => Self::Documents,
            OpenError::ClockOffset
            | OpenError::Pictures(_)
            | OpenError::DemoSheets(_)
            | OpenError::Link(_)
            | OpenError::Randomness(_)
            | OpenError::Thread(_) => Self::Other,
        }
    }

    fn of_store(error: &StoreError) -> Self {
        match error {
            StoreError::NotEnrolled => Self::NotEnrolled,
            StoreError::Key(error) => Self::of_key(error),
            StoreError::Folder(error) => Self::of_folder(error),
            StoreError::DiskFull => Self::Folder,
            StoreError::TooNew(_) => Self::Newer,
            StoreError::Database(_)
            | StoreError::Damaged(_)
            | StoreError::AlreadyThere
            | StoreError::NotOurs => Self::Log,
            StoreError::Randomness(_) => Self::Other,
        }
    }

    fn of_key(error: &KeyError) -> Self {
        match error {
            KeyError::Missing | KeyError::Damaged => Self::KeyMissing,
            KeyError::Wrong | KeyError::TooShort => Self::KeyWrong,
            KeyError::PassphraseNeeded => Self::Passphrase,
            KeyError::Keychain(_) => Self::Keychain,
            KeyError::Folder(error) => Self::of_folder(error),
            KeyError::Randomness(_) => Self::Other,
        }
    }

    fn of_folder(error: &FolderError) -> Self {
        match error {
            FolderError::InUse => Self::InUse,
            FolderError::Io { .. } | FolderError::TooLarge { .. } => Self::Folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_fault_has_a_sentence_and_a_step_in_every_language() {
        for language in ["en", "zh-CN"] {
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../ui/locales/{language}.json"));
            let words: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
            for kind in FaultKind::ALL {
                let name = serde_json::to_value(kind).unwrap();
                for part in ["why", "step"] {
                    let key = format!("fault.{}.{part}", name.as_str().unwrap());
                    assert!(words[&key].is_string(), "{language} lacks {key}");
                }
            }
        }
    }

    #[test]
    fn a_folder_that_another_station_holds_is_told_apart_wherever_it_shows() {
        let errors = [
            OpenError::Folder(FolderError::InUse),
            OpenError::Store(StoreError::Folder(FolderError::InUse)),
            OpenError::Store(StoreError::Key(KeyError::Folder(FolderError::InUse))),
            OpenError::Knowledge(KnowledgeError::Folder(FolderError::InUse)),
        ];
        for error in errors {
            assert_eq!(
                Fault::from(&error),
                Fault {
                    kind: FaultKind::InUse,
                    detail: "another station runs on this data folder: stop it first".to_owned(),
                }
            );
        }
    }

    #[test]
    fn a_station_that_was_never_enrolled_is_no_damaged_log() {
        let fault = |error: StoreError| FaultKind::of(&OpenError::Store(error));
        assert_eq!(fault(StoreError::NotEnrolled), FaultKind::NotEnrolled);
        assert_eq!(fault(StoreError::Damaged("head")), FaultKind::Log);
        assert_eq!(
            fault(StoreError::Key(KeyError::PassphraseNeeded)),
            FaultKind::Passphrase
        );
    }
}
