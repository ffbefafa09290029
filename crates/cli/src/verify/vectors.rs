//! Test vectors in the form that shared/vectors describes: each line brings its text, its keys and its time.
//!
//! Lines about no code and no status list count as not applicable, and so do codes of which nothing is expected. Of foreign
//! codes each step is told apart, whatever came of the steps before.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::byte_order::{is_utf16, without_mark};
use domain::code::native::{Claims, PREFIX, SignedCode};
use domain::code::{self, SignedCredential};
use domain::crypto::PublicKey;
use domain::time::Timestamp;
use serde::{Deserialize, Deserializer};

use super::foreign::{self, Found};
use super::printable;
use super::status::StatusVector;
use crate::{Failure, Out, clock};

/// How many lines agreed, differed, or are of another format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Every expectation was met.
    pub agree: u32,
    /// At least one was not, or the line is no vector.
    pub differ: u32,
    /// About no code and no status list, or without a word of what is expected.
    pub not_applicable: u32,
}

impl Count {
    /// Lines were decided, and all of them agree.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.agree > 0 && self.differ == 0
    }
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

/// Decides every line of a file; prints one line for each that differs, with what was got and what was wanted, one
/// with its number for each that is no vector or expects nothing, and one where no line was decided.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Line`] where a line has no end or is UTF-16; [`Failure::Output`].
pub fn vectors(path: &Path, out: Out<'_>) -> Result<Count, Failure> {
    let file = File::open(path).map_err(Failure::file(path, "read"))?;
    let mut file = BufReader::new(file);
    let mut count = Count::default();
    for number in 1_u64.. {
        let Some(bytes) = next_line(&mut file, path, number)? else {
            break;
        };
        let decided = match text(&bytes, number) {
            Ok("") => continue,
            Ok(line) => decide(line),
            Err(problem) => Err(problem),
        };
        match decided {
            Ok(Decided::Agrees) => count.agree += 1,
            Ok(Decided::Noted(how)) => {
                count.agree += 1;
                writeln!(out, "{}", printable(&how))?;
            }
            Ok(Decided::NoCode) => count.not_applicable += 1,
            Ok(Decided::NothingExpected) => {
                count.not_applicable += 1;
                writeln!(out, "line {number} is not applicable: it has no `expect`")?;
            }
            Ok(Decided::Differs(how)) => {
                count.differ += 1;
                writeln!(out, "{}", printable(&how))?;
            }
            Err(problem) => {
                count.differ += 1;
                let problem = problem.replace(" at line 1 column ", " at column ");
                writeln!(out, "line {number} is no vector: {}", printable(&problem))?;
            }
        }
    }
    if count.agree == 0 && count.differ == 0 {
        writeln!(out, "nothing was tested")?;
    }

    Ok(count)
}

/// The next line with its end, and none behind the last.
fn next_line(
    file: &mut impl BufRead,
    path: &Path,
    number: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let wrong = |problem: &str| Failure::Line {
        path: path.to_path_buf(),
        line: number,
        problem: problem.to_owned(),
    };
    let mut line = Vec::new();
    let read = file
        .take(MAX_LINE + 1)
        .read_until(b'\n', &mut line)
        .map_err(Failure::file(path, "read"))?;
    if line.len() as u64 > MAX_LINE {
        return Err(wrong("this is longer than 16 MiB, and no vector"));
    }
    if number == 1 && is_utf16(&line) {
        return Err(wrong("this is UTF-16, save the file as UTF-8"));
    }

    Ok((read > 0).then_some(line))
}

/// Bytes of a line.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// A line without its end and, at the beginning of a file, without the mark that some editors put there.
fn text(line: &[u8], number: u64) -> Result<&str, String> {
    let line = str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);

    Ok(if number == 1 {
        without_mark(line)
    } else {
        line
    })
}

enum Decided {
    Agrees,
    /// It agrees in what is compared, and the source says something else of what is not.
    Noted(String),
    Differs(String),
    NoCode,
    NothingExpected,
}

