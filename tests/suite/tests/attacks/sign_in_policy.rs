//! Attacks by a person who merely has a link, where no sign-in stands behind it.

use axum::body::Body;
use regrant::domain::cloud::Cloud;
use regrant::domain::event::EventKind;
use regrant::domain::org::SignInPolicy;
use regrant::domain::save::NotDone;
use regrant::usecases::access::orgs::set_sign_in;
use regrant::usecases::access::tenants::remove_registration;
use regrant::vault::SecretName;
use regrant_tests::consent::{Browser, ConsentBench};

use super::TENANT;

const UNAVAILABLE: &str = "No one can sign in here yet";

/// Whether every request to an org was a read.
pub(crate) fn only_read(bench: &ConsentBench, org: &str) -> bool {
    bench.simulation.okta.requests(org).iter().all(|request| request.method == "GET")
}

/// A browser with a session that no one signed in for.
async fn began(bench: &ConsentBench, tenant: &str) -> (Browser, String) {
    let invitation = bench.invite(tenant).await;
    let mut browser = bench.browser();
    let session = browser.post(&invitation, &[]).await.location_url().path().to_owned();
    (browser, session)
}

/// Submits every form of a session, as a person with the link could.
async fn tries_everything(bench: &ConsentBench, browser: &mut Browser, session: &str) {
    let token = browser.form_token(session).await;
    for action in ["okta", "finish", "handover", "okta"] {
        for pause in ["", "agreed"] {
            browser.post(&format!("{session}/{action}"), &[("token", &token), ("pause", pause)]).await;
            bench.work().await;
        }
    }
}

#[tokio::test]
async fn link_opens_nothing_after_registration_is_removed() {
    for tenant in [TENANT, "acme", "contoso", "contosoemea"] {
        let bench = ConsentBench::new().await;
        let invitation = bench.invite(tenant).await;
        remove_registration(&bench.ports, Cloud::Global).await.unwrap();
        let org = if tenant.starts_with("contoso") { "contoso" } else { "acme" };
        let calls = bench.simulation.okta.requests(org).len();
        let mut browser = bench.browser();
        let seen = browser.post(&invitation, &[]).await;
        assert_eq!(seen.heading(), UNAVAILABLE, "{tenant}");
        assert!(browser.cookies.is_empty(), "no session was opened");
        assert_eq!(bench.simulation.okta.requests(org).len(), calls, "{tenant}");
    }
}

#[tokio::test]
async fn invitation_without_registration_is_refused() {
    let bench = ConsentBench::without_registration().await;
    let (org, app) = bench.ids(TENANT).await;
    let seen = bench.browser().send("POST", &format!("/v1/apps/{org}/{app}/invitations"), Body::empty()).await;
    assert_eq!(seen.status, 409, "{}", seen.body);
    assert!(seen.body.contains("regrant entra set") && seen.body.contains("org sign-in"), "{}", seen.body);
}

#[tokio::test]
async fn link_holder_cannot_prepare_connection() {
    let bench = ConsentBench::waiving().await;
    let (org, _) = bench.ids("contoso").await;
    let password = r#"{"username":"admin@contoso.onmicrosoft.com","password":"an-invented-password"}"#;
    let name = SecretName::ProvisioningAdmin(org);
    bench.ports.vault.put_pending(&name, &password.to_owned().into()).await.unwrap();
    bench.ports.vault.promote(&name).await.unwrap();
    let before = bench.simulation.okta.snapshot("contoso");
    let (mut browser, session) = began(&bench, "contoso").await;
    tries_everything(&bench, &mut browser, &session).await;
    assert!(only_read(&bench, "contoso"));
    assert_eq!(bench.simulation.okta.snapshot("contoso"), before);
    let waits = |kind: &EventKind| matches!(kind, EventKind::ConsentNotDone { why: NotDone::AwaitsOperator, .. });
    assert_eq!(bench.events("contoso").await.iter().filter(|kind| waits(kind)).count(), 1);
}

#[tokio::test]
async fn link_holder_cannot_switch_connection_on() {
    let bench = ConsentBench::waiving().await;
    let (mut browser, session) = began(&bench, "contosoemea").await;
    tries_everything(&bench, &mut browser, &session).await;
    assert!(only_read(&bench, "contoso"));
}

#[tokio::test]
async fn link_holders_code_waits_for_operator() {
    let bench = ConsentBench::waiving().await;
    let (mut browser, session) = began(&bench, TENANT).await;
    let shown = bench.consent_at_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    bench.work().await;
    assert!(only_read(&bench, "acme"));
    // A restart does not let it through either.
    regrant::usecases::save::resume::resume_saves(&bench.ports).await.unwrap();
    bench.work().await;
    assert!(only_read(&bench, "acme"));
    let (org, app) = bench.ids(TENANT).await;
    assert_eq!(bench.browser().post(&format!("/v1/apps/{org}/{app}/save"), &[]).await.status, 202);
    bench.work().await;
    assert_eq!(browser.get(&session).await.heading(), "Done in Okta");
}

#[tokio::test]
async fn unused_code_of_link_holder_is_deleted() {
    let bench = ConsentBench::waiving().await;
    let (mut browser, session) = began(&bench, TENANT).await;
    let shown = bench.consent_at_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    let (org, app) = bench.ids(TENANT).await;
    let name = SecretName::HandOver(org, app);
    let is_stored = async || {
        let current = regrant::vault::SecretVersion::Current;
        bench.ports.vault.get(&name, current).await.unwrap().is_some()
    };
    assert!(is_stored().await);
    for _ in 0..70 {
        bench.work_once().await;
        bench.clock.advance(std::time::Duration::from_mins(1));
    }
    assert!(!is_stored().await && only_read(&bench, "acme"));
}

#[tokio::test]
async fn link_of_waived_org_follows_the_stricter_policy() {
    let bench = ConsentBench::waiving().await;
    let invitation = bench.invite(TENANT).await;
    let (org, _) = bench.ids(TENANT).await;
    set_sign_in(&bench.ports, &org, SignInPolicy::Required).await.unwrap();
    let mut browser = bench.browser();
    assert_eq!(browser.post(&invitation, &[]).await.heading(), UNAVAILABLE);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn policy_change_is_in_every_apps_trail() {
    let bench = ConsentBench::new().await;
    let (org, _) = bench.ids(TENANT).await;
    assert!(set_sign_in(&bench.ports, &org, SignInPolicy::Waived).await.unwrap());
    assert!(!set_sign_in(&bench.ports, &org, SignInPolicy::Waived).await.unwrap(), "nothing changed");
    for tenant in [TENANT, "acme"] {
        let changed =
            |kind: &EventKind| matches!(kind, EventKind::SignInPolicyChanged { sign_in: SignInPolicy::Waived });
        assert_eq!(bench.events(tenant).await.iter().filter(|kind| changed(kind)).count(), 1, "{tenant}");
    }
}
