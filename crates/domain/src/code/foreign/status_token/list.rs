//! The list itself: numbers of 1, 2, 4 or 8 bits, the first in a byte's lowest bits, packed by zlib (RFC 1950).

use thiserror::Error;

use crate::inflate::{self, InflateError};

/// The largest list unpacked: a byte each for 33 million.
pub const MAX_TABLE_BYTES: usize = 32 * 1024 * 1024;

/// Why a list does not unpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// Not 1, 2, 4 or 8.
    #[error("the status list has a width that there is none of")]
    Bits,
    /// Not packed by zlib, or with something behind it.
    #[error("the status list does not unpack")]
    Packed,
    /// Larger than the limit.
    #[error("the status list is too large")]
    TooLarge,
}

/// A status list, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    table: Vec<u8>,
}

impl StatusList {
    /// Unpacks `packed`, whose entries take `bits` each.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn unpack(bits: u64, packed: &[u8]) -> Result<Self, ListError> {
        Self::unpack_within(bits, packed, MAX_TABLE_BYTES)
    }

    /// As [`StatusList::unpack`], and to at most so many bytes.
    pub(super) fn unpack_within(bits: u64, packed: &[u8], most: usize) -> Result<Self, ListError> {
        let bits = match bits {
            1 => 1,
            2 => 2,
            4 => 4,
            8 => 8,
            _ => return Err(ListError::Bits),
        };
        let table =
            inflate::zlib(packed, most.min(MAX_TABLE_BYTES)).map_err(|error| match error {
                InflateError::TooLarge => ListError::TooLarge,
                InflateError::Broken | InflateError::TrailingBytes => ListError::Packed,
            })?;

        Ok(Self { bits, table })
    }

    /// The status at `index`: 0 valid, 1 invalid, 2 suspended, others by agreement. None beyond the end.
    #[must_use]
    pub fn status(&self, index: u64) -> Option<u8> {
        let bits = u64::from(self.bits);
        let at = index.checked_mul(bits)?;
        let byte = *self.table.get(usize::try_from(at / 8).ok()?)?;
        let mask = u8::MAX.checked_shr(8_u32.checked_sub(u32::from(self.bits))?)?;

        Some(byte.checked_shr(u32::try_from(at % 8).ok()?)? & mask)
    }

    /// Its bytes in memory.
    #[must_use]
    pub fn table_bytes(&self) -> usize {
        self.table.len()
    }

    /// How many entries it has, those included that fill its last byte.
    #[must_use]
    pub fn entries(&self) -> u64 {
        let bytes = u64::try_from(self.table.len()).unwrap_or(u64::MAX);

        bytes.saturating_mul(8_u64.checked_div(u64::from(self.bits)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bits: u8, table: &[u8]) -> StatusList {
        StatusList {
            bits,
            table: table.to_vec(),
        }
    }

    fn all(list: &StatusList) -> Vec<u8> {
        (0..list.entries())
            .map_while(|at| list.status(at))
            .collect()
    }

    #[test]
    fn the_first_entry_stands_in_the_lowest_bits_as_in_the_drafts_examples() {
        let one_bit = list(1, &[0xb9, 0xa3]);
        assert_eq!(
            all(&one_bit),
            [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
        );
        let two_bits = list(2, &[0xc9, 0x44, 0xf9]);
        assert_eq!(all(&two_bits), [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
        assert_eq!(all(&list(4, &[0x21, 0xf0])), [1, 2, 0, 15]);
        assert_eq!(all(&list(8, &[0, 255])), [0, 255]);
    }

    #[test]
    fn beyond_the_end_there_is_no_status() {
        for (bits, entries) in [(1, 16), (2, 8), (4, 4), (8, 2)] {
            let list = list(bits, &[0xff, 0xff]);
            assert_eq!(list.entries(), entries);
            assert!(list.status(entries - 1).is_some());
            for beyond in [entries, u64::MAX / 8, u64::MAX / 2 + 1, u64::MAX] {
                assert_eq!(list.status(beyond), None);
            }
        }
    }

    #[test]
    fn another_width_and_what_does_not_unpack_are_refused() {
        for bits in [0, 3, 5, 7, 9, 16, u64::MAX] {
            assert_eq!(StatusList::unpack(bits, &[]), Err(ListError::Bits));
        }
        // zlib around one stored block (RFC 1950 §2.2, RFC 1951 §3.2.4) of the byte 0xb9.
        let packed = [
            0x78, 0x01, 0x01, 0x01, 0x00, 0xfe, 0xff, 0xb9, 0x00, 0xba, 0x00, 0xba,
        ];
        assert_eq!(StatusList::unpack(1, &packed), Ok(list(1, &[0xb9])));
        for wrong in [
            &[][..],
            &packed[..11],
            &[&packed[..], &[0]].concat(),
            &packed[2..],
        ] {
            assert_eq!(StatusList::unpack(1, wrong), Err(ListError::Packed));
        }
        let mut other_sum = packed;
        other_sum[11] ^= 1;
        assert_eq!(StatusList::unpack(1, &other_sum), Err(ListError::Packed));
    }
}
