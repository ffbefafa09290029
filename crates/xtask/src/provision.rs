//! Carries a plan out: installs what is missing, or says exactly what the person has to type.

use std::process::Command;

use crate::{
    failure::{Failure, Outcome},
    machine::Machine,
    need::{Need, Purpose},
    plan::{self, Line, Plan, Way},
    process, say,
};

/// Makes the machine ready for `purpose` and returns what it is like then.
///
/// # Errors
/// Something that `purpose` cannot do without is missing still; the message says how to get it.
pub(crate) fn provide(purpose: Purpose, yes: bool) -> Outcome<Machine> {
    let machine = Machine::look();
    let plan = plan::decide(&machine, purpose, yes);
    if !plan.missing.is_empty() {
        say::line("missing on this machine:");
        for need in &plan.missing {
            say::line(format!("  - {}", need.title()));
        }
    }
    let advice = carry_out(&plan)?;
    let machine = if plan.missing.is_empty() {
        machine
    } else {
        Machine::look()
    };

    stop_if_needed(purpose, &machine, &plan, advice)?;
    Ok(machine)
}

/// Runs the lines, and returns what is left for the person to do.
fn carry_out(plan: &Plan) -> Outcome<Option<String>> {
    match &plan.way {
        Way::Nothing => Ok(None),
        Way::Show(lines) => Ok(Some(to_do(lines))),
        Way::Run(lines) => run(lines).map(|()| None),
        Way::Ask(lines) => {
            let texts: Vec<String> = lines.iter().map(Line::text).collect();
            if agreed(&texts)? {
                return run(lines).map(|()| None);
            }
            Ok(Some(to_do(&texts)))
        }
    }
}

fn stop_if_needed(
    purpose: Purpose,
    machine: &Machine,
    plan: &Plan,
    advice: Option<String>,
) -> Outcome {
    let lacking: Vec<&Need> = plan
        .missing
        .iter()
        .filter(|need| !machine.has(**need))
        .collect();
    let stops = lacking.iter().any(|need| purpose.stops_without(**need));
    if let Some(advice) = advice {
        if stops {
            return Err(Failure::act(advice));
        }
        say::line(advice);
    } else if stops {
        let names: Vec<&str> = lacking.iter().map(|need| need.title()).collect();
        return Err(Failure::broken(format!(
            "the installer ended well, but this is still not to be found: {}.\n`cargo xtask doctor` shows what is looked for.",
            names.join(", ")
        )));
    }
    match &plan.node {
        Some(advice) if purpose == Purpose::Window => Err(Failure::act(advice.clone())),
        Some(advice) => {
            say::line(advice);
            Ok(())
        }
        None => Ok(()),
    }
}

fn agreed(lines: &[String]) -> Outcome<bool> {
    say::line("It can be installed now with:");
    for line in lines {
        say::line(format!("  {line}"));
    }
    say::question("Go on? [Y/n]");
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::broken(format!("the answer cannot be read: {error}")))?;

    Ok(!answer.is_empty() && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn run(lines: &[Line]) -> Outcome {
    for line in lines {
        say::line(format!("$ {}", line.text()));
        let [program, words @ ..] = line.0.as_slice() else {
            continue;
        };
        process::run(Command::new(program).args(words))?;
    }

    Ok(())
}

fn to_do(lines: &[String]) -> String {
    format!(
        "To install it:\n  {}\nThen start this again.",
        lines.join("\n  ")
    )
}
