//! An org that names another customer's tenant.

use axum::body::Body;
use regrant::domain::signal::SignalKind;
use regrant::domain::tenant::TenantName;
use regrant::embedded::worker::drain_scans;
use regrant::usecases::access::orgs::approve_tenant;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_tests::consent::{ConsentBench, app_of};

use super::ADMIN;

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
