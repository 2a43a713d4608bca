//! Tests the real client against every transcript in `tests/suite/recorded`, the format of `regrant org record`.
//!
//! Most of them are answers that Okta's own projects recorded or document, scrubbed like any other transcript. Where the
//! originals are present, `UPDATE_TRANSCRIPTS=1` writes them again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regrant::domain::cloud::Cloud;
use regrant::domain::id::AppId;
use regrant::domain::system_log::LogPosition;
use regrant::domain::transcript::{Exchange, FORMAT, RawAnswer, Scrubber, Transcript};
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::config::OktaConfig;
use regrant::okta::{OktaError, OktaOrg, OrgUrl};
use regrant::usecases::access::orgs;
use regrant_simulators::{App, Connection, LogEntry, OktaSimulator, Org, SimulatorConfig, TokenPower};
use regrant_tests::bench::{Bench, api_token, simulated_clock};
use regrant_tests::recorded::{self, RecordedServer};
use serde_json::{Value, json};
use url::Url;

const CONNECTION: &str = "https://acme.okta.com/api/v1/apps/0oaDocumentedInSpec1/connections/default";
const FEATURES: &str = "https://acme.okta.com/api/v1/apps/0oaDocumentedInSpec1/features";

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/recorded"))
}

fn transcripts() -> BTreeMap<String, Transcript> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        })
        .collect()
}

/// Calls the method of the client that belongs to an endpoint. `None` if Regrant does not use the endpoint.
async fn read(org: &dyn OktaOrg, exchange: &Exchange) -> Option<Result<String, OktaError>> {
    let app = || exchange.path.split('/').nth(4).and_then(|part| part.split('?').next()?.parse::<AppId>().ok());
    let words = |read: Result<String, OktaError>| Some(read);
    match (exchange.method.as_str(), exchange.template.as_str()) {
        ("GET", "/api/v1/apps") => words(org.apps(None).await.map(|page| format!("{page:?}"))),
        ("GET", "/api/v1/apps/{id}") => words(org.app(&app()?).await.map(|app| format!("{app:?}"))),
        ("GET", "/api/v1/apps/{id}/connections/default") => {
            words(org.connection(&app()?).await.map(|connection| format!("{connection:?}")))
        }
        ("GET", "/api/v1/apps/{id}/features") => words(org.provisioning(&app()?).await.map(|it| format!("{it:?}"))),
        ("GET", "/api/v1/logs") => {
            let from = LogPosition::Since("2026-03-01T00:00:00Z".parse().unwrap());
            words(org.log_events(&from).await.map(|page| format!("{page:?}")))
        }
        _ => None,
    }
}

#[tokio::test]
async fn every_recorded_answer_is_understood() {
    let all = transcripts();
    let mut understood = 0;
    for (name, transcript) in &all {
        assert_eq!(transcript.format, FORMAT, "{name}");
        for exchange in &transcript.exchanges {
            let path = exchange.path.split('?').next().unwrap();
            let headers: Vec<Value> = exchange
                .headers
                .iter()
                .filter(|(header, _)| !header.starts_with("x-rate-limit"))
                .map(|(header, value)| json!([header, value.replace("https://acme.okta.com", "{base_url}")]))
                .collect();
            let response = json!({ "response": {
                "status": exchange.status, "headers": headers, "body": exchange.body,
            } });
            let server = RecordedServer::start(vec![(path, vec![recorded::RawAnswer::recorded(&response)])]).await;
            let bench = Bench::new(Duration::from_secs(5)).await;
            let (url, _) = OrgUrl::parse(&server.base_url, LoopbackPolicy::Allow).unwrap();
            let org = bench.ports.okta.open(&url, &api_token("00-recorded")).unwrap();
            let Some(read) = read(&*org, exchange).await else { continue };
            understood += 1;
            match read {
                Ok(_) => assert!(
                    (200..300).contains(&exchange.status) || exchange.template.ends_with("features"),
                    "{name} {path}"
                ),
                Err(OktaError::Api(error)) => {
                    assert_eq!(error.status, exchange.status, "{name} {path}");
                    assert!(error.code.is_some(), "{name} {path}: {error:?}");
                }
                Err(OktaError::RateLimited { .. }) => assert_eq!(exchange.status, 429, "{name} {path}"),
                Err(error) => panic!("{name} {path}: {error}"),
            }
        }
    }
    assert!(understood >= 10, "{understood} of {}", all.len());
}

