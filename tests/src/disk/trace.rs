//! What the watched disk wrote down: every call that changed a file, in order.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, bail};

/// A call, and its number.
#[derive(Clone, Debug)]
pub struct Event {
    /// Which call of its life it was, from 1; several happen in the course of one.
    pub count: u64,
    /// What happened.
    pub deed: Happened,
}

/// What a call did. Files are named by the number that their file system gives them, which a later file may get again.
#[derive(Clone, Debug)]
pub enum Happened {
    /// Room was set aside up to this size.
    Allocated {
        /// The file.
        file: u64,
        /// Bytes.
        size: u64,
    },
    /// A file was made under a name.
    Created {
        /// The file.
        file: u64,
        /// Its name.
        name: String,
    },
    /// A folder was made.
    Folder(String),
    /// A file has this size now.
    Length {
        /// The file.
        file: u64,
        /// Bytes.
        size: u64,
    },
    /// A second name was given.
    Linked {
        /// The name that it had.
        from: String,
        /// The name that it has too.
        to: String,
    },
    /// A file or folder that was there was opened.
    Opened {
        /// The file.
        file: u64,
        /// Its name.
        name: String,
    },
    /// A name was removed.
    Removed(String),
    /// A name was changed.
    Renamed {
        /// From.
        from: String,
        /// To; none where it left the folder.
        to: String,
    },
    /// Something was said on the standard output.
    Said(Rc<[u8]>),
    /// A file or folder was synced.
    Synced {
        /// The file.
        file: u64,
        /// Its name when it was opened.
        name: String,
    },
    /// A sync failed, so that nobody knows what is on the disk.
    Unsynced {
        /// The file.
        file: u64,
    },
    /// Bytes were written.
    Wrote {
        /// The file.
        file: u64,
        /// Where.
        at: u64,
        /// What.
        bytes: Rc<[u8]>,
    },
}

impl Happened {
    /// The file or folder that it synced; none if it is no sync.
    #[must_use]
    pub fn synced(&self) -> Option<&str> {
        match self {
            Self::Synced { name, .. } => Some(name),
            Self::Allocated { .. }
            | Self::Created { .. }
            | Self::Folder(_)
            | Self::Length { .. }
            | Self::Linked { .. }
            | Self::Opened { .. }
            | Self::Removed(_)
            | Self::Renamed { .. }
            | Self::Said(_)
            | Self::Unsynced { .. }
            | Self::Wrote { .. } => None,
        }
    }
}

/// Reads a trace.
///
/// # Errors
/// The file does not read, or holds what is none.
pub fn read(path: &Path) -> anyhow::Result<Vec<Event>> {
    let bytes = fs::read(path).with_context(|| format!("the trace {}", path.display()))?;
    let mut rest = Rest(&bytes);
    let mut events = Vec::new();
    while !rest.0.is_empty() {
        events.extend(rest.event().context("a trace that was cut off")?);
    }

    Ok(events)
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn event(&mut self) -> anyhow::Result<Option<Event>> {
        let [what] = self.array()?;
        let (count, file, offset) = (self.long()?, self.long()?, self.long()?);
        let [from, to, length] = [self.short()?, self.short()?, self.short()?];
        let name = self.name(from)?;
        let to = self.name(to)?;
        let bytes = self.take(length)?;
        let deed = match what {
            b'a' => Happened::Allocated { file, size: offset },
            b'c' => Happened::Created { file, name },
            b'f' => Happened::Unsynced { file },
            b'l' => Happened::Linked { from: name, to },
            b'm' => Happened::Folder(name),
            b'o' => Happened::Opened { file, name },
            b'r' => Happened::Renamed { from: name, to },
            b's' => Happened::Said(bytes.into()),
            b't' => Happened::Length { file, size: offset },
            b'u' => Happened::Removed(name),
            b'w' => Happened::Wrote {
                file,
                at: offset,
                bytes: bytes.into(),
            },
            b'y' => Happened::Synced { file, name },
            b'-' => return Ok(None),
            other => bail!("a call of the kind {other}"),
        };

        Ok(Some(Event { count, deed }))
    }

    fn take(&mut self, length: usize) -> anyhow::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("no more bytes")?;
        self.0 = rest;

        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> anyhow::Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    fn long(&mut self) -> anyhow::Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn short(&mut self) -> anyhow::Result<usize> {
        Ok(usize::try_from(u32::from_le_bytes(self.array()?))?)
    }

    fn name(&mut self, length: usize) -> anyhow::Result<String> {
        Ok(std::str::from_utf8(self.take(length)?)?.to_owned())
    }
}
