//! Attacks that repeat one request: nothing that a person without a sign-in does may make more than a constant number of
//! records, secrets, calls to vendors, queue messages or emails.

use std::sync::Arc;

use axum::body::Body;
use regrant::usecases::Ports;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench, router};
use regrant_tests::crash_point::{CrashPoint, CrashingLedger, CrashingVault};

use super::{ADMIN, TENANT, sent};

/// How often each request is repeated. Any constant allowance is used up in the first half.
const REPEATS: usize = 40;

/// What an attacker could cause: writes to ledger and vault, and calls to Okta and Microsoft.
#[derive(Debug, PartialEq, Eq)]
struct Caused {
    writes: u64,
    vendor_calls: u64,
}

struct Counted {
    bench: ConsentBench,
    ports: Ports,
    writes: Arc<CrashPoint>,
}

impl Counted {
    async fn new() -> Self {
        let bench = ConsentBench::new().await;
        let writes = CrashPoint::new(None);
        let ports = Ports {
            ledger: Arc::new(CrashingLedger(bench.ports.ledger.clone(), writes.clone())),
            vault: Arc::new(CrashingVault(bench.ports.vault.clone(), writes.clone())),
            ..bench.ports.clone()
        };
        Self { bench, ports, writes }
    }

    fn so_far(&self) -> Caused {
        Caused { writes: self.writes.writes(), vendor_calls: self.bench.simulation.kill_point.calls() }
    }

    /// Repeats requests, each in a new browser or in `browser`, and checks that the second half causes nothing.
    async fn repeat(&self, browser: Option<&Browser>, requests: &[(&str, &str, &str)]) {
        for (method, path, body) in requests {
            let mut at_half = self.so_far();
            for repeat in 0..2 * REPEATS {
                if repeat == REPEATS {
                    at_half = self.so_far();
                }
                let mut browser = browser.cloned().unwrap_or_else(|| Browser::new(router(&self.ports)));
                browser.send(method, path, Body::from((*body).to_owned())).await;
            }
            assert_eq!(self.so_far(), at_half, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn opening_pages_repeatedly_causes_nothing() {
    let counted = Counted::new().await;
    let invitation = counted.bench.invite(TENANT).await;
    let pages = [
        ("GET", invitation.as_str(), ""),
        ("HEAD", &invitation, ""),
        ("GET", "/consent/forged", ""),
        ("GET", "/consent/session/00000000000000000000000000000000", ""),
        ("HEAD", "/consent/session/00000000000000000000000000000000", ""),
        ("GET", "/oauth/failed/session-lost", ""),
        ("HEAD", "/oauth/failed/session-lost", ""),
        ("GET", "/mail/mute/forged", ""),
        ("HEAD", "/mail/mute/forged", ""),
        ("GET", "/mail/request/forged", ""),
        ("HEAD", "/mail/request/forged", ""),
        ("GET", "/unknown", ""),
    ];
    counted.repeat(None, &pages).await;
}

#[tokio::test]
async fn forged_forms_cause_nothing() {
    let counted = Counted::new().await;
    let session = "/consent/session/00000000000000000000000000000000";
    let (okta, finish, handover) =
        (format!("{session}/okta"), format!("{session}/finish"), format!("{session}/handover"));
    let forms = [
        ("POST", "/consent/forged", ""),
        ("POST", okta.as_str(), "token=x"),
        ("POST", &finish, "token=x"),
        ("POST", &handover, "token=x&handover=y"),
        ("POST", "/mail/mute/forged", "List-Unsubscribe=One-Click"),
    ];
    counted.repeat(None, &forms).await;
}

#[tokio::test]
async fn forged_callbacks_cause_nothing() {
    let counted = Counted::new().await;
    let callbacks = [
        ("GET", "/oauth/microsoft/callback?state=x&code=y", ""),
        ("GET", "/oauth/microsoft/gcc-high/callback?state=x&code=y", ""),
        ("GET", "/oauth/microsoft/dod/callback?state=x&error=access_denied", ""),
        ("GET", "/oauth/microsoft/21vianet/callback", ""),
    ];
    counted.repeat(None, &callbacks).await;
}

#[tokio::test]
async fn stolen_state_without_cookie_causes_nothing() {
    let counted = Counted::new().await;
    let (_, back) = sent(&counted.bench).await;
    let path = format!("{}?{}", back.path(), back.query().unwrap());
    counted.repeat(None, &[("GET", &path, "")]).await;
}

#[tokio::test]
async fn replayed_callback_causes_nothing_more() {
    let counted = Counted::new().await;
    let invitation = counted.bench.invite(TENANT).await;
    let mut browser = Browser::new(router(&counted.ports));
    let location = browser.post(&invitation, &[]).await.location_url();
    let back = counted.bench.at_microsoft(&location, ADMIN, Decision::Accept);
    let path = format!("{}?{}", back.path(), back.query().unwrap());
    counted.repeat(Some(&browser), &[("GET", &path, "")]).await;
}

#[tokio::test]
async fn pages_of_a_session_cause_nothing() {
    let counted = Counted::new().await;
    let invitation = counted.bench.invite(TENANT).await;
    let mut browser = Browser::new(router(&counted.ports));
    let session = counted.bench.sign_in(&mut browser, &invitation, ADMIN).await;
    counted.repeat(Some(&browser), &[("GET", &session, ""), ("HEAD", &session, "")]).await;
}

#[tokio::test]
async fn installation_without_registration_never_calls_microsoft() {
    let bench = ConsentBench::without_registration().await;
    let mut browser = bench.browser();
    browser.get("/consent/forged").await;
    browser.post("/consent/forged", &[]).await;
    browser.get("/oauth/microsoft/callback?state=x&code=y").await;
    assert_eq!(bench.simulation.microsoft.count(""), 0);
}
