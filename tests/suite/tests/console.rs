//! The console: sign-in, roles, filters, actions, and what an attacker would try.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use parking_lot::Mutex;
use regrant::clock::Clock;
use regrant::domain::access_policy::{ClaimMatch, Role, Scope};
use regrant::domain::actor::Actor;
use regrant::domain::app::AppIdentity;
use regrant::domain::event::{AppEvent, EventKind};
use regrant::domain::id::Sha256Digest;
use regrant::domain::org::{OrgProfile, SignInPolicy};
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::embedded;
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::config::OktaConfig;
use regrant::openid::Provider;
use regrant::settings::{PublicUrl, Settings};
use regrant::testing::records::{app_identity, org_profile, store_app};
use regrant::usecases::Ports;
use regrant::usecases::access::operator_sign_in::set_operator_provider;
use regrant::usecases::access::roles;
use regrant_console::LocalSignIn;
use regrant_tests::consent::Browser;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

const EVIL: &str = "\"><script>alert(1)</script>\u{202e}\u{1b}";

struct Bench {
    ports: Ports,
    router: Router,
    local: String,
    _folder: TempDir,
}

async fn add(ports: &Ports, org: &str, app: &str, customer: Option<&str>, label: &str, standing: Standing) {
    let customer = customer.map(|name| name.parse().unwrap());
    let profile = OrgProfile { sign_in: SignInPolicy::Waived, customer, ..org_profile(org) };
    let identity = AppIdentity { tenant: Some(org.to_owned().into()), ..app_identity(org, app, label) };
    store_app(ports, &profile, identity, standing, &format!("Because of {label}.")).await;
}

fn only(customer: &str) -> Scope {
    Scope::Only([customer.parse().unwrap()].into())
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let public_url = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap();
        let settings = Settings { public_url: Some(public_url), ..Settings::default() };
        let okta = OktaConfig { loopback: LoopbackPolicy::Allow, ..OktaConfig::default() };
        let config = embedded::Config { settings, okta, ..embedded::Config::default() };
        let ports = embedded::open(&folder.path().join("data"), config).await.unwrap();
        regrant::usecases::access::keys::create_keys(&ports).await.unwrap();
        add(&ports, "acme", "0oa1", Some("Acme"), "Acme mail", Standing::NeedsConsent).await;
        add(&ports, "acme", "0oa2", Some("Acme"), EVIL, Standing::Broken).await;
        add(&ports, "globex", "0oa3", Some("Globex"), "Globex mail", Standing::Consented).await;
        for (group, role, scope) in [
            ("viewers", Role::Viewer, only("Acme")),
            ("operators", Role::Operator, only("Acme")),
            ("others", Role::Operator, only("Globex")),
            ("administrators", Role::Administrator, Scope::All),
        ] {
            roles::grant(&ports, &ClaimMatch::new("groups", group).unwrap(), role, &scope).await.unwrap();
        }
        let actor = Actor::OsUser { name: UntrustedText::new("tester") };
        let (sign_in, local) = LocalSignIn::new(actor, &*ports.randomness);
        let router = regrant_console::router(ports.clone(), Some(Arc::new(sign_in)));
        Self { ports, router, local, _folder: folder }
    }

    fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    async fn local(&self) -> Browser {
        let mut browser = self.browser();
        let seen = browser.get(&self.local).await;
        assert_eq!((seen.status, seen.location().as_str()), (StatusCode::SEE_OTHER, "/console"));
        browser
    }

    /// A browser in which a member of `groups` has signed in.
    async fn operator(&self, provider: &SimulatedProvider, groups: &[&str]) -> Browser {
        let mut browser = self.browser();
        let answer = provider.sign_in(&mut browser, json!({ "groups": groups })).await;
        let seen = browser.get(&answer).await;
        assert_eq!(seen.location(), "/console", "{}", seen.body);
        browser
    }

    async fn with_provider(&self) -> SimulatedProvider {
        let provider = SimulatedProvider::start(self.ports.clock.clone()).await;
        set_operator_provider(&self.ports, &provider.registration()).await.unwrap();
        provider
    }

    async fn kinds(&self, org: &str, app: &str) -> Vec<AppEvent> {
        let page = regrant::ledger::PageRequest::first(100);
        self.ports.ledger.events(&org.parse().unwrap(), &app.parse().unwrap(), page).await.unwrap().items
    }
}