fn decide(line: &str) -> Result<Decided, String> {
    let vector: Vector = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let (differences, noted) = if !vector.texts().is_empty() {
        if vector.expects_nothing() {
            return Ok(Decided::NothingExpected);
        }
        vector.differences()?
    } else if let Some(status) = StatusVector::of(line)? {
        (status.differences()?, None)
    } else {
        return Ok(Decided::NoCode);
    };
    if differences.is_empty() {
        return Ok(noted.map_or(Decided::Agrees, |noted| {
            Decided::Noted(format!("{}: noted, {noted}", vector.id))
        }));
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
    pub(super) expect_crl_valid: Option<bool>,
    expect: Option<Expect>,
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
#[derive(Clone, Copy, Default, Deserialize)]
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

    /// There is no `expect`, as where it is misspelt. One that has other words alone agrees: the source says nothing.
    fn expects_nothing(&self) -> bool {
        self.expect.is_none() && self.expect_crl_valid.is_none()
    }

    /// What is not as the line says, and what its source says otherwise of the signer's usage: the sources do not agree on
    /// signers that name none, so that it is told and counts as no difference.
    fn differences(&self) -> Result<(Vec<String>, Option<String>), String> {
        let expect = self.expect.unwrap_or_default();
        let at = self.at.as_deref().map(clock::parse_loosely).transpose()?;
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
            ("decode", Some(found.decode), expect.decode),
            ("signature", Some(found.signature), expect.signature),
            ("time_ok", time_ok, expect.time_ok),
            ("expired", found.expired, expect.expired),
            ("not_yet_valid", found.not_yet_valid, expect.not_yet_valid),
            (
                "revoked",
                found.revoked,
                expect.revoked.filter(|_| found.revoked.is_some()),
            ),
            ("crl_valid", found.list_valid, self.expect_crl_valid),
        ];

        let differences = wanted
            .into_iter()
            .filter_map(|(field, got, want)| difference(field, got, want))
            .collect();
        let usage = found.key_usage_ok.filter(|_| found.signature);
        let noted = usage.and_then(|_| difference("key_usage_ok", usage, expect.key_usage_ok));

        Ok((differences, noted))
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
        let (count, said) = decided_bytes(lines.join("\n").as_bytes());
        (count.unwrap(), said)
    }

    fn decided_bytes(bytes: &[u8]) -> (Result<Count, Failure>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.jsonl");
        std::fs::write(&path, bytes).unwrap();
        let mut out = Vec::new();
        let count = vectors(&path, &mut out);
        (count, String::from_utf8(out).unwrap())
    }

    fn count(agree: u32, differ: u32, not_applicable: u32) -> Count {
        Count {
            agree,
            differ,
            not_applicable,
        }
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
            (count(3, 0, 1), String::new())
        );
    }

    #[test]
    fn a_line_that_differs_says_what_was_got_and_what_was_wanted() {
        let wrong = line("wrong", |line| line["expect"]["signature"] = json!(false));
        let (count, said) = decided(&[wrong]);
        assert_eq!(count.differ, 1);
        assert_eq!(said, "wrong: signature: got true / want false\n");
    }

    /// A code of others, which a signer for tests alone signed.
    fn foreign(change: impl FnOnce(&mut Value)) -> String {
        let public = SigningKey::new(Secret::new([2; 32])).public();
        let seed = include_str!("../../../domain/fuzz/corpus/hcert/vector");
        line("foreign", |line| {
            line["qr"] = json!(seed.trim_start_matches('\0'));
            line["keys"] = json!([{"kid": STANDARD.encode(public.kid().0), "raw_b64": STANDARD.encode(public.as_bytes()),
                "x509_pem": include_str!("../../tests/fixtures/signer.pem")}]);
            line["at"] = json!("2026-11-24");
            change(line);
        })
    }

    #[test]
    fn what_the_source_says_of_a_signers_usage_is_noted_where_it_is_another_and_no_difference() {
        let same = foreign(|line| line["expect"]["key_usage_ok"] = json!(false));
        let other = foreign(|line| line["expect"]["key_usage_ok"] = json!(true));
        let (counted, said) = decided(&[same, other]);
        assert_eq!(counted, count(2, 0, 0));
        assert_eq!(
            said,
            "foreign: noted, key_usage_ok: got false / want true\n"
        );
    }

    #[test]
    fn a_revocation_is_compared_where_the_line_brings_a_list() {
        let (none, said) = decided(&[foreign(|line| line["expect"]["revoked"] = json!(true))]);
        assert_eq!((none, said.as_str()), (count(1, 0, 0), ""));
        let with_list = |valid: bool| {
            foreign(|line| {
                line["crl"] = json!({"kid": "another", "method": "rid", "ctr": 1, "rids": ["a"]});
                line["expect"]["revoked"] = json!(false);
                line["expect_crl_valid"] = json!(valid);
            })
        };
        assert_eq!(
            decided(&[with_list(false)]),
            (count(1, 0, 0), String::new())
        );
        let (_, said) = decided(&[with_list(true)]);
        assert_eq!(said, "foreign: crl_valid: got false / want true\n");
    }

    #[test]
    fn a_line_that_is_no_vector_counts_as_failed_with_its_number_and_the_rest_goes_on() {
        let no_time = line("no time", |line| line["at"] = json!(null));
        let good = line("good", |_| {});
        let (count, said) = decided(&["{".to_owned(), no_time, good]);
        assert_eq!((count.agree, count.differ), (1, 2));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(
            lines[0],
            "line 1 is no vector: EOF while parsing an object at column 1"
        );
        assert_eq!(lines[1], "line 2 is no vector: the line has no `at`");
        assert_eq!(lines.len(), 2, "{said}");
    }

    #[test]
    fn a_file_in_which_no_line_is_decided_is_no_success() {
        for nothing in ["", "\n\r\n", "\u{feff}"] {
            let (counted, said) = decided(&[nothing.to_owned()]);
            assert_eq!(counted, count(0, 0, 0));
            assert_eq!((counted.is_good(), said.as_str()), (false, NOTHING));
        }
        let about_none = line("no code", |line| line["qr"] = json!(null));
        let (counted, said) = decided(&[about_none]);
        assert_eq!((counted, said.as_str()), (count(0, 0, 1), NOTHING));
        assert!(count(1, 0, 1).is_good() && !count(1, 1, 0).is_good());
    }

    const NOTHING: &str = "nothing was tested\n";

    #[test]
    fn a_code_without_expect_is_not_applicable_and_told_and_one_that_expects_other_things_agrees() {
        let without = |name: &str| {
            line("without", |line| {
                let vector = line.as_object_mut().unwrap();
                let expect = vector.remove("expect").unwrap();
                vector.insert(name.to_owned(), expect);
            })
        };
        let null = line("null", |line| line["expect"] = json!(null));
        let other = line("other", |line| line["expect"] = json!({"fields": {}}));
        let list = line("list", |line| {
            line["expect"] = json!(null);
            line["expect_crl_valid"] = json!(true);
        });
        assert_eq!(
            decided(&[without("expects"), null, other, list]),
            (
                count(1, 1, 2),
                "line 1 is not applicable: it has no `expect`\n\
                 line 2 is not applicable: it has no `expect`\n\
                 list: crl_valid: got nothing / want true\n"
                    .to_owned()
            )
        );
    }

    #[test]
    fn a_mark_of_utf_8_may_stand_before_the_first_line_and_lines_may_end_as_on_windows() {
        let good = line("good", |_| {});
        let text = format!("\u{feff}{good}\r\n\r\n{good}\r\n");
        assert_eq!(decided(&[text]), (count(2, 0, 0), String::new()));
    }

    #[test]
    fn a_byte_that_is_no_utf_8_costs_its_line_and_utf_16_the_file() {
        let good = line("good", |_| {});
        let lines = [good.as_bytes(), b"\xff", good.as_bytes()].join(&b'\n');
        let (counted, said) = decided_bytes(&lines);
        assert_eq!(counted.unwrap(), count(2, 1, 0));
        assert_eq!(said, "line 2 is no vector: it is not UTF-8\n");
        for utf16 in [b"\xff\xfe{\0", b"\xfe\xff\0{"] {
            let why = decided_bytes(utf16).0.unwrap_err().to_string();
            let wanted = "vectors.jsonl, line 1: this is UTF-16, save the file as UTF-8";
            assert!(why.ends_with(wanted), "{why}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_read_to_the_limit_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.jsonl");
        File::create(&path).unwrap().set_len(2 * MAX_LINE).unwrap();
        let why = vectors(&path, &mut Vec::new()).unwrap_err().to_string();
        let wanted = "line 1: this is longer than 16 MiB, and no vector";
        assert!(why.ends_with(wanted), "{why}");
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
