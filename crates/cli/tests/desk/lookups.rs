//! Codes that others print and nobody signs: their shape in the trust list, a table of them in the register and in the list.

use cli::authority::{Authority, PublicFolder, Register};
use domain::code::lookup::OpaqueCode;
use domain::screen::Colour;
use domain::status::{Sample, Snapshot, Standing};
use domain::time::Timestamp;
use domain::verdict::Reason;

use super::*;
use crate::trust::{held, said, sign, words};

const AT: Timestamp = Timestamp(1_795_507_200);
const HEAD: &str = "code,birth_year,id_last_four,colour,last_negative,positive,revoked";
const SCHEME: [&str; 10] = [
    "--issuer",
    "harbour-city",
    "--prefix",
    "https://code.city.example/p/",
    "--alphabet",
    "base64url",
    "--length",
    "22",
    "--country",
    "sg",
];

fn link(n: u32) -> String {
    format!(
        "https://code.city.example/p/Zx-_{}",
        format!("{n:03}").repeat(6)
    )
}

fn draft(desk: &Desk, more: &[&str]) -> Result<String, String> {
    let line = ["trust", "lookups", "--at", NOW, "--authority", "authority"];

    said(desk.try_run(&[&line[..], more].concat()))
}

/// A desk whose trust list says what harbour-city's codes look like.
fn desk() -> Desk {
    let desk = Desk::new();
    let drafted = draft(&desk, &SCHEME).unwrap();
    sign(&desk, &[1, 2], &words(&drafted), NOW).unwrap();

    desk
}

fn take(desk: &Desk, issuer: &str, table: &str) -> Result<String, Failure> {
    let path = desk.path("codes.csv");
    std::fs::write(&path, table)?;
    let path = path.display().to_string();
    let line = ["lookups", "--at", NOW, "--authority", "authority"];

    desk.try_run(&[&line[..], &["--issuer", issuer, &path]].concat())
        .map(|(_, said)| said)
}

fn problem(ended: Result<String, Failure>) -> (u64, String) {
    match ended {
        Err(Failure::Line { line, problem, .. }) => (line, problem),
        other => panic!("{other:?}"),
    }
}

/// The list as a station opens it.
fn published(desk: &Desk) -> Snapshot {
    let authority = Authority::open(&desk.path("authority")).unwrap();
    let public = PublicFolder::new(authority.public());
    let manifest = public.manifest(authority.trust(), AT).unwrap().unwrap();
    let secret = authority.status_secret(manifest.week).unwrap();

    public.snapshot(manifest, &secret).unwrap()
}

fn opaque(desk: &Desk, n: u32) -> OpaqueCode {
    OpaqueCode::read(&held(desk).body.lookups, &link(n)).unwrap()
}

#[test]
fn a_table_of_others_codes_is_published_in_the_one_status_list_and_looked_up_there() {
    let desk = desk();
    desk.issue("name,birth_year,class,id_last_four,colour,last_negative\n王小明,1948,senior,012X,green,-\n")
        .unwrap();
    let said = take(
        &desk,
        "harbour-city",
        &format!(
            "{HEAD}\n{},1958,061X,green,2026-11-23T08:00:00Z,,\n{},-,-,red,-,yes,-\n{},1970,1234,green,-,,lost\n",
            link(1),
            link(2),
            link(3)
        ),
    )
    .unwrap();
    assert_eq!(
        said,
        "3 codes of harbour-city added, 0 changed or the same, 3 in the register; status list version 3 as of 2026-11-24T08:00:00Z.\n"
    );
    let snapshot = published(&desk);
    let first = snapshot.look_up(&opaque(&desk, 1)).unwrap();
    assert_eq!(
        (first.birth_year(), first.last_four().as_str()),
        (Some(1958), "061X")
    );
    let Some(Standing::Coloured { colour, sample }) = first.standing() else {
        panic!("{first:?}");
    };
    assert_eq!(colour, Colour::Green);
    assert!(matches!(sample, Sample::Negative(_)));
    let second = snapshot.look_up(&opaque(&desk, 2)).unwrap();
    assert_eq!(
        (second.birth_year(), second.last_four().as_str()),
        (None, "")
    );
    let third = snapshot.look_up(&opaque(&desk, 3)).unwrap();
    assert_eq!(
        third.standing(),
        Some(Standing::Revoked(Reason::RevokedLost))
    );
    assert_eq!(snapshot.look_up(&opaque(&desk, 4)), None);
    let (_, said) = desk.run(&["status", "--at", NOW, "--authority", "authority"]);
    assert!(
        said.ends_with("1 codes, and 3 of others that are looked up.\n"),
        "{said}"
    );
}

