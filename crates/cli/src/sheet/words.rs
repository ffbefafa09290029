//! The words on paper, in Chinese and in Latin script.

use domain::code::native::TestResult;
use domain::screen::HolderClass;
use domain::time::Timestamp;

/// A word in both scripts.
pub(super) type Both = (&'static str, &'static str);

pub(super) fn class(class: HolderClass) -> Both {
    match class {
        HolderClass::Minor => ("未成年人", "Minor, under 18"),
        HolderClass::Senior => ("老年人", "Senior, 60 or over"),
        HolderClass::Disabled => ("残疾人", "Disabled person"),
        HolderClass::Other => ("居民", "Resident"),
    }
}

pub(super) fn result(result: TestResult) -> Both {
    match result {
        TestResult::Negative => ("阴性", "negative"),
        TestResult::Positive => ("阳性", "positive"),
    }
}

/// The last day on which a sheet counts that ends before `expires`.
pub(super) fn last_day(expires: Timestamp, utc_offset_minutes: i32) -> (String, String) {
    day(expires.plus(-1), utc_offset_minutes)
}

/// `2027年5月23日` and `23 May 2027`.
pub(super) fn day(time: Timestamp, utc_offset_minutes: i32) -> (String, String) {
    let (year, month, day) = time.date(utc_offset_minutes);
    let name = MONTHS
        .get(usize::from(month).saturating_sub(1))
        .unwrap_or(&"?");

    (
        format!("{year}年{month}月{day}日"),
        format!("{day} {name} {year}"),
    )
}

/// `14:05`.
pub(super) fn clock(time: Timestamp, utc_offset_minutes: i32) -> String {
    let local = time.plus(i64::from(utc_offset_minutes) * 60).0;
    let minutes = local.rem_euclid(86_400) / 60;

    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_the_one_that_ends_at_local_midnight() {
        let midnight_in_shanghai = Timestamp(1_798_732_800); // 2026-12-31T16:00:00Z
        assert_eq!(
            last_day(midnight_in_shanghai, 480),
            ("2026年12月31日".to_owned(), "31 December 2026".to_owned())
        );
        assert_eq!(clock(midnight_in_shanghai.plus(3_900), 480), "01:05");
    }
}
