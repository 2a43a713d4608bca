//! Invitations, sessions, saves and leases: persistence, concurrent processes and indexes.

use tempfile::TempDir;

use super::*;
use crate::domain::id::Sha256Digest;
use crate::domain::invitation::{Closed, Closing};
use crate::domain::session::NotConsumed;
use crate::ledger::{Invitations, Leases, Saves, Sessions, retention};
use crate::testing::ledger::{consume_at, invitation, invitation_id, journal, session, session_id};

/// One file, opened twice as by two processes.
pub(super) async fn opened_twice() -> (TempDir, SqliteLedger, SqliteLedger) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let (one, two) = (SqliteLedger::open(&file).await.unwrap(), SqliteLedger::open(&file).await.unwrap());
    (folder, one, two)
}

#[tokio::test]
async fn consent_records_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let (link, attempt, save) =
        (invitation("i1", "acme", "a", 1), session("s1", "acme", "state", 1), journal("j1", "acme", "a"));
    let closed = Closed { at: at(3), why: Closing::UsedUp };
    {
        let ledger = SqliteLedger::open(&file).await.unwrap();
        ledger.put_invitation(&link).await.unwrap();
        assert!(ledger.close_invitation(&link.id, closed).await.unwrap());
        ledger.open_session(&attempt).await.unwrap();
        consume_at(&ledger, "state", at(2)).await.unwrap();
        assert!(ledger.begin_save(&save).await.unwrap());
        assert!(ledger.acquire_lease("refresh", "one", at(0), at(10)).await.unwrap());
    }
    let again = SqliteLedger::open(&file).await.unwrap();
    assert_eq!(again.invitation(&link.id).await.unwrap().unwrap().closed, Some(closed));
    assert_eq!(again.session(&attempt.id).await.unwrap().unwrap().version, 1);
    let replayed = consume_at(&again, "state", at(2)).await;
    assert_eq!(replayed, Err(NotConsumed::Consumed), "a restart does not reopen a sign-in");
    assert_eq!(again.save_journal(&save.org, &save.app).await.unwrap(), Some(save));
    assert!(!again.acquire_lease("refresh", "two", at(1), at(11)).await.unwrap(), "the lease is still held");
}

#[tokio::test]
async fn one_of_two_processes_wins_each_conditional_write() {
    let (_folder, one, two) = opened_twice().await;
    for round in 0..8 {
        let (state, link) = (format!("state{round}"), invitation(&format!("i{round}"), "acme", "a", round));
        let closed = Closed { at: at(2), why: Closing::Revoked };
        let app = format!("a{round}");
        let save = journal("j", "acme", &app);
        one.put_invitation(&link).await.unwrap();
        one.open_session(&session(&format!("s{round}"), "acme", &state, 1)).await.unwrap();
        let wins = join_all([&one, &two].into_iter().enumerate().map(async |(n, ledger)| {
            [
                consume_at(ledger, &state, at(2)).await.is_ok(),
                ledger.close_invitation(&link.id, closed).await.unwrap(),
                ledger.begin_save(&save).await.unwrap(),
                ledger.acquire_lease(&app, &format!("worker-{n}"), at(0), at(10)).await.unwrap(),
            ]
        }))
        .await;
        for write in 0..4 {
            let winners = wins.iter().filter(|won| won[write]).count();
            assert_eq!(winners, 1, "write {write} of round {round}: {wins:?}");
        }
    }
}

#[tokio::test]
async fn files_contain_neither_state_nor_browser_secret() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
    let mut attempt = session("s1", "acme", "fluctuating-marmalade", 1);
    attempt.browser = Sha256Digest::of("perpendicular-custard");
    ledger.open_session(&attempt).await.unwrap();
    consume_at(&ledger, "fluctuating-marmalade", at(2)).await.unwrap();
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let shows = |text: &str| files.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(
        shows(Sha256Digest::of("fluctuating-marmalade").as_str()),
        "the session is in the files that were searched"
    );
    assert!(!shows("fluctuating-marmalade") && !shows("perpendicular-custard"));
}

#[tokio::test]
async fn expired_sessions_are_deleted() {
    let ledger = SqliteLedger::in_memory().unwrap();
    for (id, seconds) in [("old", 1), ("edge", 2)] {
        ledger.open_session(&session(id, "acme", id, seconds)).await.unwrap();
    }
    let expiry = retention::session_expires_at(&session("old", "acme", "old", 1));
    assert_eq!(ledger.delete_expired(expiry).await.unwrap(), 1);
    assert_eq!(ledger.session(&session_id("old")).await.unwrap(), None);
    assert_eq!(ledger.session_by_state(&Sha256Digest::of("old")).await.unwrap(), None);
    assert!(ledger.session(&session_id("edge")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_deleted_scan_takes_its_results_with_it() {
    let ledger = SqliteLedger::in_memory().unwrap();
    for (id, seconds) in [("old", 1), ("new", 2)] {
        ledger.begin_scan(&scan(id), at(seconds), &[org("acme")]).await.unwrap();
    }
    assert_eq!(ledger.delete_expired(jiff::Timestamp::MAX).await.unwrap(), 1, "the latest scan stays");
    assert_eq!(ledger.scan(&scan("old")).await.unwrap(), None);
    assert!(ledger.scan(&scan("new")).await.unwrap().is_some());
    let count =
        |connection: &mut Connection| connection.query_row("SELECT count(*) FROM scan_org", [], |row| row.get(0));
    let results: i64 = on_connection(&ledger, count).await.unwrap();
    assert_eq!(results, 1);
}

#[tokio::test]
async fn two_sessions_cannot_share_a_state() {
    let ledger = SqliteLedger::in_memory().unwrap();
    ledger.open_session(&session("one", "acme", "state", 1)).await.unwrap();
    let refused = ledger.open_session(&session("two", "acme", "state", 1)).await;
    assert!(matches!(refused, Err(LedgerError::Store { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_failed_removal_keeps_invitations_open() {
    let ledger = SqliteLedger::in_memory().unwrap();
    ledger.put_invitation(&invitation("i1", "acme", "a", 1)).await.unwrap();
    on_connection(&ledger, |connection| connection.execute("DROP TABLE org", params![])).await.unwrap();
    assert!(ledger.remove_org(&org("acme")).await.is_err());
    assert_eq!(ledger.invitation(&invitation_id("i1")).await.unwrap().unwrap().closed, None);
}

#[test]
fn lookups_and_deletions_use_an_index() {
    let connection = file::in_memory().unwrap();
    let looked_up = [
        "SELECT record FROM session WHERE state = ?1",
        "UPDATE invitation SET closed = 1 WHERE org = ?1 AND NOT closed",
    ];
    // The statement for scans also finds the latest scan, from the end of an index.
    let [expired @ .., _] = expiry::DELETE_EXPIRED;
    for query in looked_up.into_iter().chain(expired) {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        let plan = plan.join("; ");
        assert!(plan.contains("SEARCH") && !plan.contains("SCAN"), "{query}\n{plan}");
    }
}
