//! Two links of a chain: a country's authority (CSCA) and the signers that it certified (ICAO 9303 part 12, and the
//! Technical Report "VDS-NC" for signers of seals).

use domain::code::foreign::ProofKind;
use domain::time::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::Oid;
use x509_parser::oid_registry::asn1_rs::oid;
use x509_parser::prelude::FromDer;

use super::NoCertificate;
use super::curves::{self, Unsigned};

/// A certificate that signs others or codes.
pub(crate) struct Link<'a> {
    der: &'a [u8],
    x509: X509Certificate<'a>,
}

impl<'a> Link<'a> {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// See [`NoCertificate`].
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, NoCertificate> {
        let (rest, x509) = X509Certificate::from_der(der).map_err(|_| NoCertificate)?;

        rest.is_empty()
            .then_some(Self { der, x509 })
            .ok_or(NoCertificate)
    }

    /// Its bytes.
    pub(crate) fn der(&self) -> &'a [u8] {
        self.der
    }

    /// Whom it is about, and its number.
    pub(crate) fn name(&self) -> String {
        format!(
            "{} (serial {})",
            self.x509.subject(),
            self.x509.raw_serial_as_string()
        )
    }

    /// The subject's country, in capitals.
    pub(crate) fn country(&self) -> Option<String> {
        let country = self.x509.subject().iter_country().next()?.as_str().ok()?;

        Some(country.to_ascii_uppercase())
    }

    /// Whether it says of itself that it signs other certificates.
    pub(crate) fn is_authority(&self) -> bool {
        self.x509.is_ca()
    }

    /// That it is the self-signed certificate of an authority, and in time.
    ///
    /// # Errors
    /// What is amiss.
    pub(crate) fn check_authority(&self, now: Timestamp) -> Result<(), String> {
        self.check_time(now)?;
        let usage = self.x509.key_usage().map_err(|_| UNREADABLE)?;
        if usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
            return Err("its key is not for certificates".to_owned());
        }
        if self.x509.issuer().as_raw() != self.x509.subject().as_raw() {
            return Err("it is a link to a new key and no root: import the country's self-signed certificate".to_owned());
        }

        self.is_made_by(self)
    }

    /// That it is a signer of seals, and in time, and what it may vouch for; nothing means everything.
    ///
    /// # Errors
    /// What is amiss.
    pub(crate) fn check_signer(&self, now: Timestamp) -> Result<Vec<ProofKind>, String> {
        self.check_time(now)?;
        let usage = self.x509.key_usage().map_err(|_| UNREADABLE)?;
        if usage.is_some_and(|usage| !usage.value.digital_signature()) {
            return Err("its key is not for signatures".to_owned());
        }
        let extended = self.x509.extended_key_usage().map_err(|_| UNREADABLE)?;
        if extended.is_some_and(|usage| !usage.value.other.contains(&SEAL_SIGNER)) {
            return Err("its key is not for seals of this kind (extended key usage)".to_owned());
        }
        if let Some(unknown) = self.unknown_critical() {
            return Err(format!(
                "it wants to be understood in what is not known here, {unknown}"
            ));
        }

        self.document_types()
    }

    /// That `authority` made it, or itself.
    ///
    /// # Errors
    /// What is amiss.
    pub(crate) fn is_made_by(&self, authority: &Self) -> Result<(), String> {
        if self.country() != authority.country() {
            return Err("the authority is of another country".to_owned());
        }
        if !self.is_strict() {
            return Err("what stands around its signed part is not as it must be".to_owned());
        }
        curves::verify(&self.x509, authority.x509.public_key()).map_err(|why| {
            match why {
                Unsigned::Bad => "the authority did not sign it",
                Unsigned::Unsupported => {
                    "it is signed in a way that is not checked here: SHA-1, brainpoolP512r1, or a curve that is given by its numbers"
                }
            }
            .to_owned()
        })
    }

    /// Whether it names `authority` as the one that made it: by name, or by its key where names are spelled otherwise.
    pub(crate) fn names(&self, authority: &Self) -> bool {
        let by_key = self.authority_key().is_some() && self.authority_key() == authority.own_key();

        by_key || self.x509.issuer().as_raw() == authority.x509.subject().as_raw()
    }

    /// Whether what nobody signs is written in the one way: the algorithm as in the signed part, a signature of whole bytes.
    fn is_strict(&self) -> bool {
        let signed: &[u8] = self.x509.tbs_certificate.as_ref();
        let frame = self
            .der
            .windows(signed.len())
            .position(|part| part == signed);
        let algorithm = frame
            .and_then(|at| self.der.get(at + signed.len()..))
            .and_then(|after| after.split_at_checked(first(0x30, after)?.0.len() + 2))
            .map(|(algorithm, _)| algorithm);
        let is_repeated = algorithm.is_some_and(|algorithm| {
            signed
                .windows(algorithm.len())
                .any(|part| part == algorithm)
        });

        is_repeated && self.x509.signature_value.unused_bits == 0
    }

    fn check_time(&self, now: Timestamp) -> Result<(), String> {
        let validity = self.x509.validity();
        if validity.not_after.timestamp() < now.0 {
            return Err(format!(
                "it expired {}",
                crate::clock::show(Timestamp(validity.not_after.timestamp()))
            ));
        }

        Ok(())
    }

    fn authority_key(&self) -> Option<&[u8]> {
        self.x509.iter_extensions().find_map(|extension| {
            if let ParsedExtension::AuthorityKeyIdentifier(found) = extension.parsed_extension() {
                found.key_identifier.as_ref().map(|id| id.0)
            } else {
                None
            }
        })
    }

    fn own_key(&self) -> Option<&[u8]> {
        self.x509.iter_extensions().find_map(|extension| {
            if let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() {
                Some(id.0)
            } else {
                None
            }
        })
    }

    /// The name of a critical extension that is not known here (RFC 5280 §4.2).
    fn unknown_critical(&self) -> Option<String> {
        self.x509
            .iter_extensions()
            .find(|extension| extension.critical && !KNOWN.contains(&extension.oid))
            .map(|extension| extension.oid.to_id_string())
    }

    /// The kinds of documents that it may sign (ICAO 9303 part 12, `documentTypeList`): `{version, SET of text}`.
    fn document_types(&self) -> Result<Vec<ProofKind>, String> {
        let found = self.x509.get_extension_unique(&DOCUMENT_TYPES);
        let Some(extension) = found.map_err(|_| UNREADABLE)? else {
            return Ok(Vec::new());
        };
        let types = types(extension.value).ok_or("its list of document types cannot be read")?;
        let kinds: Vec<_> = KINDS
            .iter()
            .filter(|(word, _)| types.contains(word))
            .map(|(_, kind)| *kind)
            .collect();
        if kinds.is_empty() {
            return Err(format!(
                "it signs documents of type {} alone",
                types.join(", ")
            ));
        }

        Ok(kinds)
    }
}

