//! COSE objects put together by hand, as whoever forges one would.

use domain::cbor::{self, Value};
use domain::crypto::{Kid, SigningKey, label};

use crate::spec;

/// A tagged object with an empty unprotected bucket, taken apart.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) tag: u64,
    pub(crate) protected: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) last: Value,
}

impl Parts {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let Value::Tag(tag, inner) = cbor::decode(bytes, cbor::MAX_ITEMS).unwrap() else {
            panic!("the object is tagged");
        };
        let [protected, _, payload, last] = inner.as_items().unwrap() else {
            panic!("the object has four members");
        };

        Self {
            tag,
            protected: protected.as_bytes().unwrap().to_vec(),
            payload: payload.as_bytes().unwrap().to_vec(),
            last: last.clone(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        cbor::encode(&Value::Tag(
            self.tag,
            Box::new(Value::Array(vec![
                Value::bytes(&self.protected),
                Value::Map(Vec::new()),
                Value::bytes(&self.payload),
                self.last.clone(),
            ])),
        ))
    }

    pub(crate) fn payload(&self) -> Value {
        cbor::decode(&self.payload, cbor::MAX_ITEMS).unwrap()
    }

    pub(crate) fn with_payload(&self, payload: &Value) -> Self {
        Self {
            payload: cbor::encode(payload),
            ..self.clone()
        }
    }

    /// A `COSE_Sign1` signed anew, over `aad` and its own buckets as they stand.
    pub(crate) fn signed(mut self, aad: &[u8], key: &SigningKey) -> Vec<u8> {
        let message = spec::list(vec![
            Value::text("Signature1"),
            Value::bytes(&self.protected),
            Value::bytes(aad),
            Value::bytes(&self.payload),
        ]);
        self.last = Value::bytes(key.sign(&message));
        self.bytes()
    }
}

/// A `COSE_Sign1` that says it is a `typ` and is signed as if it were a `signed_as`.
pub(crate) fn mislabelled(typ: &str, signed_as: &str, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let protected = cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(-8)),
        (Value::int(4), Value::bytes(key.public().kid().0)),
        (Value::int(16), Value::text(typ)),
    ]));
    Parts {
        tag: 18,
        protected,
        payload: payload.to_vec(),
        last: Value::Null,
    }
    .signed(&label(signed_as), key)
}

/// A `COSE_Sign` that says it is a `typ`, signed by each of `keys` as if it were a `signed_as`.
pub(crate) fn mislabelled_by_many(
    typ: &str,
    signed_as: &str,
    payload: &[u8],
    keys: &[&SigningKey],
) -> Vec<u8> {
    let protected = cbor::encode(&Value::Map(vec![(Value::int(16), Value::text(typ))]));
    let signatures = keys.iter().map(|key| {
        let signer = signer_bucket(key.public().kid());
        let message = spec::list(vec![
            Value::text("Signature"),
            Value::bytes(&protected),
            Value::bytes(&signer),
            Value::bytes(label(signed_as)),
            Value::bytes(payload),
        ]);

        Value::Array(vec![
            Value::bytes(signer),
            Value::Map(Vec::new()),
            Value::bytes(key.sign(&message)),
        ])
    });
    let last = Value::Array(signatures.collect());

    Parts {
        tag: 98,
        protected,
        payload: payload.to_vec(),
        last,
    }
    .bytes()
}

/// {1: -8, 4: kid}, in which the kid may have any length.
pub(crate) fn code_bucket(kid: &[u8]) -> Vec<u8> {
    cbor::encode(&Value::Map(vec![
        (Value::int(1), Value::int(-8)),
        (Value::int(4), Value::bytes(kid)),
    ]))
}

fn signer_bucket(kid: Kid) -> Vec<u8> {
    code_bucket(&kid.0)
}
