CREATE TABLE entries (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    token BLOB,
    core BLOB NOT NULL,
    sealed BLOB,
    detail BLOB,
    received INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, seq)
) STRICT;
CREATE TABLE poison (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    core TEXT NOT NULL,
    sealed TEXT,
    detail TEXT,
    received INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, seq)
) STRICT;
CREATE TABLE branches (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    why TEXT NOT NULL,
    token BLOB,
    core BLOB NOT NULL,
    sealed BLOB,
    detail BLOB,
    received INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, seq, hash)
) STRICT;
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
