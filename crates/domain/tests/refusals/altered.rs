//! Ways to spoil good bytes.

use domain::cbor::Value;

/// `bytes` with one bit the other way, for every bit, and which it was.
pub(crate) fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut altered = bytes.to_vec();
        altered[bit / 8] ^= 1 << (bit % 8);
        (bit, altered)
    })
}

/// Every beginning of `bytes` but the whole.
pub(crate) fn cuts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..bytes.len()).map(|length| &bytes[..length])
}

/// `ours` with one value at a time from `theirs`, at every depth. The two must be built alike.
pub(crate) fn swaps(ours: &Value, theirs: &Value) -> Vec<Value> {
    match (ours, theirs) {
        (Value::Map(a), Value::Map(b)) => {
            let put = |at: usize, value: &Value| {
                let mut entries = a.clone();
                entries[at].1 = value.clone();
                Value::Map(entries)
            };
            (0..a.len())
                .flat_map(|at| one_and_within(&a[at].1, &b[at].1, |value| put(at, value)))
                .collect()
        }
        (Value::Array(a), Value::Array(b)) => {
            let put = |at: usize, value: &Value| {
                let mut items = a.clone();
                items[at] = value.clone();
                Value::Array(items)
            };
            (0..a.len())
                .flat_map(|at| one_and_within(&a[at], &b[at], |value| put(at, value)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// `value` with one field of one map missing, one too many, or one of another type, for every map and
/// field at every depth.
pub(crate) fn misshapes(value: &Value) -> Vec<Value> {
    match value {
        Value::Map(entries) => {
            let mut extra = entries.clone();
            extra.push((Value::text("surplus"), Value::Null));
            let mut out = vec![Value::Map(extra)];
            for (at, (_, field)) in entries.iter().enumerate() {
                let mut without = entries.clone();
                without.remove(at);
                out.push(Value::Map(without));
                let other_type = Value::Tag(0, Box::new(field.clone()));
                out.extend(
                    [other_type]
                        .into_iter()
                        .chain(misshapes(field))
                        .map(|inner| {
                            let mut with = entries.clone();
                            with[at].1 = inner;
                            Value::Map(with)
                        }),
                );
            }
            out
        }
        Value::Array(items) => (0..items.len())
            .flat_map(|at| {
                misshapes(&items[at]).into_iter().map(move |inner| {
                    let mut with = items.clone();
                    with[at] = inner;
                    Value::Array(with)
                })
            })
            .collect(),
        Value::Unsigned(_)
        | Value::Negative(_)
        | Value::Bytes(_)
        | Value::Text(_)
        | Value::Tag(..)
        | Value::Bool(_)
        | Value::Null => Vec::new(),
    }
}

/// `value` with the byte string `old` exchanged for `new`, wherever it stands.
pub(crate) fn exchanged(value: &Value, old: &[u8], new: &[u8]) -> Value {
    match value {
        Value::Bytes(bytes) if bytes == old => Value::bytes(new),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| exchanged(item, old, new)).collect())
        }
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, field)| (key.clone(), exchanged(field, old, new)))
                .collect(),
        ),
        Value::Unsigned(_)
        | Value::Negative(_)
        | Value::Bytes(_)
        | Value::Text(_)
        | Value::Tag(..)
        | Value::Bool(_)
        | Value::Null => value.clone(),
    }
}

fn one_and_within(ours: &Value, theirs: &Value, put: impl Fn(&Value) -> Value) -> Vec<Value> {
    let mut out = Vec::new();
    if ours != theirs {
        out.push(put(theirs));
    }
    out.extend(swaps(ours, theirs).iter().map(put));
    out
}
