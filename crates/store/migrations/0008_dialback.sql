-- The id of the remote host or person that an application speaks for, as its server confirmed.
ALTER TABLE clients ADD COLUMN principal TEXT;

-- Requests that are confirmed by dialback: those that we sent, and will be asked about, and those
-- that we got, and do not take again.
CREATE TABLE dialbacks (
    -- SHA-256 of identity, address, token and date
    digest  BLOB NOT NULL,
    sent    INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (digest, sent)
) WITHOUT ROWID;
CREATE INDEX dialbacks_age ON dialbacks (expires);
