//! Changes of signed codes of other formats, one bit or one character each: none may be taken.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use acceptance::foreign::{Example, FORMATS, public};
use anyhow::{Context, ensure};

use crate::server::chance;

/// Of one format.
#[derive(Default)]
struct Count {
    codes: usize,
    changes: usize,
    /// As far as a signature that does not fit, or beyond it.
    decoded: usize,
    /// The same code written another way: everything that was read is as it was.
    same: usize,
}

/// Makes `wanted` changes, evenly over the formats; the report is kept if there were at least `kept_from`.
pub(crate) fn make(
    wanted: usize,
    kept_from: usize,
    seed: u64,
    today: &str,
) -> anyhow::Result<String> {
    let mut state = seed;
    let mut rows = String::new();
    let mut made = 0;
    let each = wanted.div_ceil(FORMATS.len());
    for format in FORMATS {
        let examples = public(format)?;
        let examples = if examples.is_empty() && format == "hcert" {
            vec![Example::own()]
        } else {
            examples
        };
        if examples.is_empty() {
            continue;
        }
        let count = of_format(&examples, each, &mut state)
            .with_context(|| format!("{format}, seed {seed}"))?;
        made += count.changes;
        writeln!(
            rows,
            "| {format} | {} | {} | {} | {} | 0 |",
            count.codes, count.changes, count.decoded, count.same
        )?;
    }
    let text = format!(
        "# Soak: changes of signed codes\n\nMade by `cargo xtask soak changes`, {today}: {made} changes of signed codes of other formats, each of \
         one bit or of one character, at a place by chance. Each goes through the door that a station uses, with the key that signed the \
         code and at its time.\n\nThe same bytes can be packed by DEFLATE in many ways, a card's ends may have white space, and JSON can be spaced: a change that \
         leaves everything that is read as it was, signed bytes, signature and key id with it, is the same code and counted apart. No reader can \
         refuse it without refusing some issuer's own way of packing.\n\n\
         | format | codes | changes | of them built as a code | the same code | another code taken |\n|---|---|---|---|---|---|\n{rows}\nSeed {seed}.\n"
    );
    if made >= kept_from {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/soak-changes.md");
        fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    }

    Ok(text)
}

/// Fails at the first change that is taken.
fn of_format(examples: &[Example], wanted: usize, state: &mut u64) -> anyhow::Result<Count> {
    let mut count = Count {
        codes: examples.len(),
        ..Count::default()
    };
    while count.changes < wanted {
        let example = &examples[below(state, examples.len())];
        let Some(changed) = changed(example.text(), state) else {
            continue;
        };
        count.changes += 1;
        match example.judge(&changed) {
            Ok(taken) if example.is(&taken) => count.same += 1,
            taken => {
                ensure!(taken.is_err(), "this was taken: {changed:?}");
                count.decoded += usize::from(
                    taken.is_err_and(|reason| reason != domain::verdict::Reason::Malformed),
                );
            }
        }
    }

    Ok(count)
}

/// `text` with another bit or another character; none where it is no text any more, or the same.
fn changed(text: &str, state: &mut u64) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let at = below(state, bytes.len());
    if below(state, 2) == 0 {
        bytes[at] ^= 1 << below(state, 8);
    } else {
        bytes[at] = b' ' + u8::try_from(below(state, 95)).ok()?;
    }

    String::from_utf8(bytes)
        .ok()
        .filter(|changed| changed != text)
}

fn below(state: &mut u64, end: usize) -> usize {
    let end = u64::try_from(end).unwrap_or(u64::MAX);

    usize::try_from(chance(state) % end).unwrap_or(0)
}
