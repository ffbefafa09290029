-- What stations signed that contradicts what is stored: a hello behind the head or with another hash, the newest
-- of each chain, and entries that can never be given. For the operator's list; the days hold the holes as well.
CREATE TABLE rollbacks (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    head INTEGER NOT NULL,
    forked INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    hello BLOB NOT NULL,
    PRIMARY KEY (venue, station, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE holes (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    proven INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, first)
) STRICT, WITHOUT ROWID;
