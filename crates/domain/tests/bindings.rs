//! Writes the screens' TypeScript types, `ui/shared/bindings.d.ts`, as the domain has them.

#![cfg(feature = "bindings")]

use std::{collections::BTreeMap, fs, path::Path};

use domain::screen::{Command, OperatorScreen};
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "\
// Written by `cargo test -p domain --features bindings bindings` from the domain's types. Do not edit.
";

#[test]
fn the_bindings_hold_every_type_that_the_window_sees_or_sends() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/shared/bindings.d.ts");
    let mut declarations = Declarations::default();
    declarations.visit::<OperatorScreen>();
    declarations.visit::<Command>();
    let text = format!(
        "{HEAD}{}",
        declarations
            .by_name
            .values()
            .map(String::as_str)
            .collect::<String>()
    );

    fs::write(&file, text).unwrap();
}

/// Declarations by their names, so that the file does not depend on the order of visits.
#[derive(Default)]
struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let name = T::ident(&self.config);
        // Types of the language itself, like `number`, have no file of their own.
        if T::output_path().is_none() || self.by_name.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = tidy(&format!("\n{docs}export {}\n", T::decl(&self.config)));
        self.by_name.insert(name, declaration);
        T::visit_dependencies(self);
    }
}

/// Without the blanks that ts-rs leaves at ends of lines.
fn tidy(text: &str) -> String {
    text.lines()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect()
}
