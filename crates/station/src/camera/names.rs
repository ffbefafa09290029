//! What webcams are called: by their own name, and where that is another's too, by their place as well.

/// A webcam as the system tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What it calls itself.
    pub(super) name: String,
    /// Where it is connected, or its number: the same after a restart, if the system has anything of the kind.
    pub(super) place: String,
}

/// A name for each, no two the same unless the system cannot tell them apart either.
pub(super) fn distinct(told: &[Told]) -> Vec<String> {
    told.iter()
        .map(|one| {
            let bearers = told.iter().filter(|other| other.name == one.name).count();
            if bearers > 1 {
                format!("{} ({})", one.name, one.place)
            } else {
                one.name.clone()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, place: &str) -> Told {
        Told {
            name: name.to_owned(),
            place: place.to_owned(),
        }
    }

    #[test]
    fn only_webcams_of_the_same_name_are_called_by_their_place_too() {
        let all = [
            told("HD Webcam", "1-2:1.0"),
            told("Integrated Camera", "1-6:1.0"),
            told("HD Webcam", "1-3:1.0"),
        ];

        assert_eq!(
            distinct(&all),
            [
                "HD Webcam (1-2:1.0)",
                "Integrated Camera",
                "HD Webcam (1-3:1.0)"
            ]
        );
    }
}
