use std::process::{Command, Output};

use serde_json::Value;

use super::*;

fn menshen(desk: &Desk, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_menshen"))
        .current_dir(desk.folder.path())
        .args(args)
        .output()
        .unwrap()
}

fn text_of(desk: &Desk) -> String {
    let register = cli::authority::Register::read(&desk.path("authority")).unwrap();
    register.records()[0].text.clone()
}

fn issued() -> Desk {
    let desk = Desk::new();
    desk.issue(
        "name,birth_year,class,id_last_four,colour,last_negative\n王小明,1948,senior,012X,green,-\n",
    )
    .unwrap();
    desk
}

#[test]
fn reading_prints_one_json_line_a_picture_and_goes_on_after_a_file_that_is_none() {
    let desk = issued();
    let output = menshen(
        &desk,
        &[
            "read",
            "--json",
            "residents.csv",
            "none.png",
            "sheets/000000.png",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0]["error"].is_string() && lines[1]["error"].is_string());
    assert_eq!(lines[2]["file"], "sheets/000000.png");
    assert_eq!(lines[2]["texts"], serde_json::json!([text_of(&desk)]));
    assert!(lines[2]["ms"].as_f64().unwrap() > 0.0);
    assert_eq!(
        lines[2]["grades"],
        serde_json::json!([{
            "letter": "A",
            "grade": 4,
            "unused_error_correction": { "share": 1.0, "grade": 4 },
            "symbol_contrast": { "share": 1.0, "grade": 4 },
            "modulation": { "grade": 4 },
        }])
    );
    assert_eq!(lines[2].get("hint"), None);
}

