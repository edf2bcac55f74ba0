-- Work that outlives the request, written in the transaction that causes it: deliveries to many,
-- mail, ….
CREATE TABLE jobs (
    key       INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What is to be done, and with what (JSON); the server knows the kinds.
    kind      TEXT NOT NULL,
    payload   TEXT NOT NULL,
    run_after INTEGER NOT NULL,
    -- How often it failed in a row, and why it did the last time.
    attempts  INTEGER NOT NULL DEFAULT 0,
    error     TEXT
);
CREATE INDEX jobs_due ON jobs (run_after, key);
