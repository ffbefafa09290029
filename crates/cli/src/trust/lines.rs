//! What a trust list holds, a line each: as it is shown, and as two lists are compared.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::foreign::revocation::ListKind;
use domain::code::foreign::{ForeignKey, Format, HcertMap, ProofKind};
use domain::code::lookup::LookupScheme;
use domain::crypto::{KeyKind, VerifyingKey, sha256};
use domain::document::{IssuerKind, RevocationFile, TrustBody, VenuePolicy};
use domain::hex;
use domain::rules::RuleSet;
use domain::screen::Preset;
use domain::time::{DAY, Timestamp};

use crate::clock::show;

/// The word of a format in documents.
pub(super) fn format_word(format: Format) -> &'static str {
    match format {
        Format::Hcert => "hcert",
        Format::Shc => "shc",
        Format::Nzcp => "nzcp",
        Format::VdsNc => "vds_nc",
        Format::Claim169 => "claim169",
        Format::Pretix => "pretix",
    }
}

/// The word of a kind of list in documents.
pub(super) fn list_word(kind: ListKind) -> &'static str {
    match kind {
        ListKind::EuHashes => "eu_hashes",
        ListKind::PretixBlocked => "pretix_blocked",
        ListKind::PretixRevoked => "pretix_revoked",
        ListKind::ShcRids => "shc_rids",
        ListKind::StatusToken => "status_token",
    }
}

/// A file of what was taken back.
pub(super) fn list_line(file: &RevocationFile) -> String {
    let (list, hash) = (list_word(file.list), hex::encode(file.sha256));

    format!("revocations {list} {hash}, {} bytes", file.length)
}

/// Whose codes of which shape are looked up.
pub(super) fn scheme_line(scheme: &LookupScheme) -> String {
    let country = scheme.country.as_deref().unwrap_or("no country");
    let length = if scheme.least == scheme.most {
        scheme.least.to_string()
    } else {
        format!("{} to {}", scheme.least, scheme.most)
    };

    format!(
        "looked up: codes of {} ({country}), {:?} and {length} of {}",
        scheme.issuer,
        scheme.prefix,
        scheme.alphabet.word()
    )
}

/// Which numbers of an HCERT hold what.
fn hcert_line(body: &TrustBody) -> String {
    let map = body.hcert.clone().unwrap_or_default();
    let numbers: Vec<_> = map
        .numbers()
        .iter()
        .map(|(number, content)| format!("{} under {number}", content.name()))
        .collect();
    let usual = if map == HcertMap::default() {
        ", as usual"
    } else {
        ""
    };

    format!("hcert: {}{usual}", numbers.join(", "))
}

fn kind_word(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Vaccination => "vaccination",
        ProofKind::Test => "test",
        ProofKind::Recovery => "recovery",
        ProofKind::Identity => "identity",
        ProofKind::Ticket => "ticket",
    }
}

/// A key's kind, and the beginning of its SHA-256: under one id there may be another key tomorrow.
fn key_word(key: Option<&VerifyingKey>) -> String {
    let Some(key) = key else {
        return "unsupported".to_owned();
    };
    let kind = match key.kind() {
        KeyKind::P256 => "P-256",
        KeyKind::P384 => "P-384",
        KeyKind::Rsa => "RSA",
        KeyKind::Ed25519 => "Ed25519",
    };
    let hash = hex::encode(sha256(&[key.as_bytes()]));

    format!("{kind} {}", hash.get(..16).unwrap_or_default())
}

/// Whose a foreign key is: format, issuer where codes must name one, country.
pub(super) fn owner(key: &ForeignKey) -> String {
    let mut words = vec![format_word(key.format)];
    words.extend(key.issuer.as_deref());
    words.push(key.country.as_deref().unwrap_or("no country"));

    words.join(", ")
}

/// A foreign key, short enough for a line.
pub(super) fn key_line(key: &ForeignKey) -> String {
    let id = match str::from_utf8(&key.key_id) {
        Ok("") => "without an id".to_owned(),
        Ok(text) if text.bytes().all(|c| c.is_ascii_graphic()) => text.to_owned(),
        Ok(_) | Err(_) => hex::encode(&key.key_id),
    };
    let mut words = vec![id, key_word(key.key.as_ref())];
    words.extend(key.not_before.map(|start| format!("from {}", show(start))));
    words.extend(key.not_after.map(|end| format!("to {}", show(end))));
    let days = |seconds: i64| format!("for at most {} days a code", seconds / DAY);
    words.extend(key.max_lifetime.map(days));
    words.extend(key.name.as_ref().map(|name| format!("shown as {name}")));
    if !key.kinds.is_empty() {
        let kinds: Vec<_> = key.kinds.iter().map(|kind| kind_word(*kind)).collect();
        words.push(format!("for {} alone", kinds.join(" and ")));
    }

    words.join(" ")
}

