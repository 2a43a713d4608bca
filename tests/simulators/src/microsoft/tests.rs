//! Checks the members of the simulator's responses, both required and forbidden, against Microsoft's documented shapes.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeSet;
use std::sync::Arc;

use regrant::clock::SimulatedClock;
use serde_json::Value;

use super::{
    FLEET_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, MicrosoftConfig, MicrosoftSimulator, OPERATOR_SECRET, OutageKind,
    REGRANT_CLIENT,
};
use crate::fleet::Fleet;
use crate::wire::CONSENT_CLIENT_ID;

const TENANT: &str = "tenant000000x0";

struct Raw {
    microsoft: MicrosoftSimulator,
    client: reqwest::Client,
}

impl Raw {
    async fn new() -> Self {
        let clock = SimulatedClock::starting_at("2026-11-23T10:00:00.5Z".parse().unwrap());
        let microsoft = MicrosoftSimulator::start(MicrosoftConfig::new(Arc::new(clock))).await.unwrap();
        microsoft.add_fleet(&Fleet { apps_per_org: 1, ..Fleet::new(1, 1) });
        let here = ([127, 0, 0, 1], microsoft.shared.port).into();
        let builder = reqwest::Client::builder().no_proxy();
        let client = builder.resolve("login.localhost", here).resolve("graph.localhost", here).build().unwrap();
        Self { microsoft, client }
    }

    /// A token request: status and body.
    async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/{TENANT}.onmicrosoft.com/oauth2/v2.0/token", self.microsoft.login_url());
        let ours = [("client_id", REGRANT_CLIENT), ("client_secret", OPERATOR_SECRET)];
        let form: Vec<_> = ours.iter().chain(form).collect();
        let response = self.client.post(url).form(&form).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn application_token(&self) -> String {
        let (_, body) = self.token(&APPLICATION).await;
        body["access_token"].as_str().unwrap().to_owned()
    }

