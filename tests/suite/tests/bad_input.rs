//! Tests errors of orgs, networks and people: each gives a clear error, without data loss.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::time::Duration;

use regrant::domain::app::AppRecord;
use regrant::domain::cloud::Cloud;
use regrant::domain::id::OrgId;
use regrant::domain::scan::OrgScanResult;
use regrant::domain::standing::Standing;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::okta::OktaError;
use regrant::okta::config::OktaConfig;
use regrant::okta::org_url::OrgUrl;
use regrant::usecases::access::orgs;
use regrant::usecases::access::orgs::OrgError;
use regrant::vault::{SecretName, SecretVersion};
use regrant_simulators::{App, Connection, Fault, OktaSimulator, Org, Provisioning, Times, TokenPower};
use regrant_tests::bench::{Bench, TOKEN, acme, api_token, one_org};
use regrant_tests::recorded::{RawAnswer, RecordedServer};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

struct World {
    simulator: OktaSimulator,
    bench: Bench,
}

/// One org, `acme`, with one consented app.
async fn world() -> World {
    let config = OktaConfig { timeout: Duration::from_millis(300), ..OktaConfig::default() };
    let (simulator, bench) = one_org(acme(), config).await;
    World { simulator, bench }
}

impl World {
    fn url(&self) -> String {
        self.simulator.org_url("acme")
    }

    async fn add(&self, token: &str) -> Result<orgs::AddedOrg, OrgError> {
        orgs::add(&self.bench.ports, &self.url(), Cloud::Global, &api_token(token)).await
    }

    /// Adds the org and scans it once without faults.
    async fn added(&self) -> OrgId {
        let org = self.add(TOKEN).await.unwrap().profile.id;
        assert!(matches!(self.look(&org).await, OrgScanResult::Scanned { .. }));
        org
    }

    async fn look(&self, org: &OrgId) -> OrgScanResult {
        self.bench.look_at(org).await.1.result
    }

    async fn apps(&self) -> Vec<AppRecord> {
        self.bench.ports.ledger.apps(&AppFilter::default(), PageRequest::first(100)).await.unwrap().items
    }

    fn fault(&self, part: &str, fault: Fault) {
        self.simulator.with_org("acme", |org| org.faults.on(part, fault, Times::Always)).unwrap();
    }

    async fn list_fails(&self, fault: Fault) -> String {
        let org = self.added().await;
        self.fault("/api/v1/apps", fault);
        let OrgScanResult::NotScanned { reason } = self.look(&org).await else { panic!("unexpectedly scanned") };
        let [app] = &self.apps().await[..] else { panic!("one app") };
        assert_eq!(app.standing(), Standing::Unknown);
        assert_eq!(app.last_known.as_ref().map(|last| last.standing), Some(Standing::Consented));
        assert!(app.assessment.reasons[0].contains(&reason), "{:?}", app.assessment.reasons);
        reason
    }
}

