//! Reading what others publish: within limits, and strictly.

use std::io::ErrorKind;
use std::path::Path;

use domain::byte_order::is_utf16;
use domain::json::{self, JsonError, Limits};
use serde_json::Value;

use crate::{Failure, files};

/// The longest file that is read: the largest published list, of 2026, has 2 MB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
const LIMITS: Limits = Limits {
    items: 2_000_000,
    bytes: 512 * 1024 * 1024,
};

/// The bytes of a file, without the mark that some editors put before UTF-8.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Refused`] for one that is longer than any list, or in UTF-16.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = files::read_within(path, MAX_BYTES).map_err(|error| {
        if error.kind() == ErrorKind::FileTooLarge {
            return Failure::Refused(format!(
                "{}: longer than 64 MiB, which no published list is: nothing was drafted, look where the file came from",
                path.display()
            ));
        }

        Failure::file(path, "read")(error)
    })?;
    if is_utf16(&bytes) {
        return Err(Failure::Refused(format!(
            "{}: this is UTF-16: save the file as UTF-8, or download it again: nothing was drafted",
            path.display()
        )));
    }
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }

    Ok(bytes)
}

const MARK: &[u8] = "\u{feff}".as_bytes();

/// The JSON in `bytes`.
///
/// # Errors
/// What is wrong with it, and what to do.
pub(super) fn json(bytes: &[u8]) -> Result<Value, String> {
    json::decode(bytes, LIMITS).map_err(|error| match error {
        JsonError::NotJson => {
            "this is not one JSON text: it may be an error page or a part of the file, so download it again"
        }
        JsonError::DuplicateName => {
            "a name stands twice in one object, so that two readers would see two lists: ask the publisher"
        }
        JsonError::TooLarge => {
            "nested deeper than 32 levels, or with more than two million values, which no published list is: look where the file came from"
        }
    }
    .to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_file_longer_than_any_list_is_refused_before_it_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        let file = File::create(&path).unwrap();
        file.set_len(65 * 1_000_000).unwrap();
        assert!(read(&path).is_ok());
        file.set_len(MAX_BYTES + 1).unwrap();
        let refused = read(&path).unwrap_err().to_string();
        assert!(refused.contains("longer than 64 MiB"), "{refused}");
    }

    #[test]
    fn the_mark_of_utf_8_is_passed_over_and_utf_16_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        std::fs::write(&path, "\u{feff}{}").unwrap();
        assert_eq!(read(&path).unwrap(), b"{}");
        std::fs::write(&path, [0xff, 0xfe, b'{', 0]).unwrap();
        let refused = read(&path).unwrap_err().to_string();
        assert!(refused.contains("save the file as UTF-8"), "{refused}");
    }

    #[test]
    fn each_text_that_is_no_list_is_told_apart() {
        let why = |text: &str| json(text.as_bytes()).unwrap_err();
        assert!(why("<html>").starts_with("this is not one JSON text"));
        assert!(why("{} {}").starts_with("this is not one JSON text"));
        assert!(why(r#"{"a":1,"a":2}"#).starts_with("a name stands twice"));
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        assert!(why(&deep).starts_with("nested deeper"));
    }
}
