//! The page never claims more than was read: for every stage of a session, and every change in Okta and Microsoft after it,
//! the claims of the rendered page are compared with what the simulators hold.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use regrant::domain::event::EventKind;
use regrant::domain::permission::PermissionCatalogue;
use regrant_simulators::Connection;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench, Seen};

const APP: &str = "acmelabs";
const TENANT: &str = "acmelabs.onmicrosoft.com";
const ADMIN: &str = "ada.administrator";
/// The client id of Okta's application in the simulators.
const OKTA: &str = "11111111-2222-4333-8444-555555555555";

/// How far the session is before something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    SigningIn,
    DeclinedSignIn,
    Verified,
    Opened,
    Claimed,
    ReportedRefusal,
    Accepted,
    AcceptedAndClaimed,
    Pasted,
    PastedWrongCode,
}

/// What happens in Okta or at Microsoft meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    SwitchedOnInConsole,
    SwitchedOff,
    GrantsRevoked,
    OnePermissionRevoked,
    PrincipalDeleted,
}

const CHANGES: [Change; 6] = [
    Change::Nothing,
    Change::SwitchedOnInConsole,
    Change::SwitchedOff,
    Change::GrantsRevoked,
    Change::OnePermissionRevoked,
    Change::PrincipalDeleted,
];

/// What the simulators hold.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
struct Truth {
    connection_on: bool,
    okta_has_consent: bool,
    all_granted: bool,
    signed_in: bool,
    okta: Option<String>,
}

async fn truth(bench: &ConsentBench) -> Truth {
    let (_, app) = bench.ids(APP).await;
    let in_okta = bench.simulation.okta.with_org("acme", |org| org.app(app.as_str()).cloned()).flatten().unwrap();
    let granted: Vec<String> = bench
        .simulation
        .microsoft
        .with_tenant(TENANT, |tenant| {
            let principal = tenant.principal(OKTA);
            principal.map(|it| it.grants.iter().map(|grant| grant.permission.clone()).collect()).unwrap_or_default()
        })
        .unwrap();
    let missing = PermissionCatalogue::default().compare(granted.iter().map(String::as_str)).missing_required;
    let signed_in = |kind: &EventKind| matches!(kind, EventKind::AdministratorVerified { .. });
    Truth {
        connection_on: matches!(in_okta.connection, Connection::OAuth2 { enabled: true, .. }),
        okta_has_consent: in_okta.consented,
        all_granted: missing.is_empty(),
        signed_in: bench.events(APP).await.iter().any(signed_in),
        okta: bench.simulation.okta.snapshot("acme"),
    }
}