#[test]
fn a_question_about_such_a_code_is_answered_with_what_the_list_has_and_never_with_verified() {
    let desk = desk();
    let table = format!(
        "{HEAD}\n{},1958,061X,green,-,,\n{},-,-,red,-,,lost\n",
        link(1),
        link(2)
    );
    take(&desk, "harbour-city", &table).unwrap();
    let ask = |n| desk.run(&["verify", "--at", NOW, "--authority", "authority", &link(n)]);
    let (ending, said) = ask(1);
    assert_eq!(ending, Ending::No);
    for line in [
        "ok    format       of the shape of the codes of harbour-city\n",
        "FAILS signature    nobody signed it",
        "ok    list         as of 2026-11-24T08:00:00Z\n",
        "note  holder       born 1958, ID document ends in 061X\n",
        "note  status       green, no sample, as of 2026-11-24T08:00:00Z\n",
        "not verified: looked_up\n",
    ] {
        assert!(said.contains(line), "{line}{said}");
    }
    assert!(said.ends_with("not verified: looked_up\n"), "{said}");
    let (_, said) = ask(2);
    assert!(
        said.contains("FAILS status       revoked_lost, as of"),
        "{said}"
    );
    assert!(
        said.contains("birth year not known, end of the ID document not known"),
        "{said}"
    );
    assert!(said.ends_with("not verified: revoked_lost\n"), "{said}");
    let (_, said) = ask(3);
    assert!(
        said.contains("FAILS list         as of") && !said.contains("holder"),
        "{said}"
    );
    assert!(said.ends_with("not verified: not_in_list\n"), "{said}");
}

#[test]
fn no_index_is_given_twice_whichever_register_grows() {
    let desk = desk();
    let head = "name,birth_year,class,id_last_four,colour,last_negative";
    let resident = || desk.issue(&format!("{head}\n王小明,1948,senior,012X,green,-\n"));
    let code = |n| {
        take(
            &desk,
            "harbour-city",
            &format!("{HEAD}\n{},1958,-,green,-,,\n", link(n)),
        )
    };
    resident().unwrap();
    code(1).unwrap();
    resident().unwrap();
    code(2).unwrap();
    code(1).unwrap();
    let register = Register::read(&desk.path("authority")).unwrap();
    let own: Vec<u64> = register
        .records()
        .iter()
        .map(|record| record.index)
        .collect();
    let others: Vec<u32> = register
        .lookups()
        .records()
        .iter()
        .map(|record| record.index)
        .collect();
    assert_eq!((own, others), (vec![0, 2], vec![1, 3]));
    assert_eq!(register.next_index(), 4);

    // Both named one number: the register says so, and does nothing.
    let path = desk.path("authority/lookups.csv");
    let text = String::from_utf8(bytes(&path)).unwrap();
    std::fs::write(&path, text.replace("\"1\",", "\"0\",")).unwrap();
    let refused = code(1).unwrap_err().to_string();
    assert!(
        refused.contains("number 0 stands in the register of codes"),
        "{refused}"
    );
}

#[test]
fn a_later_table_changes_what_it_names_and_the_old_files_go_in_time() {
    let desk = desk();
    let row = |n, rest| format!("{},1958,061X,{rest}\n", link(n));
    let green = format!("{HEAD}\n{}{}", row(1, "green,-,,"), row(2, "green,-,,"));
    take(&desk, "harbour-city", &green).unwrap();
    let said = take(
        &desk,
        "harbour-city",
        &format!("{HEAD}\n{}", row(1, "yellow,-,,reissued")),
    )
    .unwrap();
    assert!(
        said.starts_with("0 codes of harbour-city added, 1 changed or the same, 2 in the register"),
        "{said}"
    );
    let snapshot = published(&desk);
    let standing = |n| snapshot.look_up(&opaque(&desk, n)).unwrap().standing();
    assert_eq!(
        standing(1),
        Some(Standing::Revoked(Reason::RevokedReissued))
    );
    assert!(matches!(standing(2), Some(Standing::Coloured { .. })));

    desk.run(&["status", "--at", NOW, "--authority", "authority"]);
    desk.run(&["status", "--at", NOW, "--authority", "authority"]);
    let files = std::fs::read_dir(desk.path("authority/public/status")).unwrap();
    let named = published(&desk).manifest().files().count();
    assert_eq!(
        (files.count(), named),
        (3, 2),
        "this list's files and those of the one before, which has the same table"
    );
    assert!(published(&desk).look_up(&opaque(&desk, 1)).is_some());
}

