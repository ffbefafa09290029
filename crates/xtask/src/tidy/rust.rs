//! Just enough Rust: words and signs of a file, without comments, text, and (where asked) tests.

/// A word or sign, and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// All tokens of a file. `::` is one token; literals of text are left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    scanner.run();

    scanner.tokens
}

/// The tokens without the items under `#[cfg(test)]`.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if spells(tokens, at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = end_of_item(tokens, at + 7);
        } else {
            kept.push(token.clone());
            at += 1;
        }
    }

    kept
}

/// Whether the tokens from `at` on read like `words`.
pub(crate) fn spells(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(offset, word)| {
        tokens
            .get(at + offset)
            .is_some_and(|token| token.text == *word)
    })
}

/// Whether the whole file is a test.
pub(crate) fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/")
        || path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
}

/// The first token after an item: after its `;`, or after the brace that closes it.
fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.text == "}" {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }

    tokens.len()
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Scanner {
    fn run(&mut self) {
        while let Some(char) = self.peek(0) {
            match char {
                '/' if self.peek(1) == Some('/') => self.skip_while(|char| char != '\n'),
                '/' if self.peek(1) == Some('*') => self.block_comment(),
                '"' => self.text(),
                '\'' => self.quote(),
                char if is_word(char) => self.word(),
                ':' if self.peek(1) == Some(':') => self.push("::", 2),
                char if char.is_whitespace() => self.step(),
                char => self.push(&char.to_string(), 1),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn step(&mut self) {
        if self.peek(0) == Some('\n') {
            self.line += 1;
        }
        self.at += 1;
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.step();
        }
    }

    fn push(&mut self, text: &str, length: usize) {
        self.tokens.push(Token {
            line: self.line,
            text: text.to_owned(),
        });
        self.at += length;
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.peek(0).is_some() {
            let pair = (self.peek(0), self.peek(1));
            match pair {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                _ => {
                    self.step();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn text(&mut self) {
        self.step();
        while let Some(char) = self.peek(0) {
            if char == '\\' {
                self.step();
            }
            self.step();
            if char == '"' {
                return;
            }
        }
    }

    /// A lifetime is dropped like a character: no rule asks for either.
    fn quote(&mut self) {
        let is_char = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.step();
        if !is_char {
            self.skip_while(is_word);
            return;
        }
        if self.peek(0) == Some('\\') {
            self.step();
        }
        self.step();
        self.skip_while(|char| char != '\'');
        self.step();
    }

    /// A word, or the prefix of a raw text: `r"`, `r#"`, `br#"`, `cr"`; `r#type` is a word.
    fn word(&mut self) {
        let start = self.at;
        let line = self.line;
        self.skip_while(is_word);
        let word: String = self.chars.iter().take(self.at).skip(start).collect();
        if matches!(word.as_str(), "r" | "br" | "cr") {
            let hashes = (0..self.chars.len())
                .take_while(|ahead| self.peek(*ahead) == Some('#'))
                .count();
            if self.peek(hashes) == Some('"') {
                self.raw_text(hashes);
                return;
            }
        }
        self.tokens.push(Token { line, text: word });
    }

    fn raw_text(&mut self, hashes: usize) {
        self.at += hashes + 1;
        while let Some(char) = self.peek(0) {
            self.step();
            if char == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                self.at += hashes;
                return;
            }
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_no_tokens() {
        let text =
            "a // b\n/* c /* d */ e */ \"f \\\" g\" r#\"h \" i\"# b'j' '\\'' 'k' &'life l::m";

        assert_eq!(texts(&tokens(text)), ["a", "b", "&", "l", "::", "m"]);
    }

    #[test]
    fn tokens_know_their_lines() {
        let all = tokens("a\n\"x\ny\"\nb");

        assert_eq!(all, [token(1, "a"), token(4, "b")]);
    }

    #[test]
    fn items_under_cfg_test_are_left_out_and_nothing_else() {
        let text = "a #[cfg(test)] mod tests { fn b() { c; } } d #[cfg(test)] use e; f #[cfg(test)] #[x(y = 1)] mod t { g } h";

        assert_eq!(texts(&without_tests(&tokens(text))), ["a", "d", "f", "h"]);
    }

    fn token(line: usize, text: &str) -> Token {
        Token {
            line,
            text: text.to_owned(),
        }
    }

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|token| token.text.as_str()).collect()
    }
}
