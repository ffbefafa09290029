//! Counting: what a reading is worth beside the truth, and the times it took.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    cases::{Group, Truth},
    eyes::Texts,
};

/// What one reader made of one picture or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Read, but nobody knows what is printed.
    Read,
    /// The text that is printed, and no other.
    Right,
    /// Nothing was read; with no code in the picture that is as it should be.
    Unread,
    /// A text that is not printed there.
    Wrong,
}

/// Judges all that was read in the frames of one sheet: one wrong text spoils the rest.
pub(crate) fn judge(truth: &Truth, read: &[Texts]) -> Verdict {
    let mut texts = read.iter().flatten();
    match truth {
        Truth::NoCode if texts.next().is_some() => Verdict::Wrong,
        Truth::Unknown if texts.next().is_some() => Verdict::Read,
        Truth::NoCode | Truth::Unknown => Verdict::Unread,
        Truth::Text(printed) => {
            let mut verdict = Verdict::Unread;
            for text in texts {
                if text.trim_ascii_end() != printed {
                    return Verdict::Wrong;
                }
                verdict = Verdict::Right;
            }
            verdict
        }
    }
}

/// One reader's counts over many pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) read: usize,
    pub(crate) right: usize,
    pub(crate) unread: usize,
    pub(crate) wrong: usize,
    /// One for each frame that was looked at; none where only counts were asked for.
    pub(crate) times: Vec<Duration>,
}

impl Tally {
    pub(crate) fn add(&mut self, verdict: Verdict, times: &[Duration]) {
        *match verdict {
            Verdict::Read => &mut self.read,
            Verdict::Right => &mut self.right,
            Verdict::Unread => &mut self.unread,
            Verdict::Wrong => &mut self.wrong,
        } += 1;
        self.times.extend(times);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.right += other.right;
        self.unread += other.unread;
        self.wrong += other.wrong;
        self.times.extend(&other.times);
    }

    pub(crate) fn pictures(&self) -> usize {
        self.read + self.right + self.unread + self.wrong
    }
}

/// The counts of all readers, in their order, line by line of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) BTreeMap<Group, Vec<Tally>>);

impl Counts {
    /// Adds what each reader made of a case, and the time it took.
    pub(crate) fn add(&mut self, group: &Group, outcome: &[(Verdict, Vec<Duration>)]) {
        let line = self.0.entry(group.clone()).or_default();
        line.resize(outcome.len(), Tally::default());
        for (tally, (verdict, times)) in line.iter_mut().zip(outcome) {
            tally.add(*verdict, times);
        }
    }

    /// One tally a reader over all lines.
    pub(crate) fn total(&self) -> Vec<Tally> {
        let mut total = Vec::new();
        for line in self.0.values() {
            total.resize(line.len(), Tally::default());
            for (sum, tally) in total.iter_mut().zip(line) {
                Tally::merge(sum, tally);
            }
        }

        total
    }
}

/// The time that `percent` of a hundred stay under; `None` without any.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));

    sorted.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_answers_wrongly_is_counted_as_wrong_even_where_it_is_right_as_well() {
        let truth = Truth::Text(b"printed".to_vec());
        for (read, verdict) in [
            (vec![], Verdict::Unread),
            (vec![texts(&[])], Verdict::Unread),
            (vec![texts(&["printed"])], Verdict::Right),
            (vec![texts(&["printed\n"])], Verdict::Right),
            (vec![texts(&[]), texts(&["printed"])], Verdict::Right),
            (vec![texts(&["forged"])], Verdict::Wrong),
            (vec![texts(&["print"])], Verdict::Wrong),
            (vec![texts(&["printed", "forged"])], Verdict::Wrong),
            (
                vec![texts(&["forged"]), texts(&["printed"])],
                Verdict::Wrong,
            ),
        ] {
            assert_eq!(judge(&truth, &read), verdict, "{read:?}");
        }
    }

    #[test]
    fn whatever_is_read_where_no_code_is_is_wrong_and_where_the_text_is_unknown_only_read() {
        assert_eq!(judge(&Truth::NoCode, &[texts(&["x"])]), Verdict::Wrong);
        assert_eq!(judge(&Truth::NoCode, &[texts(&[])]), Verdict::Unread);
        assert_eq!(judge(&Truth::Unknown, &[texts(&["x"])]), Verdict::Read);
        assert_eq!(judge(&Truth::Unknown, &[texts(&[])]), Verdict::Unread);
    }

    #[test]
    fn lines_are_counted_apart_and_added_up_reader_by_reader() {
        let line = |severity| Group {
            damage: "fold".to_owned(),
            severity: Some(severity),
        };
        let ms = Duration::from_millis;
        let mut counts = Counts::default();
        counts.add(&line(1), &[right(ms(1)), unread(ms(9))]);
        counts.add(&line(2), &[right(ms(2)), right(ms(8))]);
        counts.add(&line(2), &[unread(ms(3)), right(ms(7))]);

        assert_eq!(counts.0[&line(2)][0].right, 1);
        assert_eq!(counts.0[&line(2)][0].unread, 1);
        let total = counts.total();
        assert_eq!((total[0].right, total[0].pictures()), (2, 3));
        assert_eq!((total[1].right, total[1].pictures()), (2, 3));
        assert_eq!(percentile(&total[0].times, 50), Some(ms(2)));
        assert_eq!(percentile(&total[1].times, 95), Some(ms(9)));
        assert_eq!(percentile(&[], 50), None);
    }

    fn right(time: Duration) -> (Verdict, Vec<Duration>) {
        (Verdict::Right, vec![time])
    }

    fn unread(time: Duration) -> (Verdict, Vec<Duration>) {
        (Verdict::Unread, vec![time])
    }

    fn texts(texts: &[&str]) -> Texts {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }
}
