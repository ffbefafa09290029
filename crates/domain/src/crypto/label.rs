//! The labels that keep signatures and seals of different structures apart.

/// `L(x)` of SECURITY.md: ASCII `menshen/v1/` + x + one zero byte.
#[must_use]
pub fn label(name: &str) -> Vec<u8> {
    let mut out = b"menshen/v1/".to_vec();
    out.extend_from_slice(name.as_bytes());
    out.push(0);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_label_ends_in_one_zero_byte() {
        assert_eq!(super::label("row"), b"menshen/v1/row\0");
    }
}
