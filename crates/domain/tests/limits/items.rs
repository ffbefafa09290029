//! Depth and number of CBOR items.

use domain::cbor::{CborError, MAX_DEPTH, MAX_ITEMS, Value, decode, encode};

/// Sixteen items within one another, and one more.
#[test]
fn items_nest_sixteen_deep_whether_lists_maps_or_tags() {
    assert_eq!(MAX_DEPTH, 16);
    let wraps: [fn(Value) -> Value; 4] = [
        |inner| Value::Array(vec![inner]),
        |inner| Value::Map(vec![(Value::from(0_u8), inner)]),
        |inner| Value::Map(vec![(inner, Value::Null)]),
        |inner| Value::Tag(18, Box::new(inner)),
    ];
    for wrap in wraps {
        let nested = |levels: usize| (1..levels).fold(Value::Null, |inner, _| wrap(inner));
        assert_eq!(decode(&encode(&nested(16)), MAX_ITEMS), Ok(nested(16)));
        assert_eq!(
            decode(&encode(&nested(17)), MAX_ITEMS),
            Err(CborError::TooLarge)
        );
    }
    // However deep, no stack is used up.
    for head in [0x81, 0xa1, 0xd2] {
        assert_eq!(
            decode(&vec![head; 100_000], MAX_ITEMS),
            Err(CborError::TooLarge)
        );
    }
}

#[test]
fn a_code_holds_4096_items_and_none_more() {
    assert_eq!(MAX_ITEMS, 4_096);
    let list = |items: usize| Value::Array(vec![Value::Null; items - 1]);
    assert_eq!(decode(&encode(&list(4_096)), MAX_ITEMS), Ok(list(4_096)));
    assert_eq!(
        decode(&encode(&list(4_097)), MAX_ITEMS),
        Err(CborError::TooLarge)
    );

    // Key and value are an item each.
    let map = |pairs: u64| {
        let entries = (0..pairs).map(|n| (Value::from(n), Value::Null));
        Value::Map(entries.collect())
    };
    assert_eq!(decode(&encode(&map(2_047)), MAX_ITEMS), Ok(map(2_047)));
    assert_eq!(
        decode(&encode(&map(2_048)), MAX_ITEMS),
        Err(CborError::TooLarge)
    );
}

#[test]
fn a_length_beyond_the_data_is_refused_before_anything_is_kept_for_it() {
    for major in [0x40, 0x60, 0x80, 0xa0] {
        for length in [
            &[0x1a, 0xff, 0xff, 0xff, 0xff][..],
            &[0x1b; 1],
            &[0x19, 0x10, 0x00],
        ] {
            let mut bytes = length.to_vec();
            bytes[0] |= major;
            if bytes[0] & 0x1f == 0x1b {
                bytes.extend_from_slice(&[0xff; 8]);
            }
            let refused = decode(&bytes, MAX_ITEMS);
            assert_eq!(refused, Err(CborError::Truncated), "{bytes:02x?}");
        }
    }
}
