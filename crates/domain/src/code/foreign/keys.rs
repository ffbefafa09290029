//! Whose signatures on foreign codes count.

use std::collections::BTreeMap;

use super::{Format, ProofKind};
use crate::crypto::VerifyingKey;
use crate::time::Timestamp;

/// Most keys that one signature is tried with (SECURITY.md §3 step 4).
pub const MAX_CANDIDATES: usize = 8;

/// A key that a trust list holds for one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The format that it signs.
    pub format: Format,
    /// The id by which codes name it, not always its own; empty where the format has none, and then it is a candidate for
    /// every code of the format.
    pub key_id: Vec<u8>,
    /// Its owner, as its codes must say; `None` where the trust list does not tell. Of a ticket's key, whose codes say none,
    /// the event.
    pub issuer: Option<String>,
    /// Its owner's name as staff read it, where the one in codes is none or tells them nothing.
    pub name: Option<String>,
    /// Its owner's country (ISO 3166-1 alpha-2), to show.
    pub country: Option<String>,
    /// The key; `None` where it is of a kind that this release cannot check, such as P-521.
    pub key: Option<VerifyingKey>,
    /// May sign from this second on.
    pub not_before: Option<Timestamp>,
    /// May sign up to this second.
    pub not_after: Option<Timestamp>,
    /// How many seconds its codes may hold from when they were signed (SECURITY.md §3 step 5); `None` for any.
    pub max_lifetime: Option<i64>,
    /// What it may vouch for; empty means everything.
    pub kinds: Vec<ProofKind>,
}

impl ForeignKey {
    /// An entry that says nothing but what codes of `format` call it: no key, no owner, for everything and for ever.
    #[must_use]
    pub fn new(format: Format, key_id: Vec<u8>) -> Self {
        Self {
            format,
            key_id,
            issuer: None,
            name: None,
            country: None,
            key: None,
            not_before: None,
            not_after: None,
            max_lifetime: None,
            kinds: Vec::new(),
        }
    }

    /// Whether it may sign at `at`.
    #[must_use]
    pub fn is_valid(&self, at: Timestamp) -> bool {
        self.not_before.is_none_or(|start| at >= start)
            && self.not_after.is_none_or(|end| at <= end)
    }

    /// Whether it may vouch for all of `kinds`; where a code does not say what it proves, only a key for everything may.
    #[must_use]
    pub fn may_vouch_for(&self, kinds: &[ProofKind]) -> bool {
        self.kinds.is_empty()
            || !kinds.is_empty() && kinds.iter().all(|kind| self.kinds.contains(kind))
    }
}

/// What a signer is called beside what its code says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignerNames<'a> {
    /// The ids of its key.
    pub ids: Vec<&'a [u8]>,
    /// Its country, as the trust list has it.
    pub country: Option<&'a str>,
}

/// The keys of all formats by the ids that codes name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing(BTreeMap<(Format, Vec<u8>), Vec<ForeignKey>>);

impl KeyRing {
    /// A ring of `keys`; those with one id are tried in the order given.
    pub fn new(keys: impl IntoIterator<Item = ForeignKey>) -> Self {
        let mut by_id: BTreeMap<_, Vec<ForeignKey>> = BTreeMap::new();
        for key in keys {
            let id = (key.format, key.key_id.clone());
            by_id.entry(id).or_default().push(key);
        }

        Self(by_id)
    }

    /// The keys that a code may be signed with: those with its id and those without any; all of the format where the code
    /// names none. At most [`MAX_CANDIDATES`].
    pub fn candidates(&self, format: Format, key_id: &[u8]) -> impl Iterator<Item = &ForeignKey> {
        self.all(format, key_id).take(MAX_CANDIDATES)
    }

