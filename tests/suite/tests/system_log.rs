//! Tests System Log reads with the real client and the simulator: no event is missed or repeated, and every failure is
//! reported and keeps the position.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrant::clock::Clock as _;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::system_log::{LogPosition, Meaning, concerns, meaning};
use regrant::okta::config::OktaConfig;
use regrant::okta::{LogPage, OktaCredential, OktaError, OktaOrg};
use regrant::usecases::access::{okta, orgs};
use regrant_simulators::{AppPlace, Bucket, DpopRule, Fault, LogEntry, OktaSimulator, Org, ServiceApp, Times};
use regrant_tests::bench::{Bench, TOKEN, acme, api_token, one_org};
use secrecy::SecretString;

const CLIENT: &str = "0oaInventedClient";

struct World {
    simulator: OktaSimulator,
    bench: Bench,
    org: OrgId,
    app: AppId,
}

/// One org, `acme`, with one consented app, added with its API token.
async fn world() -> World {
    world_with(|_| (), &api_token(TOKEN), &OktaConfig::default()).await
}

/// The same, with a short client timeout.
async fn world_of(fault: &Fault) -> World {
    let usual = OktaConfig::default();
    let timeout = if *fault == Fault::Timeout { Duration::from_millis(300) } else { usual.timeout };
    world_with(|_| (), &api_token(TOKEN), &OktaConfig { timeout, ..usual }).await
}

async fn world_with(change: impl FnOnce(&mut Org), credential: &OktaCredential, config: &OktaConfig) -> World {
    let mut acme = acme();
    let app = acme.apps[0].id.parse().unwrap();
    change(&mut acme);
    let id = acme.id.clone();
    let (simulator, bench) = one_org(acme, config.clone()).await;
    let org = bench.know(&id, &simulator.org_url("acme"), credential).await;
    World { simulator, bench, org, app }
}

impl World {
    async fn open(&self) -> Box<dyn OktaOrg> {
        let profile = self.bench.ports.ledger.org(&self.org).await.unwrap().unwrap();
        okta::okta_client_for(&self.bench.ports, &profile).await.unwrap()
    }

    async fn read(&self, from: &LogPosition) -> Result<LogPage, OktaError> {
        self.open().await.log_events(from).await
    }

    fn log(&self, entry: LogEntry) -> String {
        self.simulator.log("acme", entry).unwrap()
    }

    fn now(&self) -> LogPosition {
        LogPosition::Since(self.bench.clock.now())
    }

    fn change(&self, change: impl FnOnce(&mut Org)) {
        self.simulator.with_org("acme", change).unwrap();
    }
}

fn ids(page: &LogPage) -> Vec<&str> {
    page.events.iter().map(|event| event.id.as_str()).collect()
}

#[tokio::test]
async fn each_relevant_event_is_read_once() {
    let world = world().await;
    let start = world.now();
    let app = world.app.as_str();
    let refused = world.log(LogEntry::credentials_refused(app));
    world.log(LogEntry::signed_in("ann@acme.example"));
    world.log(LogEntry::profile_pushed(app, "ann@acme.example", true));
    let first = world.read(&start).await.unwrap();
    assert_eq!((ids(&first), first.full, first.surprises.len()), (vec![refused.as_str()], false, 0));
    let kept = serde_json::to_string(&first.next).unwrap();
    world.bench.clock.advance(Duration::from_hours(72));
    let earlier = "2026-03-02T09:00:01Z".parse().unwrap();
    let late = world.log(LogEntry::graph_refused(app).published_at(earlier).with_app_in(AppPlace::DebugData));
    let second = world.read(&serde_json::from_str(&kept).unwrap()).await.unwrap();
    assert_eq!(ids(&second), [late.as_str()]);
    for event in first.events.iter().chain(&second.events) {
        assert!(concerns(event, &world.app) && !concerns(event, &"0oaAnotherInventedApp".parse().unwrap()));
        assert!(matches!(meaning(event), Meaning::CredentialFailure { aadsts: Some(_), .. }), "{event:?}");
    }
    let third = world.read(&second.next).await.unwrap();
    assert!(third.events.is_empty() && matches!(third.next, LogPosition::Next(_)));
}

