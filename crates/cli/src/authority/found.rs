//! Founding: all keys, the first root, the first trust list, an empty status list.

use std::fs;
use std::path::{Path, PathBuf};

use domain::cose::EDDSA;
use domain::crypto::{Hardness, PublicKey, SealingKey, Secret, SigningKey};
use domain::document::{
    ExchangeTurn, Header, ISSUER_FORMAT_NATIVE, Issuer, IssuerKind, RoleKey, Root, SealingTurn,
    TrustBody, VenuePolicy,
};
use domain::hex;
use domain::ids::AuthorityId;
use domain::keyfile::{KeyFile, KeyRole};
use domain::time::{DAY, Timestamp, WEEK};

use super::{ABOUT, About, ROOT, Register, SEALING, STATUS_SECRETS, TRUST, public, publish};
use crate::passphrase::Passphrase;
use crate::{Failure, files, random};

/// What is decided when an authority is founded.
#[derive(Clone, Debug)]
pub struct Founding {
    /// What it says of itself.
    pub about: About,
    /// District codes of its stations.
    pub districts: Vec<String>,
    /// The time.
    pub now: Timestamp,
}

/// The longest life of a resident's sheet, in days.
pub const MAX_SHEET_DAYS: i64 = 180;

/// Days that entries are kept.
const RETENTION_DAYS: u32 = 14;
/// The longest that a trust list may hold (SECURITY.md §2).
const TRUST_LIFE: i64 = 90 * DAY;
/// Weeks of sealing keys: 90 days need 13 whole ones and the one that has begun.
const SEALING_WEEKS: u64 = 14;
const SLIP_LIFE: i64 = 14 * DAY;
const ROOT_LIFE: i64 = 3_652 * DAY;
const YEAR: i64 = 365 * DAY;

/// Makes an authority in `folder`, which must be empty or not there. It appears as a whole or not at all.
/// Without a passphrase the keys lie in clear, which only a demonstration may do.
///
/// # Errors
/// [`Failure`]; nothing is left behind then but a folder whose name ends in `.part`.
pub fn found(
    folder: &Path,
    founding: &Founding,
    passphrase: Option<&Passphrase>,
) -> Result<(), Failure> {
    refuse_to_overwrite(folder)?;
    if passphrase.is_none() && !founding.about.demo {
        return Err(Failure::Refused(
            "only a demo authority may have keys without a passphrase".to_owned(),
        ));
    }
    let part = part_of(folder)?;
    files::make_folder(&part)?;
    let maker = Maker {
        folder: &part,
        founding,
        passphrase,
    };
    maker.make()?;

    if folder.exists() {
        fs::remove_dir(folder).map_err(Failure::file(folder, "take the place of"))?;
    }
    fs::rename(&part, folder).map_err(Failure::file(folder, "make"))
}

/// Writes a new key of `role`; `passphrase` is asked for only where the key is to be locked.
pub(super) fn write_key(
    path: &Path,
    role: KeyRole,
    demo: bool,
    passphrase: impl FnOnce() -> Result<Passphrase, Failure>,
) -> Result<Secret, Failure> {
    let secret = Secret::generate(random::fresh()?);
    let key = KeyFile::new(role, demo, Secret::new(*secret.expose()));
    let text = key_text(path, &key, passphrase)?;
    files::write_new(path, text.as_bytes())?;

    Ok(secret)
}

/// The text of the key file in `path`; `passphrase` is asked for only where the key is to be locked.
pub(super) fn key_text(
    path: &Path,
    key: &KeyFile,
    passphrase: impl FnOnce() -> Result<Passphrase, Failure>,
) -> Result<zeroize::Zeroizing<String>, Failure> {
    if key.demo {
        return Ok(zeroize::Zeroizing::new(key.in_clear()));
    }

    key.locked(
        &passphrase()?,
        hardness(key.role),
        random::fresh()?,
        random::fresh()?,
    )
    .map(zeroize::Zeroizing::new)
    .map_err(|source| Failure::Key {
        path: path.to_path_buf(),
        source,
    })
}

