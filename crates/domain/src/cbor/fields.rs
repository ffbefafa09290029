//! Reading a map whose keys are known: every key must be asked for, none may be left over.

use thiserror::Error;

use super::Value;

/// A structure lacks a field, has one too many, or one of the wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the structure has not exactly the fields that it should")]
pub struct WrongShape;

/// The fields of a map with text keys that were not yet taken.
#[derive(Debug)]
pub struct Fields(Vec<(Value, Value)>);

impl Fields {
    /// The fields of `value`, which must be a map.
    ///
    /// # Errors
    /// It is no map.
    pub fn of(value: Value) -> Result<Self, WrongShape> {
        if let Value::Map(entries) = value {
            Ok(Self(entries))
        } else {
            Err(WrongShape)
        }
    }

    /// Takes the field `key`, which must be there.
    ///
    /// # Errors
    /// It is not there.
    pub fn take(&mut self, key: &str) -> Result<Value, WrongShape> {
        let at = self
            .0
            .iter()
            .position(|(k, _)| k.as_text() == Some(key))
            .ok_or(WrongShape)?;

        Ok(self.0.swap_remove(at).1)
    }

    /// Takes the field `key`, which may be missing.
    pub fn maybe(&mut self, key: &str) -> Option<Value> {
        self.take(key).ok()
    }

    /// Takes a field through one of the `as_` readers of [`Value`].
    ///
    /// # Errors
    /// It is not there, or of another type.
    pub fn get<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, WrongShape> {
        read(&self.take(key)?).ok_or(WrongShape)
    }

    /// Takes a text field.
    ///
    /// # Errors
    /// It is not there, or no text.
    pub fn text(&mut self, key: &str) -> Result<String, WrongShape> {
        self.get(key, |value| value.as_text().map(str::to_owned))
    }

    /// Takes an array and reads each of its items.
    ///
    /// # Errors
    /// It is not there, no array, or an item does not read.
    pub fn list<T>(
        &mut self,
        key: &str,
        mut read: impl FnMut(Value) -> Result<T, WrongShape>,
    ) -> Result<Vec<T>, WrongShape> {
        let Value::Array(items) = self.take(key)? else {
            return Err(WrongShape);
        };

        items.into_iter().map(&mut read).collect()
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// A field was not asked for.
    pub fn end(self) -> Result<(), WrongShape> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(WrongShape)
        }
    }
}
