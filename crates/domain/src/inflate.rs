//! DEFLATE (RFC 1951), bare or in zlib's frame (RFC 1950), with the bound that SECURITY.md §8 sets for foreign codes.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use thiserror::Error;

/// Most bytes that a code may unpack to (SECURITY.md §8).
pub(crate) const MAX_CODE_BYTES: usize = 64 * 1024;
/// The output starts at this and doubles, so that a short code costs little.
const FIRST_BYTES: usize = 2 * 1024;

/// Why bytes do not unpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum InflateError {
    /// Not in the format, cut short, or with a checksum that does not fit.
    #[error("the packed data is broken")]
    Broken,
    /// More comes out than allowed.
    #[error("the data unpacks to more than allowed")]
    TooLarge,
    /// Bytes follow the end of the stream.
    #[error("bytes follow the end of the packed data")]
    TrailingBytes,
}

/// Unpacks a zlib stream of at most `cap` bytes; its checksum must fit.
pub(crate) fn zlib(packed: &[u8], cap: usize) -> Result<Vec<u8>, InflateError> {
    unpack(packed, cap, Frame::Zlib)
}

/// Unpacks a bare DEFLATE stream of at most `cap` bytes.
pub(crate) fn raw(packed: &[u8], cap: usize) -> Result<Vec<u8>, InflateError> {
    unpack(packed, cap, Frame::Bare)
}

#[derive(Clone, Copy)]
enum Frame {
    Bare,
    Zlib,
}

impl Frame {
    fn flags(self) -> u32 {
        let whole = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        match self {
            Self::Bare => whole,
            Self::Zlib => whole | inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER,
        }
    }

    /// Bytes that follow the last one of the stream.
    fn checksum_bytes(self) -> usize {
        match self {
            Self::Bare => 0,
            Self::Zlib => 4,
        }
    }
}

/// The bits after the stream's end up to the next byte say nothing. Were they free, a code could be altered and yet be taken,
/// so they must be zero, as everybody writes them: the highest bit of the stream's last byte that is set has to matter. The
/// stream is followed up to that byte once, and from there with it and without.
fn unpack(packed: &[u8], cap: usize, frame: Frame) -> Result<Vec<u8>, InflateError> {
    let last = packed
        .len()
        .checked_sub(frame.checksum_bytes())
        .and_then(|end| end.checked_sub(1))
        .ok_or(InflateError::Broken)?;
    let (before, end) = packed.split_at(last);
    let mut stream = Stream::new(cap, frame);
    stream.feed(before, More::Follows)?;
    let without = highest_bit_cleared(end).map(|end| (stream.clone(), end));
    stream.feed(end, More::No)?;
    if let Some((mut other, end)) = without {
        other.room = stream.written.saturating_add(1);
        if other.feed(&end, More::No).is_ok() && other.plain() == stream.plain() {
            return Err(InflateError::Broken);
        }
    }
    stream.plain.truncate(stream.written);

    Ok(stream.plain)
}

/// `bytes` with the highest bit that is set in the first of them cleared; none where none is.
fn highest_bit_cleared(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut cleared = bytes.to_vec();
    let first = cleared.first_mut()?;
    *first &= !(1 << first.checked_ilog2()?);

    Some(cleared)
}

/// Whether bytes of the stream follow those that are fed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum More {
    Follows,
    No,
}

/// A stream on its way out.
#[derive(Clone)]
struct Stream {
    state: Box<DecompressorOxide>,
    plain: Vec<u8>,
    written: usize,
    /// One byte more than may come out: a full buffer means that there is more.
    room: usize,
    frame: Frame,
}

impl Stream {
    fn new(cap: usize, frame: Frame) -> Self {
        Self {
            state: Box::new(DecompressorOxide::new()),
            plain: vec![0; FIRST_BYTES.min(cap.saturating_add(1))],
            written: 0,
            room: cap.saturating_add(1),
            frame,
        }
    }

    fn plain(&self) -> &[u8] {
        self.plain.get(..self.written).unwrap_or_default()
    }

