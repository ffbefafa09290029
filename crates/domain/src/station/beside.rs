//! What was shown together: a paper and its holder's slip, and the proofs of a venue that asks for several.

use super::scan::Ground;
use crate::code::SignedCredential;
use crate::code::foreign::{self, SignedForeign};
use crate::code::native::SignedCode;
use crate::document::{IssuerKind, Trust};
use crate::ids::Handle;
use crate::trust::verify;

/// Milliseconds within which a paper and a slip are shown together.
const BESIDE_MS: u64 = 120_000;
/// Proofs that are kept for one person.
const MAX_PROOFS: usize = 4;

/// What a code is judged by.
#[derive(Clone, Debug)]
pub(super) struct Sheets {
    /// The code. Where a ticket was shown after a resident's paper, the paper.
    pub(super) code: SignedCredential,
    /// The slip that was shown beside a paper.
    pub(super) slip: Option<SignedCode>,
    /// The codes of other formats that were shown beside it, while the screen asked for them.
    pub(super) beside: Vec<SignedForeign>,
}

/// The paper and the slip shown last: a slip counts beside the paper of the same holder only. And the proofs that wait for a
/// further one: they stand for one person only while the screen asks for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    paper: Option<Laid>,
    slip: Option<Laid>,
    /// The paper whose holder was asked for a further proof.
    waiting: Option<SignedCode>,
    proofs: Vec<SignedForeign>,
    /// When the last of those was shown.
    asked_at_ms: u64,
}

#[derive(Clone, Debug)]
struct Laid {
    signed: SignedCode,
    handle: Handle,
    at_ms: u64,
}

impl Beside {
    /// Drops what was shown more than two minutes ago.
    pub(super) fn forget(&mut self, now_ms: u64) {
        let old = |laid: &mut Laid| now_ms.saturating_sub(laid.at_ms) > BESIDE_MS;
        self.paper.take_if(old);
        self.slip.take_if(old);
        // Whoever walked off leaves nothing to the next visitor, though the screen still asks for it.
        if now_ms.saturating_sub(self.asked_at_ms) > BESIDE_MS {
            self.forget_proofs();
        }
    }

    /// The screen asks for no further proof: what comes next is of somebody else.
    pub(super) fn forget_proofs(&mut self) {
        self.waiting = None;
        self.proofs.clear();
    }
}

impl Ground<'_> {
    /// Puts a code beside those before it. What does not verify is laid nowhere.
    pub(super) fn lay(&self, signed: SignedCredential, beside: &mut Beside) -> Sheets {
        beside.forget(self.now.mono_ms);
        let Some(trust) = self.knowledge.trust.as_deref() else {
            return alone(signed);
        };
        match signed {
            SignedCredential::Native(code) => self.lay_native(trust, *code, beside),
            SignedCredential::Foreign(code) => self.lay_foreign(trust, *code, beside),
        }
    }

    /// A paper takes the slip of its holder along, and a slip stands for the paper of its holder.
    fn lay_native(&self, trust: &Trust, signed: SignedCode, beside: &mut Beside) -> Sheets {
        let Ok(credential) = verify(trust, &signed, self.now.wall) else {
            return alone(SignedCredential::Native(Box::new(signed)));
        };
        let laid = Laid {
            signed,
            handle: credential.claims().handle,
            at_ms: self.now.mono_ms,
        };
        let of_holder = |other: &&Laid| other.handle == laid.handle;
        let (paper, slip) = match credential.kind() {
            IssuerKind::Resident => {
                let slip = beside.slip.as_ref().filter(of_holder);
                let pair = (laid.signed.clone(), slip.map(|slip| slip.signed.clone()));
                beside.waiting = Some(laid.signed.clone());
                beside.asked_at_ms = self.now.mono_ms;
                beside.paper = Some(laid);
                pair
            }
            IssuerKind::Slip => {
                let paper = beside.paper.as_ref().filter(of_holder);
                let pair = match paper {
                    Some(paper) => {
                        beside.waiting = Some(paper.signed.clone());
                        beside.asked_at_ms = self.now.mono_ms;
                        (paper.signed.clone(), Some(laid.signed.clone()))
                    }
                    None => (laid.signed.clone(), None),
                };
                beside.slip = Some(laid);
                pair
            }
        };

        Sheets {
            code: SignedCredential::Native(Box::new(paper)),
            slip,
            beside: beside.proofs.clone(),
        }
    }

    /// A proof goes with those that the screen asked to be followed by another, and with the paper that it did.
    fn lay_foreign(&self, trust: &Trust, code: SignedForeign, beside: &mut Beside) -> Sheets {
        if foreign::verify(trust.foreign_keys(), &code, self.now.wall).is_err() {
            return alone(SignedCredential::Foreign(Box::new(code)));
        }
        let mut others = beside.proofs.clone();
        others.retain(|other| other.handle != code.handle);
        beside.proofs.clone_from(&others);
        beside.proofs.push(code.clone());
        beside.asked_at_ms = self.now.mono_ms;
        if beside.proofs.len() > MAX_PROOFS {
            beside.proofs.remove(0);
        }
        if let Some(paper) = beside.waiting.clone() {
            others.push(code);
            let of_holder = |slip: &&Laid| {
                beside
                    .paper
                    .as_ref()
                    .is_some_and(|paper| paper.handle == slip.handle)
            };
            let slip = beside.slip.as_ref().filter(of_holder);
            return Sheets {
                code: SignedCredential::Native(Box::new(paper)),
                slip: slip.map(|slip| slip.signed.clone()),
                beside: others,
            };
        }

        Sheets {
            code: SignedCredential::Foreign(Box::new(code)),
            slip: None,
            beside: others,
        }
    }
}

fn alone(code: SignedCredential) -> Sheets {
    Sheets {
        code,
        slip: None,
        beside: Vec::new(),
    }
}
