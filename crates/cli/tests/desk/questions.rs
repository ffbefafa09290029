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
        names[..13],
        [
            "prefix",
            "base45",
            "structure",
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
fn foreign_public_vectors_are_not_applicable_yet() {
    let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors/hcert/vectors.jsonl");
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
        "agree 0, differ 0, not applicable 225\n"
    );
}
