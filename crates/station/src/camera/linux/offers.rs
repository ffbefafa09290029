//! What a webcam offers, in our words.

use std::io;

use v4l::{
    Device as Node, FourCC, Fraction,
    frameinterval::{FrameIntervalEnum, Stepwise},
    framesize::FrameSizeEnum,
    video::Capture,
};

use crate::camera::{format::Offer, raw::Packing};

/// Asked of a device that scales to any size.
const SIZES: [(u32, u32); 3] = [(1920, 1080), (1280, 720), (640, 480)];
/// Assumed of a device that does not tell how fast it is, and asked of one that can be told.
const RATE: u32 = 30;

/// Everything that a node offers in a packing that is read here, with the time between two frames.
pub(super) fn offers(node: &Node) -> io::Result<Vec<(Offer, Fraction)>> {
    let mut offers = Vec::new();
    for format in node.enum_formats()? {
        let Some(packing) = packing(format.fourcc.repr) else {
            continue;
        };
        let told = node.enum_framesizes(format.fourcc).unwrap_or_default();
        let sizes = told.into_iter().flat_map(|told| sizes(&told.size));
        for (width, height) in sizes {
            for interval in intervals(node, format.fourcc, width, height) {
                let rate = rate(interval);
                offers.push((
                    Offer {
                        packing,
                        width,
                        height,
                        rate,
                    },
                    interval,
                ));
            }
        }
    }

    Ok(offers)
}

fn sizes(size: &FrameSizeEnum) -> Vec<(u32, u32)> {
    match size {
        FrameSizeEnum::Discrete(size) => vec![(size.width, size.height)],
        FrameSizeEnum::Stepwise(range) => {
            let fits = |&(width, height): &(u32, u32)| {
                (range.min_width..=range.max_width).contains(&width)
                    && (range.min_height..=range.max_height).contains(&height)
            };
            let known: Vec<_> = SIZES.into_iter().filter(fits).collect();
            if known.is_empty() {
                vec![(range.max_width, range.max_height)]
            } else {
                known
            }
        }
    }
}

fn intervals(node: &Node, code: FourCC, width: u32, height: u32) -> Vec<Fraction> {
    let told = node
        .enum_frameintervals(code, width, height)
        .unwrap_or_default();
    let mut intervals: Vec<Fraction> = told
        .into_iter()
        .map(|told| match told.interval {
            FrameIntervalEnum::Discrete(interval) => interval,
            FrameIntervalEnum::Stepwise(range) => nearest(&range),
        })
        .collect();
    if intervals.is_empty() {
        intervals.push(Fraction::new(1, RATE));
    }

    intervals
}

/// Of a device that takes any time between two, the usual one, or the nearest that it takes: the shortest may be so
/// short that the picture is dark and the cable full.
fn nearest(range: &Stepwise) -> Fraction {
    let shorter = |one: &Fraction, other: &Fraction| {
        u64::from(one.numerator) * u64::from(other.denominator)
            < u64::from(other.numerator) * u64::from(one.denominator)
    };
    let usual = Fraction::new(1, RATE);
    if shorter(&usual, &range.min) {
        range.min
    } else if shorter(&range.max, &usual) {
        range.max
    } else {
        usual
    }
}

/// Frames a second, to the nearest: 29.97 are 30.
fn rate(interval: Fraction) -> u32 {
    let (time, frames) = (
        u64::from(interval.numerator),
        u64::from(interval.denominator),
    );
    let rate = (frames + time / 2).checked_div(time).unwrap_or(0);

    u32::try_from(rate).unwrap_or(u32::MAX)
}

pub(super) fn packing(code: [u8; 4]) -> Option<Packing> {
    match &code {
        b"GREY" => Some(Packing::Grey),
        b"MJPG" | b"JPEG" => Some(Packing::Jpeg),
        b"NV12" => Some(Packing::Nv12),
        b"YUYV" => Some(Packing::Yuyv),
        _ => None,
    }
}

pub(super) fn code(packing: Packing) -> &'static [u8; 4] {
    match packing {
        Packing::Grey => b"GREY",
        Packing::Jpeg => b"MJPG",
        Packing::Nv12 => b"NV12",
        Packing::Yuyv => b"YUYV",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_rates_are_rounded_and_no_time_is_no_rate() {
        assert_eq!(rate(Fraction::new(1001, 30_000)), 30);
        assert_eq!(rate(Fraction::new(2, 15)), 8);
        assert_eq!(rate(Fraction::new(0, 30)), 0);
    }

    #[test]
    fn a_device_that_scales_is_asked_for_common_sizes_within_its_range() {
        let range = |max_width, max_height| {
            FrameSizeEnum::Stepwise(v4l::framesize::Stepwise {
                min_width: 32,
                max_width,
                step_width: 1,
                min_height: 32,
                max_height,
                step_height: 1,
            })
        };

        assert_eq!(sizes(&range(1280, 720)), [(1280, 720), (640, 480)]);
        assert_eq!(sizes(&range(160, 120)), [(160, 120)]);
    }

    #[test]
    fn a_device_that_takes_any_rate_is_asked_for_thirty_frames_or_what_is_nearest() {
        let of = |min: (u32, u32), max: (u32, u32)| {
            let fraction = |(time, frames)| Fraction::new(time, frames);
            let taken = nearest(&Stepwise {
                min: fraction(min),
                max: fraction(max),
                step: Fraction::new(1, 1),
            });
            (taken.numerator, taken.denominator)
        };

        assert_eq!(of((1, 1000), (1, 1)), (1, 30));
        assert_eq!(of((1, 15), (1, 1)), (1, 15));
        assert_eq!(of((1, 1000), (1, 60)), (1, 60));
        assert_eq!(of((333_333, 10_000_000), (1, 1)), (1, 30));
    }
}