/// Everything in a list but its version, its times and the keys of others.
pub(super) fn own_lines(body: &TrustBody) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let roles = [
        ("registry", &body.registry),
        ("status", &body.status),
        ("receipt", &body.receipt),
    ];
    for (role, keys) in roles {
        lines.extend(
            keys.iter()
                .map(|key| turn(role, key.key.as_bytes(), key.not_before, key.not_after)),
        );
    }
    lines.extend(body.exchange.iter().map(|key| {
        turn(
            "exchange",
            key.key.as_bytes(),
            key.not_before,
            key.not_after,
        )
    }));
    lines.extend(
        body.sealing
            .iter()
            .map(|key| turn("sealing", key.key.as_bytes(), key.not_before, key.not_after)),
    );
    lines.extend(body.issuers.iter().map(|issuer| {
        let kind = match issuer.kind {
            IssuerKind::Resident => "sheets",
            IssuerKind::Slip => "slips",
        };
        let role = format!(
            "issuer {} of {kind} ({}, {}, at most {} s)",
            issuer.name, issuer.format, issuer.algorithm, issuer.max_lifetime
        );
        turn(&role, &issuer.key, issuer.not_before, issuer.not_after)
    }));
    lines.extend(body.revocations.iter().map(list_line));
    lines.insert(hcert_line(body));
    lines.extend(
        body.status_uris
            .iter()
            .map(|uri| format!("status list {uri}")),
    );
    lines.extend(body.lookups.iter().map(scheme_line));
    lines.extend(
        body.pins
            .iter()
            .map(|pin| format!("TLS pin {}", hex::encode(pin))),
    );
    lines.extend(body.districts.iter().map(|code| format!("district {code}")));
    lines.extend(body.policies.iter().flat_map(policy_lines));
    lines.insert(format!("entries are kept {} days", body.retention_days));
    lines.insert(format!(
        "releases from {} to {}",
        body.min_version, body.release
    ));

    lines
}

/// A policy, and each of its rule files by its place, its name and what it says, so that another text is another line. Of
/// several rules that fail the first is told at the door.
fn policy_lines(policy: &VenuePolicy) -> Vec<String> {
    let kind = venue_word(policy.kind);
    let rules = policy.rules.iter().zip(1_u32..).map(|(text, place)| {
        let hash = hex::encode(sha256(&[text.as_bytes()]));
        let what = RuleSet::read(text).map_or_else(
            |_| "cannot be read".to_owned(),
            |set| format!("{}, rules: {}", set.id, set.rules.len()),
        );
        format!("policy of {kind}, rule file {place}: {what}, SHA-256 {hash}")
    });

    std::iter::once(policy_line(policy)).chain(rules).collect()
}

fn policy_line(policy: &VenuePolicy) -> String {
    let mut says = vec![match policy.test_within_hours {
        Some(hours) => format!("a negative test of the last {hours} h"),
        None => "no test".to_owned(),
    }];
    let compared = if policy.identity_check { "" } else { "not " };
    says.push(format!("the ID document is {compared}compared"));
    says.push(format!(
        "the same again within {} s is told",
        policy.again_within
    ));
    says.push(format!(
        "the status warns after {} h and stops after {} h",
        policy.status_warn_hours, policy.status_stop_hours
    ));
    says.extend(policy.proofs.iter().map(|group| {
        let words: Vec<_> = group.iter().map(|kind| kind.word()).collect();
        format!("wanted: {}", words.join(" or "))
    }));
    says.extend(
        policy
            .products
            .iter()
            .map(|product| format!("product {} is {}", product.item, product.name)),
    );

    format!("policy of {}: {}", venue_word(policy.kind), says.join("; "))
}

fn venue_word(kind: Preset) -> &'static str {
    match kind {
        Preset::Event => "event",
        Preset::PublicPlace => "public_place",
        Preset::Residential => "residential",
    }
}

fn turn(role: &str, key: &[u8], from: Timestamp, to: Timestamp) -> String {
    format!(
        "{role} key {} from {} to {}",
        hex::encode(key),
        show(from),
        show(to)
    )
}

/// A list in short: version, times, keys by format and country, revocations, policies.
pub(crate) fn summary(body: &TrustBody) -> Vec<String> {
    let header = &body.header;
    let mut lines = vec![
        format!("version {}", header.version),
        format!(
            "holds from {} to {}",
            show(header.issued_at),
            show(header.expires)
        ),
        format!(
            "own keys: {} registry, {} status, {} receipt, {} exchange, {} sealing, {} issuers",
            body.registry.len(),
            body.status.len(),
            body.receipt.len(),
            body.exchange.len(),
            body.sealing.len(),
            body.issuers.len()
        ),
    ];
    let mut counts: BTreeMap<Format, BTreeMap<&str, usize>> = BTreeMap::new();
    for key in &body.foreign {
        let country = key.country.as_deref().unwrap_or("no country");
        *counts
            .entry(key.format)
            .or_default()
            .entry(country)
            .or_default() += 1;
    }
    for (format, countries) in &counts {
        let all: usize = countries.values().sum();
        let each: Vec<_> = countries
            .iter()
            .map(|(name, n)| format!("{name} {n}"))
            .collect();
        lines.push(format!(
            "keys for {}: {all} ({})",
            format_word(*format),
            each.join(", ")
        ));
    }
    if counts.is_empty() {
        lines.push("keys of others: none".to_owned());
    }
    lines.push(hcert_line(body));
    for file in &body.revocations {
        lines.push(list_line(file));
    }
    lines.extend(body.lookups.iter().map(scheme_line));
    lines.extend(body.policies.iter().flat_map(policy_lines));

    lines
}

/// The keys of others, a line each.
pub(crate) fn keys(body: &TrustBody) -> Vec<String> {
    body.foreign
        .iter()
        .map(|key| format!("{}: {}", owner(key), key_line(key)))
        .collect()
}
