//! The one writer.

use super::Value;

/// The deterministic encoding of `value` (RFC 8949 §4.2.1).
#[must_use]
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Unsigned(n) => head(0, *n, out),
        Value::Negative(n) => head(1, *n, out),
        Value::Bytes(bytes) => {
            head(2, length(bytes.len()), out);
            out.extend_from_slice(bytes);
        }
        Value::Text(text) => {
            head(3, length(text.len()), out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, length(items.len()), out);
            for item in items {
                write(item, out);
            }
        }
        Value::Map(entries) => map(entries, out),
        Value::Tag(tag, item) => {
            head(6, *tag, out);
            write(item, out);
        }
        Value::Bool(value) => out.push(if *value { 0xf5 } else { 0xf4 }),
        Value::Null => out.push(0xf6),
    }
}

/// Keys in the bytewise order of their encodings; of equal keys the first stays.
fn map(entries: &[(Value, Value)], out: &mut Vec<u8>) {
    let mut sorted: Vec<(Vec<u8>, &Value)> = entries
        .iter()
        .map(|(key, value)| (encode(key), value))
        .collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted.dedup_by(|a, b| a.0 == b.0);
    head(5, length(sorted.len()), out);
    for (key, value) in sorted {
        out.extend_from_slice(&key);
        write(value, out);
    }
}

fn head(major: u8, n: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    let bytes = n.to_be_bytes();
    let (info, width) = match n {
        0..=23 => {
            out.push(major | bytes[7]);
            return;
        }
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(major | info);
    out.extend(bytes.iter().skip(8_usize.saturating_sub(width)));
}

fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