    /// Takes all of `packed`, with which the stream ends unless more follows.
    fn feed(&mut self, packed: &[u8], more: More) -> Result<(), InflateError> {
        let mut flags = self.frame.flags();
        if more == More::Follows {
            flags |= inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
        }
        let mut taken = 0_usize;
        loop {
            let rest = packed.get(taken..).ok_or(InflateError::Broken)?;
            let (status, read, wrote) =
                decompress(&mut self.state, rest, &mut self.plain, self.written, flags);
            taken = taken.saturating_add(read);
            self.written = self.written.saturating_add(wrote);
            if self.written >= self.room {
                return Err(InflateError::TooLarge);
            }
            match status {
                TINFLStatus::Done if more == More::No && taken == packed.len() => return Ok(()),
                TINFLStatus::Done => return Err(InflateError::TrailingBytes),
                TINFLStatus::NeedsMoreInput if more == More::Follows && taken == packed.len() => {
                    return Ok(());
                }
                TINFLStatus::HasMoreOutput if self.plain.len() < self.room => {
                    let longer = self.plain.len().saturating_mul(2).min(self.room);
                    self.plain.resize(longer, 0);
                }
                TINFLStatus::HasMoreOutput => return Err(InflateError::TooLarge),
                TINFLStatus::FailedCannotMakeProgress
                | TINFLStatus::BadParam
                | TINFLStatus::Adler32Mismatch
                | TINFLStatus::Failed
                | TINFLStatus::NeedsMoreInput
                | _ => return Err(InflateError::Broken),
            }
        }
    }
}

/// `bytes` in a zlib stream, as an issuer packs them.
#[cfg(test)]
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9)
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_packed_comes_out_again_up_to_the_very_cap() {
        let plain: Vec<u8> = (0..=250).cycle().take(MAX_CODE_BYTES).collect();
        let packed = compress_to_vec_zlib(&plain, 9);
        assert_eq!(zlib(&packed, MAX_CODE_BYTES), Ok(plain.clone()));
        assert_eq!(
            zlib(&packed, MAX_CODE_BYTES - 1),
            Err(InflateError::TooLarge)
        );
        assert_eq!(raw(&compress_to_vec(&plain, 9), MAX_CODE_BYTES), Ok(plain));
        assert_eq!(zlib(&compress_to_vec_zlib(b"", 9), 0), Ok(Vec::new()));
        assert_eq!(
            zlib(&compress_to_vec_zlib(b"a", 9), 0),
            Err(InflateError::TooLarge)
        );
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = compress_to_vec_zlib(&vec![0; 64 * 1024 * 1024], 9);
        assert!(bomb.len() < 70_000);
        assert_eq!(zlib(&bomb, MAX_CODE_BYTES), Err(InflateError::TooLarge));
        let bomb = compress_to_vec(&vec![0; 64 * 1024 * 1024], 9);
        assert_eq!(raw(&bomb, MAX_CODE_BYTES), Err(InflateError::TooLarge));
    }

    #[test]
    fn bytes_after_the_end_a_cut_a_wrong_checksum_and_the_other_frame_are_refused() {
        let packed = compress_to_vec_zlib(b"a pass, a pass, a pass", 9);
        let cap = MAX_CODE_BYTES;
        let longer = [&packed[..], &[0]].concat();
        assert_eq!(zlib(&longer, cap), Err(InflateError::TrailingBytes));
        let twice = [&packed[..], &packed].concat();
        assert_eq!(zlib(&twice, cap), Err(InflateError::TrailingBytes));
        let bare = compress_to_vec(b"a pass", 9);
        let longer = [&bare[..], &[0]].concat();
        assert_eq!(raw(&longer, cap), Err(InflateError::TrailingBytes));
        assert_eq!(zlib(&bare, cap), Err(InflateError::Broken));
        for length in 0..packed.len() {
            assert_eq!(zlib(&packed[..length], cap), Err(InflateError::Broken));
        }
        let mut spoilt = packed;
        *spoilt.last_mut().unwrap() ^= 1;
        assert_eq!(zlib(&spoilt, cap), Err(InflateError::Broken));
    }

    #[test]
    fn no_bit_of_a_packed_code_is_free() {
        for length in 0..60 {
            let plain: Vec<u8> = (0..length).map(|at| b"a pass "[at % 7]).collect();
            for (packed, unpack) in [
                (
                    compress_to_vec_zlib(&plain, 9),
                    zlib as fn(&[u8], usize) -> _,
                ),
                (compress_to_vec(&plain, 9), raw),
            ] {
                assert_eq!(unpack(&packed, MAX_CODE_BYTES).as_ref(), Ok(&plain));
                let ends = [packed.len().saturating_sub(5), packed.len() - 1];
                for (at, bit) in ends.into_iter().flat_map(|at| (0..8).map(move |b| (at, b))) {
                    let mut flipped = packed.clone();
                    flipped[at] ^= 1 << bit;
                    let same = unpack(&flipped, MAX_CODE_BYTES).as_ref() == Ok(&plain);
                    assert!(!same, "{length} bytes, bit {bit} of byte {at}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end_within_the_cap(bytes in any::<Vec<u8>>(), cap in 0_usize..300) {
            for unpacked in [zlib(&bytes, cap), raw(&bytes, cap)].into_iter().flatten() {
                prop_assert!(unpacked.len() <= cap);
            }
        }
    }
}
