//! Numbers of kind, action and flag. They are part of signed bytes: listed in docs/formats.md, never
//! reused.

use std::ops::BitOr;

macro_rules! numbered {
    ($(#[$doc:meta])+ $name:ident { $($(#[doc = $line:literal])+ $variant:ident = $number:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[doc = $line])+ $variant,)+
        }

        impl $name {
            /// Its number in an entry.
            #[must_use]
            pub fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The one with this number.
            #[must_use]
            pub fn from_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

numbered! {
    /// What an entry is about.
    Kind {
        /// A sheet was read.
        Scan = 1,
        /// A person without a code, registered by hand.
        Registered = 2,
        /// An emergency admission.
        Emergency = 3,
        /// An admit or let in was taken back.
        Undo = 4,
        /// Staff resolved an attention as let in.
        LetIn = 5,
        /// Rows were erased at retention.
        Gone = 6,
        /// The clock was set or doubted.
        Clock = 7,
        /// A shift began or ended.
        Shift = 8,
        /// The row key rolled.
        KeyRoll = 9,
    }
}

impl Kind {
    /// Whether an entry of this kind is about a person, so that what it carries is sealed; the others
    /// carry a detail in clear.
    #[must_use]
    pub fn is_about_a_person(self) -> bool {
        match self {
            Self::Scan | Self::Registered | Self::Emergency => true,
            Self::Undo | Self::LetIn | Self::Gone | Self::Clock | Self::Shift | Self::KeyRoll => {
                false
            }
        }
    }
}

numbered! {
    /// What happened to the person.
    Action {
        /// Nothing: the entry is about no person.
        None = 0,
        /// Went in by the rules.
        Admitted = 1,
        /// Was shown to staff, who act on it.
        Shown = 2,
        /// Was refused or could not be decided.
        TurnedAway = 3,
        /// Went in by the staff's decision.
        LetIn = 4,
        /// Went in, in an emergency.
        EmergencyAdmitted = 5,
        /// Left before the ID document was compared.
        Abandoned = 6,
        /// The named entry no longer counts.
        Undone = 7,
    }
}

/// What else is to be known of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Sealed to the last sealing key because none was in force.
    pub const SEAL_OVERRUN: Self = Self(1);
    /// Made while the clock was in doubt.
    pub const CLOCK_DOUBT: Self = Self(1 << 1);
    /// Made while the log was older than its anchor, or otherwise not as it was left.
    pub const LOG_ROLLED_BACK: Self = Self(1 << 2);
    /// Staff compared the ID document.
    pub const IDENTITY_CHECKED: Self = Self(1 << 3);
    /// Written from the reserve of a full disk.
    pub const RESERVE: Self = Self(1 << 4);
    /// Made under a demo authority.
    pub const DEMO: Self = Self(1 << 5);

    /// Whether all flags of `other` are set.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