#[test]
fn the_exit_status_tells_genuine_from_not_and_both_from_a_wrong_question() {
    let desk = issued();
    let text = text_of(&desk);
    let verify = |text: &str, at: &str| {
        menshen(
            &desk,
            &[
                "verify",
                text,
                "--at",
                at,
                "--authority",
                "authority/public",
            ],
        )
        .status
        .code()
    };
    assert_eq!(verify(&text, NOW), Some(0));
    assert_eq!(verify("alipay://x", NOW), Some(1));
    assert_eq!(verify(&text, "2030-01-01T00:00:00Z"), Some(1));
    assert_eq!(menshen(&desk, &["verify", &text]).status.code(), Some(2));
    assert_eq!(menshen(&desk, &["verify"]).status.code(), Some(2));
    assert_eq!(
        menshen(&desk, &["verify", &text, "--authority", "nowhere"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_code_is_judged_by_trust_and_root_alone_too_and_says_that_no_status_was_looked_at() {
    let desk = issued();
    let output = menshen(
        &desk,
        &[
            "verify",
            &text_of(&desk),
            "--at",
            NOW,
            "--trust",
            "authority/public/trust.cbor",
            "--root",
            "authority/public/root.cbor",
        ],
    );
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("-     status       no status list was given\n"),
        "{said}"
    );
}

#[test]
fn every_check_of_a_genuine_code_has_its_line() {
    let desk = issued();
    let (_, said) = desk.run(&[
        "verify",
        &text_of(&desk),
        "--at",
        NOW,
        "--authority",
        "authority",
    ]);
    let names: Vec<&str> = said
        .lines()
        .filter_map(|line| line.get(6..)?.split_whitespace().next())
        .collect();
    assert_eq!(
        names[..14],
        [
            "prefix",
            "base45",
            "structure",
            "trust",
            "key",
            "signature",
            "signer",
            "issuer",
            "kind",
            "life",
            "begins",
            "ends",
            "holder",
            "status"
        ]
    );
    assert!(said.ends_with("verified, and in time\n"));
}

#[test]
fn foreign_public_vectors_agree() {
    for (format, count) in [
        ("hcert", 225),
        ("shc", 13),
        ("nzcp", 3),
        ("vdsnc", 2),
        ("claim169", 12),
        ("pretix", 6),
        ("statuslist", 7),
    ] {
        let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../../shared/vectors")
            .join(format)
            .join("vectors.jsonl");
        if !vectors.exists() {
            println!("SKIPPED: the public vectors are not beside this checkout");
            return;
        }
        let output = Command::new(env!("CARGO_BIN_EXE_menshen"))
            .args(["verify", "--vectors"])
            .arg(vectors)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            format!("agree {count}, differ 0, not applicable 0\n")
        );
    }
}

#[test]
fn past_the_trust_lists_expiry_nothing_verifies_and_the_status_line_says_the_true_cause() {
    let desk = issued();
    let text = text_of(&desk);
    // The trust list of 2026-11-24T08:00:00Z holds 90 days; the sheet 180.
    for (at, ending) in [
        ("2027-02-22T07:59:59Z", Ending::Good),
        ("2027-02-22T08:00:00Z", Ending::No),
    ] {
        let verify = ["verify", &text, "--at", at, "--authority", "authority"];
        let (ended, said) = desk.run(&verify);
        assert_eq!(ended, ending, "{said}");
    }
    let verify = ["verify", &text, "--at", "2027-02-22T08:00:00Z"];
    let (_, said) = desk.run(&[&verify[..], &["--authority", "authority"]].concat());
    for line in [
        "FAILS trust        expires 2027-02-22T08:00:00Z\n",
        "-     status       the trust list expired 2027-02-22T08:00:00Z, so no status list counts\n",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(said.ends_with("not verified: keys_too_old\n"), "{said}");
}

#[test]
fn a_text_that_is_longer_than_a_code_is_told_as_that() {
    let desk = issued();
    for body in ["?", "0"] {
        let text = format!("MS1:{}", body.repeat(999));
        let (ending, said) = desk.run(&["verify", &text, "--authority", "authority"]);
        assert_eq!(ending, Ending::No);
        assert_eq!(
            said,
            "ok    prefix       MS1: native paper code\n\
             FAILS length       1003 characters, longer than 700\n\
             not verified: malformed\n"
        );
    }
}

#[test]
fn a_picture_without_a_code_or_with_two_is_not_verified_and_reading_it_is_no_failure() {
    let desk = issued();
    let folder = desk.folder.path();
    grey_picture(&folder.join("white.png"), &[255; 64 * 64], 64);
    beside_itself(&folder.join("sheets/000000.png"), &folder.join("two.png"));
    for (picture, why) in [
        ("white.png", "no code could be read in this picture"),
        (
            "two.png",
            "there is more than one code in this picture, show one sheet at a time",
        ),
    ] {
        let verify = ["verify", "--image", picture, "--authority", "authority"];
        let output = menshen(&desk, &verify);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            format!("not verified: {why}\n")
        );
        assert_eq!(menshen(&desk, &["read", picture]).status.code(), Some(0));
    }
    let both = menshen(&desk, &["read", "--json", "two.png"]);
    let both: Value = serde_json::from_slice(&both.stdout).unwrap();
    assert_eq!(both["hint"], "one_sheet");
    let missing = ["verify", "--image", "no.png", "--authority", "authority"];
    assert_eq!(menshen(&desk, &missing).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_files_name_cannot_move_the_cursor_of_who_reads_the_answer() {
    let desk = issued();
    std::fs::copy(desk.path("sheets/000000.png"), desk.path("\u{1b}[2J.png")).unwrap();
    let output = menshen(&desk, &["read", "\u{1b}[2J.png"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("\\u{1b}[2J.png: 1 ("), "{said:?}");
}

#[test]
fn what_a_station_reports_goes_to_standard_error_as_far_as_it_is_asked_for() {
    let desk = Desk::new();
    let report = |level: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_menshen"));
        command
            .current_dir(desk.folder.path())
            .env_remove("MENSHEN_LOG")
            .args(["station", "--headless", "--data", "none"]);
        if let Some(level) = level {
            command.env("MENSHEN_LOG", level);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(report(Some("info")).contains("a station without a window"));
    assert!(report(None).starts_with("menshen: "));
}

/// `picture` twice, side by side.
fn beside_itself(picture: &Path, path: &Path) {
    let one = station::picture::read_picture(picture).unwrap();
    let rows = one.pixels().chunks_exact(one.width);
    let pixels: Vec<u8> = rows.flat_map(|row| [row, row].concat()).collect();
    grey_picture(path, &pixels, 2 * one.width);
}

fn grey_picture(path: &Path, pixels: &[u8], width: usize) {
    let height = u32::try_from(pixels.len() / width).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, u32::try_from(width).unwrap(), height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(pixels)
        .unwrap();
}
