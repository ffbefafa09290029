use cli::authority::{Register, TestKnown};
use domain::screen::Colour;
use domain::time::Timestamp;

use super::*;

const NEGATIVE: &str = "negative 2026-11-24T02:00:00Z";

const HEAD: &str = "name,birth_year,class,id_last_four,colour,last_negative,slip";

#[test]
fn residents_get_codes_in_the_register_in_the_order_of_the_table() {
    let desk = Desk::new();
    let table = format!(
        "{HEAD}\n王小明,1948,senior,012X,green,2026-11-23T08:00:00Z,-\nMaria Silva,1985,other,9A27,red,-,-\n"
    );
    desk.issue(&table).unwrap();
    desk.issue(&format!("{HEAD}\n李秀英,1980,disabled,3324,yellow,-,-\n"))
        .unwrap();
    let register = Register::read(&desk.path("authority")).unwrap();
    let seen: Vec<_> = register
        .records()
        .iter()
        .map(|r| (r.index, r.name.as_str(), r.colour, r.test))
        .collect();
    assert_eq!(
        seen,
        [
            (
                0,
                "王*",
                Colour::Green,
                TestKnown::Negative(Timestamp(1_795_420_800))
            ),
            (1, "Maria S*", Colour::Red, TestKnown::None),
            (2, "李*", Colour::Yellow, TestKnown::None),
        ]
    );
    for name in ["000000.pdf", "000001.png", "000002-card.pdf"] {
        assert!(desk.path("sheets").join(name).is_file(), "{name}");
    }
}

#[test]
fn a_table_with_one_wrong_line_issues_nothing_and_tells_the_line_that_a_spreadsheet_shows() {
    let desk = Desk::new();
    let before = bytes(&desk.path("authority/residents.csv"));
    let table = format!("{HEAD}\n王小明,1948,senior,012X,green,-,-\n李,80,other,3324,green,-,-\n");
    for table in [table.clone(), table.replace('\n', "\r\n")] {
        let Err(Failure::Line { line, problem, .. }) = desk.issue(&table) else {
            panic!("a wrong line was taken");
        };
        assert_eq!(line, 3);
        assert_eq!(
            problem,
            "birth_year: 2 characters stand here, wanted is a year from 1900 to 2026"
        );
    }
    assert_eq!(bytes(&desk.path("authority/residents.csv")), before);
    assert!(!desk.path("sheets").exists());
}

#[test]
fn a_table_whose_columns_are_shifted_shows_no_name_and_no_id_number() {
    let desk = Desk::new();
    for row in [
        "1948,Wang Xiaoming,senior,012X,green,-,-",
        "王,1948,senior,310106195001010611,green,-,-",
        "王,1948,Wang Xiaoming,012X,green,-,-",
        "王,1948,senior,012X,310106195001010611,-,-",
        "王,1948,senior,012X,green,Wang Xiaoming,-",
        "王,1948,senior,012X,green,-,Wang Xiaoming",
        "=Wang Xiaoming,1948,senior,012X,green,-,-",
        "Wang\u{202e}Xiaoming,1948,senior,012X,green,-,-",
    ] {
        let said = why(desk.issue(&table(&[row])));
        assert!(said.contains(", line 2: "), "{said}");
        for hidden in ["Wang", "Xiaoming", "3101"] {
            assert!(!said.contains(hidden), "{said}");
        }
    }
}

#[test]
fn no_full_name_stays_in_the_authoritys_folder_or_on_paper() {
    let desk = Desk::new();
    desk.issue(&format!("{HEAD}\n诸葛小明,1948,senior,012X,green,-,-\n"))
        .unwrap();
    let register = bytes(&desk.path("authority/residents.csv"));
    let register = String::from_utf8(register).unwrap();
    assert!(register.contains("诸葛*") && !register.contains("小明"));
}

#[test]
fn a_change_of_status_is_in_the_next_list() {
    let desk = Desk::new();
    desk.issue(&format!("{HEAD}\n王小明,1948,senior,012X,green,-,-\n"))
        .unwrap();
    let verify = [
        "verify",
        "--at",
        NOW,
        "--image",
        "sheets/000000.png",
        "--authority",
        "authority",
    ];
    assert_eq!(desk.run(&verify).0, Ending::Good);
    desk.run(&[
        "status",
        "--at",
        NOW,
        "--authority",
        "authority",
        "--set",
        "0=lost",
    ]);
    let (ending, said) = desk.run(&verify);
    assert_eq!(ending, Ending::No);
    assert!(said.ends_with("not verified: revoked_lost\n"), "{said}");
}

