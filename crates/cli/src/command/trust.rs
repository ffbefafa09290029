//! The trust list: importing, showing, signing, combining.

use domain::code::foreign::ProofKind;
use domain::code::lookup::{Alphabet, LookupScheme};
use domain::screen::Preset;
use domain::time::{DAY, Timestamp};

use crate::args::{
    TrustAlphabet, TrustCombineArgs, TrustHcertArgs, TrustImportArgs, TrustKind, TrustLookupsArgs,
    TrustPolicyArgs, TrustShowArgs, TrustSignArgs, TrustVenue,
};
use crate::trust::{self, Apart, Asked, Folder, Import, Numbers, Said, Table};
use crate::verify::printable;
use crate::{Failure, Out};

pub(super) fn import(args: &TrustImportArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let import = Import {
        source: args.format,
        said: Said {
            issuer: args.issuer.clone(),
            name: args.name.clone(),
            country: args.country.clone(),
            kinds: args.kinds.iter().map(|kind| proof(*kind)).collect(),
            not_after: args.not_after,
            max_lifetime: args
                .max_days
                .map(|days| i64::from(days).saturating_mul(DAY)),
            now,
        },
        add: args.add,
        shrink: args.shrink,
        files: &args.files,
    };

    trust::import(&args.authority, &import, out)
}

pub(super) fn policy(args: &TrustPolicyArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let proofs: Vec<_> = args.proof.iter().map(|group| group.0.clone()).collect();
    let asked = Asked {
        venue: match args.venue {
            TrustVenue::PublicPlace => Preset::PublicPlace,
            TrustVenue::Residential => Preset::Residential,
            TrustVenue::Event => Preset::Event,
        },
        rules: &args.rules,
        products: &args.product,
        proofs: &proofs,
        clear: args.clear,
        again_within: args.again_within,
        identity_check: args.identity_check,
    };

    trust::policy(&args.authority, &asked, now, out)
}

pub(super) fn lookups(
    args: &TrustLookupsArgs,
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    let alphabet = args.alphabet.map(|alphabet| match alphabet {
        TrustAlphabet::Digits => Alphabet::Digits,
        TrustAlphabet::Hex => Alphabet::Hex,
        TrustAlphabet::Alphanumeric => Alphabet::Alphanumeric,
        TrustAlphabet::Base64url => Alphabet::Base64Url,
    });
    let scheme = alphabet
        .zip(args.length)
        .map(|(alphabet, (least, most))| LookupScheme {
            issuer: args.issuer.clone(),
            prefix: args.prefix.clone(),
            alphabet,
            least,
            most,
            country: args.country.clone(),
        });

    trust::lookups(&args.authority, &args.issuer, scheme, now, out)
}

pub(super) fn hcert(args: &TrustHcertArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let numbers = Numbers {
        dcc: &args.dcc,
        icvp: &args.icvp,
        clear: args.clear,
    };

    trust::hcert(&args.authority, &numbers, now, out)
}

pub(super) fn show(args: &TrustShowArgs, out: Out<'_>) -> Result<(), Failure> {
    let folder = Folder::open(&args.authority)?;
    let draft = if args.draft {
        Some(folder.draft()?.ok_or_else(|| {
            Failure::Refused(format!(
                "there is no draft in {}",
                folder.draft_path().display()
            ))
        })?)
    } else {
        None
    };
    let body = draft
        .as_ref()
        .map_or(&folder.held().body, |draft| draft.body());
    let mut lines = trust::summary(body);
    if args.keys {
        lines.extend(trust::keys(body));
    }
    for line in lines {
        writeln!(out, "{}", printable(&line))?;
    }

    Ok(())
}

pub(super) fn sign(args: &TrustSignArgs, now: Timestamp, out: Out<'_>) -> Result<(), Failure> {
    let table = Table {
        keys: &args.key,
        words: args.words.as_deref(),
        now,
    };
    if let (Some(root), Some(held), Some(draft), Some(to)) =
        (&args.root, &args.held, &args.draft, &args.out)
    {
        let apart = Apart {
            root,
            held,
            draft,
            out: to,
        };
        return apart.sign(&table, out);
    }
    let folder = args.authority.as_deref().ok_or_else(|| {
        Failure::Refused(
            "say where the draft is: --authority DIR, or --root, --held, --draft and --out"
                .to_owned(),
        )
    })?;

    trust::sign(folder, args.draft.as_deref(), &table, out)
}

pub(super) fn combine(
    args: &TrustCombineArgs,
    now: Timestamp,
    out: Out<'_>,
) -> Result<(), Failure> {
    trust::combine(&Folder::open(&args.authority)?, &args.files, now, out)
}

fn proof(kind: TrustKind) -> ProofKind {
    match kind {
        TrustKind::Vaccination => ProofKind::Vaccination,
        TrustKind::Test => ProofKind::Test,
        TrustKind::Recovery => ProofKind::Recovery,
        TrustKind::Identity => ProofKind::Identity,
        TrustKind::Ticket => ProofKind::Ticket,
    }
}
