//! The fixed names of files on a stick.

use std::fmt;

use domain::hex;
use domain::ids::StationId;
use domain::wire::{MAX_ANSWERS_BYTES, MAX_EXPORT_BYTES};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// A file that belongs on a stick. In their order they are to be read: what signs before what is signed, and a
/// station's entries in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// The newest trust list.
    Trust,
    /// A station's newest assignment.
    Assignment(StationId),
    /// The newest manifest.
    Manifest,
    /// A status file by its SHA-256.
    Status([u8; 32]),
    /// A list of what an issuer took back, by its SHA-256.
    Revocation([u8; 32]),
    /// What a station says to the centre.
    Export(Part),
    /// What the centre answered.
    Answers(Part),
}

/// Which part of a station's log an export is, and so its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Whose log.
    pub station: StationId,
    /// Of which epoch.
    pub epoch: u32,
    /// The first entry.
    pub first: u64,
}

impl Name {
    /// The name that a file has; none for a foreign one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = if let Some(rest) = text.strip_suffix(".bin") {
            Self::Status(hex::decode_array(rest.strip_prefix("status-")?)?)
        } else if let Some(rest) = text.strip_suffix(".json") {
            Self::Revocation(hex::decode_array(rest.strip_prefix("revocation-")?)?)
        } else {
            let rest = text.strip_suffix(".cbor")?;
            match rest.split_once('-') {
                None if rest == "trust" => Self::Trust,
                None if rest == "manifest" => Self::Manifest,
                Some(("assignment", station)) => {
                    Self::Assignment(StationId(hex::decode_array(station)?))
                }
                Some(("export", part)) => Self::Export(Part::parse(part)?),
                Some(("answers", part)) => Self::Answers(Part::parse(part)?),
                None | Some(_) => return None,
            }
        };

        // One spelling: neither upper case nor leading zeros.
        (name.to_string() == text).then_some(name)
    }

    /// The most bytes of such a file (SECURITY.md §8).
    #[must_use]
    pub fn most_bytes(&self) -> u64 {
        let wide = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        match self {
            Self::Answers(_) => wide(MAX_ANSWERS_BYTES),
            Self::Assignment(_) => 64 * KIB,
            Self::Export(_) => wide(MAX_EXPORT_BYTES),
            Self::Manifest => 256 * KIB,
            Self::Status(_) => 64 * MIB,
            Self::Revocation(_) | Self::Trust => 4 * MIB,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answers(part) => write!(f, "answers-{part}.cbor"),
            Self::Assignment(station) => write!(f, "assignment-{}.cbor", hex::encode(station.0)),
            Self::Export(part) => write!(f, "export-{part}.cbor"),
            Self::Manifest => f.write_str("manifest.cbor"),
            Self::Revocation(hash) => write!(f, "revocation-{}.json", hex::encode(hash)),
            Self::Status(hash) => write!(f, "status-{}.bin", hex::encode(hash)),
            Self::Trust => f.write_str("trust.cbor"),
        }
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split('-');
        let part = Self {
            station: StationId(hex::decode_array(words.next()?)?),
            epoch: words.next()?.parse().ok()?,
            first: words.next()?.parse().ok()?,
        };

        words.next().is_none().then_some(part)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let station = hex::encode(self.station.0);

        write!(f, "{station}-{}-{}", self.epoch, self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_has_one_spelling() {
        let part = Part {
            station: StationId([0xab; 16]),
            epoch: 1,
            first: 501,
        };
        let names = [
            Name::Trust,
            Name::Assignment(part.station),
            Name::Manifest,
            Name::Status([0xcd; 32]),
            Name::Revocation([0xcd; 32]),
            Name::Export(part),
            Name::Answers(part),
        ];
        assert!(names.is_sorted());
        for name in names {
            let text = name.to_string();
            assert_eq!(Name::parse(&text), Some(name), "{text}");
            assert_eq!(Name::parse(&text.to_ascii_uppercase()), None, "{text}");
            assert_eq!(Name::parse(&format!("{text}.part")), None);
            assert_eq!(Name::parse(&format!("../{text}")), None);
        }
        let zeros = Name::Export(part).to_string().replace("-1-501", "-01-501");
        for other in [
            "",
            "photo.jpg",
            "export-.cbor",
            "trust-.cbor",
            "root.cbor",
            &zeros,
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }
}
