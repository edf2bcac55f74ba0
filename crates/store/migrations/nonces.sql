-- The nonces of the time-stamp window, in a file of their own, because they are written
-- at every signed request but need no sync: a killed process loses none of them, and after
-- a power cut the machine's start takes about as long as they matter.
CREATE TABLE IF NOT EXISTS nonces (
    -- seconds since 1970
    timestamp INTEGER NOT NULL,
    client    TEXT NOT NULL,
    -- empty without a token
    token     TEXT NOT NULL,
    nonce     TEXT NOT NULL,
    PRIMARY KEY (timestamp, client, token, nonce)
) WITHOUT ROWID;
