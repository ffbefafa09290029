//! Line numbers of a table, as an editor shows them.

/// Counts the lines of a text from 1 on: LF, CR LF and CR alone each end one. The csv crate counts LF alone, and tells where a
/// record before a line feed or a blank line ended.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    passed: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Nothing is passed yet.
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            passed: 0,
            line: 1,
        }
    }

    /// The line of the first character at `byte` or after it that ends no line; none where there is no such character. Each
    /// call goes on from the one before, so that a table is passed once.
    pub(crate) fn line_from(&mut self, byte: u64) -> Option<u64> {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let ahead = byte.saturating_sub(self.passed).min(self.rest.len());
        let (_, from) = self.rest.split_at(ahead);
        let blank = from
            .iter()
            .take_while(|byte| matches!(byte, b'\n' | b'\r'))
            .count();
        let (passed, rest) = self.rest.split_at(ahead + blank);
        self.line += breaks(passed);
        self.passed += passed.len();
        self.rest = rest;

        (!rest.is_empty()).then_some(self.line)
    }
}

/// How many lines end in a text.
pub(crate) fn breaks(text: &[u8]) -> u64 {
    let mut count = 0;
    let mut before = b' ';
    for &byte in text {
        if byte == b'\r' || (byte == b'\n' && before != b'\r') {
            count += 1;
        }
        before = byte;
    }

    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_an_editor_however_they_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["one", "two", "", "", "five", "six"].join(end);
            let mut lines = Lines::of(text.as_bytes());
            let found: Vec<Option<u64>> = ["one", "two", "five", "six"]
                .iter()
                .map(|word| {
                    // Where the csv crate says that a record begins: right behind the first sign of the end of the last.
                    let begin = text.find(word).unwrap();
                    let after_last = text.get(..begin).unwrap().trim_end().len();
                    lines.line_from(u64::try_from(after_last).unwrap())
                })
                .collect();
            assert_eq!(found, [Some(1), Some(2), Some(5), Some(6)], "{end:?}");
        }
    }

    #[test]
    fn behind_the_last_line_there_is_none() {
        for text in ["", "\r\n\n", "one\n\n"] {
            assert_eq!(Lines::of(text.as_bytes()).line_from(3), None, "{text:?}");
        }
        assert_eq!(Lines::of(b"one").line_from(u64::MAX), None);
    }
}
