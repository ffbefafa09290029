//! What can go wrong on the way between a station and its centre.

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The centre's own answer with one bit changed.
    AlteredAnswer,
    /// Signed by the centre's receipt key, and to another station.
    AnswerToAnother,
    /// Question or answer comes late.
    Delay,
    /// The question reaches the centre twice at once.
    DuplicatedQuestion,
    /// The centre's key in a certificate whose time is over: the pin stands in for the dates, so this goes through.
    ExpiredCertificate,
    /// Another key.
    ForeignCertificate,
    /// A receipt for everything, signed by a key that is none of the centre's.
    ForgedAnswer,
    /// Bytes of chance, or none.
    GarbageAnswer,
    /// The socket is accepted, and nothing ever comes.
    HalfOpen,
    /// The question is lost for the station, and reaches the centre after the next one.
    HeldBackQuestion,
    /// The address has no name any more.
    NameGone,
    /// The centre's answer to an earlier question.
    OlderAnswer,
    /// An earlier question reaches the centre once more, before this one.
    ReplayedQuestion,
    /// Reset after the centre stored what came, before a byte of its answer.
    ResetAfterCommit,
    /// Reset at any byte towards the station, in the middle of TLS records too.
    ResetInAnswer,
    /// Reset at any byte from the station.
    ResetInQuestion,
    /// Reset at any byte from the centre.
    ResetFromCentre,
    /// Reset at any byte towards the centre.
    ResetToCentre,
    /// 500, 502 or 504, before or after the centre stored what came.
    ServerError,
    /// An answer that ends early, and says that it is whole.
    ShortenedAnswer,
    /// The question is read, and nothing ever comes.
    Silent,
    /// 413: fewer entries at once.
    TooLarge,
    /// 429 with `Retry-After`.
    TooMany,
    /// An answer that ends before the length that it announced.
    TruncatedAnswer,
    /// A question of which the centre gets the beginning.
    TruncatedQuestion,
    /// 503 with `Retry-After`.
    Unavailable,
    /// The other side is gone in the middle of its answer, without a word.
    Vanished,
}

/// Where a fault meets the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before there is a question.
    Connection,
    /// Before there is a connection.
    Name,
    /// With a question.
    Question,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::AlteredAnswer,
        Self::AnswerToAnother,
        Self::Delay,
        Self::DuplicatedQuestion,
        Self::ExpiredCertificate,
        Self::ForeignCertificate,
        Self::ForgedAnswer,
        Self::GarbageAnswer,
        Self::HalfOpen,
        Self::HeldBackQuestion,
        Self::NameGone,
        Self::OlderAnswer,
        Self::ReplayedQuestion,
        Self::ResetAfterCommit,
        Self::ResetInAnswer,
        Self::ResetInQuestion,
        Self::ResetFromCentre,
        Self::ResetToCentre,
        Self::ServerError,
        Self::ShortenedAnswer,
        Self::Silent,
        Self::TooLarge,
        Self::TooMany,
        Self::TruncatedAnswer,
        Self::TruncatedQuestion,
        Self::Unavailable,
        Self::Vanished,
    ];

    /// In words, for a report.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AlteredAnswer => "answer with one bit changed",
            Self::AnswerToAnother => "signed answer to another station",
            Self::Delay => "question or answer late",
            Self::DuplicatedQuestion => "question delivered twice at once",
            Self::ExpiredCertificate => "expired certificate of the pinned key",
            Self::ForeignCertificate => "certificate of another key",
            Self::ForgedAnswer => "receipt signed by another key",
            Self::GarbageAnswer => "answer of chance, or empty",
            Self::HalfOpen => "half-open: accepted, never a byte",
            Self::HeldBackQuestion => "question delivered after the next one",
            Self::NameGone => "name does not resolve",
            Self::OlderAnswer => "answer to an earlier question",
            Self::ReplayedQuestion => "earlier question delivered again",
            Self::ResetAfterCommit => "reset after the commit, before the answer",
            Self::ResetInAnswer => "reset at any byte towards the station",
            Self::ResetInQuestion => "reset at any byte from the station",
            Self::ResetFromCentre => "reset at any byte from the centre",
            Self::ResetToCentre => "reset at any byte towards the centre",
            Self::ServerError => "500, 502, 504",
            Self::ShortenedAnswer => "answer cut, its length as if whole",
            Self::Silent => "question read, never answered",
            Self::TooLarge => "413",
            Self::TooMany => "429 with Retry-After",
            Self::TruncatedAnswer => "answer cut before its announced length",
            Self::TruncatedQuestion => "question cut on its way to the centre",
            Self::Unavailable => "503 with Retry-After",
            Self::Vanished => "gone in the middle of an answer",
        }
    }

    pub(super) fn stage(self) -> Stage {
        match self {
            Self::NameGone => Stage::Name,
            Self::ExpiredCertificate
            | Self::ForeignCertificate
            | Self::HalfOpen
            | Self::ResetInAnswer
            | Self::ResetInQuestion => Stage::Connection,
            Self::AlteredAnswer
            | Self::AnswerToAnother
            | Self::Delay
            | Self::DuplicatedQuestion
            | Self::ForgedAnswer
            | Self::GarbageAnswer
            | Self::HeldBackQuestion
            | Self::OlderAnswer
            | Self::ReplayedQuestion
            | Self::ResetAfterCommit
            | Self::ResetFromCentre
            | Self::ResetToCentre
            | Self::ServerError
            | Self::ShortenedAnswer
            | Self::Silent
            | Self::TooLarge
            | Self::TooMany
            | Self::TruncatedAnswer
            | Self::TruncatedQuestion
            | Self::Unavailable
            | Self::Vanished => Stage::Question,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_is_listed_once_and_has_words_of_its_own() {
        let words: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.words()).collect();
        let faults: BTreeSet<_> = Fault::ALL.into_iter().collect();
        assert_eq!((faults.len(), words.len()), (27, 27));
    }
}