/// An `OpenID` provider that issues what a test asks for.
#[derive(Clone)]
struct SimulatedProvider {
    issuer: String,
    clock: Arc<dyn Clock>,
    codes: Arc<Mutex<BTreeMap<String, Granted>>>,
}

struct Granted {
    challenge: String,
    redirect_uri: String,
    token: String,
}

const CLIENT: &str = "0oaconsole";
const SECRET: &str = "console-secret";
const KEY: &str = include_str!("../../simulators/src/microsoft/keys/signing-1.pem");
const MODULUS: &str = "09TqCI0Z-TQ4kFhfP4YTxJOTUHHIBEKvcfjAoOWxPyfLSKPrlXGjvJTbDcWEKFTpSaPcfFZ_1Bi7FatopFhx5bIaUVzO65t2s_a12sHQYmBd8y-cCQIJoP-1wWu7CXjfNCKL_Bd42r5tGNnG-UC0iJ34T1IOmiWWgOhjoq7YdNa0Et0U9UQXuZ3yxLbNI9YpoRtk949K9DOvhPm0v0At3DHmc5lkJN3JCJ29Y_Z4l8wMd-zkacQvSQa1QHbYToZfghCgVsyWuck2o5z14sD9Xqs3rAa7tZDmbBXJNsZnWiksavNQUzbLxj0dzoCkbi3XubljMZbcrDYNbpUeg4QQUQ";

impl SimulatedProvider {
    async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { issuer: issuer.clone(), clock, codes: Arc::default() };
        let metadata = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
            "end_session_endpoint": format!("{issuer}/logout"),
        });
        let keys =
            json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256", "n": MODULUS, "e": "AQAB" }] });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { Json(metadata) }))
            .route("/keys", get(move || async move { Json(keys) }))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn registration(&self) -> Provider {
        Provider {
            issuer: self.issuer.parse().unwrap(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.to_owned().into()),
            scopes: vec!["profile".to_owned(), "groups".to_owned()],
        }
    }

    /// The path and query of the provider's answer to a sign-in that `browser` begins. `changes` replaces claims.
    async fn sign_in(&self, browser: &mut Browser, changes: Value) -> String {
        let begun = browser.get("/console/sign-in/begin").await;
        let url = begun.location_url();
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!(query["scope"], "openid profile groups");
        let now = self.clock.now().as_second();
        let mut claims = json!({
            "iss": self.issuer, "sub": "00u1", "aud": CLIENT, "nonce": query["nonce"], "iat": now, "exp": now + 300,
            "preferred_username": "ada@provider.example",
        });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) };
        let token = encode(&header, &claims, &EncodingKey::from_rsa_pem(KEY.as_bytes()).unwrap()).unwrap();
        self.grant(&query, token)
    }

    fn grant(&self, query: &BTreeMap<String, String>, token: String) -> String {
        let code = format!("code-{}", self.codes.lock().len());
        let (challenge, redirect_uri) = (query["code_challenge"].clone(), query["redirect_uri"].clone());
        assert_eq!(redirect_uri, "https://regrant.example.com/console/callback");
        self.codes.lock().insert(code.clone(), Granted { challenge, redirect_uri, token });
        format!("/console/callback?code={code}&state={}&iss={}", query["state"], self.issuer)
    }
}