    /// The keys that a code of `issuer` may be signed with, in the order in which [`MAX_CANDIDATES`] of them are tried: keys of
    /// other owners come last, so that they never take its place from the right one's.
    pub fn candidates_of<'a>(
        &'a self,
        format: Format,
        key_id: &[u8],
        issuer: Option<&str>,
    ) -> impl Iterator<Item = &'a ForeignKey> {
        let is_others =
            move |key: &&ForeignKey| key.issuer.is_some() && key.issuer.as_deref() != issuer;
        let others = self.all(format, key_id).filter(is_others);
        let owners = self.all(format, key_id).filter(move |key| !is_others(key));

        owners.chain(others)
    }

    /// What lists of what was taken back may call `signer`: the ids that the ring has its key under, its own among them, and
    /// its country. No id for a key that cannot be checked.
    #[must_use]
    pub fn names_of<'a>(&'a self, signer: &'a ForeignKey) -> SignerNames<'a> {
        let same = |key: &&ForeignKey| key.key.is_some() && key.key == signer.key;
        let mut ids: Vec<&[u8]> = self
            .all(signer.format, &[])
            .filter(same)
            .map(|key| key.key_id.as_slice())
            .collect();
        ids.dedup();

        SignerNames {
            ids,
            country: signer.country.as_deref(),
        }
    }

    fn all<'a>(
        &'a self,
        format: Format,
        key_id: &[u8],
    ) -> impl Iterator<Item = &'a ForeignKey> + use<'a> {
        let is_named = !key_id.is_empty();
        let named = self.0.get(&(format, key_id.to_vec()));
        let others = self
            .0
            .range((format, Vec::new())..)
            .take_while(move |((of, _), _)| *of == format)
            .filter(move |((_, id), _)| !is_named || id.is_empty())
            .map(|(_, keys)| keys);
        // Where the code names none, `others` has the keys without an id as well.
        let named = named.filter(|_| is_named);

        named.into_iter().chain(others).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Secret, SigningKey};

    fn key(format: Format, key_id: &[u8], country: &str) -> ForeignKey {
        ForeignKey {
            country: Some(country.to_owned()),
            ..ForeignKey::new(format, key_id.to_vec())
        }
    }

    fn found(ring: &KeyRing, format: Format, key_id: &[u8]) -> Vec<String> {
        let found = ring.candidates(format, key_id);
        found.filter_map(|key| key.country.clone()).collect()
    }

    #[test]
    fn colliding_ids_give_every_key_and_no_other_formats_keys() {
        let ring = KeyRing::new([
            key(Format::Hcert, &[1], "AT"),
            key(Format::Hcert, &[1], "BE"),
            key(Format::Hcert, &[2], "CY"),
            key(Format::Nzcp, &[1], "NZ"),
            key(Format::Hcert, &[], "DE"),
        ]);
        assert_eq!(found(&ring, Format::Hcert, &[1]), ["AT", "BE", "DE"]);
        assert_eq!(found(&ring, Format::Hcert, &[3]), ["DE"]);
        assert_eq!(found(&ring, Format::Hcert, &[]), ["DE", "AT", "BE", "CY"]);
        assert_eq!(found(&ring, Format::Nzcp, &[1]), ["NZ"]);
        assert_eq!(found(&ring, Format::Shc, &[1]), [""; 0]);
    }

    #[test]
    fn a_key_is_found_under_all_its_ids_and_under_no_other_formats() {
        let own = |format, key_id: &[u8], byte| ForeignKey {
            key: Some(SigningKey::new(Secret::new([byte; 32])).public().into()),
            ..key(format, key_id, "AT")
        };
        let ring = KeyRing::new([
            own(Format::Hcert, &[2], 1),
            own(Format::Hcert, &[1], 1),
            own(Format::Hcert, &[3], 9),
            own(Format::Shc, &[4], 1),
            key(Format::Hcert, &[5], "AT"),
        ]);
        let signer = own(Format::Hcert, &[2], 1);
        let names = ring.names_of(&signer);
        assert_eq!(names.ids, [&[1][..], &[2]]);
        assert_eq!(names.country, Some("AT"));
        let unchecked = key(Format::Hcert, &[5], "AT");
        assert!(ring.names_of(&unchecked).ids.is_empty());
    }

    #[test]
    fn more_than_eight_keys_are_not_tried() {
        let many = KeyRing::new((0..20).map(|_| key(Format::Hcert, &[1], "FR")));
        assert_eq!(found(&many, Format::Hcert, &[1]).len(), MAX_CANDIDATES);
        assert_eq!(found(&many, Format::Hcert, &[]).len(), MAX_CANDIDATES);
    }

    #[test]
    fn keys_of_other_owners_never_crowd_out_the_right_one() {
        let owned = |owner: &str| ForeignKey {
            issuer: Some(owner.to_owned()),
            ..key(Format::VdsNc, &[1], owner)
        };
        let mut keys = vec![owned("AUS"); 20];
        keys.extend([owned("UTO"), key(Format::VdsNc, &[1], "XX")]);
        let ring = KeyRing::new(keys);
        let found = |key_id: &[u8], issuer| {
            let found = ring.candidates_of(Format::VdsNc, key_id, issuer);
            let countries = found.filter_map(|key| key.country.as_deref());
            countries.collect::<Vec<_>>()
        };
        for key_id in [&[1][..], &[]] {
            let of_uto = found(key_id, Some("UTO"));
            assert_eq!(of_uto[..3], ["UTO", "XX", "AUS"]);
            assert_eq!(
                of_uto.len(),
                22,
                "all, in the order in which some are tried"
            );
            assert_eq!(found(key_id, None)[..2], ["XX", "AUS"]);
        }
    }

    #[test]
    fn a_key_vouches_for_its_kinds_alone_and_for_what_is_unsaid_only_without_any() {
        let open = key(Format::Hcert, &[1], "AT");
        let held = ForeignKey {
            kinds: vec![ProofKind::Test, ProofKind::Recovery],
            ..open.clone()
        };
        assert!(open.may_vouch_for(&[ProofKind::Vaccination]) && open.may_vouch_for(&[]));
        assert!(held.may_vouch_for(&[ProofKind::Test]));
        assert!(!held.may_vouch_for(&[ProofKind::Test, ProofKind::Vaccination]));
        assert!(!held.may_vouch_for(&[]));
    }
}