#[test]
fn a_lost_or_positive_code_comes_back_only_where_the_table_says_so_and_is_counted_then() {
    let desk = desk();
    let row = |n, rest: &str| format!("{},1958,061X,green,-{rest}\n", link(n));
    let table = |head: &str, rest: [&str; 2]| {
        let rows = [row(1, rest[0]), row(2, rest[1])].concat();
        take(&desk, "harbour-city", &format!("{head}\n{rows}")).unwrap()
    };
    let standing = || {
        let snapshot = published(&desk);
        [1, 2].map(|n| snapshot.look_up(&opaque(&desk, n)).unwrap().standing())
    };
    table(HEAD, [",,lost", ",yes,"]);
    let known = standing();
    assert_eq!(known[0], Some(Standing::Revoked(Reason::RevokedLost)));
    assert!(matches!(
        known[1],
        Some(Standing::Coloured {
            sample: Sample::Positive,
            ..
        })
    ));

    let short = "code,birth_year,id_last_four,colour,last_negative";
    for said in [
        table(short, ["", ""]),
        table(HEAD, [",,", ",,"]),
        table(HEAD, [",no,", ",no,"]),
    ] {
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(standing(), known);
    }

    let said = table(HEAD, [",,-", ",-,"]);
    assert!(
        said.ends_with(
            "2 that were revoked or positive are so no more: the table says - of them.\n"
        ),
        "{said}"
    );
    for standing in standing() {
        assert!(matches!(
            standing,
            Some(Standing::Coloured {
                sample: Sample::None,
                ..
            })
        ));
    }
}

#[test]
fn a_stray_quotation_mark_and_shifted_columns_show_no_code_and_nobodys_year_or_number() {
    let desk = desk();
    let rows: Vec<String> = (0..500)
        .map(|n| format!("{},1950,061X,green,-", link(n)))
        .collect();
    let short = "code,birth_year,id_last_four,colour,last_negative";
    let whole = format!("{short}\r\n{}\r\n", rows.join("\r\n"));
    let (first, last) = (rows.first().unwrap(), rows.last().unwrap());
    let shifted = |row: &str| format!("{short}\r\n{first}\r\n{row}\r\n");
    for (table, wanted) in [
        (
            whole.replacen("green,-", "green,\"-", 1),
            "column 5: a quotation mark in this line is not closed",
        ),
        (
            whole.replacen("061X,", "\"061X,", 1),
            "column 3: a quotation mark in this line is not closed",
        ),
        (
            shifted(&format!("{},1950,061X,{},-", link(7), link(8))),
            "colour: 50 characters stand here, wanted is green, yellow or red",
        ),
        (
            shifted(&format!("{},310106195001010611,061X,green,-", link(7))),
            "birth_year: 18 characters stand here, wanted is a year from 1900 to 2026, or -",
        ),
        (
            shifted(&format!("{},1950,061X,green,-,,,{last}", link(7))),
            "fields in this line: 12, in the heading line: 5",
        ),
        (
            whole.replacen(&format!("{short}\r\n"), "", 1),
            "the name of column 1 in the heading line is no column: the columns are code, birth_year, id_last_four, colour, last_negative, positive, revoked",
        ),
    ] {
        let (_, said) = problem(take(&desk, "harbour-city", &table));
        assert_eq!(said, wanted);
    }
    assert!(!desk.path("authority/lookups.csv").exists());
}

#[test]
fn a_row_with_nothing_to_compare_is_refused_unless_it_is_red_or_revoked() {
    let desk = desk();
    let good = format!("{HEAD}\n{},1958,-,green,-,,\n", link(1));
    let row = |rest: &str| {
        let table = format!("{good}{},{rest}\n", link(2));
        take(&desk, "harbour-city", &table)
    };
    for bare in ["-,-,green,-,,", ",,yellow,-,,-", "-,-,green,-,yes,"] {
        let (line, said) = problem(row(bare));
        assert_eq!(line, 3, "{bare}");
        assert!(said.ends_with("give at least one"), "{said}");
    }
    assert!(!desk.path("authority/lookups.csv").exists());
    for enough in [
        "1958,-,green,-,,",
        "-,061X,green,-,,",
        "-,-,red,-,,",
        "-,-,green,-,,lost",
    ] {
        row(enough).unwrap();
    }
}

