//! Files that a program writes are committed as that program writes them.

use std::fs;

use crate::{
    failure::{Failure, Outcome},
    process, say, tree,
};

const BINDINGS: &str = "ui/shared/bindings.d.ts";

/// The screens' types are those of the domain: a test with the feature `bindings` writes them.
pub(super) fn bindings() -> Outcome {
    let before = read();
    let mut written = false;
    let mut test = process::cargo();
    test.args([
        "test",
        "--locked",
        "-p",
        "domain",
        "--features",
        "bindings",
        // Of the others nothing would run, and building them takes minutes.
        "--test",
        "bindings",
    ]);
    let status = process::follow(&mut test, |line| {
        written |=
            line.starts_with("test result: ok. ") && !line.starts_with("test result: ok. 0 passed");
        say::line(line);
    })?;
    process::judge(&test, status)?;
    let after = read();
    if !written || after.is_none() {
        return Err(Failure::broken(format!(
            "no test of `domain` with `bindings` in its name wrote {BINDINGS}"
        )));
    }
    if before != after {
        return Err(Failure::broken(format!(
            "{BINDINGS} was not as the domain's types have it; it is now: commit it"
        )));
    }

    Ok(())
}

/// Line ends are git's affair.
fn read() -> Option<String> {
    fs::read_to_string(tree::root().join(BINDINGS))
        .ok()
        .map(|text| text.replace('\r', ""))
}
