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

/// Whether a code may begin a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// Any code that is new.
    Begin,
    /// Only one that was not there while none might begin: what staff did in a form has to be seen first.
    BeginNew,
    /// None, for now. A new code is not taken note of as a scan, so that it is new once one may begin.
    Wait,
}

/// The code before the camera.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaze {
    held: Option<Held>,
    /// The code that came while none might begin a scan.
    waiting: Option<Held>,
    unread: u8,
}

#[derive(Clone, Debug)]
struct Held {
    content: Vec<u8>,
    seen_at: u64,
}

impl Gaze {
    /// Takes a frame.
    pub(super) fn look(
        &mut self,
        mut contents: Vec<Vec<u8>>,
        seen_not_read: bool,
        may: May,
        now: u64,
    ) -> Look {
        contents.sort_unstable();
        contents.dedup();
        self.forget_if_gone(now);
        for held in [&mut self.held, &mut self.waiting].into_iter().flatten() {
            if contents.contains(&held.content) {
                held.seen_at = now;
            }
        }
        if contents.len() > 1 {
            self.unread = 0;
            return Look::Several;
        }
        let Some(content) = contents.pop() else {
            return self.unread(seen_not_read);
        };
        self.unread = 0;
        let is = |held: &Option<Held>| held.as_ref().is_some_and(|held| held.content == content);
        if is(&self.held) {
            return Look::Nothing;
        }
        let waits = match may {
            May::Begin => false,
            May::BeginNew => is(&self.waiting),
            May::Wait => true,
        };
        let held = Some(Held {
            content: content.clone(),
            seen_at: now,
        });
        if waits {
            self.waiting = held;
            return Look::Nothing;
        }
        self.held = held;
        self.waiting = None;

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
        for held in [&mut self.held, &mut self.waiting] {
            held.take_if(|held| now.saturating_sub(held.seen_at) >= GONE_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(gaze: &mut Gaze, codes: &[&str], now: u64) -> Look {
        let contents = codes.iter().map(|code| code.as_bytes().to_vec()).collect();
        gaze.look(contents, false, May::Begin, now)
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
            gaze.look(vec![b"a".to_vec()], false, May::Wait, now);
        }
        assert_eq!(look(&mut gaze, &["a"], 1_500), Look::Nothing);
        gaze.look(vec![b"b".to_vec()], false, May::Wait, 1_600);
        assert_eq!(look(&mut gaze, &["b"], 1_700), new("b"));
    }

    #[test]
    fn a_code_that_came_while_none_might_begin_waits_until_it_was_gone_or_any_may() {
        let mut gaze = Gaze::default();
        let mut look =
            |code: &str, may, now| gaze.look(vec![code.as_bytes().to_vec()], false, may, now);
        look("a", May::Wait, 0);
        assert_eq!(look("a", May::BeginNew, 900), Look::Nothing);
        assert_eq!(look("a", May::BeginNew, 1_800), Look::Nothing);
        assert_eq!(look("b", May::BeginNew, 1_900), new("b"));
        look("c", May::Wait, 2_000);
        assert_eq!(look("c", May::BeginNew, 3_000), new("c"));
        look("d", May::Wait, 3_100);
        assert_eq!(look("d", May::Begin, 3_200), new("d"));
    }

    #[test]
    fn a_code_that_is_seen_and_not_read_is_said_from_the_third_frame_in_a_row() {
        let mut gaze = Gaze::default();
        let mut unread = |seen| gaze.look(Vec::new(), seen, May::Begin, 0);
        let looks: Vec<Look> = [true, true, false, true, true, true]
            .map(&mut unread)
            .into();
        assert_eq!(looks[..5], vec![Look::Nothing; 5]);
        assert_eq!(looks[5], Look::Unread);
    }
}
