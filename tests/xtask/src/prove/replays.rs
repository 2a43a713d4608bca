//! Sends a thousand concurrent replays of one valid callback, hand-overs of one code, and refreshes of one tenant's token.

use regrant::embedded::worker::drain_saves;
use std::sync::Arc;

use jiff::SignedDuration;
use regrant::domain::event::EventKind;
use regrant::domain::id::OrgId;
use regrant::domain::tenant::TenantId;
use regrant::ledger::PageRequest;
use regrant::microsoft::{GraphTokens, MfaEvidence};
use regrant::usecases::Ports;
use regrant::usecases::access::graph::graph_tokens;
use regrant::usecases::consent::invite::invite;
use regrant::vault::{SecretName, SecretVersion};
use regrant_simulators::microsoft::Decision;
use regrant_tests::accelerated_clock::AcceleratedClock;
use regrant_tests::consent::{Browser, Simulation, add_and_scan_demo_orgs, app_of, register, registration, router};
use regrant_tests::crash_point::{CrashPoint, CrashingVault};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::task::JoinSet;
use url::Url;

use super::{Outcome, Report, Size};
use crate::walk::Failure;

pub(crate) const NAME: &str = "replays";

const TENANT: &str = "acmelabs";
const ORG: &str = "acme";

pub(crate) async fn prove(size: Size) -> Outcome {
    let crowd = if size == Size::Full { 1_000 } else { 100 };
    let clock = Arc::new(AcceleratedClock::ahead_by(SignedDuration::ZERO));
    let simulation = Simulation::new(clock.clone()).await;
    let folder = tempfile::tempdir()?;
    let mut ports = simulation.ports(&folder.path().join("data")).await;
    register(&ports, &registration(MfaEvidence::default())).await;
    add_and_scan_demo_orgs(&simulation, &ports).await;
    let writes = CrashPoint::new(None);
    ports.vault = Arc::new(CrashingVault(ports.vault, writes.clone()));
    let fixture = Fixture { simulation, ports, crowd };

    let (browser, callback) = fixture.sent_to_microsoft().await?;
    let exchanges_before = fixture.token_calls();
    let sessions = fixture.replay(&browser, &callback).await?;
    let exchanges = fixture.token_calls() - exchanges_before;
    let (org, tenant) = fixture.graph().await?;
    let tokens_stored = writes.writes_of(&format!("promote {}", SecretName::Graph(org, tenant).path()));

    let saves = fixture.hand_over_and_save(browser.clone(), &sessions[0]).await?;
    let late = fixture.token_calls();
    fixture.replay(&browser, &callback).await?;
    let late = fixture.token_calls() - late;

    let mut refreshes = Vec::new();
    for _ in 0..2 {
        clock.advance(SignedDuration::from_hours(2));
        refreshes.push(fixture.refresh_at_once().await?);
    }
    let one_session = sessions.iter().all(|session| *session == sessions[0]);
    let fresh = refreshes.iter().all(|refresh| refresh.token_calls == 1 && refresh.different == 1 && refresh.kept);
    Ok(Report::new(
        NAME,
        one_session
            && exchanges == 1
            && tokens_stored == 1
            && (saves.codes, saves.saved) == (1, 1)
            && late == 0
            && fresh,
        [
            ("replays_of_a_callback", json!(crowd)),
            ("exchanges", json!(exchanges)),
            ("tokens_stored", json!(tokens_stored)),
            ("codes_given_to_okta", json!(saves.codes)),
            ("saves_in_the_audit_trail", json!(saves.saved)),
            // Two if a worker saw the grants at Microsoft before Okta had the code: the first one enables nothing.
            ("activations_asked_for", json!(saves.activations)),
            ("exchanges_by_replays_after_the_end", json!(late)),
            ("refreshes_at_once", json!(crowd)),
            ("token_calls_of_a_round", json!(refreshes.iter().map(|refresh| refresh.token_calls).collect::<Vec<_>>())),
            (
                "different_tokens_of_a_round",
                json!(refreshes.iter().map(|refresh| refresh.different).collect::<Vec<_>>()),
            ),
            ("newest_refresh_token_kept", json!(refreshes.iter().all(|refresh| refresh.kept))),
        ],
    ))
}

struct Fixture {
    simulation: Simulation,
    ports: Ports,
    crowd: usize,
}

/// The results of a thousand hand-overs.
struct HandedOver {
    /// Codes that Okta received.
    codes: usize,
    /// Calls to Okta that enable the connection.
    activations: usize,
    /// Saves in the audit trail.
    saved: usize,
}

/// The results of a thousand concurrent token refreshes.
struct Refreshed {
    token_calls: usize,
    different: usize,
    kept: bool,
}

impl Fixture {
    async fn graph(&self) -> Result<(OrgId, TenantId), Failure> {
        let id =
            self.simulation.microsoft.with_tenant(&format!("{TENANT}.onmicrosoft.com"), |tenant| tenant.id.clone());
        Ok((app_of(&self.ports, TENANT).await.0, id.unwrap_or_default().parse()?))
    }

