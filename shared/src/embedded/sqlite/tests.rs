#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod consent;
mod notifications;

use futures_util::future::join_all;
use proptest::prelude::*;
use rusqlite::params;

use super::*;
use crate::domain::scan::OrgScanResult;
use crate::domain::standing::Standing;
use crate::testing::ledger;
use crate::testing::ledger::{all, at, org, record, recorded, scan};

fn any() -> AppFilter {
    AppFilter::default()
}

/// Does to the file what the ledger does not.
async fn on_connection<T: Send + 'static>(
    ledger: &SqliteLedger,
    operation: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
) -> rusqlite::Result<T> {
    ledger.0.run(operation).await.unwrap()
}

#[tokio::test]
async fn conforms_to_the_ledger_contract() {
    ledger::conforms(|| async { Arc::new(SqliteLedger::in_memory().unwrap()) as Arc<dyn Ledger> }).await;
}

#[tokio::test]
async fn conforms_to_the_ledger_contract_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::sync::atomic::AtomicUsize::new(0);
    ledger::conforms(|| {
        let number = made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let file = folder.path().join(format!("{number}.sqlite"));
        async move { Arc::new(SqliteLedger::open(&file).await.unwrap()) as Arc<dyn Ledger> }
    })
    .await;
}

#[tokio::test]
async fn records_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state/ledger.sqlite");
    let app = record("acme", "a", "Office", Standing::Broken);
    assert!(SqliteLedger::open(&file).await.unwrap().record_app(&app, &[]).await.unwrap());
    let again = SqliteLedger::open(&file).await.unwrap();
    let read = again.app(&app.identity.org, &app.identity.app).await.unwrap();
    assert_eq!(read, Some(recorded(app)));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let _ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 1, "in write-ahead-log mode there are side files");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?} has mode {mode:o}", file.file_name());
    }
}

#[tokio::test]
async fn connections_see_each_others_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let (one, two) = (SqliteLedger::open(&file).await.unwrap(), SqliteLedger::open(&file).await.unwrap());
    let writes = (0..40).map(|n| {
        let app = record("acme", &format!("a{n:02}"), "Office", Standing::Broken);
        let ledger = if n % 2 == 0 { &one } else { &two };
        async move { ledger.record_app(&app, &[]).await }
    });
    for written in join_all(writes).await {
        assert!(written.unwrap());
    }
    let any = any();
    assert_eq!(all(7, |page| one.apps(&any, page)).await.len(), 40);
}

#[tokio::test]
async fn reads_do_not_wait_for_writers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let (writer, reader) = (SqliteLedger::open(&file).await.unwrap(), SqliteLedger::open(&file).await.unwrap());
    writer.begin_scan(&scan("s"), at(0), &[org("a")]).await.unwrap();
    on_connection(&reader, |connection| connection.busy_timeout(std::time::Duration::ZERO)).await.unwrap();
    let update = "BEGIN IMMEDIATE; UPDATE scan SET finished_at = 'soon'";
    on_connection(&writer, |connection| connection.execute_batch(update)).await.unwrap();

    let seen = reader.latest_scan(at(9)).await.unwrap().unwrap();
    assert_eq!((seen.orgs_pending, seen.finished_at), (1, None));
    let refused = reader.begin_scan(&scan("t"), at(1), &[]).await.unwrap_err().to_string();
    assert!(refused.contains("could not begin a scan") && refused.contains("another process"), "{refused}");
}

#[tokio::test]
async fn a_new_file_can_be_opened_concurrently() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    for opened in join_all((0..8).map(|_| SqliteLedger::open(&file))).await {
        opened.unwrap().latest_scan(at(9)).await.unwrap();
    }
}

#[tokio::test]
async fn only_an_empty_file_becomes_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, b"").unwrap();
    assert_eq!(SqliteLedger::open(&empty).await.unwrap().latest_scan(at(9)).await.unwrap(), None);

    let email = folder.path().join("email.txt");
    std::fs::write(&email, "Dear reader, ".repeat(100)).unwrap();
    let refused = SqliteLedger::open(&email).await.err().unwrap().to_string();
    assert!(refused.contains("email.txt: the file is not a ledger") && refused.contains("--data-dir"), "{refused}");
}

#[tokio::test]
async fn a_newer_schema_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&file).await.unwrap();
    on_connection(&ledger, |connection| connection.pragma_update(None, "user_version", 999)).await.unwrap();
    let refused = SqliteLedger::open(&file).await.err().unwrap();
    assert!(refused.to_string().contains("update Regrant"), "{refused}");
}

#[tokio::test]
async fn a_truncated_file_is_reported_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&file).await.unwrap();
    for index in 0..200 {
        let app = record("acme", &format!("a{index}"), "Office", Standing::Broken);
        assert!(ledger.record_app(&app, &[]).await.unwrap());
    }
    drop(ledger);
    let whole = std::fs::read(&file).unwrap();
    for length in [100, 4096, whole.len() / 2, whole.len() - 4096] {
        std::fs::write(&file, &whole[..length]).unwrap();
        let refused = SqliteLedger::open(&file).await.err().unwrap().to_string();
        let told = refused.contains("regrant restore FILE") && refused.contains("ledger.sqlite");
        assert!(told, "{length} of {} bytes: {refused}", whole.len());
    }
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photos.sqlite");
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE photo (id)").unwrap();
    let before = std::fs::read(&file).unwrap();
    let refused = SqliteLedger::open(&file).await.err().unwrap().to_string();
    assert!(refused.contains("a different program"), "{refused}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn a_full_disk_has_a_next_step() {
    let ledger = SqliteLedger::in_memory().unwrap();
    on_connection(&ledger, |connection| connection.pragma_update(None, "max_page_count", 1)).await.unwrap();
    let mut refused = None;
    for index in 0..500 {
        let app = record("acme", &format!("a{index}"), "Office", Standing::Broken);
        refused = refused.or(ledger.record_app(&app, &[]).await.err());
    }
    let refused = refused.unwrap().to_string();
    assert!(refused.contains("full") && refused.contains("make room"), "{refused}");
}

