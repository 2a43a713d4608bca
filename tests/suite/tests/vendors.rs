//! Tests answers of Okta that users met in the field: each has the right result in the ledger.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::collections::BTreeSet;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrant::domain::app::AppRecord;
use regrant::domain::cloud::Cloud;
use regrant::domain::event::EventKind;
use regrant::domain::id::OrgId;
use regrant::domain::open_questions::answers;
use regrant::domain::scan::OrgScanResult;
use regrant::domain::standing::Standing;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::okta::config::OktaConfig;
use regrant::okta::{AerialAccount, OktaCredential, OktaError, OrgUrl};
use regrant::usecases::access::orgs;
use regrant_simulators::{DpopRule, Fault, LogEntry, OktaSimulator, Org, ServiceApp, Times, TokenPower};
use regrant_tests::bench::{Bench, api_token, consented_app, one_org};
use secrecy::SecretString;

const TOKEN: &str = "00-invented-token-of-initech";
const USER: &str = "milton.waddams@initech.example";
const OFFICE365: &str = "com.saasure.application.microsoft.exceptions.Office365ProvisioningException";

struct World {
    simulator: OktaSimulator,
    bench: Bench,
}

/// One org with one consented app.
async fn world() -> World {
    let app = consented_app("Initech Office", "initech");
    let org = Org::new("initech").with_token(TOKEN, TokenPower::Full).with_app(app);
    let (simulator, bench) = one_org(org, OktaConfig::default()).await;
    World { simulator, bench }
}

impl World {
    async fn add(&self, credential: &OktaCredential) -> orgs::AddedOrg {
        let url = self.simulator.org_url("initech");
        orgs::add(&self.bench.ports, &url, Cloud::Global, credential).await.unwrap()
    }

    async fn added(&self) -> OrgId {
        self.add(&api_token(TOKEN)).await.profile.id
    }

    fn change(&self, change: impl FnOnce(&mut Org)) {
        self.simulator.with_org("initech", change).unwrap();
    }

    fn app_id(&self) -> String {
        self.simulator.with_org("initech", |org| org.apps[0].id.clone()).unwrap()
    }

    async fn scanned(&self, org: &OrgId) -> AppRecord {
        let result = self.bench.look_at(org).await.1.result;
        assert!(matches!(result, OrgScanResult::Scanned { apps: 1 }), "{result:?}");
        self.app().await
    }

    async fn app(&self) -> AppRecord {
        let page = self.bench.ports.ledger.apps(&AppFilter::default(), PageRequest::first(9)).await.unwrap();
        page.items.into_iter().next().unwrap()
    }

    async fn failed_work(&self, app: &AppRecord) -> usize {
        let identity = &app.identity;
        let page = self.bench.ports.ledger.events(&identity.org, &identity.app, PageRequest::first(99)).await.unwrap();
        page.items.iter().filter(|event| matches!(event.kind, EventKind::WorkFailed { .. })).count()
    }
}

#[tokio::test]
async fn passing_error_does_not_break_a_consent() {
    let world = world().await;
    let org = world.added().await;
    let app = world.app_id();
    let busy = format!("{OFFICE365}: 503 AADSTS90033: A transient error has occurred. Please try again.");
    let schema = LogEntry::new("application.configuration.import_schema", Some("FAILURE"), "It failed.");
    world.simulator.log("initech", LogEntry::profile_push_failed(&app, USER, &busy)).unwrap();
    world.simulator.log("initech", schema.about(&app).because("Read timed out")).unwrap();
    let update = LogEntry::new("application.configuration.update", None, "Update of the configuration");
    world.simulator.log("initech", update.about(&app)).unwrap();
    let record = world.scanned(&org).await;
    assert_eq!(record.standing(), Standing::Consented, "{:?}", record.assessment.reasons);
    assert_eq!(world.failed_work(&record).await, 2, "failed work is still recorded");
}

#[tokio::test]
async fn lasting_refusal_still_breaks_a_consent() {
    for entry in [
        |app: &str| LogEntry::refresh_token_refused(app, ""),
        |app: &str| LogEntry::graph_refused(app),
        |app: &str| {
            let reason = format!("{OFFICE365}: 400 AADSTS50079: you must enroll in multi-factor authentication.");
            LogEntry::profile_push_failed(app, USER, &reason)
        },
    ] {
        let world = world().await;
        let org = world.added().await;
        world.simulator.log("initech", entry(&world.app_id())).unwrap();
        assert_eq!(world.scanned(&org).await.standing(), Standing::Broken);
    }
}

