-- OAuth 2.0: what a person agreed to, until the client exchanges it.
CREATE TABLE authorization_codes (
    -- SHA-256 of the code
    digest       BLOB PRIMARY KEY,
    client       INTEGER NOT NULL REFERENCES clients (key),
    owner        INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    -- As the client gave it; none if it relied on the one that it registered.
    redirect_uri TEXT,
    -- The PKCE challenge, SHA-256 of a verifier that only the client knows.
    challenge    BLOB,
    expires      INTEGER NOT NULL,
    used         INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX authorization_codes_of ON authorization_codes (owner);
CREATE INDEX authorization_codes_age ON authorization_codes (expires);

CREATE TABLE bearer_tokens (
    -- SHA-256 of the token
    digest  BLOB PRIMARY KEY,
    client  INTEGER NOT NULL REFERENCES clients (key),
    -- users.key; none if the client has it for itself
    owner   INTEGER REFERENCES users (key) ON DELETE CASCADE,
    -- The digest of the code that it was given for: who comes with that again ends it.
    code    BLOB,
    created INTEGER NOT NULL
);
CREATE INDEX bearer_tokens_of ON bearer_tokens (owner);
CREATE INDEX bearer_tokens_for ON bearer_tokens (code) WHERE code IS NOT NULL;
