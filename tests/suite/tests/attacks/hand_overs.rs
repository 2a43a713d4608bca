//! Attacks with hand-overs of a different app, org, host or attempt.

use regrant::domain::save::SaveOutcome;
use regrant_tests::consent::{Browser, ConsentBench, Seen};

use super::{ADMIN, TENANT};

/// Whether a page says that the pasted text is not Okta's, and lets the person try again with the text still in the field.
fn is_refused(seen: &Seen, text: &str) -> bool {
    let escaped = text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    seen.status == 422 && seen.body.contains("class=\"errors\" role=\"alert\"") && seen.body.contains(&escaped)
}

/// A browser after consent at Okta's link, with its session and the text of Okta's page.
async fn accepted(bench: &ConsentBench, tenant: &str) -> (Browser, String, String) {
    let invitation = bench.invite(tenant).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    let shown = bench.consent_at_okta(&mut browser, &session).await;
    (browser, session, shown)
}

/// Submits a modified text and checks that nothing was sent to Okta or Microsoft.
async fn is_not_taken(bend: impl Fn(&str) -> String) {
    let bench = ConsentBench::new().await;
    let (mut browser, session, shown) = accepted(&bench, TENANT).await;
    let (before, calls) = (bench.simulation.okta.snapshot("acme"), bench.simulation.kill_point.calls());
    let token = browser.form_token(&session).await;
    let altered = bend(&shown);
    let seen = browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &altered)]).await;
    assert!(is_refused(&seen, &altered), "{}", seen.body);
    assert_eq!((bench.simulation.okta.snapshot("acme"), bench.simulation.kill_point.calls()), (before, calls));
    assert!(browser.get(&session).await.body.contains("name=\"handover\""), "the session goes on");
}

#[tokio::test]
async fn hand_over_of_other_host_is_rejected() {
    is_not_taken(|shown| shown.replace("acme.localhost", "acme.evil.example")).await;
}

#[tokio::test]
async fn hand_over_of_other_org_is_rejected() {
    is_not_taken(|shown| shown.replace("acme.localhost", "contoso.localhost")).await;
}

#[tokio::test]
async fn hand_over_of_other_port_is_rejected() {
    is_not_taken(|shown| shown.replacen("/api/v1", ":1/api/v1", 1)).await;
}

#[tokio::test]
async fn hand_over_of_other_scheme_is_rejected() {
    is_not_taken(|shown| shown.replace("http://", "https://")).await;
}

#[tokio::test]
async fn hand_over_with_user_info_is_rejected() {
    is_not_taken(|shown| shown.replace("http://", "http://acme.localhost@evil.example/")).await;
}

#[tokio::test]
async fn hand_over_of_other_app_is_rejected() {
    is_not_taken(|shown| shown.replace("office365/0oa", "office365/0ob")).await;
}

#[tokio::test]
async fn hand_over_of_other_endpoint_is_rejected() {
    is_not_taken(|shown| shown.replace("/oauth2/callback", "/lifecycle/deactivate")).await;
}

#[tokio::test]
async fn hand_over_with_path_traversal_is_rejected() {
    is_not_taken(|shown| shown.replace("/oauth2/callback", "/oauth2/../../x/oauth2/callback")).await;
}

#[tokio::test]
async fn hand_over_with_other_state_is_rejected() {
    is_not_taken(|shown| shown.replace("state=", "state=x")).await;
}

#[tokio::test]
async fn hand_over_with_two_codes_is_rejected() {
    is_not_taken(|shown| shown.replace("?code=", "?code=a&code=")).await;
}

#[tokio::test]
async fn hand_over_with_error_and_code_is_rejected() {
    is_not_taken(|shown| shown.replace("?code=", "?error=x&code=")).await;
}

#[tokio::test]
async fn unrelated_text_as_hand_over_is_rejected() {
    for text in
        ["", "hello", "{}", "javascript:alert(1)", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"]
    {
        is_not_taken(|_| text.to_owned()).await;
    }
}

#[tokio::test]
async fn oversized_hand_over_is_rejected() {
    let bench = ConsentBench::new().await;
    let (mut browser, session, _) = accepted(&bench, TENANT).await;
    let token = browser.form_token(&session).await;
    let long = "a".repeat(100_000);
    let seen = browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &long)]).await;
    assert!(seen.status.is_client_error());
}

#[tokio::test]
async fn hand_over_of_other_session_is_rejected() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (mut victim, mut attacker) = (bench.browser(), bench.browser());
    let victims = bench.sign_in(&mut victim, &invitation, ADMIN).await;
    let attackers = bench.sign_in(&mut attacker, &invitation, ADMIN).await;
    let shown = bench.consent_at_okta(&mut victim, &victims).await;
    bench.consent_at_okta(&mut attacker, &attackers).await;
    let token = attacker.form_token(&attackers).await;
    let seen = attacker.post(&format!("{attackers}/handover"), &[("token", &token), ("handover", &shown)]).await;
    assert!(is_refused(&seen, &shown), "{}", seen.body);
}

#[tokio::test]
async fn hand_over_before_any_link_is_rejected() {
    let bench = ConsentBench::new().await;
    let (_, _, shown) = accepted(&bench, TENANT).await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    let token = browser.form_token(&session).await;
    let seen = browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    assert_eq!(seen.heading(), "This attempt can't continue");
}

#[tokio::test]
async fn repeated_hand_over_saves_once() {
    let bench = ConsentBench::new().await;
    let (mut browser, session, shown) = accepted(&bench, TENANT).await;
    let token = browser.form_token(&session).await;
    for _ in 0..3 {
        browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    }
    bench.work().await;
    assert_eq!(browser.get(&session).await.heading(), "Done, and verified on both sides");
    let requests = bench.simulation.okta.requests("acme");
    let callbacks = requests.iter().filter(|r| r.method == "POST" && r.path_and_query.contains("/oauth2/callback"));
    assert_eq!(callbacks.count(), 1);
}

#[tokio::test]
async fn code_rejected_by_okta_enables_nothing() {
    let bench = ConsentBench::new().await;
    let (mut browser, session, shown) = accepted(&bench, "globex").await;
    let bent = shown.replace("?code=", "?code=x");
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &bent)]).await;
    bench.work().await;
    assert_eq!(browser.get(&session).await.heading(), "Okta rejected the text", "another try is possible");
    let (org, app) = bench.ids("globex").await;
    let journal = bench.ports.ledger.save_journal(&org, &app).await.unwrap().unwrap();
    assert!(matches!(journal.outcome, Some(SaveOutcome::NotSwitchedOn { .. })), "{journal:?}");
    let on = bench.simulation.okta.with_org("globex", |org| format!("{:?}", org.app(app.as_str()).unwrap().connection));
    assert!(on.unwrap().contains("enabled: false"));
}