#[test]
fn a_register_changed_by_hand_into_what_no_station_takes_is_called_damaged_with_its_line() {
    let desk = desk();
    let table = format!("{HEAD}\n{},1958,061X,green,-,,\n", link(1));
    take(&desk, "harbour-city", &table).unwrap();
    let path = desk.path("authority/lookups.csv");
    let good = String::from_utf8(bytes(&path)).unwrap();
    let long = "c".repeat(65);
    for (from, to, why) in [
        ("061X", "061x", "the end of the ID document is not four"),
        (
            "061X",
            "\u{e9}\u{e9}",
            "the end of the ID document is not four",
        ),
        ("061X", "61X", "the end of the ID document is not four"),
        ("1958", "0", "the birth year is \"0\""),
        ("harbour-city", "", "the issuer has not 1 to 64 bytes"),
        ("harbour-city", &long, "the issuer has not 1 to 64 bytes"),
    ] {
        std::fs::write(&path, good.replace(from, to)).unwrap();
        let (line, said) = match desk.try_run(&["status", "--at", NOW, "--authority", "authority"])
        {
            Err(Failure::Line { line, problem, .. }) => (line, problem),
            other => panic!("{to}: {other:?}"),
        };
        assert_eq!(line, 2);
        assert!(
            said.starts_with(why) && said.contains("The register is damaged"),
            "{said}"
        );
    }
    std::fs::write(&path, good).unwrap();
    take(&desk, "harbour-city", &table).unwrap();
}

#[test]
fn a_list_that_no_station_would_take_is_not_published() {
    let (desk, other) = (Desk::new(), Desk::new());
    let manifest = desk.path("authority/public/manifest.cbor");
    let before = bytes(&manifest);
    let key = "authority/status.key";
    assert_ne!(bytes(&desk.path(key)), bytes(&other.path(key)));
    std::fs::copy(other.path(key), desk.path(key)).unwrap();
    let refused = desk.try_run(&["status", "--at", NOW, "--authority", "authority"]);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.starts_with("no station would take the new status list, and it was not published"),
        "{refused}"
    );
    assert_eq!(bytes(&manifest), before);
}

#[test]
fn a_table_that_is_the_same_keeps_its_file_until_a_code_the_week_or_the_file_is_another() {
    let desk = desk();
    let status = |at: i64| {
        let at = at.to_string();
        desk.run(&["status", "--at", &at, "--authority", "authority"]);
    };
    let named = || published(&desk).manifest().lookups.clone();
    let row = |four: &str| format!("{HEAD}\n{},1958,{four},green,-,,\n", link(1));
    take(&desk, "harbour-city", &row("061X")).unwrap();
    let first = named();
    status(AT.0);
    assert_eq!(named(), first);
    assert_eq!(published(&desk).manifest().header.version, 3);

    // What is not there any more is packed anew.
    let hash = domain::hex::encode(first[0].full.sha256);
    let file = desk.path(&format!("authority/public/status/{hash}.bin"));
    std::fs::write(&file, b"torn").unwrap();
    status(AT.0);
    let again = named();
    assert_eq!((again.len(), again[0].version), (1, 4));
    take(&desk, "harbour-city", &row("061Y")).unwrap();
    let changed = named();
    assert_eq!(changed[0].version, 5);
    assert_ne!(changed[0].sha256, first[0].sha256);

    let week = 7 * 24 * 3_600;
    status(AT.0 + week);
    let authority = Authority::open(&desk.path("authority")).unwrap();
    let later = Timestamp(AT.0 + week);
    let manifest = PublicFolder::new(authority.public()).manifest(authority.trust(), later);
    let later = manifest.unwrap().unwrap().lookups;
    assert_eq!((later[0].version, later[0].sha256), (6, changed[0].sha256));
}

#[test]
fn codes_of_an_issuer_whose_scheme_is_gone_stay_in_the_register_and_in_no_list() {
    let desk = desk();
    let row = format!("{HEAD}\n{},1958,061X,green,-,,\n", link(1));
    take(&desk, "harbour-city", &row).unwrap();
    let drafted = draft(&desk, &["--issuer", "harbour-city", "--remove"]).unwrap();
    sign(&desk, &[1, 2], &words(&drafted), NOW).unwrap();
    desk.run(&["status", "--at", NOW, "--authority", "authority"]);
    assert_eq!(published(&desk).manifest().lookups, []);
    let register = Register::read(&desk.path("authority")).unwrap();
    assert_eq!(register.lookups().records().len(), 1);
}

