//! The examples of the Token Status List.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::code::foreign::status_token::{
    StatusList, StatusReference, TokenError, decode_cwt, decode_jwt,
};
use domain::crypto::{KeyKind, VerifyingKey};
use domain::time::Timestamp;
use serde_json::Value;

use crate::vectors::lines;

fn text<'a>(vector: &'a Value, path: &str) -> &'a str {
    vector.pointer(path).and_then(Value::as_str).unwrap()
}

fn key(vector: &Value) -> VerifyingKey {
    let [x, y] = ["/key/jwk/x", "/key/jwk/y"]
        .map(|path| URL_SAFE_NO_PAD.decode(text(vector, path)).unwrap());

    VerifyingKey::new(KeyKind::P256, &[&[4][..], &x, &y].concat()).unwrap()
}

#[test]
fn all_public_lists_say_what_their_source_says_at_each_of_their_million_places() {
    let vectors = lines("statuslist");
    let lists = vectors.iter().filter(|vector| vector["json"].is_object());
    let mut count = 0;
    for vector in lists {
        let bits = vector["json"]["bits"].as_u64().unwrap();
        let packed = URL_SAFE_NO_PAD.decode(text(vector, "/json/lst")).unwrap();
        // The same bytes stand in the CBOR form, behind a head.
        let cbor = domain::hex::decode(text(vector, "/cbor_hex")).unwrap();
        assert!(cbor.ends_with(&packed));
        let list = StatusList::unpack(bits, &packed).unwrap();
        assert_eq!(list.entries(), vector["size"].as_u64().unwrap());
        for at in 0..list.entries() {
            let want = vector["entries"]
                .get(at.to_string())
                .and_then(Value::as_u64);
            let got = list.status(at).map(u64::from);
            assert_eq!(got, Some(want.unwrap_or(0)), "{} at {at}", vector["id"]);
        }
        assert_eq!(list.status(list.entries()), None);
        count += 1;
    }
    assert!(count == 4 || vectors.is_empty(), "{count}");
}

#[test]
fn all_public_tokens_verify_and_say_what_their_source_says() {
    let mut count = 0;
    let vectors = lines("statuslist");
    for vector in vectors.iter().filter(|vector| vector["raw"].is_string()) {
        let (raw, keys) = (text(vector, "/raw"), [key(vector)]);
        let uri = "https://example.com/statuslists/1";
        let id = text(vector, "/id").rsplit('/').next().unwrap();
        if id == "referenced_token_cwt" {
            let bytes = domain::hex::decode(raw).unwrap();
            let reference = StatusReference {
                index: 0,
                uri: uri.to_owned(),
            };
            assert_eq!(StatusReference::in_cwt(&bytes, &keys), Ok(reference));
            count += 1;
            continue;
        }
        let token = match id {
            "status_list_cwt" => decode_cwt(&domain::hex::decode(raw).unwrap()),
            _ => decode_jwt(raw),
        };
        let token = token.unwrap();
        assert_eq!(token.key_id(), text(vector, "/key/kid").as_bytes());
        let at = |now: i64| token.verify(&keys, uri, Timestamp(now));
        let read = at(1_686_920_170).unwrap();
        let told: Vec<u8> = (0..read.list.entries())
            .map_while(|place| read.list.status(place))
            .collect();
        assert_eq!(told, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        assert_eq!(read.expires, Some(Timestamp(2_291_720_170)));
        assert_eq!(read.stale_from, Some(Timestamp(1_686_920_170 + 43_200)));
        assert_eq!(at(2_291_720_170).err(), Some(TokenError::Expired));
        count += 1;
    }
    assert!(count == 3 || vectors.is_empty(), "{count}");
}
