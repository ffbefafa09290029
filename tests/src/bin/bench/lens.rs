//! From the bytes that a webcam sends to the grey picture that is read.

use std::hint::black_box;
use std::time::Duration;

use acceptance::figures::{Stopwatch, Times, ms};
use acceptance::{frames, uvc};
use anyhow::Context;
use station::camera::{Layout, Packing, luma};

use crate::report::Report;

const ROUNDS: usize = 400;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let frame = frames::clean(&"MS1:A SHEET AT THE DESK ".repeat(13));
    let packed = [
        (
            "MJPEG with colour, 4:2:2",
            Packing::Jpeg,
            uvc::jpeg(&frame)?,
            Duration::from_millis(2),
        ),
        (
            "YUYV",
            Packing::Yuyv,
            uvc::yuyv(&frame, frame.width * 2),
            Duration::from_micros(300),
        ),
    ];
    for (name, packing, bytes, limit) in packed {
        let layout = Layout {
            packing,
            width: frame.width,
            height: frame.height,
            stride: 0,
        };
        let mut times = Times::new();
        for _ in 0..ROUNDS {
            let watch = Stopwatch::start();
            let picture = luma(layout, black_box(&bytes));
            times.add(watch.time());
            picture.context("the frame holds a picture")?;
        }
        report.add(
            &format!("camera frame to luma, 1280x720 {name}, median"),
            &ms(times.median()),
            "-",
            &format!("<= {}", ms(limit)),
            times.median() <= limit,
        );
    }

    Ok(())
}
