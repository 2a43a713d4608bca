//! An org that names another customer's tenant.

use axum::body::Body;
use regrant::domain::grant::GrantsRead;
use regrant::domain::signal::SignalKind;
use regrant::domain::tenant::TenantName;
use regrant::embedded::worker::drain_scans;
use regrant::microsoft::{MfaEvidence, Registration, WatchAccess};
use regrant::usecases::access::graph::{GraphAccessError, read_grants};
use regrant::usecases::access::orgs::approve_tenant;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_tests::consent::{ConsentBench, app_of, register, registration};

use super::ADMIN;

/// Okta's client in the simulators.
const OKTA_CLIENT: &str = "11111111-2222-4333-8444-555555555555";

async fn scan(bench: &ConsentBench) {
    start_scan(&bench.ports, &Selection::All).await.unwrap();
    drain_scans(&bench.ports, 4, || ()).await.unwrap();
}

/// The org `contoso` names the tenant of `acme` in its app's settings, after an administrator was verified for `acme`.
async fn claimed() -> (ConsentBench, String) {
    let bench = ConsentBench::new().await;
    bench.sign_in(&mut bench.browser(), &bench.invite("acme").await, ADMIN).await;
    let (org, app) = app_of(&bench.ports, "contosoemea").await;
    bench.simulation.okta.with_org("contoso", |org| {
        let app = org.app_mut(app.as_str()).unwrap();
        app.tenant = Some("acme".to_owned());
        app.connection = regrant_simulators::Connection::OAuth2 { enabled: true, authorize: true };
    });
    scan(&bench).await;
    (bench, format!("/v1/apps/{org}/{app}"))
}

#[tokio::test]
async fn claimed_tenant_gets_no_invitation() {
    let (bench, path) = claimed().await;
    let seen = bench.browser().send("POST", &format!("{path}/invitations"), Body::empty()).await;
    assert_eq!(seen.status, 409, "{}", seen.body);
    assert!(seen.body.contains("org tenant"), "{}", seen.body);
    bench.invite("acme").await;
}

#[tokio::test]
async fn grants_of_claimed_tenant_are_not_read() {
    let (bench, path) = claimed().await;
    let mut parts = path.rsplit('/');
    let (app, org) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap());
    let record = bench.ports.ledger.app(&org, &app).await.unwrap().unwrap();
    let shows_grants = |kind: &SignalKind| matches!(kind, SignalKind::PermissionGrantsRead { .. });
    assert!(!record.signals.iter().any(|signal| shows_grants(&signal.kind)), "{:?}", record.signals);
    assert!(bench.app("acme").await.signals.iter().any(|signal| shows_grants(&signal.kind)), "the owner's are read");
}

#[tokio::test]
async fn approved_tenant_gets_invitation() {
    let (bench, path) = claimed().await;
    let org = path.split('/').nth(3).unwrap().parse().unwrap();
    approve_tenant(&bench.ports, &org, &TenantName::from("acme".to_owned()), true).await.unwrap();
    let seen = bench.browser().send("POST", &format!("{path}/invitations"), Body::empty()).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
}

#[tokio::test]
async fn changed_tenant_gets_no_invitation() {
    let bench = ConsentBench::new().await;
    bench.sign_in(&mut bench.browser(), &bench.invite("acme").await, ADMIN).await;
    let (org, app) = bench.ids("acme").await;
    bench
        .simulation
        .okta
        .with_org("acme", |org| org.app_mut(app.as_str()).unwrap().tenant = Some("acmeold".to_owned()));
    scan(&bench).await;
    let seen = bench.browser().send("POST", &format!("/v1/apps/{org}/{app}/invitations"), Body::empty()).await;
    assert_eq!(seen.status, 409, "{}", seen.body);
    assert!(seen.body.contains("changed from acme to acmeold"), "{}", seen.body);
}

/// The ids of the org that names another org's tenant, and what it would read the grants with.
async fn read_as_claimant(bench: &ConsentBench, path: &str) -> Result<GrantsRead, GraphAccessError> {
    let org = path.split('/').nth(3).unwrap().parse().unwrap();
    let org = bench.ports.ledger.org(&org).await.unwrap().unwrap();
    let owners = bench.app("acme").await.consent;
    let client = OKTA_CLIENT.parse().unwrap();
    read_grants(&bench.ports, &org, &owners.tenant.unwrap(), &client).await
}

#[tokio::test]
async fn tokens_of_one_org_open_nothing_for_another() {
    let (bench, path) = claimed().await;
    for watch in [WatchAccess::Delegated, WatchAccess::Application] {
        register(&bench.ports, &Registration { watch, ..registration(MfaEvidence::default()) }).await;
        let read = read_as_claimant(&bench, &path).await;
        assert!(matches!(read, Err(GraphAccessError::NoTokens)), "{watch:?} {read:?}");
    }
}

#[tokio::test]
async fn approved_tenant_shares_its_tokens_until_withdrawn() {
    let (bench, path) = claimed().await;
    let org = path.split('/').nth(3).unwrap().parse().unwrap();
    let tenant = TenantName::from("acme".to_owned());
    approve_tenant(&bench.ports, &org, &tenant, true).await.unwrap();
    assert!(read_as_claimant(&bench, &path).await.unwrap().principal.is_some());
    approve_tenant(&bench.ports, &org, &tenant, false).await.unwrap();
    assert!(matches!(read_as_claimant(&bench, &path).await, Err(GraphAccessError::NoTokens)));
}

/// A tenant has several domains. Under a different one, the claim does not look like a claim of the same tenant.
#[tokio::test]
async fn other_domain_of_a_tenant_shows_none_of_its_grants() {
    let bench = ConsentBench::new().await;
    bench.sign_in(&mut bench.browser(), &bench.invite("acme").await, ADMIN).await;
    let (org, app) = app_of(&bench.ports, "contosoemea").await;
    bench.simulation.okta.with_org("contoso", |org| {
        let app = org.app_mut(app.as_str()).unwrap();
        app.tenant = Some("acme.example.com".to_owned());
        app.connection = regrant_simulators::Connection::OAuth2 { enabled: true, authorize: true };
    });
    scan(&bench).await;
    let record = bench.ports.ledger.app(&org, &app).await.unwrap().unwrap();
    assert_eq!(record.identity.tenant.as_ref().map(TenantName::as_str), Some("acme.example.com"));
    let shows_grants = |kind: &SignalKind| matches!(kind, SignalKind::PermissionGrantsRead { .. });
    assert!(!record.signals.iter().any(|signal| shows_grants(&signal.kind)), "{:?}", record.signals);
}
