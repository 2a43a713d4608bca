//! Tests the real client against answers recorded by Okta's own projects.
//!
//! The tests run if the folder of recordings is present; otherwise they are listed as ignored.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::process::ExitCode;
use std::time::Duration;

use base64::Engine;
use libtest_mimic::{Arguments, Trial};
use regrant::clock::Clock;
use regrant::domain::assess::assess;
use regrant::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
use regrant::domain::id::AppId;
use regrant::domain::signal::{Provisioning, Signal, SignalKind};
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::domain::text::UntrustedText;
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::{Connection, ConsentLink, OktaCredential, OktaError, OktaOrg, OrgUrl};
use regrant_tests::bench::{Bench, api_token, dawn};
use regrant_tests::recorded::{RawAnswer, RecordedServer, folder, recording};
use secrecy::SecretString;
use serde_json::{Value, json};

const APP: &str = "0oaRecorded1d7";
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials(folder().is_none())).exit_code()
}

fn trials(ignored: bool) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: &str, test: fn() -> Running| {
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(test());
            Ok(())
        };
        trials.push(Trial::test(name, run).with_ignored_flag(ignored));
    };
    add("the_office_365_app_is_not_applicable_with_its_tenant", || Box::pin(office_365_app()));
    add("an_unknown_connection_without_links_is_read", || Box::pin(unknown_connection()));
    add("the_answer_of_2022_without_profile_is_read", || Box::pin(connection_without_profile()));
    add("a_token_connection_follows_its_post_and_activate", || Box::pin(token_connection()));
    add("the_documented_enabled_connection_is_consented_for_all_its_authorize_link", || Box::pin(enabled_oauth2()));
    add("a_page_has_its_next_link_and_drops_other_apps", || Box::pin(page_with_next_link()));
    add("a_next_link_to_another_host_is_refused", || Box::pin(next_link_elsewhere()));
    add("a_bad_cursor_comes_out_as_e0000029", || Box::pin(bad_cursor()));
    add("a_429_waits_for_the_servers_reset_and_a_second", || Box::pin(rate_limited()));
    add("a_404_comes_out_with_its_error_id", || Box::pin(unknown_app()));
    add("features_tell_not_supported_from_not_enabled", || Box::pin(features_errors()));
    add("listed_features_mean_provisioning_is_on", || Box::pin(features_listed()));
    add("a_failed_validation_keeps_its_cause", || Box::pin(failed_validation()));
    add("a_missing_licence_feature_does_not_retire_the_credential", || Box::pin(licence_feature()));
    add("dpop_is_switched_on_and_repeats_with_the_nonce", || Box::pin(dpop()));
    trials
}

type Running = std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// A server for one path, with a bench and an org client for it.
struct Opened {
    server: RecordedServer,
    bench: Bench,
    org: Box<dyn OktaOrg>,
}

async fn open(answers: Vec<(&str, Vec<RawAnswer>)>) -> Opened {
    open_with(answers, &api_token("00-invented-token")).await
}

async fn open_with(answers: Vec<(&str, Vec<RawAnswer>)>, credential: &OktaCredential) -> Opened {
    let server = RecordedServer::start(answers).await;
    let bench = Bench::new(PATIENCE).await;
    let (url, _) = OrgUrl::parse(&server.base_url, LoopbackPolicy::Allow).unwrap();
    let org = bench.ports.okta.open(&url, credential).unwrap();
    Opened { server, bench, org }
}

fn app() -> AppId {
    APP.parse().unwrap()
}

fn connection_path() -> String {
    format!("/api/v1/apps/{APP}/connections/default")
}

fn features_path() -> String {
    format!("/api/v1/apps/{APP}/features")
}

async fn read_connection(answer: RawAnswer) -> Connection {
    open(vec![(&connection_path(), vec![answer])]).await.org.connection(&app()).await.unwrap()
}

