//! kill -9 at random points: nobody is told of an entry that is not in the log, and all of the log arrives.

use acceptance::kill;

#[test]
fn invariant_2_whatever_a_killed_station_had_told_is_in_its_log() {
    let seed = station::Clock::new(0).now().wall.0.unsigned_abs();
    let killed = kill::at_random_points(100, seed).unwrap();
    assert_eq!(killed.rounds, 100);
    // Both must have happened, or the story shows nothing.
    assert!(killed.killed >= 20, "{killed:?}");
    assert!(killed.admitted >= 50, "{killed:?}");
    assert_eq!(killed.kept, killed.rows, "{killed:?}");
    assert!(
        killed.rows >= u64::try_from(killed.told).unwrap(),
        "{killed:?}"
    );
}
