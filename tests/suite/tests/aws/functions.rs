//! Tests the functions as real processes, with their stores in the emulator.

use std::time::Duration;

use axum::body::Body;
use jiff::SignedDuration;
use regrant::domain::contact::Audience;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::notification::{About, Draft, Recipient};
use regrant::domain::save::SaveJournal;
use regrant::domain::session::SessionState;
use regrant_simulators::hostile_demo_set;
use regrant_tests::deployment::FUNCTIONS;
use regrant_tests::runtime_api::{bounce_event, log_stream_event, schedule_event};
use serde_json::{Value, json};
use url::Url;

use crate::installation::{ADA, BO, Installation, MAX, link};
use crate::{console, grants};

fn told(people: &[(&str, &str)]) -> Vec<(String, String)> {
    people.iter().map(|(who, state)| ((*who).to_owned(), (*state).to_owned())).collect()
}

async fn from_a_scan_to_the_proof(installation: &Installation) {
    let scan = installation.scan().await;
    assert_eq!((&scan["orgs_pending"], &scan["orgs_not_seen"]), (&json!(0), &json!([])), "{scan}");

    let (org, app) = installation.app("acmelabs").await;
    let path = format!("/v1/apps/{org}/{app}");
    assert_eq!(installation.get(&path).await["app"]["standing"], "needs-consent");
    // Everyone who can consent received the same link.
    let both = told(&[(ADA, "sent"), (MAX, "sent")]);
    assert_eq!(installation.told(&org, "invitation").await, both);
    let invitation = link(&installation.mails_to(ADA).await[0], "/consent/");
    assert_eq!(invitation, link(&installation.mails_to(MAX).await[0], "/consent/"));

    let mut browser = installation.browser();
    let session = installation.simulation.consent(&mut browser, &invitation).await;
    // The save has to refresh the Graph tokens that the sign-in stored.
    installation.simulation.microsoft.revoke_access_tokens("acmelabs.onmicrosoft.com");
    let mut page = browser.get(&session).await;
    for _ in 0..20 {
        if page.body.contains("Done, and verified on both sides") {
            break;
        }
        installation.deployment.deliver().await;
        installation.account.pass_time(Duration::from_secs(6)).await;
        page = browser.get(&session).await;
    }
    assert!(page.body.contains("Done, and verified on both sides"), "{}", page.body);
    let shown = installation.get(&path).await;
    assert_eq!(shown["app"]["standing"], "consented", "{shown}");
    let kinds: Vec<_> = shown["timeline"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert!(kinds.contains(&&json!("found")) && kinds.len() > 3, "{kinds:?}");

    // The completion is sent to the administrators who were asked and to Okta's operators.
    installation.work().await;
    assert_eq!(installation.told(&org, "done").await, told(&[(ADA, "sent"), (BO, "sent"), (MAX, "sent")]));

    // A second scan, with a prematurely expired Graph access token, finds the same standing and sends no email.
    let before = installation.account.mails().await.len();
    installation.simulation.microsoft.revoke_access_tokens("acmelabs.onmicrosoft.com");
    let again = installation.scan().await;
    assert_eq!(again["orgs_not_seen"], json!([]), "{again}");
    let shown = installation.get(&path).await;
    assert_eq!((&shown["app"]["standing"], &shown["app"]["verified"]), (&json!("consented"), &json!(true)), "{shown}");
    assert_eq!(installation.account.mails().await.len(), before);

    grants::every_call_is_granted(&installation.account.calls().await);
    for function in FUNCTIONS {
        let log = installation.log(function);
        assert!(log.contains("\"TRACE\""), "{function} logs everything");
        for secret in installation.simulation.microsoft.secrets().iter().chain(browser.cookies.values()) {
            assert!(!log.contains(secret.as_str()), "{function} logs a secret");
        }
        for demo in hostile_demo_set() {
            assert!(!log.contains(demo.token), "{function} logs a token of Okta's");
        }
        assert!(!log.contains(&invitation), "{function} logs a link");
    }
}

/// Grants that this walk does not need: the password of an org that stores one, and an operator's reminder, which is due
/// only an hour after the last email.
const NOT_EXERCISED: [(&str, &str, &str); 2] = [
    ("console", "sqs:SendMessage", "NotificationQueue"),
    ("consent-url", "secretsmanager:GetSecretValue", "provisioning-admin"),
];

#[tokio::test]
async fn consent_completes_from_scan_to_verification() {
    let installation = Installation::new(0).await;
    from_a_scan_to_the_proof(&installation).await;
    let (org, app) = installation.app("acmelabs").await;
    what_operators_do(&installation, &org, &app).await;
    console::every_page_and_button(&installation, &org, &app).await;
    // A worker stopped before it had recorded the outcome everywhere; the next scheduled scan resumes the save.
    let journal = installation.operator.ledger.save_journal(&org, &app).await.unwrap().unwrap();
    let unsettled = SaveJournal { settled: false, ..journal };
    assert!(installation.operator.ledger.update_save(&unsettled).await.unwrap());
    installation.scan().await;
    // Okta's log stream triggers an early scan.
    let event = log_stream_event("acme", "app.office365.api.error.validate.creds");
    assert_eq!(installation.invoke("discovery", event).await, json!({"orgs": 1}));
    installation.work().await;
    // An unreadable message returns to its queue.
    let stack = &installation.stack;
    for queue in [&stack.scan_queue, &stack.save_queue, &stack.notification_queue] {
        let poison = json!({"QueueUrl": queue, "MessageBody": "no work at all"});
        installation.account.call("sqs", "AmazonSQS.SendMessage", &poison).await;
    }
    installation.deployment.deliver().await;
    let calls = installation.account.calls().await;
    grants::every_call_is_granted(&calls);
    let not_needed: Vec<_> = FUNCTIONS
        .into_iter()
        .flat_map(|function| grants::not_needed(&calls, function).into_iter().map(move |grant| (function, grant)))
        .filter(|(function, grant)| {
            let is_it = |(of, action, part): &(&str, &str, &str)| {
                of == function && grant.action == *action && grant.resource.contains(part)
            };
            !NOT_EXERCISED.iter().any(is_it)
        })
        .collect();
    assert!(not_needed.is_empty(), "{not_needed:#?}");
    what_was_counted(&installation);
}

/// Makes the operators' calls that need the remaining grants.
async fn what_operators_do(installation: &Installation, org: &OrgId, app: &AppId) {
    let path = format!("/v1/apps/{org}/{app}");
    let invited = installation.post(&format!("{path}/invitations")).await;
    let link = Url::parse(invited["link"].as_str().unwrap()).unwrap();
    // The connection is on, so the grants before the new consent are read when Okta's link is opened.
    let mut browser = installation.browser();
    let session = installation.simulation.sign_in(&mut browser, link.path(), "ada.administrator").await;
    assert!(installation.simulation.open_okta(&mut browser, &session).await.is_some());
    let id = session.rsplit('/').next().unwrap().parse().unwrap();
    let SessionState::Consenting { attempt, .. } =
        installation.operator.ledger.session(&id).await.unwrap().unwrap().state
    else {
        unreachable!("the consent was opened")
    };
    assert!(attempt.was_on && attempt.grants_before.is_some());
    installation.get(&format!("{path}/invitations")).await;
    installation.get("/v1/apps?tenant=acmelabs").await;
    installation.get("/v1/apps?standing=broken").await;
    assert_eq!(installation.get(&format!("{path}/failed-work")).await, json!({"failed_work": []}));
    let ends_at = installation.operator.clock.now() + SignedDuration::from_hours(24);
    let waiver = json!({"reason": "the tenant is being merged", "ends_at": ends_at});
    let given = installation.ask("PUT", &format!("{path}/waiver"), Body::from(waiver.to_string())).await;
    assert_eq!(given["reason"], waiver["reason"]);
    assert_eq!(installation.ask("DELETE", &format!("{path}/waiver"), Body::empty()).await, Value::Null);
    let saving = installation.browser().send("POST", &format!("{path}/save"), Body::empty()).await;
    assert_eq!(saving.status, 202, "{}", saving.body);
    installation.work().await;
}

fn what_was_counted(installation: &Installation) {
    let metrics = installation.log("discovery") + &installation.log("save") + &installation.log("notify");
    for metric in ["ScansStarted", "OrgsSeen", "GraphRefreshes", "SavesDone", "NotificationsSent"] {
        assert!(metrics.contains(&format!("\"{metric}\":")), "{metric} is counted");
    }
    let save = installation.log("save");
    let counted = save.lines().find(|line| line.contains("\"SavesDone\":")).unwrap();
    let counted: Value = serde_json::from_str(counted).unwrap();
    let described = &counted["_aws"]["CloudWatchMetrics"][0];
    assert_eq!((&described["Namespace"], &described["Dimensions"]), (&json!("Regrant"), &json!([["Installation"]])));
    assert_eq!((&counted["Installation"], &counted["SavesDone"]), (&json!("regrant-test"), &json!(1)));
    assert!(counted["requestId"].is_string(), "{counted}");
    assert!(save.contains("\"api_request_id\":\"JKJaXmPLvHcESHA=\""), "the log names API Gateway's request");
}

#[tokio::test]
async fn consent_completes_with_pooled_secrets() {
    from_a_scan_to_the_proof(&Installation::new(2).await).await;
}

#[tokio::test]
async fn bounced_address_gets_no_further_email() {
    let installation = Installation::new(0).await;
    installation.scan().await;
    let (org, app) = installation.app("acmelabs").await;
    let mails = installation.mails_to(MAX).await;
    // SES can send a report more than once.
    for _ in 0..2 {
        installation.invoke("notify", bounce_event(&mails[0])).await;
    }
    let shown = installation.get(&format!("/v1/apps/{org}/{app}")).await;
    let signals = shown["app"]["signals"].as_array().unwrap().iter();
    let failed: Vec<_> = signals.filter(|signal| signal["kind"] == "email-failed").collect();
    assert_eq!(failed.len(), 1, "{shown}");
    assert!(failed[0]["what"].as_str().unwrap().contains("user unknown"), "{failed:?}");
    assert!(installation.log("notify").contains("\"EmailsFailed\":"));

    reminded(&installation, &org, &app, MAX).await;
    assert_eq!(installation.told(&org, "reminder").await, told(&[(MAX, "dropped")]));
    assert_eq!(installation.mails_to(MAX).await.len(), 1);
    grants::every_call_is_granted(&installation.account.calls().await);
}

#[tokio::test]
async fn schedule_sends_unqueued_notification_that_reader_can_mute() {
    let installation = Installation::new(0).await;
    installation.scan().await;
    let (org, app) = installation.app("acmelabs").await;
    let before = installation.mails_to(ADA).await.len();
    reminded(&installation, &org, &app, ADA).await;
    assert_eq!(installation.told(&org, "reminder").await, told(&[(ADA, "sent")]));
    let mails = installation.mails_to(ADA).await;
    assert_eq!(mails.len(), before + 1);

    let mute = link(&mails[before], "/mail/mute/");
    let mut program = installation.browser();
    for method in ["GET", "HEAD"] {
        assert!(program.send(method, &mute, Body::empty()).await.status.is_success(), "{method}");
    }
    // A mail client's one-click request has no cookie and no form token (RFC 8058 section 3.1).
    assert!(program.post(&mute, &[("List-Unsubscribe", "One-Click")]).await.status.is_success());
    assert!(!program.post("/mail/mute/forged", &[("List-Unsubscribe", "One-Click")]).await.status.is_success());
    let request = installation.operator.ledger.app(&org, &app).await.unwrap().unwrap().request.unwrap();
    assert!(installation.operator.ledger.is_muted(&request.id, &ADA.parse().unwrap()).await.unwrap());
    assert!(!installation.operator.ledger.is_muted(&request.id, &MAX.parse().unwrap()).await.unwrap());

    // An operator's email links to a read-only page of the request.
    let ended = About::WaiverExpired { ended_at: installation.operator.clock.now() };
    left_lying(&installation, &org, &app, ended, (BO, Audience::OktaOperator)).await;
    let page = link(installation.mails_to(BO).await.last().unwrap(), "/mail/request/");
    let seen = program.get(&page).await;
    assert!(seen.status.is_success() && seen.body.contains(request.id.as_str()), "{}", seen.body);
    assert!(program.send("HEAD", &page, Body::empty()).await.status.is_success());
    assert!(!program.get("/mail/request/forged").await.status.is_success());
    assert!(!program.post(&page, &[]).await.status.is_success());
    assert_eq!(installation.invoke("notify", schedule_event()).await, json!({"queued": 0}));
    grants::every_call_is_granted(&installation.account.calls().await);
}

/// Triggers a reminder to an administrator.
async fn reminded(installation: &Installation, org: &OrgId, app: &AppId, reader: &str) {
    let reader = (reader, Audience::MicrosoftAdministrator);
    left_lying(installation, org, app, About::Reminder { number: 1 }, reader).await;
}

/// Stores a notification without queuing it, as after a crash between both, and runs the schedule.
async fn left_lying(
    installation: &Installation,
    org: &OrgId,
    app: &AppId,
    about: About,
    (reader, audience): (&str, Audience),
) {
    let ledger = &installation.operator.ledger;
    let request = ledger.app(org, app).await.unwrap().unwrap().request.unwrap();
    let now = installation.operator.clock.now();
    let draft = Draft {
        request: request.id,
        org: org.clone(),
        app: Some(app.clone()),
        about,
        recipient: Recipient::Mail { address: reader.parse().unwrap(), audience },
        due_at: now,
    };
    assert!(ledger.put_notification(&draft.into_notification(now)).await.unwrap());
    assert_eq!(installation.invoke("notify", schedule_event()).await, json!({"queued": 1}));
    installation.work().await;
}
