//! Standard output, as a command that has something to do sees it.

use std::io::{self, ErrorKind, Write};

/// Goes on where nobody listens any more: `| head` must neither stop a signing half way nor make a refusal a success.
pub(crate) struct Patient<W> {
    inner: W,
    heard: bool,
}

impl<W> Patient<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, heard: true }
    }

    fn unless_closed<T>(
        &mut self,
        otherwise: T,
        act: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.heard {
            match act(&mut self.inner) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.heard = false,
                ended => return ended,
            }
        }

        Ok(otherwise)
    }
}

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one line, and fails for the reason given from then on.
    struct Listener(Vec<u8>, ErrorKind);

    impl Write for Listener {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.ends_with(b"\n") {
                return Err(self.1.into());
            }
            self.0.extend(bytes);

            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_command_goes_on_when_nobody_listens_and_ends_when_the_disk_is_full() {
        let mut closed = Patient::new(Listener(Vec::new(), ErrorKind::BrokenPipe));
        for line in ["one", "two", "three"] {
            writeln!(closed, "{line}").unwrap();
        }
        assert_eq!(closed.inner.0, b"one\n");
        let mut full = Patient::new(Listener(b"\n".to_vec(), ErrorKind::StorageFull));
        assert!(writeln!(full, "one").is_err());
    }
}
