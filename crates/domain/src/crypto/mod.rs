//! The only door to ring, hpke and argon2. Everything here is a plain function of its arguments.

mod aead;
mod content;
mod der;
mod digest;
mod fresh;
mod label;
mod passphrase;
mod seal;
mod sign;
mod verifying;

pub use aead::{Aead256, CannotOpen, NONCE_BYTES, TAG_BYTES};
pub use content::{ContentCipher, ContentKey};
pub use digest::{derive_key, equal, hmac, sha256};
pub use fresh::{Fresh, Secret};
pub use label::label;
pub use passphrase::{Hardness, key_from_passphrase};
pub use seal::{ENCAPPED_BYTES, OpeningKey, SealingKey, seal};
pub use sign::{BadSignature, Kid, PublicKey, SigningKey, WeakKey};
pub use verifying::{Algorithm, KeyError, KeyKind, VerifyingKey};