/// The three root keys lie in drawers for years; the others are opened every day.
fn hardness(role: KeyRole) -> Hardness {
    match role {
        KeyRole::Root => Hardness::AUTHORITY,
        KeyRole::Registry
        | KeyRole::Issuer
        | KeyRole::Slip
        | KeyRole::Status
        | KeyRole::Receipt
        | KeyRole::Exchange
        | KeyRole::Sealing
        | KeyRole::StatusSecret
        | KeyRole::Content128
        | KeyRole::Content256
        | KeyRole::StationSigning
        | KeyRole::StationOpening => Hardness::STATION,
    }
}

fn refuse_to_overwrite(folder: &Path) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    let mut content = fs::read_dir(folder).map_err(Failure::file(folder, "read"))?;
    if content.next().is_some() {
        return Err(Failure::Refused(format!(
            "{} is not empty, and an authority is never overwritten: name another folder",
            folder.display()
        )));
    }

    Ok(())
}

fn part_of(folder: &Path) -> Result<PathBuf, Failure> {
    let mark = hex::encode(random::fresh::<4>()?.into_bytes());
    let mut name = folder
        .file_name()
        .ok_or_else(|| {
            Failure::Refused(format!(
                "{} names no folder of its own: write --out FOLDER/authority",
                folder.display()
            ))
        })?
        .to_os_string();
    name.push(format!(".{mark}.part"));

    Ok(folder.with_file_name(name))
}

struct Maker<'a> {
    folder: &'a Path,
    founding: &'a Founding,
    passphrase: Option<&'a Passphrase>,
}

