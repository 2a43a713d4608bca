-- Times are text of one width (`2024-12-31T00:00:00.000000000Z`), so that they sort as they passed.

CREATE TABLE org (
    id      TEXT NOT NULL PRIMARY KEY,
    profile TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `record` is the whole app; the other columns repeat what lists are filtered and sorted by.
CREATE TABLE app (
    org        TEXT    NOT NULL,
    app        TEXT    NOT NULL,
    standing   INTEGER NOT NULL,
    org_domain TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    tenant     TEXT,
    record     TEXT    NOT NULL,
    PRIMARY KEY (org, app)
) STRICT;

CREATE INDEX app_by_standing ON app (standing, org_domain, label, org, app);
CREATE INDEX app_of_org ON app (org, standing, org_domain, label, app);
CREATE INDEX app_of_tenant ON app (tenant, standing, org_domain, label, org, app);

-- The audit trail: rows are added and never changed.
CREATE TABLE event (
    seq   INTEGER PRIMARY KEY,
    org   TEXT NOT NULL,
    app   TEXT NOT NULL,
    at    TEXT NOT NULL,
    event TEXT NOT NULL
) STRICT;

CREATE INDEX event_of_app ON event (org, app, at, seq);

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'events are only ever added'); END;

CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
BEGIN SELECT RAISE (ABORT, 'events are only ever added'); END;

CREATE TABLE scan (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    started_at  TEXT NOT NULL,
    finished_at TEXT
) STRICT;

CREATE INDEX scan_by_start ON scan (started_at, seq);

CREATE TABLE scan_org (
    scan    TEXT NOT NULL REFERENCES scan (id),
    org     TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'seen', 'not-seen')),
    apps    INTEGER,
    reason  TEXT,
    PRIMARY KEY (scan, org)
) STRICT, WITHOUT ROWID;

CREATE INDEX scan_org_pending ON scan_org (scan, org) WHERE outcome = 'pending';
