//! A webhook receiver: records every call, verifies its signature with the library published by Standard Webhooks, and
//! returns configured answers.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use regrant::hooks::{Hook, HookKind};
use regrant::http::loopback::LoopbackPolicy;
use regrant::usecases::notify::hook::add_hook;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

use super::fixture::NotifyFixture;

/// A received call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    signature: String,
    text: String,
}

impl Call {
    /// Its payload.
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Whether it is signed with that hook's secret. Its time is simulated, so the library signs again instead of comparing
    /// the time with today.
    pub(crate) fn is_signed_for(&self, hook: &Hook) -> bool {
        let verifier = Webhook::new(hook.signing_secret.expose_secret()).unwrap();
        verifier.sign(&self.id, self.timestamp, self.text.as_bytes()).unwrap() == self.signature
    }
}

/// A status and a `Location`.
type Prepared = (StatusCode, Option<String>);

#[derive(Clone, Default)]
struct Heard {
    calls: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<VecDeque<Prepared>>>,
}

pub(crate) struct Listener {
    pub(crate) url: String,
    heard: Heard,
}

impl Listener {
    /// Starts it. Answers 200 by default.
    pub(crate) async fn start() -> Self {
        let heard = Heard::default();
        let router = Router::new().fallback(hear).with_state(heard.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, heard }
    }

    /// Sets the status of the next answer.
    pub(crate) fn answer(&self, status: u16) {
        self.heard.answers.lock().push_back((StatusCode::from_u16(status).unwrap(), None));
    }

    /// Redirects the next call.
    pub(crate) fn lead_to(&self, elsewhere: &str) {
        self.heard.answers.lock().push_back((StatusCode::TEMPORARY_REDIRECT, Some(elsewhere.to_owned())));
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.heard.calls.lock().clone()
    }

    /// Has the fixture call it.
    pub(crate) async fn hooked_to(&self, fixture: &NotifyFixture, kind: HookKind) -> Hook {
        let (ports, url) = (&fixture.bench.ports, SecretString::from(self.url.clone()));
        let hook = Hook::new("siem", kind, &url, LoopbackPolicy::Allow, &*ports.randomness).unwrap();
        add_hook(ports, hook.clone()).await.unwrap();
        hook
    }
}

async fn hear(State(heard): State<Heard>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    heard.calls.lock().push(Call {
        path: parts.uri.path().to_owned(),
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
        signature: header("webhook-signature"),
        text,
    });
    let answer = heard.answers.lock().pop_front();
    match answer {
        Some((status, Some(elsewhere))) => (status, [(LOCATION, elsewhere)]).into_response(),
        Some((status, None)) => status.into_response(),
        None => StatusCode::OK.into_response(),
    }
}
