//! Test vectors in the form that shared/vectors describes: each line brings its text, its keys and its time.
//!
//! Lines about no code and no status list count as not applicable. Of foreign codes each step is told apart,
//! whatever came of the steps before.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::code::native::{Claims, PREFIX, SignedCode};
use domain::code::{self, SignedCredential};
use domain::crypto::PublicKey;
use domain::time::Timestamp;
use serde::{Deserialize, Deserializer};

use super::foreign::{self, Found};
use super::printable;
use super::status::StatusVector;
use crate::{Failure, Out, clock, files};

/// How many lines agreed, differed, or are of another format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Every expectation was met.
    pub agree: u32,
    /// At least one was not, or the line is no vector.
    pub differ: u32,
    /// About no code and no status list.
    pub not_applicable: u32,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "agree {}, differ {}, not applicable {}",
            self.agree, self.differ, self.not_applicable
        )
    }
}

/// Decides every line of a file; prints one line for each that differs, with what was got and what was wanted, and one
/// with its number for each that is no vector.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Output`].
pub fn vectors(path: &Path, out: Out<'_>) -> Result<Count, Failure> {
    let mut count = Count::default();
    for (line, number) in files::read_text(path)?.lines().zip(1_u64..) {
        if line.is_empty() {
            continue;
        }
        match decide(line) {
            Ok(Decided::Agrees) => count.agree += 1,
            Ok(Decided::NoCode) => count.not_applicable += 1,
            Ok(Decided::Differs(how)) => {
                count.differ += 1;
                writeln!(out, "{}", printable(&how))?;
            }
            Err(problem) => {
                count.differ += 1;
                writeln!(out, "line {number} is no vector: {}", printable(&problem))?;
            }
        }
    }

    Ok(count)
}

enum Decided {
    Agrees,
    Differs(String),
    NoCode,
}

fn decide(line: &str) -> Result<Decided, String> {
    let vector: Vector = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let differences = if !vector.texts().is_empty() {
        vector.differences()?
    } else if let Some(status) = StatusVector::of(line)? {
        status.differences()?
    } else {
        return Ok(Decided::NoCode);
    };
    if differences.is_empty() {
        return Ok(Decided::Agrees);
    }

    Ok(Decided::Differs(format!(
        "{}: {}",
        vector.id,
        differences.join("; ")
    )))
}

#[derive(Deserialize)]
pub(super) struct Vector {
    id: String,
    qr: Option<String>,
    qr_parts: Option<Vec<String>>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) keys: Vec<Key>,
    pub(super) decrypt: Option<Decrypt>,
    at: Option<String>,
    pub(super) crl: Option<serde_json::Value>,
    pub(super) crl_version_in_jwks: Option<u64>,
    expect_crl_valid: Option<bool>,
    #[serde(default, deserialize_with = "or_none")]
    expect: Expect,
}

/// `null` says as much as a field that is not there.
fn or_none<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A key as DER (RFC 5280) or, for Ed25519, as 32 raw bytes, both in base64; and what codes and trust lists say of it.
#[derive(Deserialize)]
pub(super) struct Key {
    pub(super) spki_der_b64: Option<String>,
    pub(super) raw_b64: Option<String>,
    pub(super) x509_pem: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) jwk: Option<Jwk>,
    pub(super) public_hex: Option<String>,
}

/// A public key as JSON (RFC 7518 §6.2, RFC 8037 §2); in base64url.
#[derive(Deserialize)]
pub(super) struct Jwk {
    pub(super) crv: Option<String>,
    pub(super) x: Option<String>,
    pub(super) y: Option<String>,
}

/// A key for a code that is encrypted to the station.
#[derive(Deserialize)]
pub(super) struct Decrypt {
    pub(super) symmetric_key_hex: String,
}

/// An absent word: the source says nothing.
#[derive(Default, Deserialize)]
struct Expect {
    decode: Option<bool>,
    signature: Option<bool>,
    time_ok: Option<bool>,
    expired: Option<bool>,
    not_yet_valid: Option<bool>,
    key_usage_ok: Option<bool>,
    revoked: Option<bool>,
}

