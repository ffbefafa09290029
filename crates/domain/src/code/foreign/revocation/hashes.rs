//! The EU's hash lists (Commission Implementing Decision (EU) 2022/483, annex).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{ListError, end, read_object, take_list, take_text};
use crate::code::foreign::{SignedForeign, SignerNames};
use crate::crypto::{Algorithm, sha256};
use crate::ids::first_16;

/// A batch has at most this many entries, by the Decision.
const MAX_ENTRIES: usize = 1_000;
/// What stands for the key id where the revoking country does not know it.
const UNKNOWN_KID: &str = "UNKNOWN_KID";

/// The first 128 bits of a SHA-256.
type Hash = [u8; 16];

/// What a hash is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum HashKind {
    /// The signature: of ECDSA r alone, as anybody can turn s about.
    Signature,
    /// The certificate's identifier.
    Uci,
    /// The issuing country's code and the certificate's identifier.
    CountryUci,
}

/// Whose certificates a list is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Signer {
    /// Those signed by the key with this id.
    Key(Vec<u8>),
    /// All of a country, as the key is not known.
    Country(String),
}

/// One batch as the gateway publishes it: `{country, expires, kid, hashType, entries: [{hash}]}`.
///
/// `expires` is when the batch may be dropped to save room. It does not un-revoke anything, so it is not looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashList {
    signer: Signer,
    kind: HashKind,
    hashes: BTreeSet<Hash>,
}

impl HashList {
    /// Reads a batch's JSON.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ListError> {
        let mut batch = read_object(bytes)?;
        let country = take_text(&mut batch, "country")?;
        take_text(&mut batch, "expires")?;
        let kid = take_text(&mut batch, "kid")?;
        let hashed = match take_text(&mut batch, "hashType")?.as_str() {
            "SIGNATURE" => HashKind::Signature,
            "UCI" => HashKind::Uci,
            "COUNTRYCODEUCI" => HashKind::CountryUci,
            _ => return Err(ListError::Malformed),
        };
        let entries = take_list(&mut batch, "entries")?;
        end(&batch)?;
        if entries.len() > MAX_ENTRIES {
            return Err(ListError::TooLarge);
        }
        let signer = match kid.as_str() {
            "" => return Err(ListError::Malformed),
            UNKNOWN_KID => Signer::Country(country.to_uppercase()),
            kid => Signer::Key(STANDARD.decode(kid).map_err(|_| ListError::Malformed)?),
        };

        Ok(Self {
            signer,
            kind: hashed,
            hashes: entries.iter().map(hash).collect::<Result<_, _>>()?,
        })
    }
}

/// The hash of an entry.
fn hash(entry: &Value) -> Result<Hash, ListError> {
    let hash = entry.get("hash").and_then(Value::as_str);
    let hash = hash.and_then(|text| STANDARD.decode(text).ok());

    hash.and_then(|bytes| bytes.try_into().ok())
        .ok_or(ListError::Malformed)
}

/// All hash lists in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HashLists(BTreeMap<(Signer, HashKind), BTreeSet<Hash>>);

impl HashLists {
    /// Adds a batch.
    pub fn add(&mut self, list: HashList) {
        self.0
            .entry((list.signer, list.kind))
            .or_default()
            .extend(list.hashes);
    }

    /// Whether a list has the signature of `code`, or an identifier (`ci`) of a certificate in it. `signer` is what its signer
    /// is called beside what the code says.
    #[must_use]
    pub fn revokes(&self, code: &SignedForeign, signer: &SignerNames<'_>) -> bool {
        let certificates = texts(&code.payload, "ci");
        let countries = countries(code, signer);
        let ids = signer.ids.iter().map(|id| Signer::Key(id.to_vec()));
        let mut signers = std::iter::once(Signer::Key(code.key_id.clone()))
            .chain(ids)
            .chain(countries.iter().cloned().map(Signer::Country));

        signers.any(|signer| {
            let has = |kind, parts: &[&[u8]]| {
                let hashes = self.0.get(&(signer.clone(), kind));
                hashes.is_some_and(|hashes| hashes.contains(&first_16(sha256(parts))))
            };
            has(HashKind::Signature, &[hashed_signature(code)])
                || certificates.iter().any(|uci| {
                    has(HashKind::Uci, &[uci.as_bytes()])
                        || countries.iter().any(|country| {
                            has(HashKind::CountryUci, &[country.as_bytes(), uci.as_bytes()])
                        })
                })
        })
    }
}

/// The countries that a list may call the issuer's: a code need not say its own (`iss` may be left out), and some write it
/// small, so that both spellings count.
fn countries(code: &SignedForeign, signer: &SignerNames<'_>) -> BTreeSet<String> {
    texts(&code.payload, "co")
        .into_iter()
        .chain(code.issuer.as_deref())
        .chain(signer.country)
        .flat_map(|country| [country.to_owned(), country.to_uppercase()])
        .collect()
}

/// What stands under `name` in the vaccinations, tests and recoveries of an EU certificate.
fn texts<'a>(payload: &'a Value, name: &str) -> Vec<&'a str> {
    let certificate = payload.get("dcc");
    let lists = ["v", "t", "r"]
        .into_iter()
        .filter_map(|list| certificate?.get(list)?.as_array());

    lists
        .flatten()
        .filter_map(|proof| proof.get(name)?.as_str())
        .collect()
}

/// r of an ECDSA signature, any other as it is.
fn hashed_signature(code: &SignedForeign) -> &[u8] {
    let signature = code.signature.as_slice();
    match code.algorithm {
        Algorithm::Es256 | Algorithm::Es384 => {
            signature.get(..signature.len() / 2).unwrap_or(signature)
        }
        Algorithm::Ps256 | Algorithm::EdDsa => signature,
    }
}
