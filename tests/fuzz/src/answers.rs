//! Answers of Okta and Microsoft Graph: the real clients read them from a server on this machine.
//!
//! An input has the form of an HTTP answer: the status, headers, an empty line, the body. It answers every call.

use std::net::Ipv4Addr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use parking_lot::Mutex;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::cloud::Cloud;
use regrant::domain::system_log::LogPosition;
use regrant::domain::tenant::TenantDomain;
use regrant::http::loopback::LoopbackPolicy;
use regrant::microsoft::Microsoft as _;
use regrant::microsoft::client::MicrosoftClient;
use regrant::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use regrant::okta::client::OktaClient;
use regrant::okta::config::OktaConfig;
use regrant::okta::{Okta as _, OktaCredential, OrgUrl};
use regrant::randomness::SeededRandomness;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The most pages of a list that are read: an input can lead back to itself.
const MAX_PAGES: usize = 3;

struct Answering {
    runtime: Runtime,
    answer: Arc<Mutex<Vec<u8>>>,
    okta: OktaClient,
    org: OrgUrl,
    microsoft: MicrosoftClient,
    clock: SimulatedClock,
}

static ANSWERING: LazyLock<Mutex<Answering>> = LazyLock::new(|| {
    let started = start();
    Mutex::new(started.unwrap_or_else(|error| panic!("the answering server did not start: {error}")))
});

fn start() -> Result<Answering, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = Arc::new(Mutex::new(Vec::new()));
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let origin = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let input = answer.clone();
    let router = Router::new().fallback(move || std::future::ready(response(&input.lock())));
    runtime.spawn(async move { axum::serve(listener, router).await });

    let clock = SimulatedClock::starting_at("2026-03-02T09:00:00Z".parse()?);
    let (time, randomness): (Arc<dyn Clock>, _) = (Arc::new(clock.clone()), Arc::new(SeededRandomness::new(1)));
    let once = OktaConfig {
        attempts: 1,
        longest_wait: Duration::ZERO,
        max_body: 64 << 10,
        loopback: LoopbackPolicy::Allow,
        ..OktaConfig::default()
    };
    let okta = OktaClient::new(once, time.clone(), randomness.clone())?;
    let (org, _) = OrgUrl::parse(&origin, LoopbackPolicy::Allow)?;
    let simulator = SimulatedMicrosoft::parse(&format!("{origin},{origin}"), LoopbackPolicy::Allow)?;
    let once = MicrosoftConfig {
        attempts: 1,
        longest_wait: Duration::ZERO,
        max_body: 64 << 10,
        simulator: Some(simulator),
        ..MicrosoftConfig::default()
    };
    let microsoft = MicrosoftClient::new(once, time, randomness)?;
    Ok(Answering { runtime, answer, okta, org, microsoft, clock })
}

/// The answer that the input describes.
fn response(input: &[u8]) -> Response<Body> {
    let end = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    let body = input.get(end + 2..).unwrap_or_default().to_vec();
    let mut lines = input[..end].split(|byte| *byte == b'\n');
    let mut response = Response::new(Body::from(body));
    let status = lines.next().and_then(|line| StatusCode::from_bytes(line.get(..3)?).ok());
    // Informational statuses are no answers.
    *response.status_mut() = status.filter(|status| status.as_u16() >= 200).unwrap_or(StatusCode::OK);
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        // These describe the connection, not the answer.
        let framing = ["content-length", "transfer-encoding", "connection", "upgrade"];
        if let (Ok(name), Ok(value)) = (name, value)
            && !framing.contains(&name.as_str())
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Every reading call of the Okta client.
pub(crate) fn okta(input: &[u8]) {
    let answering = ANSWERING.lock();
    input.clone_into(&mut answering.answer.lock());
    let Answering { runtime, okta, org, clock, .. } = &*answering;
    let credential = OktaCredential::ApiToken { token: SecretString::from("00invented") };
    let Ok(app) = "0oa1acme".parse() else { return };
    runtime.block_on(async {
        let _ = okta.resolve(org).await;
        let Ok(opened) = okta.open(org, &credential) else { return };
        let mut next = None;
        for _ in 0..MAX_PAGES {
            next = opened.apps(next.as_ref()).await.ok().and_then(|page| page.next);
            if next.is_none() {
                break;
            }
        }
        let _ = opened.app(&app).await;
        let _ = opened.connection(&app).await;
        let _ = opened.provisioning(&app).await;
        let _ = opened.count_assignments(&app).await;
        if let Ok(page) = opened.log_events(&LogPosition::Since(clock.now())).await {
            let _ = opened.log_events(&page.next).await;
        }
    });
}

/// Every reading call of the Microsoft Graph client.
pub(crate) fn graph(input: &[u8]) {
    let answering = ANSWERING.lock();
    input.clone_into(&mut answering.answer.lock());
    let Answering { runtime, microsoft, .. } = &*answering;
    let Ok(client) = "11111111-2222-4333-8444-555555555555".parse() else { return };
    let Ok(object) = "66666666-7777-4888-8999-000000000000".parse() else { return };
    let domain = TenantDomain::try_from("contoso.onmicrosoft.com".to_owned());
    runtime.block_on(async {
        if let Ok(domain) = domain {
            let _ = microsoft.tenant(Cloud::Global, &domain).await;
        }
        let graph = microsoft.graph(Cloud::Global, &SecretString::from("invented"));
        let _ = graph.organization().await;
        let _ = graph.my_roles().await;
        let _ = graph.user(&object).await;
        let _ = graph.service_principal(&client).await;
        let _ = graph.grants(&object).await;
        let _ = graph.registration_credentials(&client).await;
        let _ = graph.app_management_policy().await;
    });
}
