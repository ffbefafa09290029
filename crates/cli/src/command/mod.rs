//! One function a command: arguments in, answer out.

mod content_key;
mod desk;
mod load;
mod log;
mod lookups;
mod print;
mod question;
mod rules;
mod station;
mod trust;
mod usb;

pub(crate) use print::write_sheet;

use crate::args::{
    Cli, Command, ContentKeyAction, LogAction, RulesAction, StationAction, TrustAction, UsbAction,
};
use crate::{Failure, Out, clock};

/// How a command ended, for the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Exit status 0.
    Good,
    /// Exit status 1: the answer is no.
    No,
}

impl Ending {
    pub(crate) fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::No }
    }
}

/// Does what the command line asks for.
///
/// # Errors
/// [`Failure`], which says what to do: exit status 2.
pub fn run(cli: &Cli, out: Out<'_>) -> Result<Ending, Failure> {
    let now = |at: Option<_>| at.unwrap_or_else(clock::now);
    match &cli.command {
        Command::ContentKey(args) => match &args.action {
            ContentKeyAction::Add(args) => content_key::add(args, out)?,
            ContentKeyAction::List(args) => content_key::list(args, out)?,
            ContentKeyAction::Remove(args) => content_key::remove(args, out)?,
        },
        Command::Demo(args) => crate::demo::make(&args.data, now(args.at), out)?,
        Command::Issue(args) => print::issue(args, now(args.at), out)?,
        Command::Keys(args) => desk::keys(args, now(args.at), out)?,
        Command::Load(args) => return load::load(args, out),
        Command::Log(args) => match &args.action {
            LogAction::Today(args) => log::today(args, out)?,
            LogAction::Verify(args) => return log::verify(args, out),
        },
        Command::Lookups(args) => lookups::lookups(args, now(args.at), out)?,
        Command::Read(args) => return question::read(args, out),
        Command::Rules(args) => match &args.action {
            RulesAction::Check(args) => return rules::check(args, out),
            RulesAction::Test(args) => return rules::test(args, out),
        },
        Command::Sheet(args) => print::sheet(args, out)?,
        Command::Station(args) => match &args.action {
            Some(StationAction::Enrol(args)) => station::enrol(args, out)?,
            Some(StationAction::Cameras) => station::cameras(out)?,
            None => station::run(&args.run, out)?,
        },
        Command::Status(args) => desk::status(args, now(args.at), out)?,
        Command::Trust(args) => match &args.action {
            TrustAction::Combine(args) => trust::combine(args, now(args.at), out)?,
            TrustAction::Hcert(args) => trust::hcert(args, now(args.at), out)?,
            TrustAction::Import(args) => trust::import(args, now(args.at), out)?,
            TrustAction::Lookups(args) => trust::lookups(args, now(args.at), out)?,
            TrustAction::Policy(args) => trust::policy(args, now(args.at), out)?,
            TrustAction::Show(args) => trust::show(args, out)?,
            TrustAction::Sign(args) => trust::sign(args, now(args.at), out)?,
        },
        Command::Usb(args) => {
            return match &args.action {
                UsbAction::Export(args) => usb::export(args, out),
                UsbAction::Import(args) => usb::import(args, out),
            };
        }
        Command::Verify(args) => return question::verify(args, now(args.at), out),
    }

    Ok(Ending::Good)
}
