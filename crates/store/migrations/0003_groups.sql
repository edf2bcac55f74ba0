-- Groups: their documents are edges; what was addressed to them stands here.

ALTER TABLE objects ADD COLUMN documents INTEGER NOT NULL DEFAULT 0;
-- How much is in the inbox of a group.
ALTER TABLE objects ADD COLUMN received INTEGER NOT NULL DEFAULT 0;

CREATE TABLE group_inbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    -- objects.key
    owner    INTEGER NOT NULL REFERENCES objects (key),
    activity INTEGER NOT NULL REFERENCES activities (key)
);
CREATE UNIQUE INDEX group_inbox_once ON group_inbox (owner, activity);
CREATE INDEX group_inbox_all ON group_inbox (owner, position);
