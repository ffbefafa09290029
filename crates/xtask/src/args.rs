//! Command-line words: flags, flags with a value, and what is left.

use crate::failure::{Failure, Outcome};

/// The words after the chore's name that nobody has taken yet.
pub(crate) struct Args(Vec<String>);

impl Args {
    pub(crate) fn new(words: impl Iterator<Item = String>) -> Self {
        Self(words.collect())
    }

    /// Takes `name` and says whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);

        self.0.len() < before
    }

    /// Takes `name` if it is the first word.
    pub(crate) fn first(&mut self, name: &str) -> bool {
        let first = self.0.first().is_some_and(|word| word == name);
        if first {
            self.0.remove(0);
        }

        first
    }

    /// Takes `name VALUE` or `name=VALUE`.
    pub(crate) fn value(&mut self, name: &str) -> Outcome<Option<String>> {
        let prefix = format!("{name}=");
        let Some(at) = self
            .0
            .iter()
            .position(|word| word == name || word.starts_with(&prefix))
        else {
            return Ok(None);
        };
        let word = self.0.remove(at);
        if let Some(value) = word.strip_prefix(&prefix) {
            return Ok(Some(value.to_owned()));
        }
        if at == self.0.len() {
            return Err(Failure::act(format!("{name} needs a value after it")));
        }

        Ok(Some(self.0.remove(at)))
    }

    /// Refuses words that nobody took.
    pub(crate) fn finish(self) -> Outcome {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(Failure::act(format!(
                "`{word}` means nothing here; see cargo xtask help"
            ))),
        }
    }

    /// The words that nobody took, for another program.
    pub(crate) fn rest(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_values_are_taken_in_any_order_and_the_rest_is_left() {
        let mut args = args(&["--yes", "a", "--data", "there", "b"]);

        assert!(args.flag("--yes"));
        assert!(!args.flag("--yes"));
        assert_eq!(args.value("--data"), Ok(Some("there".to_owned())));
        assert_eq!(args.rest(), ["a", "b"]);
    }

    #[test]
    fn a_word_that_must_come_first_is_taken_from_no_other_place() {
        let mut args = args(&["read", "there", "read"]);

        assert!(!args.first("there"));
        assert!(args.first("read"));
        assert_eq!(args.rest(), ["there", "read"]);
    }

    #[test]
    fn a_value_may_follow_an_equals_sign() {
        assert_eq!(
            args(&["--data=there"]).value("--data"),
            Ok(Some("there".to_owned()))
        );
    }

    #[test]
    fn a_flag_without_its_value_is_refused() {
        assert_eq!(
            args(&["--data"]).value("--data"),
            Err(Failure::act("--data needs a value after it"))
        );
    }

    #[test]
    fn a_word_that_nobody_takes_is_refused() {
        assert_eq!(
            args(&["--dta"]).finish(),
            Err(Failure::act(
                "`--dta` means nothing here; see cargo xtask help"
            ))
        );
    }

    fn args(words: &[&str]) -> Args {
        Args::new(words.iter().map(|word| (*word).to_owned()))
    }
}
