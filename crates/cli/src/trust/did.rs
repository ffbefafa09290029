//! DID documents (W3C DID Core 1.0) as far as they carry keys: `verificationMethod` with `publicKeyJwk`.

use serde_json::Value;

use super::jwk::Jwk;

/// A DID document.
pub(super) struct Document<'a> {
    /// Whose.
    pub(super) id: &'a str,
    /// Its methods.
    pub(super) methods: Vec<Method<'a>>,
}

/// An entry of `verificationMethod`.
pub(super) enum Method<'a> {
    /// A key.
    Key(MethodKey<'a>),
    /// The name of another document.
    Reference(&'a str),
    /// Something else, with its name if it has one.
    Unknown(&'a str),
}

/// A key in a DID document.
pub(super) struct MethodKey<'a> {
    /// Its whole name: `did:web:…#fragment`, or `#fragment` for one of this document.
    pub(super) id: &'a str,
    /// The key.
    pub(super) jwk: Jwk<'a>,
    /// Who may change it.
    pub(super) controller: Option<&'a str>,
}

impl<'a> Document<'a> {
    /// The document in `value`.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn of(value: &'a Value) -> Result<Self, String> {
        let id = value.get("id").and_then(Value::as_str);
        let id = id.filter(|id| id.starts_with("did:"));
        let methods = value.get("verificationMethod").and_then(Value::as_array);
        let (Some(id), Some(methods)) = (id, methods) else {
            return Err(
                "this is no DID document: it has no `id` that begins with did: and no list `verificationMethod`"
                    .to_owned(),
            );
        };

        Ok(Self {
            id,
            methods: methods.iter().map(method).collect(),
        })
    }

    /// The names of the keys that vouch for what the document's owner says (`assertionMethod`).
    pub(super) fn assertion_methods(value: &'a Value) -> Vec<&'a str> {
        match value.get("assertionMethod") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
                Vec::new()
            }
        }
    }
}

fn method(value: &Value) -> Method<'_> {
    if let Some(reference) = value.as_str() {
        return Method::Reference(reference);
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let id = text("id").unwrap_or("an entry without a name");
    let jwk = value.get("publicKeyJwk").and_then(Jwk::of);
    match (text("type"), jwk) {
        (Some("JsonWebKey2020" | "JsonWebKey"), Some(jwk)) => Method::Key(MethodKey {
            id,
            jwk,
            controller: text("controller"),
        }),
        (Some(_) | None, _) => Method::Unknown(id),
    }
}

/// What follows the `#` of a name, with `%3D` and the like as the characters they stand for.
pub(super) fn fragment(id: &str) -> Option<String> {
    let (_, fragment) = id.split_once('#')?;
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = after
            .split_at_checked(2)
            .filter(|_| *first == b'%')
            .and_then(|(digits, after)| {
                let digits = std::str::from_utf8(digits).ok()?;
                Some((u8::from_str_radix(digits, 16).ok()?, after))
            });
        let (byte, after) = coded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }

    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fragment_is_read_with_its_percent_signs_undone() {
        assert_eq!(fragment("did:web:x#a%2Fb%3D").as_deref(), Some("a/b="));
        assert_eq!(fragment("did:web:x#a/b=").as_deref(), Some("a/b="));
        assert_eq!(fragment("did:web:x#50%").as_deref(), Some("50%"));
        assert_eq!(fragment("did:web:x#%zz").as_deref(), Some("%zz"));
        assert_eq!(fragment("did:web:x#"), None);
        assert_eq!(fragment("did:web:x"), None);
    }

    #[test]
    fn keys_references_and_the_rest_are_told_apart() {
        let value = json!({"id": "did:web:x", "verificationMethod": [
            {"id": "did:web:x#1", "type": "JsonWebKey2020", "publicKeyJwk": {"kty": "EC"}},
            "did:web:y",
            {"id": "did:web:x#2", "type": "Ed25519VerificationKey2018"},
            7,
        ]});
        let document = Document::of(&value).ok().unwrap();
        let words: Vec<String> = document
            .methods
            .iter()
            .map(|method| match method {
                Method::Key(key) => format!("key {}", key.id),
                Method::Reference(name) => format!("reference {name}"),
                Method::Unknown(name) => format!("unknown {name}"),
            })
            .collect();
        assert_eq!(
            words,
            [
                "key did:web:x#1",
                "reference did:web:y",
                "unknown did:web:x#2",
                "unknown an entry without a name"
            ]
        );
        assert!(Document::of(&json!({"id": "x", "verificationMethod": []})).is_err());
        assert!(Document::of(&json!([])).is_err());
    }
}
