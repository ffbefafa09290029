//! What a crate may not even name: the domain knows no clock, file or chance, the station no window.

use super::{
    Source, Violation,
    rust::{Token, is_test_file, spells, tokens, without_tests},
};

struct Ban {
    /// Folder of the crate.
    of: &'static str,
    /// A path as tokens, found wherever it stands.
    path: &'static [&'static str],
    reason: &'static str,
}

const RULES: &str = "every rule is a plain, repeatable test: time, chance and files are arguments";
const WINDOWS: &str = "an `Any` listener hears Tauri's events: one ipc Channel a window";

const BANS: &[Ban] = &[
    Ban {
        of: "crates/domain/",
        path: &["tokio"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["async"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["std", "::", "env"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["std", "::", "fs"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["std", "::", "net"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["std", "::", "process"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["std", "::", "thread"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["SystemTime"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["Instant"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["getrandom"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["rand"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["OsRng"],
        reason: RULES,
    },
    Ban {
        of: "crates/domain/",
        path: &["SystemRandom"],
        reason: RULES,
    },
    Ban {
        of: "crates/station/",
        path: &["tauri"],
        reason: "the whole scan runs headless",
    },
    Ban {
        of: "src-tauri/",
        path: &[".", "emit", "("],
        reason: WINDOWS,
    },
    Ban {
        of: "src-tauri/",
        path: &["emit_to"],
        reason: WINDOWS,
    },
    Ban {
        of: "src-tauri/",
        path: &["emit_filter"],
        reason: WINDOWS,
    },
];

pub(super) fn check(source: &Source) -> Vec<Violation> {
    if is_test_file(&source.path) {
        return Vec::new();
    }
    if source.path.starts_with("ui/") {
        return events_in_the_screens(source);
    }
    if !source.is("rs") {
        return Vec::new();
    }
    let tokens = spread_imports(&without_tests(&tokens(&source.text)));
    let mut violations = Vec::new();
    for ban in BANS.iter().filter(|ban| source.path.starts_with(ban.of)) {
        for (at, token) in tokens.iter().enumerate() {
            if spells(&tokens, at, ban.path) {
                let named = ban.path.concat();
                violations.push(source.violation(
                    token.line,
                    format!("{} may not name {named}: {}", ban.of, ban.reason),
                ));
            }
        }
    }

    violations
}

fn events_in_the_screens(source: &Source) -> Vec<Violation> {
    if !source.is("ts") && !source.is("svelte") {
        return Vec::new();
    }

    source
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("@tauri-apps/api/event"))
        .map(|(at, _)| source.violation(at + 1, WINDOWS))
        .collect()
}

/// Adds `std::fs` and `std::net` for `std::{fs, net::X}`, so that one kind of path has to be looked for.
fn spread_imports(tokens: &[Token]) -> Vec<Token> {
    let mut spread = tokens.to_vec();
    for at in 0..tokens.len() {
        if !spells(tokens, at, &["std", "::", "{"]) {
            continue;
        }
        let mut depth = 0_usize;
        let mut first = false;
        for token in tokens.iter().skip(at + 2) {
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                word if depth == 1 && first => {
                    let line = token.line;
                    spread.extend(["std", "::", word].map(|text| Token {
                        line,
                        text: text.to_owned(),
                    }));
                }
                _ => {}
            }
            first = depth == 1 && matches!(token.text.as_str(), "{" | ",");
            if depth == 0 {
                break;
            }
        }
    }

    spread
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn every_ban_finds_what_it_forbids() {
        for ban in BANS {
            let text = format!("fn f() {{}}\nfn g() {{ x {} }}", ban.path.join(" "));
            let violations = check(&source(&format!("{}src/lib.rs", ban.of), &text));

            assert_eq!(violations.len(), 1, "{:?}", ban.path);
            assert_eq!(violations.first().map(|violation| violation.line), Some(2));
        }
    }

    #[test]
    fn an_import_in_braces_is_found_on_its_own_line() {
        let text =
            "use std::{\n    collections::{BTreeMap, BTreeSet},\n    fs,\n    net::IpAddr,\n};";
        let lines: Vec<usize> = domain(text)
            .iter()
            .map(|violation| violation.line)
            .collect();

        assert_eq!(lines, [3, 4]);
    }

    #[test]
    fn words_that_only_look_alike_are_fine() {
        assert_eq!(
            domain("use hpke::rand_core::TryCryptoRng; fn instant() {} // SystemTime"),
            []
        );
        assert_eq!(
            domain("use crate::process; let fs = 1; /* std::fs */ let s = \"std::fs\";"),
            []
        );
    }

    #[test]
    fn tests_of_the_domain_may_read_files() {
        assert_eq!(domain("#[cfg(test)] mod tests { use std::fs; }"), []);
        assert_eq!(
            check(&source("crates/domain/tests/vectors.rs", "use std::fs;")),
            []
        );
    }

    #[test]
    fn other_crates_may_name_what_the_domain_may_not() {
        assert_eq!(
            check(&source(
                "crates/station/src/lib.rs",
                "use std::fs; use std::time::Instant;"
            )),
            []
        );
    }

    #[test]
    fn a_screen_that_listens_to_events_is_found() {
        let text = "x\nimport { listen } from '@tauri-apps/api/event';";

        assert_eq!(
            check(&source("ui/station/App.svelte", text)),
            [source("ui/station/App.svelte", "").violation(2, WINDOWS)]
        );
    }

    fn domain(text: &str) -> Vec<Violation> {
        check(&source("crates/domain/src/lib.rs", text))
    }
}
