//! Keys of encrypted codes as issuers hand them over: bytes, hexadecimal digits, base64, JWK (RFC 7518 §6.4).

use std::path::Path;

use domain::byte_order::without_mark;
use domain::crypto::ContentKey;
use domain::hex;
use domain::keyfile::KeyFile;
use zeroize::Zeroizing;

use crate::trust::base64;
use crate::{Failure, files};

/// A JWK of a few hundred bytes is the longest form.
const MAX_BYTES: usize = 16 * 1024;

/// The key in a file.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Refused`] for what is no key in any of the forms, and for a key of another length.
pub(crate) fn read(path: &Path) -> Result<ContentKey, Failure> {
    let bytes = Zeroizing::new(files::read(path)?);
    let found = of(&bytes).ok_or_else(|| {
        Failure::Refused(format!(
            "{} is no key: wanted are 16 or 32 bytes as they are, in hexadecimal digits, in base64, or a JWK with \"kty\":\"oct\"",
            path.display()
        ))
    })?;

    let key = ContentKey::new(&found).ok_or_else(|| {
        Failure::Refused(format!(
            "{} holds {} bytes, and AES-GCM of codes takes 16 (AES-128) or 32 (AES-256): ask the issuer for the key itself, not a password or a file around it",
            path.display(),
            found.len()
        ))
    })?;
    if found.iter().all(|byte| *byte == 0) {
        return Err(Failure::Refused(format!(
            "{} holds zeros alone, which is nobody's key: ask the issuer for the key itself",
            path.display()
        )));
    }

    Ok(key)
}

/// The bytes of the key in one of the forms. What is text is read as text: 32 hexadecimal digits are 16 bytes.
fn of(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let text = str::from_utf8(bytes).ok();
    let text = text.map(|text| without_mark(text).trim());
    let text = text.filter(|text| !text.is_empty() && text.bytes().all(|c| c.is_ascii()));
    let spelled = text.and_then(|text| {
        if text.starts_with('{') {
            return jwk(text);
        }

        let digits = Zeroizing::new(text.split_ascii_whitespace().collect::<String>());
        hex::decode(&digits).or_else(|| base64(text))
    });
    let is_plain = ContentKey::new(bytes).is_some();
    match spelled {
        Some(spelled) if !is_plain || ContentKey::new(&spelled).is_some() => Some(spelled),
        Some(_) | None => is_plain.then(|| bytes.to_vec()),
    }
    .map(Zeroizing::new)
}

fn jwk(text: &str) -> Option<Vec<u8>> {
    let jwk: serde_json::Value = serde_json::from_str(text).ok()?;
    if jwk.get("kty")?.as_str()? != "oct" {
        return None;
    }

    base64(jwk.get("k")?.as_str()?)
}

/// The keys in an authority's folder that lie there in clear, as in a demonstration.
pub(crate) fn in_clear(authority: &Path) -> Vec<ContentKey> {
    let Ok(entries) = std::fs::read_dir(authority.join(crate::authority::CONTENT_KEYS)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "key"));
    paths.sort_unstable();

    paths
        .iter()
        .filter_map(|path| {
            let text = Zeroizing::new(files::read_text(path).ok()?);
            KeyFile::read(&text, None).ok()?.content_key()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn spaced(digits: &str) -> String {
        let letters: Vec<char> = digits.chars().collect();
        let pairs = letters.chunks(2).map(String::from_iter);

        pairs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_key_of_zeros_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, [0; 16]).unwrap();
        let refused = read(&path).unwrap_err().to_string();
        assert!(refused.contains("zeros alone"), "{refused}");
    }

    #[test]
    fn a_key_is_the_same_in_each_of_its_forms_and_its_length_is_kept() {
        let small: Vec<u8> = (200..216).collect();
        let large: Vec<u8> = (200..232).collect();
        for key in [&small, &large] {
            let digits = hex::encode(key);
            let text = |form: &str| form.as_bytes().to_vec();
            let padded = STANDARD.encode(key);
            let url = URL_SAFE_NO_PAD.encode(key);
            for form in [
                key.clone(),
                text(&digits),
                text(&format!("{digits}\n")),
                text(&format!("\u{feff}{}", spaced(&digits))),
                text(&padded),
                text(&format!(" {url}\r\n")),
                text(&format!(r#"{{"kty":"oct","alg":"A256GCM","k":"{url}"}}"#)),
            ] {
                assert_eq!(of(&form).as_deref(), Some(key), "{form:?}");
            }
        }
    }

    #[test]
    fn another_length_is_told_from_what_is_no_key_at_all() {
        let length = |bytes: &[u8]| of(bytes).map(|key| key.len());
        assert_eq!(length(hex::encode([1; 24]).as_bytes()), Some(24));
        assert_eq!(length(br#"{"kty":"oct","k":"AAAA"}"#), Some(3));
        for none in [
            &b""[..],
            b"\n",
            &[0xff; 24],
            b"no key at all!",
            br#"{"kty":"EC","k":"AAAA"}"#,
            br#"{"kty":"oct"}"#,
            &vec![b'0'; MAX_BYTES + 2],
        ] {
            assert_eq!(length(none), None, "{none:?}");
        }
    }
}
