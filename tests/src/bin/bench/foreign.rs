//! Decoding and verifying codes of other formats, beside the bare verify of the same bytes with the same key.

use std::hint::black_box;
use std::time::Duration;

use acceptance::figures::{Stopwatch, Times, us};
use acceptance::foreign::{Example, FORMATS, public};
use anyhow::{Context, ensure};

use crate::report::Report;

/// How often each code is decoded and verified.
const ROUNDS: usize = 400;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    add(report, "our own example of hcert", &[Example::own()])?;
    for format in FORMATS {
        let examples = public(format)?;
        if !examples.is_empty() {
            let name = format!("{format}, the slowest of {} public codes", examples.len());
            add(report, &name, &examples)?;
        }
    }

    Ok(())
}

/// Adds the code that comes nearest to its limit, or goes furthest beyond it.
fn add(report: &mut Report, name: &str, examples: &[Example]) -> anyhow::Result<()> {
    let mut slowest: Option<Cost> = None;
    for example in examples {
        let cost = Cost::of(example)?;
        if slowest.is_none_or(|slowest| cost.share() > slowest.share()) {
            slowest = Some(cost);
        }
    }
    let cost = slowest.context("there is no code to measure")?;
    report.add(
        &format!("decode and verify, {name}, median"),
        &us(cost.ours),
        &format!("ring's bare verify of the same, {}", us(cost.alone)),
        &format!("<= 1.25 x + 50 us = {}", us(cost.limit())),
        cost.ours <= cost.limit(),
    );

    Ok(())
}

/// What a code takes us, and what its signature alone takes: medians.
#[derive(Clone, Copy)]
struct Cost {
    ours: Duration,
    alone: Duration,
}

impl Cost {
    fn of(example: &Example) -> anyhow::Result<Self> {
        let (mut ours, mut alone) = (Times::new(), Times::new());
        for _ in 0..ROUNDS {
            let watch = Stopwatch::start();
            let verified = example.judge(black_box(example.text()));
            ours.add(watch.time());
            ensure!(verified.is_ok(), "a code does not verify any more");

            let watch = Stopwatch::start();
            let good = black_box(example).bare();
            alone.add(watch.time());
            ensure!(good, "a signature does not verify any more");
        }

        Ok(Self {
            ours: ours.median(),
            alone: alone.median(),
        })
    }

    fn limit(self) -> Duration {
        self.alone.mul_f64(1.25) + Duration::from_micros(50)
    }

    fn share(self) -> f64 {
        self.ours.div_duration_f64(self.limit())
    }
}
