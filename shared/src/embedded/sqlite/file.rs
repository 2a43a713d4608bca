//! The database file: creating, opening and migrating it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use super::error::SqliteError;
use crate::embedded::private_files::{self, PrivateFileError};

/// How long a writer waits for a writer in another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How often to try opening while another process opens the same new file. Changing the journal mode and migrating ignore
/// the busy timeout (<https://sqlite.org/wal.html>, "Sometimes Queries Return `SQLITE_BUSY`").
const MAX_ATTEMPTS: u32 = 40;

/// Every schema migration, oldest first. After a release, migrations are only added, never changed.
const MIGRATIONS: &[M<'static>] = &[M::up(include_str!("migrations/0001-schema.sql"))];

/// Opens the file at `path`, creating or migrating it first if necessary.
pub(super) fn open(path: &Path) -> Result<Connection, SqliteError> {
    let path = create(path)?;
    // Without `NOFOLLOW`, a link in place of the file would open its target. `SQLite` never follows links to its side files.
    let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut attempt = 1;
    loop {
        match Connection::open_with_flags(&path, flags)
            .map_err(SqliteError::from)
            .and_then(prepare)
            .and_then(check_schema)
        {
            // A migration also fails if another process has just applied it; the second attempt then finds it applied.
            Err(error) if attempt < MAX_ATTEMPTS && (error.is_busy() || (attempt == 1 && may_be_raced(&error))) => {
                attempt += 1;
                std::thread::sleep(Duration::from_millis(25));
            }
            outcome => return outcome,
        }
    }
}

/// Copies the ledger to the empty file `copy` and checks the copy.
pub(super) fn snapshot(path: &Path, copy: &Path) -> Result<(), SqliteError> {
    let target = copy.to_str().ok_or_else(|| std::io::Error::other("the name of a backup must be valid UTF-8"))?;
    check_schema(prepare(Connection::open(path)?)?)?.execute("VACUUM INTO ?1", [target])?;
    let problem: String = Connection::open(copy)?.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if problem == "ok" { Ok(()) } else { Err(SqliteError::Damaged) }
}

/// A new ledger in memory.
pub(super) fn in_memory() -> Result<Connection, SqliteError> {
    prepare(Connection::open_in_memory()?)
}

fn may_be_raced(error: &SqliteError) -> bool {
    matches!(error, SqliteError::Sqlite(_))
}

/// Creates the file so that only its owner can read it: the ledger has no secrets, but it names customers and their broken apps
/// at them. `SQLite` gives its side files the same mode. Returns the path with the links in its folder resolved.
///
/// Does not open an existing file: closing it again would drop the locks of this process's connections
/// (<https://sqlite.org/howtocorrupt.html>, section 2.2).
fn create(path: &Path) -> Result<PathBuf, SqliteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_files::create_folder(folder)?;
    let path = folder.canonicalize()?.join(path.file_name().unwrap_or_default());
    if path.is_symlink() {
        return Err(PrivateFileError::Link { path: path.display().to_string() }.into());
    }
    private_files::create(&path)?;
    Ok(path)
}

fn prepare(mut connection: Connection) -> Result<Connection, SqliteError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The first read also notices a file that is cut off or is not a database.
    if is_foreign(&connection)? {
        return Err(SqliteError::Foreign);
    }
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A negative number is in KiB. Small, so that memory does not grow with the file.
    connection.pragma_update(None, "cache_size", -512)?;
    connection.set_prepared_statement_cache_capacity(64);
    // A deferred transaction that first reads and then writes cannot wait for another writer.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
    Ok(connection)
}

/// Refuses a file whose tables differ from those that our migrations create: another build created it.
fn check_schema(connection: Connection) -> Result<Connection, SqliteError> {
    match differences(&schema(&connection)?, &schema(&in_memory()?)?) {
        differences if differences.is_empty() => Ok(connection),
        differences => Err(SqliteError::DifferentSchema(differences)),
    }
}

/// The tables with their columns, the indexes and the triggers of a database, such as `column event.hash TEXT`.
type Schema = BTreeSet<String>;

fn schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let objects = "SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        UNION ALL SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type
        FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    connection.prepare(objects)?.query_map([], |row| row.get(0))?.collect()
}

/// What a schema lacks or has in addition.
fn differences(found: &Schema, expected: &Schema) -> Vec<String> {
    let missing = expected.difference(found).map(|object| format!("no {object}"));
    missing.chain(found.difference(expected).map(|object| format!("unknown {object}"))).collect()
}

/// Whether the file is a database that has tables and none of our migrations.
fn is_foreign(connection: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(version == 0 && connection.prepare("SELECT 1 FROM sqlite_schema")?.exists([])?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    #[test]
    fn schema_migrates_from_an_empty_file() {
        assert_eq!(Migrations::from_slice(MIGRATIONS).validate(), Ok(()));
    }

    #[test]
    fn different_schema_is_refused_by_name() {
        let schemas: [(&str, &str); 4] = [
            ("DROP TABLE trail_head", "no column trail_head.app TEXT"),
            ("DROP INDEX app_of_tenant", "no index app_of_tenant"),
            ("ALTER TABLE waiver RENAME COLUMN record TO waiver", "no column waiver.record TEXT"),
            ("CREATE TABLE leases (name TEXT) STRICT", "unknown column leases.name TEXT"),
        ];
        for (change, difference) in schemas {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ledger.sqlite");
            open(&path).unwrap().execute_batch(change).unwrap();
            let error = open(&path).unwrap_err().during("open its file").to_string();
            let advice = "start with an empty --data-dir";
            for words in ["a different build of Regrant wrote it", difference, "nothing was changed", advice] {
                assert!(error.contains(words), "{change}: {error}");
            }
        }
    }

    #[test]
    fn comments_of_the_schema_do_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let connection = open(&path).unwrap();
        connection.execute_batch("DROP TABLE mute").unwrap();
        connection
            .execute_batch(
                "CREATE TABLE mute (
                    request TEXT NOT NULL, -- a comment
                    address TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (request, address)
                ) STRICT, WITHOUT ROWID",
            )
            .unwrap();
        assert!(open(&path).is_ok());
    }
}
