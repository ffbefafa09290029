//! A few thousand rounds of the soak: no matrix of chance and no damaged code gives a wrong text.

#[path = "../examples/soak/trials.rs"]
mod trials;

use std::time::Duration;

use trials::{Kind, Tally, Trials};

const ROUNDS: u64 = 500;

#[test]
fn whatever_the_matrix_the_text_is_right_or_none() {
    let mut trials = Trials::new();
    for kind in Kind::ALL {
        let mut tally = Tally::default();
        for seed in 0..ROUNDS {
            let outcome = trials.run(kind, seed, &mut || Duration::ZERO);
            assert_eq!(outcome.wrong, None, "{kind:?}, seed {seed}");
            tally.add(&outcome);
        }

        println!("{kind:?}: {tally}");
    }
}
