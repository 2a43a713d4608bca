//! A simulator with one org, a simulated clock and a client that resolves `*.localhost`.

use std::sync::Arc;
use std::time::Duration;

use regrant::clock::SimulatedClock;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use crate::{App, Connection, OktaSimulator, Org, SimulatorConfig, TokenPower};

pub(super) const TOKEN: &str = "00inventedTokenOfAcme";

pub(super) struct Fixture {
    pub(super) okta: OktaSimulator,
    pub(super) clock: SimulatedClock,
    client: reqwest::Client,
}

impl Fixture {
    /// Starts a simulator with this seed and org.
    pub(super) async fn with_seed(seed: u64, org: Org) -> Self {
        let clock = SimulatedClock::starting_at("2026-11-23T10:00:00.5Z".parse().unwrap());
        let config = SimulatorConfig { seed, ..SimulatorConfig::new(Arc::new(clock.clone())) };
        let okta = OktaSimulator::start(config).await.unwrap();
        okta.add_org(org);
        let here = ([127, 0, 0, 1], okta.port()).into();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve("acme.localhost", here)
            .resolve("contoso.localhost", here)
            .resolve("unknown.localhost", here)
            .resolve("org-000007.localhost", here)
            .resolve("org-000100.localhost", here)
            .build()
            .unwrap();
        Self { okta, clock, client }
    }

    pub(super) async fn new(org: Org) -> Self {
        Self::with_seed(7, org).await
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.okta.org_url("acme"))
    }

    /// A request to `acme` with its token.
    pub(super) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, &self.url(path)).header("authorization", format!("SSWS {TOKEN}"))
    }

    /// A request without a credential.
    pub(super) fn bare(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.call(Method::GET, path).send().await.unwrap()
    }

    /// The status and body of a GET request.
    pub(super) async fn read(&self, path: &str) -> (u16, Value) {
        let response = self.get(path).await;
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub(super) fn sleep(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

pub(super) fn acme() -> Org {
    Org::new("acme").with_token(TOKEN, TokenPower::Full)
}

/// The org `acme` with one app, and the app's path.
pub(super) fn acme_with(app: App) -> (Org, String) {
    let path = format!("/api/v1/apps/{}", app.id);
    (acme().with_app(app), path)
}

pub(super) fn provisioned(connection: Connection) -> App {
    App::office365("Microsoft Office 365", "acme").provisioned(connection)
}

/// Checks Okta's error shape and returns the code and the first cause.
pub(super) fn error_of(body: &Value) -> (String, Option<String>) {
    let mut members: Vec<&String> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["errorCauses", "errorCode", "errorId", "errorLink", "errorSummary"]);
    assert_eq!(body["errorLink"], body["errorCode"]);
    let id = body["errorId"].as_str().unwrap();
    assert!(id.starts_with("oae") && id.len() == 25, "{id}");
    let cause = body["errorCauses"][0]["errorSummary"].as_str().map(str::to_owned);
    (body["errorCode"].as_str().unwrap().to_owned(), cause)
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
