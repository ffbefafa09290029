//! The kinds of code that a rule may be about, and what a decision always knows of each.

use super::expr::leads_to;
use super::value_sets;

/// A kind of code, as a rule names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CodeKind {
    /// `icvp`: WHO's certificate of a vaccination.
    Icvp,
    /// `identity`: who somebody is, as MOSIP Claim 169 has it.
    Identity,
    /// `nzcp`: a New Zealand Covid Pass.
    Nzcp,
    /// `recovery`: an EU certificate of recovery.
    Recovery,
    /// `resident`: the native paper code.
    Resident,
    /// `shc_test`: a test on a SMART Health Card.
    ShcTest,
    /// `shc_vaccination`: a vaccination on a SMART Health Card.
    ShcVaccination,
    /// `slip`: a test centre's slip.
    Slip,
    /// `test`: an EU certificate of a test.
    Test,
    /// `ticket`: a signed ticket.
    Ticket,
    /// `vaccination`: an EU certificate of vaccination.
    Vaccination,
    /// `vds_test`: a test in an ICAO VDS-NC.
    VdsTest,
    /// `vds_vaccination`: vaccinations in an ICAO VDS-NC.
    VdsVaccination,
}

/// Of every decision, beside the value sets.
const ALWAYS: [&str; 3] = ["external.validationClock", "external.venue.kind", PRODUCTS];
/// A list.
const PRODUCTS: &str = "external.venue.products";
/// Of a native code (DESIGN.md §4).
const NATIVE: [&str; 5] = [
    "payload.issuer",
    "payload.issuedAt",
    "payload.expires",
    "payload.birthYear",
    "payload.class",
];
/// Of an EU certificate (schema 1.3.0 of the EU DCC).
const EU: [&str; 3] = ["payload.ver", "payload.dob", "payload.nam.fnt"];

/// Of a VDS-NC (ICAO Technical Report "VDS-NC").
const VDS: [&str; 3] = ["payload.hdr.is", "payload.hdr.t", "payload.msg.pid.n"];

impl CodeKind {
    /// Every kind, in the order of their words.
    pub const ALL: [Self; 13] = [
        Self::Icvp,
        Self::Identity,
        Self::Nzcp,
        Self::Recovery,
        Self::Resident,
        Self::ShcTest,
        Self::ShcVaccination,
        Self::Slip,
        Self::Test,
        Self::Ticket,
        Self::Vaccination,
        Self::VdsTest,
        Self::VdsVaccination,
    ];

    /// Its word in a rule.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Icvp => "icvp",
            Self::Identity => "identity",
            Self::Nzcp => "nzcp",
            Self::Recovery => "recovery",
            Self::Resident => "resident",
            Self::ShcTest => "shc_test",
            Self::ShcVaccination => "shc_vaccination",
            Self::Slip => "slip",
            Self::Test => "test",
            Self::Ticket => "ticket",
            Self::Vaccination => "vaccination",
            Self::VdsTest => "vds_test",
            Self::VdsVaccination => "vds_vaccination",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether every decision about a code of this kind has a value at `path`.
    pub(super) fn requires(self, path: &str) -> bool {
        self.always().any(|required| leads_to(path, required))
    }

    /// Whether some decision about a code of this kind has a value at `path`, which begins with `external`.
    pub(super) fn may_have(self, path: &str) -> bool {
        let is_list = |list| list == PRODUCTS || value_sets::ALL.iter().any(|set| set.path == list);
        let is_item = path.rsplit_once('.').is_some_and(|(list, item)| {
            is_list(list) && item.bytes().all(|byte| byte.is_ascii_digit())
        });

        is_item || self.external().any(|known| leads_to(path, known))
    }

    /// The paths under `external` that some decision about a code of this kind has.
    pub(super) fn external(self) -> impl Iterator<Item = &'static str> {
        let always = self.always().filter(|path| path.starts_with("external."));