#[test]
fn a_status_change_for_a_code_that_does_not_exist_is_refused() {
    let desk = Desk::new();
    let refused = desk.try_run(&[
        "status",
        "--at",
        NOW,
        "--authority",
        "authority",
        "--set",
        "7=red",
    ]);
    assert!(
        matches!(refused, Err(Failure::Refused(why)) if why == "--set 7=red: no code has this number")
    );
}

#[test]
fn a_slip_carries_the_test_under_the_test_centres_key() {
    let desk = Desk::new();
    let table = format!("{HEAD}\n王小明,1948,senior,012X,green,-,negative 2026-11-24T02:00:00Z\n");
    desk.issue(&table).unwrap();
    let (ending, said) = desk.run(&[
        "verify",
        "--at",
        NOW,
        "--image",
        "sheets/000000-slip.png",
        "--authority",
        "authority",
    ]);
    assert_eq!(ending, Ending::Good, "{said}");
    assert!(said.contains("ok    issuer       binhe-lab-01\n"), "{said}");
    assert!(
        said.contains("Negative, sampled 2026-11-24T02:00:00Z"),
        "{said}"
    );
}

fn table(lines: &[&str]) -> String {
    format!("{HEAD}\n{}\n", lines.join("\n"))
}

fn why(done: Result<(Ending, String), Failure>) -> String {
    done.unwrap_err().to_string()
}

fn print_again(desk: &Desk, number: &str) -> Result<(Ending, String), Failure> {
    desk.try_run(&[
        "sheet",
        "--authority",
        "authority",
        "--number",
        number,
        "--out",
        "sheets",
    ])
}

#[test]
fn where_sheets_cannot_go_no_code_is_issued() {
    let desk = Desk::new();
    let before = bytes(&desk.path("authority/residents.csv"));
    std::fs::write(desk.path("sheets"), "a file").unwrap();
    let said = why(desk.issue(&table(&["王小明,1948,senior,012X,green,-,-"])));
    assert!(said.contains("sheets: cannot "), "{said}");
    assert_eq!(bytes(&desk.path("authority/residents.csv")), before);
}

#[test]
fn a_sheet_that_cannot_be_written_says_the_command_that_prints_the_rest_and_it_works() {
    let desk = Desk::new();
    let blocked = desk.path("sheets/000001.pdf");
    std::fs::create_dir_all(&blocked).unwrap();
    let said = why(desk.issue(&table(&[
        "王小明,1948,senior,012X,green,-,-",
        "李秀英,1980,disabled,3324,yellow,-,-",
        "张三,1980,other,3325,green,-,-",
    ])));
    let wanted = format!(
        "menshen sheet --authority {} --number 1-2 --out {}",
        desk.path("authority").display(),
        desk.path("sheets").display()
    );
    assert!(said.ends_with(&wanted), "{said}");

    std::fs::remove_dir(blocked).unwrap();
    let printed = follow(&wanted);
    assert!(
        printed.starts_with("Printed numbers 1 to 2 to "),
        "{printed}"
    );
    for name in ["000001.pdf", "000001.png", "000002-card.pdf"] {
        assert!(desk.path("sheets").join(name).is_file(), "{name}");
    }
    let register = Register::read(&desk.path("authority")).unwrap();
    assert_eq!(register.records().len(), 3);
}

#[test]
fn a_slip_that_cannot_be_written_says_how_to_print_it_too() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("sheets/000000-slip.pdf")).unwrap();
    let slip = format!("王小明,1948,senior,012X,green,-,{NEGATIVE}");
    let said = why(desk.issue(&table(&[&slip])));
    assert!(said.contains("The codes are issued"), "{said}");
    assert!(said.contains(" --number 0 --out "), "{said}");
}

#[test]
fn a_sheet_printed_again_brings_its_slip_along_with_the_very_same_code() {
    let desk = Desk::new();
    let slip = format!("王小明,1948,senior,012X,green,-,{NEGATIVE}");
    desk.issue(&table(&[&slip, "李秀英,1980,disabled,3324,yellow,-,-"]))
        .unwrap();
    let before = bytes(&desk.path("sheets/000000-slip.png"));
    std::fs::remove_dir_all(desk.path("sheets")).unwrap();
    print_again(&desk, "0-1").unwrap();
    assert_eq!(bytes(&desk.path("sheets/000000-slip.png")), before);
    assert!(desk.path("sheets/000001-card.pdf").is_file());
    assert!(!desk.path("sheets/000001-slip.pdf").exists());
}

