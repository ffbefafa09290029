-- Entries that can never be given: up to this number, whose hash the chain goes on from, by the station's signed word.
CREATE TABLE holes (
    chain INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    hash BLOB NOT NULL,
    told BLOB NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (chain, last)
) STRICT, WITHOUT ROWID;
