//! Which parts of the reader are at work: all of them, unless it is to be measured what one buys.

/// A part of the reader that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking for finder patterns by correlation.
    Seek,
    /// Making up the third corner of two finder patterns.
    Pairs,
    /// A spline through finder and alignment patterns.
    Anchors,
    /// A lattice grown over bent paper from the finder patterns.
    Growth,
    /// Weighing where all modules of crumpled paper lie at once.
    Belief,
    /// Following the print with a displacement field.
    Field,
    /// Undoing blur with a linear equaliser.
    Equaliser,
    /// Going on with the colours of blocks that were corrected.
    Feedback,
    /// What earlier frames learned.
    Memory,
}

impl Stage {
    /// Every stage, in the order in which they come.
    pub const ALL: [Self; 9] = [
        Self::Seek,
        Self::Pairs,
        Self::Anchors,
        Self::Growth,
        Self::Belief,
        Self::Field,
        Self::Equaliser,
        Self::Feedback,
        Self::Memory,
    ];

    /// A word for tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seek => "seek",
            Self::Pairs => "pairs",
            Self::Anchors => "anchors",
            Self::Growth => "growth",
            Self::Belief => "belief",
            Self::Field => "field",
            Self::Equaliser => "equaliser",
            Self::Feedback => "feedback",
            Self::Memory => "memory",
        }
    }
}

/// The stages at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stages {
    left_out: u16,
}

impl Stages {
    /// Every stage.
    #[must_use]
    pub const fn all() -> Self {
        Self { left_out: 0 }
    }

    /// Only the first and the second pass.
    #[must_use]
    pub const fn first_pass() -> Self {
        Self { left_out: u16::MAX }
    }

    /// These but for one.
    #[must_use]
    pub const fn without(self, stage: Stage) -> Self {
        Self {
            left_out: self.left_out | 1 << stage as u16,
        }
    }

    /// Whether a stage is at work.
    #[must_use]
    pub const fn has(self, stage: Stage) -> bool {
        self.left_out & 1 << stage as u16 == 0
    }

    /// Whether anything is done after the first passes.
    pub(crate) const fn is_deep(self) -> bool {
        self.left_out != u16::MAX
    }
}

impl Default for Stages {
    fn default() -> Self {
        Self::all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_at_work_until_it_is_left_out() {
        let stages = Stages::all().without(Stage::Field).without(Stage::Pairs);

        assert!(stages.has(Stage::Seek) && stages.has(Stage::Growth) && stages.is_deep());
        assert!(!stages.has(Stage::Field) && !stages.has(Stage::Pairs));
        assert!(!Stages::first_pass().has(Stage::Memory) && !Stages::first_pass().is_deep());
    }
}