#[test]
fn a_register_of_a_release_that_kept_no_slips_is_still_read() {
    let desk = Desk::new();
    desk.issue(&table(&["王小明,1948,senior,012X,green,-,-"]))
        .unwrap();
    let path = desk.path("authority/residents.csv");
    let text = String::from_utf8(bytes(&path)).unwrap();
    let old = text.replace(",\"slip\"\n", "\n").replace(",\"-\"\n", "\n");
    assert_ne!(old, text);
    std::fs::write(&path, old).unwrap();
    let register = Register::read(&desk.path("authority")).unwrap();
    assert_eq!(register.records()[0].slip, None);
}

#[test]
fn a_number_that_no_code_has_is_refused_with_those_there_are() {
    let desk = Desk::new();
    let said = why(print_again(&desk, "3-4"));
    assert_eq!(
        said,
        "no code has a number from 3 to 4; in the register: none"
    );
    desk.issue(&table(&["王小明,1948,senior,012X,green,-,-"]))
        .unwrap();
    let said = why(print_again(&desk, "7"));
    assert_eq!(said, "no code has the number 7; in the register: number 0");
}

#[test]
fn a_name_that_the_font_has_no_sign_for_is_told_with_its_line() {
    let desk = Desk::new();
    let lines = [
        "王小明,1948,senior,012X,green,-,-",
        "\u{10980}\u{10981},1980,other,3324,green,-,-",
    ];
    let Err(Failure::Line { line, problem, .. }) = desk.issue(&table(&lines)) else {
        panic!("a sheet with a hole was printed");
    };
    assert_eq!(line, 3);
    assert!(problem.contains("has no sign for"), "{problem}");
}

#[test]
fn a_damaged_register_says_what_to_do() {
    let desk = Desk::new();
    desk.issue(&table(&["王小明,1948,senior,012X,green,-,-"]))
        .unwrap();
    let path = desk.path("authority/residents.csv");
    let whole = String::from_utf8(bytes(&path)).unwrap();
    for damaged in [
        whole.replace("\"1948\"", "\"old\""),
        whole.replace("\"green\",", ""),
        whole.replace("MS1:", "MS1:A"),
    ] {
        assert_ne!(damaged, whole);
        std::fs::write(&path, damaged).unwrap();
        let said = why(desk.try_run(&["status", "--at", NOW, "--authority", "authority"]));
        assert!(said.contains("residents.csv, line 2: "), "{said}");
        assert!(
            said.contains("put the last good copy of this file back"),
            "{said}"
        );
        assert!(!said.contains("CSV"), "{said}");
    }
}

#[test]
fn a_status_change_takes_no_sample_of_the_future_and_lists_its_words() {
    let desk = Desk::new();
    desk.issue(&table(&["王小明,1948,senior,012X,green,-,-"]))
        .unwrap();
    let before = bytes(&desk.path("authority/residents.csv"));
    let set = |what: &str| {
        let status = ["status", "--at", NOW, "--authority", "authority", "--set"];
        desk.try_run(&[&status[..], &[what]].concat())
    };
    assert_eq!(
        why(set("0=2999-01-01T00:00:00Z")),
        "--set 0=2999-01-01T00:00:00Z: a sample cannot be taken in the future (2999-01-01T00:00:00Z)"
    );
    assert_eq!(
        why(set("0=purple")),
        "--set 0=purple: \"purple\" is none of green, yellow, red, lost, reissued, positive, no-test or the time of a negative sample (2026-11-24T08:00:00Z)"
    );
    assert_eq!(bytes(&desk.path("authority/residents.csv")), before);
    set("0=yellow,2026-11-24T06:00:00Z").unwrap();
    let register = Register::read(&desk.path("authority")).unwrap();
    let record = &register.records()[0];
    assert_eq!(record.colour, Colour::Yellow);
    assert_eq!(record.test, TestKnown::Negative(Timestamp(1_795_500_000)));
}

#[test]
fn the_longest_names_that_are_taken_fit_into_a_code() {
    let desk = Desk {
        folder: tempfile::tempdir().unwrap(),
    };
    let (word, uri) = ("a".repeat(32), format!("https://{}", "a".repeat(56)));
    desk.run(&[
        "keys",
        "--demo",
        "--at",
        NOW,
        "--issuer",
        &word,
        "--slip-issuer",
        &word,
        "--status-uri",
        &uri,
        "--out",
        "authority",
    ]);
    // Two bytes a letter.
    let name = format!("{} {}", "é".repeat(61), "ß".repeat(2));
    let line = format!("{name},1948,senior,012X,green,-,{NEGATIVE}");
    desk.issue(&table(&[&line])).unwrap();
    assert_eq!(
        Register::read(&desk.path("authority"))
            .unwrap()
            .records()
            .len(),
        1
    );
}
