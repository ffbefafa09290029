//! Vectors of the IETF Token Status List: a list with what stands at its places, or a signed token with the key that made it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::code::foreign::status_token::{
    StatusList, StatusReference, TokenError, decode_cwt, decode_jwt,
};
use domain::crypto::{KeyKind, VerifyingKey};
use domain::hex;
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// A line of either kind.
pub(super) enum StatusVector {
    List(ListVector),
    Token(TokenVector),
}

/// A list in its JSON form and in its CBOR form, and the values at its places.
#[derive(Deserialize)]
pub(super) struct ListVector {
    json: Packed,
    cbor_hex: String,
    size: u64,
    entries: BTreeMap<u64, u8>,
    others: u8,
}

#[derive(Deserialize)]
struct Packed {
    bits: u64,
    lst: String,
}

/// A token as it travels: hex of a CWT, or a JWT.
#[derive(Deserialize)]
pub(super) struct TokenVector {
    raw: String,
    key: TokenKey,
    reference: TokenReference,
}

#[derive(Deserialize)]
struct TokenKey {
    jwk: Jwk,
}

#[derive(Deserialize)]
struct Jwk {
    x: String,
    y: String,
}

/// What a reference verifier saw in it.
#[derive(Deserialize)]
struct TokenReference {
    #[serde(alias = "payload")]
    claims: Value,
    signature: bool,
}

impl StatusVector {
    /// The vector of a line, where the line is one.
    ///
    /// # Errors
    /// It begins as one and is not built as one.
    pub(super) fn of(line: &str) -> Result<Option<Self>, String> {
        let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let read = if value.get("entries").is_some() {
            serde_json::from_str(line).map(Self::List)
        } else if value.get("raw").is_some() {
            serde_json::from_str(line).map(Self::Token)
        } else {
            return Ok(None);
        };

        read.map(Some).map_err(|error| error.to_string())
    }

    /// What is not as the line says.
    ///
    /// # Errors
    /// What is wrong with the vector itself.
    pub(super) fn differences(&self) -> Result<Vec<String>, String> {
        match self {
            Self::List(list) => list.differences(),
            Self::Token(token) => token.differences(),
        }
    }
}

impl ListVector {
    fn differences(&self) -> Result<Vec<String>, String> {
        let packed = unbased(&self.json.lst)?;
        let cbor = hex::decode(&self.cbor_hex).ok_or("`cbor_hex` is no hex")?;
        let Ok(list) = StatusList::unpack(self.json.bits, &packed) else {
            return Ok(vec!["decode: got false / want true".to_owned()]);
        };
        let same = cbor.ends_with(&packed);
        let forms = (!same).then(|| "cbor: got another list / want that of json".to_owned());
        // The last byte may have places to spare.
        let places_a_byte = 8 / self.json.bits.max(1);
        let whole = self.size.next_multiple_of(places_a_byte.max(1));
        let size = (list.entries() != whole)
            .then(|| format!("size: got {} / want {}", list.entries(), self.size));
        let places = (0..self.size.min(list.entries())).filter_map(|at| {
            let want = self.entries.get(&at).copied().unwrap_or(self.others);
            let got = list.status(at)?;
            (got != want).then(|| format!("{at}: got {got} / want {want}"))
        });

        Ok(forms
            .into_iter()
            .chain(size)
            .chain(places.take(MOST))
            .collect())
    }
}

/// Places that are told where a list differs.
const MOST: usize = 8;

impl TokenVector {
    fn differences(&self) -> Result<Vec<String>, String> {
        let key = [unbased(&self.key.jwk.x)?, unbased(&self.key.jwk.y)?].concat();
        let key = VerifyingKey::new(KeyKind::P256, &[&[4], key.as_slice()].concat())
            .map_err(|error| error.to_string())?;
        let signed = self.is_signed(key);

        Ok(match signed {
            Ok(()) if self.reference.signature => Vec::new(),
            Err(TokenError::BadSignature) if !self.reference.signature => Vec::new(),
            Ok(()) => vec!["signature: got true / want false".to_owned()],
            Err(error) => vec![format!(
                "signature: got {error} / want {}",
                self.reference.signature
            )],
        })
    }

