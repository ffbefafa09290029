//! What the files of an import brought, judged key by key.

use domain::code::clean_text;
use domain::code::foreign::revocation::ListKind;
use domain::code::foreign::{ForeignKey, Format, ProofKind};
use domain::crypto::{KeyError, VerifyingKey};
use domain::time::Timestamp;

use crate::clock;

/// What whoever imports says where the files do not, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The issuer's name, as its codes give it.
    pub(crate) issuer: Option<String>,
    /// The issuer's name, as staff read it.
    pub(crate) name: Option<String>,
    /// The issuer's country.
    pub(crate) country: Option<String>,
    /// What a key may vouch for that does not say itself.
    pub(crate) kinds: Vec<ProofKind>,
    /// The end of a key that has none.
    pub(crate) not_after: Option<Timestamp>,
    /// How many seconds a code may hold.
    pub(crate) max_lifetime: Option<i64>,
    /// The time.
    pub(crate) now: Timestamp,
}

/// A list that takes codes back, in a form that stations read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct List {
    /// What it lists.
    pub(crate) kind: ListKind,
    /// The file, as it will travel.
    pub(crate) bytes: Vec<u8>,
}

/// Something in a file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Passed {
    /// Why.
    pub(crate) why: String,
    /// What, by its name in the file.
    pub(crate) name: String,
}

/// All that was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Keys that a trust list may hold, each once.
    pub(crate) keys: Vec<ForeignKey>,
    /// Lists of what was taken back, each once.
    pub(crate) lists: Vec<List>,
    /// What was passed over.
    pub(crate) passed: Vec<Passed>,
    /// What whoever signs the list should know of what was taken.
    pub(crate) notes: Vec<String>,
}

/// A key as its source has it.
pub(super) struct Offer {
    /// Its name in the file.
    pub(super) name: String,
    /// The key, or why it is none.
    pub(super) key: Result<VerifyingKey, KeyError>,
    /// The rest of its entry.
    pub(super) entry: ForeignKey,
}

impl Said {
    /// An entry of `format` with what was said and nothing else.
    pub(super) fn entry(&self, format: Format, key_id: Vec<u8>) -> ForeignKey {
        ForeignKey {
            issuer: self.issuer.clone(),
            name: self.name.clone(),
            country: self.country.clone(),
            max_lifetime: self.max_lifetime,
            ..ForeignKey::new(format, key_id)
        }
    }
}

/// A name from a file as staff will read it; none where nothing of it can be shown.
pub(super) fn shown(name: Option<&str>) -> Option<String> {
    name.map(|name| clean_text(name.trim()).0)
        .filter(|name| !name.is_empty())
}

impl Found {
    /// Notes that something was passed over.
    pub(super) fn pass(&mut self, name: impl Into<String>, why: impl Into<String>) {
        self.passed.push(Passed {
            why: why.into(),
            name: name.into(),
        });
    }

    /// Takes a key, or says why not. One that cannot be checked here is taken without its bytes, so that its codes are
    /// undecided and not forged.
    pub(super) fn offer(&mut self, offer: Offer, said: &Said) {
        let Offer {
            name,
            key,
            mut entry,
        } = offer;
        entry.key = match key {
            Ok(key) => Some(key),
            Err(KeyError::Unsupported) => None,
            Err(KeyError::Malformed) => return self.pass(name, "the key is malformed"),
            Err(KeyError::Weak(_)) => {
                return self.pass(name, "the key is weak: one signature fits every message");
            }
        };
        if entry.kinds.is_empty() {
            entry.kinds.clone_from(&said.kinds);
        }
        entry.not_after = entry.not_after.or(said.not_after);
        if let Some(end) = entry.not_after.filter(|end| *end < said.now) {
            return self.pass(name, format!("it expired in {}", month(end)));
        }
        if let Some(why) = strange(&entry) {
            return self.pass(name, why);
        }
        if !self.keys.contains(&entry) {
            self.keys.push(entry);
        }
    }

    /// Takes a list.
    pub(super) fn list(&mut self, list: List) {
        if !self.lists.contains(&list) {
            self.lists.push(list);
        }
    }
}

/// `2026-08`: what expired is grouped by it.
fn month(time: Timestamp) -> String {
    let shown = clock::show(time);

    shown.get(..7).map_or(shown.clone(), str::to_owned)
}

/// Names that no screen and no operator should meet.
fn strange(entry: &ForeignKey) -> Option<&'static str> {
    let too_long = |text: &Option<String>, most| text.as_ref().is_some_and(|t| t.len() > most);
    let hidden = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.chars().any(|c| c.is_control() || is_invisible(c)))
    };
    if entry.key_id.len() > MAX_KEY_ID {
        Some("its id is longer than 256 bytes")
    } else if too_long(&entry.issuer, MAX_ISSUER) || too_long(&entry.country, MAX_COUNTRY) {
        Some("its issuer or country is too long a name")
    } else if hidden(&entry.issuer) || hidden(&entry.country) {
        Some("its issuer or country has characters that no screen shows")
    } else {
        None
    }
}