        always.chain(self.sometimes().iter().copied())
    }

    fn always(self) -> impl Iterator<Item = &'static str> {
        let sets = value_sets::ALL.iter().map(|set| set.path);

        ALWAYS.into_iter().chain(sets).chain(self.paths())
    }

    /// Under `external`, of some decisions.
    fn sometimes(self) -> &'static [&'static str] {
        match self {
            Self::Resident => &["external.recent.seenAt", "external.status.sample.from"],
            Self::Slip => &["external.recent.seenAt"],
            Self::Icvp
            | Self::Identity
            | Self::Nzcp
            | Self::Recovery
            | Self::ShcTest
            | Self::ShcVaccination
            | Self::Test
            | Self::Ticket
            | Self::Vaccination
            | Self::VdsTest
            | Self::VdsVaccination => &[
                "external.recent.seenAt",
                "external.signer.country",
                "external.signer.issuer",
            ],
        }
    }

    fn paths(self) -> impl Iterator<Item = &'static str> {
        let (shared, own): (&[&str], &[&str]) = match self {
            Self::Recovery => (
                &EU,
                &[
                    "payload.r.0.tg",
                    "payload.r.0.fr",
                    "payload.r.0.co",
                    "payload.r.0.is",
                    "payload.r.0.df",
                    "payload.r.0.du",
                    "payload.r.0.ci",
                ],
            ),
            Self::Resident => (
                &NATIVE,
                &[
                    "external.status.asOf",
                    "external.status.colour",
                    "external.status.sample.result",
                ],
            ),
            Self::Icvp => (&[], &["payload.n", "payload.v.dt"]),
            Self::Identity => (&[], &["payload.claim169"]),
            Self::Nzcp => (
                &[],
                &[
                    "payload.iss",
                    "payload.nbf",
                    "payload.exp",
                    "payload.vc.credentialSubject.givenName",
                    "payload.vc.credentialSubject.dob",
                ],
            ),
            Self::ShcTest | Self::ShcVaccination => (
                &[],
                &[
                    "payload.iss",
                    "payload.nbf",
                    "payload.vc.credentialSubject.fhirBundle.entry",
                ],
            ),
            Self::Slip => (&NATIVE, &["payload.sampledAt", "payload.result"]),
            Self::Test => (
                &EU,
                &[
                    "payload.t.0.tg",
                    "payload.t.0.tt",
                    "payload.t.0.sc",
                    "payload.t.0.tr",
                    "payload.t.0.co",
                    "payload.t.0.is",
                    "payload.t.0.ci",
                ],
            ),
            Self::Ticket => (&[], &["payload.item"]),
            Self::Vaccination => (
                &EU,
                &[
                    "payload.v.0.tg",
                    "payload.v.0.vp",
                    "payload.v.0.mp",
                    "payload.v.0.ma",
                    "payload.v.0.dn",
                    "payload.v.0.sd",
                    "payload.v.0.dt",
                    "payload.v.0.co",
                    "payload.v.0.is",
                    "payload.v.0.ci",
                ],
            ),
            Self::VdsTest => (&VDS, &["payload.msg.dat.sc", "payload.msg.ser"]),
            Self::VdsVaccination => (&VDS, &["payload.msg.ve"]),
        };

        shared.iter().chain(own).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_word() {
        for kind in CodeKind::ALL {
            assert_eq!(CodeKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(CodeKind::from_word("Resident"), None);
    }

    #[test]
    fn what_a_required_path_leads_through_is_required_and_nothing_beside_it() {
        for path in ["", "payload", "payload.v", "payload.v.0", "payload.v.0.dn"] {
            assert!(CodeKind::Vaccination.requires(path), "{path}");
        }
        for path in [
            "payload.t",
            "payload.v.1",
            "payload.v.0.d",
            "payl",
            "current",
            "external.status",
        ] {
            assert!(!CodeKind::Vaccination.requires(path), "{path}");
        }
        assert!(CodeKind::Resident.requires("external.status"));
        assert!(!CodeKind::Resident.requires("external.status.sample.from"));
        for kind in CodeKind::ALL {
            assert!(kind.requires("external.venue.products"));
            assert!(kind.requires("external.valueSets.country-2-codes"));
            assert!(!kind.requires("external.signer.issuer"));
        }
    }
}
