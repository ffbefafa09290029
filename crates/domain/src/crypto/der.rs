//! As much DER (ITU-T X.690) as a public key takes: read strictly, nothing longer than it need be.

/// `INTEGER`.
pub(super) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(super) const BIT_STRING: u8 = 0x03;
/// `OBJECT IDENTIFIER`.
pub(super) const OID: u8 = 0x06;
/// `SEQUENCE`.
pub(super) const SEQUENCE: u8 = 0x30;

/// The content of the element with `tag` that `bytes` begin with, and what follows it.
pub(super) fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = length(rest)?;

    rest.split_at_checked(length)
}

/// The content of the one element with `tag` that `bytes` are.
pub(super) fn whole(tag: u8, bytes: &[u8]) -> Option<&[u8]> {
    let (content, rest) = element(tag, bytes)?;

    rest.is_empty().then_some(content)
}

/// Up to two bytes of length: a public key is shorter than 64 KiB.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [short @ 0..=0x7f, ref rest @ ..] => Some((usize::from(short), rest)),
        [0x81, long @ 0x80..=0xff, ref rest @ ..] => Some((usize::from(long), rest)),
        [0x82, high @ 1..=0xff, low, ref rest @ ..] => {
            Some((usize::from(u16::from_be_bytes([high, low])), rest))
        }
        _ => None,
    }
}

/// `SEQUENCE` of two `INTEGER`s: what ring wants of an ECDSA signature whose hash is not its curve's own. Both halves have
/// at most 66 bytes (P-521), so that every length fits one byte or two.
pub(super) fn two_integers(r: &[u8], s: &[u8]) -> Vec<u8> {
    let content = [integer(r), integer(s)].concat();

    [&[SEQUENCE], &length_of(content.len())[..], &content].concat()
}

/// An unsigned number, most significant byte first.
fn integer(number: &[u8]) -> Vec<u8> {
    let first = number
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(number.len());
    let digits = number.get(first..).unwrap_or_default();
    // A number whose first bit is set would read as negative; zero has one byte as well.
    let pad: &[u8] = match digits.first() {
        Some(0..=0x7f) => &[],
        Some(_) | None => &[0],
    };
    let length = pad.len().saturating_add(digits.len());

    [&[INTEGER], &length_of(length)[..], pad, digits].concat()
}

fn length_of(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => vec![short],
        Ok(long) => vec![0x81, long],
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_as_short_as_they_can_be_and_never_negative() {
        assert_eq!(
            two_integers(&[0, 0, 1], &[0, 0x80]),
            [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80]
        );
        assert_eq!(
            two_integers(&[0], &[0xff]),
            [0x30, 7, 2, 1, 0, 2, 2, 0, 0xff]
        );
        let long = two_integers(&[0xff; 66], &[0xff; 66]);
        assert_eq!(long[..3], [0x30, 0x81, 138]);
        assert_eq!(long.len(), 141);
    }

    #[test]
    fn lengths_longer_than_they_need_be_are_refused() {
        assert_eq!(whole(INTEGER, &[2, 1, 5]), Some(&[5][..]));
        for bytes in [
            &[2, 0x81, 1, 5][..],
            &[2, 0x82, 0, 1, 5],
            &[2, 0x80, 5, 0, 0],
            &[2, 1, 5, 0],
            &[2, 2, 5],
            &[3, 1, 5],
            &[2],
            &[],
        ] {
            assert_eq!(whole(INTEGER, bytes), None, "{bytes:?}");
        }
    }
}
