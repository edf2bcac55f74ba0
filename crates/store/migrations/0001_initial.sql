-- Everything a Pumphouse server keeps, but for nonces (see nonces.rs).
--
-- Times are microseconds since 1970, UTC. `key` columns are internal numbers that
-- never leave the server; `id` and `uuid` are what the protocol shows. Documents are
-- ActivityStreams JSON in which other objects are mentioned by type and id only.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- People, notes, comments, lists, applications, …: local ones and copies of remote ones.
CREATE TABLE objects (
    key         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    uuid        TEXT NOT NULL UNIQUE,
    object_type TEXT NOT NULL,
    -- objects.key of the person who made it.
    author      INTEGER REFERENCES objects (key),
    -- activities.key of the activity that posted it: who may see that may see this.
    posted_by   INTEGER,
    document    TEXT NOT NULL,
    updated     INTEGER NOT NULL,
    deleted     INTEGER,
    -- How many edges lead here (`edges`), so that no reader has to count them.
    likes       INTEGER NOT NULL DEFAULT 0,
    replies     INTEGER NOT NULL DEFAULT 0,
    shares      INTEGER NOT NULL DEFAULT 0,
    followers   INTEGER NOT NULL DEFAULT 0,
    following   INTEGER NOT NULL DEFAULT 0,
    favorites   INTEGER NOT NULL DEFAULT 0,
    lists       INTEGER NOT NULL DEFAULT 0,
    members     INTEGER NOT NULL DEFAULT 0,
    uploads     INTEGER NOT NULL DEFAULT 0
);

-- Accounts. A user's profile is a person in `objects`.
CREATE TABLE users (
    key                INTEGER PRIMARY KEY,
    nickname           TEXT NOT NULL UNIQUE,
    -- The nickname in lower case: no two users may differ in case only.
    folded_nickname    TEXT NOT NULL UNIQUE,
    person             INTEGER NOT NULL UNIQUE REFERENCES objects (key),
    password_hash      TEXT NOT NULL,
    -- Further properties that were given at registration, a JSON object.
    properties         TEXT NOT NULL DEFAULT '{}',
    created            INTEGER NOT NULL,
    updated            INTEGER NOT NULL,
    inbox_items        INTEGER NOT NULL DEFAULT 0,
    inbox_major        INTEGER NOT NULL DEFAULT 0,
    inbox_direct       INTEGER NOT NULL DEFAULT 0,
    inbox_direct_major INTEGER NOT NULL DEFAULT 0,
    outbox_items       INTEGER NOT NULL DEFAULT 0,
    outbox_major       INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE activities (
    key       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE,
    uuid      TEXT NOT NULL UNIQUE,
    -- objects.key
    actor     INTEGER NOT NULL REFERENCES objects (key),
    major     INTEGER NOT NULL,
    document  TEXT NOT NULL,
    published INTEGER NOT NULL
);
-- An outbox, and its major and minor halves, newest first.
CREATE INDEX outbox_all ON activities (actor, key);
CREATE INDEX outbox_kind ON activities (actor, major, key);

-- What was delivered to whom. `position` orders an inbox by delivery, so that a reader
-- who asks for what is newer than the last thing seen misses nothing.
CREATE TABLE inbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    -- users.key
    owner    INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    activity INTEGER NOT NULL REFERENCES activities (key),
    major    INTEGER NOT NULL,
    direct   INTEGER NOT NULL
);
CREATE UNIQUE INDEX inbox_once ON inbox (owner, activity);
CREATE INDEX inbox_all ON inbox (owner, position);
CREATE INDEX inbox_kind ON inbox (owner, major, position);
CREATE INDEX inbox_direct ON inbox (owner, position) WHERE direct = 1;
CREATE INDEX inbox_direct_kind ON inbox (owner, major, position) WHERE direct = 1;

-- Who follows, likes, shares, answers, lists, owns or uploaded what. `kind` is Edge in edges.rs.
CREATE TABLE edges (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     INTEGER NOT NULL,
    -- objects.key of both ends
    source   INTEGER NOT NULL REFERENCES objects (key),
    target   INTEGER NOT NULL REFERENCES objects (key)
);
CREATE UNIQUE INDEX edges_once ON edges (kind, source, target);
CREATE INDEX edges_from ON edges (kind, source, position);
CREATE INDEX edges_to ON edges (kind, target, position);

-- Files that people uploaded, and the objects that they belong to: who may see the object
-- may have the file.
CREATE TABLE uploads (
    -- Under the directory of uploads, and in the address: NICK/Y/M/D/FILE
    path       TEXT PRIMARY KEY,
    -- objects.key
    object     INTEGER NOT NULL REFERENCES objects (key),
    media_type TEXT NOT NULL,
    -- The object was deleted, and the file is to be.
    discarded  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX uploads_of ON uploads (object);
CREATE INDEX uploads_discarded ON uploads (path) WHERE discarded = 1;

-- Registered applications. Their secrets are kept as they are: OAuth 1.0 computes with them.
CREATE TABLE clients (
    key              INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    secret           TEXT NOT NULL,
    -- objects.key of the application that appears as generator
    generator        INTEGER NOT NULL REFERENCES objects (key),
    application_type TEXT,
    application_name TEXT,
    logo_url         TEXT,
    -- Separated by spaces, as on the wire.
    contacts         TEXT NOT NULL DEFAULT '',
    redirect_uris    TEXT NOT NULL DEFAULT '',
    created          INTEGER NOT NULL,
    updated          INTEGER NOT NULL
);

CREATE TABLE temporary_credentials (
    token    TEXT PRIMARY KEY,
    secret   TEXT NOT NULL,
    client   INTEGER NOT NULL REFERENCES clients (key),
    callback TEXT NOT NULL,
    created  INTEGER NOT NULL,
    -- users.key and SHA-256 of the verifier, once somebody agreed
    owner    INTEGER REFERENCES users (key) ON DELETE CASCADE,
    verifier BLOB,
    state    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX temporary_credentials_age ON temporary_credentials (created);

-- One pair per client and user, handed out again when the same client logs in again.
CREATE TABLE token_credentials (
    token   TEXT PRIMARY KEY,
    secret  TEXT NOT NULL,
    client  INTEGER NOT NULL REFERENCES clients (key),
    owner   INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    UNIQUE (client, owner)
);

-- Browsers that are logged in. `id` is SHA-256 of what the cookie holds.
CREATE TABLE sessions (
    id      BLOB PRIMARY KEY,
    owner   INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    expires INTEGER NOT NULL
);
CREATE INDEX sessions_age ON sessions (expires);
