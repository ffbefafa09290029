//! Where the window was, kept in a small file. Whatever the file holds, the window opens.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use serde::{Deserialize, Serialize};

/// Place and size of a window or a monitor, in pixels of the scale that staff have chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rect {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// How the window stood when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Geometry {
    /// It filled its monitor.
    pub(crate) maximized: bool,
    /// Where it is when it does not.
    pub(crate) at: Rect,
}

/// More than the file ever needs.
const LONGEST: u64 = 1_024;
/// From the smallest window in which nothing is cut off to more than any monitor.
const WIDTHS: std::ops::RangeInclusive<u32> = 640..=16_384;
const HEIGHTS: std::ops::RangeInclusive<u32> = 480..=16_384;
/// As far as X11 and Windows count.
const PLACES: std::ops::RangeInclusive<i32> = -32_768..=32_767;
/// This much of the window must lie on a monitor, or nobody would find it.
const SEEN: i64 = 120;

impl Default for Geometry {
    fn default() -> Self {
        Self {
            maximized: true,
            at: Rect {
                x: 0,
                y: 0,
                width: 1_280,
                height: 800,
            },
        }
    }
}

impl Geometry {
    /// What the file says; the default where there is none, or one that no window of ours has written.
    pub(crate) fn read(file: &Path) -> Self {
        let mut text = Vec::new();
        let read = File::open(file).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
        if read.is_err() {
            return Self::default();
        }

        Self::parse(&text).unwrap_or_default()
    }

    /// Writes the file and the folder that it lies in.
    pub(crate) fn write(self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }

        fs::write(file, serde_json::to_vec(&self)?)
    }

    /// Whether enough of it, its upper edge included, lies on one of these monitors.
    pub(crate) fn is_seen_on(&self, monitors: &[Rect]) -> bool {
        monitors.iter().any(|monitor| {
            let (left, right) = shared((self.at.x, self.at.width), (monitor.x, monitor.width));
            let top = i64::from(self.at.y) - i64::from(monitor.y);

            right - left >= SEEN && (0..=i64::from(monitor.height) - SEEN).contains(&top)
        })
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let place: Self = serde_json::from_slice(text).ok()?;
        let at = place.at;
        let fits = WIDTHS.contains(&at.width)
            && HEIGHTS.contains(&at.height)
            && PLACES.contains(&at.x)
            && PLACES.contains(&at.y);

        fits.then_some(place)
    }
}

/// What two stretches, each a start and a length, have in common.
fn shared(one: (i32, u32), other: (i32, u32)) -> (i64, i64) {
    let ends = |(start, length): (i32, u32)| {
        let start = i64::from(start);
        (start, start + i64::from(length))
    };
    let ((from, to), (other_from, other_to)) = (ends(one), ends(other));

    (from.max(other_from), to.min(other_to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DESK: Rect = rect(0, 0, 1_920, 1_080);

    const fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    fn standing(at: Rect) -> Geometry {
        Geometry {
            maximized: false,
            at,
        }
    }

    #[test]
    fn a_window_opens_again_as_it_was_closed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("not yet there").join("window.json");
        let place = standing(rect(-1_800, 40, 900, 700));
        place.write(&file).unwrap();
        assert_eq!(Geometry::read(&file), place);
    }

    #[test]
    fn a_file_that_is_missing_garbage_or_out_of_bounds_opens_the_usual_window() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("window.json");
        assert_eq!(Geometry::read(&file), Geometry::default());
        assert_eq!(Geometry::read(folder.path()), Geometry::default());
        let written = |at: Rect| serde_json::to_string(&standing(at)).unwrap();
        for text in [
            "",
            "{",
            "\u{0}\u{0}",
            "null",
            r#"{"maximized":true}"#,
            r#"{"maximized":false,"at":{"x":0,"y":0,"width":1280,"height":800,"z":1}}"#,
            &written(rect(0, 0, 0, 0)),
            &written(rect(0, 0, u32::MAX, 800)),
            &written(rect(i32::MAX, 0, 1_280, 800)),
            &written(rect(0, i32::MIN, 1_280, 800)),
            &"9".repeat(100_000),
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(Geometry::read(&file), Geometry::default(), "{text}");
        }
    }

    #[test]
    fn a_place_counts_only_where_a_monitor_shows_its_upper_edge() {
        let left = rect(-1_280, 0, 1_280, 1_024);
        assert!(standing(rect(100, 100, 900, 700)).is_seen_on(&[DESK]));
        assert!(standing(rect(-1_000, 0, 900, 700)).is_seen_on(&[DESK, left]));
        for at in [
            rect(-1_000, 0, 900, 700),
            rect(1_900, 100, 900, 700),
            rect(100, 1_000, 900, 700),
            rect(100, -20, 900, 700),
        ] {
            assert!(!standing(at).is_seen_on(&[DESK]), "{at:?}");
        }
        assert!(!Geometry::default().is_seen_on(&[]));
    }

    proptest! {
        #[test]
        fn no_file_and_no_monitor_breaks_the_start(
            text in any::<Vec<u8>>(),
            at in any::<(i32, i32, u32, u32)>(),
            monitor in any::<(i32, i32, u32, u32)>(),
        ) {
            let rect = |(x, y, width, height)| rect(x, y, width, height);
            let place = Geometry::parse(&text).unwrap_or_default();
            prop_assert_eq!(place, Geometry::default());
            let _ = standing(rect(at)).is_seen_on(&[rect(monitor)]);
        }
    }
}
