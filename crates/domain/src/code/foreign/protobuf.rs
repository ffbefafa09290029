//! The wire format of protocol buffers, as far as tickets need it: fields of a message, one after the other.

/// More fields than this are refused.
const MAX_FIELDS: usize = 64;
/// A varint of 64 bits takes at most this many bytes.
const MAX_VARINT: usize = 10;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// A number of variable length (wire type 0).
    Varint(u64),
    /// Bytes, a text or a message (wire type 2).
    Bytes(&'a [u8]),
    /// Four or eight bytes (wire types 5 and 1), which no field that we know has.
    Fixed,
}

/// The fields of a message: number and content of each, or none once where the bytes are no message, and nothing further.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self {
            rest: message,
            left: MAX_FIELDS,
        }
    }

    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        self.left = self.left.checked_sub(1)?;
        let tag = self.varint()?;
        // Groups (3 and 4) are history; a field's number has 29 bits and is not 0.
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => self.take(8).map(|_| Field::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Field::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Field::Fixed)?,
            _ => return None,
        };
        let number = tag >> 3;

        (1..1 << 29).contains(&number).then_some((number, field))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for at in 0..MAX_VARINT {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            let shift = u32::try_from(at.checked_mul(7)?).ok()?;
            // The tenth byte has room for one bit.
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits.checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }

        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;

        Some(bytes)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Field<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }

        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(bytes: &[u8]) -> Option<Vec<(u64, Field<'_>)>> {
        Fields::of(bytes).collect()
    }

    #[test]
    fn every_wire_type_in_use_is_read() {
        let bytes = [
            0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7,
            8,
        ];
        assert_eq!(
            fields(&bytes),
            Some(vec![
                (1, Field::Varint(150)),
                (2, Field::Bytes(b"hi")),
                (3, Field::Fixed),
                (4, Field::Fixed),
            ])
        );
        assert_eq!(fields(&[]), Some(Vec::new()));
    }

    #[test]
    fn a_number_takes_64_bits_and_not_one_more() {
        let most = [&[0x08][..], &[0xff; 9], &[0x01]].concat();
        assert_eq!(fields(&most), Some(vec![(1, Field::Varint(u64::MAX))]));
        for more in [
            [&[0x08][..], &[0xff; 9], &[0x02]].concat(),
            [&[0x08][..], &[0x80; 10], &[0x01]].concat(),
        ] {
            assert_eq!(fields(&more), None);
        }
    }

    #[test]
    fn groups_the_number_0_cut_off_fields_and_too_many_are_refused() {
        for bytes in [
            &[0x0b, 0x0c][..],
            &[0x0e],
            &[0x00, 0x01],
            &[0x08],
            &[0x12, 0x05, 1],
            &[
                0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
            ],
            &[0x80, 0x80, 0x80, 0x80, 0x10, 0x00],
        ] {
            assert_eq!(fields(bytes), None, "{bytes:?}");
        }
        assert!(fields(&[0x08, 1].repeat(MAX_FIELDS)).is_some());
        assert_eq!(fields(&[0x08, 1].repeat(MAX_FIELDS + 1)), None);
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in any::<Vec<u8>>()) {
            prop_assert!(Fields::of(&bytes).count() <= MAX_FIELDS + 1);
        }
    }
}
