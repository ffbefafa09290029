//! What a line of input asks for.

use domain::screen::{Command, HolderClass, OperatorScreen, ScanId, Stage};
use domain::verdict::EmergencyReason;

/// A line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Matches,
    Differs,
    Missing,
    LetIn,
    Dismiss,
    Undo,
    NextCamera,
    Emergency(EmergencyReason, String),
    Register {
        name: String,
        birth_year: Option<u16>,
        last_four: String,
        class: Option<HolderClass>,
    },
}

/// What a line was typed at: the person and the entry that were on the screen then. A key that arrives late must
/// never meet another person (SECURITY.md §9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Aim {
    scan: Option<ScanId>,
    undo: Option<u64>,
}

impl Aim {
    pub(super) fn at(screen: &OperatorScreen) -> Self {
        let scan = match screen.stage {
            Stage::Storing { scan } => Some(scan),
            Stage::Watching
            | Stage::Comparing { .. }
            | Stage::Verdict(_)
            | Stage::LetIn { .. }
            | Stage::Emergency { .. }
            | Stage::Undone { .. } => scan_of(&screen.stage),
        };

        Self {
            scan,
            undo: screen.undo.map(|undo| undo.seq),
        }
    }
}

impl Order {
    /// Whether at `now` it means whom it meant when it was `typed`.
    pub(super) fn means_the_same(&self, typed: Aim, now: Aim) -> bool {
        match self {
            Self::Matches
            | Self::Differs
            | Self::Missing
            | Self::LetIn
            | Self::Dismiss
            | Self::Emergency(..) => typed.scan == now.scan,
            Self::Undo => typed.undo == now.undo,
            // One brings its own person along, the other is about nobody.
            Self::Register { .. } | Self::NextCamera => true,
        }
    }

    /// None for what no line means.
    pub(super) fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest.trim()) {
            ("y", "") => Some(Self::Matches),
            ("n", "") => Some(Self::Differs),
            ("m", "") => Some(Self::Missing),
            ("l", "") => Some(Self::LetIn),
            ("d", "") => Some(Self::Dismiss),
            ("u", "") => Some(Self::Undo),
            ("c", "") => Some(Self::NextCamera),
            ("e", rest) => {
                let (number, note) = rest.split_once(' ').unwrap_or((rest, ""));
                let reason = EmergencyReason::from_number(number.parse().ok()?)?;

                Some(Self::Emergency(reason, note.trim().to_owned()))
            }
            ("r", rest) => {
                let mut words = rest.splitn(3, ' ');
                let (year, last_four, name) = (words.next()?, words.next()?, words.next()?);

                Some(Self::Register {
                    name: name.trim().to_owned(),
                    birth_year: year.parse().ok(),
                    last_four: last_four.to_owned(),
                    class: None,
                })
            }
            _ => None,
        }
    }

    /// The command that it is on this screen; none where it means nothing there.
    pub(super) fn command(&self, screen: &OperatorScreen) -> Option<Command> {
        let comparing = match &screen.stage {
            Stage::Comparing { scan, .. } => Some(*scan),
            Stage::Watching
            | Stage::Storing { .. }
            | Stage::Verdict(_)
            | Stage::LetIn { .. }
            | Stage::Emergency { .. }
            | Stage::Undone { .. } => None,
        };
        match self {
            Self::Matches => comparing.map(|scan| Command::Matches { scan }),
            Self::Differs => comparing.map(|scan| Command::Differs { scan }),
            Self::Missing => comparing.map(|scan| Command::NoDocument { scan }),
            Self::LetIn => match &screen.stage {
                Stage::Verdict(view) if view.may_let_in => Some(Command::LetIn { scan: view.scan }),
                Stage::Watching
                | Stage::Comparing { .. }
                | Stage::Storing { .. }
                | Stage::Verdict(_)
                | Stage::LetIn { .. }
                | Stage::Emergency { .. }
                | Stage::Undone { .. } => None,
            },
            Self::Dismiss => Some(Command::Dismiss {
                scan: scan_of(&screen.stage).unwrap_or(ScanId(0)),
            }),
            Self::NextCamera => screen.next_camera.as_ref().map(|_| Command::NextCamera),
            Self::Undo => screen.undo.map(|undo| Command::Undo { seq: undo.seq }),
            Self::Emergency(reason, note) => Some(Command::Emergency {
                scan: scan_of(&screen.stage),
                reason: *reason,
                note: note.clone(),
            }),
            Self::Register {
                name,
                birth_year,
                last_four,
                class,
            } => Some(Command::Register {
                name: name.clone(),
                birth_year: *birth_year,
                last_four: last_four.clone(),
                class: *class,
            }),
        }
    }
}

/// The person on the screen whom an emergency or a dismissal would be about.
fn scan_of(stage: &Stage) -> Option<ScanId> {
    match stage {
        Stage::Comparing { scan, .. } | Stage::LetIn { scan, .. } => Some(*scan),
        Stage::Verdict(view) => Some(view.scan),
        Stage::Watching
        | Stage::Storing { .. }
        | Stage::Emergency { .. }
        | Stage::Undone { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_means_one_order_and_anything_else_none() {
        assert_eq!(Order::read(" y "), Some(Order::Matches));
        assert_eq!(Order::read("c"), Some(Order::NextCamera));
        assert_eq!(
            Order::read("e 1 fell on the stairs"),
            Some(Order::Emergency(
                EmergencyReason::MedicalHelp,
                "fell on the stairs".to_owned()
            ))
        );
        assert_eq!(
            Order::read("r 1941 123X 王秀兰"),
            Some(Order::Register {
                name: "王秀兰".to_owned(),
                birth_year: Some(1941),
                last_four: "123X".to_owned(),
                class: None
            })
        );
        for nothing in ["", "yes", "c 2", "e 7", "e", "r 1941", "y n"] {
            assert_eq!(Order::read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn an_order_means_whom_it_was_typed_at_and_a_registration_brings_its_own_person() {
        let aim = |scan, undo| Aim {
            scan: Some(ScanId(scan)),
            undo: Some(undo),
        };
        let emergency = Order::Emergency(EmergencyReason::MedicalHelp, String::new());
        for order in [
            Order::Matches,
            Order::Differs,
            Order::Missing,
            Order::LetIn,
            Order::Dismiss,
            emergency,
        ] {
            assert!(order.means_the_same(aim(1, 7), aim(1, 8)), "{order:?}");
            assert!(!order.means_the_same(aim(1, 7), aim(2, 7)), "{order:?}");
            assert!(
                !order.means_the_same(Aim::default(), aim(2, 7)),
                "{order:?}"
            );
        }
        assert!(Order::Undo.means_the_same(aim(1, 7), aim(2, 7)));
        assert!(!Order::Undo.means_the_same(aim(1, 7), aim(1, 8)));
        let registration = Order::read("r 1941 123X 王秀兰").unwrap();
        assert!(registration.means_the_same(aim(1, 7), aim(2, 8)));
    }
}
