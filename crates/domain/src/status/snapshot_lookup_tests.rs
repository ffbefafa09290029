use super::*;
use crate::fixture::{
    LOOKED_UP_ISSUER, NOW, list_with_lookups, looked_up, opaque_row, opaque_text, scheme,
    status_secret, with_lookups,
};
use crate::screen::Colour;
use crate::status::{LookupRow, Sample, pack_lookup};

fn code(n: u8) -> OpaqueCode {
    OpaqueCode::read(&[scheme()], &opaque_text(n)).unwrap()
}

fn green() -> Cell {
    Cell::coloured(Colour::Green, Sample::None, NOW)
}

fn open(manifest: Manifest, files: &[Vec<u8>]) -> Result<Snapshot, SnapshotError> {
    let file = |hash: &[u8; 32]| files.iter().find(|file| sha256(&[file]) == *hash).cloned();
    Snapshot::open(manifest, file, Some(&status_secret()))
}

#[test]
fn a_code_leads_to_its_residents_place_in_the_one_status_list() {
    let snapshot = looked_up(NOW, &[Cell::LOST, green()]);
    let found = snapshot.look_up(&code(1)).unwrap();
    assert_eq!(found.standing(), Some(green().standing(NOW)));
    assert_eq!(found.birth_year(), Some(1941));
    assert_eq!(found.last_four(), "123X");
    let lost = snapshot.look_up(&code(0)).unwrap();
    assert_eq!(lost.standing(), Some(Cell::LOST.standing(NOW)));
    assert_eq!(snapshot.look_up(&code(2)), None);
}

#[test]
fn a_row_whose_place_lies_outside_the_list_stands_nowhere() {
    let text = opaque_text(0);
    let beyond: &[(&str, LookupRow)] = &[(&text, opaque_row(9))];
    let snapshot = with_lookups(NOW, &[green()], &[(LOOKED_UP_ISSUER, beyond)]);
    assert_eq!(snapshot.look_up(&code(0)).unwrap().standing(), None);
}

#[test]
fn the_list_of_another_issuer_is_not_asked_and_several_of_one_are() {
    let (zero, one) = (opaque_text(0), opaque_text(1));
    let mut rows = [
        (zero.as_str(), opaque_row(0)),
        (one.as_str(), opaque_row(1)),
    ];
    rows.sort_by_key(|(text, _)| Fingerprint::of(LOOKED_UP_ISSUER, text));
    let cells = [green(), green()];
    let other = with_lookups(NOW, &cells, &[("another-city", &rows)]);
    assert_eq!(other.look_up(&code(0)), None);

    let (first, second) = rows.split_at(1);
    let parts = [
        (LOOKED_UP_ISSUER, first),
        ("another-city", first),
        (LOOKED_UP_ISSUER, second),
    ];
    let split = with_lookups(NOW, &cells, &parts);
    assert!(split.look_up(&code(0)).is_some() && split.look_up(&code(1)).is_some());

    for wrong in [
        [(LOOKED_UP_ISSUER, second), (LOOKED_UP_ISSUER, first)],
        [(LOOKED_UP_ISSUER, first), (LOOKED_UP_ISSUER, first)],
    ] {
        let (manifest, files) = list_with_lookups(NOW, &cells, &wrong);
        assert_eq!(open(manifest, &files), Err(SnapshotError::LookupTable));
    }
}

#[test]
fn a_missing_foreign_or_unsorted_table_gives_no_snapshot() {
    let text = opaque_text(0);
    let rows: &[(&str, LookupRow)] = &[(&text, opaque_row(0))];
    let (good, files) = list_with_lookups(NOW, &[green()], &[(LOOKED_UP_ISSUER, rows)]);
    assert!(open(good.clone(), &files).is_ok());
    assert_eq!(
        open(good.clone(), &files[..1]),
        Err(SnapshotError::MissingFile)
    );

    let mut other = good.clone();
    other.lookups[0].sha256 = [0; 32];
    let refused = SnapshotError::File(FileError::OtherTable);
    assert_eq!(open(other, &files), Err(refused));

    let table = [[9; 18], [8; 18]].concat();
    let (file, full) = pack_lookup(&table, &good.uri, 0, 1, &status_secret()).unwrap();
    let mut unsorted = good;
    unsorted.lookups[0].sha256 = sha256(&[&table]);
    unsorted.lookups[0].full = full;
    let files = [files[0].clone(), file];
    assert_eq!(open(unsorted, &files), Err(SnapshotError::LookupTable));
}
