use proptest::prelude::*;

use super::*;

fn read(text: &str) -> String {
    DateTime::parse(text).map_or_else(|| "none".to_owned(), |time| time.to_string())
}

fn moved(text: &str, amount: i64, unit: Unit) -> String {
    DateTime::parse(text)
        .and_then(|time| time.plus(amount, unit))
        .map_or_else(|| "none".to_owned(), |time| time.to_string())
}

#[test]
fn a_partial_date_is_the_last_day_that_it_may_mean() {
    for (text, day) in [
        ("2004", "2004-12-31"),
        ("2004-01", "2004-01-31"),
        ("2004-02", "2004-02-29"),
        ("2100-02", "2100-02-28"),
        ("2000-02", "2000-02-29"),
        ("2004-12", "2004-12-31"),
        ("2004-02-29", "2004-02-29"),
        ("0000", "0000-12-31"),
        ("9999-12-31", "9999-12-31"),
    ] {
        assert_eq!(read(text), format!("{day}T00:00:00.000Z"));
        assert_eq!(DateTime::parse_date(text), DateTime::parse(text));
    }
}

#[test]
fn every_form_of_an_offset_of_the_specification_is_read() {
    for (offset, utc) in [
        ("", "12:00"),
        ("Z", "12:00"),
        ("+1", "11:00"),
        ("-1", "13:00"),
        ("+01", "11:00"),
        ("+130", "10:30"),
        ("-130", "13:30"),
        ("+0130", "10:30"),
        ("+1:30", "10:30"),
        ("+01:30", "10:30"),
        ("-01:30", "13:30"),
        ("+00:00", "12:00"),
        ("-00:00", "12:00"),
        ("+10", "02:00"),
        ("-1045", "22:45"),
    ] {
        for decimals in ["", ".0", ".000", ".0000004"] {
            let text = format!("2021-06-01T12:00:00{decimals}{offset}");
            assert_eq!(read(&text), format!("2021-06-01T{utc}:00.000Z"), "{text}");
        }
    }
}

#[test]
fn decimals_beyond_the_third_are_ignored_also_before_1970() {
    for (decimals, milliseconds) in [
        ("1", "100"),
        ("12", "120"),
        ("123", "123"),
        ("1239", "123"),
        ("9999999999999999999999999", "999"),
    ] {
        for year in [1969, 2021] {
            assert_eq!(
                read(&format!("{year}-06-01T23:59:59.{decimals}Z")),
                format!("{year}-06-01T23:59:59.{milliseconds}Z")
            );
        }
    }
}

#[test]
fn what_is_no_date_in_an_allowed_form_is_not_read() {
    for wrong in [
        "",
        "1",
        "204",
        "20041",
        "2004-",
        "2004-1",
        "2004-13",
        "2004-00",
        "2004-01-",
        "2004-01-1",
        "2004-01-00",
        "2004-01-32",
        "2021-02-29",
        "2021-09-99",
        "2004-01-01T",
        "2004T00:00:00",
        "2004-01T00:00:00",
        "2004-01-01 00:00:00",
        "2004-01-01t00:00:00",
        "2004-01-01T00:00",
        "2004-01-01T00:00Z",
        "2004-01-01T0:00:00",
        "2004-01-01T25:00:00",
        "2004-01-01T24:00:01",
        "2004-01-01T00:60:00",
        "2004-01-01T00:00:60",
        "2004-01-01T00:00:00.",
        "2004-01-01T00:00:00.Z",
        "2004-01-01T00:00:00,5",
        "2004-01-01T00:00:00z",
        "2004-01-01T00:00:00ZZ",
        "2004-01-01T00:00:00+",
        "2004-01-01T00:00:00+:30",
        "2004-01-01T00:00:00+1:3",
        "2004-01-01T00:00:00+1:300",
        "2004-01-01T00:00:00+01:",
        "2004-01-01T00:00:00+001:30",
        "2004-01-01T00:00:00+24:00",
        "2004-01-01T00:00:00+01:60",
        "2004-01-01T00:00:00+12345",
        "2004-01-01T00:00:00+1x",
        "２００４",
        " 2004",
        "2004 ",
        "+002004-01-01",
    ] {
        assert_eq!(read(wrong), "none", "{wrong}");
    }
}