impl Vector {
    /// The texts of the code, or of all codes where one was not enough; none in a line that is about no code.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self.qr_parts.as_deref() {
            Some(parts) if !parts.is_empty() => parts.iter().map(String::as_str).collect(),
            Some(_) | None => self.qr.as_deref().into_iter().collect(),
        }
    }

    fn differences(&self) -> Result<Vec<String>, String> {
        let at = self.at.as_deref().map(clock::parse).transpose()?;
        let found = match self.texts()[..] {
            [text] if text.starts_with(PREFIX) => {
                self.native(text, at.ok_or("the line has no `at`")?)
            }
            _ => foreign::decide(self, at)?,
        };
        let time_ok = found
            .expired
            .zip(found.not_yet_valid)
            .map(|(expired, early)| !expired && !early);
        let wanted = [
            ("decode", Some(found.decode), self.expect.decode),
            ("signature", Some(found.signature), self.expect.signature),
            ("time_ok", time_ok, self.expect.time_ok),
            ("expired", found.expired, self.expect.expired),
            (
                "not_yet_valid",
                found.not_yet_valid,
                self.expect.not_yet_valid,
            ),
            ("key_usage_ok", found.key_usage_ok, self.expect.key_usage_ok),
            ("revoked", found.revoked, self.expect.revoked),
            ("crl_valid", found.list_valid, self.expect_crl_valid),
        ];

        Ok(wanted
            .into_iter()
            .filter_map(|(field, got, want)| difference(field, got, want))
            .collect())
    }

    /// What was found of our own code, whose claims nobody hears of before the signature holds.
    fn native(&self, text: &str, at: Timestamp) -> Found {
        let code = match code::decode(text.as_bytes()) {
            Ok(SignedCredential::Native(code)) => Some(code),
            Ok(SignedCredential::Foreign(_)) | Err(_) => None,
        };
        let claims = code.as_ref().and_then(|code| self.signed(code));

        Found {
            decode: code.is_some(),
            signature: claims.is_some(),
            expired: claims.map(|claims| at >= claims.expires),
            not_yet_valid: claims.map(|claims| claims.issued_at > at.plus(600)),
            ..Found::default()
        }
    }

    /// What the code says, if one of the line's keys made its signature.
    fn signed<'a>(&self, code: &'a SignedCode) -> Option<&'a Claims> {
        self.keys
            .iter()
            .filter_map(Key::ed25519)
            .filter(|key| key.kid().short() == code.kid())
            .find_map(|key| code.verify(&key))
    }
}

impl Key {
    fn ed25519(&self) -> Option<PublicKey> {
        let raw = match (&self.raw_b64, &self.spki_der_b64) {
            (Some(raw), _) => STANDARD.decode(raw).ok()?,
            (None, Some(der)) => STANDARD
                .decode(der)
                .ok()?
                .strip_prefix(SPKI_ED25519)?
                .to_vec(),
            (None, None) => return None,
        };

        PublicKey::new(raw.try_into().ok()?).ok()
    }
}

/// What cannot be told, such as the time of what nobody signed: nothing got.
fn difference(field: &str, got: Option<bool>, want: Option<bool>) -> Option<String> {
    let want = want?;
    match got {
        Some(got) if got == want => None,
        Some(got) => Some(format!("{field}: got {got} / want {want}")),
        None => Some(format!("{field}: got nothing / want {want}")),
    }
}

/// RFC 8410: the head of every Ed25519 public key in DER.
const SPKI_ED25519: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

#[cfg(test)]
mod tests {
    use domain::crypto::{Secret, SigningKey};
    use serde_json::{Value, json};

    use super::*;

    fn line(id: &str, change: impl FnOnce(&mut Value)) -> String {
        let key = SigningKey::new(Secret::new([1; 32])).public();
        let spki = [SPKI_ED25519, key.as_bytes()].concat();
        let mut line = json!({
            "id": id,
            "qr": include_str!("../../../domain/vectors/code.txt").trim_end(),
            "keys": [{"kid": null, "alg": "EdDSA", "spki_der_b64": STANDARD.encode(spki)}],
            "at": "2026-11-24T08:00:00Z",
            "expect": {"decode": true, "signature": true, "expired": false, "not_yet_valid": false},
        });
        change(&mut line);
        line.to_string()
    }

    fn decided(lines: &[String]) -> (Count, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.jsonl");
        std::fs::write(&path, lines.join("\n")).unwrap();
        let mut out = Vec::new();
        let count = vectors(&path, &mut out).unwrap();
        (count, String::from_utf8(out).unwrap())
    }

    #[test]
    fn native_lines_are_decided_and_those_about_no_code_are_not_applicable() {
        let good = line("good", |_| {});
        let late = line("late", |line| {
            line["at"] = json!("2030-01-01T00:00:00Z");
            line["expect"]["expired"] = json!(true);
        });
        let strange = line("strange", |line| {
            line["keys"] = json!([]);
            line["expect"] = json!({"decode": true, "signature": false});
        });
        let about_none = line("no code", |line| line["qr"] = json!(null));
        assert_eq!(
            decided(&[good, late, strange, about_none]),
            (
                Count {
                    agree: 3,
                    differ: 0,
                    not_applicable: 1
                },
                String::new()
            )
        );
    }

    #[test]
    fn a_line_that_differs_says_what_was_got_and_what_was_wanted() {
        let wrong = line("wrong", |line| line["expect"]["signature"] = json!(false));
        let (count, said) = decided(&[wrong]);
        assert_eq!(count.differ, 1);
        assert_eq!(said, "wrong: signature: got true / want false\n");
    }

    #[test]
    fn a_line_that_is_no_vector_counts_as_failed_with_its_number_and_the_rest_goes_on() {
        let no_time = line("no time", |line| line["at"] = json!(null));
        let good = line("good", |_| {});
        let (count, said) = decided(&["{".to_owned(), no_time, good]);
        assert_eq!((count.agree, count.differ), (1, 2));
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].starts_with("line 1 is no vector: EOF"), "{said}");
        assert_eq!(lines[1], "line 2 is no vector: the line has no `at`");
        assert_eq!(lines.len(), 2, "{said}");
    }

    #[test]
    fn a_vectors_name_cannot_move_the_cursor_of_who_reads_the_answer() {
        let wrong = line("\u{1b}[2J", |line| {
            line["expect"]["signature"] = json!(false);
        });
        let (_, said) = decided(&[wrong]);
        assert!(said.starts_with("\\u{1b}[2J: signature"), "{said:?}");
    }
}
