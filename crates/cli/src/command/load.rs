//! Playing many stations against a server.

use std::time::Duration;

use super::Ending;
use crate::args::LoadArgs;
use crate::load::{Load, LoadError};
use crate::{Failure, Out, files};

pub(super) fn load(args: &LoadArgs, out: Out<'_>) -> Result<Ending, Failure> {
    let crowd = files::read(&args.crowd)?;
    let load = Load {
        crowd: serde_json::from_slice(&crowd).map_err(|_| LoadError::Crowd)?,
        url: args.url.clone(),
        stations: args.stations,
        batch: args.batch,
        rate: args.rate,
        time: Duration::from_secs(args.seconds),
    };
    if !args.json {
        writeln!(
            out,
            "{} stations against {} for {} s, {} entries in a batch, {}; Ctrl-C ends it earlier",
            load.stations.unwrap_or(load.crowd.stations.len()),
            load.url.as_ref().unwrap_or(&load.crowd.url),
            args.seconds,
            load.batch,
            load.rate.map_or_else(
                || "each as soon as the one before is acknowledged".to_owned(),
                |rate| format!("{rate} entries a second in all"),
            )
        )?;
        out.flush()?;
    }
    let report = load.play()?;
    if args.json {
        report.to_json(out)?;
    } else {
        report.print(out)?;
    }

    Ok(Ending::of(report.holds()))
}
