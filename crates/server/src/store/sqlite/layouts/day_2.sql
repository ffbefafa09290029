-- Venues and chains are named once a day and by number in every row, and rows lie in the order of their arrival:
-- a commit then writes each page once, and the two indexes hold numbers alone.
CREATE TABLE venues (
    number INTEGER PRIMARY KEY,
    venue BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE chains (
    number INTEGER PRIMARY KEY,
    venue INTEGER NOT NULL REFERENCES venues (number),
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    UNIQUE (venue, station, epoch)
) STRICT;
CREATE TABLE filed (
    arrival INTEGER PRIMARY KEY,
    venue INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    received INTEGER NOT NULL,
    hash BLOB NOT NULL,
    token BLOB,
    core BLOB NOT NULL,
    sealed BLOB,
    detail BLOB
) STRICT;
INSERT INTO venues (venue)
    SELECT DISTINCT venue FROM entries ORDER BY venue;
INSERT INTO chains (venue, station, epoch)
    SELECT DISTINCT v.number, e.station, e.epoch
    FROM entries AS e JOIN venues AS v ON v.venue = e.venue
    ORDER BY v.number, e.station, e.epoch;
INSERT INTO filed (venue, chain, seq, bucket, received, hash, token, core, sealed, detail)
    SELECT v.number, c.number, e.seq, e.bucket, e.received, e.hash, e.token, e.core, e.sealed, e.detail
    FROM entries AS e
    JOIN venues AS v ON v.venue = e.venue
    JOIN chains AS c ON c.venue = v.number AND c.station = e.station AND c.epoch = e.epoch
    ORDER BY e.rowid;
CREATE UNIQUE INDEX filed_by_chain ON filed (chain, seq);
CREATE INDEX filed_by_time ON filed (venue, bucket);
DROP TABLE entries;
CREATE VIEW entries AS
    SELECT v.venue, c.station, c.epoch, f.seq, f.hash, f.bucket, f.token, f.core, f.sealed, f.detail, f.received
    FROM filed AS f
    JOIN chains AS c ON c.number = f.chain
    JOIN venues AS v ON v.number = f.venue;
-- What came after its own day was erased: its hash keeps the chain whole, and nothing else of it is kept.
CREATE TABLE expired (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('entries', (SELECT count(*) FROM filed));
