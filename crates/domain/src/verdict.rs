//! The four verdicts and every reason for them.
//!
//! Numbers are part of the sealed and signed bytes of an entry: listed in docs/formats.md, never reused.

use serde::{Deserialize, Serialize};

/// What the station tells the staff. Each has its own shape, word, colour, rhythm and phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every rule holds.
    Admit,
    /// Staff must act before anyone goes in.
    Attention,
    /// A rule fails or the code is no good.
    Refuse,
    /// The station cannot know. Never green.
    Undecided,
}

impl Verdict {
    /// Its number in an entry.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Admit => 1,
            Self::Attention => 2,
            Self::Refuse => 3,
            Self::Undecided => 4,
        }
    }

    /// The verdict with this number in an entry.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Admit),
            2 => Some(Self::Attention),
            3 => Some(Self::Refuse),
            4 => Some(Self::Undecided),
            _ => None,
        }
    }

    /// The English word that the command line prints.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Attention => "attention",
            Self::Refuse => "refuse",
            Self::Undecided => "undecided",
        }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $word:literal, $verdict:ident;)+) => {
        /// Why. Each has a sentence and a next step in every language of `ui/locales`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reason {
            /// Every reason, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its number in an entry.
            #[must_use]
            pub fn number(self) -> u16 {
                match self { $(Self::$name => $number,)+ }
            }

            /// The reason with this number in an entry.
            #[must_use]
            pub fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$name),)+ _ => None }
            }

            /// The word for it in files and on the command line; also its key in the locales.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The verdict that this reason alone leads to.
            #[must_use]
            pub fn verdict(self) -> Verdict {
                match self { $(Self::$name => Verdict::$verdict,)+ }
            }
        }
    };
}

