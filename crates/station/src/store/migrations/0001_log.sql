-- In clear: epoch, seq, hash, signature (SECURITY.md section 6). core_box lies under the log key, body_box
-- under the queue key of its UTC day; body_box leaves with the receipt.
CREATE TABLE rows (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    core_box BLOB NOT NULL,
    body_box BLOB,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- One line an epoch: where its chain begins, and how far the centre receipted it.
CREATE TABLE epochs (
    epoch INTEGER PRIMARY KEY,
    genesis BLOB NOT NULL,
    acked_seq INTEGER NOT NULL,
    acked_hash BLOB NOT NULL,
    last_receipt INTEGER
) STRICT;

-- Long-lived keys, wrapped.
CREATE TABLE keys (
    name TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Queue keys, wrapped, by UTC day; a key goes when the day's last row is acknowledged.
CREATE TABLE queue_keys (
    day INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

-- Who was admitted or let in here, by a keyed hash, for the policy's window alone.
CREATE TABLE seen (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    tag BLOB NOT NULL,
    at INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- Single values: the station's id in clear; the last entry's time with the day's totals, and the clock's
-- floor, under the log key.
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
