//! A line on which everything goes wrong that can: every entry arrives once, in order, and gets its receipt.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a seed that failed must be known")]

use std::time::Duration;

use acceptance::line::{Arrived, Fault, Hold, Run, through};

const HOLD: Hold = Hold {
    usually: Duration::from_millis(100),
    to_the_end_every: 0,
};

#[test]
fn a_thousand_entries_arrive_once_and_in_order_through_a_hundred_faults_of_every_kind() {
    let seed = u64::try_from(station::Clock::new(0).now().wall.0).unwrap();
    println!("seed {seed}");
    let passed = through(&Run {
        entries: 1_000,
        faults: 100,
        starts: 25,
        seed,
        hold: HOLD,
    })
    .unwrap();
    println!("{passed:?}");
    let all = Arrived {
        receipted: 1_000,
        kept: 1_000,
    };
    assert_eq!(passed.arrived, all);
    let played: usize = passed.faults.values().map(|count| count.times).sum();
    assert_eq!(played, 100);
    for fault in Fault::ALL {
        assert!(passed.faults.contains_key(&fault), "{fault:?}");
    }
}
