-- `record` is the whole; the other columns repeat what is looked up and sorted by, and what a write is conditional on.

CREATE TABLE notification (
    request TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    org     TEXT    NOT NULL,
    due_at  TEXT    NOT NULL,
    settled INTEGER NOT NULL,
    version INTEGER NOT NULL,
    record  TEXT    NOT NULL,
    PRIMARY KEY (request, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX notification_open ON notification (due_at, id, request) WHERE NOT settled;
CREATE INDEX notification_of_org ON notification (org, due_at, id, request);

-- `address` is a digest.
CREATE TABLE mute (
    request TEXT NOT NULL,
    address TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (request, address)
) STRICT, WITHOUT ROWID;

-- `digest` is of the address in lower case; `address` is shown to operators.
CREATE TABLE suppression (
    digest  TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    record  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE waiver (
    org    TEXT NOT NULL,
    app    TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (org, app)
) STRICT, WITHOUT ROWID;

CREATE TABLE org_watch (
    org     TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
