-- Entries that came after their epoch was over, a line a batch: they are stored with the others of their chain, or
-- beside them where other entries lie under their numbers (branch).
CREATE TABLE tails (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    branch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch, first)
) STRICT, WITHOUT ROWID;
