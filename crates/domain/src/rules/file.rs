//! Rules as they are authored: a file holds one rule, or a set of them.

use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

use super::eval::Data;
use super::external::{Why, nowhere};
use super::kind::CodeKind;
use super::limits::{Beyond, MAX_RULE_BYTES};
use super::negation::negations;
use super::outcome::Outcome;
use super::parse::{Logic, Problem};
use super::source::Source;
use super::value_sets::{self, ValueSet};
use crate::byte_order::{is_utf16, without_mark};

/// Letters of a sentence.
const MAX_SENTENCE: usize = 200;
/// Letters of an id.
const MAX_ID: usize = 32;
/// What `serde_json` says of a text that nests deeper than it reads, which is deeper than any rule.
const TOO_DEEP: &str = "recursion limit exceeded";

/// What is shown where a rule fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A rule that was checked: its form, its sentences, its kinds, and that it cannot hold because something is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in logs and questions.
    pub id: String,
    /// Said where it fails.
    pub sentence: Sentence,
    /// The kinds of code that it is about; never empty.
    pub kinds: Vec<CodeKind>,
    /// Its logic.
    pub logic: Logic,
    /// Those that it looks at, so that a decision makes no others for it.
    value_sets: Vec<&'static ValueSet>,
}

/// The rules of a venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    /// Its name.
    pub id: String,
    /// In the order in which they are asked; never empty.
    pub rules: Vec<Rule>,
}

/// What a set says of one holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement<'a> {
    /// Every rule for the kind of code holds, and there is one.
    Hold,
    /// The first rule that does not hold fails.
    Fails(&'a Rule),
    /// The first rule that does not hold decides nothing; none where the set has no rule for the kind.
    Undecided(Option<&'a Rule>),
}

impl RuleSet {
    /// Takes a rule file as it lies on a disk, as [`RuleSet::read`] does.
    ///
    /// # Errors
    /// As [`RuleSet::read`], and where it is no UTF-8.
    pub fn read_bytes(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let alone = |line, wrong| vec![Fault::of_line(line, "", wrong)];
        if bytes.len() > MAX_RULE_BYTES {
            return Err(alone(1, Wrong::Logic(Beyond::Size.into())));
        }
        if is_utf16(bytes) {
            return Err(alone(1, Wrong::Utf16));
        }
        let text = str::from_utf8(bytes).map_err(|error| {
            let before = bytes.iter().take(error.valid_up_to());
            let lines = before.filter(|byte| **byte == b'\n').count();

            alone(lines.saturating_add(1), Wrong::NoUtf8)
        })?;

        Self::read(text)
    }

    /// Takes a rule file: JSON with comments, one rule, or an id and several rules. A mark of UTF-8 may precede it.
    ///
    /// # Errors
    /// Every [`Fault`] that was found, in the order of the text.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        if text.len() > MAX_RULE_BYTES {
            let wrong = Problem::from(Beyond::Size);
            return Err(vec![Fault::of_line(1, "", Wrong::Logic(wrong))]);
        }
        let text = without_mark(text);
        if is_empty(text) {
            return Err(vec![Fault::of_line(1, "", Wrong::Empty)]);
        }
        let source = Source::read(text).map_err(|no| {
            let wrong = if no.why.starts_with(TOO_DEEP) {
                Wrong::Logic(Beyond::Depth.into())
            } else {
                Wrong::Text(no.why)
            };
            vec![Fault::of_line(no.line, &no.path, wrong)]
        })?;
        let mut reading = Reading {
            source: &source,
            faults: Vec::new(),
        };
        let set = reading.set(&source.value);
        reading.faults.sort_by_key(|fault| fault.line);
        set.filter(|_| reading.faults.is_empty())
            .ok_or(reading.faults)
    }

    /// Whether one of its rules is about this kind of code.
    #[must_use]
    pub fn is_about(&self, kind: CodeKind) -> bool {
        self.rules.iter().any(|rule| rule.kinds.contains(&kind))
    }

    /// The value sets that its rules look at, by their ids.
    pub(crate) fn value_sets(&self) -> Map<String, Value> {
        let mut sets = Map::new();
        for set in self.rules.iter().flat_map(|rule| &rule.value_sets) {
            sets.entry(set.id()).or_insert_with(|| set.to_json());
        }

        sets
    }

    /// Asks each rule for this kind of code in turn; the first that does not hold decides.
    #[must_use]
    pub fn judge(&self, kind: CodeKind, data: Data<'_>) -> Judgement<'_> {
        let mut asked = false;
        for rule in self.rules.iter().filter(|rule| rule.kinds.contains(&kind)) {
            asked = true;
            match Outcome::of(&rule.logic.evaluate(data)) {
                Outcome::Holds => {}
                Outcome::Fails => return Judgement::Fails(rule),
                Outcome::Undecided => return Judgement::Undecided(Some(rule)),
            }
        }
        if asked {
            Judgement::Hold
        } else {
            Judgement::Undecided(None)
        }
    }
}

