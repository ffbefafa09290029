//! The only maker of a [`VerifiedCredential`]: our own paper. Codes that others issue have a maker of their own,
//! [`crate::code::foreign::verify`].

use crate::code::native::{Claims, SignedCode};
use crate::document::{Issuer, IssuerKind, Trust};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// Candidates for one key id (SECURITY.md §3 step 4).
const MAX_CANDIDATES: usize = 8;

/// A credential whose signature, signer and life were found right. What is merely looked up or typed is
/// another type, so that only this one can be admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCredential {
    claims: Claims,
    kind: IssuerKind,
}

impl VerifiedCredential {
    /// What it says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// A resident's sheet or a test centre's slip.
    #[must_use]
    pub fn kind(&self) -> IssuerKind {
        self.kind
    }
}

/// Checks signature, signer's time, kind, signer's name and claimed life of `code` (SECURITY.md §3
/// steps 4 and 5). Whether it has expired is the policy's to say, which may show what it says.
///
/// # Errors
/// [`Reason::UnknownIssuer`], [`Reason::Forged`], [`Reason::SignerNotValid`],
/// [`Reason::IssuerDiffers`], [`Reason::KindNotAllowed`], [`Reason::LifetimeTooLong`].
pub fn verify(
    trust: &Trust,
    code: &SignedCode,
    now: Timestamp,
) -> Result<VerifiedCredential, Reason> {
    let (issuer, claims) = signer(trust, code)?;
    if [now, claims.issued_at]
        .iter()
        .any(|at| *at < issuer.not_before || *at >= issuer.not_after)
    {
        return Err(Reason::SignerNotValid);
    }
    if claims.slip.is_some() != (issuer.kind == IssuerKind::Slip) {
        return Err(Reason::KindNotAllowed);
    }
    if claims.issuer != issuer.name {
        return Err(Reason::IssuerDiffers);
    }
    if claims.expires.since(claims.issued_at) > issuer.max_lifetime {
        return Err(Reason::LifetimeTooLong);
    }

    Ok(VerifiedCredential {
        claims: claims.clone(),
        kind: issuer.kind,
    })
}

/// The issuer whose key made the signature, of all that share the key id.
fn signer<'a>(trust: &'a Trust, code: &'a SignedCode) -> Result<(&'a Issuer, &'a Claims), Reason> {
    let mut reason = Reason::UnknownIssuer;
    for (issuer, key) in trust.native_issuers(code.kid()).take(MAX_CANDIDATES) {
        if let Some(claims) = code.verify(key) {
            return Ok((issuer, claims));
        }
        reason = Reason::Forged;
    }

    Err(reason)
}