#[tokio::test]
async fn errors_name_the_unreadable_record() {
    let ledger = SqliteLedger::in_memory().unwrap();
    let app = record("acme", "a", "Office", Standing::Broken);
    assert!(ledger.record_app(&app, &[]).await.unwrap());
    let damage = "UPDATE app SET record = '{\"org\":1}'";
    on_connection(&ledger, |connection| connection.execute(damage, params![])).await.unwrap();
    for refused in [
        ledger.app(&app.identity.org, &app.identity.app).await.map(drop),
        ledger.apps(&any(), PageRequest::first(1)).await.map(drop),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(&error, LedgerError::Unreadable { what } if what.contains("app a of org acme")), "{error}");
    }
}

#[tokio::test]
async fn an_app_and_its_events_are_written_atomically() {
    let ledger = SqliteLedger::in_memory().unwrap();
    on_connection(&ledger, |connection| connection.execute("DROP TABLE event", params![])).await.unwrap();
    let app = record("acme", "a", "Office", Standing::Broken);
    let event = AppEvent::automatic(at(1), crate::domain::event::EventKind::Found { standing: Standing::Broken });
    assert!(matches!(ledger.record_app(&app, &[event]).await, Err(LedgerError::Store { .. })));
    assert_eq!(ledger.app(&app.identity.org, &app.identity.app).await.unwrap(), None);
}

#[tokio::test]
async fn events_cannot_be_changed_or_removed() {
    let ledger = SqliteLedger::in_memory().unwrap();
    let event = AppEvent::automatic(at(1), crate::domain::event::EventKind::Found { standing: Standing::Broken });
    assert!(ledger.record_app(&record("acme", "a", "Office", Standing::Broken), &[event]).await.unwrap());
    for statement in ["UPDATE event SET at = ''", "DELETE FROM event"] {
        let refused = on_connection(&ledger, |connection| connection.execute(statement, params![])).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("only ever added"), "{refused}");
    }
}

#[tokio::test]
async fn the_last_written_of_simultaneous_scans_is_latest() {
    let ledger = SqliteLedger::in_memory().unwrap();
    for id in ["b", "c", "a"] {
        ledger.begin_scan(&scan(id), at(0), &[]).await.unwrap();
    }
    assert_eq!(ledger.latest_scan(at(9)).await.unwrap().unwrap().id, scan("a"));
}

#[tokio::test]
async fn an_app_count_beyond_i64_is_capped() {
    let ledger = SqliteLedger::in_memory().unwrap();
    ledger.begin_scan(&scan("s"), at(0), &[org("a")]).await.unwrap();
    ledger.record_org_result(&scan("s"), &org("a"), &OrgScanResult::Scanned { apps: u64::MAX }, at(1)).await.unwrap();
    assert_eq!(ledger.scan(&scan("s")).await.unwrap().unwrap().apps_seen, i64::MAX.unsigned_abs());
}

#[test]
fn lists_of_apps_use_an_index() {
    let connection = file::in_memory().unwrap();
    for bits in 0..16_u8 {
        let filter = AppFilter {
            standing: (bits & 1 != 0).then_some(Standing::Broken),
            org: (bits & 2 != 0).then(|| org("acme")),
            tenant: (bits & 4 != 0).then(|| "contoso".to_owned().into()),
            customers: None,
        };
        let query = apps::query(&filter, bits & 8 != 0);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        let plan = plan.join("; ");
        assert!(plan.contains("USING INDEX app_"), "{query}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{query} is sorted by hand\n{plan}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_any_size_add_up_to_the_list(
        apps in prop::collection::vec((0..3_usize, 0..8_usize, "[ab\u{fc}]{0,2}"), 0..30),
        limit in 1..12_u32,
    ) {
        let ledger = SqliteLedger::in_memory().unwrap();
        let records: Vec<_> = apps
            .iter()
            .enumerate()
            .map(|(n, (org, standing, label))| {
                record(["acme", "globex", "initech"][*org], &format!("a{n}"), label, Standing::ALL[*standing])
            })
            .collect();
        let listed = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            for app in &records {
                assert!(ledger.record_app(app, &[]).await.unwrap());
            }
            let any = any();
            all(limit, |page| ledger.apps(&any, page)).await
        });
        let mut wanted: Vec<_> = records.into_iter().map(recorded).collect();
        wanted.sort_by_key(|app| {
            let identity = app.identity.clone();
            (app.standing(), identity.org_domain, identity.label.raw().to_owned(), identity.org, identity.app)
        });
        prop_assert_eq!(listed, wanted);
    }
}
