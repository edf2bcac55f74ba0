-- Accounts that were deleted: neither their keys nor their names are given again.
CREATE TABLE former_users (
    key             INTEGER PRIMARY KEY,
    folded_nickname TEXT NOT NULL UNIQUE,
    deleted         INTEGER NOT NULL
);

-- What deleting a user, or a new password, has to find.
CREATE INDEX token_credentials_of ON token_credentials (owner);
CREATE INDEX sessions_of ON sessions (owner);
CREATE INDEX temporary_credentials_of ON temporary_credentials (owner);