#[tokio::test]
async fn org_without_a_scope_is_kept_with_its_problem() {
    let world = world().await;
    let header = r#"Bearer authorization_uri="https://initech.okta.com/oauth2/v1/authorize", realm="https://initech.okta.com", scope="okta.apps.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/apps""#;
    world.change(|org| org.faults.on("/api/v1", Fault::Challenge(403, header.to_owned()), Times::Always));
    let added = world.add(&api_token(TOKEN)).await;
    let problem = added.problem.unwrap();
    assert!(problem.contains("insufficient_scope") && problem.contains("okta.apps.read"), "{problem}");
    assert!(!problem.contains("proxy"), "{problem}");
    let probes = orgs::check(&world.bench.ports, &added.profile.id).await.unwrap();
    assert!(probes[0].problem.as_ref().unwrap().contains("okta.apps.read"), "{probes:?}");
    let OrgScanResult::NotScanned { reason } = world.bench.look_at(&added.profile.id).await.1.result else {
        panic!("unexpectedly scanned")
    };
    assert!(reason.contains("okta.apps.read"), "{reason}");
    world.change(|org| org.faults.clear());
    assert_eq!(world.scanned(&added.profile.id).await.standing(), Standing::Consented);
}

#[tokio::test]
async fn rejected_token_in_a_header_ends_the_credential() {
    let world = world().await;
    let org = world.added().await;
    let header = r#"Bearer realm="x", error="invalid_token""#;
    world.change(|org| org.faults.on("/api/v1", Fault::Challenge(401, header.to_owned()), Times::Always));
    let problem = orgs::check(&world.bench.ports, &org).await.unwrap()[0].problem.clone().unwrap();
    assert!(problem.contains("invalid_token"), "{problem}");
    let watched = world.bench.look_at(&org).await;
    assert!(matches!(watched.1.result, OrgScanResult::NotScanned { .. }));
    let problems = world.bench.ports.ledger.org_watch(&org).await.unwrap().unwrap().problems;
    assert_eq!(problems[0].kind.name(), "okta-credential-refused");
}

fn service_app(scopes: &[&str], dpop: DpopRule) -> (ServiceApp, OktaCredential) {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let pem =
        |what: &str, der: &[u8]| format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der));
    let credential = OktaCredential::ServiceApp {
        client_id: "0oaInventedClient".to_owned(),
        key_id: None,
        private_key: SecretString::from(pem("PRIVATE KEY", key.to_pkcs8v1().unwrap().as_ref())),
    };
    let service = ServiceApp {
        client_id: "0oaInventedClient".to_owned(),
        public_key_pem: pem("PUBLIC KEY", public.as_ref()),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        dpop,
    };
    (service, credential)
}

fn token_requests(world: &World) -> usize {
    world.simulator.requests("initech").iter().filter(|it| it.path_and_query.starts_with("/oauth2/")).count()
}

#[tokio::test]
async fn rejected_access_token_is_replaced_once() {
    let world = world().await;
    let (service, credential) = service_app(&["okta.apps.read", "okta.logs.read"], DpopRule::Optional);
    world.change(|org| org.service_apps.push(service));
    let org = world.add(&credential).await.profile.id;
    let header = r#"Basic realm="x", Bearer error="invalid_token""#.to_owned();
    world.change(|org| org.faults.on("/connections/default", Fault::Challenge(401, header.clone()), Times::Exactly(1)));
    let before = token_requests(&world);
    assert_eq!(world.scanned(&org).await.standing(), Standing::Consented);
    let usual = token_requests(&world) - before;
    world.change(|org| org.faults.on("/connections/default", Fault::Challenge(401, header), Times::Always));
    let before = token_requests(&world);
    assert!(matches!(world.bench.look_at(&org).await.1.result, OrgScanResult::NotScanned { .. }));
    assert!(token_requests(&world) - before <= usual, "a token that is rejected again is not replaced again");
}

#[tokio::test]
async fn nonce_of_the_api_is_used() {
    let world = world().await;
    let (service, credential) = service_app(&["okta.apps.read", "okta.logs.read"], DpopRule::Required);
    world.change(|org| {
        org.service_apps.push(service);
        org.api_nonce = Some("nonce-1".to_owned());
    });
    let org = world.add(&credential).await.profile.id;
    assert_eq!(world.scanned(&org).await.standing(), Standing::Consented);
    world.change(|org| org.api_nonce = Some("nonce-2".to_owned()));
    assert_eq!(world.scanned(&org).await.standing(), Standing::Consented);
}

