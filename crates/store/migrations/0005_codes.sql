-- Codes by which people prove something, and the addresses that they proved.

-- The e-mail address, once it was confirmed.
ALTER TABLE users ADD COLUMN email TEXT;

-- What somebody proves by a code: an address, an account, an invitation. `kind` is CodeKind in codes.rs.
CREATE TABLE codes (
    -- SHA-256 of the code
    digest  BLOB PRIMARY KEY,
    kind    INTEGER NOT NULL,
    -- users.key of whom it is for, or, of an invitation, who invites; none if the operator does
    owner   INTEGER REFERENCES users (key) ON DELETE CASCADE,
    -- the address that is to be confirmed
    email   TEXT,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used    INTEGER
);
CREATE INDEX codes_of ON codes (owner, kind, created);
CREATE INDEX codes_age ON codes (expires);