#[tokio::test]
async fn full_page_may_have_more_events() {
    let world = world().await;
    let start = world.now();
    let written: Vec<String> = (0..1_001).map(|_| world.log(LogEntry::app_updated(world.app.as_str()))).collect();
    let first = world.read(&start).await.unwrap();
    assert!(first.full);
    let second = world.read(&first.next).await.unwrap();
    assert!(!second.full);
    assert_eq!([ids(&first), ids(&second)].concat(), written);
}

#[tokio::test]
async fn temporary_log_failures_are_retried() {
    for fault in [
        Fault::RateLimited,
        Fault::ConcurrencyLimited,
        Fault::ServerError,
        Fault::ReadOnly,
        Fault::EdgeProxyError,
        Fault::Timeout,
        Fault::Reset,
        Fault::Truncated,
    ] {
        let world = world_of(&fault).await;
        let start = world.now();
        let written = world.log(LogEntry::credentials_refused(world.app.as_str()));
        world.change(|org| org.faults.on("/api/v1/logs", fault.clone(), Times::Exactly(2)));
        let page = world.read(&start).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(ids(&page), [written.as_str()], "{fault:?}");
    }
}

#[tokio::test]
async fn permanent_log_failure_keeps_position() {
    for (fault, is_transient) in [
        (Fault::RateLimited, true),
        (Fault::ServerError, true),
        (Fault::EdgeProxyError, true),
        (Fault::Timeout, true),
        (Fault::Reset, true),
        (Fault::Truncated, true),
        (Fault::NotJson, false),
        (Fault::OtherShape, false),
        (Fault::Redirect("https://evil.example/".to_owned()), false),
        (Fault::HugeBody(17 << 20), false),
        (Fault::DeadCredential, false),
    ] {
        let world = world_of(&fault).await;
        let start = world.read(&world.now()).await.unwrap().next;
        let written = world.log(LogEntry::credentials_refused(world.app.as_str()));
        world.change(|org| org.faults.on("/api/v1/logs", fault.clone(), Times::Always));
        let error = world.read(&start).await.unwrap_err();
        assert_eq!(error.is_transient(), is_transient, "{fault:?}: {error}");
        assert!(!error.to_string().contains(TOKEN) && !error.to_string().contains("after="), "{error}");
        world.change(|org| org.faults.clear());
        world.bench.clock.advance(Duration::from_mins(2));
        assert_eq!(ids(&world.read(&start).await.unwrap()), [written.as_str()], "{fault:?}");
    }
}

#[tokio::test]
async fn expired_log_link_restarts_without_loss() {
    let world = world().await;
    let start = world.now();
    let first = world.log(LogEntry::credentials_refused(world.app.as_str()));
    let next = world.read(&start).await.unwrap().next;
    let second = world.log(LogEntry::app_updated(world.app.as_str()));
    world.change(|org| org.log_cursor_age += 1);
    let lost = world.read(&next).await.unwrap_err();
    assert!(matches!(&lost, OktaError::LogPositionLost { why, .. } if why.contains("E0000029")), "{lost:?}");
    assert!(!lost.retires_credential());
    assert_eq!(ids(&world.read(&start).await.unwrap()), [first.as_str(), second.as_str()]);
}

