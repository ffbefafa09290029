//! Keys of codes that are encrypted to stations, one file each.

use std::fs;
use std::path::PathBuf;

use domain::crypto::ContentKey;
use domain::document::SealedContentKey;
use domain::keyfile::{KeyFile, KeyFileError, KeyRole};

use super::{Authority, CONTENT_KEYS, found};
use crate::{Failure, files};

impl Authority {
    /// The keys by name, each with its length in bits as its file says it: nothing is opened.
    ///
    /// # Errors
    /// [`Failure::File`]; [`Failure::Key`] for a file that is none of them.
    pub fn content_keys(&self) -> Result<Vec<(String, u32)>, Failure> {
        self.names()?
            .into_iter()
            .map(|name| {
                let path = self.content_key_path(&name);
                let text = zeroize::Zeroizing::new(files::read_text(&path)?);
                match KeyFile::claimed_role(&text) {
                    Ok(KeyRole::Content128) => Ok((name, 128)),
                    Ok(KeyRole::Content256) => Ok((name, 256)),
                    Ok(_) | Err(_) => Err(Failure::Key {
                        path,
                        source: KeyFileError::Shape,
                    }),
                }
            })
            .collect()
    }

    /// Takes a key in, behind the authority's passphrase unless it is a demonstration.
    ///
    /// # Errors
    /// [`Failure::Refused`] for a name that is taken, a key that is there already, and a seventeenth key;
    /// [`Failure::File`], [`Failure::Key`].
    pub fn add_content_key(&self, name: &str, key: &ContentKey) -> Result<(), Failure> {
        let names = self.names()?;
        if names.iter().any(|known| known == name) {
            return Err(Failure::Refused(format!(
                "there is a key called {name}: take another name for the new one, and remove the old one once no code needs it"
            )));
        }
        if names.len() >= SealedContentKey::MOST {
            return Err(Failure::Refused(format!(
                "a station takes at most {} keys: remove one that no code needs with `menshen content-key remove`",
                SealedContentKey::MOST
            )));
        }
        for known in &names {
            if self.content_key(known)?.expose() == key.expose() {
                return Err(Failure::Refused(format!(
                    "this key is here already, as {known}"
                )));
            }
        }
        let file = KeyFile::of_content(key, self.about.demo);
        let path = self.content_key_path(name);
        files::make_folder(&self.folder.join(CONTENT_KEYS))?;
        let text = found::key_text(&path, &file, || self.passphrase.give().cloned())?;

        // Whole at once: the server reads this folder whenever a station asks.
        files::replace(&path, text.as_bytes())
    }

    /// Takes a key away.
    ///
    /// # Errors
    /// [`Failure::Refused`] where there is none of this name; [`Failure::File`].
    pub fn remove_content_key(&self, name: &str) -> Result<(), Failure> {
        if !self.names()?.iter().any(|known| known == name) {
            return Err(Failure::Refused(format!(
                "there is no key called {name}: `menshen content-key list` names them"
            )));
        }
        let path = self.content_key_path(name);

        fs::remove_file(&path).map_err(Failure::file(&path, "remove"))
    }

    fn content_key(&self, name: &str) -> Result<ContentKey, Failure> {
        let path = self.content_key_path(name);
        let text = zeroize::Zeroizing::new(files::read_text(&path)?);
        let role = KeyFile::claimed_role(&text);
        let key = role.map_err(|source| Failure::Key {
            path: path.clone(),
            source,
        });

        self.key(&path, key?)?.content_key().ok_or(Failure::Key {
            path,
            source: KeyFileError::Shape,
        })
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let folder = self.folder.join(CONTENT_KEYS);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(Failure::file(&folder, "read"))? {
            let name = entry.map_err(Failure::file(&folder, "read"))?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(".key"));
            names.extend(name.map(str::to_owned));
        }
        names.sort_unstable();

        Ok(names)
    }

    fn content_key_path(&self, name: &str) -> PathBuf {
        self.folder.join(CONTENT_KEYS).join(format!("{name}.key"))
    }
}
