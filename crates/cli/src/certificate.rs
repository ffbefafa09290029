//! What a signer's certificate (X.509, RFC 5280) says of it. The certificate's own signature is looked at in [`chain`] alone:
//! in all other lists who publishes them vouches for their signers.

pub(crate) mod chain;
mod curves;

use domain::code::foreign::{ForeignKey, ProofKind};
use domain::crypto::{KeyError, VerifyingKey, sha256};
use domain::time::Timestamp;
use thiserror::Error;
use x509_parser::prelude::{FromDer, X509Certificate, parse_x509_pem};

/// The text is no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is no X.509 certificate")]
pub(crate) struct NoCertificate;

/// A document signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signer {
    /// Its key, or why it cannot be used.
    pub(crate) key: Result<VerifyingKey, KeyError>,
    /// How health certificates name it: the first 8 bytes of SHA-256 of the certificate's DER.
    pub(crate) key_id: [u8; 8],
    /// The subject's country.
    pub(crate) country: Option<String>,
    /// Valid from this second on.
    pub(crate) not_before: Timestamp,
    /// Valid up to this second.
    pub(crate) not_after: Timestamp,
    /// The kinds of proof that its extended key usage names; none of them means all.
    pub(crate) kinds: Vec<ProofKind>,
}

impl Signer {
    /// Reads a certificate in PEM (RFC 7468).
    ///
    /// # Errors
    /// See [`NoCertificate`].
    pub(crate) fn from_pem(text: &str) -> Result<Self, NoCertificate> {
        let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| NoCertificate)?;

        Self::from_der(&pem.contents)
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// See [`NoCertificate`].
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, NoCertificate> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| NoCertificate)?;
        if !rest.is_empty() {
            return Err(NoCertificate);
        }
        let hash = sha256(&[der]);
        let country = certificate.subject().iter_country().next();
        let validity = certificate.validity();

        Ok(Self {
            key: VerifyingKey::from_spki(certificate.public_key().raw),
            key_id: *hash.first_chunk().expect("SHA-256 gives 32 bytes"),
            country: country
                .and_then(|country| country.as_str().ok())
                .map(str::to_owned),
            not_before: Timestamp(validity.not_before.timestamp()),
            not_after: Timestamp(validity.not_after.timestamp()),
            kinds: kinds(&certificate)?,
        })
    }

    /// `entry` with the certificate's times and kinds, and with its country where `entry` has none.
    pub(crate) fn describe(&self, entry: ForeignKey) -> ForeignKey {
        let country = self.country.as_ref().map(|text| text.to_ascii_uppercase());
        let country = country.filter(|text| text.len() == 2 && text.is_ascii());

        ForeignKey {
            country: entry.country.or(country),
            not_before: Some(self.not_before),
            not_after: Some(self.not_after),
            kinds: self.kinds.clone(),
            ..entry
        }
    }
}

/// The usages that the EU's certificate governance gives document signers, under both of their roots.
const USAGES: &[(&str, ProofKind)] = &[
    ("1.3.6.1.4.1.1847.2021.1.1", ProofKind::Test),
    ("1.3.6.1.4.1.0.1847.2021.1.1", ProofKind::Test),
    ("1.3.6.1.4.1.1847.2021.1.2", ProofKind::Vaccination),
    ("1.3.6.1.4.1.0.1847.2021.1.2", ProofKind::Vaccination),
    ("1.3.6.1.4.1.1847.2021.1.3", ProofKind::Recovery),
    ("1.3.6.1.4.1.0.1847.2021.1.3", ProofKind::Recovery),
];

fn kinds(certificate: &X509Certificate<'_>) -> Result<Vec<ProofKind>, NoCertificate> {
    let usage = certificate
        .extended_key_usage()
        .map_err(|_| NoCertificate)?;
    let others = usage
        .map(|usage| usage.value.other.as_slice())
        .unwrap_or_default();
    let named = others.iter().filter_map(|oid| {
        let text = oid.to_id_string();
        USAGES
            .iter()
            .find(|(usage, _)| *usage == text)
            .map(|(_, kind)| *kind)
    });
    let mut kinds: Vec<_> = named.collect();
    kinds.sort_unstable();
    kinds.dedup();

    Ok(kinds)
}

#[cfg(test)]
mod tests {
    use domain::crypto::KeyKind;

    use super::*;

    #[test]
    fn a_signer_for_tests_and_recoveries_is_held_to_them() {
        let signer = Signer::from_pem(include_str!("../tests/fixtures/signer.pem")).unwrap();
        assert_eq!(signer.kinds, [ProofKind::Test, ProofKind::Recovery]);
        assert_eq!(signer.country.as_deref(), Some("XX"));
        assert_eq!(signer.key.map(|key| key.kind()), Ok(KeyKind::P256));
        assert_eq!(signer.not_after.since(signer.not_before), 3_650 * 86_400);
    }

    #[test]
    fn a_signer_on_a_curve_that_is_not_checked_is_read_all_the_same() {
        let signer = Signer::from_pem(include_str!("../tests/fixtures/p521.pem")).unwrap();
        assert_eq!(signer.key, Err(KeyError::Unsupported));
        assert_eq!(signer.kinds, []);
    }

    #[test]
    fn what_is_no_certificate_or_longer_than_one_is_refused() {
        for text in [
            "",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            assert_eq!(Signer::from_pem(text), Err(NoCertificate));
        }
        let text = include_str!("../tests/fixtures/signer.pem");
        let (_, pem) = parse_x509_pem(text.as_bytes()).unwrap();
        let longer = [&pem.contents[..], &[0]].concat();
        assert_eq!(Signer::from_der(&longer), Err(NoCertificate));
    }
}
