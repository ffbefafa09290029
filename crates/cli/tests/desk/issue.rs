use cli::authority::{Register, TestKnown};
use domain::screen::Colour;
use domain::time::Timestamp;

use super::*;

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
fn a_table_with_one_wrong_line_issues_nothing() {
    let desk = Desk::new();
    let before = bytes(&desk.path("authority/residents.csv"));
    let table = format!("{HEAD}\n王小明,1948,senior,012X,green,-,-\n李,80,other,3324,green,-,-\n");
    let Err(Failure::Line { line, problem, .. }) = desk.issue(&table) else {
        panic!("a wrong line was taken");
    };
    assert_eq!(line, 3);
    assert_eq!(
        problem,
        "birth_year is \"80\": write a year from 1900 to 2026"
    );
    assert_eq!(bytes(&desk.path("authority/residents.csv")), before);
    assert!(!desk.path("sheets").exists());
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