async fn token(
    State(provider): State<SimulatedProvider>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&basic) {
        return refuse("invalid_client");
    }
    let Some(granted) = provider.codes.lock().remove(&form["code"]) else { return refuse("invalid_grant") };
    let digest = Sha256Digest::of(&form["code_verifier"]);
    let bytes: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&digest.as_str()[at..at + 2], 16).unwrap()).collect();
    if URL_SAFE_NO_PAD.encode(bytes) != granted.challenge || form["redirect_uri"] != granted.redirect_uri {
        return refuse("invalid_grant");
    }
    let answer = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": granted.token });
    (StatusCode::OK, Json(answer))
}

#[tokio::test]
async fn console_needs_a_sign_in() {
    let bench = Bench::new().await;
    for path in [
        "/console",
        "/console/apps/acme/0oa1",
        "/console/orgs",
        "/console/orgs/acme",
        "/console/customers",
        "/console/scans/latest",
        "/console/emails",
        "/console/settings",
    ] {
        let seen = bench.browser().get(path).await;
        assert_eq!((seen.status, seen.location().as_str()), (StatusCode::SEE_OTHER, "/console/sign-in"), "{path}");
    }
    for path in ["/console/bulk", "/console/apps/acme/0oa1", "/console/sign-out"] {
        let seen = bench.browser().post(path, &[("action", "invite")]).await;
        assert_eq!(seen.location(), "/console/sign-in", "{path}");
    }
}

#[tokio::test]
async fn local_url_works_once() {
    let bench = Bench::new().await;
    let wrong = bench.browser().get("/console/sign-in/local?token=00").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    let mut browser = bench.local().await;
    assert!(browser.get("/console").await.body.contains("3 apps"));
    assert_eq!(bench.browser().get(&bench.local).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn each_group_sees_its_own_customers() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    for (groups, sees, hidden) in [
        (&["viewers"][..], "Acme mail", "Globex"),
        (&["others"], "Globex mail", "Acme"),
        (&["administrators"], "Globex mail", "nothing"),
    ] {
        let mut browser = bench.operator(&provider, groups).await;
        for path in ["/console", "/console/customers", "/console/orgs", "/console/scans/latest", "/console/emails"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.body.contains(hidden), "{groups:?} sees {hidden} at {path}");
        }
        assert!(browser.get("/console").await.body.contains(sees));
    }
    let mut other = bench.operator(&provider, &["others"]).await;
    let (foreign, missing) = (other.get("/console/apps/acme/0oa1").await, other.get("/console/apps/acme/0oa9").await);
    assert_eq!((foreign.status, foreign.body), (StatusCode::NOT_FOUND, missing.body));
}

#[tokio::test]
async fn no_role_means_no_access_and_ends_sessions() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut stranger = bench.operator(&provider, &["strangers"]).await;
    assert_eq!(stranger.get("/console").await.status, StatusCode::FORBIDDEN);
    let mut viewer = bench.operator(&provider, &["viewers"]).await;
    assert_eq!(viewer.get("/console").await.status, StatusCode::OK);
    roles::revoke(&bench.ports, &ClaimMatch::new("groups", "viewers").unwrap(), None).await.unwrap();
    assert_eq!(viewer.get("/console").await.status, StatusCode::FORBIDDEN, "the role is gone");
}

