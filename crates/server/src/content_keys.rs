//! Keys of codes that are encrypted to stations, as `menshen content-key` keeps them in the authority's folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use domain::crypto::{ContentKey, label, sha256};
use domain::document::SealedContentKey;

use crate::authority::AuthorityError;

/// The folder in the authority's.
const FOLDER: &str = "content-keys";

/// The keys that are there, in the order of their names.
pub struct ContentKeys(Vec<Arc<ContentKey>>);

impl ContentKeys {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &ContentKey> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// SHA-256 over all of them, whatever their files are called: two sets with one mark are the same set. None for none.
    #[must_use]
    pub fn mark(&self) -> Option<[u8; 32]> {
        let mut keys: Vec<_> = self.iter().map(|key| sha256(&[key.expose()])).collect();
        keys.sort_unstable();
        let all = keys.concat();

        (!all.is_empty()).then(|| sha256(&[&label("content-keys"), &all]))
    }
}

/// Keys whose files were opened, by the SHA-256 of the file: a passphrase takes its time, and stations ask often.
#[derive(Default)]
pub(crate) struct Opened(Mutex<BTreeMap<[u8; 32], Arc<ContentKey>>>);

impl Opened {
    /// The keys in an authority's folder as they are now; `open` gives the key of a file.
    ///
    /// # Errors
    /// [`AuthorityError`]: what `open` says, a folder that cannot be read, more than 16 keys.
    pub(crate) fn now(
        &self,
        authority: &Path,
        open: impl Fn(&Path, &[u8]) -> Result<ContentKey, AuthorityError>,
    ) -> Result<ContentKeys, AuthorityError> {
        let folder = authority.join(FOLDER);
        let files = files(&folder)?;
        if files.len() > SealedContentKey::MOST {
            return Err(AuthorityError::TooManyContentKeys { path: folder });
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = BTreeMap::new();
        let mut keys = Vec::new();
        for path in files {
            let bytes = zeroize::Zeroizing::new(fs::read(&path).map_err(unreadable(&path))?);
            let hash = sha256(&[&bytes]);
            let key = match known.get(&hash) {
                Some(key) => Arc::clone(key),
                None => Arc::new(open(&path, &bytes)?),
            };
            now.insert(hash, Arc::clone(&key));
            keys.push(key);
        }
        *known = now;

        Ok(ContentKeys(keys))
    }
}

/// The key files in a folder by name; none where it is not there.
fn files(folder: &Path) -> Result<Vec<PathBuf>, AuthorityError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder)(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|end| end == "key") {
            files.push(path);
        }
    }
    files.sort_unstable();

    Ok(files)
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> AuthorityError {
    let path = path.to_owned();
    move |source| AuthorityError::Unreadable {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn write(folder: &Path, name: &str, byte: u8) {
        fs::create_dir_all(folder.join(FOLDER)).unwrap();
        fs::write(folder.join(FOLDER).join(name), [byte; 16]).unwrap();
    }

    #[test]
    fn a_file_is_opened_once_and_the_mark_follows_the_keys_and_not_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let (opened, times) = (Opened::default(), Cell::new(0));
        let now = || {
            let open = |_: &Path, bytes: &[u8]| {
                times.set(times.get() + 1);
                Ok(ContentKey::new(bytes).unwrap())
            };
            let keys = opened.now(folder.path(), open).unwrap();
            (keys.iter().count(), keys.mark())
        };
        assert_eq!(now(), (0, None));
        write(folder.path(), "b.key", 1);
        write(folder.path(), "b.key.77.part", 3);
        let (one, mark) = now();
        assert_eq!(
            (one, mark.is_some(), now().1, times.get()),
            (1, true, mark, 1)
        );
        write(folder.path(), "a.key", 2);
        let (two, both) = now();
        assert_eq!((two, times.get()), (2, 2));
        assert_ne!(both, mark);
        fs::rename(
            folder.path().join("content-keys/a.key"),
            folder.path().join("content-keys/c.key"),
        )
        .unwrap();
        assert_eq!(now(), (2, both));
        fs::remove_file(folder.path().join("content-keys/c.key")).unwrap();
        assert_eq!(now(), (1, mark));
        for n in 10..=25 {
            write(folder.path(), &format!("{n}.key"), n);
        }
        let none = |_: &Path, _: &[u8]| panic!("too many to open");
        let many = opened.now(folder.path(), none).err();
        assert!(matches!(
            many,
            Some(AuthorityError::TooManyContentKeys { .. })
        ));
    }
}