#[tokio::test]
async fn wrong_token_is_rejected_without_trace() {
    let world = world().await;
    let error = world.add("00-wrong").await.unwrap_err().to_string();
    assert!(error.contains("E0000011") && error.contains("errorId oae"), "{error}");
    assert!(world.bench.ports.ledger.orgs(PageRequest::first(1)).await.unwrap().items.is_empty());
    let id = world.simulator.with_org("acme", |org| org.id.clone()).unwrap();
    for version in [SecretVersion::Pending, SecretVersion::Current] {
        assert!(world.bench.ports.vault.get(&SecretName::Okta(id.parse().unwrap()), version).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn wrong_new_token_keeps_working_one() {
    let world = world().await;
    let org = world.added().await;
    let name = SecretName::Okta(org.clone());
    let current = world.bench.ports.vault.get(&name, SecretVersion::Current).await.unwrap().unwrap();
    world.add("00-wrong").await.unwrap_err();
    assert!(matches!(world.look(&org).await, OrgScanResult::Scanned { apps: 1 }));
    let still = world.bench.ports.vault.get(&name, SecretVersion::Current).await.unwrap().unwrap();
    assert_eq!(still.expose_secret(), current.expose_secret());
    let pending = world.bench.ports.vault.get(&name, SecretVersion::Pending).await.unwrap();
    assert!(pending.is_none(), "the refused token is not kept, so that no later call can promote it");
}

#[tokio::test]
async fn missing_role_differs_from_revoked_token() {
    let world = world().await;
    let org = world.added().await;
    for (power, code, advice) in [
        (TokenPower::NoApps, "E0000006", "okta.apps.read"),
        (TokenPower::Revoked, "E0000011", "30 days"),
        (TokenPower::FeatureMissing, "E0000015", "license"),
    ] {
        world.simulator.with_org("acme", |org| org.tokens[0].power = power).unwrap();
        let probes = orgs::check(&world.bench.ports, &org).await.unwrap();
        let problem = probes.iter().find_map(|probe| probe.problem.clone()).unwrap();
        assert!(problem.contains(code) && problem.contains(advice), "{problem}");
        assert!(matches!(world.look(&org).await, OrgScanResult::NotScanned { .. }));
    }
}

#[tokio::test]
async fn unlisted_host_gets_no_request() {
    let world = world().await;
    for host in ["acme.okta.com.evil.example", "http://acme.okta.com", "10.0.0.1", "acme.okta.com/x", ""] {
        // A public host that is not Okta's may be asked which org it is; none of these is even that, or it answers
        // nothing here.
        let added = orgs::add(&world.bench.ports, host, Cloud::Global, &api_token(TOKEN)).await;
        assert!(added.is_err(), "{host:?}");
    }
    assert!(world.apps().await.is_empty());
}

#[tokio::test]
async fn alias_to_other_host_gets_no_credential() {
    let world = world().await;
    for elsewhere in ["https://acme.okta.com.evil.example", "https://evil.example", "http://192.0.2.1", "nonsense"] {
        world.simulator.with_org("acme", |org| org.organization_href = Some(elsewhere.to_owned())).unwrap();
        let refused = world.add(TOKEN).await;
        assert!(matches!(refused, Err(OrgError::Okta(OktaError::LeadsElsewhere { .. }))), "{elsewhere}: {refused:?}");
    }
    let requests = world.simulator.requests("acme");
    assert!(requests.iter().all(|request| request.path_and_query.starts_with("/.well-known/")), "{requests:?}");
}

#[tokio::test]
async fn next_link_to_other_host_is_not_followed() {
    let world = world().await;
    let org = world.added().await;
    let other = Org::new("globex").with_token(TOKEN, TokenPower::Full);
    world.simulator.add_org(other);
    world.simulator.with_org("acme", |org| {
        org.next_link_origin = Some("https://evil.example".to_owned());
        for number in 0..250 {
            org.apps.push(App::office365(&format!("Office 365 {number}"), "contoso"));
        }
    });
    let OrgScanResult::NotScanned { reason } = world.look(&org).await else { panic!("unexpectedly scanned") };
    assert!(reason.contains("evil.example") && reason.contains("no credential was sent"), "{reason}");
}

#[tokio::test]
async fn body_of_50_mb_is_aborted() {
    let reason = world().await.list_fails(Fault::HugeBody(50 << 20)).await;
    assert!(reason.contains("16777216 bytes"), "{reason}");
}

#[tokio::test]
async fn invalid_json_is_reported() {
    let reason = world().await.list_fails(Fault::NotJson).await;
    assert!(reason.contains("not JSON"), "{reason}");
}

#[tokio::test]
async fn unexpected_json_shape_is_reported() {
    let reason = world().await.list_fails(Fault::OtherShape).await;
    assert!(reason.contains("app list that is not a list"), "{reason}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let reason = world().await.list_fails(Fault::Redirect("https://evil.example/".to_owned())).await;
    assert!(reason.contains("evil.example") && reason.contains("no credential was sent"), "{reason}");
    let reason = world().await.list_fails(Fault::Redirect("/login".to_owned())).await;
    assert!(reason.contains("a redirect"), "{reason}");
}

#[tokio::test]
async fn each_kind_of_failure_is_retried_and_reported() {
    for (fault, told) in [
        (Fault::Timeout, "timed out"),
        (Fault::Reset, "no complete response"),
        (Fault::Truncated, "no complete response"),
        (Fault::ServerError, "E0000009"),
        (Fault::ReadOnly, "E0000010"),
        (Fault::EdgeProxyError, "proxy in front of Okta returned 503"),
        (Fault::RateLimited, "rate limit"),
        (Fault::ConcurrencyLimited, "E0000047"),
    ] {
        let world = world().await;
        let reason = world.list_fails(fault.clone()).await;
        assert!(reason.contains(told), "{fault:?}: {reason}");
        world.simulator.with_org("acme", |org| org.faults.clear()).unwrap();
        let org = world.apps().await[0].identity.org.clone();
        let (_, again) = world.bench.look_at(&org).await;
        assert_eq!((again.result, again.retry), (OrgScanResult::Scanned { apps: 1 }, false), "{fault:?}");
        assert_eq!(world.apps().await[0].standing(), Standing::Consented);
    }
}

#[tokio::test]
async fn server_without_tls_gets_no_credential() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0u8; 1024];
        let read = stream.read(&mut hello).await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        hello[..read].to_vec()
    });
    let bench = Bench::new(Duration::from_secs(5)).await;
    let (url, _) = OrgUrl::parse(&format!("https://{address}"), LoopbackPolicy::Allow).unwrap();
    let org = bench.ports.okta.open(&url, &api_token("canary-token")).unwrap();
    let error = org.apps(None).await.unwrap_err();
    assert!(matches!(error, OktaError::Tls { .. }), "{error:?}");
    assert!(!error.to_string().contains("canary"));
    let heard = heard.await.unwrap();
    assert!(!heard.windows(6).any(|window| window == b"canary"), "only a TLS hello goes out");
}

