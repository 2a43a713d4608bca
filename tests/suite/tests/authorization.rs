//! Every API operation against every kind of caller, generated from the API description.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LENGTH, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Extension, Router};
use http_body_util::BodyExt as _;
use regrant::domain::access_policy::{ClaimMatch, Identity, Permission, Role, Scope};
use regrant::domain::app::AppIdentity;
use regrant::domain::invitation::Invitation;
use regrant::domain::org::{OrgProfile, SignInPolicy};
use regrant::domain::scan::OrgScanResult;
use regrant::domain::standing::Standing;
use regrant::embedded;
use regrant::http::loopback::LoopbackPolicy;
use regrant::settings::{PublicUrl, Settings};
use regrant::testing::records::{app_identity, invitation, org_profile, store_app};
use regrant::usecases::Ports;
use regrant::usecases::access::roles;
use regrant::web::authorization::Caller;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

const SCAN: &str = "scan1";
/// What only Acme's records contain.
const ACMES: [&str; 4] = ["acme", "Acme", "0oa1", "secret reason"];

struct Api {
    ports: Ports,
    document: Value,
    _folder: TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

fn org(id: &str, customer: Option<&str>) -> OrgProfile {
    let customer = customer.map(|name| name.parse().unwrap());
    OrgProfile { sign_in: SignInPolicy::Waived, customer, ..org_profile(id) }
}

async fn add(ports: &Ports, org_id: &str, app: &str, customer: Option<&str>, reason: &str) {
    let identity = AppIdentity {
        tenant: Some(org_id.to_owned().into()),
        ..app_identity(org_id, app, &format!("Office 365 of {org_id}"))
    };
    store_app(ports, &org(org_id, customer), identity, Standing::NeedsConsent, reason).await;
    let invitation = Invitation {
        sign_in: SignInPolicy::Waived,
        ..invitation(&format!("{org_id}-invitation"), org_id, app, ports.clock.now())
    };
    ports.ledger.put_invitation(&invitation).await.unwrap();
}

impl Api {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let public_url = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap();
        let settings = Settings { public_url: Some(public_url), ..Settings::default() };
        let config = embedded::Config { settings, ..embedded::Config::default() };
        let ports = embedded::open(&folder.path().join("data"), config).await.unwrap();
        regrant::usecases::access::keys::create_keys(&ports).await.unwrap();
        add(&ports, "acme", "0oa1", Some("Acme"), "secret reason").await;
        add(&ports, "globex", "0oa2", Some("Globex"), "open reason").await;
        add(&ports, "unlabelled", "0oa3", None, "open reason").await;
        let scan = SCAN.parse().unwrap();
        let orgs: Vec<_> = ["acme", "globex", "unlabelled"].map(|org| org.parse().unwrap()).into();
        ports.ledger.begin_scan(&scan, ports.clock.now(), &orgs).await.unwrap();
        let unread = OrgScanResult::NotScanned { reason: "secret reason".to_owned() };
        ports.ledger.record_org_result(&scan, &orgs[0], &unread, ports.clock.now()).await.unwrap();
        let read = OrgScanResult::Scanned { apps: 1 };
        ports.ledger.record_org_result(&scan, &orgs[1], &read, ports.clock.now()).await.unwrap();
        let rules = [
            ("viewer", Role::Viewer, only("Acme")),
            ("operator", Role::Operator, only("Acme")),
            ("other", Role::Operator, only("Globex")),
            ("local-administrator", Role::Administrator, only("Acme")),
            ("administrator", Role::Administrator, Scope::All),
        ];
        for (group, role, scope) in rules {
            let claim = ClaimMatch::new("groups", group).unwrap();
            roles::grant(&ports, &claim, role, &scope).await.unwrap();
        }
        let document = serde_json::from_str(include_str!("../../../infra/openapi.json")).unwrap();
        Self { ports, document, _folder: folder }
    }

    fn router(&self, group: Option<&str>) -> Router {
        let router = regrant_discovery::router(self.ports.clone())
            .merge(regrant_consent_url::router(self.ports.clone()).reset_fallback())
            .merge(regrant_save::router(self.ports.clone()).reset_fallback())
            .merge(regrant_notify::router(self.ports.clone()).reset_fallback());
        match group {
            None => router,
            Some(group) => router.layer(Extension(Caller::Operator(Identity {
                issuer: "https://id.example.com".to_owned(),
                subject: "00u1".to_owned(),
                name: None,
                claims: BTreeMap::from([("groups".to_owned(), [group.to_owned()].into())]),
            }))),
        }
    }