/// The texts of a `documentTypeList`.
fn types(der: &[u8]) -> Option<Vec<&str>> {
    let list = element(0x30, der)?;
    let (version, rest) = first(0x02, list)?;
    let mut set = element(0x31, rest).filter(|_| version == [0])?;
    let mut types = Vec::new();
    while !set.is_empty() {
        let (text, rest) = first(0x13, set)?;
        types.push(str::from_utf8(text).ok()?);
        set = rest;
    }

    Some(types)
}

/// The content of the one element with this tag.
fn element(tag: u8, der: &[u8]) -> Option<&[u8]> {
    let (content, rest) = first(tag, der)?;

    rest.is_empty().then_some(content)
}

/// The content of the first element, which has this tag and is short, and what follows it.
fn first(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let [found, length, rest @ ..] = der else {
        return None;
    };
    if *found != tag || *length >= 0x80 {
        return None;
    }

    rest.split_at_checked(usize::from(*length))
}

/// Vaccinations and tests, as VDS-NC's certificates name them.
const KINDS: [(&str, ProofKind); 2] = [("NV", ProofKind::Vaccination), ("NT", ProofKind::Test)];
const SEAL_SIGNER: Oid<'static> = oid!(2.23.136.1.1.14.2);
const DOCUMENT_TYPES: Oid<'static> = oid!(2.23.136.1.1.6.2);
/// Key identifiers, usages, policies, names, constraints, distribution points, the key's own time, and document types.
const KNOWN: [Oid<'static>; 12] = [
    oid!(2.5.29.14),
    oid!(2.5.29.15),
    oid!(2.5.29.16),
    oid!(2.5.29.17),
    oid!(2.5.29.18),
    oid!(2.5.29.19),
    oid!(2.5.29.31),
    oid!(2.5.29.32),
    oid!(2.5.29.35),
    oid!(2.5.29.37),
    DOCUMENT_TYPES,
    oid!(1.3.6.1.5.5.7.1.1),
];
const UNREADABLE: &str = "one of its extensions cannot be read or stands twice";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_document_types_is_read_whole_or_not_at_all() {
        let list = |types: &[u8]| {
            let length = u8::try_from(types.len()).unwrap();
            [&[0x30, 5 + length, 2, 1, 0, 0x31, length], types].concat()
        };
        assert_eq!(
            types(&list(b"\x13\x02NV\x13\x02NT")),
            Some(vec!["NV", "NT"])
        );
        for wrong in [
            list(b"\x13\x02N"),
            list(b"\x0c\x02NV"),
            vec![0x30, 0],
            Vec::new(),
        ] {
            assert_eq!(types(&wrong), None, "{wrong:?}");
        }
    }
}
