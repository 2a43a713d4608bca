//! Attacks with the remains of a removed org or registration.

use regrant::domain::cloud::Cloud;
use regrant::domain::id::OrgId;
use regrant::usecases::access::tenants::{OrgOfTenant, StoredTokens, forget_tenant, remove_registration, tenants};
use regrant::usecases::access::{graph, orgs};
use regrant::vault::{SecretName, SecretVersion};
use regrant_tests::consent::ConsentBench;

use super::{TENANT, state};

/// A tenant with stored tokens, after a complete consent.
async fn consented() -> ConsentBench {
    let bench = ConsentBench::new().await;
    bench.walk(&mut bench.browser(), TENANT).await;
    assert!(state(&bench).await.1);
    bench
}

async fn tokens_of_any_version(bench: &ConsentBench, org: &OrgId) -> bool {
    let id = bench.simulation.microsoft.with_tenant("acmelabs.onmicrosoft.com", |tenant| tenant.id.clone()).unwrap();
    let name = SecretName::Graph(org.clone(), id.parse().unwrap());
    let mut found = false;
    for version in [SecretVersion::Pending, SecretVersion::Current, SecretVersion::Previous] {
        found |= bench.ports.vault.get(&name, version).await.unwrap().is_some();
    }
    found
}

#[tokio::test]
async fn administrators_tokens_do_not_outlive_the_org() {
    let bench = consented().await;
    let (org, _) = bench.ids(TENANT).await;
    let removed = orgs::remove(&bench.ports, &org).await.unwrap();
    assert!(!removed.is_empty());
    assert!(!tokens_of_any_version(&bench, &org).await);
}

#[tokio::test]
async fn administrators_tokens_do_not_outlive_the_registration() {
    let bench = consented().await;
    remove_registration(&bench.ports, Cloud::Global).await.unwrap();
    assert!(!tokens_of_any_version(&bench, &bench.ids(TENANT).await.0).await);
}

#[tokio::test]
async fn other_clouds_tokens_stay_when_a_registration_is_removed() {
    let bench = consented().await;
    remove_registration(&bench.ports, Cloud::Dod).await.unwrap();
    assert!(tokens_of_any_version(&bench, &bench.ids(TENANT).await.0).await);
}

#[tokio::test]
async fn forgotten_tokens_are_not_stored_again_by_a_refresh() {
    let bench = consented().await;
    let known = tenants(&bench.ports).await.unwrap();
    let has_tokens = |org: &OrgOfTenant| matches!(org.tokens, StoredTokens::Tokens { .. });
    let tenant = &known.iter().find(|one| one.orgs.iter().any(has_tokens)).unwrap().tenant;
    forget_tenant(&bench.ports, tenant).await.unwrap();
    let (org, _) = bench.ids(TENANT).await;
    assert!(matches!(graph::graph_tokens(&bench.ports, &org, tenant).await, Err(graph::GraphAccessError::NoTokens)));
    assert!(!tokens_of_any_version(&bench, &bench.ids(TENANT).await.0).await);
    let again = tenants(&bench.ports).await.unwrap();
    assert!(!again.iter().any(|one| one.orgs.iter().any(has_tokens)));
}

#[tokio::test]
async fn only_the_installations_own_secrets_remain_after_removal() {
    let bench = consented().await;
    let page = regrant::ledger::PageRequest::first(100);
    for org in bench.ports.ledger.orgs(page).await.unwrap().items {
        orgs::remove(&bench.ports, &org.id).await.unwrap();
    }
    let mut left = bench.secrets();
    left.sort();
    assert_eq!(left, ["entra/global", "keys"]);
    remove_registration(&bench.ports, Cloud::Global).await.unwrap();
    assert_eq!(bench.secrets(), ["keys"]);
}

#[tokio::test]
async fn tokens_of_an_apps_former_tenant_are_deleted_too() {
    let bench = consented().await;
    let (org, app) = bench.ids(TENANT).await;
    let mut record = bench.app(TENANT).await;
    record.consent.verify_tenant(&"99999999-0000-4000-8000-000000000001".parse().unwrap());
    assert!(bench.ports.ledger.record_app(&record, &[]).await.unwrap());
    assert!(tokens_of_any_version(&bench, &org).await, "{app} had them");
    orgs::remove(&bench.ports, &org).await.unwrap();
    assert!(!tokens_of_any_version(&bench, &org).await);
}
