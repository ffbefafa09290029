//! What an opening or a walk through the whole log found amiss, and where.

/// One thing that is not as the station left it. Whatever it is: nobody goes in by the rules until a new
/// epoch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Something was found at an earlier start.
    Alarm,
    /// The head anchor.
    Anchor(AnchorFault),
    /// The database's own structure, in `SQLite`'s words.
    Database(String),
    /// The signed documents beside the log cannot be read; why, in words.
    Documents(String),
    /// The log of an epoch that is over does not open, and why.
    Earlier(String),
    /// The table `epochs` does not say what the ledger says.
    Epochs,
    /// The head that was written down elsewhere is not in this log.
    Expected(u64),
    /// The ledger is missing, altered or not one of this station's.
    Ledger,
    /// The tables are not built as this release builds them.
    Layout,
    /// The wrapped key of this UTC day is altered, or came back after it was erased.
    QueueKey(u32),
    /// The kept receipt is not the one that acknowledged the last row.
    Receipt,
    /// The database is older than its anchor, or ends before it: a restored copy, or rows cut off.
    RolledBack,
    /// A row.
    Row {
        /// Its number; for several that are missing the first.
        seq: u64,
        /// What.
        fault: RowFault,
    },
    /// The seen-here table.
    Seen(SeenFault),
    /// A single value of the table `state`.
    Value {
        /// Its name.
        name: String,
        /// What.
        fault: ValueFault,
    },
}

/// What is amiss with the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnchorFault {
    /// There is no file.
    Missing,
    /// One of its two slots is altered or torn. A power loss leaves that too: only a walk through the whole
    /// log says so.
    Slot,
    /// No slot of it is this station's.
    Unreadable,
}

/// What is amiss with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowFault {
    /// Its body is gone, altered, or not what the core was hashed over.
    Body,
    /// Its core does not open in this place.
    Core,
    /// Its hash does not follow from the row before.
    Hash,
    /// It is not there, nor are those up to this number.
    Missing {
        /// The last of them.
        last: u64,
    },
    /// It is of no epoch that this log has, or it came back after retention erased it.
    Stray,
    /// Its signature is not this station's for this place and hash.
    Signature,
}

/// What is amiss with the seen-here table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeenFault {
    /// The line of this row is altered.
    Line(u64),
    /// Lines are missing, were put back, or were added.
    Lines,
}

/// What is amiss with a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueFault {
    /// It does not open.
    Altered,
    /// It is not there.
    Missing,
    /// It is of an earlier turn.
    Older,
    /// Nobody kept it.
    Unknown,
}
