//! Whether a holder class fits the year of birth. The paper tells no day, so a class differs only where no day
//! of that year fits it.

use crate::screen::HolderClass;

/// Under this age: minor.
const MINOR_BELOW: i64 = 18;
/// From this age on: senior.
const SENIOR_FROM: i64 = 60;

/// Whether someone born in `birth_year` can be of `class` in `year`. `last_day`: it is 31 December, by when all
/// of that year have had their birthday.
pub(super) fn fits(class: HolderClass, birth_year: u16, year: i64, last_day: bool) -> bool {
    let oldest = year.saturating_sub(i64::from(birth_year));
    let youngest = oldest.saturating_sub(i64::from(!last_day));
    match class {
        HolderClass::Minor => oldest >= 0 && youngest < MINOR_BELOW,
        HolderClass::Senior => oldest >= SENIOR_FROM,
        HolderClass::Disabled | HolderClass::Other => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minor_may_still_be_seventeen_until_the_last_day_of_the_eighteenth_year() {
        assert!(fits(HolderClass::Minor, 2008, 2026, false));
        assert!(!fits(HolderClass::Minor, 2008, 2026, true));
        assert!(fits(HolderClass::Minor, 2009, 2026, true));
        assert!(!fits(HolderClass::Minor, 2007, 2026, false));
    }

    #[test]
    fn a_senior_may_be_sixty_from_the_first_day_of_the_sixtieth_year() {
        assert!(fits(HolderClass::Senior, 1966, 2026, false));
        assert!(!fits(HolderClass::Senior, 1967, 2026, true));
    }

    #[test]
    fn nobody_is_born_in_the_future_and_other_classes_fit_any_age() {
        assert!(!fits(HolderClass::Minor, 2027, 2026, false));
        assert!(fits(HolderClass::Disabled, 2027, 2026, false));
        assert!(fits(HolderClass::Other, 0, 2026, false));
    }
}
