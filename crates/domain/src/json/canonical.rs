//! The JSON Canonicalization Scheme (RFC 8785).

use std::fmt::Write;

use serde_json::{Map, Number, Value};

/// The one spelling of `value`: members sorted by the UTF-16 code units of their names, numbers and strings as ECMAScript
/// writes them, no white space (RFC 8785 §3.2).
///
/// Every number is written as the double nearest to it, as ECMAScript has no other: an integer beyond 2^53 that no double
/// equals comes out rounded, which is what a signer by that RFC has signed (RFC 8785 §3.2.2.3 and appendix D).
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out);

    out
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&ecmascript(number)),
        Value::String(text) => write_string(text, out),
        Value::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(element, out);
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out),
    }
}

fn write_object(members: &Map<String, Value>, out: &mut String) {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_unstable_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (at, (name, member)) in sorted.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(name, out);
        out.push(':');
        write_value(member, out);
    }
    out.push('}');
}

/// RFC 8785 §3.2.2.2.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// `Number::toString` (ECMA-262 §6.1.6.1.20) of the double nearest to `number`.
fn ecmascript(number: &Number) -> String {
    // Every number that is held has a nearest double, and none is infinite.
    let double = number.as_f64().unwrap_or_default();
    if double == 0.0 {
        return "0".to_owned();
    }
    // The shortest digits that lead back to the double.
    let (digits, exponent) = scientific(&format!("{:e}", double.abs()));
    let digits = the_even_one(digits, exponent, double.abs());
    let sign = if double < 0.0 { "-" } else { "" };

    format!("{sign}{}", placed(&digits, exponent))
}

/// The digits of `d.ddde±x`, and x.
fn scientific(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));

    (
        mantissa.replace('.', ""),
        exponent.parse().unwrap_or_default(),
    )
}

/// Where the double lies in the very middle between two shortest spellings, that with the even last digit (the note to
/// ECMA-262 §6.1.6.1.20, which RFC 8785 §3.2.2.3 demands).
fn the_even_one(digits: String, exponent: i32, double: f64) -> String {
    let Ok(chosen) = digits.parse::<u64>() else {
        return digits;
    };
    let Some(other) = chosen
        .checked_mul(10)
        .filter(|_| chosen % 2 == 1)
        .and_then(|tenfold| {
            let further = one_digit_further(double, digits.len())?;
            match further.checked_add(5)?.checked_sub(tenfold)? {
                0 => chosen.checked_sub(1),
                10 => chosen.checked_add(1),
                _ => None,
            }
        })
    else {
        return digits;
    };
    let fraction = i64::try_from(digits.len().saturating_sub(1)).unwrap_or_default();
    let spelled = format!("{other}e{}", i64::from(exponent).saturating_sub(fraction));
    if spelled.parse() == Ok(double) {
        other.to_string()
    } else {
        digits
    }
}

/// The double's digits to one more than `count`, if nothing but zeros follows them.
fn one_digit_further(double: f64, count: usize) -> Option<u64> {
    let near = scientific(&format!("{double:.count$e}")).0;
    if !near.ends_with('5') {
        return None;
    }
    let exact = scientific(&format!("{double:.MOST_DIGITS$e}")).0;
    let zeros = exact.strip_prefix(&near)?;

    zeros.bytes().all(|digit| digit == b'0').then_some(())?;
    near.parse().ok()
}

/// No double has more significant digits.
const MOST_DIGITS: usize = 767;

/// `digits`, of which the first stands for `10^exponent`, with point, zeros or exponent where ECMAScript has them.
fn placed(digits: &str, exponent: i32) -> String {
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let whole = exponent.saturating_add(1);
    let split = |at: i32| {
        let at = usize::try_from(at).unwrap_or_default();
        digits.split_at_checked(at).unwrap_or((digits, ""))
    };
    match whole {
        1..=21 if count <= whole => format!("{digits}{}", zeros(whole.saturating_sub(count))),
        1..=21 => {
            let (whole, fraction) = split(whole);
            format!("{whole}.{fraction}")
        }
        -5..=0 => format!("0.{}{digits}", zeros(whole.saturating_neg())),
        _ => {
            let (first, rest) = split(1);
            let point = if rest.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{first}{point}{rest}e{sign}{}", exponent.unsigned_abs())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Limits, decode};
    use super::*;

    fn canonical_of(text: &str) -> String {
        canonical(&decode(text.as_bytes(), Limits::CODE).unwrap())
    }

    #[test]
    fn doubles_are_written_as_in_rfc_8785_appendix_b() {
        for (bits, written) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            // In the middle: the even one, once below and once above.
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
            (0x4314_3ff3_c1cb_095b, "1424953923781206.8"),
        ] {
            let number = Value::from(f64::from_bits(bits));
            assert_eq!(canonical(&number), written, "{bits:016x}");
        }
    }

    #[test]
    fn integers_beyond_2_to_the_53rd_come_out_as_the_double_that_ecmascript_reads() {
        for (text, written) in [
            ("9007199254740991", "9007199254740991"),
            ("9007199254740993", "9007199254740992"),
            ("18446744073709551615", "18446744073709552000"),
            ("-9223372036854775807", "-9223372036854776000"),
            ("100000000000000000000000", "1e+23"),
            ("1.0", "1"),
            ("1E2", "100"),
            ("-0", "0"),
        ] {
            assert_eq!(canonical_of(text), written, "{text}");
        }
    }

    #[test]
    fn names_are_sorted_by_their_utf_16_units_as_in_rfc_8785_section_3_2_3() {
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let values: Vec<String> = canonical_of(text)
            .split('"')
            .skip(3)
            .step_by(4)
            .map(str::to_owned)
            .collect();
        assert_eq!(
            values,
            [
                "Carriage Return",
                "One",
                "Control",
                "Latin Small Letter O With Diaeresis",
                "Euro Sign",
                "Emoji: Grinning Face",
                "Hebrew Letter Dalet With Dagesh",
            ]
        );
    }

    #[test]
    fn numbers_strings_and_literals_come_out_as_in_rfc_8785_section_3_2_2() {
        let text = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let written = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(canonical_of(text), written);
    }

    #[test]
    fn every_control_character_has_its_one_escape_and_no_other_character_has_any() {
        assert_eq!(
            canonical(&Value::from(
                "\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}/é\u{2028}"
            )),
            "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u{7f}/é\u{2028}\""
        );
    }

    #[test]
    fn the_canonical_form_does_not_depend_on_order_or_white_space_and_stays_itself() {
        let once = canonical_of("{ \"b\" : [ ] ,\n\"a\" : { \"d\" : { } , \"c\" : 1.50 } }");
        assert_eq!(once, r#"{"a":{"c":1.5,"d":{}},"b":[]}"#);
        assert_eq!(canonical_of(&once), once);
    }

    proptest! {
        #[test]
        fn a_double_reads_the_same_from_what_is_written_of_it(bits in any::<u64>()) {
            let double = f64::from_bits(bits);
            prop_assume!(double.is_finite());
            let written = canonical(&Value::from(double));
            prop_assert_eq!(written.parse::<f64>(), Ok(double));
        }
    }
}
