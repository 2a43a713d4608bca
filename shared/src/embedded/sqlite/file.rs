//! The file: how it is made, opened and brought up to date.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use super::error::SqliteError;

/// How long a writer waits for one of another process.
const BUSY: Duration = Duration::from_secs(5);

/// How often opening is tried where another process is opening the same new file. Changing the journal mode and
/// migrating do not wait by themselves (<https://sqlite.org/wal.html>, "Sometimes Queries Return `SQLITE_BUSY`").
const OPENINGS: u32 = 40;

/// Every layout the file has had, oldest first. Never changed, only added to.
const LAYOUTS: &[M<'static>] = &[
    M::up(include_str!("migrations/0001-first.sql")),
    M::up(include_str!("migrations/0002-consent.sql")),
    M::up(include_str!("migrations/0003-notifications.sql")),
    M::up(include_str!("migrations/0004-apps.sql")),
];

/// Opens the file at `path`, making or migrating it where needed.
pub(super) fn open(path: &Path) -> Result<Connection, SqliteError> {
    make_private(path)?;
    let mut tried = 1;
    loop {
        match Connection::open(path).map_err(SqliteError::from).and_then(prepare) {
            // Besides being busy, a migration fails where another process has just done it; then there is none to do.
            Err(problem) if tried < OPENINGS && (problem.is_busy() || (tried == 1 && is_raced(&problem))) => {
                tried += 1;
                std::thread::sleep(Duration::from_millis(25));
            }
            outcome => return outcome,
        }
    }
}

/// A new ledger in memory.
pub(super) fn in_memory() -> Result<Connection, SqliteError> {
    prepare(Connection::open_in_memory()?)
}

fn is_raced(problem: &SqliteError) -> bool {
    matches!(problem, SqliteError::Sqlite(_))
}

/// Makes the file readable by its owner alone: the ledger holds no secret, but it names customers and their weak spots.
/// `SQLite` gives its side files the mode of the file.
fn make_private(path: &Path) -> Result<(), SqliteError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // An existing file must not even be opened: closing it would drop the locks of this process's connections
        // (<https://sqlite.org/howtocorrupt.html>, section 2.2).
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn prepare(mut connection: Connection) -> Result<Connection, SqliteError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // KiB of page cache where the number is negative. Small, so that memory does not grow with the file.
    connection.pragma_update(None, "cache_size", -512)?;
    connection.set_prepared_statement_cache_capacity(64);
    // A transaction that reads first and writes then could not wait for another writer.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    Migrations::from_slice(LAYOUTS).to_latest(&mut connection)?;
    Ok(connection)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use rusqlite::params;

    use super::*;
    use crate::domain::access_problem::OrgWatch;
    use crate::domain::app::AppRecord;
    use crate::domain::event::{AppEvent, EventKind};
    use crate::domain::standing::Standing;
    use crate::embedded::sqlite::{SqliteLedger, events, invitations};
    use crate::ledger::{Invitations, Ledger, Notifications, PageRequest, Waivers, Watches};
    use crate::testing::ledger::{at, invitation, invitation_id, notification, org, record, recorded, waiver};

    /// Writes an app as it was written before versions were kept.
    fn put_unversioned(old: &Connection, app: &AppRecord) {
        let mut record = serde_json::to_value(app).unwrap();
        assert!(record.as_object_mut().unwrap().remove("version").is_some());
        let (org, id) = (app.identity.org.as_str(), app.identity.app.as_str());
        let (domain, label) = (&app.identity.org_domain, app.identity.label.raw());
        old.execute(
            "INSERT INTO app (org, app, standing, org_domain, label, record) VALUES (?1, ?2, 0, ?3, ?4, ?5)",
            params![org, id, domain, label, record.to_string()],
        )
        .unwrap();
    }

    #[test]
    fn every_layout_can_be_reached_from_nothing() {
        assert_eq!(Migrations::from_slice(LAYOUTS).validate(), Ok(()));
    }

    #[tokio::test]
    async fn a_file_of_the_first_layout_keeps_its_records_and_takes_consents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let app = record("acme", "a", "Office", Standing::Broken);
        let (org, id) = (&app.identity.org, &app.identity.app);
        let event = AppEvent { at: at(1), kind: EventKind::Found { standing: Standing::Broken } };
        {
            let mut old = Connection::open(&path).unwrap();
            Migrations::from_slice(&LAYOUTS[..1]).to_latest(&mut old).unwrap();
            put_unversioned(&old, &app);
            events::append(&old, org, id, std::slice::from_ref(&event)).unwrap();
            assert!(old.prepare("SELECT * FROM invitation").is_err(), "it had no place for invitations");
        }
        let ledger = SqliteLedger::open(&path).await.unwrap();
        assert_eq!(ledger.app(org, id).await.unwrap().as_ref(), Some(&app));
        assert_eq!(ledger.events(org, id, PageRequest::first(10)).await.unwrap().items, [event]);
        ledger.put_invitation(&invitation("i1", "acme", "a", 1)).await.unwrap();
        assert!(ledger.invitation(&invitation_id("i1")).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn an_app_from_before_versions_were_kept_has_version_0_and_counts_up_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let app = record("acme", "a", "Office", Standing::Broken);
        let (org, id) = (&app.identity.org, &app.identity.app);
        {
            let mut old = Connection::open(&path).unwrap();
            Migrations::from_slice(&LAYOUTS[..3]).to_latest(&mut old).unwrap();
            put_unversioned(&old, &app);
        }
        let ledger = SqliteLedger::open(&path).await.unwrap();
        assert_eq!(ledger.app(org, id).await.unwrap().as_ref(), Some(&app));
        assert!(!ledger.record_app(&AppRecord { version: 1, ..app.clone() }, &[]).await.unwrap());
        assert!(ledger.record_app(&app, &[]).await.unwrap(), "the version it was read with");
        assert!(!ledger.record_app(&app, &[]).await.unwrap(), "once");
        assert_eq!(ledger.app(org, id).await.unwrap(), Some(recorded(app.clone())));
    }

    #[tokio::test]
    async fn a_file_of_the_second_layout_keeps_its_consents_and_takes_notifications() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let link = invitation("i1", "acme", "a", 1);
        {
            let mut old = Connection::open(&path).unwrap();
            Migrations::from_slice(&LAYOUTS[..2]).to_latest(&mut old).unwrap();
            invitations::put(&old, &link).unwrap();
            assert!(old.prepare("SELECT * FROM notification").is_err(), "it had no place for notifications");
        }
        let ledger = SqliteLedger::open(&path).await.unwrap();
        assert_eq!(ledger.invitation(&link.id).await.unwrap(), Some(link));
        assert!(ledger.put_notification(&notification("RG-A", "n1", "acme", 1)).await.unwrap());
        ledger.put_waiver(&waiver("acme", "a")).await.unwrap();
        assert!(ledger.put_org_watch(&OrgWatch::new(org("acme"))).await.unwrap());
    }
}