#[tokio::test]
async fn log_link_to_other_host_gets_no_credential() {
    let world = world().await;
    world.change(|org| org.next_link_origin = Some("http://evil.localhost:1".to_owned()));
    let error = world.read(&world.now()).await.unwrap_err();
    assert!(matches!(error, OktaError::LeadsElsewhere { .. }), "{error:?}");
    let asked = world.simulator.requests("acme").len();
    let elsewhere = [
        format!("{}/api/v1/users", world.simulator.org_url("acme")),
        world.simulator.org_url("contoso") + "/api/v1/logs?after=0_0",
        "https://evil.example/api/v1/logs?after=0_0".to_owned(),
    ];
    for link in elsewhere {
        let error = world.read(&LogPosition::Next(link.parse().unwrap())).await.unwrap_err();
        assert!(matches!(error, OktaError::LogPositionLost { .. }), "{link}: {error:?}");
    }
    assert_eq!(world.simulator.requests("acme").len(), asked);
}

#[tokio::test]
async fn time_before_log_retention_is_accepted() {
    let world = world().await;
    let written = world.log(LogEntry::credentials_refused(world.app.as_str()));
    let long_ago = LogPosition::Since("2020-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(ids(&world.read(&long_ago).await.unwrap()), [written.as_str()]);
}

#[tokio::test]
async fn log_reads_use_half_of_own_rate_limit() {
    let world = world_with(|org| org.logs_limit = 10, &api_token(TOKEN), &OktaConfig::default()).await;
    let org = world.open().await;
    let mut position = world.now();
    for _ in 0..12 {
        position = org.log_events(&position).await.unwrap().next;
    }
    let usage = world.simulator.usage("acme", Bucket::Logs);
    assert_eq!((usage.calls, usage.refused), (12, 0));
    assert!(usage.most_in_a_window <= 5, "{usage:?}");
    assert_eq!(world.simulator.usage("acme", Bucket::Apps).calls, 0);
}

/// The log problem of a check, if any. Checks that everything else passes.
async fn log_problem(world: &World) -> Option<String> {
    let probes = orgs::check(&world.bench.ports, &world.org).await.unwrap();
    let (log, others): (Vec<_>, Vec<_>) = probes.into_iter().partition(|probe| probe.needs == "okta.logs.read");
    assert!(others.len() == 3 && others.iter().all(|probe| !probe.optional && probe.problem.is_none()), "{others:?}");
    let [log] = &log[..] else { panic!("one log check: {log:?}") };
    assert!(log.optional);
    log.problem.clone()
}

#[tokio::test]
async fn token_without_log_access_stays_in_use() {
    let world = world().await;
    assert_eq!(log_problem(&world).await, None);
    world.change(|org| org.refuses_logs = true);
    let error = world.read(&world.now()).await.unwrap_err();
    assert_eq!((error.code(), error.retires_credential()), (Some("E0000006"), false));
    let problem = log_problem(&world).await.unwrap();
    assert!(problem.contains("okta.logs.read") && problem.contains("only through Microsoft"), "{problem}");
}

#[tokio::test]
async fn service_app_needs_scope_for_log_only() {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let pem =
        |what: &str, der: &[u8]| format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der));
    let credential = OktaCredential::ServiceApp {
        client_id: CLIENT.to_owned(),
        key_id: None,
        private_key: SecretString::from(pem("PRIVATE KEY", key.to_pkcs8v1().unwrap().as_ref())),
    };
    let service = ServiceApp {
        client_id: CLIENT.to_owned(),
        public_key_pem: pem("PUBLIC KEY", public.as_ref()),
        scopes: vec!["okta.apps.read".to_owned()],
        dpop: DpopRule::Required,
    };
    let world = world_with(|org| org.service_apps.push(service), &credential, &OktaConfig::default()).await;
    let error = world.read(&world.now()).await.unwrap_err();
    assert!(matches!(&error, OktaError::Token { error, .. } if error == "invalid_scope"), "{error:?}");
    assert!(log_problem(&world).await.unwrap().contains("okta.logs.read"));
    world.change(|org| org.service_apps[0].scopes.push("okta.logs.read".to_owned()));
    assert_eq!(log_problem(&world).await, None);
    let start = world.now();
    let written = world.log(LogEntry::credentials_refused(world.app.as_str()));
    assert_eq!(ids(&world.read(&start).await.unwrap()), [written.as_str()]);
}
