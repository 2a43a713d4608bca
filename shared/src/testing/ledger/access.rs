//! The access rules.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{CALLERS, at};
use crate::domain::access_policy::{AccessRule, AccessRules, ClaimMatch, Role, Scope};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    written_rules_are_returned(&*make().await).await;
    stale_rules_write_nothing(&*make().await).await;
    one_of_many_concurrent_changes_wins(&*make().await).await;
}

fn rules(value: &str, version: u64) -> AccessRules {
    let customer = "Bücher \"&\" <b>Co</b>".parse().expect("the test's own customer is a name");
    let rule = AccessRule {
        claim: ClaimMatch { claim: "groups".to_owned(), value: value.to_owned() },
        role: Role::Operator,
        scope: Scope::AllBut([customer].into()),
        granted_at: at(1),
        granted_by: None,
    };
    AccessRules { rules: vec![rule], version }
}

async fn read(ledger: &dyn Ledger) -> AccessRules {
    ledger.access_rules().await.expect("the access rules are read")
}

async fn puts(ledger: &dyn Ledger, rules: &AccessRules) -> bool {
    ledger.put_access_rules(rules).await.expect("writing access rules is tried")
}

async fn written_rules_are_returned(ledger: &dyn Ledger) {
    assert_eq!(read(ledger).await, AccessRules::default(), "there are none at first");
    assert!(puts(ledger, &rules("a", 0)).await);
    assert_eq!(read(ledger).await, rules("a", 1));
}

async fn stale_rules_write_nothing(ledger: &dyn Ledger) {
    assert!(!puts(ledger, &rules("a", 1)).await, "no rules have that version");
    assert!(puts(ledger, &rules("a", 0)).await);
    for version in [0, 2, u64::MAX] {
        assert!(!puts(ledger, &rules("b", version)).await, "version {version}");
    }
    assert_eq!(read(ledger).await, rules("a", 1));
    assert!(puts(ledger, &rules("b", 1)).await);
    assert_eq!(read(ledger).await, rules("b", 2));
}

async fn one_of_many_concurrent_changes_wins(ledger: &dyn Ledger) {
    assert!(puts(ledger, &rules("first", 0)).await);
    let tries: Vec<_> = (0..CALLERS).map(|caller| rules(&format!("caller-{caller}"), 1)).collect();
    let written = join_all(tries.iter().map(|rules| puts(ledger, rules))).await;
    assert_eq!(written.into_iter().filter(|won| *won).count(), 1);
    assert_eq!(read(ledger).await.version, 2);
}