    /// Method, path template and permission of every operation.
    fn operations(&self) -> Vec<(String, String, Permission)> {
        let mut operations = Vec::new();
        for (path, methods) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let permission: Permission = operation["x-permission"].as_str().unwrap().parse().unwrap();
                assert_eq!(operation["security"][0]["bearer"][0], permission.name(), "{method} {path}");
                for status in ["401", "403", "405"] {
                    assert!(operation["responses"][status].is_object(), "{method} {path} documents {status}");
                }
                operations.push((method.to_uppercase(), path.clone(), permission));
            }
        }
        assert!(operations.len() >= 16, "{operations:?}");
        operations
    }

    async fn send(&self, group: Option<&str>, method: &str, path: &str) -> Answer {
        let body = match (method, path.rsplit('/').next()) {
            ("PUT", Some("waiver")) => {
                let ends_at = self.ports.clock.now() + jiff::SignedDuration::from_hours(24);
                format!(r#"{{"reason": "merger", "ends_at": "{ends_at}"}}"#)
            }
            ("PATCH", _) => r#"{"add_labels": ["tier-1"]}"#.to_owned(),
            _ => String::new(),
        };
        let request = Request::builder().method(method).uri(path).body(Body::from(body)).unwrap();
        let (head, body) = self.router(group).oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: head.status, headers: head.headers, body }
    }
}

fn only(customer: &str) -> Scope {
    Scope::Only([customer.parse().unwrap()].into())
}

/// The path of an org's operation.
fn path_of(template: &str, org: &str, app: &str) -> String {
    template
        .replace("{org}", org)
        .replace("{app}", app)
        .replace("{invitation}", &format!("{org}-invitation"))
        .replace("{id}", SCAN)
        .replace("{address}", "ada@example.com")
}

