//! Tests the real client against every transcript in `tests/suite/recorded`, the format of `regrant org record`.
//!
//! Most of them are answers that Okta's own projects recorded or document, scrubbed like any other transcript. Where the
//! originals are present, `UPDATE_TRANSCRIPTS=1` writes them again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use regrant::domain::id::AppId;
use regrant::domain::system_log::LogPosition;
use regrant::domain::transcript::{Exchange, FORMAT, RawAnswer, Scrubber, Transcript};
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::{OktaError, OktaOrg, OrgUrl};
use regrant_tests::bench::{Bench, api_token};
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
