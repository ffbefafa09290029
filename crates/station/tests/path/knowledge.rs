//! What the station knows comes back from the centre, whatever became of it on the disk or at the centre.

use domain::time::HOUR;

use crate::{House, now};

/// The one status file of the station's folder.
fn status_file(house: &House) -> std::path::PathBuf {
    let folder = house.data.path().join("station/status");
    let files = std::fs::read_dir(folder).unwrap();
    let found = files.map(|file| file.unwrap().path()).collect::<Vec<_>>();
    found
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "bin"))
        .unwrap()
}

#[test]
fn a_status_file_that_was_spoilt_on_the_disk_is_fetched_again() {
    let house = House::new();
    std::fs::write(status_file(&house), b"spoilt").unwrap();
    let desk = house.open(0);
    desk.screen(|screen| screen.knowledge.status_as_of.is_some());
}

#[test]
fn a_status_list_counts_no_more_once_the_trust_list_drops_its_signer() {
    let house = House::new();
    house.centre.drop_the_status_key();
    let desk = house.open(0);
    desk.screen(|screen| screen.knowledge.status_as_of.is_some());
    desk.screen(|screen| screen.knowledge.status_as_of.is_none());
}

#[test]
fn a_list_that_does_not_open_is_never_replaced_by_an_older_one() {
    let house = House::new();
    std::fs::remove_file(status_file(&house)).unwrap();
    house.centre.publish(0, now().plus(-3 * HOUR));
    let desk = house.open(0);
    desk.screen(|screen| screen.sync.last_receipt.is_some() || house.centre.lists_asked() > 1);
    desk.ticks(5);
    assert_eq!(
        desk.screen(|_| true).knowledge.status_as_of,
        None,
        "an older list was taken"
    );
}

#[test]
fn a_centre_that_no_longer_knows_the_station_still_gives_it_the_status_list() {
    let house = House::new();
    house.centre.forget_the_station();
    house.centre.publish(2, now().plus(-60));
    let desk = house.open(0);
    desk.screen(|screen| {
        screen
            .knowledge
            .status_as_of
            .is_some_and(|as_of| now().since(as_of) < HOUR)
    });
}