#[tokio::test]
async fn org_deleted_during_scan_is_not_scanned() {
    let world = world().await;
    let org = world.added().await;
    world.simulator.with_org("acme", |org| org.tokens.clear()).unwrap();
    assert!(matches!(world.look(&org).await, OrgScanResult::NotScanned { .. }));
    orgs::remove(&world.bench.ports, &org).await.unwrap();
    let OrgScanResult::NotScanned { reason } = world.look(&org).await else { panic!("unexpectedly scanned") };
    assert!(reason.contains("no longer known"), "{reason}");
    assert!(world.apps().await.is_empty());
}

#[tokio::test]
async fn app_deleted_during_scan_is_not_applicable() {
    let world = world().await;
    let org = world.added().await;
    world.simulator.with_org("acme", |org| org.apps.clear()).unwrap();
    assert_eq!(world.look(&org).await, OrgScanResult::Scanned { apps: 0 });
    assert_eq!(world.apps().await[0].standing(), Standing::NotApplicable);
}

#[tokio::test]
async fn paged_app_list_is_read_completely() {
    let world = world().await;
    let org = world.added().await;
    world.simulator.with_org("acme", |org| {
        for number in 0..250 {
            org.apps.push(App::office365(&format!("Office 365 {number}"), "contoso").inactive());
        }
        org.faults.next(Fault::Truncated);
    });
    assert_eq!(world.look(&org).await, OrgScanResult::Scanned { apps: 251 });
}

#[tokio::test]
async fn expired_cursor_restarts_the_list() {
    let page = |id: &str, next: Option<&str>| {
        let app = json!([{"id": id, "name": "office365", "label": "Office 365", "status": "INACTIVE"}]);
        let link = next.map(|next| json!([["link", next]])).unwrap_or_default();
        RawAnswer::recorded(&json!({"response": {"status": 200, "headers": link, "body": app}}))
    };
    let refused = json!({"errorCode": "E0000029", "errorSummary": "Invalid paging request.", "errorId": "oaeInvented"});
    let refused = RawAnswer::recorded(&json!({"response": {"status": 400, "headers": Value::Null, "body": refused}}));
    let more = Some("<{base_url}/api/v1/apps?after=0oa1>; rel=\"next\"");
    let answers = vec![page("0oa1", more), refused, page("0oa2", more), page("0oa3", None)];
    let server = RecordedServer::start(vec![("/api/v1/apps", answers)]).await;
    let bench = Bench::new(Duration::from_secs(5)).await;
    let org = bench.know("00oacme", &server.base_url, &api_token(TOKEN)).await;
    let (_, discovery) = bench.look_at(&org).await;
    assert_eq!(discovery.result, OrgScanResult::Scanned { apps: 3 });
    let of_list = |request: &String| request.contains(" /api/v1/apps?");
    assert_eq!(server.requests().iter().filter(|request| of_list(request)).count(), 4);
}

#[tokio::test]
async fn duplicate_and_hostile_labels_are_preserved() {
    let world = world().await;
    let hostile = "<img src=x onerror=alert(1)>\u{202e}\u{1b}[2J\n";
    world.simulator.with_org("acme", |org| {
        let twin = App::office365("Office 365", "contoso").inactive();
        org.apps.push(App { id: "0oaTwin".to_owned(), ..twin });
        org.apps.push(App {
            provisioning: Provisioning::Enabled,
            ..App::office365(hostile, "contoso").provisioned(Connection::Unknown)
        });
    });
    let org = world.add(TOKEN).await.unwrap().profile.id;
    assert_eq!(world.look(&org).await, OrgScanResult::Scanned { apps: 3 });
    let apps = world.apps().await;
    let standings: Vec<_> = apps.iter().map(AppRecord::standing).collect();
    assert_eq!(standings, [Standing::NeedsConsent, Standing::Consented, Standing::NotApplicable]);
    assert_eq!(apps[1].identity.label, apps[2].identity.label);
    assert_eq!(apps[0].identity.label.raw(), hostile);
    let shown = apps[0].identity.label.to_string();
    assert!(!shown.chars().any(regrant::domain::text::is_hidden), "{shown}");
}

#[tokio::test]
async fn clock_skew_breaks_nothing() {
    let world = world().await;
    let org = world.added().await;
    for seconds in [-86_400, 86_400] {
        world.simulator.with_org("acme", |org| {
            org.faults.clear();
            org.faults.on("/api/v1/apps", Fault::ClockSkew(seconds), Times::Always);
        });
        assert_eq!(world.look(&org).await, OrgScanResult::Scanned { apps: 1 }, "{seconds}");
    }
    assert_eq!(world.simulator.statuses("acme").get(&429), None);
}
