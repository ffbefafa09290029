//! The part of the CBOR data model that our own structures use.

/// A data item. Maps keep the order given; the writer sorts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1, holding `n` of the value `-1 - n`.
    Negative(u64),
    /// Major type 2.
    Bytes(Vec<u8>),
    /// Major type 3.
    Text(String),
    /// Major type 4.
    Array(Vec<Value>),
    /// Major type 5.
    Map(Vec<(Value, Value)>),
    /// Major type 6.
    Tag(u64, Box<Value>),
    /// `false` or `true`.
    Bool(bool),
    /// `null`.
    Null,
}

impl Value {
    /// A byte string.
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(bytes.as_ref().to_vec())
    }

    /// A text string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An integer of either sign.
    #[must_use]
    pub fn int(value: i64) -> Self {
        match u64::try_from(value) {
            Ok(unsigned) => Self::Unsigned(unsigned),
            Err(_) => Self::Negative(value.unsigned_abs().saturating_sub(1)),
        }
    }

    /// A map from text keys.
    #[must_use]
    pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(key, value)| (Self::text(key), value))
                .collect(),
        )
    }

    /// The unsigned integer, if it is one.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Unsigned(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The integer of either sign, if it fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Negative(n) = self {
            return i64::try_from(*n).ok().and_then(|n| (-1_i64).checked_sub(n));
        }

        i64::try_from(self.as_u64()?).ok()
    }

    /// The byte string, if it is one.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
    }

    /// The byte string, if it is one of exactly `N` bytes.
    #[must_use]
    pub fn as_array<const N: usize>(&self) -> Option<[u8; N]> {
        self.as_bytes()?.try_into().ok()
    }

    /// What `read` makes of it, or that it is null; `None` if `read` makes nothing of it.
    #[expect(
        clippy::option_option,
        reason = "null is one thing, and a wrong type another"
    )]
    pub(crate) fn or_null<T>(&self, read: impl Fn(&Self) -> Option<T>) -> Option<Option<T>> {
        if *self == Self::Null {
            Some(None)
        } else {
            read(self).map(Some)
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The items, if it is an array.
    #[must_use]
    pub fn as_items(&self) -> Option<&[Value]> {
        if let Self::Array(items) = self {
            Some(items)
        } else {
            None
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self {
            Some(*value)
        } else {
            None
        }
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Unsigned(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
