//! zstd (RFC 8878) with the bounds that SECURITY.md §8 sets for foreign data.

use std::io::{self, Read, Write};

/// Packs `plain` so that unpacking needs a window of at most 2^`window_log` bytes.
pub(crate) fn pack(plain: &[u8], level: i32, window_log: u32) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), level)?;
    encoder.window_log(window_log)?;
    encoder.write_all(plain)?;
    encoder.finish()
}

/// Unpacks at most `limit` bytes; one more is an error, as is a larger window.
pub(crate) fn unpack(packed: &[u8], limit: u64, window_log: u32) -> io::Result<Vec<u8>> {
    let mut decoder = zstd::stream::read::Decoder::new(packed)?;
    decoder.window_log_max(window_log)?;
    let mut plain = Vec::new();
    decoder
        .take(limit.saturating_add(1))
        .read_to_end(&mut plain)?;
    if u64::try_from(plain.len()).unwrap_or(u64::MAX) > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "unpacks to more than allowed",
        ));
    }

    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_stops_at_the_limit_and_a_wide_window_is_refused() {
        let packed = pack(&vec![0; 1_000_000], 3, 20).unwrap();
        assert!(packed.len() < 1_000);
        assert_eq!(unpack(&packed, 1_000_000, 20).unwrap().len(), 1_000_000);
        assert!(unpack(&packed, 999_999, 20).is_err());

        let wide = pack(&vec![0; 3_000_000], 3, 21).unwrap();
        assert!(unpack(&wide, 3_000_000, 20).is_err());
        assert!(unpack(b"not zstd", 100, 20).is_err());
    }
}
