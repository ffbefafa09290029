//! Signers of VDS-NC seals (BCSC), each taken only where one of the countries' authorities (CSCA) among the same files made
//! it. Seals name their signer by its certificate, and its country by three letters.

use domain::code::foreign::{ForeignKey, Format, vds_nc};

use super::countries;
use super::encoding::pem;
use super::found::{Found, Offer, Said};
use crate::certificate::Signer;
use crate::certificate::chain::Link;

/// Reads the certificates of all files together.
///
/// # Errors
/// That there is no certificate, or no authority.
pub(super) fn read(files: &[Vec<u8>], said: &Said, found: &mut Found) -> Result<(), String> {
    let mut ders = Vec::new();
    for file in files {
        ders.extend(certificates(file)?);
    }
    let mut authorities = Vec::new();
    let mut signers = Vec::new();
    for (der, number) in ders.iter().zip(1_u32..) {
        match Link::read(der) {
            Err(_) => found.pass(format!("certificate {number}"), "it cannot be read"),
            Ok(link) if link.is_authority() => match link.check_authority(said.now) {
                Ok(()) => authorities.push(link),
                Err(why) => found.pass(link.name(), why),
            },
            Ok(link) => signers.push(link),
        }
    }
    if authorities.is_empty() {
        return Err(no_authority(found));
    }
    for signer in &signers {
        match entry(signer, &authorities, said) {
            Ok((signer_of, entry)) => found.offer(
                Offer {
                    name: signer.name(),
                    key: signer_of.key,
                    entry,
                },
                said,
            ),
            Err(why) => found.pass(signer.name(), why),
        }
    }

    Ok(())
}

/// The DER of a file's certificates: several in PEM, or one.
fn certificates(file: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let text = str::from_utf8(file)
        .ok()
        .filter(|text| text.contains("-----BEGIN"));
    let Some(text) = text else {
        return Ok(vec![file.to_vec()]);
    };
    let found = pem(text, "CERTIFICATE").unwrap_or_default();
    if found.is_empty() {
        return Err(
            "this is no certificate in PEM or DER; a master list is unpacked first (docs/trust.md says how)".to_owned(),
        );
    }

    Ok(found)
}

fn no_authority(found: &Found) -> String {
    let mut why = "there is no authority's certificate (CSCA) among these files, and no signer is taken without the one that made it: import both together".to_owned();
    for passed in &found.passed {
        why = format!("{why}; {}: {}", passed.name, passed.why);
    }

    why
}