#[tokio::test]
async fn forged_and_stale_id_tokens_sign_no_one_in() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    for changes in [
        json!({ "aud": "other-client" }),
        json!({ "aud": [CLIENT, "other"] }),
        json!({ "iss": "https://evil.example" }),
        json!({ "nonce": "other" }),
        json!({ "exp": 1 }),
        json!({ "iat": 4_102_444_800_u64 }),
        json!({ "azp": "other-client" }),
        json!({ "sub": "" }),
    ] {
        let mut browser = bench.browser();
        let answer = provider.sign_in(&mut browser, changes.clone()).await;
        let seen = browser.get(&answer).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{changes}: {}", seen.body);
        assert!(!browser.cookies.contains_key("__Host-regrant-console"), "{changes}");
    }
    // An HMAC with the public modulus as its secret, and no signature at all.
    let mut browser = bench.browser();
    let url = browser.get("/console/sign-in/begin").await.location_url();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let claims = json!({ "iss": provider.issuer, "sub": "00u1", "aud": CLIENT, "nonce": query["nonce"], "exp": 4_102_444_800_u64 });
    let hmac = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(MODULUS.as_bytes())).unwrap();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
    for token in [hmac, unsigned] {
        let answer = provider.grant(&query, token);
        assert_eq!(browser.get(&answer).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn answer_completes_only_its_own_browser() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let (mut victim, mut attacker) = (bench.browser(), bench.browser());
    let stolen = provider.sign_in(&mut attacker, json!({ "groups": ["administrators"] })).await;
    assert_eq!(bench.browser().get(&stolen).await.status, StatusCode::FORBIDDEN, "without a cookie");
    victim.get("/console/sign-in/begin").await;
    assert_eq!(victim.get(&stolen).await.status, StatusCode::FORBIDDEN, "with the cookie of another attempt");
    assert_eq!(attacker.get(&stolen).await.status, StatusCode::SEE_OTHER, "its own browser");
    let mut refused = bench.browser();
    refused.get("/console/sign-in/begin").await;
    for query in ["error=access_denied&state=x", "code=a&code=b&state=x", "state=", ""] {
        let seen = refused.get(&format!("/console/callback?{query}")).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{query}");
    }
}

#[tokio::test]
async fn sign_out_ends_the_session_and_offers_the_providers() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut browser = bench.operator(&provider, &["viewers"]).await;
    let token = browser.form_token("/console").await;
    let seen = browser.post("/console/sign-out", &[("token", &token)]).await;
    assert!(seen.body.contains(&format!("{}/logout?client_id={CLIENT}", provider.issuer)), "{}", seen.body);
    assert!(!browser.cookies.contains_key("__Host-regrant-console"));
}

#[tokio::test]
async fn buttons_work_and_events_name_the_operator() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut browser = bench.operator(&provider, &["operators"]).await;
    let app = "/console/apps/acme/0oa1";
    let token = browser.form_token(app).await;
    let invited = browser.post(app, &[("token", &token), ("action", "invite")]).await;
    assert_eq!(invited.location(), format!("{app}?done=invited"));
    let page = browser.get(&invited.location()).await;
    assert!(page.body.contains("https://regrant.example.com/consent/"), "the link can be copied");
    let until = (bench.ports.clock.now() + jiff::SignedDuration::from_hours(48)).strftime("%Y-%m-%d").to_string();
    let waive = [("token", token.as_str()), ("action", "waive"), ("reason", "merger"), ("until", &until)];
    assert_eq!(browser.post(app, &waive).await.location(), format!("{app}?done=waived"));
    assert!(browser.get("/console").await.body.contains("postponed until"));
    for action in ["end-waiver", "revoke", "recheck"] {
        assert_eq!(
            browser.post(app, &[("token", &token), ("action", action)]).await.status,
            StatusCode::SEE_OTHER,
            "{action}"
        );
    }
    let events = bench.kinds("acme", "0oa1").await;
    let by: BTreeSet<String> = events.iter().filter_map(|event| event.by.as_ref().map(ToString::to_string)).collect();
    assert_eq!(by, ["ada@provider.example (console)".to_owned()].into());
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::WaiverRemoved)));
}

