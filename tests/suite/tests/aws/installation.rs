//! A deployed stack with the views of its operators and email readers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrant::aws::Stack;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::Contacts;
use regrant::domain::id::{AppId, OrgId};
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::access::orgs;
use regrant::usecases::notify::contacts::set_contacts;
use regrant_simulators::hostile_demo_set;
use regrant_tests::accelerated_clock::AcceleratedClock;
use regrant_tests::aws::Account;
use regrant_tests::bench::api_token;
use regrant_tests::consent::{Browser, PUBLIC_URL, Simulation, app_of, grant_operator, register, registration};
use regrant_tests::deployment::Deployment;
use regrant_tests::runtime_api::schedule_event;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The contacts of the org `acme`: two administrators and one Okta operator.
pub(super) const ADA: &str = "ada@contoso.example";
pub(super) const MAX: &str = "max@contoso.example";
pub(super) const BO: &str = "bo@contoso.example";

/// A deployed stack with every demo org, before any scan. Emails are enabled; only `acme` has contacts.
pub(super) struct Installation {
    pub(super) account: Account,
    pub(super) stack: Stack,
    pub(super) simulation: Simulation,
    pub(super) operator: Ports,
    pub(super) deployment: Deployment,
    logs: TempDir,
}

impl Installation {
    pub(super) async fn new(pooled_secrets: u32) -> Self {
        let simulation = Simulation::new(Arc::new(AcceleratedClock::ahead_by(jiff::SignedDuration::ZERO))).await;
        let account = Account::open().await;
        account.verify(&["example.com", "contoso.example"]).await;
        let secrets = SecretsManagerConfig { pooled_secrets, ..SecretsManagerConfig::default() };
        let configuration_set = Some(account.make_configuration_set("regrant-ConfigurationSet").await);
        let stack = Stack { configuration_set, ..account.stack(secrets).await };
        let operator = simulation.ports_over(account.stores("operator", &stack).await);
        grant_operator(&operator).await;
        register(&operator, &registration(MfaEvidence::default())).await;
        for demo in hostile_demo_set() {
            let url = simulation.okta.org_url(demo.name);
            let added = orgs::add(&operator, &url, Cloud::Global, &api_token(demo.token)).await.unwrap();
            if demo.name == "acme" {
                assert!(set_contacts(&operator, &added.profile.id, contacts()).await.unwrap());
            }
        }
        let logs = tempfile::tempdir().unwrap();
        let deployment = Deployment::start(&account, &stack, &simulation, logs.path()).await;
        Self { account, stack, simulation, operator, deployment, logs }
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(self.deployment.router())
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Body::empty()).await
    }

    pub(super) async fn post(&self, path: &str) -> Value {
        self.ask("POST", path, Body::empty()).await
    }

    /// The response to an operator's request; null without a body.
    pub(super) async fn ask(&self, method: &str, path: &str, body: Body) -> Value {
        let seen = self.browser().send(method, path, body).await;
        assert!(seen.status.is_success(), "{method} {path}: {} {}", seen.status, seen.body);
        if seen.status == StatusCode::NO_CONTENT {
            return Value::Null;
        }
        serde_json::from_str(&seen.body).unwrap()
    }

    /// Sends a function an event that is not an HTTP request and checks that it succeeds.
    pub(super) async fn invoke(&self, function: &str, event: Value) -> Value {
        let (fine, answer) = self.deployment.invoke(function, event).await;
        assert!(fine, "{function}: {answer}");
        answer
    }

    /// Processes all queues.
    pub(super) async fn work(&self) {
        self.deployment.deliver_all(&self.account).await;
    }

    /// Runs a scheduled scan, including its notifications.
    pub(super) async fn scan(&self) -> Value {
        let started = self.invoke("discovery", schedule_event()).await;
        let orgs = hostile_demo_set().len() as u64;
        assert_eq!(started["orgs_pending"].as_u64(), Some(orgs), "the schedule only queues: {started}");
        self.work().await;
        self.get(&format!("/v1/scans/{}", started["id"].as_str().unwrap())).await
    }

    pub(super) async fn app(&self, tenant: &str) -> (OrgId, AppId) {
        app_of(&self.operator, tenant).await
    }

    /// The notifications of this kind about an org: recipients and states.
    pub(super) async fn told(&self, org: &OrgId, kind: &str) -> Vec<(String, String)> {
        let notifications = self.get(&format!("/v1/orgs/{org}/notifications")).await;
        let notifications = notifications["notifications"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|notification| notification["kind"] == kind);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut told: Vec<_> = notifications
            .map(|notification| (text(&notification["recipient"]), text(&notification["state"])))
            .collect();
        told.sort();
        told
    }

    /// The emails to a reader, in order and in raw form.
    pub(super) async fn mails_to(&self, reader: &str) -> Vec<Value> {
        let mut mails = self.account.mails().await;
        mails.retain(|mail| mail["to"] == json!([reader]));
        mails
    }

    pub(super) fn log(&self, function: &str) -> String {
        std::fs::read_to_string(self.logs.path().join(function)).unwrap()
    }
}

fn contacts() -> Contacts {
    let people = |people: &[&str]| people.iter().map(|one| one.parse().unwrap()).collect();
    Contacts { administrators: people(&[ADA, MAX]), operators: people(&[BO]), ..Contacts::default() }
}

/// The path of the first link below `place` in an email, in any encoding of its text.
pub(super) fn link(mail: &Value, place: &str) -> String {
    let raw = STANDARD.decode(mail["raw"].as_str().unwrap()).unwrap();
    // Soft line breaks of quoted-printable (RFC 2045 section 6.7).
    let text = String::from_utf8(raw).unwrap().replace("=\r\n", "");
    let (_, after) = text.split_once(&format!("{PUBLIC_URL}{place}")).unwrap();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let token: String = after.chars().take_while(|c| is_of_token(*c)).collect();
    format!("{place}{}", token.trim_end_matches('.'))
}
