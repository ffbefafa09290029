//! Which numbers of a health certificate hold what, drafted, signed, shown and read by.

use domain::code::foreign::HcertContent::{EuDcc, Icvp};

use super::*;

fn hcert(desk: &Desk, more: &[&str]) -> Result<String, String> {
    let words = [
        &["trust", "hcert", "--at", NOW, "--authority", "authority"],
        more,
    ]
    .concat();

    said(desk.try_run(&words))
}

fn show(desk: &Desk, more: &[&str]) -> String {
    let words = [&["trust", "show", "--authority", "authority"], more].concat();

    desk.run(&words).1
}

#[test]
fn who_moves_its_number_and_the_list_says_so_until_it_need_not() {
    let desk = Desk::new();
    assert!(show(&desk, &[]).contains("hcert: dcc under 1, icvp under -6, as usual\n"));
    let drafted = hcert(&desk, &["--icvp", "-7,-6"]).unwrap();
    assert!(
        drafted.contains("- hcert: dcc under 1, icvp under -6, as usual\n")
            && drafted.contains("+ hcert: dcc under 1, icvp under -7, icvp under -6\n"),
        "{drafted}"
    );
    assert!(show(&desk, &["--draft"]).contains("icvp under -7, icvp under -6\n"));
    sign(&desk, &[1, 2], &words(&drafted), NOW).unwrap();
    assert_eq!(
        held(&desk).hcert().numbers(),
        [(1, EuDcc), (-7, Icvp), (-6, Icvp)]
    );
    let same = hcert(&desk, &["--dcc", "1"]).unwrap();
    assert!(same.starts_with("Nothing changed"), "{same}");

    // Either way of saying the usual numbers leaves them out.
    for usual in [&["--clear"][..], &["--icvp", "-6"]] {
        let drafted = hcert(&desk, usual).unwrap();
        assert!(drafted.contains("+ hcert: dcc under 1, icvp under -6, as usual\n"));
        assert_eq!(super::drafted(&desk).body().hcert, None);
        std::fs::remove_dir_all(desk.path("authority/draft")).unwrap();
    }
}

#[test]
fn a_number_that_would_hold_two_things_is_refused_and_nothing_is_drafted() {
    let desk = Desk::new();
    let many = (2..20).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    for wrong in [
        &["--icvp", "1"][..],
        &["--dcc", "1,1"],
        &["--dcc", "-6"],
        &["--dcc", &many],
    ] {
        let why = hcert(&desk, wrong).unwrap_err();
        assert!(why.contains("each number holds one thing"), "{why}");
    }
    assert!(!desk.path("authority/draft").exists());
}

#[test]
fn verify_reads_a_code_by_the_numbers_of_the_list_it_is_given() {
    let (desk, _) = imported();
    let all: Value = serde_json::from_slice(&bytes(fixture("codes.json").as_ref())).unwrap();
    let ask = || {
        let known = cli::verify::Known::at(&desk.path("authority"), AT).unwrap();
        let text = all["hcert"].as_str().unwrap();
        cli::verify::verify(text.as_bytes(), &known, AT).reason()
    };
    assert_eq!(ask(), Some(Reason::Revoked));
    let drafted = hcert(&desk, &["--dcc", "5"]).unwrap();
    sign(&desk, &[1, 2], &words(&drafted), NOW).unwrap();
    assert_eq!(ask(), Some(Reason::Unsupported));
}
