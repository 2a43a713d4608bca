-- Times are text of fixed width (`2024-12-31T00:00:00.000000000Z`), so that they sort chronologically.
-- `record` is the whole record as JSON; the other columns repeat what queries filter and sort by, and what a conditional
-- write checks. A record with `expires_at` is deleted once that time has passed.

CREATE TABLE org (
    id       TEXT NOT NULL PRIMARY KEY,
    profile  TEXT NOT NULL,
    customer TEXT GENERATED ALWAYS AS (json_extract(profile, '$.customer')) STORED
) STRICT, WITHOUT ROWID;

CREATE INDEX org_of_customer ON org (customer);
CREATE INDEX customer_of_org ON org (id, customer);

CREATE TABLE app (
    org        TEXT    NOT NULL,
    app        TEXT    NOT NULL,
    standing   INTEGER NOT NULL,
    org_domain TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    tenant     TEXT,
    version    INTEGER NOT NULL,
    record     TEXT    NOT NULL,
    -- What the estate shows, so that it parses no record.
    since      TEXT GENERATED ALWAYS AS (json_extract(record, '$.since')) STORED,
    as_of      TEXT GENERATED ALWAYS AS (json_extract(record, '$.as_of')) STORED,
    cause      TEXT GENERATED ALWAYS AS (json_extract(record, '$.reasons[0]')) STORED,
    request    TEXT GENERATED ALWAYS AS (
        CASE WHEN json_extract(record, '$.request.closed') IS NULL THEN json_extract(record, '$.request.id') END
    ) STORED,
    waived     TEXT GENERATED ALWAYS AS (json_extract(record, '$.waived_until')) STORED,
    PRIMARY KEY (org, app)
) STRICT;

CREATE INDEX app_by_standing ON app (standing, org_domain, label, org, app);
CREATE INDEX app_of_org ON app (org, standing, org_domain, label, app);
CREATE INDEX app_in_estate
    ON app (org, app, standing, org_domain, label, tenant, since, as_of, cause, request, waived);
CREATE INDEX app_of_tenant ON app (tenant, standing, org_domain, label, org, app);

-- The audit trail: rows are added, and never changed or deleted. `number`, `previous` and `hash` are the event's place in
-- its app's hash chain.
CREATE TABLE event (
    seq      INTEGER PRIMARY KEY,
    org      TEXT    NOT NULL,
    app      TEXT    NOT NULL,
    at       TEXT    NOT NULL,
    event    TEXT    NOT NULL,
    number   INTEGER NOT NULL,
    previous TEXT    NOT NULL,
    hash     TEXT    NOT NULL,
    UNIQUE (org, app, number)
) STRICT;

CREATE INDEX event_of_app ON event (org, app, at, seq);

-- The last event of each app's trail; `at` is when the trail last grew.
CREATE TABLE trail_head (
    org    TEXT    NOT NULL,
    app    TEXT    NOT NULL,
    number INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    at     TEXT    NOT NULL,
    PRIMARY KEY (org, app)
) STRICT, WITHOUT ROWID;

CREATE INDEX trail_head_by_time ON trail_head (at, org, app);

CREATE TABLE trail_digest (
    number INTEGER PRIMARY KEY,
    record TEXT NOT NULL
) STRICT;

CREATE TRIGGER trail_digest_is_not_changed BEFORE UPDATE ON trail_digest
BEGIN SELECT RAISE (ABORT, 'digests are only ever added'); END;

CREATE TRIGGER trail_digest_is_not_removed BEFORE DELETE ON trail_digest
BEGIN SELECT RAISE (ABORT, 'digests are only ever added'); END;

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'events are only ever added'); END;

CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
BEGIN SELECT RAISE (ABORT, 'events are only ever added'); END;

CREATE TABLE estate_snapshot (
    at         TEXT NOT NULL PRIMARY KEY,
    expires_at TEXT NOT NULL,
    record     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX estate_snapshot_by_expiry ON estate_snapshot (expires_at);

CREATE TABLE scan (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    expires_at  TEXT NOT NULL
) STRICT;

CREATE INDEX scan_by_start ON scan (started_at, seq);
CREATE INDEX scan_by_expiry ON scan (expires_at);

CREATE TABLE scan_org (
    scan    TEXT NOT NULL REFERENCES scan (id) ON DELETE CASCADE,
    org     TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'seen', 'not-seen')),
    apps    INTEGER,
    reason  TEXT,
    PRIMARY KEY (scan, org)
) STRICT, WITHOUT ROWID;

CREATE INDEX scan_org_pending ON scan_org (scan, org) WHERE outcome = 'pending';

CREATE TABLE invitation (
    id         TEXT NOT NULL PRIMARY KEY,
    org        TEXT NOT NULL,
    app        TEXT NOT NULL,
    created_at TEXT NOT NULL,
    closed     INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    record     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_of_app ON invitation (org, app, created_at DESC, id);
CREATE INDEX invitation_open ON invitation (org, app) WHERE NOT closed;
CREATE INDEX invitation_by_expiry ON invitation (expires_at);

CREATE TABLE session (
    id         TEXT    NOT NULL PRIMARY KEY,
    state      TEXT    UNIQUE,
    version    INTEGER NOT NULL,
    expires_at TEXT    NOT NULL,
    record     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_expiry ON session (expires_at);

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
    name       TEXT NOT NULL PRIMARY KEY,
    holder     TEXT NOT NULL,
    until      TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX lease_by_expiry ON lease (expires_at);

-- `expires_at` is NULL for a notification that is kept.
CREATE TABLE notification (
    request    TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    org        TEXT    NOT NULL,
    due_at     TEXT    NOT NULL,
    settled    INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    expires_at TEXT,
    record     TEXT    NOT NULL,
    PRIMARY KEY (request, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX notification_open ON notification (due_at, id, request) WHERE NOT settled;
CREATE INDEX notification_of_org ON notification (org, due_at, id, request);
CREATE INDEX notification_by_expiry ON notification (expires_at) WHERE expires_at IS NOT NULL;

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

-- `org` is empty for the whole installation.
CREATE TABLE mail_hold (
    org    TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE waiver (
    org    TEXT NOT NULL,
    app    TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (org, app)
) STRICT, WITHOUT ROWID;

-- One row at most.
CREATE TABLE access_rules (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    record  TEXT    NOT NULL
) STRICT;

CREATE TABLE org_watch (
    org     TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    record  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