#[test]
fn a_date_of_birth_has_no_time() {
    assert_eq!(DateTime::parse_date("2004-01-01T00:00:00Z"), None);
    assert_eq!(DateTime::parse_date(""), None);
}

#[test]
fn the_end_of_a_day_is_the_start_of_the_next() {
    assert_eq!(read("2021-12-31T24:00:00Z"), "2022-01-01T00:00:00.000Z");
}

#[test]
fn a_day_that_the_month_has_not_runs_over_into_the_next() {
    for (from, amount, unit, to) in [
        ("2020-02-29", 1, Unit::Day, "2020-03-01"),
        ("2020-02-29", 1, Unit::Month, "2020-03-29"),
        ("2020-02-29", 1, Unit::Year, "2021-03-01"),
        ("2020-02-29", -1, Unit::Year, "2019-03-01"),
        ("2020-02-29", 4, Unit::Year, "2024-02-29"),
        ("2021-01-31", 1, Unit::Month, "2021-03-03"),
        ("2020-01-31", 1, Unit::Month, "2020-03-02"),
        ("2021-03-31", -1, Unit::Month, "2021-03-03"),
        ("2021-12-31", 1, Unit::Month, "2022-01-31"),
        ("2021-01-31", -1, Unit::Month, "2020-12-31"),
        ("2021-01-01", -1, Unit::Day, "2020-12-31"),
        ("2021-05-31", -13, Unit::Month, "2020-05-01"),
        ("1969-01-01", -700, Unit::Year, "1269-01-01"),
        ("2004", 1, Unit::Month, "2005-01-31"),
        ("2004-01", 1, Unit::Month, "2004-03-02"),
    ] {
        assert_eq!(
            moved(from, amount, unit),
            format!("{to}T00:00:00.000Z"),
            "{from} + {amount}"
        );
    }
}

#[test]
fn the_time_of_day_stays_when_days_months_and_years_are_added() {
    let from = "2021-06-01T12:34:56.789+02:00";
    assert_eq!(moved(from, 0, Unit::Year), "2021-06-01T10:34:56.789Z");
    assert_eq!(moved(from, 72, Unit::Hour), "2021-06-04T10:34:56.789Z");
    assert_eq!(moved(from, -180, Unit::Day), "2020-12-03T10:34:56.789Z");
    assert_eq!(moved(from, -18, Unit::Year), "2003-06-01T10:34:56.789Z");
    assert_eq!(
        moved("1950-03-31T23:59:59.999Z", -1, Unit::Month),
        "1950-03-03T23:59:59.999Z"
    );
}

#[test]
fn times_end_100_million_days_from_1970_and_years_beyond_9999_have_six_digits() {
    assert_eq!(
        moved("1970-01-01", 100_000_000, Unit::Day),
        "+275760-09-13T00:00:00.000Z"
    );
    assert_eq!(
        moved("1970-01-01", -100_000_000, Unit::Day),
        "-271821-04-20T00:00:00.000Z"
    );
    for unit in [Unit::Hour, Unit::Day, Unit::Month, Unit::Year] {
        for amount in [i64::MAX, i64::MIN, 2_400_000_001, -2_400_000_001] {
            assert_eq!(moved("1970-01-01", amount, unit), "none");
        }
    }
    assert_eq!(
        moved("9999-12-31", 1, Unit::Day),
        "+010000-01-01T00:00:00.000Z"
    );
    assert_eq!(
        moved("0000-01-01", -1, Unit::Day),
        "-000001-12-31T00:00:00.000Z"
    );
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same_time(milliseconds in -62_167_219_200_000_i64..253_402_300_800_000) {
        let time = DateTime(milliseconds);
        prop_assert_eq!(DateTime::parse(&time.to_string()), Some(time));
    }

    #[test]
    fn days_and_dates_agree_over_all_years(days in -100_000_000_i64..100_000_000) {
        let (year, month, day) = DateTime(days.saturating_mul(DAY)).date();
        let of_month = i64::from(day).saturating_sub(1);
        prop_assert_eq!(first_day(year, i64::from(month)).saturating_add(of_month), days);
    }

    #[test]
    fn no_text_and_no_amount_panics(text in "[-+0-9T:.Z]{0,30}", amount in any::<i64>()) {
        if let Some(time) = DateTime::parse(&text) {
            for unit in [Unit::Hour, Unit::Day, Unit::Month, Unit::Year] {
                time.plus(amount, unit);
            }
        }
    }
}
