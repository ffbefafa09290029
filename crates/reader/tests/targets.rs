//! The fuzzer's targets on examples of chance: nothing panics, hangs, or takes more memory than it may.

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's crate is a library")]
mod fuzz;

use std::time::{Duration, Instant};

use proptest::{collection::vec, prelude::*};

const LONGEST: Duration = Duration::from_millis(100);
/// Tries, as the machine may be busy with something else: only what is slow each time is slow.
const AGAIN: usize = 5;
/// Smaller examples looked for after a failure.
const SMALLER: u32 = 50;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_content_parser_takes_any_codewords(data in vec(any::<u8>(), 0..400)) {
        prop_assert!(is_quick(|| fuzz::content(&data), Duration::ZERO));
    }

    #[test]
    fn the_corrector_takes_any_word(data in vec(any::<u8>(), 0..300)) {
        prop_assert!(is_quick(|| fuzz::corrector(&data), Duration::ZERO));
    }

    #[test]
    fn the_decoder_takes_any_evidence(data in vec(any::<u8>(), 1..600)) {
        prop_assert!(is_quick(|| fuzz::decoder(&data), Duration::ZERO));
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn the_reader_takes_any_small_picture(data in vec(any::<u8>(), 2..300)) {
        prop_assert!(is_quick(|| fuzz::picture(&data), 2 * fuzz::BUDGET));
    }

    #[test]
    fn the_sampler_takes_what_looks_like_a_code(data in vec(any::<u8>(), 12..300)) {
        prop_assert!(is_quick(|| fuzz::sampler(&data), 2 * fuzz::BUDGET));
    }
}

#[test]
fn nothing_at_all_is_taken_as_well() {
    for target in [
        fuzz::content,
        fuzz::corrector,
        fuzz::decoder,
        fuzz::picture,
        fuzz::sampler,
    ] {
        for length in 0..16 {
            target(&[0; 16][..length]);
            target(&[255; 16][..length]);
        }
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: SMALLER,
        ..ProptestConfig::default()
    }
}

/// Whether it is done at most [`LONGEST`] after its budget, by the best of some tries.
fn is_quick(work: impl Fn(), budget: Duration) -> bool {
    (0..AGAIN).any(|_| {
        let start = now();
        work();
        start.elapsed() <= budget + LONGEST
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is tested"
)]
fn now() -> Instant {
    Instant::now()
}