    async fn graph(&self, token: &str, path: &str) -> (u16, Value) {
        let url = format!("{}/v1.0{path}", self.microsoft.graph_url());
        let response = self.client.get(url).bearer_auth(token).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

const APPLICATION: [(&str, &str); 2] =
    [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn application_token_response_has_no_scope_or_other_token() {
    let raw = Raw::new().await;
    let (status, body) = raw.token(&APPLICATION).await;
    assert_eq!(status, 200);
    assert_eq!(members(&body), BTreeSet::from(["access_token", "expires_in", "ext_expires_in", "token_type"]));
    for scope in ["https://graph.microsoft.com/Directory.Read.All", "", "a/.default b/.default"] {
        let (status, body) = raw.token(&[APPLICATION[0], ("scope", scope)]).await;
        assert_eq!(
            (status, &body["error"], &body["error_codes"][0]),
            (400, &"invalid_scope".into(), &1_002_012.into())
        );
    }
}

#[tokio::test]
async fn token_errors_have_documented_members_and_codes() {
    let raw = Raw::new().await;
    let usual = ["correlation_id", "error", "error_codes", "error_description", "error_uri", "timestamp", "trace_id"];
    let refresh_token = raw.microsoft.hand_out_refresh_token(TENANT, FLEET_ADMINISTRATOR).unwrap();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    assert!(raw.microsoft.block_people(TENANT));
    let (status, blocked) = raw.token(&refresh).await;
    assert_eq!((status, members(&blocked)), (400, BTreeSet::from(usual)));
    assert!(raw.microsoft.set_access_policy(TENANT, None) && raw.microsoft.withdraw_our_consent(TENANT));
    let (_, withdrawn) = raw.token(&refresh).await;
    assert_eq!((&withdrawn["error"], &withdrawn["suberror"]), (&"invalid_grant".into(), &"consent_required".into()));
    let (status, wrong) = raw.token(&[("grant_type", "refresh_token"), ("refresh_token", "made up")]).await;
    assert_eq!((status, &wrong["error_codes"][0]), (400, &50173.into()));
}

#[tokio::test]
async fn graph_shows_only_selected_members_of_people() {
    let raw = Raw::new().await;
    let token = raw.application_token().await;
    let ada = raw.microsoft.oid(TENANT, FLEET_ADMINISTRATOR).unwrap();
    let (status, user) = raw.graph(&token, &format!("/users/{ada}?$select=id,accountEnabled")).await;
    assert_eq!((status, members(&user)), (200, BTreeSet::from(["@odata.context", "accountEnabled", "id"])));
    let (_, roles) = raw.graph(&token, &format!("/users/{ada}/transitiveMemberOf")).await;
    let kinds: Vec<_> = roles["value"].as_array().unwrap().iter().map(|item| item["@odata.type"].clone()).collect();
    assert_eq!(kinds, ["#microsoft.graph.group", "#microsoft.graph.directoryRole"]);
    assert_eq!(roles["value"][1]["roleTemplateId"], GLOBAL_ADMINISTRATOR);
    for path in ["/users/unknown", "/users/unknown/transitiveMemberOf", "/applications(appId='nothing')"] {
        let (status, body) = raw.graph(&token, path).await;
        assert_eq!((status, &body["error"]["code"]), (404, &"Request_ResourceNotFound".into()), "{path}");
        let inner = BTreeSet::from(["client-request-id", "date", "request-id"]);
        assert_eq!(members(&body["error"]["innerError"]), inner);
    }
    let (status, body) = raw.graph(&token, "/me/transitiveMemberOf").await;
    assert_eq!((status, &body["error"]["code"]), (400, &"BadRequest".into()));
}

#[tokio::test]
async fn registration_shows_credentials_without_secret_values() {
    let raw = Raw::new().await;
    assert!(raw.microsoft.set_our_home(TENANT));
    let token = raw.application_token().await;
    let path = format!("/applications(appId='{REGRANT_CLIENT}')?$select=passwordCredentials,keyCredentials");
    let (status, body) = raw.graph(&token, &path).await;
    assert_eq!(status, 200);
    let secret = ["customKeyIdentifier", "displayName", "endDateTime", "hint", "keyId", "secretText", "startDateTime"];
    assert_eq!(members(&body["passwordCredentials"][0]), BTreeSet::from(secret));
    let key = ["customKeyIdentifier", "displayName", "endDateTime", "key", "keyId", "startDateTime", "type", "usage"];
    assert_eq!(members(&body["keyCredentials"][0]), BTreeSet::from(key));
    assert_eq!(body["passwordCredentials"][0]["endDateTime"], "2027-11-23T10:00:00Z");
    assert!(!body.to_string().contains(OPERATOR_SECRET));
    let lists = ["passwordCredentials", "keyCredentials"].map(|list| body[list].as_array().unwrap().len());
    assert_eq!(lists, [1, 1], "neither lists federated credentials");
}

#[tokio::test]
async fn service_principal_shows_status_and_publisher() {
    let raw = Raw::new().await;
    let token = raw.application_token().await;
    let (_, body) = raw.graph(&token, &format!("/servicePrincipals(appId='{CONSENT_CLIENT_ID}')")).await;
    assert_eq!((&body["accountEnabled"], &body["disabledByMicrosoftStatus"]), (&true.into(), &Value::Null));
    let publisher = &body["verifiedPublisher"];
    assert_eq!(members(publisher), BTreeSet::from(["addedDateTime", "displayName", "verifiedPublisherId"]));
    assert!(publisher["verifiedPublisherId"].is_string() && body["appOwnerOrganizationId"].is_string(), "{body}");
}

#[tokio::test]
async fn outage_answers_match_each_service_with_retry_after() {
    let raw = Raw::new().await;
    let token = raw.application_token().await;
    assert!(raw.microsoft.start_outage(TENANT, OutageKind::Throttled, jiff::SignedDuration::from_secs(90)));
    let url = format!("{}/v1.0/organization", raw.microsoft.graph_url());
    let throttled = raw.client.get(url).bearer_auth(&token).send().await.unwrap();
    assert_eq!((throttled.status().as_u16(), throttled.headers()["retry-after"].to_str().unwrap()), (429, "90"));
    assert!(raw.microsoft.start_outage(TENANT, OutageKind::Unavailable, jiff::SignedDuration::from_secs(90)));
    let (status, body) = raw.token(&APPLICATION).await;
    assert_eq!((status, &body["error"]), (503, &"temporarily_unavailable".into()));
    let (status, body) = raw.graph(&token, "/organization").await;
    assert_eq!((status, &body["error"]["code"]), (503, &"serviceNotAvailable".into()));
}
