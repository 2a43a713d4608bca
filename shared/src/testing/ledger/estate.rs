//! The estate's rows and snapshots.

use std::sync::Arc;

use super::{at, org, profile, record};
use crate::domain::access_policy::Scope;
use crate::domain::app::AppRecord;
use crate::domain::customer::CustomerName;
use crate::domain::estate::{EstateRow, EstateSnapshot, StandingCount};
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    rows_are_those_of_the_scope(&*make().await).await;
    latest_snapshots_come_first(&*make().await).await;
}

fn customer(name: &str) -> CustomerName {
    name.parse().expect("the test's own customer is a name")
}

async fn rows_are_those_of_the_scope(ledger: &dyn Ledger) {
    let mut expected = Vec::new();
    for (id, name) in [("acme", Some("Acme")), ("globex", Some("Globex \"&\" Söhne")), ("initech", None)] {
        let profile = OrgProfile { customer: name.map(customer), ..profile(id) };
        ledger.put_org(&profile).await.expect("an org is written");
        let waived = AppRecord { waived_until: Some(at(9)), ..record(id, "a", "Office <365>", Standing::Broken) };
        for app in [waived, record(id, "b", "Office", Standing::Consented)] {
            assert!(ledger.record_app(&app, &[]).await.expect("an app is written"));
            expected.push(EstateRow::new(app, &profile));
        }
    }
    let scopes = [
        Scope::All,
        Scope::none(),
        Scope::Only([customer("Acme"), customer("Void")].into()),
        Scope::AllBut([customer("Acme")].into()),
    ];
    for scope in scopes {
        let mut rows = ledger.estate_rows(&scope).await.expect("the estate is read");
        rows.sort_by(|one, other| (&one.org, &one.app).cmp(&(&other.org, &other.app)));
        let covered = expected.iter().filter(|row| scope.covers(row.customer.as_ref())).cloned();
        assert_eq!(rows, covered.collect::<Vec<_>>(), "{scope}");
    }
    // A different customer takes effect at once.
    ledger.put_org(&OrgProfile { customer: None, ..profile("acme") }).await.expect("an org is written");
    let acmes = ledger.estate_rows(&Scope::Only([customer("Acme")].into())).await.expect("the estate is read");
    assert!(acmes.is_empty(), "{acmes:?}");
    ledger.remove_org(&org("globex")).await.expect("an org is removed");
    assert_eq!(ledger.estate_rows(&Scope::All).await.expect("the estate is read").len(), 4);
}

async fn latest_snapshots_come_first(ledger: &dyn Ledger) {
    let snapshot = |second, apps| EstateSnapshot {
        at: at(second),
        counts: vec![StandingCount { customer: Some(customer("Acme")), standing: Standing::Broken, apps }],
    };
    for (second, apps) in [(2, 2), (1, 1), (3, 3), (3, 4)] {
        ledger.put_estate_snapshot(&snapshot(second, apps)).await.expect("a snapshot is written");
    }
    let latest = ledger.estate_snapshots(2).await.expect("snapshots are read");
    assert_eq!(latest, [snapshot(3, 4), snapshot(2, 2)]);
}
