CREATE TABLE pairings (
    token_hash BLOB PRIMARY KEY,
    created INTEGER NOT NULL,
    venue BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    utc_offset INTEGER NOT NULL,
    gate INTEGER NOT NULL,
    district TEXT NOT NULL,
    station BLOB,
    state TEXT NOT NULL,
    key_station BLOB,
    signing_key BLOB,
    sealing_key BLOB,
    code TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX pairings_by_key ON pairings (key_station);
CREATE TABLE assignments (
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    signing_key BLOB NOT NULL,
    sealing_key BLOB NOT NULL,
    venue BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    utc_offset INTEGER NOT NULL,
    gate INTEGER NOT NULL,
    district TEXT NOT NULL,
    previous_seq INTEGER NOT NULL,
    previous_hash BLOB NOT NULL,
    start BLOB NOT NULL,
    expires INTEGER NOT NULL,
    last_week INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (station, epoch, version)
) STRICT;
CREATE INDEX assignments_by_key ON assignments (signing_key);
