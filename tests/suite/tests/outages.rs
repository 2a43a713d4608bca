//! Tests every external call of a consent with every fault: the person sees why, no enabled connection is disabled, and after
//! recovery the same link completes the consent.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::time::Duration;

use regrant::domain::standing::Standing;
use regrant_simulators::{Fault, Times};
use regrant_tests::consent::{ConsentBench, Seen};
use regrant_tests::person::Person;

/// The final page's text for a consent verified on one side only.
const UNPROVEN: &str = "Done in Okta";
/// The org of both apps.
const ORG: &str = "acme";
/// The clients' timeout, short to keep the tests fast.
const PATIENCE: Duration = Duration::from_millis(40);

/// The service whose call fails.
#[derive(Debug, Clone, Copy)]
enum Side {
    Okta,
    Microsoft,
}

/// The result of the consent while the call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    /// It is not completed.
    Waits,
    /// It may be completed: the call took effect, and only its response was modified.
    MayEnd,
    /// It is completed without verification at Microsoft.
    EndsUnproven,
}

fn faults() -> [Fault; 10] {
    [
        Fault::RateLimited,
        Fault::ServerError,
        Fault::EdgeProxyError,
        Fault::Timeout,
        Fault::Reset,
        Fault::Truncated,
        Fault::NotJson,
        Fault::OtherShape,
        Fault::Redirect("https://evil.example/".to_owned()),
        Fault::HugeBody(17 << 20),
    ]
}

/// Tests the tenant of an app that is disabled until the consent, or of one that is always enabled.
async fn is_survived(side: Side, call: &str, tenant: &str, meanwhile: Meanwhile) {
    for fault in faults() {
        let what = format!("{side:?} {call} {fault:?} {tenant}");
        let bench = ConsentBench::impatient(PATIENCE).await;
        let (_, app) = bench.ids(tenant).await;
        let is_on = || {
            let seen =
                bench.simulation.okta.with_org(ORG, |org| format!("{:?}", org.app(app.as_str()).unwrap().connection));
            seen.unwrap().contains("enabled: true")
        };
        let was_on = is_on();
        let mut person = Person::invited(&bench, tenant).await;
        match side {
            Side::Okta => {
                bench.simulation.okta.with_org(ORG, |org| org.faults.on(call, fault.clone(), Times::Always)).unwrap();
            }
            Side::Microsoft => bench.simulation.microsoft.fail(call, fault.clone(), Times::Always),
        }
        let page = person.walk(5).await.unwrap();
        tells_something(&page, &what);
        let ended = page.heading().starts_with("Done");
        match meanwhile {
            Meanwhile::Waits => assert!(!ended, "{what}"),
            Meanwhile::MayEnd => assert!(!ended || is_on(), "{what}"),
            Meanwhile::EndsUnproven => assert_eq!(page.heading(), UNPROVEN, "{what}"),
        }
        assert!(is_on() || !was_on, "{what}: a connection that was on is off");

        bench.simulation.microsoft.heal();
        bench.simulation.okta.with_org(ORG, |org| org.faults.clear()).unwrap();
        // The lease of the failed worker has expired by then.
        bench.clock.advance(Duration::from_mins(6));
        if !ended {
            let page = person.walk(20).await.unwrap();
            assert!(page.heading().starts_with("Done"), "{what}: {} {}", page.heading(), page.body);
        }
        assert!(is_on(), "{what}: the connection is off in the end");
        assert_eq!(bench.app(tenant).await.standing(), Standing::Consented, "{what}");
    }
}

/// A page, or a redirect to one; never a bare error.
fn tells_something(page: &Seen, what: &str) {
    let leads_on = page.status.is_redirection();
    assert!(leads_on || !page.heading().is_empty(), "{what}: {} {}", page.status, page.body);
    for foreign in ["evil.example", "canary", "Our services"] {
        assert!(!page.body.contains(foreign), "{what}: {foreign}");
    }
}

#[tokio::test]
async fn consent_survives_failures_of_tenant_metadata() {
    is_survived(Side::Microsoft, "/openid-configuration", "acmelabs", Meanwhile::Waits).await;
}

#[tokio::test]
async fn consent_survives_failures_of_token_endpoint() {
    is_survived(Side::Microsoft, "/oauth2/v2.0/token", "acmelabs", Meanwhile::Waits).await;
}

#[tokio::test]
async fn consent_survives_failures_of_signing_keys() {
    is_survived(Side::Microsoft, "/discovery/v2.0/keys", "acmelabs", Meanwhile::Waits).await;
}

#[tokio::test]
async fn consent_survives_failures_of_graph_organization() {
    is_survived(Side::Microsoft, "/v1.0/organization", "acmelabs", Meanwhile::Waits).await;
}

#[tokio::test]
async fn consent_survives_failures_of_graph_principal() {
    is_survived(Side::Microsoft, "/v1.0/servicePrincipals", "acmelabs", Meanwhile::EndsUnproven).await;
}

#[tokio::test]
async fn consent_survives_failures_of_graph_grants() {
    is_survived(Side::Microsoft, "/oauth2PermissionGrants", "acmelabs", Meanwhile::EndsUnproven).await;
}

#[tokio::test]
async fn consent_survives_failures_of_okta_connection() {
    is_survived(Side::Okta, "/connections/default", "acme", Meanwhile::Waits).await;
}

#[tokio::test]
async fn consent_survives_failures_of_activation() {
    is_survived(Side::Okta, "/lifecycle/activate", "acmelabs", Meanwhile::MayEnd).await;
}

#[tokio::test]
async fn consent_survives_failures_of_okta_callback() {
    is_survived(Side::Okta, "/oauth2/callback", "acme", Meanwhile::MayEnd).await;
}