/// The original of one answer, as a transcript of it would be recorded.
fn scrubbed(scrubber: &mut Scrubber, entry: &Value) -> Option<Exchange> {
    let response = entry.get("response")?;
    let method = entry.pointer("/request/method").and_then(Value::as_str).unwrap_or("GET");
    let documented = if response["body"].get("errorCode").is_some() { FEATURES } else { CONNECTION };
    let url: Url = entry.pointer("/request/url").and_then(Value::as_str).unwrap_or(documented).parse().ok()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = response["headers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let headers: Vec<(String, String)> = headers.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    let body = if response["body"].is_null() { String::new() } else { response["body"].to_string() };
    let status = u16::try_from(response["status"].as_u64()?).ok()?;
    Some(scrubber.exchange(method, &RawAnswer { url: &url, status, headers: &headers, body: body.as_bytes() }))
}

#[test]
fn transcripts_are_the_scrubbed_originals() {
    let Some(originals) = recorded::folder() else { return };
    let known = transcripts();
    for path in std::fs::read_dir(originals).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let original: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let entries = original.get("entries").unwrap_or(&original);
        let entries = entries.as_array().cloned().unwrap_or_else(|| vec![entries.clone()]);
        let source = entries[0]["source"].as_str().unwrap_or("Okta's documentation").to_owned();
        let mut scrubber = Scrubber::default();
        let mut transcript = Transcript::new(source);
        transcript.exchanges = entries.iter().filter_map(|entry| scrubbed(&mut scrubber, entry)).collect();
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            let text = serde_json::to_string_pretty(&transcript).unwrap() + "\n";
            std::fs::write(folder().join(&name), text).unwrap();
        } else {
            assert_eq!(known.get(&name), Some(&transcript), "{name}: run again with UPDATE_TRANSCRIPTS=1");
        }
    }
}

const TOKEN: &str = "00-invented-token-of-initech";
const USER: &str = "milton.waddams@initech.example";

/// An org whose answers contain a personal or secret value wherever Okta's may.
async fn revealing_org() -> (OktaSimulator, Bench) {
    let clock = simulated_clock();
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await.unwrap();
    let app = |label: &str, tenant: &str, connection| App::office365(label, tenant).provisioned(connection);
    let on = Connection::OAuth2 { enabled: true, authorize: true };
    let mut org = Org::new("initech").with_token(TOKEN, TokenPower::Full);
    for app in [
        app("Milton's Stapler 365 \u{1f4ce}", "initech", on),
        app("Initech Gov", "initechgov", Connection::Unknown),
        App {
            tenant_type: Some("GCC_HIGH".to_owned()),
            ..app("Swingline", "swingline", Connection::Token { enabled: true })
        },
        App::of_kind("initech_custom_saml", "Payroll of Milton", "initech"),
    ] {
        org = org.with_app(app);
    }
    let id = org.apps[0].id.clone();
    simulator.add_org(org);
    let reason = format!("AADSTS50079: svc_OKTA_sync_{id}@initech.onmicrosoft.com, +43 1 555 0123, room 4711");
    for entry in [
        LogEntry::profile_push_failed(&id, USER, &reason)
            .with_debug_data("requestUri", "/admin/initech?token=sEcReTofMilton")
            .with_debug_data("address", "192.0.2.77"),
        LogEntry::provisioning_app_created(&id, "77777777-8888-4777-8666-555555555555"),
        LogEntry::refresh_token_refused(&id, "The refresh token of Milton Waddams is invalid."),
    ] {
        simulator.log("initech", entry).unwrap();
    }
    (simulator, Bench::with(clock, OktaConfig::default()).await)
}