/// What the trust list will say of a signer.
///
/// # Errors
/// Why it is not taken.
fn entry(
    link: &Link<'_>,
    authorities: &[Link<'_>],
    said: &Said,
) -> Result<(Signer, ForeignKey), String> {
    let kinds = link.check_signer(said.now)?;
    let mut why = "no authority among these files is the one that it names".to_owned();
    let named = authorities.iter().filter(|authority| link.names(authority));
    let made = named
        .map(|authority| link.is_made_by(authority))
        .any(|made| made.inspect_err(|error| why.clone_from(error)).is_ok());
    if !made {
        return Err(why);
    }
    let signer = Signer::from_der(link.der()).map_err(|error| error.to_string())?;
    let country = link.country();
    let three = country.as_deref().and_then(countries::of_three);
    let issuer = said.issuer.clone().or_else(|| three.map(str::to_owned));
    let issuer =
        issuer.ok_or("its country has no code of three letters here: name it with --issuer")?;
    let blank = ForeignKey {
        issuer: Some(issuer),
        ..said.entry(Format::VdsNc, vds_nc::key_id(link.der()))
    };

    Ok((
        signer.clone(),
        ForeignKey {
            kinds,
            ..signer.describe(blank)
        },
    ))
}

#[cfg(test)]
mod tests {
    use domain::code::foreign::ProofKind;
    use domain::time::DAY;

    use super::super::found::tests::{NOW, nothing_said, passed};
    use super::*;

    macro_rules! fixture {
        ($name:literal) => {
            include_bytes!(concat!("../../tests/fixtures/trust/", $name, ".pem")).to_vec()
        };
    }

    fn read_in(files: &[Vec<u8>], said: &Said) -> Found {
        let mut found = Found::default();
        read(files, said, &mut found).unwrap();

        found
    }

    #[test]
    fn a_signer_is_taken_with_the_authority_that_made_it() {
        let found = read_in(&[fixture!("csca-p521"), fixture!("bcsc")], &nothing_said());
        let [key] = &found.keys[..] else {
            panic!("{:?}", found.passed);
        };
        assert_eq!(key.issuer.as_deref(), Some("UTO"));
        assert_eq!(key.country.as_deref(), Some("UT"));
        assert_eq!(key.kinds, [ProofKind::Vaccination]);
        assert_eq!(key.key_id.len(), 8);
        assert!(key.key.is_some() && key.not_after > Some(NOW));
    }

    #[test]
    fn one_in_der_is_the_same_as_in_pem_and_several_may_lie_in_one_file() {
        let text = String::from_utf8(fixture!("bcsc")).unwrap();
        let der = pem(&text, "CERTIFICATE").unwrap().remove(0);
        let both = [fixture!("csca-p521"), fixture!("bcsc")].concat();
        let expected = read_in(&[fixture!("csca-p521"), fixture!("bcsc")], &nothing_said());
        for files in [vec![fixture!("csca-p521"), der], vec![both]] {
            assert_eq!(read_in(&files, &nothing_said()).keys, expected.keys);
        }
    }

    #[test]
    fn a_signer_without_its_authority_is_not_taken() {
        let alone = read(&[fixture!("bcsc")], &nothing_said(), &mut Found::default());
        assert!(alone.unwrap_err().contains("no authority's certificate"));
        let found = read_in(&[fixture!("csca-p256"), fixture!("bcsc")], &nothing_said());
        assert_eq!(found.keys, []);
        assert!(
            passed(&found)[0].contains("no authority among these files"),
            "{:?}",
            passed(&found)
        );
    }

    #[test]
    fn a_signer_that_bears_an_authoritys_name_and_not_its_signature_is_not_taken() {
        let found = read_in(
            &[fixture!("csca-p521"), fixture!("bcsc-forged")],
            &nothing_said(),
        );
        assert_eq!(found.keys, []);
        assert!(
            passed(&found)[0].ends_with("the authority did not sign it"),
            "{:?}",
            passed(&found)
        );
    }

    #[test]
    fn a_signer_of_other_documents_or_past_its_time_is_not_taken() {
        let found = read_in(
            &[fixture!("csca-p521"), fixture!("bcsc-visa")],
            &nothing_said(),
        );
        assert!(
            passed(&found)[0].contains("not for seals of this kind"),
            "{:?}",
            passed(&found)
        );
        let late = Said {
            now: NOW.plus(3_000 * DAY),
            ..nothing_said()
        };
        let found = read_in(&[fixture!("csca-p521"), fixture!("bcsc")], &late);
        assert!(
            passed(&found)[0].contains("it expired"),
            "{:?}",
            passed(&found)
        );
    }

    #[test]
    fn what_is_no_certificate_is_refused_or_named() {
        let torn = b"-----BEGIN CERTIFICATE-----\nAAAA\n".to_vec();
        assert!(read(&[torn], &nothing_said(), &mut Found::default()).is_err());
        let found = read_in(&[fixture!("csca-p521"), vec![0x30, 0]], &nothing_said());
        assert_eq!(passed(&found), ["certificate 2: it cannot be read"]);
    }

    #[test]
    fn a_signer_of_which_one_byte_is_another_is_not_taken() {
        let text = String::from_utf8(fixture!("bcsc")).unwrap();
        let der = pem(&text, "CERTIFICATE").unwrap().remove(0);
        // Every byte of the unsigned frame, and every seventh of the others.
        for at in (0..der.len()).filter(|at| at % 7 == 0 || (364..386).contains(at)) {
            let mut changed = der.clone();
            changed[at] ^= 1 << (at % 8);
            let found = read_in(&[fixture!("csca-p521"), changed], &nothing_said());
            assert_eq!(found.keys, [], "byte {at}");
        }
    }
}