async fn office_365_app() {
    let recorded = recording("01-app-office365-get.json", None);
    let id = recorded["response"]["body"]["id"].as_str().unwrap().to_owned();
    let list = RawAnswer::json(&json!([recorded["response"]["body"]]));
    let connection = RawAnswer::recorded(&recording("03-connection-unknown-and-204-activate.json", Some(0)));
    let not_supported = RawAnswer::recorded(&recording("10-errors-400-401.json", Some(0)));
    let answers = [
        ("/api/v1/apps".to_owned(), list),
        (format!("/api/v1/apps/{id}"), RawAnswer::recorded(&recorded)),
        (format!("/api/v1/apps/{id}/connections/default"), connection),
        (format!("/api/v1/apps/{id}/features"), not_supported),
    ];
    let server =
        RecordedServer::start(answers.iter().map(|(path, a)| (path.as_str(), vec![a.clone()])).collect()).await;
    let bench = Bench::new(PATIENCE).await;
    let org = bench.know("00oRecorded", &server.base_url, &api_token("00-invented-token")).await;
    bench.look_at(&org).await;

    let record = bench.ports.ledger.app(&org, &id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(record.standing(), Standing::NotApplicable, "{:?}", record.assessment);
    assert_eq!(record.identity.tenant.as_ref().map(TenantName::as_str), Some("exampletenant"));
    assert_eq!(record.identity.domain.as_ref().map(UntrustedText::raw), Some("example.com"));

    let (url, _) = OrgUrl::parse(&server.base_url, LoopbackPolicy::Allow).unwrap();
    let opened = bench.ports.okta.open(&url, &api_token("00-invented-token")).unwrap();
    let read = opened.app(&id.parse().unwrap()).await.unwrap();
    assert_eq!((read.status, read.features, read.surprises), (AppStatus::Active, vec![], vec![]));
}

async fn unknown_connection() {
    let connection =
        read_connection(RawAnswer::recorded(&recording("03-connection-unknown-and-204-activate.json", Some(0)))).await;
    assert_eq!((connection.auth_scheme, connection.status), (AuthScheme::Unknown, ConnectionStatus::Unknown));
    assert_eq!((connection.authorize, connection.surprises), (ConsentLink::Absent, vec![]));
}

async fn connection_without_profile() {
    let recorded = RawAnswer::recorded(&recording("05-connection-token-disabled-no-profile-2022.json", None));
    let connection = read_connection(recorded).await;
    assert_eq!((connection.auth_scheme, connection.status), (AuthScheme::Token, ConnectionStatus::Disabled));
}

async fn token_connection() {
    for (interaction, status) in
        [(0, ConnectionStatus::Disabled), (2, ConnectionStatus::Enabled), (3, ConnectionStatus::Disabled)]
    {
        let recorded = recording("04-connection-token-post-activate-get.json", Some(interaction));
        let connection = read_connection(RawAnswer::recorded(&recorded)).await;
        assert_eq!((connection.auth_scheme, connection.status), (AuthScheme::Token, status));
    }
}

async fn enabled_oauth2() {
    let documented = recording("06-connection-oauth2-office365-documented.json", None);
    let connection = read_connection(RawAnswer::json(&documented["entries"][0]["response"]["body"])).await;
    assert_eq!(connection.auth_scheme, AuthScheme::Oauth2);
    assert_eq!(connection.status, ConnectionStatus::Enabled);
    let authorize = connection.authorize.offered().unwrap();
    assert_eq!(authorize.host_str(), Some("login.microsoftonline.com"));
    let kinds = [
        SignalKind::AppRead {
            status: AppStatus::Active,
            features: vec!["PUSH_NEW_USERS".to_owned()],
            tenant_type: None,
        },
        SignalKind::ConnectionRead {
            auth_scheme: connection.auth_scheme,
            status: connection.status,
            authorize_offered: true,
        },
    ];
    let signals: Vec<_> = kinds.into_iter().map(|kind| Signal::okta(dawn(), kind)).collect();
    let assessment = assess(&signals);
    assert_eq!((assessment.standing, assessment.verified), (Standing::Consented, false));
}

async fn page_with_next_link() {
    let page = RawAnswer::recorded(&recording("02-apps-list-page-and-bad-cursor.json", Some(0)))
        .with_host("https://dev-20982288.okta.com", "{base_url}");
    let opened = open(vec![("/api/v1/apps", vec![page])]).await;
    let page = opened.org.apps(None).await.unwrap();
    assert!(page.apps.is_empty());
    assert!(page.next.unwrap().query().unwrap().contains("after=0oanwlw0so3WcfOQi5d7"));
}

async fn next_link_elsewhere() {
    let page = RawAnswer::recorded(&recording("02-apps-list-page-and-bad-cursor.json", Some(0)));
    let opened = open(vec![("/api/v1/apps", vec![page])]).await;
    match opened.org.apps(None).await {
        Err(OktaError::LeadsElsewhere { elsewhere, .. }) => assert!(elsewhere.contains("dev-20982288.okta.com")),
        other => panic!("{other:?}"),
    }
    assert_eq!(opened.server.requests().len(), 1);
}

async fn bad_cursor() {
    let answer = RawAnswer::recorded(&recording("02-apps-list-page-and-bad-cursor.json", Some(1)));
    let opened = open(vec![("/api/v1/apps", vec![answer])]).await;
    let error = opened.org.apps(None).await.unwrap_err();
    assert_eq!(error.code(), Some("E0000029"));
    assert!(error.to_string().contains("Invalid cursor."), "{error}");
    assert_eq!(opened.server.requests().len(), 1, "asking again for a bad cursor would not help");
}

async fn rate_limited() {
    let refused = RawAnswer::recorded(&recording("08-error-429-rate-limit.json", Some(1)));
    let after = RawAnswer::recorded(&recording("08-error-429-rate-limit.json", Some(2)));
    let opened = open(vec![(&connection_path(), vec![refused, after])]).await;
    let error = opened.org.connection(&app()).await.unwrap_err();
    assert_eq!(error.code(), Some("E0000007"), "{error}");
    // Recorded at 06:24:57 by the server's own clock, reset at 06:25:05; one second more.
    let waited = opened.bench.clock.now().duration_since(dawn());
    assert_eq!(waited.as_secs(), 9);
    let retry = opened.server.requests()[1].to_lowercase();
    assert!(retry.contains("x-okta-retry-for: d8c32875dfe75dda51a3f0bad9478b90"), "{retry}");
    assert!(retry.contains("x-okta-retry-count: 1"), "{retry}");
}

async fn unknown_app() {
    let answer = RawAnswer::recorded(&recording("09-error-404-app.json", None));
    let opened = open(vec![(&connection_path(), vec![answer])]).await;
    let error = opened.org.connection(&app()).await.unwrap_err();
    assert_eq!(error.code(), Some("E0000007"));
    assert!(error.to_string().contains("oae2Ci4P_qhSZ6kjiRXpxenEA"), "{error}");
    assert!(!error.is_transient() && !error.retires_credential());
}

async fn read_features(answer: RawAnswer) -> Result<Provisioning, OktaError> {
    open(vec![(&features_path(), vec![answer])]).await.org.provisioning(&app()).await
}

async fn features_errors() {
    let not_supported = RawAnswer::recorded(&recording("10-errors-400-401.json", Some(0)));
    assert_eq!(read_features(not_supported).await, Ok(Provisioning::NotSupported));
    let not_enabled = RawAnswer::recorded(&recording("10-errors-400-401.json", Some(1)));
    assert_eq!(read_features(not_enabled).await, Ok(Provisioning::NotEnabled));
}

async fn features_listed() {
    let one = |at| recording("11-features-user-and-inbound.json", Some(at))["response"]["body"].take();
    let list = RawAnswer::json(&Value::Array(vec![one(0), one(1)]));
    assert_eq!(read_features(list).await, Ok(Provisioning::Enabled));
}

async fn failed_validation() {
    let error = read_features(RawAnswer::recorded(&recording("10-errors-400-401.json", Some(2)))).await.unwrap_err();
    assert_eq!(error.code(), Some("E0000001"));
    assert!(error.to_string().contains("you must grant admin consent"), "{error}");
    assert!(error.to_string().contains("oaeppghMX8pSIq3QJQjVcxRkg"), "{error}");
}

async fn licence_feature() {
    let mut recorded = recording("10-errors-400-401.json", Some(3));
    let error = read_features(RawAnswer::recorded(&recorded)).await.unwrap_err();
    assert_eq!(error.code(), Some("E0000015"));
    assert!(!error.retires_credential());
    // The same answer with the documented code of an invalid token.
    recorded["response"]["body"]["errorCode"] = json!("E0000011");
    let error = read_features(RawAnswer::recorded(&recorded)).await.unwrap_err();
    assert!(error.retires_credential());
}

async fn dpop() {
    let token = |at| RawAnswer::recorded(&recording("12-oauth-token-dpop.json", Some(at)));
    let connection = RawAnswer::recorded(&recording("03-connection-unknown-and-204-activate.json", Some(0)));
    let answers = vec![("/oauth2/v1/token", vec![token(0), token(1), token(2)]), (APP_CONNECTION, vec![connection])];
    let opened = open_with(answers, &service_app()).await;
    opened.org.connection(&app()).await.unwrap();

    let requests: Vec<_> = opened.server.requests();
    assert_eq!(requests.len(), 4, "without DPoP, with it, with the nonce, the call");
    assert!(!requests[0].to_lowercase().contains("\r\ndpop:"));
    assert!(requests[1].to_lowercase().contains("\r\ndpop:"));
    assert_eq!(proof(&requests[2])["nonce"], json!("sanitized_dpop_nonce"));
    assert!(requests[3].to_lowercase().contains("\r\nauthorization: dpop "), "{}", requests[3]);
    assert_eq!(proof(&requests[3])["htm"], json!("GET"));
    assert!(proof(&requests[3])["ath"].is_string());
}

const APP_CONNECTION: &str = "/api/v1/apps/0oaRecorded1d7/connections/default";

/// The claims of a request's `DPoP` header.
fn proof(request: &str) -> Value {
    let line = request.lines().find(|line| line.to_lowercase().starts_with("dpop:")).unwrap();
    let claims = line.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

/// A service app with a key made for this run.
fn service_app() -> OktaCredential {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let der = base64::engine::general_purpose::STANDARD.encode(key.to_pkcs8v1().unwrap());
    let lines: Vec<_> = der.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    OktaCredential::ServiceApp {
        client_id: "0oaInventedClient".to_owned(),
        key_id: None,
        private_key: SecretString::from(pem),
    }
}