#[tokio::test]
async fn viewers_and_foreign_forms_change_nothing() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let app = "/console/apps/acme/0oa1";
    let mut viewer = bench.operator(&provider, &["viewers"]).await;
    let token = viewer.form_token("/console").await;
    assert!(!viewer.get(app).await.body.contains("Create a link"), "no button without the permission");
    assert_eq!(viewer.post(app, &[("token", &token), ("action", "invite")]).await.status, StatusCode::CONFLICT);
    let mut operator = bench.operator(&provider, &["operators"]).await;
    let own = operator.form_token("/console").await;
    for wrong in ["", "x", &token] {
        assert_eq!(operator.post(app, &[("token", wrong), ("action", "invite")]).await.status, StatusCode::FORBIDDEN);
    }
    operator.fetch_site = "cross-site";
    assert_eq!(operator.post(app, &[("token", &own), ("action", "invite")]).await.status, StatusCode::FORBIDDEN);
    operator.fetch_site = "same-origin";
    assert_eq!(
        operator.get(&format!("{app}?action=invite&token={own}")).await.status,
        StatusCode::OK,
        "a GET does nothing"
    );
    assert_eq!(bench.kinds("acme", "0oa1").await.len(), 1, "only the event of the scan");
}

#[tokio::test]
async fn filters_search_and_tags_follow_the_url() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    for (query, shown, hidden) in [
        ("standing=needs-consent", "Acme mail", "Globex mail"),
        ("customer=Globex", "Globex mail", "Acme mail"),
        ("q=GLOBEX.okta", "Globex mail", "Acme mail"),
        ("waiting=no-one", "Globex mail", "Acme mail"),
        ("org=acme", "Acme mail", "Globex mail"),
        ("tenant=globex", "Globex mail", "Acme mail"),
        ("standing=needs-action&sort=since", "Acme mail", "Globex mail"),
    ] {
        let page = browser.get(&format!("/console?{query}")).await;
        let table = page.body.split_once("<tbody>").unwrap().1;
        assert!(table.contains(shown) && !table.contains(hidden), "{query}");
        assert!(page.body.contains("Remove the filter"), "{query}");
    }
    let none = browser.get("/console?q=zzz").await;
    assert!(none.body.contains("No app matches"), "{}", none.body);
    for odd in ["standing=fine", "after=x", "sort=%FF", "org=../x", "q=a&q=b"] {
        assert_eq!(browser.get(&format!("/console?{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn bulk_action_is_refused_if_the_list_changed() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    let token = browser.form_token("/console").await;
    let form = |seen: &'static str| {
        [
            ("token", token.as_str().to_owned()),
            ("action", "invite".to_owned()),
            ("extent", "all".to_owned()),
            ("standing", "needs-action".to_owned()),
            ("seen", seen.to_owned()),
        ]
    };
    let stale = form("3");
    let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = browser.post("/console/bulk", &stale).await;
    assert!(
        refused.status == StatusCode::CONFLICT && refused.body.contains("You saw 3 apps, and 2 match now"),
        "{}",
        refused.body
    );
    let current = form("2");
    let current: Vec<(&str, &str)> = current.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = browser.post("/console/bulk", &current).await;
    assert!(done.body.contains("2 of 2 done") && done.body.contains("Revoke these links"), "{}", done.body);
    let undo = [
        ("token", token.as_str()),
        ("action", "revoke"),
        ("extent", "page"),
        ("apps", "acme.0oa1,acme.0oa2,globex.0oa9"),
    ];
    assert!(browser.post("/console/bulk", &undo).await.body.contains("2 of 2 done"));
}

#[tokio::test]
async fn bulk_action_reaches_no_other_customer() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut other = bench.operator(&provider, &["others"]).await;
    let token = other.form_token("/console").await;
    let form = [("token", token.as_str()), ("action", "invite"), ("extent", "page"), ("apps", "acme.0oa1")];
    assert_eq!(other.post("/console/bulk", &form).await.status, StatusCode::CONFLICT);
    assert_eq!(bench.kinds("acme", "0oa1").await.len(), 1);
}

#[tokio::test]
async fn hostile_names_are_only_text() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    let (script, mark) = ("<script>alert", '\u{202e}');
    for path in [
        "/console",
        "/console/apps/acme/0oa2",
        "/console/orgs/acme",
        "/console?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains(script) && !page.body.contains(mark), "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    let url: Url = "https://regrant.example.com/console".parse().unwrap();
    assert_eq!(url.path(), "/console");
}