impl Maker<'_> {
    fn make(&self) -> Result<(), Failure> {
        for inner in ["public", SEALING, STATUS_SECRETS] {
            files::make_folder(&self.folder.join(inner))?;
        }
        let roots = [
            self.signing_key("root-1", KeyRole::Root)?,
            self.signing_key("root-2", KeyRole::Root)?,
            self.signing_key("root-3", KeyRole::Root)?,
        ];
        let authority = AuthorityId(random::fresh()?.into_bytes());
        let root = self.root(authority, &roots);
        let trust = self.trust(authority)?;
        let signers = [&roots[0], &roots[1]];
        let public = public(self.folder);
        files::write_new(&public.join(ROOT), &root.sign(&signers))?;
        files::write_new(&public.join(TRUST), &trust.sign(&signers))?;
        self.about()?;

        self.first_list()
    }

    fn root(&self, authority: AuthorityId, keys: &[SigningKey; 3]) -> Root {
        Root {
            header: self.header(authority, ROOT_LIFE),
            keys: keys.iter().map(SigningKey::public).collect(),
            threshold: 2,
            demo: self.founding.about.demo,
        }
    }

    fn trust(&self, authority: AuthorityId) -> Result<TrustBody, Failure> {
        let release = env!("CARGO_PKG_VERSION").to_owned();
        let now = self.founding.now;
        let exchange = ExchangeTurn {
            key: self.opening_key(Path::new("exchange.key"), KeyRole::Exchange)?,
            not_before: now,
            not_after: now.plus(TRUST_LIFE),
        };

        Ok(TrustBody {
            header: self.header(authority, TRUST_LIFE),
            registry: vec![self.role_key(KeyRole::Registry, YEAR)?],
            status: vec![self.role_key(KeyRole::Status, TRUST_LIFE)?],
            receipt: vec![self.role_key(KeyRole::Receipt, TRUST_LIFE)?],
            exchange: vec![exchange],
            sealing: self.sealing()?,
            issuers: self.issuers()?,
            foreign: Vec::new(),
            revocations: Vec::new(),
            hcert: None,
            status_uris: vec![self.founding.about.status_uri.clone()],
            lookups: Vec::new(),
            policies: vec![VenuePolicy::public_place(), VenuePolicy::residential()],
            retention_days: RETENTION_DAYS,
            min_version: release.clone(),
            release,
            pins: Vec::new(),
            districts: self.founding.districts.clone(),
        })
    }

    /// A demonstration shows an expired sheet on its first day, so its issuer has been one for a year.
    fn issuers(&self) -> Result<Vec<Issuer>, Failure> {
        let now = self.founding.now;
        let about = &self.founding.about;
        let issuer = |name: &str, kind, key: PublicKey, max_lifetime| Issuer {
            name: name.to_owned(),
            format: ISSUER_FORMAT_NATIVE.to_owned(),
            kind,
            algorithm: EDDSA,
            key: key.as_bytes().to_vec(),
            not_before: if about.demo { now.plus(-YEAR) } else { now },
            not_after: now.plus(YEAR),
            max_lifetime,
        };
        let resident = self.signing_key("issuer", KeyRole::Issuer)?.public();
        let slip = self.signing_key("slip", KeyRole::Slip)?.public();

        Ok(vec![
            issuer(
                &about.issuer,
                IssuerKind::Resident,
                resident,
                MAX_SHEET_DAYS * DAY,
            ),
            issuer(&about.slip_issuer, IssuerKind::Slip, slip, SLIP_LIFE),
        ])
    }

    /// One key a week without a gap, from the week that has begun to past the trust list's end.
    fn sealing(&self) -> Result<Vec<SealingTurn>, Failure> {
        let first = self.founding.now.week();

        (first..first.saturating_add(SEALING_WEEKS))
            .map(|week| {
                let path = PathBuf::from(SEALING).join(format!("{week}.key"));
                let begin = Timestamp(i64::try_from(week).unwrap_or(i64::MAX).saturating_mul(WEEK));

                Ok(SealingTurn {
                    key: self.opening_key(&path, KeyRole::Sealing)?,
                    not_before: begin,
                    not_after: begin.plus(WEEK),
                })
            })
            .collect()
    }

    fn about(&self) -> Result<(), Failure> {
        let path = self.folder.join(ABOUT);
        let text = serde_json::to_string_pretty(&self.founding.about)
            .map_err(std::io::Error::from)
            .map_err(Failure::file(&path, "write"))?;

        files::write_new(&path, format!("{text}\n").as_bytes())
    }

    /// Last week's secret is made too: a station that is enrolled on Thursday midnight needs both.
    fn first_list(&self) -> Result<(), Failure> {
        let this = self.founding.now.week();
        for week in this.saturating_sub(1)..=this.saturating_add(1) {
            let path = PathBuf::from(STATUS_SECRETS).join(format!("{week}.key"));
            self.write(&path, KeyRole::StatusSecret)?;
        }
        Register::default().write(self.folder)?;
        let authority = super::Authority::open(self.folder)?;
        if let Some(passphrase) = self.passphrase {
            authority.passphrase.known(passphrase.clone());
        }

        publish(&authority, &Register::default(), self.founding.now).map(|_| ())
    }

    fn role_key(&self, role: KeyRole, life: i64) -> Result<RoleKey, Failure> {
        let now = self.founding.now;

        Ok(RoleKey {
            key: self.signing_key(role.word(), role)?.public(),
            not_before: now,
            not_after: now.plus(life),
        })
    }

    fn signing_key(&self, name: &str, role: KeyRole) -> Result<SigningKey, Failure> {
        let secret = self.write(Path::new(&format!("{name}.key")), role)?;

        Ok(SigningKey::new(secret))
    }

    fn opening_key(&self, path: &Path, role: KeyRole) -> Result<SealingKey, Failure> {
        let secret = self.write(path, role)?;

        Ok(domain::crypto::OpeningKey::new(&secret).public())
    }

    fn write(&self, path: &Path, role: KeyRole) -> Result<Secret, Failure> {
        write_key(
            &self.folder.join(path),
            role,
            self.founding.about.demo,
            || {
                self.passphrase
                    .cloned()
                    .ok_or_else(|| Failure::Refused("a passphrase is needed".to_owned()))
            },
        )
    }

    fn header(&self, authority: AuthorityId, life: i64) -> Header {
        Header {
            authority,
            version: 1,
            issued_at: self.founding.now,
            expires: self.founding.now.plus(life),
        }
    }
}
