//! A lint is never waved through silently: `expect` with a reason ends when its cause ends, `allow` stays for ever.

use super::{
    Source, Violation,
    rust::{spells, tokens},
};

pub(super) fn check(source: &Source) -> Vec<Violation> {
    if !source.is("rs") {
        return Vec::new();
    }
    let tokens = tokens(&source.text);
    let mut violations = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if spells(&tokens, at, &["#", "["]) || spells(&tokens, at, &["#", "!", "["]) {
            depth = 0;
        }
        let in_attribute = depth > 0;
        match token.text.as_str() {
            "[" if in_attribute || opens_attribute(&tokens, at) => depth += 1,
            "]" => depth = depth.saturating_sub(1),
            "allow" if in_attribute && spells(&tokens, at + 1, &["("]) => {
                violations.push(source.violation(
                    token.line,
                    "write expect(.., reason = \"..\"): an allow outlives its cause",
                ));
            }
            _ => {}
        }
    }

    violations
}

fn opens_attribute(tokens: &[super::rust::Token], at: usize) -> bool {
    at >= 1 && spells(tokens, at - 1, &["#"]) || at >= 2 && spells(tokens, at - 2, &["#", "!"])
}

#[cfg(test)]
mod tests {
    use super::{super::source, *};

    #[test]
    fn every_shape_of_allow_is_found() {
        let text = "#![allow(dead_code)]\n#[allow(clippy::all, reason = \"x\")]\nfn f() {}\n#[cfg_attr(test, allow(x))]\nfn g() {}";
        let lines: Vec<usize> = check(&source("a.rs", text))
            .iter()
            .map(|violation| violation.line)
            .collect();

        assert_eq!(lines, [1, 2, 4]);
    }

    #[test]
    fn expectations_and_functions_of_that_name_are_fine() {
        assert_eq!(
            check(&source(
                "a.rs",
                "#[expect(x, reason = \"y\")]\nfn allow() { allow(self.list[0]); } // #[allow(x)]"
            )),
            []
        );
    }
}
