//! Codes and lists that others sign.

use std::slice;
use std::sync::LazyLock;

use domain::code::MAX_TEXT;
use domain::code::foreign::status_token::{SignedStatusToken, TokenError, decode_cwt, decode_jwt};
use domain::code::foreign::{SignedForeign, pretix as ticket, shc as card, vds_nc as seal};
use domain::json::{Limits, canonical, decode};
use domain::time::Timestamp;
use serde_json::Value;

use super::edits::{How, exchanged_json, spoilt};
use super::foreign::shown;
use super::signed::{
    self, CERTIFICATE, ED25519, P256, SHC_PAYLOAD, TICKET, TOKEN_CLAIMS, TOKEN_LIST, VDS_DATA,
    is_ours,
};

/// JSON, and its one spelling.
pub fn json(data: &[u8]) -> bool {
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    let text = match how {
        How::Raw => rest.to_vec(),
        How::Spoilt | How::Inside => spoilt(SHC_PAYLOAD.as_bytes(), rest),
        How::Values => exchanged_json(SHC_PAYLOAD, rest).into_bytes(),
    };
    let Ok(value) = decode(&text, Limits::CODE) else {
        return false;
    };

    let once = canonical(&value);
    // Numbers may be written longer than they were read, so the limits do not hold for what is written.
    let again: Value = serde_json::from_str(&once).expect("the canonical form is JSON");
    assert_eq!(canonical(&again), once);
    assert!(!once.contains('\n'));
    true
}

/// A SMART Health Card in one code.
pub fn shc(data: &[u8]) -> bool {
    static GOOD: LazyLock<String> =
        LazyLock::new(|| signed::shc(&signed::deflated(SHC_PAYLOAD.as_bytes())));
    let close = |payload: &[u8]| signed::shc(&signed::deflated(payload));
    let Some((text, signed)) = text(data, &GOOD, SHC_PAYLOAD.as_bytes(), close) else {
        return false;
    };

    taken(&text, signed, card::decode, |code| {
        assert!(code.issuer.is_some() && code.not_before.is_some());
        is_ours(code, b"test", &P256)
    })
}

/// A seal of ICAO.
pub fn vds_nc(data: &[u8]) -> bool {
    static GOOD: LazyLock<String> = LazyLock::new(|| signed::vds_nc(VDS_DATA));
    let close = |data: &[u8]| signed::vds_nc(&String::from_utf8_lossy(data));
    let Some((text, signed)) = text(data, &GOOD, VDS_DATA.as_bytes(), close) else {
        return false;
    };

    taken(&text, signed, seal::decode, |code| {
        assert_eq!(canonical(&code.payload).as_bytes(), code.signed);
        is_ours(code, &seal::key_id(CERTIFICATE), &P256)
    })
}

/// A ticket of pretix.
pub fn pretix(data: &[u8]) -> bool {
    static GOOD: LazyLock<String> = LazyLock::new(|| signed::pretix(TICKET));
    let Some((text, signed)) = text(data, &GOOD, TICKET, signed::pretix) else {
        return false;
    };

    taken(&text, signed, ticket::decode, |code| {
        assert_eq!(ticket::secret(code).as_ref(), Some(&text));
        is_ours(code, b"", &ED25519)
    })
}

/// A status token, as JWT or, where the first byte's third bit is set, as CWT.
pub fn status_token(data: &[u8]) -> bool {
    static JWT: LazyLock<Vec<u8>> =
        LazyLock::new(|| signed::jwt(TOKEN_CLAIMS.as_bytes()).into_bytes());
    static CWT: LazyLock<Vec<u8>> = LazyLock::new(|| signed::cwt(&signed::cwt_claims()));
    let Some((how, rest)) = How::of(data) else {
        return false;
    };
    if data.first().is_some_and(|byte| byte & 4 != 0) {
        let (bytes, signed) = how.signed(rest, &CWT, &signed::cwt_claims(), signed::cwt);
        return is_taken(decode_cwt(&bytes), signed);
    }
    let (bytes, signed) = match how {
        How::Values => {
            let claims = exchanged_json(TOKEN_CLAIMS, rest);
            (signed::jwt(claims.as_bytes()).into_bytes(), true)
        }
        How::Raw | How::Spoilt | How::Inside => {
            how.signed(rest, &JWT, TOKEN_CLAIMS.as_bytes(), |claims| {
                signed::jwt(claims).into_bytes()
            })
        }
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return false;
    };

    is_taken(decode_jwt(&text), signed)
}

fn is_taken(token: Result<SignedStatusToken, TokenError>, signed: bool) -> bool {
    let now = Timestamp(1_795_600_000);
    let token =
        token.and_then(|token| token.verify(slice::from_ref(&*ED25519), signed::TOKEN_URI, now));
    let Ok(token) = token else {
        return false;
    };
    let list = &token.list;
    let told: Vec<Option<u8>> = (0..8).map(|at| list.status(at)).collect();

    assert!(signed || told == TOKEN_LIST.map(Some), "nobody signed it");
    assert!(token.expires.is_none_or(|expires| expires > now));
    assert_eq!(list.status(list.entries()), None);
    assert!(list.entries() == 0 || list.status(list.entries() - 1).is_some());
    true
}

/// The text that a fuzzer's bytes stand for, and whether the right key stands behind it.
fn text(
    data: &[u8],
    good: &str,
    inside: &[u8],
    close: impl Fn(&[u8]) -> String,
) -> Option<(String, bool)> {
    let (how, rest) = How::of(data)?;
    let exchanged = || match std::str::from_utf8(inside) {
        Ok(json) => exchanged_json(json, rest).into_bytes(),
        Err(_) => spoilt(inside, rest),
    };
    match how {
        How::Raw => Some((String::from_utf8(rest.to_vec()).ok()?, false)),
        How::Spoilt => Some((
            String::from_utf8(spoilt(good.as_bytes(), rest)).ok()?,
            false,
        )),
        How::Inside => Some((close(&spoilt(inside, rest)), true)),
        How::Values => Some((close(&exchanged()), true)),
    }
}

/// Whether a code without a flaw was read and is ours. One that nobody signed again says what the good one says.
fn taken(
    text: &str,
    signed: bool,
    decode: impl Fn(&str) -> Result<SignedForeign, domain::verdict::Reason>,
    is_ours: impl Fn(&SignedForeign) -> bool,
) -> bool {
    let Ok(code) = decode(text) else {
        return false;
    };
    assert!(text.trim().len() <= MAX_TEXT.max(domain::code::foreign::shc::MAX_TEXT));
    shown(&code);
    if code.flaw.is_some() || !is_ours(&code) {
        return false;
    }

    assert!(signed || is_unchanged(&code), "nobody signed {text}");
    true
}

/// Whether this is what the good code of its format says.
fn is_unchanged(code: &SignedForeign) -> bool {
    let seed = code.payload.get("seed").and_then(Value::as_str);
    let good = |text| serde_json::from_str(text).is_ok_and(|good: Value| good == code.payload);

    good(SHC_PAYLOAD) || good(VDS_DATA) || seed == Some("erikamuster")
}
