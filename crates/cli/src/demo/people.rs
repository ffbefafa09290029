//! The demo's twelve residents and three more sheets, and what each gives at the door.

use domain::screen::{Colour, HolderClass};
use domain::verdict::Reason;

use crate::authority::Revoked;

/// A sheet of the demonstration.
#[derive(Clone, Copy)]
pub(super) struct Person {
    /// Its file's name after the number.
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    /// In years, today.
    pub(super) age: i64,
    pub(super) class: HolderClass,
    pub(super) last_four: &'static str,
    pub(super) colour: Colour,
    pub(super) test: Test,
    pub(super) revoked: Option<Revoked>,
    pub(super) made: Made,
    /// What it is there to show.
    pub(super) shows: &'static str,
    /// At a public place with the identity check on, where the ID document matches.
    pub(super) public_place: Reason,
    /// At a residential gate, likewise.
    pub(super) residential: Reason,
}

/// The latest test, as old as this when the demo starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Hours(i64),
    None,
    Positive,
}

/// How the sheet came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// Issued 200 days ago.
    Expired,
    /// Signed by a stranger who put the issuer's key id on it.
    Forged,
    /// Issued today.
    Issued,
    /// Signed by the issuer, with a number that the list does not have.
    NotInList,
    /// Signed by an authority that nobody here knows.
    Stranger,
}

const PLAIN: Person = Person {
    slug: "",
    name: "",
    age: 40,
    class: HolderClass::Other,
    last_four: "0000",
    colour: Colour::Green,
    test: Test::Hours(6),
    revoked: None,
    made: Made::Issued,
    shows: "",
    public_place: Reason::IdMatches,
    residential: Reason::IdMatches,
};

const fn always(person: Person, reason: Reason) -> Person {
    Person {
        public_place: reason,
        residential: reason,
        ..person
    }
}

/// Number 1 is the first.
pub(super) const PEOPLE: [Person; 15] = [
    Person {
        slug: "wang",
        name: "王小明",
        age: 78,
        class: HolderClass::Senior,
        last_four: "012X",
        shows: "green, a test of this morning",
        ..PLAIN
    },
    Person {
        slug: "li",
        name: "李秀英",
        age: 46,
        class: HolderClass::Disabled,
        last_four: "3324",
        test: Test::Hours(20),
        shows: "green, tested yesterday, holder is disabled",
        ..PLAIN
    },
    // A slot begins up to 4 hours before its sample, so this one is 40 to 44 hours old: hours of demo are left.
    Person {
        slug: "chen",
        name: "陈乐乐",
        age: 11,
        class: HolderClass::Minor,
        last_four: "5518",
        test: Test::Hours(40),
        shows: "green, a child, the oldest test that still counts",
        ..PLAIN
    },
    Person {
        slug: "silva",
        name: "Maria Silva",
        age: 41,
        last_four: "9A27",
        test: Test::Hours(60),
        shows: "green, but the test is more than 48 hours old",
        public_place: Reason::TestTooOld,
        ..PLAIN
    },
    Person {
        slug: "zhang",
        name: "张建国",
        age: 69,
        class: HolderClass::Senior,
        last_four: "4419",
        test: Test::None,
        shows: "green, but no test at all",
        public_place: Reason::NoTest,
        ..PLAIN
    },
    Person {
        slug: "liu",
        name: "刘洋",
        age: 35,
        last_four: "7736",
        test: Test::Positive,
        shows: "green, but the latest result is positive",
        public_place: Reason::TestPositive,
        residential: Reason::TestPositive,
        ..PLAIN
    },
    always(
        Person {
            slug: "zhao",
            name: "赵敏",
            age: 29,
            last_four: "2281",
            colour: Colour::Yellow,
            shows: "a yellow code",
            ..PLAIN
        },
        Reason::Yellow,
    ),
    always(
        Person {
            slug: "sun",
            name: "孙丽华",
            age: 63,
            class: HolderClass::Senior,
            last_four: "6640",
            colour: Colour::Red,
            shows: "a red code",
            ..PLAIN
        },
        Reason::Red,
    ),
    always(
        Person {
            slug: "zhou",
            name: "周桂芳",
            age: 81,
            class: HolderClass::Senior,
            last_four: "1127",
            made: Made::Expired,
            shows: "a sheet whose time is over",
            ..PLAIN
        },
        Reason::Expired,
    ),
    always(
        Person {
            slug: "wu",
            name: "吴国强",
            age: 72,
            class: HolderClass::Senior,
            last_four: "8853",
            revoked: Some(Revoked::Lost),
            shows: "a sheet that was reported lost",
            ..PLAIN
        },
        Reason::RevokedLost,
    ),
    always(
        Person {
            slug: "nguyen",
            name: "Nguyễn Văn An",
            age: 34,
            class: HolderClass::Minor,
            last_four: "B310",
            shows: "the sheet says minor, the birth year says 34",
            ..PLAIN
        },
        Reason::ClassDiffers,
    ),
    always(
        Person {
            slug: "zheng",
            name: "郑伟",
            age: 38,
            last_four: "0962",
            made: Made::NotInList,
            shows: "a genuine sheet that the status list does not know",
            ..PLAIN
        },
        Reason::NotInList,
    ),
    always(
        Person {
            slug: "wang-forged",
            name: "王小明",
            age: 78,
            class: HolderClass::Senior,
            last_four: "012X",
            made: Made::Forged,
            shows: "number 1's sheet, forged",
            ..PLAIN
        },
        Reason::Forged,
    ),
    always(
        Person {
            slug: "li-replaced",
            name: "李秀英",
            age: 46,
            class: HolderClass::Disabled,
            last_four: "3324",
            revoked: Some(Revoked::Reissued),
            shows: "number 2's sheet before it was replaced",
            ..PLAIN
        },
        Reason::RevokedReissued,
    ),
    always(
        Person {
            slug: "he",
            name: "何静",
            age: 52,
            last_four: "7105",
            made: Made::Stranger,
            shows: "a sheet of an issuer that nobody here knows",
            ..PLAIN
        },
        Reason::UnknownIssuer,
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::verdict::Verdict;

    use super::*;

    #[test]
    fn the_twelve_residents_give_every_verdict_and_the_sheets_eleven_reasons_at_least() {
        let verdicts: BTreeSet<Verdict> = PEOPLE[..12]
            .iter()
            .map(|person| person.public_place.verdict())
            .collect();
        assert_eq!(verdicts.len(), 4);
        let reasons: BTreeSet<Reason> = PEOPLE.iter().map(|person| person.public_place).collect();
        assert!(reasons.len() >= 11, "{reasons:?}");
    }
}
