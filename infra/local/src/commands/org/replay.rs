//! `regrant org replay`: serves a recorded file on loopback to the same client, and shows what Regrant makes of it.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use clap::Args;
use regrant::domain::cloud::Cloud;
use regrant::domain::transcript::{Exchange, FORMAT, INVENTED_HOST, Transcript};
use regrant::embedded::Config;
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::OktaCredential;
use regrant::okta::config::OktaConfig;
use regrant::usecases::access::orgs;
use regrant::usecases::scan::start::{Selection, start_scan};
use serde_json::{Value, json};

use crate::commands::apps::{self, View};
use crate::commands::scan::run_to_end;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// The largest file that is read. A visit to ten apps has about 200 kB.
const MAX_BYTES: u64 = 32 << 20;
/// The path that says which org a host belongs to.
const WELL_KNOWN: &str = "/.well-known/okta-organization";

/// `regrant org replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Uses a temporary installation, which is deleted afterwards. Calls nothing but
this machine. Exit codes: 0 no app needs action, 1 an app needs attention, 2
something in the file could not be read.")]
pub struct Replay {
    /// The file that `regrant org record` wrote.
    pub file: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(_: &Global, options: &Replay, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let transcript = read(&options.file)?;
    let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let base_url = format!("http://acme.localhost:{}", listener.local_addr()?.port());
    let answers = Arc::new(Answers { transcript, base_url: base_url.clone() });
    let router = axum::Router::new().fallback(answer).with_state(answers);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let outcome = Box::pin(scan(&base_url, options, terminal)).await;
    serving.abort();
    outcome
}

/// Scans the served org with a temporary installation.
async fn scan(base_url: &str, options: &Replay, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let okta = OktaConfig { loopback: LoopbackPolicy::Allow, attempts: 1, ..OktaConfig::default() };
    let installation = Installation::open_at(&folder.path().join("data"), Config { okta, ..Config::default() }).await?;
    let credential = OktaCredential::ApiToken { token: "00-replayed".to_owned().into() };
    let added = orgs::add(&installation.ports, base_url, Cloud::Global, &credential).await;
    let added = added.context("the recorded answers do not let Regrant add the org")?;
    if let Some(problem) = &added.problem {
        terminal.message(&escaped(problem));
    }
    let started = start_scan(&installation.ports, &Selection::All).await?;
    let scan = run_to_end(&installation, started, 1, false).await?;
    apps::show(&installation, &View::of_orgs(vec![added.profile.id], options.json), Some(scan), terminal).await
}

fn read(path: &Path) -> anyhow::Result<Transcript> {
    let shown = escaped(path.display().to_string());
    let length = std::fs::metadata(path).with_context(|| format!("{shown} could not be read"))?.len();
    ensure!(length <= MAX_BYTES, "{shown} is larger than {MAX_BYTES} bytes, so it is not a transcript");
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown} could not be read"))?;
    let is_not_one = || format!("{shown} is not a file of `regrant org record` ({FORMAT})");
    let transcript: Transcript = serde_json::from_str(&text).with_context(is_not_one)?;
    ensure!(transcript.format == FORMAT, is_not_one());
    Ok(transcript)
}

/// The recorded answers, with the org's own host replaced by this server.
struct Answers {
    transcript: Transcript,
    base_url: String,
}

impl Answers {
    /// The answer to a path: one with the same query parameters apart from times, or else the first one of the path. A later
    /// page has no other answer: the first one would lead to itself.
    fn find(&self, uri: &Uri) -> Option<&Exchange> {
        let wanted = Asked::of(uri.path_and_query()?.as_str());
        let of_path = || self.transcript.exchanges.iter().filter(|it| Asked::of(&it.path).path == wanted.path);
        let same = of_path().find(|it| Asked::of(&it.path) == wanted);
        if wanted.is_later_page() { same } else { same.or_else(|| of_path().next()) }
    }

    fn here(&self, text: &str) -> String {
        text.replace(&format!("https://{INVENTED_HOST}"), &self.base_url)
    }

    fn response(&self, exchange: &Exchange) -> Option<Response> {
        let body = match &exchange.body {
            Value::Null => String::new(),
            body => self.here(&body.to_string()),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(exchange.status).ok()?;
        for (name, value) in &exchange.headers {
            // The recorded times of rate windows and clocks are over.
            if name.starts_with("x-rate-limit")
                || matches!(name.as_str(), "date" | "content-length" | "transfer-encoding")
            {
                continue;
            }
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            response.headers_mut().append(name, HeaderValue::from_str(&self.here(value)).ok()?);
        }
        Some(response)
    }
}

/// What a request asks for.
#[derive(PartialEq, Eq)]
struct Asked {
    path: String,
    parameters: HashMap<String, String>,
}

impl Asked {
    fn of(path_and_query: &str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        let parameters = pairs.filter(|(name, _)| !matches!(name.as_str(), "since" | "limit")).collect();
        Self { path: path.to_owned(), parameters }
    }

    fn is_later_page(&self) -> bool {
        self.parameters.contains_key("after")
    }
}

async fn answer(State(answers): State<Arc<Answers>>, method: Method, uri: Uri) -> Response {
    let recorded = (method == Method::GET).then(|| answers.find(&uri)).flatten();
    if let Some(response) = recorded.and_then(|exchange| answers.response(exchange)) {
        return response;
    }
    let is_later_page = uri.path_and_query().is_some_and(|asked| Asked::of(asked.as_str()).is_later_page());
    // A transcript of single answers lacks what every org has. The System Log always has a later page, which may be empty.
    let (status, body) = match uri.path() {
        WELL_KNOWN => {
            let org =
                json!({ "id": "00oInvented000000000", "_links": { "organization": { "href": answers.base_url } } });
            (StatusCode::OK, org)
        }
        "/api/v1/apps" if !is_later_page => (StatusCode::OK, json!([])),
        "/api/v1/logs" => (StatusCode::OK, json!([])),
        _ => {
            let summary = "Not found: the transcript has no answer to this request";
            (StatusCode::NOT_FOUND, json!({ "errorCode": "E0000007", "errorSummary": summary }))
        }
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_is_found_by_path_and_parameters() {
        let exchange = |path: &str, status| Exchange {
            method: "GET".to_owned(),
            template: String::new(),
            path: path.to_owned(),
            status,
            headers: vec![("link".to_owned(), "<https://acme.okta.com/api/v1/apps?after=1>; rel=\"next\"".to_owned())],
            body: json!({ "href": "https://acme.okta.com/x" }),
        };
        let exchanges = vec![exchange("/a?filter=x&since=1", 200), exchange("/a?after=2", 201)];
        let answers = Answers {
            transcript: Transcript { exchanges, ..Transcript::new("test".to_owned()) },
            base_url: "http://acme.localhost:1".to_owned(),
        };
        let status = |uri: &str| answers.find(&uri.parse().unwrap_or_default()).map(|found| found.status);
        assert_eq!(
            (status("/a?since=7&limit=9&filter=x"), status("/a?after=2"), status("/a"), status("/b")),
            (Some(200), Some(201), Some(200), None)
        );
        assert_eq!(status("/a?after=3"), None, "a page that is missing is not the first one");
        assert_eq!((status("/a?filter=y"), status("/b?after=1")), (Some(200), None));
        let response = answers.find(&Uri::from_static("/a")).and_then(|found| answers.response(found));
        let link = response.and_then(|response| response.headers().get("link").cloned());
        assert_eq!(link, HeaderValue::from_str("<http://acme.localhost:1/api/v1/apps?after=1>; rel=\"next\"").ok());
    }
}
