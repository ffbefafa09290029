//! Which import brought what: the trust list itself does not say, and an import replaces what the one before it brought.
//! Kept beside the authority's documents, signed by nobody: at worst an import leaves more, or less, as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::ValueEnum;
use domain::code::foreign::ForeignKey;
use domain::crypto::sha256;
use domain::document::RevocationFile;
use domain::hex;
use serde_json::json;

use super::lines::{format_word, list_word};
use crate::args::TrustSource;
use crate::{Failure, files};

/// The marks of keys and lists by the word of the import that brought them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sources(BTreeMap<String, BTreeSet<String>>);

impl Sources {
    /// Reads them; none where the file is not there.
    ///
    /// # Errors
    /// [`Failure::File`]; [`Failure::Refused`] for a damaged file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        if !path.exists() {
            return Ok(Self::default());
        }

        serde_json::from_str(&files::read_text(path)?)
            .map(Self)
            .map_err(|error| {
                Failure::Refused(format!(
                    "{}: {error}. The file is damaged: put the last good copy of it back, or remove it, and imports leave what they do not know",
                    path.display()
                ))
            })
    }

    /// Their file.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(&self.0)
            .map_err(std::io::Error::from)
            .map_err(Failure::file(path, "write"))?;

        files::replace(path, format!("{text}\n").as_bytes())
    }

    /// Whether `source` alone brought what has this mark.
    pub(super) fn is_only_of(&self, source: TrustSource, mark: &str) -> bool {
        let word = word(source);

        self.0
            .iter()
            .filter(|(_, marks)| marks.contains(mark))
            .map(|(by, _)| by == &word)
            .reduce(|all, is_it| all && is_it)
            .unwrap_or_default()
    }

    /// Whether any import brought what has this mark.
    pub(super) fn knows(&self, mark: &str) -> bool {
        self.0.values().any(|marks| marks.contains(mark))
    }

    /// Notes what `source` brought, instead of or beside what it brought before.
    pub(super) fn set(&mut self, source: TrustSource, add: bool, marks: BTreeSet<String>) {
        let known = self.0.entry(word(source)).or_default();
        if !add {
            known.clear();
        }
        known.extend(marks);
    }
}

/// The word of an import, as it is typed.
pub(super) fn word(source: TrustSource) -> String {
    source
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The mark of a key's entry: all of what it says.
pub(super) fn key_mark(key: &ForeignKey) -> String {
    let kinds: Vec<String> = key.kinds.iter().map(|kind| format!("{kind:?}")).collect();
    let mut says = json!([
        format_word(key.format),
        hex::encode(&key.key_id),
        key.issuer,
        key.country,
        key.key.as_ref().map(|key| hex::encode(key.as_bytes())),
        key.not_before,
        key.not_after,
        kinds,
    ]);
    // What an entry does not say leaves its mark as earlier releases wrote it.
    if key.name.is_some() || key.max_lifetime.is_some() {
        says = json!([says, key.name, key.max_lifetime]);
    }

    hex::encode(sha256(&[says.to_string().as_bytes()]))
}

/// The mark of a list.
pub(super) fn list_mark(file: &RevocationFile) -> String {
    format!("{}:{}", list_word(file.list), hex::encode(file.sha256))
}

#[cfg(test)]
mod tests {
    use domain::code::foreign::Format;

    use super::*;

    fn marks(marks: &[&str]) -> BTreeSet<String> {
        marks.iter().map(|mark| (*mark).to_owned()).collect()
    }

    #[test]
    fn what_two_imports_brought_is_of_neither_alone() {
        let mut sources = Sources::default();
        sources.set(TrustSource::Gdhcn, false, marks(&["a", "b"]));
        sources.set(TrustSource::EuDsc, false, marks(&["b"]));
        assert!(sources.is_only_of(TrustSource::Gdhcn, "a"));
        assert!(!sources.is_only_of(TrustSource::Gdhcn, "b"));
        assert!(!sources.is_only_of(TrustSource::EuDsc, "a"));
        assert!(!sources.is_only_of(TrustSource::Gdhcn, "c") && !sources.knows("c"));
        sources.set(TrustSource::EuDsc, false, marks(&["d"]));
        assert!(sources.is_only_of(TrustSource::Gdhcn, "b"));
        sources.set(TrustSource::EuDsc, true, marks(&["e"]));
        assert!(sources.knows("d") && sources.knows("e"));
    }

    #[test]
    fn entries_that_say_other_things_have_other_marks() {
        let bare = ForeignKey::new(Format::Hcert, vec![1]);
        let named = ForeignKey {
            name: Some("Example Health".to_owned()),
            ..bare.clone()
        };
        let held = ForeignKey {
            max_lifetime: Some(86_400),
            ..bare.clone()
        };
        let all: BTreeSet<String> = [&bare, &named, &held].map(key_mark).into();
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn they_come_back_from_their_file_and_a_damaged_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sources.json");
        assert_eq!(Sources::read(&path).unwrap(), Sources::default());
        let mut sources = Sources::default();
        sources.set(TrustSource::EuRevocation, false, marks(&["a"]));
        sources.write(&path).unwrap();
        assert_eq!(Sources::read(&path).unwrap(), sources);
        std::fs::write(&path, "{").unwrap();
        assert!(
            Sources::read(&path)
                .unwrap_err()
                .to_string()
                .contains("damaged")
        );
    }
}
