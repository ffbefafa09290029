//! Packages that may not come in, not even by way of another.

use super::{Source, Violation};

const TLS: &str = "friction on Windows and macOS: rustls on ring suffices";
const SQLITE: &str = "two crates may not link sqlite3";

const BANNED: &[(&str, &str)] = &[
    ("aws-lc-rs", TLS),
    ("aws-lc-sys", TLS),
    ("native-tls", TLS),
    ("openssl", TLS),
    ("openssl-sys", TLS),
    ("refinery", SQLITE),
    ("sqlx-sqlite", SQLITE),
];

pub(super) fn check(source: &Source) -> Vec<Violation> {
    if source.path != "Cargo.lock" {
        return Vec::new();
    }

    source
        .text
        .lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let name = line.strip_prefix("name = \"")?.strip_suffix('"')?;
            let (_, reason) = BANNED.iter().find(|(banned, _)| *banned == name)?;
            Some(source.violation(
                at + 1,
                format!("{name}: {reason}; `cargo tree --invert {name}` says who brings it"),
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn each_banned_package_is_found_by_its_whole_name() {
        for (name, _) in BANNED {
            let text =
                format!("[[package]]\nname = \"{name}\"\n\n[[package]]\nname = \"{name}-probe\"\n");
            let lines: Vec<usize> = check(&source("Cargo.lock", &text))
                .iter()
                .map(|violation| violation.line)
                .collect();

            assert_eq!(lines, [2], "{name}");
        }
    }
}
