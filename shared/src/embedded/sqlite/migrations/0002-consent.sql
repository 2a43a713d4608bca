-- `record` is the whole; the other columns repeat what is looked up by, and what a write is conditional on.

CREATE TABLE invitation (
    id         TEXT NOT NULL PRIMARY KEY,
    org        TEXT NOT NULL,
    app        TEXT NOT NULL,
    created_at TEXT NOT NULL,
    closed     INTEGER NOT NULL,
    record     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_of_app ON invitation (org, app, created_at DESC, id);

CREATE TABLE session (
    id        TEXT    NOT NULL PRIMARY KEY,
    state     TEXT    UNIQUE,
    opened_at TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    record    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_age ON session (opened_at);

-- The last save of each app.
CREATE TABLE save (
    org      TEXT    NOT NULL,
    app      TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    settled  INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    record   TEXT    NOT NULL,
    PRIMARY KEY (org, app)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
