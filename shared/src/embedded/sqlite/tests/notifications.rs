//! Notifications, waivers and watches: persistence, concurrent processes and indexes.

use super::consent::opened_twice;
use super::*;
use crate::domain::access_problem::OrgWatch;
use crate::domain::id::RequestId;
use crate::domain::notification::{Notification, NotificationState};
use crate::embedded::sqlite::notifications::{OF_ORG, OPEN};
use crate::ledger::{Notifications, Suppression, Waivers, Watches};
use crate::testing::ledger::{notification, waiver};

#[tokio::test]
async fn notifications_and_mutes_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let first = notification("RG-A", "n1", "acme", 1);
    let address = "Ada@contoso.example".parse().unwrap();
    let suppression = Suppression { at: at(3), reason: "bounced".to_owned() };
    let sent = NotificationState::Sent { at: at(2), carrier_id: "c".to_owned() };
    {
        let ledger = SqliteLedger::open(&file).await.unwrap();
        assert!(ledger.put_notification(&first).await.unwrap());
        assert!(
            ledger
                .update_notification(&Notification { state: sent.clone(), version: 1, ..first.clone() })
                .await
                .unwrap()
        );
        ledger.mute(&first.request, &address, at(3)).await.unwrap();
        ledger.suppress(&address, &suppression).await.unwrap();
        ledger.put_waiver(&waiver("acme", "a")).await.unwrap();
        assert!(ledger.put_org_watch(&OrgWatch::new(org("acme"))).await.unwrap());
    }
    let again = SqliteLedger::open(&file).await.unwrap();
    assert!(!again.put_notification(&first).await.unwrap(), "a restart sends nothing again");
    assert_eq!(again.notifications_of(&first.request).await.unwrap()[0].state, sent);
    assert!(again.is_muted(&first.request, &address).await.unwrap());
    assert_eq!(again.suppression(&address).await.unwrap(), Some(suppression));
    assert_eq!(again.waiver(&org("acme"), &waiver("acme", "a").app).await.unwrap(), Some(waiver("acme", "a")));
    assert!(!again.put_org_watch(&OrgWatch::new(org("acme"))).await.unwrap(), "the watch exists");
}

#[tokio::test]
async fn one_of_two_processes_writes_each_notification() {
    let (_folder, one, two) = opened_twice().await;
    for round in 0..8 {
        let (first, org) = (notification("RG-A", &format!("n{round}"), "acme", 1), org(&format!("org{round}")));
        let wins = join_all([&one, &two].map(async |ledger| {
            let put = ledger.put_notification(&first).await.unwrap();
            let taken = NotificationState::Sending { since: at(1), attempt: 1 };
            let taken = Notification { state: taken, version: 1, ..first.clone() };
            [
                put,
                ledger.update_notification(&taken).await.unwrap(),
                ledger.put_org_watch(&OrgWatch::new(org.clone())).await.unwrap(),
            ]
        }))
        .await;
        for write in 0..3 {
            let winners = wins.iter().filter(|won| won[write]).count();
            assert_eq!(winners, 1, "write {write} of round {round}: {wins:?}");
        }
    }
}

#[tokio::test]
async fn muted_addresses_are_stored_as_digests() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
    let address = "perpendicular@contoso.example".parse().unwrap();
    let request: RequestId = "RG-A".parse().unwrap();
    ledger.mute(&request, &address, at(1)).await.unwrap();
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let shows = |text: &str| files.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(shows(address.digest().as_str()), "the mute is in the files that were searched");
    assert!(!shows("perpendicular"));
}

#[tokio::test]
async fn a_failed_removal_keeps_waivers_and_watches() {
    let ledger = SqliteLedger::in_memory().unwrap();
    let kept = waiver("acme", "a");
    ledger.put_waiver(&kept).await.unwrap();
    assert!(ledger.put_org_watch(&OrgWatch::new(org("acme"))).await.unwrap());
    on_connection(&ledger, |connection| connection.execute("DROP TABLE org", params![])).await.unwrap();
    assert!(ledger.remove_org(&org("acme")).await.is_err());
    assert_eq!(ledger.waiver(&kept.org, &kept.app).await.unwrap().as_ref(), Some(&kept));
    assert!(ledger.org_watch(&kept.org).await.unwrap().is_some());
}

#[test]
fn lists_of_notifications_use_an_index() {
    let connection = file::in_memory().unwrap();
    for (query, index) in [(OPEN, "notification_open"), (OF_ORG, "notification_of_org")] {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        let plan = plan.join("; ");
        assert!(plan.contains("SEARCH") && plan.contains(index), "{query}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{query} is sorted by hand\n{plan}");
    }
}
