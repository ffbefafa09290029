//! What both readers have of the bytes and of the room that are left.

use super::CborError;

/// The bytes that were not read yet, and the items that may still come.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    items_left: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], max_items: usize) -> Self {
        Self {
            rest: bytes,
            items_left: max_items,
        }
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn items_left(&self) -> usize {
        self.items_left
    }

    /// The first byte of the next item, which counts.
    pub(super) fn next_item(&mut self) -> Result<u8, CborError> {
        self.items_left = self.items_left.checked_sub(1).ok_or(CborError::TooLarge)?;
        let [first] = self.take()?;

        Ok(first)
    }

    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(CborError::Truncated)?;
        self.rest = rest;

        Ok(*head)
    }

    pub(super) fn bytes(&mut self, n: u64) -> Result<&'a [u8], CborError> {
        let n = usize::try_from(n).map_err(|_| CborError::Truncated)?;
        let (bytes, rest) = self.rest.split_at_checked(n).ok_or(CborError::Truncated)?;
        self.rest = rest;

        Ok(bytes)
    }

    /// That nothing follows.
    pub(super) fn end(&self) -> Result<(), CborError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(CborError::TrailingBytes)
        }
    }
}
