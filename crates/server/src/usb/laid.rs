//! Newer documents for the stations, on the way back.

use domain::document::{Manifest, Trust};
use domain::ids::StationId;
use domain::wire::Hello;
use stick::{MAX_BYTES, MAX_FILES, Name, Stick, StickError};

use super::{Report, UsbError, about_the_message};
use crate::authority::{AuthorityError, Document};
use crate::centre::Centre;

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Laid {
    /// The same lies there.
    Held,
    /// What lies there is another authority's, or damaged: it is left alone.
    Other,
    /// It was written.
    Written,
}

/// Lays trust list, assignments, lists of what was taken back and status list on a stick that brought something of ours.
pub(super) fn lay(
    centre: &Centre,
    stick: &Stick,
    hellos: &[Vec<u8>],
    report: &mut Report,
) -> Result<(), UsbError> {
    let authority = centre.authority();
    let trust = authority.document(Document::Trust)?;
    let root = authority.root()?;
    let is_ours = |bytes: &[u8]| Trust::verify(bytes, &root).is_ok();
    if put(stick, Name::Trust, &trust, is_ours, report) == Some(Laid::Other) {
        // Whose stick that is, and what else belongs on it, is for people to find out.
        return Ok(());
    }
    for hello in hellos {
        lay_assignment(centre, stick, hello, report)?;
    }
    // Small, and wanted by every code of its format; a city's list may find no room beside what else is there.
    lay_withdrawn(centre, stick, report)?;

    lay_list(centre, stick, report)
}

fn lay_assignment(
    centre: &Centre,
    stick: &Stick,
    hello: &[u8],
    report: &mut Report,
) -> Result<(), UsbError> {
    let Some((Hello { station, .. }, _)) = Hello::read(hello) else {
        return Ok(());
    };
    match centre.assignment(hello) {
        Ok(Some(assignment)) => {
            put(
                stick,
                Name::Assignment(StationId(station.0)),
                &assignment,
                |_| true,
                report,
            );
        }
        Ok(None) => {}
        Err(refused) => {
            let refused = about_the_message(refused)?;
            tracing::warn!(%refused, "a station on the stick gets no newer assignment");
        }
    }

    Ok(())
}

/// The manifest goes last, so that a stick that names files has them.
fn lay_list(centre: &Centre, stick: &Stick, report: &mut Report) -> Result<(), UsbError> {
    let authority = centre.authority();
    let bytes = match authority.document(Document::Manifest) {
        Ok(bytes) => bytes,
        Err(AuthorityError::Missing { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let keys: Vec<_> = authority
        .trust()?
        .body
        .status
        .iter()
        .map(|role| role.key)
        .collect();
    let Ok(manifest) = Manifest::verify(&bytes, authority.id(), &keys) else {
        tracing::warn!(
            "the manifest is not signed by a status key of the trust document: no status list is laid"
        );
        return Ok(());
    };
    let is_ours = |bytes: &[u8]| Manifest::verify(bytes, authority.id(), &keys).is_ok();
    let hashes: Vec<[u8; 32]> = manifest.files().map(|file| file.sha256).collect();
    forget_other_files(stick, &hashes, report)?;
    for hash in hashes {
        let Some(file) = authority.status_file(&hash)? else {
            return Ok(());
        };
        let is_it = |bytes: &[u8]| domain::crypto::sha256(&[bytes]) == hash;
        if put(stick, Name::Status(hash), &file, is_it, report).is_none() {
            return Ok(());
        }
    }
    put(stick, Name::Manifest, &bytes, is_ours, report);

    Ok(())
}

/// The lists of what issuers took back that the trust document names.
fn lay_withdrawn(centre: &Centre, stick: &Stick, report: &mut Report) -> Result<(), UsbError> {
    let authority = centre.authority();
    let named = authority.trust()?.body.revocations;
    for (name, _) in stick.content()?.files {
        if let Name::Revocation(hash) = name
            && !named.iter().any(|file| file.sha256 == hash)
        {
            report.unwritten.extend(stick.remove(&name).err());
        }
    }
    for file in named {
        let bytes = match authority.revocation_file(&file.sha256) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                tracing::warn!(
                    sha256 = %domain::hex::encode(file.sha256),
                    "a list that the trust document names is not in the authority's folder"
                );
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "a list that the trust document names cannot be laid");
                continue;
            }
        };
        put(
            stick,
            Name::Revocation(file.sha256),
            &bytes,
            |held| file.is(held),
            report,
        );
    }

    Ok(())
}

/// Status files of lists before, which no manifest names any more, would fill the stick week by week.
fn forget_other_files(
    stick: &Stick,
    wanted: &[[u8; 32]],
    report: &mut Report,
) -> Result<(), UsbError> {
    for (name, _) in stick.content()?.files {
        if let Name::Status(hash) = name
            && !wanted.contains(&hash)
        {
            report.unwritten.extend(stick.remove(&name).err());
        }
    }

    Ok(())
}

/// Writes a document, in the place of an older one of ours. None where that failed, which is reported.
fn put(
    stick: &Stick,
    name: Name,
    bytes: &[u8],
    is_ours: impl Fn(&[u8]) -> bool,
    report: &mut Report,
) -> Option<Laid> {
    let laid = match placed(stick, name, bytes, is_ours) {
        Ok(laid) => laid,
        Err(error) => {
            report.unwritten.push(error);
            return None;
        }
    };
    report.laid.push((name, laid));

    Some(laid)
}

fn placed(
    stick: &Stick,
    name: Name,
    bytes: &[u8],
    is_ours: impl Fn(&[u8]) -> bool,
) -> Result<Laid, StickError> {
    let content = stick.content()?;
    if content
        .left
        .iter()
        .any(|(held, _)| *held == name.to_string())
    {
        return Ok(Laid::Other);
    }
    let held = content.files.iter().find(|(held, _)| *held == name);
    if held.is_some() {
        match stick.read(&name) {
            Ok(held) if held == bytes => return Ok(Laid::Held),
            Ok(held) if is_ours(&held) => {}
            Ok(_) | Err(_) => return Ok(Laid::Other),
        }
    }
    let used: u64 = content.files.iter().map(|(_, length)| length).sum();
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let count = content.files.len() + content.left.len();
    if used.saturating_add(length) > MAX_BYTES || held.is_none() && count >= MAX_FILES {
        return Err(StickError::Full {
            name: name.to_string(),
        });
    }
    stick.write(&name, bytes)?;

    Ok(Laid::Written)
}