/// The state that the page shows for each of the three steps.
fn steps(page: &Seen) -> Vec<String> {
    let list = page.body.split("<ol class=\"steps\"").nth(1).unwrap_or_default().split("</ol>").next().unwrap();
    list.split("class=\"state\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Fails if the page claims something that the simulators contradict.
fn compare(page: &Seen, truth: &Truth, before: Option<&String>, what: &str) {
    let (heading, steps) = (page.heading(), steps(page));
    let says = |text: &str| page.body.contains(text);
    let what = format!("{what}\n{heading:?} {steps:?}\n{truth:?}");
    if says("class=\"verdict good\"") || heading.starts_with("Done") {
        assert!(truth.connection_on, "a finished page without a connection: {what}");
    }
    if heading == "Done, and verified on both sides" || says("Every required permission is granted") {
        assert!(truth.connection_on && truth.all_granted, "{what}");
    }
    if steps.first().is_some_and(|step| step == "done") {
        assert!(truth.signed_in, "{what}");
    }
    if steps.get(1).is_some_and(|step| step == "done") {
        assert!(truth.okta_has_consent || truth.all_granted, "{what}");
    }
    if steps.get(2).is_some_and(|step| step == "done") && says("class=\"verdict good\"") {
        assert!(truth.okta_has_consent, "a text that Okta did not accept: {what}");
    }
    if says("Nothing was changed in Okta.") {
        assert_eq!(truth.okta.as_ref(), before, "{what}");
    }
    if says("Okta accepted the text") {
        assert!(truth.okta_has_consent, "{what}");
    }
}

async fn reach(bench: &ConsentBench, browser: &mut Browser, stage: Stage) -> String {
    let invitation = bench.invite(APP).await;
    let sent = browser.post(&invitation, &[]).await.location_url();
    let id = browser.cookies.keys().next().unwrap().trim_start_matches("__Host-regrant-").to_owned();
    let session = format!("/consent/session/{id}");
    if stage == Stage::SigningIn {
        return session;
    }
    let decision = if stage == Stage::DeclinedSignIn { Decision::Cancel } else { Decision::Accept };
    browser.get_url(&bench.at_microsoft(&sent, ADMIN, decision)).await;
    if matches!(stage, Stage::DeclinedSignIn | Stage::Verified) {
        return session;
    }
    let link = browser.open_consent(&session).await.unwrap();
    let token = browser.form_token(&session).await;
    let accepts = matches!(stage, Stage::Accepted | Stage::AcceptedAndClaimed | Stage::Pasted | Stage::PastedWrongCode);
    let text =
        if accepts { bench.at_okta(&bench.at_microsoft(&link, ADMIN, Decision::Accept)).await } else { String::new() };
    let (action, field) = match stage {
        Stage::Claimed | Stage::AcceptedAndClaimed => ("finish", ("result", "accepted".to_owned())),
        Stage::ReportedRefusal => ("finish", ("result", "refused".to_owned())),
        Stage::Pasted => ("handover", ("handover", text)),
        Stage::PastedWrongCode => ("handover", ("handover", text.replace("?code=", "?code=x"))),
        _ => return session,
    };
    browser.post(&format!("{session}/{action}"), &[("token", &token), (field.0, &field.1)]).await;
    session
}

async fn apply(bench: &ConsentBench, change: Change) {
    let (_, app) = bench.ids(APP).await;
    let switch = |on: bool| {
        bench.simulation.okta.with_org("acme", |org| {
            let app = org.app_mut(app.as_str()).unwrap();
            app.consented |= on;
            app.connection = app.connection.switched(on);
        });
    };
    let microsoft = &bench.simulation.microsoft;
    match change {
        Change::Nothing => {}
        Change::SwitchedOnInConsole => switch(true),
        Change::SwitchedOff => switch(false),
        Change::GrantsRevoked => {
            microsoft.revoke_grants(TENANT);
        }
        Change::OnePermissionRevoked => {
            microsoft.revoke_permission(TENANT, "User.ReadWrite.All");
        }
        Change::PrincipalDeleted => {
            microsoft.delete_principal(TENANT);
        }
    }
}

/// The page right after a change, and after Regrant has worked on it.
async fn every_change_after(stage: Stage) {
    for change in CHANGES {
        let bench = ConsentBench::new().await;
        let before = bench.simulation.okta.snapshot("acme");
        let mut browser = bench.browser();
        let session = reach(&bench, &mut browser, stage).await;
        apply(&bench, change).await;
        let changed_by_others = bench.simulation.okta.snapshot("acme");
        let baseline = if change == Change::Nothing { &before } else { &changed_by_others };
        let page = browser.get(&session).await;
        compare(&page, &truth(&bench).await, baseline.as_ref(), &format!("{stage:?}, {change:?}, at once"));
        bench.work().await;
        let page = browser.get(&session).await;
        compare(&page, &truth(&bench).await, baseline.as_ref(), &format!("{stage:?}, {change:?}, afterwards"));
    }
}

#[tokio::test]
async fn signing_in_claims_nothing() {
    every_change_after(Stage::SigningIn).await;
}

#[tokio::test]
async fn declined_sign_in_claims_only_the_refusal() {
    every_change_after(Stage::DeclinedSignIn).await;
}

#[tokio::test]
async fn verified_person_is_the_only_claim_before_consent() {
    every_change_after(Stage::Verified).await;
}

#[tokio::test]
async fn opened_consent_is_not_called_given() {
    every_change_after(Stage::Opened).await;
}

#[tokio::test]
async fn persons_word_is_not_called_given() {
    every_change_after(Stage::Claimed).await;
}

#[tokio::test]
async fn reported_refusal_is_not_called_given() {
    every_change_after(Stage::ReportedRefusal).await;
}

#[tokio::test]
async fn accepted_consent_is_claimed_only_when_read() {
    every_change_after(Stage::Accepted).await;
}

#[tokio::test]
async fn accepted_and_claimed_consent_is_claimed_only_when_read() {
    every_change_after(Stage::AcceptedAndClaimed).await;
}

#[tokio::test]
async fn pasted_text_is_claimed_only_when_accepted() {
    every_change_after(Stage::Pasted).await;
}

#[tokio::test]
async fn rejected_code_is_never_claimed_as_consent() {
    every_change_after(Stage::PastedWrongCode).await;
}
