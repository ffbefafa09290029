//! A rule file's text: JSON in which a line may end in a comment (`// ...`), and where each value of it stands.

use std::collections::BTreeMap;

use serde_json::Value;

/// The value of a text and the lines of its parts.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) value: Value,
    /// The line, from 1, on which the value begins that a JSON Pointer leads to.
    lines: BTreeMap<String, usize>,
}

/// Why a text is no source, and on which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoSource {
    pub(super) line: usize,
    pub(super) path: String,
    pub(super) why: String,
}

impl Source {
    pub(super) fn read(text: &str) -> Result<Self, NoSource> {
        let plain = without_comments(text);
        let value = serde_json::from_str(&plain).map_err(|error| NoSource {
            line: error.line(),
            path: String::new(),
            why: error.to_string(),
        })?;
        let mut scan = Scan {
            rest: &plain,
            line: 1,
            path: String::new(),
            lines: BTreeMap::new(),
            twice: None,
        };
        scan.value();
        if let Some(twice) = scan.twice {
            return Err(twice);
        }

        Ok(Self {
            value,
            lines: scan.lines,
        })
    }

    /// The line of the value at `path`, or of the nearest around it.
    pub(super) fn line(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return *line;
            }
            let Some((around, _)) = path.rsplit_once('/') else {
                return 1;
            };
            path = around;
        }
    }
}

/// `text` with blanks for its comments; lines and columns stay.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            plain.push('\n');
        }
        let code = line.get(..comment(line)).unwrap_or(line);
        plain.push_str(code);
    }

    plain
}

/// Where a line's comment begins: strings of JSON end on their line.
fn comment(line: &str) -> usize {
    let (mut in_string, mut escaped, mut slash) = (false, false, false);
    for (at, letter) in line.char_indices() {
        if letter == '/' && slash {
            return at.saturating_sub(1);
        }
        slash = letter == '/' && !in_string;
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
    }

    line.len()
}

/// A walk through text that is JSON, not deeper than `serde_json` reads.
struct Scan<'a> {
    rest: &'a str,
    line: usize,
    path: String,
    lines: BTreeMap<String, usize>,
    twice: Option<NoSource>,
}

impl Scan<'_> {
    fn value(&mut self) {
        self.blanks();
        self.lines.insert(self.path.clone(), self.line);
        match self.rest.as_bytes().first() {
            Some(b'{') => self.members(|scan, _| {
                let name = scan.string();
                scan.blanks();
                scan.skip(1);
                name
            }),
            Some(b'[') => self.members(|_, at| at.to_string()),
            Some(b'"') => drop(self.string()),
            _ => {
                let end = self.rest.find([',', ']', '}', ' ', '\n', '\r', '\t']);
                self.skip(end.unwrap_or(self.rest.len()));
            }
        }
    }

    /// What lies between brackets; `step` reads what leads to the next member, which has this number.
    fn members(&mut self, step: impl Fn(&mut Self, usize) -> String) {
        self.skip(1);
        for at in 0_usize.. {
            self.blanks();
            match self.rest.as_bytes().first() {
                Some(b',') => {
                    self.skip(1);
                    self.blanks();
                }
                Some(b']' | b'}') | None => break,
                Some(_) => {}
            }
            let line = self.line;
            let name = step(self, at);
            let length = self.path.len();
            self.path.push('/');
            self.path
                .push_str(&name.replace('~', "~0").replace('/', "~1"));
            if self.lines.contains_key(&self.path) && self.twice.is_none() {
                self.twice = Some(NoSource {
                    line,
                    path: self.path.clone(),
                    why: "this name stands here twice".to_owned(),
                });
            }
            self.value();
            self.path.truncate(length);
        }
        self.skip(1);
    }

    fn string(&mut self) -> String {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        let length = end.map_or(self.rest.len(), |(at, _)| at.saturating_add(1));
        let text = self.rest.get(..length).unwrap_or_default();
        let string = serde_json::from_str(text).unwrap_or_default();
        self.skip(length);

        string
    }

    fn blanks(&mut self) {
        let rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        let blanks = self.rest.len().saturating_sub(rest.len());
        let lines = self.rest.bytes().take(blanks).filter(|byte| *byte == b'\n');
        self.line = self.line.saturating_add(lines.count());
        self.rest = rest;
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_are_blanks_and_slashes_in_strings_are_not_comments() {
        let text =
            "{ // one \"quote\n \"a\": \"http://x/ \\\" // y\", // two\n \"b\": [1, // \n 2]}";
        let source = Source::read(text).unwrap();
        assert_eq!(source.value, json!({"a": "http://x/ \" // y", "b": [1, 2]}));
    }

    #[test]
    fn every_value_has_its_line() {
        let text =
            "\n{\"a\": {\n\"!\": [\n  1,\n  {\"x/y\": null}, \"z\"\n]},\n\n\"b\\\"c\": true}";
        let source = Source::read(text).unwrap();
        for (path, line) in [
            ("", 2),
            ("/a", 2),
            ("/a/!", 3),
            ("/a/!/0", 4),
            ("/a/!/1", 5),
            ("/a/!/1/x~1y", 5),
            ("/a/!/2", 5),
            ("/b\"c", 8),
            ("/a/!/7/none", 3),
            ("/none", 2),
        ] {
            assert_eq!(source.line(path), line, "{path}");
        }
    }

    #[test]
    fn a_fault_of_the_text_and_a_name_that_stands_twice_have_their_line() {
        let fault = Source::read("{\n\"a\": 1,\n}").unwrap_err();
        assert_eq!(fault.line, 3);
        let twice = Source::read("{\"a\": [{\"b\": 1,\n\"\\u0062\": 2}]}").unwrap_err();
        assert_eq!((twice.line, twice.path.as_str()), (2, "/a/0/b"));
        assert!(Source::read(&"[".repeat(100_000)).is_err());
    }
}