    fn token_calls(&self) -> usize {
        self.simulation.microsoft.count("/oauth2/v2.0/token")
    }

    fn at_microsoft(&self, url: &Url) -> Result<Url, Failure> {
        let upn = format!("ada.administrator@{TENANT}.onmicrosoft.com");
        let answered = self.simulation.microsoft.answer(url, &upn, Decision::Accept);
        answered.ok_or_else(|| "Microsoft did not take the request".into())
    }

    /// A browser with a started sign-in, and its pending callback.
    async fn sent_to_microsoft(&self) -> Result<(Browser, String), Failure> {
        let (org, app) = app_of(&self.ports, TENANT).await;
        let link = invite(&self.ports, &org, &app).await?.link;
        let mut browser = Browser::new(router(&self.ports));
        let back = self.at_microsoft(&browser.post(link.path(), &[]).await.location_url())?;
        Ok((browser, format!("{}?{}", back.path(), back.query().unwrap_or_default())))
    }

    /// Sends the same callback concurrently. Returns each redirect target.
    async fn replay(&self, browser: &Browser, callback: &str) -> Result<Vec<String>, Failure> {
        let mut crowd = JoinSet::new();
        for _ in 0..self.crowd {
            let (mut browser, callback) = (browser.clone(), callback.to_owned());
            crowd.spawn(async move { browser.get(&callback).await.location() });
        }
        let mut led = Vec::new();
        while let Some(one) = crowd.join_next().await {
            led.push(one?);
        }
        Ok(led)
    }

    /// Sends the same hand-over concurrently, with eight queue workers.
    async fn hand_over_and_save(&self, mut browser: Browser, session: &str) -> Result<HandedOver, Failure> {
        let token = browser.form_token(session).await;
        let link = browser.open_consent(session).await.ok_or("the session's page has no consent link")?;
        let back = self.at_microsoft(&link)?;
        let shown = json!({"continue_oauth_flow_url": {"href": back, "method": "POST"}}).to_string();
        let mut crowd = JoinSet::new();
        for _ in 0..self.crowd {
            let (mut browser, shown, token) = (browser.clone(), shown.clone(), token.clone());
            let path = format!("{session}/handover");
            crowd.spawn(async move {
                browser.post(&path, &[("token", &token), ("handover", &shown)]).await;
            });
        }
        for _ in 0..8 {
            let ports = self.ports.clone();
            crowd.spawn(async move {
                // A worker that finds the save leased leaves it to the lease holder.
                for _ in 0..200 {
                    let _ = drain_saves(&ports).await;
                    ports.clock.sleep(std::time::Duration::from_secs(1)).await;
                }
            });
        }
        while let Some(one) = crowd.join_next().await {
            one?;
        }
        let calls = self.simulation.okta.requests(ORG);
        let count = |part: &str| {
            calls.iter().filter(|call| call.method == "POST" && call.path_and_query.contains(part)).count()
        };
        let (org, app) = app_of(&self.ports, TENANT).await;
        let events = self.ports.ledger.events(&org, &app, PageRequest::first(1_000)).await?.items;
        let saved = events.iter().filter(|event| matches!(event.kind, EventKind::Saved { .. })).count();
        Ok(HandedOver { codes: count("/oauth2/callback"), activations: count("/lifecycle/activate"), saved })
    }

    async fn refresh_at_once(&self) -> Result<Refreshed, Failure> {
        let (org, tenant) = self.graph().await?;
        let before = self.token_calls();
        let mut crowd = JoinSet::new();
        for _ in 0..self.crowd {
            let (ports, org, tenant) = (self.ports.clone(), org.clone(), tenant.clone());
            crowd.spawn(async move { graph_tokens(&ports, &org, &tenant).await.map(|tokens| exposed(&tokens)) });
        }
        let mut got = std::collections::BTreeSet::new();
        while let Some(one) = crowd.join_next().await {
            got.insert(one??);
        }
        let secret = self
            .ports
            .vault
            .get(&SecretName::Graph(org, tenant), SecretVersion::Current)
            .await?
            .ok_or("no tokens are kept")?;
        let kept = exposed(&GraphTokens::unseal(&secret)?);
        let newest = self.simulation.microsoft.newest_refresh_token();
        Ok(Refreshed {
            token_calls: self.token_calls() - before,
            different: got.len(),
            kept: got.contains(&kept) && Some(kept.1) == newest,
        })
    }
}

/// The access token and the refresh token.
fn exposed(tokens: &GraphTokens) -> (String, String) {
    let refresh = tokens.refresh_token.as_ref().map(|token| token.expose_secret().to_owned());
    (tokens.access_token.expose_secret().to_owned(), refresh.unwrap_or_default())
}
