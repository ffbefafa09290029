//! What the camera has before it: the same code held still is one scan.

/// Milliseconds without its code after which a scan is over.
const GONE_MS: u64 = 1_000;
/// Frames in a row with a code that is seen and not read before staff are told.
const UNREAD_FRAMES: u8 = 3;

/// What a frame shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A code that was not before the camera until now.
    New(Vec<u8>),
    /// Nothing new.
    Nothing,
    /// Two or more different codes.
    Several,
    /// For some frames now a code is seen but not read.
    Unread,
}

/// The code before the camera.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaze {
    held: Option<Held>,
    unread: u8,
}

#[derive(Clone, Debug)]
struct Held {
    content: Vec<u8>,
    seen_at: u64,
}

impl Gaze {
    /// Takes a frame. Where no scan may begin, a new code is not taken note of, so that it is new once one
    /// may.
    pub(super) fn look(
        &mut self,
        mut contents: Vec<Vec<u8>>,
        seen_not_read: bool,
        may_begin: bool,
        now: u64,
    ) -> Look {
        contents.sort_unstable();
        contents.dedup();
        self.forget_if_gone(now);
        if let Some(held) = self
            .held
            .as_mut()
            .filter(|held| contents.contains(&held.content))
        {
            held.seen_at = now;
        }
        if contents.len() > 1 {
            self.unread = 0;
            return Look::Several;
        }
        let Some(content) = contents.pop() else {
            return self.unread(seen_not_read);
        };
        self.unread = 0;
        if !may_begin
            || self
                .held
                .as_ref()
                .is_some_and(|held| held.content == content)
        {
            return Look::Nothing;
        }
        self.held = Some(Held {
            content: content.clone(),
            seen_at: now,
        });

        Look::New(content)
    }

    fn unread(&mut self, seen_not_read: bool) -> Look {
        self.unread = if seen_not_read {
            self.unread.saturating_add(1)
        } else {
            0
        };
        if self.unread >= UNREAD_FRAMES {
            Look::Unread
        } else {
            Look::Nothing
        }
    }

    fn forget_if_gone(&mut self, now: u64) {
        self.held
            .take_if(|held| now.saturating_sub(held.seen_at) >= GONE_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(gaze: &mut Gaze, codes: &[&str], now: u64) -> Look {
        let contents = codes.iter().map(|code| code.as_bytes().to_vec()).collect();
        gaze.look(contents, false, true, now)
    }

    fn new(code: &str) -> Look {
        Look::New(code.as_bytes().to_vec())
    }

    #[test]
    fn the_same_code_held_still_is_one_scan_until_it_was_gone_for_a_second() {
        let mut gaze = Gaze::default();
        assert_eq!(look(&mut gaze, &["a"], 0), new("a"));
        assert_eq!(look(&mut gaze, &["a"], 900), Look::Nothing);
        assert_eq!(look(&mut gaze, &[], 1_000), Look::Nothing);
        assert_eq!(look(&mut gaze, &["a"], 1_899), Look::Nothing);
        assert_eq!(look(&mut gaze, &["a"], 2_899), new("a"));
    }

    #[test]
    fn another_code_is_a_new_scan_at_once() {
        let mut gaze = Gaze::default();
        look(&mut gaze, &["a"], 0);
        assert_eq!(look(&mut gaze, &["b"], 33), new("b"));
        assert_eq!(look(&mut gaze, &["a"], 66), new("a"));
    }

    #[test]
    fn two_different_codes_are_no_scan_and_one_code_printed_twice_is_one() {
        let mut gaze = Gaze::default();
        assert_eq!(look(&mut gaze, &["a", "b"], 0), Look::Several);
        assert_eq!(look(&mut gaze, &["a", "a"], 33), new("a"));
        assert_eq!(look(&mut gaze, &["b", "a"], 900), Look::Several);
        assert_eq!(look(&mut gaze, &["a"], 1_800), Look::Nothing);
    }

    #[test]
    fn while_no_scan_may_begin_a_new_code_waits_and_the_held_one_stays_held() {
        let mut gaze = Gaze::default();
        look(&mut gaze, &["a"], 0);
        for now in [500, 1_400] {
            gaze.look(vec![b"a".to_vec()], false, false, now);
        }
        assert_eq!(look(&mut gaze, &["a"], 1_500), Look::Nothing);
        gaze.look(vec![b"b".to_vec()], false, false, 1_600);
        assert_eq!(look(&mut gaze, &["b"], 1_700), new("b"));
    }

    #[test]
    fn a_code_that_is_seen_and_not_read_is_said_from_the_third_frame_in_a_row() {
        let mut gaze = Gaze::default();
        let mut unread = |seen| gaze.look(Vec::new(), seen, true, 0);
        let looks: Vec<Look> = [true, true, false, true, true, true]
            .map(&mut unread)
            .into();
        assert_eq!(looks[..5], vec![Look::Nothing; 5]);
        assert_eq!(looks[5], Look::Unread);
    }
}
