//! Keys of codes that are encrypted to stations, as `menshen content-key` keeps them in the authority's folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use domain::crypto::{ContentKey, label, sha256};
use domain::document::SealedContentKey;
use domain::keyfile::{KeyFileError, KeyRole};
use thiserror::Error;
use zeroize::Zeroizing;

/// The folder in the authority's.
const FOLDER: &str = "content-keys";
/// A key file is a few hundred bytes.
const MAX_FILE: u64 = 16 * 1024;

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

/// Why a file gives no key, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum NoKey {
    /// Wrong passphrase, or altered.
    #[error(
        "the authority's passphrase does not open it, or it was altered: remove it with `menshen content-key remove` and add the key again"
    )]
    CannotOpen,
    /// No key file.
    #[error(
        "{0}: move it elsewhere, and bring keys of encrypted codes in with `menshen content-key add`"
    )]
    File(KeyFileError),
    /// Under a passphrase, and the server has none.
    #[error(
        "it is under a passphrase: write that to a file that only you can read, name the file in MENSHEN_PASSPHRASE_FILE and start again"
    )]
    Locked,
    /// As many as a station takes come before it.
    #[error(
        "a station takes at most 16 keys, and as many come before it by name: remove those that no code needs with `menshen content-key remove`"
    )]
    Over,
    /// A key for something else.
    #[error(
        "it holds a key with the role {0}, which opens no codes: move it elsewhere, and bring keys of encrypted codes in with `menshen content-key add`"
    )]
    Role(KeyRole),
    /// The file system does not give it.
    #[error("it cannot be read ({0}): see whose it is, and that the server may read it")]
    Unreadable(io::ErrorKind),
}

impl From<KeyFileError> for NoKey {
    fn from(error: KeyFileError) -> Self {
        match error {
            KeyFileError::CannotOpen => Self::CannotOpen,
            KeyFileError::Locked => Self::Locked,
            KeyFileError::HalvesDiffer | KeyFileError::Hardness | KeyFileError::Shape => {
                Self::File(error)
            }
        }
    }
}

impl From<io::Error> for NoKey {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.kind())
    }
}

/// What files gave, a key or none, by the SHA-256 of the file: a passphrase takes its time, and stations ask often.
#[derive(Default)]
pub(crate) struct Opened(Mutex<Known>);

#[derive(Default)]
struct Known {
    files: BTreeMap<[u8; 32], Result<Arc<ContentKey>, NoKey>>,
    /// What each file held when it was last read: a file system that fails for a moment takes no key from the stations.
    held: BTreeMap<PathBuf, [u8; 32]>,
    left_out: LeftOut,
}

/// Why, and the SHA-256 of what was opened in vain.
type LeftOut = BTreeMap<PathBuf, (NoKey, Option<[u8; 32]>)>;

impl Opened {
    /// The keys in an authority's folder as they are now, and what is left out of them that was not the last time: a file
    /// that gives none must not keep a status secret from a station. `open` gives the key of a file.
    pub(crate) fn now(
        &self,
        authority: &Path,
        open: impl Fn(&[u8]) -> Result<ContentKey, NoKey>,
    ) -> (ContentKeys, Vec<(PathBuf, NoKey)>) {
        let folder = authority.join(FOLDER);
        let mut left_out = LeftOut::new();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let files = files(&folder).unwrap_or_else(|error| {
            left_out.insert(folder, (error.into(), None));
            known.held.keys().cloned().collect()
        });
        known.held.retain(|path, _| files.contains(path));
        let mut there = BTreeSet::new();
        let mut keys = Vec::new();
        for path in files {
            let (hash, key) = if keys.len() < SealedContentKey::MOST {
                known.key(&path, &open)
            } else {
                (None, Err(NoKey::Over))
            };
            there.extend(hash);
            match key {
                Ok(key) => keys.push(key),
                Err(why @ NoKey::Unreadable(_)) => {
                    keys.extend(hash.and_then(|hash| known.files.get(&hash)?.clone().ok()));
                    left_out.insert(path, (why, hash));
                }
                Err(why) => {
                    left_out.insert(path, (why, hash));
                }
            }
        }
        known.files.retain(|hash, _| there.contains(hash));

        (ContentKeys(keys), known.news(left_out))
    }
}

