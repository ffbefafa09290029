CREATE TABLE heads (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    forked INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