#[tokio::test]
async fn every_operation_answers_each_caller_by_policy() {
    let api = Api::new().await;
    for (method, template, permission) in api.operations() {
        let path = path_of(&template, "acme", "0oa1");
        let names_org = template.contains("{org}");
        for group in [
            None,
            Some("stranger"),
            Some("viewer"),
            Some("operator"),
            Some("other"),
            Some("local-administrator"),
            Some("administrator"),
        ] {
            let answer = api.send(group, &method, &path).await;
            let what = format!("{method} {path} as {group:?}: {} {}", answer.status, answer.body);
            let role = match group {
                None => {
                    assert_eq!(
                        (answer.status, &answer.headers[WWW_AUTHENTICATE]),
                        (StatusCode::UNAUTHORIZED, &"Bearer".parse().unwrap()),
                        "{what}"
                    );
                    continue;
                }
                Some("stranger") => {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                    continue;
                }
                Some("viewer") => Role::Viewer,
                Some("operator" | "other") => Role::Operator,
                _ => Role::Administrator,
            };
            let is_everywhere = group == Some("administrator");
            let holds = role >= permission.role() && (is_everywhere || !permission.is_for_all_customers());
            if !holds {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
            } else if group == Some("other") && names_org {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{what}");
            } else {
                assert!(answer.status.is_success(), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn other_customers_orgs_look_like_missing_ones() {
    let api = Api::new().await;
    for (method, template, _) in api.operations().into_iter().filter(|(_, template, _)| template.contains("{org}")) {
        let hidden = api.send(Some("other"), &method, &path_of(&template, "acme", "0oa1")).await;
        let missing = api.send(Some("other"), &method, &path_of(&template, "void", "0oa9")).await;
        assert_eq!(hidden.status, missing.status, "{method} {template}");
        assert_eq!(hidden.headers, missing.headers, "{method} {template}");
        let without_id = |answer: &Answer| {
            let mut body: Value = serde_json::from_str(&answer.body.replace("void", "acme")).unwrap();
            let id = body["request_id"].take();
            (body, id.as_str().map(str::len), answer.body.len(), answer.headers.get(CONTENT_LENGTH).cloned())
        };
        assert_eq!(without_id(&hidden), without_id(&missing), "{method} {template}");
    }
}

#[tokio::test]
async fn lists_counts_and_events_show_own_customers_only() {
    let api = Api::new().await;
    for (method, template, _) in api.operations().into_iter().filter(|(method, ..)| method == "GET") {
        for (org, app) in [("globex", "0oa2"), ("acme", "0oa1")] {
            let answer = api.send(Some("other"), &method, &path_of(&template, org, app)).await;
            // An answer may repeat the ids that the caller sent.
            let sent = |text: &&str| org == "acme" && (*text == "acme" || *text == app);
            for text in ACMES.iter().filter(|text| !sent(text)) {
                assert!(!answer.body.contains(text), "{method} {template} of {org} contains {text}: {}", answer.body);
            }
        }
    }
    let scan: Value = serde_json::from_str(&api.send(Some("other"), "GET", "/v1/scans/scan1").await.body).unwrap();
    assert_eq!(
        (&scan["orgs_seen"], &scan["orgs_pending"], &scan["apps_seen"]),
        (&1.into(), &0.into(), &1.into()),
        "{scan}"
    );
    let apps: Value = serde_json::from_str(&api.send(Some("other"), "GET", "/v1/apps?limit=1").await.body).unwrap();
    assert_eq!((apps["apps"].as_array().unwrap().len(), &apps["next_cursor"]), (1, &Value::Null), "{apps}");
    // A filter cannot widen the scope, and a cursor of one caller is refused in the list of another.
    let filtered: Value =
        serde_json::from_str(&api.send(Some("other"), "GET", "/v1/apps?org=acme").await.body).unwrap();
    assert_eq!(filtered["apps"].as_array().unwrap().len(), 0);
    let all: Value =
        serde_json::from_str(&api.send(Some("administrator"), "GET", "/v1/apps?limit=1").await.body).unwrap();
    let stolen = format!("/v1/apps?limit=1&cursor={}", all["next_cursor"].as_str().unwrap());
    assert_eq!(api.send(Some("other"), "GET", &stolen).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_scan_of_everything_covers_own_customers_only() {
    let api = Api::new().await;
    let answer = api.send(Some("other"), "POST", "/v1/scans").await;
    let scan: Value = serde_json::from_str(&answer.body).unwrap();
    let results = api.ports.ledger.scan_results(&scan["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    assert_eq!(results.iter().map(|(org, _)| org.as_str()).collect::<Vec<_>>(), ["globex"]);
}

#[tokio::test]
async fn an_org_cannot_be_moved_to_a_foreign_customer() {
    let api = Api::new().await;
    for (body, expected) in
        [(r#"{"customer": "Globex"}"#, 403), (r#"{"customer": null}"#, 403), (r#"{"customer": "Acme"}"#, 200)]
    {
        let request = Request::patch("/v1/orgs/acme").body(Body::from(body)).unwrap();
        let response = api.router(Some("local-administrator")).oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{body}");
    }
}

#[tokio::test]
async fn events_name_the_operator() {
    let api = Api::new().await;
    assert!(api.send(Some("operator"), "POST", "/v1/apps/acme/0oa1/invitations").await.status.is_success());
    let shown: Value = serde_json::from_str(&api.send(Some("viewer"), "GET", "/v1/apps/acme/0oa1").await.body).unwrap();
    let invited = shown["timeline"].as_array().unwrap().iter().find(|event| event["event"] == "invited").unwrap();
    assert_eq!((&invited["by"]["kind"], &invited["by"]["subject"]), (&"operator".into(), &"00u1".into()), "{invited}");
}

#[tokio::test]
async fn method_errors_need_no_credential() {
    let api = Api::new().await;
    let answer = api.send(None, "PROPFIND", "/v1/apps").await;
    assert_eq!((answer.status, answer.headers.contains_key(ALLOW)), (StatusCode::METHOD_NOT_ALLOWED, true));
}

#[tokio::test]
async fn description_is_served() {
    let api = Api::new().await;
    let served: Value = serde_json::from_str(&api.send(None, "GET", "/openapi.json").await.body).unwrap();
    assert_eq!(served, api.document);
}
