//! Where the finder patterns of a code may be that an earlier frame showed and did not give away.
//!
//! A hand moves a sheet by little from one frame to the next, so a look around where they were takes a small part of
//! the time that a look everywhere does: what is left goes to the code itself.

use crate::{
    deep::{
        hypothesis::Hypothesis,
        pose::Pose,
        seek::{self, Peak},
        smaller,
        texture::Texture,
    },
    pyramid::Pyramid,
    reading::Place,
    symbol::Version,
};

/// How far a finder pattern has moved at most, in modules and at least in pixels: a hand that shakes turns a sheet by a
/// few hundredths and moves it by ten pixels.
const MODULES: f32 = 5.0;
const PIXELS: f32 = 16.0;
/// How much larger or smaller a module may be than it was.
const SIZES: f32 = 1.3;
/// Frames in a row that a code is given which none of them had time enough for; then the others get theirs.
const MOST_IN_VAIN: u8 = 2;

/// What an earlier frame showed of a code's corners.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    version: Version,
    poses: Vec<Pose>,
    /// It lay bent.
    pub(crate) is_bent: bool,
    /// How many frames in a row had not time enough for it.
    vain: u8,
}

impl Track {
    /// Of the symbol that was seen.
    pub(crate) fn of(hypothesis: &Hypothesis, is_bent: bool) -> Self {
        Self {
            version: hypothesis.version,
            poses: hypothesis.poses.into_iter().flatten().collect(),
            is_bent,
            vain: 0,
        }
    }

    /// The same after another frame that had not time enough; `None` if that is no use any more.
    pub(crate) fn once_more(self, before: Option<&Self>) -> Option<Self> {
        let vain = before.map_or(0, |before| before.vain + 1);

        (vain < MOST_IN_VAIN).then_some(Self { vain, ..self })
    }

    /// Whether it was where this code is.
    pub(crate) fn lies_on(&self, place: &Place) -> bool {
        self.poses.iter().all(|pose| place.holds(pose.at.into()))
    }

    /// Whether it may be the same symbol.
    pub(crate) fn may_be(&self, hypothesis: &Hypothesis) -> bool {
        self.version == hypothesis.version
    }

    /// What looks like a finder pattern where the earlier ones were; `known` are places that do anyway.
    pub(crate) fn peaks(
        &self,
        pyramid: &Pyramid<'_>,
        known: &[Peak],
        stop: &impl Fn() -> bool,
    ) -> Vec<Peak> {
        let reach = |pose: &Pose| (MODULES * pose.module()).max(PIXELS);
        let is_near = |peak: &Peak| {
            let mut poses = self.poses.iter();
            poses.any(|pose| (peak.at - pose.at).length() < reach(pose))
        };
        let is_size = |module: f32| {
            let mut sizes = self.poses.iter().map(Pose::module);
            sizes.any(|size| (size / SIZES..size * SIZES).contains(&module))
        };
        let mut peaks: Vec<Peak> = known.iter().filter(|peak| is_near(peak)).copied().collect();
        if let Some(levels) = smaller(pyramid) {
            let poses = self.poses.iter();
            let around: Vec<_> = poses.map(|pose| (pose.at, reach(pose))).collect();
            let texture = Texture::of(levels[1]).only(&around);
            peaks.extend(seek::seek(levels, &texture, is_size, stop));
        }

        seek::apart(peaks)
    }
}
