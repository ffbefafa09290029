//! CertLogic against the suites of its specification, where they stand beside the checkout, and against our own of what
//! they leave open.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use domain::rules::suite::{Count, run};

const PUBLIC: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/vectors/certlogic"
);
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certlogic/own");

/// Runs every file of a folder; whatever differs is shown.
fn folder(path: &Path) -> Count {
    let mut sum = Count::default();
    let mut told = Vec::new();
    for file in fs::read_dir(path).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let count = run(&text, &mut |difference| told.push(difference.to_string())).unwrap();
        sum.agree += count.agree;
        sum.differ += count.differ;
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    sum
}

#[test]
fn all_218_assertions_of_the_public_suite_agree() {
    let suite = Path::new(PUBLIC).join("testSuite");
    if !suite.exists() {
        println!("SKIPPED: the public vectors are not beside this checkout");
        return;
    }
    assert_eq!(folder(&suite).to_string(), "agree 218, differ 0");
}

#[test]
fn all_23_cases_of_the_public_validation_suite_agree() {
    let suite = Path::new(PUBLIC).join("validation-testSuite");
    if !suite.exists() {
        println!("SKIPPED: the public vectors are not beside this checkout");
        return;
    }
    assert_eq!(folder(&suite).to_string(), "agree 23, differ 0");
}

#[test]
fn our_own_suites_agree() {
    assert!(folder(Path::new(OWN)).agree >= 158);
}
