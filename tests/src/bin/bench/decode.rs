//! Decoding and verifying a native code, beside ring's bare Ed25519 verify of the same bytes.

use std::hint::black_box;
use std::time::Duration;

use acceptance::city::City;
use acceptance::figures::{Stopwatch, Times, us};
use anyhow::{Context, ensure};
use domain::verdict::Reason;
use ring::signature::{ED25519, UnparsedPublicKey};

use crate::report::Report;

const ROUNDS: usize = 20_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let city = City::found()?;
    let trust = city.trust()?;
    let now = city.now();
    let text = city.issue(1)?.pop().context("one code was issued")?;

    // The bare verify runs over a message as long as a code's and one signature, under a key of its own.
    let key = domain::crypto::SigningKey::new(domain::crypto::Secret::new([7; 32]));
    let message = vec![0x5a; 180];
    let signature = key.sign(&message);
    let public = *key.public().as_bytes();

    let (mut ours, mut bare) = (Times::new(), Times::new());
    for _ in 0..ROUNDS {
        let watch = Stopwatch::start();
        let verified = domain::code::decode(black_box(text.as_bytes())).and_then(|signed| {
            let code = signed.native().ok_or(Reason::NotAPass)?;
            domain::trust::verify(&trust, code, now)
        });
        ours.add(watch.time());
        ensure!(verified.is_ok(), "the code does not verify: {verified:?}");

        let watch = Stopwatch::start();
        let verified =
            UnparsedPublicKey::new(&ED25519, black_box(&public)).verify(&message, &signature);
        bare.add(watch.time());
        ensure!(verified.is_ok(), "ring does not verify its own signature");
    }
    let limit = bare.median().mul_f64(1.15) + Duration::from_micros(10);
    report.add(
        "decode and verify a native code, median",
        &us(ours.median()),
        &format!("ring's bare Ed25519 verify, {}", us(bare.median())),
        &format!("<= 1.15 x + 10 us = {}", us(limit)),
        ours.median() <= limit,
    );

    Ok(())
}
