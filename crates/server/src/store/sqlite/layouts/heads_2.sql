-- What retention erased: for each chain the highest number that went with a day, and for each day what was in it.
CREATE TABLE erased (
    venue BLOB NOT NULL,
    station BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (venue, station, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE purges (
    day TEXT PRIMARY KEY,
    began INTEGER NOT NULL,
    ended INTEGER,
    entries INTEGER NOT NULL,
    poison INTEGER NOT NULL,
    branches INTEGER NOT NULL,
    expired INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
