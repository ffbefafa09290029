//! `K_day`: what is kept of a token is its HMAC under the day's key, so that tokens cannot be linked to
//! sheets once the key is destroyed (SECURITY.md §1). The keys lie outside the databases.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use domain::crypto::{Secret, hmac};
use domain::hex;
use zeroize::Zeroizing;

use crate::day::Day;
use crate::folder::{sync_folder, write_private};
use crate::random;

/// The keys read or made so far.
pub struct DayKeys {
    folder: PathBuf,
    keys: BTreeMap<Day, Secret>,
}

impl DayKeys {
    /// The keys of a folder; each is made on its first use.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            keys: BTreeMap::new(),
        }
    }

    /// What is kept of `token` on that day: HMAC-SHA256(`K_day`, token). The key is on the disk before.
    ///
    /// # Errors
    /// What the file system says; a file that is no key is [`io::ErrorKind::InvalidData`].
    pub fn blind(&mut self, day: Day, token: &[u8; 16]) -> io::Result<[u8; 32]> {
        if let Some(key) = self.keys.get(&day) {
            return Ok(hmac(key.expose(), &[token]));
        }
        let key = self.read_or_make(day)?;
        let blinded = hmac(key.expose(), &[token]);
        self.keys.insert(day, key);

        Ok(blinded)
    }

    /// Destroys the key of a day: nobody can say any more whose token is kept. The folder is synced.
    ///
    /// # Errors
    /// What the file system says.
    pub fn destroy(&mut self, day: Day) -> io::Result<()> {
        self.keys.remove(&day);
        match std::fs::remove_file(self.path(day)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => sync_folder(&self.folder),
        }
    }

    fn path(&self, day: Day) -> PathBuf {
        self.folder.join(format!("{day}.key"))
    }

    fn read_or_make(&self, day: Day) -> io::Result<Secret> {
        let path = self.path(day);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                hex::decode_array(text.trim())
                    .map(Secret::new)
                    .ok_or_else(|| {
                        io::Error::new(
                            io::ErrorKind::InvalidData,
                            format!(
                                "{} is no day key: restore it from where it was moved",
                                path.display()
                            ),
                        )
                    })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = Secret::generate(random::fresh().map_err(io::Error::other)?);
                let text = Zeroizing::new(hex::encode(secret.expose()));
                write_private(&path, text.as_bytes())?;

                Ok(secret)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::time::{DAY, Timestamp};

    use super::*;

    #[test]
    fn a_token_is_kept_alike_within_a_day_and_after_a_restart_and_differently_on_the_next_day() {
        let place = tempfile::tempdir().unwrap();
        let keys = || DayKeys::new(place.path().to_owned());
        let (today, tomorrow) = (Day::of(Timestamp(0)), Day::of(Timestamp(DAY)));
        let mut first = keys();
        let kept = first.blind(today, &[7; 16]).unwrap();
        assert_eq!(first.blind(today, &[7; 16]).unwrap(), kept);
        assert_eq!(keys().blind(today, &[7; 16]).unwrap(), kept);
        assert_ne!(keys().blind(tomorrow, &[7; 16]).unwrap(), kept);
    }

    #[test]
    fn a_damaged_key_is_never_replaced_by_a_new_one() {
        let place = tempfile::tempdir().unwrap();
        let day = Day::of(Timestamp(0));
        let path = place.path().join("1970-01-01.key");
        std::fs::write(&path, "00").unwrap();
        let error = DayKeys::new(place.path().to_owned())
            .blind(day, &[7; 16])
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "00");
    }
}