/// Every text in a JSON value.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

/// The parts of a URL that may say whose it is, or else the text itself.
fn parts(text: &str) -> Vec<String> {
    let Ok(url) = Url::parse(text) else { return vec![text.to_owned()] };
    let path = url.path_segments().into_iter().flatten().map(str::to_owned);
    let host = url.host_str().map(str::to_owned).filter(|host| host != "login.microsoftonline.com");
    let values = url.query_pairs().filter(|(name, _)| name != "scope").map(|(_, value)| value.into_owned());
    path.chain(values).chain(host).collect()
}

/// Words of Okta's interface, and values that Regrant itself sent: neither says anything about an org.
fn is_of_the_interface(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        // Also the name of a member.
        "policies",
        "User",
        "AppUser",
        "office365",
        "connections",
        "lifecycle",
        "activate",
        "deactivate",
        "features",
        "common",
        "authorize",
        "oauth2",
        "Microsoft Office 365",
        "AppInstance",
        "SystemPrincipal",
        "organizations",
        "application/json",
    ];
    let is_enum = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let is_event = ["app.", "application.", "system."].iter().any(|family| text.starts_with(family));
    is_enum
        || is_event
        || WORDS.contains(&text)
        || text.parse::<jiff::Timestamp>().is_ok()
        || text.starts_with("name eq ")
}

#[tokio::test]
async fn no_value_of_an_org_is_in_its_transcript() {
    let (simulator, bench) = revealing_org().await;
    let url = simulator.org_url("initech");
    let org = orgs::add(&bench.ports, &url, Cloud::Global, &api_token(TOKEN)).await.unwrap().profile;
    let transcript = orgs::record(&bench.ports, &org.id).await.unwrap();
    let written = serde_json::to_string(&transcript).unwrap();
    let mut kept = BTreeSet::new();
    texts(&serde_json::to_value(&transcript).unwrap(), &mut kept);

    // The same requests once more, without the scrubber.
    let http = reqwest::Client::builder().resolve("initech.localhost", ([127, 0, 0, 1], 0).into()).no_proxy();
    let http = http.build().unwrap();
    let requests: BTreeSet<String> =
        simulator.requests("initech").into_iter().map(|request| request.path_and_query).collect();
    let mut raw = BTreeSet::from([TOKEN, org.id.as_str(), USER].map(str::to_owned));
    for path in requests {
        let url = format!("{}{path}", url.trim_end_matches('/'));
        let response = http.get(&url).header("authorization", format!("SSWS {TOKEN}")).send().await.unwrap();
        raw.extend(response.headers().get("x-okta-request-id").map(|id| id.to_str().unwrap().to_owned()));
        texts(&response.json().await.unwrap(), &mut raw);
    }
    let states = simulator
        .with_org("initech", |org| org.apps.iter().flat_map(|app| app.consent_states.clone()).collect::<Vec<_>>());
    raw.extend(states.unwrap());

    let canaries: BTreeSet<String> =
        raw.iter().flat_map(|text| parts(text)).filter(|part| part.len() >= 4 && !is_of_the_interface(part)).collect();
    assert!(canaries.len() > 60, "{canaries:?}");
    let is_found = |canary: &&String| {
        let escaped = serde_json::to_string(canary).unwrap();
        // A short word may be a part of an invention.
        kept.contains(*canary) || (canary.len() >= 8 && written.contains(escaped.trim_matches('"')))
    };
    let found: Vec<&String> = canaries.iter().filter(is_found).collect();
    assert!(found.is_empty(), "{found:?} in {written}");
    for whose in ["initech", "Initech", "Milton", "waddams", "Stapler", "Swingline", "sEcReT", "192.0.2.77", "555 0123"]
    {
        assert!(!written.contains(whose), "{whose}: {written}");
    }
}
