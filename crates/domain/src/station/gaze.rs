//! What the camera has before it: the same code held still is one scan.

use super::event::Sighting;

/// Milliseconds without its code after which a scan is over.
const GONE_MS: u64 = 1_000;

/// What a frame shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A code that was not before the camera until now.
    New(Vec<u8>),
    /// A code, but nothing new.
    Known,
    /// No code.
    Nothing,
    /// Two or more different codes.
    Several,
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
    print: Option<Print>,
}

/// How the code looked that was last taken for a scan.
#[derive(Clone, Debug)]
struct Print {
    content: Vec<u8>,
    /// In every frame since then.
    worn: bool,
}

#[derive(Clone, Debug)]
struct Held {
    content: Vec<u8>,
    seen_at: u64,
}

impl Gaze {
    /// Takes a frame.
    pub(super) fn look(&mut self, mut codes: Vec<Sighting>, may: May, now: u64) -> Look {
        // Of two that say the same the better print counts.
        codes.sort_unstable_by(|a, b| (&a.content, a.worn).cmp(&(&b.content, b.worn)));
        codes.dedup_by(|worse, better| worse.content == better.content);
        self.forget_if_gone(now);
        for code in &codes {
            for held in [&mut self.held, &mut self.waiting].into_iter().flatten() {
                if held.content == code.content {
                    held.seen_at = now;
                }
            }
            if let Some(print) = &mut self.print
                && print.content == code.content
            {
                print.worn &= code.worn;
            }
        }
        if codes.len() > 1 {
            return Look::Several;
        }
        let Some(Sighting { content, worn }) = codes.pop() else {
            return Look::Nothing;
        };
        let is = |held: &Option<Held>| held.as_ref().is_some_and(|held| held.content == content);
        if is(&self.held) {
            return Look::Known;
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
            return Look::Known;
        }
        self.held = held;
        self.waiting = None;
        self.print = Some(Print {
            content: content.clone(),
            worn,
        });

        Look::New(content)
    }

    /// Whether the print of this code was poor in every frame since it was taken for a scan.
    pub(super) fn is_worn(&self, content: &[u8]) -> bool {
        let print = self.print.as_ref();

        print.is_some_and(|print| print.worn && print.content == content)
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
        gaze.look(
            codes.iter().map(|code| code_of(code)).collect(),
            May::Begin,
            now,
        )
    }

    fn code_of(content: &str) -> Sighting {
        Sighting {
            content: content.as_bytes().to_vec(),
            worn: false,
        }
    }

    fn new(code: &str) -> Look {
        Look::New(code.as_bytes().to_vec())
    }

    #[test]
    fn the_same_code_held_still_is_one_scan_until_it_was_gone_for_a_second() {
        let mut gaze = Gaze::default();
        assert_eq!(look(&mut gaze, &["a"], 0), new("a"));
        assert_eq!(look(&mut gaze, &["a"], 900), Look::Known);
        assert_eq!(look(&mut gaze, &[], 1_000), Look::Nothing);
        assert_eq!(look(&mut gaze, &["a"], 1_899), Look::Known);
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
        assert_eq!(look(&mut gaze, &["a"], 1_800), Look::Known);
    }

    #[test]
    fn while_no_scan_may_begin_a_new_code_waits_and_the_held_one_stays_held() {
        let mut gaze = Gaze::default();
        look(&mut gaze, &["a"], 0);
        for now in [500, 1_400] {
            gaze.look(vec![code_of("a")], May::Wait, now);
        }
        assert_eq!(look(&mut gaze, &["a"], 1_500), Look::Known);
        gaze.look(vec![code_of("b")], May::Wait, 1_600);
        assert_eq!(look(&mut gaze, &["b"], 1_700), new("b"));
    }

    #[test]
    fn a_code_that_came_while_none_might_begin_waits_until_it_was_gone_or_any_may() {
        let mut gaze = Gaze::default();
        let mut look = |code: &str, may, now| gaze.look(vec![code_of(code)], may, now);
        look("a", May::Wait, 0);
        assert_eq!(look("a", May::BeginNew, 900), Look::Known);
        assert_eq!(look("a", May::BeginNew, 1_800), Look::Known);
        assert_eq!(look("b", May::BeginNew, 1_900), new("b"));
        look("c", May::Wait, 2_000);
        assert_eq!(look("c", May::BeginNew, 3_000), new("c"));
        look("d", May::Wait, 3_100);
        assert_eq!(look("d", May::Begin, 3_200), new("d"));
    }

    #[test]
    fn a_print_is_worn_until_one_frame_shows_it_well_however_long_it_is_gone() {
        let mut gaze = Gaze::default();
        let mut look = |worn, now| {
            let code = Sighting {
                worn,
                ..code_of("a")
            };
            gaze.look(vec![code], May::Begin, now);
            (gaze.is_worn(b"a"), gaze.is_worn(b"b"))
        };
        assert_eq!(look(true, 0), (true, false));
        assert_eq!(look(true, 100), (true, false));
        assert_eq!(look(false, 200), (false, false));
        assert_eq!(look(true, 300), (false, false));
        assert_eq!(look(true, 1_300), (true, false));
    }
}