impl Known {
    /// Opens a file unless these very bytes were tried before.
    fn key(
        &mut self,
        path: &Path,
        open: impl Fn(&[u8]) -> Result<ContentKey, NoKey>,
    ) -> (Option<[u8; 32]>, Result<Arc<ContentKey>, NoKey>) {
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(why @ NoKey::Unreadable(_)) => return (self.held.get(path).copied(), Err(why)),
            Err(why) => return (None, Err(why)),
        };
        let hash = sha256(&[&bytes]);
        self.held.insert(path.to_path_buf(), hash);
        let tried = self.files.entry(hash);
        let key = tried.or_insert_with(|| open(&bytes).map(Arc::new));

        (Some(hash), key.clone())
    }

    fn news(&mut self, left_out: LeftOut) -> Vec<(PathBuf, NoKey)> {
        let news = left_out
            .iter()
            .filter(|(path, what)| self.left_out.get(*path) != Some(*what))
            .map(|(path, (why, _))| (path.clone(), *why))
            .collect();
        self.left_out = left_out;

        news
    }
}

/// The key files in a folder by name; none where it is not there.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "key") {
            files.push(path);
        }
    }
    files.sort_unstable();

    Ok(files)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, NoKey> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() > MAX_FILE {
        return Err(NoKey::File(KeyFileError::Shape));
    }

    Ok(Zeroizing::new(fs::read(path)?))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        fs::create_dir_all(folder.join(FOLDER)).unwrap();
        fs::write(folder.join(FOLDER).join(name), bytes).unwrap();
    }

    /// A folder whose files are keys as they stand, and how often one was opened.
    struct Keeper {
        folder: tempfile::TempDir,
        opened: Opened,
        times: Cell<u32>,
    }

    impl Keeper {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                opened: Opened::default(),
                times: Cell::new(0),
            }
        }

        fn write(&self, name: &str, bytes: &[u8]) {
            write(self.folder.path(), name, bytes);
        }

        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(FOLDER).join(name)
        }

        fn now(&self) -> (ContentKeys, Vec<(String, NoKey)>) {
            let open = |bytes: &[u8]| {
                self.times.set(self.times.get() + 1);
                ContentKey::new(bytes).ok_or(NoKey::CannotOpen)
            };
            let (keys, news) = self.opened.now(self.folder.path(), open);
            let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();

            (
                keys,
                news.into_iter()
                    .map(|(path, why)| (name(path), why))
                    .collect(),
            )
        }

        /// First bytes of the keys.
        fn keys(&self) -> Vec<u8> {
            self.now().0.iter().map(|key| key.expose()[0]).collect()
        }

        fn news(&self) -> Vec<(String, NoKey)> {
            self.now().1
        }
    }

    fn named(name: &str, why: NoKey) -> (String, NoKey) {
        (name.to_owned(), why)
    }

    #[test]
    fn a_file_is_opened_once_and_the_mark_follows_the_keys_and_not_their_names() {
        let keeper = Keeper::new();
        let now = || {
            let (keys, news) = keeper.now();
            assert_eq!(news, []);
            (keys.iter().count(), keys.mark())
        };
        assert_eq!(now(), (0, None));
        keeper.write("b.key", &[1; 16]);
        keeper.write("b.key.77.part", &[3; 16]);
        let (one, mark) = now();
        assert_eq!(
            (one, mark.is_some(), now().1, keeper.times.get()),
            (1, true, mark, 1)
        );
        keeper.write("a.key", &[2; 16]);
        let (two, both) = now();
        assert_eq!((two, keeper.times.get()), (2, 2));
        assert_ne!(both, mark);
        fs::rename(keeper.file("a.key"), keeper.file("c.key")).unwrap();
        assert_eq!(now(), (2, both));
        fs::remove_file(keeper.file("c.key")).unwrap();
        assert_eq!(now(), (1, mark));
    }

    #[test]
    fn a_file_that_gives_no_key_is_told_and_tried_once_until_its_bytes_change() {
        let keeper = Keeper::new();
        for (name, bytes) in [("a.key", [1; 16]), ("c.key", [3; 16])] {
            keeper.write(name, &bytes);
        }
        keeper.write("b.key", b"sealed under another passphrase");
        assert_eq!(keeper.news(), [named("b.key", NoKey::CannotOpen)]);
        for _ in 0..5 {
            let (keys, news) = keeper.now();
            assert_eq!((keys.iter().count(), news), (2, Vec::new()));
        }
        assert_eq!(keeper.times.get(), 3, "each file once");
        fs::rename(keeper.file("b.key"), keeper.file("d.key")).unwrap();
        assert_eq!(keeper.news(), [named("d.key", NoKey::CannotOpen)]);
        assert_eq!(keeper.times.get(), 3, "the same bytes");

        keeper.write("d.key", b"sealed under a third passphrase");
        assert_eq!(keeper.news(), [named("d.key", NoKey::CannotOpen)]);
        assert_eq!((keeper.news(), keeper.times.get()), (Vec::new(), 4));
        keeper.write("d.key", &[4; 16]);
        assert_eq!((keeper.keys(), keeper.times.get()), (vec![1, 3, 4], 5));
    }

    #[test]
    fn beyond_sixteen_the_first_by_name_stay_and_a_file_that_gives_none_takes_no_place() {
        let keeper = Keeper::new();
        keeper.write("00.key", b"a stray file");
        for n in 10..=25 {
            keeper.write(&format!("{n}.key"), &[n; 16]);
        }
        assert_eq!(keeper.news(), [named("00.key", NoKey::CannotOpen)]);
        keeper.write("26.key", &[26; 16]);
        assert_eq!(keeper.news(), [named("26.key", NoKey::Over)]);
        let first: Vec<u8> = (10..=25).collect();
        assert_eq!((keeper.keys(), keeper.times.get()), (first, 17));
        fs::remove_file(keeper.file("12.key")).unwrap();
        assert_eq!(keeper.keys().last(), Some(&26));
        assert_eq!(keeper.times.get(), 18);
    }

    #[test]
    fn what_is_no_small_file_is_left_out_unopened_and_a_folder_that_cannot_be_read_takes_no_key_away()
     {
        let keeper = Keeper::new();
        keeper.write("a.key", &[1; 16]);
        keeper.write("b.key", &vec![2; 16 * 1024 + 1]);
        fs::create_dir(keeper.file("c.key")).unwrap();
        let shape = NoKey::File(KeyFileError::Shape);
        let both = [named("b.key", shape), named("c.key", shape)];
        assert_eq!(keeper.news(), both);
        assert_eq!((keeper.keys(), keeper.times.get()), (vec![1], 1));

        fs::remove_dir_all(keeper.file("")).unwrap();
        fs::write(keeper.folder.path().join(FOLDER), "no folder").unwrap();
        let (keys, news) = keeper.now();
        assert_eq!((keys.iter().count(), keeper.times.get()), (1, 1));
        let of_folder =
            |(name, why): &(String, NoKey)| name == FOLDER && matches!(why, NoKey::Unreadable(_));
        assert!(news.iter().any(of_folder), "{news:?}");
        assert_eq!(keeper.keys(), [1], "and told once");
        assert_eq!(keeper.news(), []);

        // Somebody took it away.
        fs::remove_file(keeper.folder.path().join(FOLDER)).unwrap();
        assert_eq!(keeper.keys(), [0_u8; 0]);
    }

    #[test]
    fn what_is_said_of_a_file_that_gives_no_key_names_the_next_step() {
        for (why, step) in [
            (KeyFileError::CannotOpen.into(), "content-key remove"),
            (KeyFileError::Locked.into(), "MENSHEN_PASSPHRASE_FILE"),
            (KeyFileError::Shape.into(), "move it elsewhere"),
            (NoKey::Over, "content-key remove"),
            (NoKey::Role(KeyRole::StatusSecret), "move it elsewhere"),
            (
                io::Error::from(io::ErrorKind::PermissionDenied).into(),
                "may read it",
            ),
        ] {
            let said = why.to_string();
            assert!(said.contains(step), "{said}");
        }
    }
}
