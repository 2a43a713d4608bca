-- Counts the changes of an app's record, which a write is conditional on; 0 where it was written before this was kept.
ALTER TABLE app ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