/// Whether nothing stands in a file, or comments alone.
fn is_empty(text: &str) -> bool {
    text.lines()
        .map(str::trim_start)
        .all(|line| line.is_empty() || line.starts_with("//"))
}

/// What is wrong with a rule file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// A JSON Pointer (RFC 6901) into the file.
    pub path: String,
    /// What.
    pub wrong: Wrong,
}

impl Fault {
    fn of_line(line: usize, path: &str, wrong: Wrong) -> Self {
        Self {
            line,
            path: path.to_owned(),
            wrong,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "/"
        } else {
            &self.path
        };

        write!(f, "line {}, {path}: {}", self.line, self.wrong)
    }
}

/// What may be wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    /// Nothing stands in the file, or comments alone.
    #[error("the file is empty, write a rule or a set of rules")]
    Empty,
    /// A rule or a set is an object.
    #[error("here an object is to stand")]
    NoObject,
    /// A field that nothing reads.
    #[error("no rule has this field")]
    Field,
    /// An id is short and plain.
    #[error("an id has 1 to 32 letters of A-Z, a-z, 0-9, - . _")]
    Id,
    /// Two rules of a set have the same id.
    #[error("another rule of the set has this id")]
    IdTwice,
    /// A rule says which kinds of code it is about.
    #[error("write the kinds of code: {}", CodeKind::ALL.map(CodeKind::word).join(", "))]
    Kind,
    /// What a lambda does not see.
    #[error("\"{0}\" is out of reach here, a lambda sees current and accumulator alone")]
    Lambda(String),
    /// The logic is not CertLogic.
    #[error(transparent)]
    Logic(#[from] Problem),
    /// A field that has to be there.
    #[error("\"{0}\" is missing")]
    Missing(&'static str),
    /// It could hold because something is missing.
    #[error("this could hold where \"{0}\" is missing, which not every code of these kinds has")]
    Negation(String),
    /// A path that leads nowhere, and those that there are.
    #[error("no decision about these kinds of code has \"{0}\", there are: {1}")]
    NoPath(String, String),
    /// A byte of another encoding.
    #[error("this is no UTF-8, save the file as UTF-8")]
    NoUtf8,
    /// A set has rules.
    #[error("write at least one rule")]
    NoRules,
    /// A sentence is short and not empty.
    #[error("a sentence has 1 to 200 letters")]
    Sentence,
    /// The text is no JSON.
    #[error("{0}")]
    Text(String),
    /// Some editors call it Unicode.
    #[error("this is UTF-16, save the file as UTF-8")]
    Utf16,
}

struct Reading<'a> {
    source: &'a Source,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn set(&mut self, value: &Value) -> Option<RuleSet> {
        let fields = self.object(value, "")?;
        if !fields.contains_key("rules") {
            let rule = self.rule(value, "")?;
            return Some(RuleSet {
                id: rule.id.clone(),
                rules: vec![rule],
            });
        }
        self.only(fields, "", &["id", "rules"]);
        let id = self.id(fields, "");
        let items = fields.get("rules").and_then(Value::as_array);
        let Some(items) = items.filter(|items| !items.is_empty()) else {
            return self.wrong("/rules", Wrong::NoRules);
        };
        let mut rules: Vec<Rule> = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let path = format!("/rules/{at}");
            let Some(rule) = self.rule(item, &path) else {
                continue;
            };
            if rules.iter().any(|other| other.id == rule.id) {
                self.wrong::<()>(&format!("{path}/id"), Wrong::IdTwice);
            }
            rules.push(rule);
        }

        Some(RuleSet { id: id?, rules })
    }

    fn rule(&mut self, value: &Value, path: &str) -> Option<Rule> {
        let fields = self.object(value, path)?;
        self.only(fields, path, &["id", "kinds", "logic", "sentence"]);
        let id = self.id(fields, path);
        let sentence = self.sentence(fields, path);
        let kinds = self.kinds(fields, path);
        let logic = self.logic(fields, path, kinds.as_deref())?;

        Some(Rule {
            id: id?,
            sentence: sentence?,
            kinds: kinds?,
            value_sets: value_sets::read_by(&logic.0),
            logic,
        })
    }

    fn id(&mut self, fields: &Map<String, Value>, path: &str) -> Option<String> {
        let value = self.field(fields, path, "id")?;
        let fits = value.as_str().filter(|id| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            (1..=MAX_ID).contains(&id.len()) && id.bytes().all(plain)
        });
        let Some(id) = fits else {
            return self.wrong(&format!("{path}/id"), Wrong::Id);
        };

        Some(id.to_owned())
    }

    fn sentence(&mut self, fields: &Map<String, Value>, path: &str) -> Option<Sentence> {
        let value = self.field(fields, path, "sentence")?;
        let path = format!("{path}/sentence");
        let sentences = self.object(value, &path)?;
        self.only(sentences, &path, &["zh", "en"]);
        let zh = self.words(sentences, &path, "zh");
        let en = self.words(sentences, &path, "en");

        Some(Sentence { zh: zh?, en: en? })
    }

    fn words(
        &mut self,
        sentences: &Map<String, Value>,
        path: &str,
        language: &'static str,
    ) -> Option<String> {
        let value = self.field(sentences, path, language)?;
        let fits = value.as_str().filter(|words| {
            let letters = words.chars().count();
            !words.trim().is_empty() && letters <= MAX_SENTENCE
        });
        let Some(words) = fits else {
            return self.wrong(&format!("{path}/{language}"), Wrong::Sentence);
        };

        Some(words.to_owned())
    }

    fn kinds(&mut self, fields: &Map<String, Value>, path: &str) -> Option<Vec<CodeKind>> {
        let value = self.field(fields, path, "kinds")?;
        let path = format!("{path}/kinds");
        let items = value.as_array().filter(|items| !items.is_empty());
        let Some(items) = items else {
            return self.wrong(&path, Wrong::Kind);
        };
        let mut kinds = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match item.as_str().and_then(CodeKind::from_word) {
                Some(kind) => kinds.push(kind),
                None => self.wrong::<()>(&format!("{path}/{at}"), Wrong::Kind)?,
            }
        }

        Some(kinds)
    }

    /// The logic, where nothing is wrong with it.
    fn logic(
        &mut self,
        fields: &Map<String, Value>,
        path: &str,
        kinds: Option<&[CodeKind]>,
    ) -> Option<Logic> {
        let value = self.field(fields, path, "logic")?;
        let path = format!("{path}/logic");
        let logic = match Logic::parse(value) {
            Ok(logic) => logic,
            Err(issues) => {
                for issue in issues {
                    self.wrong::<()>(&format!("{path}{}", issue.path), issue.problem.into());
                }
                return None;
            }
        };
        let Some(kinds) = kinds else {
            return Some(logic);
        };
        for nowhere in nowhere(&logic.0, kinds) {
            let wrong = match nowhere.why {
                Why::Lambda => Wrong::Lambda(nowhere.path),
                Why::Unknown(known) => Wrong::NoPath(nowhere.path, known),
            };
            self.wrong::<()>(&format!("{path}{}", nowhere.at), wrong);
        }
        for negation in negations(&logic.0, kinds) {
            let wrong = Wrong::Negation(negation.path);
            self.wrong::<()>(&format!("{path}{}", negation.at), wrong);
        }

        Some(logic)
    }

    fn object<'v>(&mut self, value: &'v Value, path: &str) -> Option<&'v Map<String, Value>> {
        match value {
            Value::Object(fields) => Some(fields),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => self.wrong(path, Wrong::NoObject),
        }
    }

    fn field<'v>(
        &mut self,
        fields: &'v Map<String, Value>,
        path: &str,
        name: &'static str,
    ) -> Option<&'v Value> {
        let found = fields.get(name);
        if found.is_none() {
            self.wrong::<()>(path, Wrong::Missing(name));
        }

        found
    }

    fn only(&mut self, fields: &Map<String, Value>, path: &str, known: &[&str]) {
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let name = name.replace('~', "~0").replace('/', "~1");
            self.wrong::<()>(&format!("{path}/{name}"), Wrong::Field);
        }
    }

    fn wrong<T>(&mut self, path: &str, wrong: Wrong) -> Option<T> {
        let line = self.source.line(path);
        self.faults.push(Fault::of_line(line, path, wrong));

        None
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