reasons! {
    /// Green, and the venue's test rule holds; the identity check is off.
    RulesHold = 1, "rules_hold", Admit;
    /// Every rule holds and staff found that the ID document matches.
    IdMatches = 2, "id_matches", Admit;
    /// Every rule holds, with status data past the warning age.
    StatusAgeing = 3, "status_ageing", Admit;
    /// A ticket for this entrance that was not used here before.
    TicketOk = 4, "ticket_ok", Admit;

    /// The same sheet was admitted or let in here within the set time.
    SeenRecently = 20, "seen_recently", Attention;
    /// A yellow code: staff show the way to the advice desk; `let in` is not offered.
    Yellow = 21, "yellow", Attention;
    /// The holder class on the paper does not fit the birth year.
    ClassDiffers = 22, "class_differs", Attention;
    /// A person without any code, registered by hand.
    ByHand = 23, "by_hand", Attention;
    /// The venue asks for a second proof beside this one.
    SecondProof = 24, "second_proof", Attention;
    /// The second proof is in another name, or of another day of birth.
    NamesDiffer = 25, "names_differ", Attention;
    /// Nobody signed this code; it was found in its issuer's list, and every rule holds for the resident there.
    LookedUp = 26, "looked_up", Attention;

    /// The signature does not verify under any candidate key, or a key is unfit for signing.
    Forged = 40, "forged", Refuse;
    /// No key of the trust list has this key id.
    UnknownIssuer = 41, "unknown_issuer", Refuse;
    /// The name of the issuer inside the code is not the name of the key's owner.
    IssuerDiffers = 42, "issuer_differs", Refuse;
    /// The signer was not, or is no longer, allowed to sign at this time.
    SignerNotValid = 43, "signer_not_valid", Refuse;
    /// Reported lost.
    RevokedLost = 44, "revoked_lost", Refuse;
    /// A newer sheet replaced this one.
    RevokedReissued = 45, "revoked_reissued", Refuse;
    /// Revoked for another reason.
    Revoked = 46, "revoked", Refuse;
    /// The sheet's time is over.
    Expired = 47, "expired", Refuse;
    /// The sheet's time has not begun.
    NotYetValid = 48, "not_yet_valid", Refuse;
    /// The sheet claims a longer life than its signer may give.
    LifetimeTooLong = 49, "lifetime_too_long", Refuse;
    /// A red code.
    Red = 50, "red", Refuse;
    /// No sample within the list's window.
    NoTest = 51, "no_test", Refuse;
    /// The latest negative sample is older than the rule wants.
    TestTooOld = 52, "test_too_old", Refuse;
    /// The latest test result is positive.
    TestPositive = 53, "test_positive", Refuse;
    /// Staff found that the ID document is someone else's.
    IdDiffers = 54, "id_differs", Refuse;
    /// No ID document was shown.
    IdMissing = 55, "id_missing", Refuse;
    /// A signed code of a kind that is not accepted here.
    KindNotAllowed = 56, "kind_not_allowed", Refuse;
    /// A venue's own code, not a person's.
    VenueCode = 57, "venue_code", Refuse;
    /// Not a health pass at all: a payment code, a link, an enrolment code.
    NotAPass = 58, "not_a_pass", Refuse;
    /// A pass by its first characters, but not built as one (SECURITY.md §3 steps 1 to 3).
    Malformed = 59, "malformed", Refuse;
    /// The organiser has blocked this ticket.
    Blocked = 60, "blocked", Refuse;
    /// A rule of the venue fails; its own sentence is shown.
    RuleNotMet = 61, "rule_not_met", Refuse;
    /// The same ticket went in here within the set time.
    TicketUsed = 62, "ticket_used", Refuse;

    /// The status list is too old, or there is none.
    StatusTooOld = 70, "status_too_old", Undecided;
    /// The list is old enough that a newer test may exist.
    TestUnknown = 71, "test_unknown", Undecided;
    /// A rule could not be evaluated.
    RuleFailed = 72, "rule_failed", Undecided;
    /// The database is older than its anchor.
    LogRolledBack = 73, "log_rolled_back", Undecided;
    /// A signature kind that this release cannot check.
    Unsupported = 74, "unsupported", Undecided;
    /// Trust list or assignment past its expiry.
    KeysTooOld = 75, "keys_too_old", Undecided;
    /// The wall clock contradicts something signed, our own log or the monotonic clock.
    ClockDoubt = 76, "clock_doubt", Undecided;
    /// No such resident in the status list, or the paper names another list.
    NotInList = 77, "not_in_list", Undecided;
    /// The log cannot be written, so nobody can be admitted.
    CannotStore = 78, "cannot_store", Undecided;
    /// No rules for this venue yet.
    NoRules = 79, "no_rules", Undecided;
    /// A list of withdrawn certificates that the trust list names is not here.
    RevocationsMissing = 80, "revocations_missing", Undecided;
}

/// Why an emergency admission was given. Always asked for, never chosen beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EmergencyReason {
    /// First aid or medical treatment at once.
    MedicalHelp,
    /// Fire or evacuation.
    Evacuation,
    /// Police, fire brigade or ambulance crew.
    EmergencyCrew,
    /// Medicine that cannot wait.
    UrgentMedicine,
    /// The station's data is too old to decide.
    DataTooOld,
    /// Something else, in at least four letters.
    Other,
}

impl EmergencyReason {
    /// Its number in an entry, and its key on the screen.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::MedicalHelp => 1,
            Self::Evacuation => 2,
            Self::EmergencyCrew => 3,
            Self::UrgentMedicine => 4,
            Self::DataTooOld => 5,
            Self::Other => 6,
        }
    }

    /// The reason with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::MedicalHelp),
            2 => Some(Self::Evacuation),
            3 => Some(Self::EmergencyCrew),
            4 => Some(Self::UrgentMedicine),
            5 => Some(Self::DataTooOld),
            6 => Some(Self::Other),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_number_leads_back_to_its_reason_and_none_is_used_twice() {
        let numbers: BTreeSet<u16> = Reason::ALL.iter().map(|r| r.number()).collect();
        assert_eq!(numbers.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason.number()), Some(*reason));
        }
    }

    #[test]
    fn the_word_of_a_reason_is_its_name_in_json() {
        for reason in Reason::ALL {
            let json = serde_json::to_string(reason).unwrap_or_default();
            assert_eq!(json, format!("\"{}\"", reason.word()));
        }
    }
}