#[tokio::test]
async fn locked_object_is_read_again() {
    let world = world().await;
    let org = world.added().await;
    for part in ["/connections/default", "/api/v1/apps", "/api/v1/logs"] {
        world.change(|org| org.faults.on(part, Fault::Locked, Times::Exactly(2)));
        let record = world.scanned(&org).await;
        assert_eq!(record.standing(), Standing::Consented, "{part}: {:?}", record.assessment.reasons);
    }
}

#[tokio::test]
async fn transcript_contains_no_secret_and_no_name() {
    let world = world().await;
    let org = world.added().await;
    let app = world.app_id();
    let reason = format!("AADSTS50079: svc_OKTA_sync_{app} of Initech, Milton Waddams");
    let refused =
        LogEntry::profile_push_failed(&app, USER, &reason).with_debug_data("requestUri", "/initech?token=sEcReT");
    world.simulator.log("initech", refused).unwrap();
    let transcript = orgs::record(&world.bench.ports, &org).await.unwrap();
    let written = serde_json::to_string(&transcript).unwrap();
    let requests = world.simulator.requests("initech");
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:?}");
    let states: Vec<String> =
        world.simulator.with_org("initech", |org| format!("{:?}", org.apps[0].consent_states)).into_iter().collect();
    let states: Vec<&str> = states.iter().flat_map(|all| all.split('"')).filter(|state| state.len() > 8).collect();
    let canaries = [TOKEN, org.as_str(), app.as_str(), USER, "initech", "Initech", "Milton", "Waddams", "sEcReT"];
    for canary in canaries.into_iter().chain(states) {
        assert!(!written.contains(canary), "{canary}: {written}");
    }
    for kept in ["OAUTH2", "ENABLED", "office365", "AADSTS50079", "x-rate-limit-limit"] {
        assert!(written.contains(kept), "{kept}: {written}");
    }
    let answer = |id: &str| answers(&transcript).into_iter().find(|it| it.id == id).and_then(|it| it.answer).unwrap();
    assert_eq!(answer("connection-states"), "OAUTH2 ENABLED with a consent link");
    assert_eq!(answer("fresh-state"), "yes");
}

#[tokio::test]
async fn orgs_of_an_aerial_account_are_listed() {
    for dpop in [DpopRule::Optional, DpopRule::Required] {
        let world = world().await;
        let (service, credential) = service_app(&["okta.accounts.read"], dpop);
        world.change(|org| {
            org.service_apps.push(service);
            org.aerial_account = Some("0227invented".to_owned());
            org.aerial_orgs = (0..230).map(|n| (format!("org{n}.okta.com"), "ACTIVE".to_owned())).collect();
        });
        let (org, _) = OrgUrl::parse(&world.simulator.org_url("initech"), LoopbackPolicy::Allow).unwrap();
        let account = |id: &str| AerialAccount { org: org.clone(), api: org.clone(), id: id.to_owned() };
        let okta = &world.bench.ports.okta;
        world.change(|org| org.faults.on("/api/v1/orgs", Fault::ServerError, Times::Exactly(1)));
        let orgs = okta.aerial_orgs(&account("0227invented"), &credential).await.unwrap();
        let domains: BTreeSet<&str> = orgs.iter().filter_map(|org| org["domain"].as_str()).collect();
        assert_eq!((orgs.len(), domains.len()), (230, 230), "three pages, each org once");
        assert_eq!(token_requests(&world), if dpop == DpopRule::Optional { 1 } else { 3 }, "one token for all pages");

        let refused = |error: OktaError| error.to_string();
        let with_token = okta.aerial_orgs(&account("0227invented"), &api_token(TOKEN)).await.unwrap_err();
        assert!(with_token.retires_credential(), "{with_token}");
        let error = refused(okta.aerial_orgs(&account("0227other"), &credential).await.unwrap_err());
        assert!(error.contains("E0000008") || error.contains("404"), "{error}");
        let error = refused(okta.aerial_orgs(&account("../0227"), &credential).await.unwrap_err());
        assert!(error.contains("only letters and digits"), "{error}");
        let (_, other) = service_app(&[], dpop);
        let error = refused(okta.aerial_orgs(&account("0227invented"), &other).await.unwrap_err());
        assert!(error.contains("invalid_client"), "{error}");
        world.change(|org| org.service_apps[0].scopes = vec!["okta.apps.read".to_owned()]);
        let error = okta.aerial_orgs(&account("0227invented"), &credential).await.unwrap_err();
        assert!(error.lacks_permission(), "{error}");
    }
}