/// Marks that turn writing around or take no room (Unicode, `Bidi_Control` and zero width).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `2` or `3` capital letters, as trust lists and certificates name countries; `None` for anything else.
pub(super) fn country(text: &str) -> Option<String> {
    let fits = (2..=3).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphabetic());

    fits.then(|| text.to_ascii_uppercase())
}

const MAX_KEY_ID: usize = 256;
const MAX_ISSUER: usize = 512;
const MAX_COUNTRY: usize = 16;

#[cfg(test)]
pub(super) mod tests {
    use domain::crypto::{Secret, SigningKey};

    use super::*;

    /// 2026-11-24T08:00:00Z.
    pub(crate) const NOW: Timestamp = Timestamp(1_795_507_200);

    pub(crate) fn nothing_said() -> Said {
        Said {
            issuer: None,
            name: None,
            country: None,
            kinds: Vec::new(),
            not_after: None,
            max_lifetime: None,
            now: NOW,
        }
    }

    /// What was passed over, as `name: why`.
    pub(crate) fn passed(found: &Found) -> Vec<String> {
        found
            .passed
            .iter()
            .map(|passed| format!("{}: {}", passed.name, passed.why))
            .collect()
    }

    fn offered(change: impl FnOnce(&mut Offer), said: &Said) -> Found {
        let mut offer = Offer {
            name: "one".to_owned(),
            key: Ok(SigningKey::new(Secret::new([1; 32])).public().into()),
            entry: nothing_said().entry(Format::Hcert, vec![1]),
        };
        change(&mut offer);
        let mut found = Found::default();
        found.offer(offer, said);

        found
    }

    #[test]
    fn what_is_said_of_name_and_lifetime_is_in_every_entry() {
        let said = Said {
            name: Some("Example Health".to_owned()),
            max_lifetime: Some(365 * 86_400),
            ..nothing_said()
        };
        let entry = said.entry(Format::Hcert, vec![1]);
        assert_eq!(entry.name, said.name);
        assert_eq!(entry.max_lifetime, said.max_lifetime);
        assert_eq!(
            super::super::lines::key_line(&entry),
            "01 unsupported for at most 365 days a code shown as Example Health"
        );
    }

    #[test]
    fn what_the_source_leaves_open_is_filled_and_what_it_says_stays() {
        let said = Said {
            kinds: vec![ProofKind::Test],
            not_after: Some(NOW.plus(10)),
            ..nothing_said()
        };
        let found = offered(|_| {}, &said);
        assert_eq!(found.keys[0].kinds, [ProofKind::Test]);
        assert_eq!(found.keys[0].not_after, Some(NOW.plus(10)));
        let own = |offer: &mut Offer| {
            offer.entry.kinds = vec![ProofKind::Ticket];
            offer.entry.not_after = Some(NOW.plus(5));
        };
        let found = offered(own, &said);
        assert_eq!(found.keys[0].kinds, [ProofKind::Ticket]);
        assert_eq!(found.keys[0].not_after, Some(NOW.plus(5)));
    }

    #[test]
    fn a_key_that_cannot_be_checked_is_kept_and_one_that_is_none_is_not() {
        let found = offered(
            |offer| offer.key = Err(KeyError::Unsupported),
            &nothing_said(),
        );
        assert_eq!(found.keys[0].key, None);
        let found = offered(
            |offer| offer.key = Err(KeyError::Malformed),
            &nothing_said(),
        );
        assert_eq!(passed(&found), ["one: the key is malformed"]);
        let weak = VerifyingKey::new(domain::crypto::KeyKind::Ed25519, &[0; 32]);
        let found = offered(|offer| offer.key = weak, &nothing_said());
        assert!(passed(&found)[0].starts_with("one: the key is weak"));
        assert!(found.keys.is_empty());
    }

    #[test]
    fn a_key_holds_through_its_last_second_and_is_expired_after() {
        let ends = |at| move |offer: &mut Offer| offer.entry.not_after = Some(at);
        assert_eq!(offered(ends(NOW), &nothing_said()).keys.len(), 1);
        let found = offered(ends(NOW.plus(-1)), &nothing_said());
        assert_eq!(passed(&found), ["one: it expired in 2026-11"]);
    }

    #[test]
    fn names_that_are_endless_or_turn_writing_around_are_passed_over() {
        for issuer in ["a\u{202e}b", "a\u{1b}[2J", &"x".repeat(600)] {
            let found = offered(
                |offer| offer.entry.issuer = Some(issuer.to_owned()),
                &nothing_said(),
            );
            assert!(found.keys.is_empty(), "{issuer:?}");
        }
        let long = offered(|offer| offer.entry.key_id = vec![0; 300], &nothing_said());
        assert!(long.keys.is_empty());
        assert_eq!(country("at"), Some("AT".to_owned()));
        assert_eq!(country("Austria"), None);
    }
}
