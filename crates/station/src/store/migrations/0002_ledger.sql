-- Beside the rows, which prove themselves by their chain, everything is now proven by the ledger: a value of
-- the table state that is sealed anew in every commit.

-- In which turn of the ledger a value was written: it is sealed to it.
ALTER TABLE state ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;

-- An HMAC over the line.
ALTER TABLE seen ADD COLUMN mac BLOB NOT NULL DEFAULT x'';

-- The centre's signed answer that acknowledged acked_seq.
ALTER TABLE epochs ADD COLUMN receipt BLOB;
