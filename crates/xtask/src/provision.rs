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
    stop_for_node(purpose, &plan)?;
    // An installer that fails stops only what cannot do without what it should have brought.
    let advice = carry_out(&plan).unwrap_or_else(|failure| Some(failure.text().to_owned()));
    let machine = if plan.missing.is_empty() {
        machine
    } else {
        Machine::look()
    };
    let lacking: Vec<Need> = plan
        .missing
        .iter()
        .copied()
        .filter(|need| !machine.has(*need))
        .collect();
    stop_for_packages(purpose, &lacking, advice)?;

    Ok(machine)
}

/// A window cannot do without Node: said before minutes go into installing the rest.
fn stop_for_node(purpose: Purpose, plan: &Plan) -> Outcome {
    let Some(advice) = &plan.node else {
        return Ok(());
    };
    if purpose != Purpose::Window {
        say::line(advice);
        return Ok(());
    }

    Err(Failure::act(match &plan.way {
        Way::Show(lines) => format!("{}\n\n{advice}", to_do(lines)),
        Way::Ask(_) | Way::Nothing | Way::Run(_) => advice.clone(),
    }))
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

fn stop_for_packages(purpose: Purpose, lacking: &[Need], advice: Option<String>) -> Outcome {
    let stops = lacking.iter().any(|need| purpose.stops_without(*need));
    match (advice, stops) {
        (Some(advice), true) => Err(Failure::act(advice)),
        (Some(advice), false) => {
            say::line(advice);
            Ok(())
        }
        (None, true) => {
            let names: Vec<&str> = lacking.iter().map(|need| need.title()).collect();
            Err(Failure::broken(format!(
                "the installer ended well, but this is still not to be found: {}.\n`cargo xtask doctor` shows what is looked for.",
                names.join(", ")
            )))
        }
        (None, false) => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_stops_for_node_and_names_the_packages_in_the_same_breath() {
        let plan = plan(Way::Show(vec!["su - -c \"x\"".to_owned()]));

        assert_eq!(
            stop_for_node(Purpose::Window, &plan),
            Err(Failure::act(
                "To install it:\n  su - -c \"x\"\nThen start this again.\n\nget Node"
            ))
        );
        assert_eq!(stop_for_node(Purpose::Test, &plan), Ok(()));
    }

    #[test]
    fn what_the_purpose_cannot_do_without_stops_it_and_the_rest_is_left_out() {
        let advice = || Some("do this".to_owned());

        assert_eq!(
            stop_for_packages(Purpose::Window, &[Need::Webview], advice()),
            Err(Failure::act("do this"))
        );
        assert_eq!(
            stop_for_packages(Purpose::Test, &[Need::Webview], advice()),
            Ok(())
        );
        assert_eq!(
            stop_for_packages(Purpose::Check, &[Need::Python], advice()),
            Err(Failure::act("do this"))
        );
    }

    #[test]
    fn an_installer_that_ends_well_without_bringing_what_was_asked_is_not_believed() {
        let failure =
            stop_for_packages(Purpose::Window, &[Need::Webview], None).expect_err("it is missing");

        assert!(failure.text().contains("webview (window)"), "{failure:?}");
        assert_eq!(stop_for_packages(Purpose::Window, &[], None), Ok(()));
    }

    fn plan(way: Way) -> Plan {
        Plan {
            missing: vec![Need::Webview],
            way,
            node: Some("get Node".to_owned()),
        }
    }
}