    /// Whether the key made the token, which is of the list, the time and the place that the reference saw.
    fn is_signed(&self, key: VerifyingKey) -> Result<(), TokenError> {
        let claim = |name: &str, number: &str| {
            let claims = &self.reference.claims;
            claims.get(name).or_else(|| claims.get(number))
        };
        let subject = claim("sub", "2").and_then(Value::as_str);
        let issued_at = claim("iat", "6").and_then(Value::as_i64);
        let bytes = hex::decode(&self.raw);
        if let Some(status) = claim("status", "65535") {
            let seen = match &bytes {
                Some(bytes) => StatusReference::in_cwt(bytes, &[key]),
                None => StatusReference::in_jwt(&self.raw, &[key]),
            }?;
            let list = &status["status_list"];
            let same = list["idx"] == seen.index && list["uri"] == seen.uri.as_str();
            return if same {
                Ok(())
            } else {
                Err(TokenError::OtherList)
            };
        }
        let token = match bytes {
            Some(bytes) => decode_cwt(&bytes),
            None => decode_jwt(&self.raw),
        }?;
        let at = Timestamp(issued_at.unwrap_or_default());

        token
            .verify(&[key], subject.unwrap_or_default(), at)
            .map(|_| ())
    }
}

fn unbased(text: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"ES256"}` and `{"sub":"x","status":{"status_list":{"idx":3,"uri":"https://s.example/1"}}}`, signed by a key that
    /// was thrown away.
    const JWT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4Iiwic3RhdHVzIjp7InN0YXR1c19saXN0Ijp7ImlkeCI6MywidXJpIjoiaHR0cHM6Ly9zLmV4YW1wbGUvMSJ9fX0.\
        bm7_3iuTg_rASsf3SmjcdDna1aik-vzWdw9sbm4vutGyAorwzCHXrp4wVODFNa0pELD_NB_19GCW7PkgPvthgA";
    const X: &str = "eGatpVRhCB-qFn2YpTg-z6rhJ81hyttq40MGNcPiiuU";
    const Y: &str = "YhtXmQ6y7yINGV7oyP_9G0HIqLwHF2MHTDDI_HjkvSE";

    /// 1 bit a place: 0 1 1 0 0 1 0 0, 1 0 0 0 0 0 1 0.
    fn line(change: impl FnOnce(&mut Value)) -> String {
        let mut line = serde_json::json!({
            "json": {"bits": 1, "lst": "eNpTcwQAAI8AaA"},
            "cbor_hex": "a2646269747301636c73744a78da53730400008f0068",
            "size": 16,
            "entries": {"1": 1, "2": 1, "5": 1, "8": 1, "14": 1},
            "others": 0,
        });
        change(&mut line);
        line.to_string()
    }

    fn differences(line: &str) -> Vec<String> {
        StatusVector::of(line)
            .unwrap()
            .unwrap()
            .differences()
            .unwrap()
    }

    #[test]
    fn a_list_agrees_at_every_place_or_the_places_are_told() {
        assert_eq!(differences(&line(|_| {})), [""; 0]);
        let wrong = line(|line| line["entries"]["0"] = 1.into());
        assert_eq!(differences(&wrong), ["0: got 0 / want 1"]);
        let longer = line(|line| line["size"] = 17.into());
        assert_eq!(differences(&longer), ["size: got 16 / want 17"]);
        let other = line(|line| line["cbor_hex"] = "a0".into());
        assert_eq!(
            differences(&other),
            ["cbor: got another list / want that of json"]
        );
        let broken = line(|line| line["json"]["lst"] = "eNrb".into());
        assert_eq!(differences(&broken), ["decode: got false / want true"]);
    }

    #[test]
    fn a_jwt_that_refers_to_a_list_agrees_by_its_signature_and_its_place() {
        let claims = serde_json::json!({"sub": "x", "status": {"status_list": {"idx": 3, "uri": "https://s.example/1"}}});
        let line = |seen: &Value, signature: bool| {
            serde_json::json!({"raw": JWT, "key": {"jwk": {"x": X, "y": Y}},
                "reference": {"payload": seen, "signature": signature}})
            .to_string()
        };
        assert_eq!(differences(&line(&claims, true)), [""; 0]);
        let unsigned = differences(&line(&claims, false));
        assert_eq!(unsigned, ["signature: got true / want false"]);
        let mut elsewhere = claims;
        elsewhere["status"]["status_list"]["idx"] = 4.into();
        assert_eq!(
            differences(&line(&elsewhere, true)),
            ["signature: got the status token is of another list / want true"]
        );
    }

    #[test]
    fn a_line_about_no_list_is_none_and_half_of_one_is_told() {
        assert!(StatusVector::of(r#"{"id": "x"}"#).unwrap().is_none());
        assert!(StatusVector::of(r#"{"entries": {}}"#).is_err());
    }
}
