//! Who vouches for a foreign code, and when it counts (SECURITY.md §3 steps 3 to 5): the only place where a
//! [`VerifiedForeign`] is made.

use std::fmt;

use super::{ForeignKey, Format, KeyRing, MAX_CANDIDATES, SignedForeign};
use crate::time::Timestamp;
use crate::verdict::Reason;

/// How far an issuer's clock may run ahead of ours, in seconds.
const LEEWAY: i64 = 600;

/// A foreign code that a trusted signer vouches for and whose time is now. Nobody but [`verify`] makes one; its `Debug` tells
/// nothing of the holder.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedForeign {
    code: SignedForeign,
    signer: ForeignKey,
}

impl VerifiedForeign {
    /// What was verified.
    #[must_use]
    pub fn code(&self) -> &SignedForeign {
        &self.code
    }

    /// Who vouches for it: names to show come from here, never from the code.
    #[must_use]
    pub fn signer(&self) -> &ForeignKey {
        &self.signer
    }
}

impl fmt::Debug for VerifiedForeign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedForeign")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Checks structure, signature, signer's time, kind and name, and the code's own time, in this order.
///
/// # Errors
/// [`Reason::Malformed`] (a flaw that reading left to be told here), [`Reason::Forged`], [`Reason::UnknownIssuer`],
/// [`Reason::Unsupported`], [`Reason::SignerNotValid`], [`Reason::KindNotAllowed`], [`Reason::IssuerDiffers`],
/// [`Reason::LifetimeTooLong`], [`Reason::NotYetValid`], [`Reason::Expired`].
pub fn verify(
    keys: &KeyRing,
    code: &SignedForeign,
    now: Timestamp,
) -> Result<VerifiedForeign, Reason> {
    if let Some(flaw) = code.flaw {
        return Err(flaw);
    }
    let signer = signer(&signers(keys, code)?, code, now)?;
    in_time(code, now)?;

    Ok(VerifiedForeign {
        code: code.clone(),
        signer: signer.clone(),
    })
}

/// Every candidate whose key made the signature: at least one.
///
/// # Errors
/// [`Reason::Forged`] without a signature or where no candidate made it; [`Reason::UnknownIssuer`] without a candidate;
/// [`Reason::Unsupported`] where one of those left is of a kind that this release cannot check, or there are more of them than
/// are tried.
pub fn signers<'a>(keys: &'a KeyRing, code: &SignedForeign) -> Result<Vec<&'a ForeignKey>, Reason> {
    if code.signature.is_empty() {
        return Err(Reason::Forged);
    }
    let issuer = code.issuer.as_deref();
    let mut rest = keys.candidates_of(code.format, &code.key_id, issuer);
    let candidates: Vec<_> = rest.by_ref().take(MAX_CANDIDATES).collect();
    if candidates.is_empty() {
        return Err(Reason::UnknownIssuer);
    }
    let signers: Vec<_> = candidates
        .iter()
        .copied()
        .filter(|candidate| made(candidate, code))
        .collect();
    if !signers.is_empty() {
        return Ok(signers);
    }

    Err(
        if rest.next().is_some() || candidates.iter().any(|candidate| candidate.key.is_none()) {
            Reason::Unsupported
        } else {
            Reason::Forged
        },
    )
}

fn made(candidate: &ForeignKey, code: &SignedForeign) -> bool {
    candidate.key.as_ref().is_some_and(|key| {
        key.verify(code.algorithm, &code.signed, &code.signature)
            .is_ok()
    })
}

/// The first of `signers` that may vouch for `code`, or why the first of them may not. A key can stand in a list twice, with
/// other times or kinds.
fn signer<'a>(
    signers: &[&'a ForeignKey],
    code: &SignedForeign,
    now: Timestamp,
) -> Result<&'a ForeignKey, Reason> {
    let mut first = Err(Reason::UnknownIssuer);
    for signer in signers.iter().copied() {
        match may_sign(signer, code, now) {
            Ok(()) => return Ok(signer),
            Err(reason) if first == Err(Reason::UnknownIssuer) => first = Err(reason),
            Err(_) => {}
        }
    }

    first
}

/// Whether `signer` was allowed to sign `code` and still is.
///
/// # Errors
/// [`Reason::SignerNotValid`], [`Reason::KindNotAllowed`], [`Reason::IssuerDiffers`], [`Reason::LifetimeTooLong`].
pub fn may_sign(signer: &ForeignKey, code: &SignedForeign, now: Timestamp) -> Result<(), Reason> {
    let mut times = [Some(now), code.issued_at].into_iter().flatten();
    if !times.all(|at| signer.is_valid(at)) {
        return Err(Reason::SignerNotValid);
    }
    if !signer.may_vouch_for(&code.kinds) {
        return Err(Reason::KindNotAllowed);
    }
    // A ticket names no issuer: its key's is the event, to show.
    let says_whose = code.format != Format::Pretix;
    if says_whose && signer.issuer.is_some() && signer.issuer != code.issuer {
        return Err(Reason::IssuerDiffers);
    }
    if !is_short_enough(signer, code) {
        return Err(Reason::LifetimeTooLong);
    }

    Ok(())
}

/// Whether the code's own time is now. An issuer's clock may run 10 minutes ahead in when a code was signed; when it begins
/// to hold, and that it ends, is said on purpose.
///
/// # Errors
/// [`Reason::NotYetValid`], [`Reason::Expired`].
pub fn in_time(code: &SignedForeign, now: Timestamp) -> Result<(), Reason> {
    if code.issued_at.is_some_and(|at| at > now.plus(LEEWAY))
        || code.not_before.is_some_and(|start| now < start)
    {
        return Err(Reason::NotYetValid);
    }
    if code.expires.is_some_and(|end| now >= end) {
        return Err(Reason::Expired);
    }

    Ok(())
}

/// Whether `code` holds no longer than its signer may give. A signer held to a lifetime must say when a code was signed, or
/// from when it holds, and when it ends.
fn is_short_enough(signer: &ForeignKey, code: &SignedForeign) -> bool {
    let Some(longest) = signer.max_lifetime else {
        return true;
    };
    let begins = code.issued_at.or(code.not_before);

    // Where a format's codes hold through their last second, they end one second later than they say.
    begins
        .zip(code.expires)
        .is_some_and(|(begins, ends)| ends.since(begins) <= longest.saturating_add(1))
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
