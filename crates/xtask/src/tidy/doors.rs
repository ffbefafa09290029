//! One door per library: the rest of the project learns our words, not the library's.

use super::{
    Source, Violation,
    rust::{Token, is_test_file, tokens, without_tests},
};

/// A library and the modules that may name it: a folder's prefix, or a file without its `.rs`.
struct Door {
    library: &'static str,
    modules: &'static [&'static str],
}

const DOORS: &[Door] = &[
    Door {
        library: "argon2",
        modules: &["crates/domain/src/crypto"],
    },
    Door {
        library: "axum",
        modules: &["crates/server/src/http"],
    },
    Door {
        library: "bp256",
        modules: &["crates/cli/src/certificate"],
    },
    Door {
        library: "bp384",
        modules: &["crates/cli/src/certificate"],
    },
    Door {
        library: "ecdsa",
        modules: &["crates/cli/src/certificate"],
    },
    Door {
        library: "hpke",
        modules: &["crates/domain/src/crypto"],
    },
    Door {
        library: "image",
        modules: &["crates/station/src/picture"],
    },
    Door {
        library: "krilla",
        // The reader's tests and its soak draw what they read.
        modules: &[
            "crates/cli/src/sheet",
            "crates/reader/src/symbol/drawn",
            "crates/reader/examples/soak",
        ],
    },
    Door {
        library: "miniz_oxide",
        modules: &["crates/domain/src/inflate"],
    },
    Door {
        library: "nokhwa",
        modules: &["crates/station/src/camera"],
    },
    Door {
        library: "p521",
        modules: &["crates/cli/src/certificate"],
    },
    Door {
        library: "qrcodegen",
        // The reader's tests and its soak draw what they read.
        modules: &[
            "crates/cli/src/sheet",
            "crates/reader/src/symbol/drawn",
            "crates/reader/examples/soak",
        ],
    },
    Door {
        library: "reqwest",
        modules: &["crates/station/src/link"],
    },
    Door {
        library: "ring",
        modules: &["crates/domain/src/crypto"],
    },
    Door {
        library: "rqrr",
        modules: &["crates/reader/src"],
    },
    Door {
        library: "rusqlite",
        modules: &["crates/station/src/store", "crates/server/src/store/sqlite"],
    },
    Door {
        library: "rxing",
        modules: &["crates/reader/src"],
    },
    Door {
        library: "sha2",
        modules: &["crates/cli/src/certificate"],
    },
    Door {
        library: "tauri",
        modules: &["src-tauri"],
    },
    Door {
        library: "tokio_postgres",
        modules: &["crates/server/src/store/postgres"],
    },
    Door {
        library: "v4l",
        modules: &["crates/station/src/camera"],
    },
    Door {
        library: "x509_parser",
        modules: &["crates/cli/src/certificate"],
    },
];

/// Tests may use everything: they bring their own pictures, databases and servers.
pub(super) fn check(source: &Source) -> Vec<Violation> {
    if !source.is("rs") || is_test_file(&source.path) {
        return Vec::new();
    }
    let tokens = without_tests(&tokens(&source.text));
    let mut violations = Vec::new();
    for door in DOORS.iter().filter(|door| {
        !door
            .modules
            .iter()
            .any(|module| lies_in(&source.path, module))
    }) {
        for at in 0..tokens.len() {
            if names(&tokens, at, door.library) {
                let line = tokens.get(at).map_or(0, |token| token.line);
                violations.push(source.violation(
                    line,
                    format!(
                        "{} is named in {} alone",
                        door.library,
                        door.modules.join(" and ")
                    ),
                ));
            }
        }
    }

    violations
}

/// Whether a path in the code begins with the library at `at`.
fn names(tokens: &[Token], at: usize, library: &str) -> bool {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let before = |back: usize| at.checked_sub(back).map_or("", text);
    if text(at) != library || before(1) == "::" {
        return false;
    }

    text(at + 1) == "::" || before(1) == "use" || before(1) == "crate" && before(2) == "extern"
}

fn lies_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn a_library_named_outside_its_door_is_found() {
        for door in DOORS {
            let text = format!("fn f() {{}}\nuse {}::Thing;", door.library);
            let violations = check(&source("crates/other/src/lib.rs", &text));

            assert_eq!(violations.len(), 1, "{}", door.library);
            assert_eq!(violations.first().map(|violation| violation.line), Some(2));
        }
    }

    #[test]
    fn a_library_named_in_its_door_is_fine() {
        for door in DOORS {
            for module in door.modules {
                let text = format!("use {}::Thing;", door.library);

                assert_eq!(check(&source(&format!("{module}/deep.rs"), &text)), []);
            }
        }
    }

    #[test]
    fn paths_attributes_and_whole_imports_count_but_other_words_do_not() {
        let found = |text| check(&source("crates/cli/src/main.rs", text)).len();

        assert_eq!(found("#[tauri::command] fn f() {}"), 1);
        assert_eq!(found("let x = ring::digest::digest(a);"), 1);
        assert_eq!(found("use image as picture;"), 1);
        assert_eq!(found("extern crate rqrr;"), 1);
        assert_eq!(found("use rustls::crypto::ring::default_provider;"), 0);
        assert_eq!(found("let image = self.image; // image::open"), 0);
    }

    #[test]
    fn tests_may_use_everything() {
        assert_eq!(check(&source("tests/story.rs", "use ring::signature;")), []);
        assert_eq!(
            check(&source(
                "crates/reader/src/lib.rs",
                "#[cfg(test)] mod tests { use image::open; }"
            )),
            []
        );
    }

    #[test]
    fn a_door_is_not_its_neighbour_with_a_longer_name() {
        assert_eq!(
            check(&source(
                "crates/station/src/cameraman.rs",
                "use nokhwa::Camera;"
            ))
            .len(),
            1
        );
        assert_eq!(
            check(&source(
                "crates/station/src/camera.rs",
                "use nokhwa::Camera;"
            )),
            []
        );
    }
}
