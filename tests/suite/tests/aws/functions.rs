//! The functions as they are deployed: real processes, with everything that they keep in the emulator.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use regrant::aws::Stack;
use regrant::domain::cloud::Cloud;
use regrant::domain::id::{AppId, OrgId};
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::orgs;
use regrant::vault::secrets_manager::SecretsManagerConfig;
use regrant_simulators::demo_set;
use regrant_tests::aws::Account;
use regrant_tests::bench::api_token;
use regrant_tests::consent::{Browser, Stage, app_of, register, registration};
use regrant_tests::deployment::{Deployment, FUNCTIONS};
use regrant_tests::hastened::HastenedClock;
use regrant_tests::runtime_api::schedule_event;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::grants;

/// A deployed stack whose operator has added every org of the demonstration, and nothing has been scanned yet.
struct Installation {
    account: Account,
    stack: Stack,
    stage: Stage,
    operator: Ports,
    deployment: Deployment,
    logs: TempDir,
}

impl Installation {
    async fn new(pooled_secrets: u32) -> Self {
        let stage = Stage::set(Arc::new(HastenedClock::ahead_by(jiff::SignedDuration::ZERO))).await;
        let account = Account::open().await;
        let secrets = SecretsManagerConfig { pooled_secrets, ..SecretsManagerConfig::default() };
        let stack = account.stack(secrets).await;
        let operator = stage.ports_over(account.stores("operator", &stack).await);
        register(&operator, &registration(MfaEvidence::default())).await;
        for demo in demo_set() {
            let url = stage.okta.org_url(demo.name);
            orgs::add(&operator, &url, Cloud::Global, &api_token(demo.token)).await.unwrap();
        }
        let logs = tempfile::tempdir().unwrap();
        let deployment = Deployment::start(&account, &stack, &stage, logs.path()).await;
        Self { account, stack, stage, operator, deployment, logs }
    }

    fn operators_api(&self) -> Browser {
        Browser::new(self.deployment.router())
    }

    async fn get(&self, path: &str) -> Value {
        let seen = self.operators_api().get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
        serde_json::from_str(&seen.body).unwrap()
    }

    async fn post(&self, path: &str) -> Value {
        let seen = self.operators_api().post(path, &[]).await;
        assert!(seen.status.is_success(), "{path}: {}", seen.body);
        serde_json::from_str(&seen.body).unwrap()
    }

    /// A scheduled scan, until every org was looked at.
    async fn scan(&self) -> Value {
        let (fine, started) = self.deployment.invoke("discovery", schedule_event()).await;
        assert!(fine, "{started}");
        let orgs = demo_set().len() as u64;
        assert_eq!(started["orgs_pending"].as_u64(), Some(orgs), "the schedule only queues: {started}");
        self.deployment.deliver_all(&self.account).await;
        self.get(&format!("/v1/scans/{}", started["id"].as_str().unwrap())).await
    }

    async fn app(&self, tenant: &str) -> (OrgId, AppId) {
        app_of(&self.operator, tenant).await
    }

    fn log(&self, function: &str) -> String {
        std::fs::read_to_string(self.logs.path().join(function)).unwrap()
    }
}

async fn from_a_scan_to_the_proof(installation: &Installation) {
    let scan = installation.scan().await;
    assert_eq!((&scan["orgs_pending"], &scan["orgs_not_seen"]), (&json!(0), &json!([])), "{scan}");

    let (org, app) = installation.app("acmelabs").await;
    let path = format!("/v1/apps/{org}/{app}");
    assert_eq!(installation.get(&path).await["app"]["standing"], "needs-consent");
    let invitation = installation.post(&format!("{path}/invitations")).await;
    let link = url::Url::parse(invitation["link"].as_str().unwrap()).unwrap();

    let mut browser = Browser::new(installation.deployment.router());
    let session = installation.stage.consent(&mut browser, link.path()).await;
    let mut page = browser.get(&session).await;
    for _ in 0..20 {
        if page.body.contains("Done, and proven on both sides") {
            break;
        }
        installation.deployment.deliver().await;
        installation.account.pass_time(Duration::from_secs(6)).await;
        page = browser.get(&session).await;
    }
    assert!(page.body.contains("Done, and proven on both sides"), "{}", page.body);
    let shown = installation.get(&path).await;
    assert_eq!(shown["app"]["standing"], "consented", "{shown}");
    let kinds: Vec<_> = shown["timeline"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert!(kinds.contains(&&json!("found")) && kinds.len() > 3, "{kinds:?}");

    // A second scan finds it as the consent left it.
    let again = installation.scan().await;
    assert_eq!(again["orgs_not_seen"], json!([]), "{again}");
    assert_eq!(installation.get(&path).await["app"]["standing"], "consented");

    grants::every_call_is_granted(&installation.account.calls().await);
    for function in FUNCTIONS {
        let log = installation.log(function);
        assert!(log.contains("\"TRACE\""), "{function} logs everything");
        for secret in installation.stage.microsoft.secrets().iter().chain(browser.cookies.values()) {
            assert!(!log.contains(secret.as_str()), "{function} logs a secret");
        }
        for demo in demo_set() {
            assert!(!log.contains(demo.token), "{function} logs a token of Okta's");
        }
    }
}

#[tokio::test]
async fn a_consent_goes_from_a_scan_to_the_proof() {
    let installation = Installation::new(0).await;
    from_a_scan_to_the_proof(&installation).await;
    // What nobody can read goes back to its queue, and an operator lists what was sent: the rest of what is granted.
    for queue in [&installation.stack.scan_queue, &installation.stack.save_queue] {
        let poison = json!({"QueueUrl": queue, "MessageBody": "no work at all"});
        installation.account.call("sqs", "AmazonSQS.SendMessage", &poison).await;
    }
    installation.deployment.deliver().await;
    let (org, app) = installation.app("acmelabs").await;
    installation.get(&format!("/v1/apps/{org}/{app}/invitations")).await;
    let calls = installation.account.calls().await;
    grants::every_call_is_granted(&calls);
    for function in FUNCTIONS {
        assert!(
            grants::not_needed(&calls, function).is_empty(),
            "{function}: {:?}",
            grants::not_needed(&calls, function)
        );
    }
    let metrics = installation.log("discovery") + &installation.log("save");
    for metric in ["ScansStarted", "OrgsSeen", "SavesDone"] {
        assert!(metrics.contains(&format!("\"{metric}\":")), "{metric} is counted");
    }
    let save = installation.log("save");
    let counted = save.lines().find(|line| line.contains("\"SavesDone\":")).unwrap();
    let counted: Value = serde_json::from_str(counted).unwrap();
    let described = &counted["_aws"]["CloudWatchMetrics"][0];
    assert_eq!((&described["Namespace"], &described["Dimensions"]), (&json!("Regrant"), &json!([["Installation"]])));
    assert_eq!((&counted["Installation"], &counted["SavesDone"]), (&json!("regrant-test"), &json!(1)));
    assert!(counted["requestId"].is_string(), "{counted}");
    assert!(save.contains("\"api_request_id\":\"JKJaXmPLvHcESHA=\""), "what is logged names API Gateway's request");
}

#[tokio::test]
async fn the_same_where_orgs_share_secrets() {
    from_a_scan_to_the_proof(&Installation::new(2).await).await;
}
