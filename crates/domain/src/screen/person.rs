//! What staff read of a person: who it is, what the status list says, what codes of other formats prove.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What staff compare and read about the holder. Shown only after every check of the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PersonView {
    /// The name as the code has it, masked on our own paper, cleaned for display (SECURITY.md §9); empty where the code
    /// names nobody, as a ticket.
    pub name: String,
    /// The same name in the other script that the code has it in, if it has one.
    pub name_other: Option<String>,
    /// Something was dropped from the name: staff compare with care.
    pub name_altered: bool,
    /// Birth year, if the code has one.
    pub birth_year: Option<u16>,
    /// The date of birth, ISO 8601, as far as the code has it; none on our own paper, which has the year alone.
    pub birth_date: Option<String>,
    /// Last four of the ID document; empty where the code does not have them.
    pub last_four: String,
    /// The holder class, if the code has one.
    pub class: Option<HolderClass>,
    /// Who vouches for it, in the words of the trust list.
    pub issuer: Option<String>,
    /// The signer's country (ISO 3166-1 alpha-2, or three letters of ICAO), in the words of the trust list.
    pub country: Option<String>,
    /// When the trust list was signed that its signer stands in; none for a person registered by hand.
    pub keys_as_of: Option<Timestamp>,
    /// The first second in which the sheet no longer counts.
    pub expires: Option<Timestamp>,
    /// What the list says; none for a person registered by hand.
    pub status: Option<StatusView>,
    /// Nobody signed it: all that is known of the holder was looked up in the issuer's list.
    pub looked_up: bool,
    /// What codes of other formats prove, the one shown last first.
    pub proofs: Vec<ProofView>,
    /// Whose the codes are that count beside the one that was judged.
    pub beside: Vec<BesideView>,
}

impl PersonView {
    /// Whether it tells of anybody: of what names nobody, as a ticket, there is nothing to cover.
    #[must_use]
    pub fn is_somebody(&self) -> bool {
        !self.name.is_empty() || !self.last_four.is_empty() || self.birth_year.is_some()
    }
}

/// A code beside the one that was judged: who vouches for it, in the words of the trust list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct BesideView {
    /// The name on it, where name or date of birth are other ones than on the code that was judged.
    pub name: Option<String>,
    /// The date of birth on it, ISO 8601, where that is so and the code has one.
    pub birth_date: Option<String>,
    /// Its issuer.
    pub issuer: Option<String>,
    /// Its signer's country.
    pub country: Option<String>,
}

/// The class of resident on the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum HolderClass {
    /// Under 18.
    Minor,
    /// 60 and over.
    Senior,
    /// With a disability, of any age.
    Disabled,
    /// Anyone else without a smartphone.
    Other,
}

/// What the status list says of one resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StatusView {
    /// The health colour; none if the list has none for this index.
    pub colour: Option<Colour>,
    /// The latest test.
    pub test: TestView,
    /// The list's time of issue: "status as of".
    pub as_of: Timestamp,
}

/// A health colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// No restriction.
    Green,
    /// Advice desk.
    Yellow,
    /// Isolation.
    Red,
}

/// The latest test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum TestView {
    /// Negative; sampled somewhere in this interval, `until` not included.
    Negative {
        /// Start of the 4-hour slot; the rules count from here.
        from: Timestamp,
        /// End of the slot.
        until: Timestamp,
    },
    /// No sample in the list's window.
    None,
    /// The latest result is positive; its time is not kept.
    Positive,
}

/// What a code of another format proves, as staff read it. Texts are cleaned for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "proof", rename_all = "snake_case")]
pub enum ProofView {
    /// A vaccination.
    Vaccination {
        /// The vaccine.
        vaccine: String,
        /// Which dose this was, where the code counts them.
        dose: Option<u32>,
        /// Of how many, where the code says it.
        doses: Option<u32>,
        /// The day, ISO 8601.
        on: String,
    },
    /// A test.
    Test {
        /// How.
        method: TestMethod,
        /// What came of it.
        result: TestOutcome,
        /// When the sample was taken; none where the code has a day alone.
        at: Option<Timestamp>,
        /// The day, ISO 8601.
        on: String,
    },
    /// A recovery.
    Recovery {
        /// The day of the first positive test, ISO 8601.
        positive_on: String,
        /// Counts from this day on.
        from: String,
        /// Counts up to this day.
        until: String,
    },
    /// A pass that its issuer gives whom it finds protected, without saying how.
    Pass,
    /// Who somebody is, and nothing of their health.
    Identity,
    /// A ticket.
    Ticket {
        /// The product's name in the venue's policy; none where the policy has no such product.
        product: Option<String>,
        /// The product's number.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        item: i64,
        /// The variation's number; 0 without one.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        variation: i64,
        /// The number of the date in a series; 0 without one.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        subevent: i64,
    },
}

/// How a test was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TestMethod {
    /// A rapid test for antigens.
    Antigen,
    /// Amplification of nucleic acids, as PCR.
    Naat,
    /// Something else, or unsaid.
    Other,
}

/// What came of a test on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    /// Not found.
    Negative,
    /// Found.
    Positive,
    /// Neither of the two values that the program knows.
    Unknown,
}