#[test]
fn the_text_of_a_code_stays_nowhere_in_the_authoritys_folder() {
    let desk = desk();
    take(
        &desk,
        "harbour-city",
        &format!("{HEAD}\n{},1958,061X,green,-,,\n", link(1)),
    )
    .unwrap();
    let register = String::from_utf8(bytes(&desk.path("authority/lookups.csv"))).unwrap();
    assert!(register.contains("harbour-city") && register.contains("061X"));
    for part in ["Zx-_", "001001"] {
        assert!(!register.contains(part), "{part}");
    }
}

#[test]
fn a_code_of_no_scheme_twice_or_signed_is_refused_with_its_line_and_not_repeated() {
    let desk = desk();
    let good = format!("{},1958,061X,green,-,,", link(1));
    let refused = |code: &str| {
        let table = format!("{HEAD}\n{good}\n{code},1958,061X,green,-,,\n");
        problem(take(&desk, "harbour-city", &table))
    };
    let none = "the code fits no look-up scheme of harbour-city in the trust list";
    for code in [
        "https://code.city.example/p/short",
        "MS1:6BF",
        "https://elsewhere.example/1",
    ] {
        assert_eq!(refused(code), (3, none.to_owned()), "{code}");
    }
    let twice = "the code stands in line 2 already".to_owned();
    assert_eq!(refused(&link(1)), (3, twice));
    for end in ["\r\n", "\r"] {
        let other = format!("{},1958,061X,green,-,,", link(2));
        let table = format!("{HEAD}\n\n{good}\n{other}\n\n{good}\n").replace('\n', end);
        let twice = "the code stands in line 3 already".to_owned();
        assert_eq!(problem(take(&desk, "harbour-city", &table)), (6, twice));
    }
    let table = format!("{HEAD}\n{},1958,061x,green,-,,\n", link(1));
    assert!(
        problem(take(&desk, "harbour-city", &table))
            .1
            .starts_with("id_last_four: 4 characters stand here, wanted is ")
    );
    assert!(
        !desk.path("authority/lookups.csv").exists(),
        "nothing was taken"
    );

    let other = take(&desk, "another-city", &format!("{HEAD}\n{good}\n"));
    let other = other.unwrap_err().to_string();
    assert!(
        other.contains("has look-up schemes of harbour-city, and none of \"another-city\""),
        "{other}"
    );
}

#[test]
fn schemes_are_drafted_shown_replaced_and_taken_away() {
    let desk = desk();
    let line = "looked up: codes of harbour-city (SG), \"https://code.city.example/p/\" and 22 of base64url";
    let (_, shown) = desk.run(&["trust", "show", "--authority", "authority"]);
    assert!(shown.contains(line), "{shown}");
    assert_eq!(
        draft(&desk, &SCHEME).unwrap(),
        "Nothing changed, and nothing was drafted.\n"
    );

    let longer = [
        "--issuer",
        "harbour-city",
        "--prefix",
        "https://code.city.example/p/",
    ];
    let longer = [&longer[..], &["--alphabet", "hex", "--length", "32-40"]].concat();
    let said = draft(&desk, &longer).unwrap();
    assert!(said.contains(&format!("- {line}\n")), "{said}");
    assert!(said.contains("+ looked up: codes of harbour-city (no country), \"https://code.city.example/p/\" and 32 to 40 of hex\n"), "{said}");

    for (more, wanted) in [
        (vec!["--prefix", "MS1:"], "such codes cannot be looked up"),
        (vec!["--prefix", "hc1:"], "such codes cannot be looked up"),
        (vec![], "such codes cannot be looked up"),
        (
            vec!["--prefix", "https://code.city.example/p/0"],
            "some codes would be of two schemes",
        ),
    ] {
        let asked = [
            "--issuer",
            "another-city",
            "--alphabet",
            "digits",
            "--length",
        ];
        let length = if more.is_empty() { "15" } else { "33" };
        let refused = draft(&desk, &[&asked[..], &[length], &more].concat()).unwrap_err();
        assert!(refused.contains(wanted), "{refused}");
    }

    let said = draft(&desk, &["--issuer", "harbour-city", "--remove"]).unwrap();
    sign(&desk, &[1, 2], &words(&said), NOW).unwrap();
    assert_eq!(held(&desk).body.lookups, []);
}
