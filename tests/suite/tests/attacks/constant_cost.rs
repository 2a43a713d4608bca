//! What a person with a valid link or session costs: repeating any request of any public route causes no more than a constant
//! number of writes, calls to vendors, queue messages and emails. The routes are those of the template, so a new one has to
//! say here how it is repeated.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use regrant::domain::contact::Contacts;
use regrant::domain::id::{RequestId, SessionId};
use regrant::domain::session::SessionState;
use regrant::embedded::worker::{drain_notifications, drain_scans};
use regrant::keyring::{SignedMute, SignedRequest};
use regrant::queue::{NotificationWork, Queues, SaveApp, ScanOrg};
use regrant::settings::{MailSettings, Settings};
use regrant::usecases::Ports;
use regrant::usecases::access::keys::keys;
use regrant::usecases::consent::session::open_cookie;
use regrant::usecases::notify::contacts::set_contacts;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::microsoft::Decision;
use regrant_template::routes;
use regrant_tests::aws::template;
use regrant_tests::consent::{Browser, ConsentBench, router};
use regrant_tests::copying_queue::CopyingQueue;
use regrant_tests::crash_point::{CrashPoint, CrashingLedger, CrashingVault};
use regrant_tests::mailbox::{Mailbox, request};

use super::{ADMIN, TENANT};

/// How often each request is repeated, twice. Any constant allowance is used up in the first half.
const REPEATS: usize = 60;

/// An administrator who is asked by email.
const ADA: &str = "ada@acme.example";

/// The console's pages that a stranger can request, and the forms.
const CONSOLE_PAGES: [&str; 8] = [
    "orgs",
    "settings",
    "apps/00o1/0oa1",
    "sign-in",
    "sign-in/begin",
    "sign-in/local?token=x",
    "callback?state=x&code=y",
    "unknown",
];
const CONSOLE_FORMS: [&str; 3] = ["bulk", "sign-out", "apps/00o1/0oa1"];

/// What requests have caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caused {
    writes: u64,
    vendor_calls: u64,
    messages: usize,
    emails: usize,
}

/// Regrant with counters.
pub(crate) struct Counted {
    pub(crate) bench: ConsentBench,
    writes: Arc<CrashPoint>,
    scans: Arc<CopyingQueue<ScanOrg>>,
    saves: Arc<CopyingQueue<SaveApp>>,
    notifications: Arc<CopyingQueue<NotificationWork>>,
    mailbox: Arc<Mailbox>,
}

impl Counted {
    pub(crate) async fn new() -> Self {
        Self::over(ConsentBench::new().await)
    }

    pub(crate) fn over(mut bench: ConsentBench) -> Self {
        let (writes, mailbox) = (CrashPoint::new(None), Mailbox::new());
        let queues = &bench.ports.queues;
        let scans = CopyingQueue::over(queues.scans.clone(), 1);
        let saves = CopyingQueue::over(queues.saves.clone(), 1);
        let notifications = CopyingQueue::over(queues.notifications.clone(), 1);
        let mail = MailSettings { sender: Some("regrant@acme.example".parse().unwrap()), ..MailSettings::default() };
        bench.ports = Ports {
            ledger: Arc::new(CrashingLedger(bench.ports.ledger.clone(), writes.clone())),
            vault: Arc::new(CrashingVault(bench.ports.vault.clone(), writes.clone())),
            queues: Queues { scans: scans.clone(), saves: saves.clone(), notifications: notifications.clone() },
            mail: mailbox.clone(),
            settings: Arc::new(Settings { mail, ..Settings::clone(&bench.ports.settings) }),
            ..bench.ports
        };
        Self { bench, writes, scans, saves, notifications, mailbox }
    }

    fn so_far(&self) -> Caused {
        Caused {
            writes: self.writes.writes(),
            vendor_calls: self.bench.simulation.kill_point.calls(),
            messages: self.scans.sent() + self.saves.sent() + self.notifications.sent(),
            emails: self.mailbox.emails().len(),
        }
    }

    /// Every function, the console included.
    fn router(&self) -> Router {
        router(&self.bench.ports).merge(regrant_console::router(self.bench.ports.clone(), None).reset_fallback())
    }

    /// Repeats a request, each time in a new browser or in `browser`, and checks that the second half causes nothing.
    pub(crate) async fn repeat(&self, browser: Option<&Browser>, (method, path, body): (&str, &str, &str)) {
        let mut at_half = self.so_far();
        for repeat in 0..2 * REPEATS {
            if repeat == REPEATS {
                at_half = self.so_far();
            }
            let mut browser = browser.cloned().unwrap_or_else(|| Browser::new(self.router()));
            let seen = browser.send(method, path, Body::from(body.to_owned())).await;
            assert!(seen.status != 500 && seen.status != 405, "{method} {path}: {}", seen.body);
        }
        assert_eq!(self.so_far(), at_half, "{method} {path} {body}");
    }
}

/// How far the session is whose requests are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    SigningIn,
    Verified,
    Consenting,
    Done,
    Failed,
}

/// A valid link, a session with its browser, and the links of emails.
struct Valid {
    counted: Counted,
    browser: Browser,
    invitation: String,
    session: String,
    callback: String,
    token: String,
    /// The text of Okta's last page, if the session waits for it.
    text: String,
    mute: String,
    request: String,
}

impl Valid {
    async fn at(stage: Stage) -> Self {
        let counted = Counted::new().await;
        let (mute, request) = emailed_links(&counted).await;
        let bench = &counted.bench;
        let invitation = bench.invite(TENANT).await;
        let mut browser = Browser::new(counted.router());
        let location = browser.post(&invitation, &[]).await.location_url();
        let id = browser.cookies.keys().next().unwrap().trim_start_matches("__Host-regrant-").to_owned();
        let session = format!("/consent/session/{id}");
        let decision = if stage == Stage::Failed { Decision::Cancel } else { Decision::Accept };
        let back = bench.at_microsoft(&location, ADMIN, decision);
        if stage != Stage::SigningIn {
            browser.get_url(&back).await;
        }
        let token = form_token(&counted, &browser, &id.parse().unwrap()).await;
        let mut text = String::new();
        if matches!(stage, Stage::Consenting | Stage::Done) {
            text = bench.consent_at_okta(&mut browser, &session).await;
        }
        if stage == Stage::Done {
            browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &text)]).await;
            bench.work().await;
        }
        let callback = format!("{}?{}", back.path(), back.query().unwrap());
        let valid = Self { counted, browser, invitation, session, callback, token, text, mute, request };
        assert_eq!(valid.stage(&id.parse().unwrap()).await, stage);
        valid
    }

    async fn stage(&self, id: &SessionId) -> Stage {
        match self.counted.bench.ports.ledger.session(id).await.unwrap().unwrap().state {
            SessionState::SigningIn => Stage::SigningIn,
            SessionState::Verified { .. } => Stage::Verified,
            SessionState::Consenting { .. } => Stage::Consenting,
            SessionState::Done => Stage::Done,
            SessionState::Failed { .. } => Stage::Failed,
        }
    }

    /// The paths and bodies with which a route is repeated.
    fn requests(&self, route: &str) -> Vec<(String, String)> {
        let form = |pairs: &[(&str, &str)]| {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("token", &self.token).extend_pairs(pairs).finish()
        };
        let of_session = |action: &str, forms: &[&[(&str, &str)]]| {
            let path = format!("{}/{action}", self.session);
            forms.iter().map(|pairs| (path.clone(), form(pairs))).collect()
        };
        let empty = |path: &str| vec![(path.to_owned(), String::new())];
        match route {
            "GET /" | "GET /openapi.json" => empty(route.split_once(' ').unwrap().1),
            "GET /{proxy+}" => empty("/unknown"),
            "GET /consent/{invitation}" | "HEAD /consent/{invitation}" => empty(&self.invitation),
            "POST /consent/{invitation}" => {
                ["", "account=other"].map(|body| (self.invitation.clone(), body.to_owned())).to_vec()
            }
            "GET /consent/session/{session}" | "HEAD /consent/session/{session}" => empty(&self.session),
            "POST /consent/session/{session}/okta" => of_session("okta", &[&[], &[("pause", "agreed")]]),
            "POST /consent/session/{session}/finish" => of_session("finish", &[&[], &[("result", "refused")]]),
            "POST /consent/session/{session}/handover" => of_session(
                "handover",
                &[&[("handover", &self.text)], &[("handover", "nonsense")], &[("handover", "error=access_denied")]],
            ),
            "GET /oauth/microsoft/callback" => empty(&self.callback),
            "GET /oauth/failed/{failure}" | "HEAD /oauth/failed/{failure}" => empty("/oauth/failed/session-lost"),
            "GET /mail/mute/{token}" | "HEAD /mail/mute/{token}" => empty(&self.mute),
            "POST /mail/mute/{token}" => vec![(self.mute.clone(), "List-Unsubscribe=One-Click".to_owned())],
            "GET /mail/request/{token}" | "HEAD /mail/request/{token}" => empty(&self.request),
            // The console, without an operator's session: a stranger has none.
            "GET /console" => empty("/console"),
            "GET /console/{proxy+}" => CONSOLE_PAGES.map(|page| (format!("/console/{page}"), String::new())).to_vec(),
            "POST /console/{proxy+}" => {
                CONSOLE_FORMS.map(|page| (format!("/console/{page}"), "token=x&action=invite".to_owned())).to_vec()
            }
            other => match other.strip_prefix("GET /oauth/microsoft/") {
                Some(cloud) => empty(&self.callback.replace("callback", cloud)),
                None => unreachable!("{route} is public: say here how it is repeated"),
            },
        }
    }

    async fn repeat(&self, route: &str) {
        let method = route.split(' ').next().unwrap();
        for (path, body) in self.requests(route) {
            self.counted.repeat(Some(&self.browser), (method, &path, &body)).await;
        }
    }
}

/// The routes that need no operator.
fn public_routes() -> Vec<String> {
    let all = routes(template()).into_keys();
    let public: Vec<String> = all.filter(|route| !route.contains(" /v1/")).collect();
    assert!(public.len() >= 22, "{public:?}");
    public
}

fn is_of_session(route: &str) -> bool {
    route.contains("/consent/session/")
}

/// The links of emails to the administrators and operators of the org: one that mutes, and one that shows a request.
async fn emailed_links(counted: &Counted) -> (String, String) {
    let ports = &counted.bench.ports;
    let (org, _) = counted.bench.ids(TENANT).await;
    let people = |name: &str| vec![name.parse().unwrap()];
    let contacts =
        Contacts { administrators: people(ADA), operators: people("olga@acme.example"), ..Contacts::default() };
    set_contacts(ports, &org, contacts).await.unwrap();
    start_scan(ports, &Selection::Orgs(vec![org])).await.unwrap();
    drain_scans(ports, 1, || ()).await.unwrap();
    while drain_notifications(ports).await.unwrap() > 0 {}
    // Which emails have these links depends on the app's standing; what matters here is that the links are valid.
    let email = counted.mailbox.emails().remove(0);
    let id: RequestId = request(&email).parse().unwrap();
    let notification = email.message_id.trim_start_matches('<').split('@').next().unwrap().parse().unwrap();
    let keys = keys(ports).await.unwrap();
    let mute = keys.sign_mute(&SignedMute { request: id.clone(), address: ADA.parse().unwrap() }).unwrap();
    let ends_at = "2026-04-01T00:00:00Z".parse().unwrap();
    let shown = keys.sign_request(&SignedRequest { request: id, notification, ends_at }).unwrap();
    (format!("/mail/mute/{mute}"), format!("/mail/request/{shown}"))
}

/// The form token of a session, which not every page of it shows.
async fn form_token(counted: &Counted, browser: &Browser, id: &SessionId) -> String {
    let value = browser.cookies[&format!("__Host-regrant-{id}")].replace('+', "%2B");
    let sealed = url::form_urlencoded::parse(format!("v={value}").as_bytes()).next().unwrap().1.into_owned();
    open_cookie(&counted.bench.ports, id, &sealed).await.unwrap().unwrap().form_token()
}

#[tokio::test]
async fn repeated_requests_with_valid_links_cost_a_constant() {
    let valid = Valid::at(Stage::Verified).await;
    for route in public_routes().iter().filter(|route| !is_of_session(route)) {
        valid.repeat(route).await;
    }
}

async fn repeat_every_route_of_session(stage: Stage) {
    for route in public_routes().iter().filter(|route| is_of_session(route)) {
        Valid::at(stage).await.repeat(route).await;
    }
}

#[tokio::test]
async fn repeated_requests_while_signing_in_cost_a_constant() {
    repeat_every_route_of_session(Stage::SigningIn).await;
}

#[tokio::test]
async fn repeated_requests_of_verified_session_cost_a_constant() {
    repeat_every_route_of_session(Stage::Verified).await;
}

#[tokio::test]
async fn repeated_requests_while_consenting_cost_a_constant() {
    repeat_every_route_of_session(Stage::Consenting).await;
}

#[tokio::test]
async fn repeated_requests_of_done_session_cost_a_constant() {
    repeat_every_route_of_session(Stage::Done).await;
}

#[tokio::test]
async fn repeated_requests_of_failed_session_cost_a_constant() {
    repeat_every_route_of_session(Stage::Failed).await;
}

/// A person who merely has the link of an org that waives the sign-in takes turns between the forms, one a second. That
/// changes the same session again and again, and queues at most a message a minute.
#[tokio::test]
async fn alternating_forms_of_link_holder_cost_a_constant() {
    let counted = Counted::over(ConsentBench::waiving().await);
    let invitation = counted.bench.invite(TENANT).await;
    let mut browser = Browser::new(counted.router());
    let session = browser.post(&invitation, &[]).await.location_url().path().to_owned();
    let id: SessionId = session.rsplit('/').next().unwrap().parse().unwrap();
    let token = form_token(&counted, &browser, &id).await;
    let forms = [
        ("okta", ("pause", "agreed")),
        ("finish", ("result", "")),
        ("finish", ("result", "refused")),
        ("handover", ("handover", "error=access_denied")),
    ];
    let grown = async || {
        let Caused { vendor_calls, emails, .. } = counted.so_far();
        (vendor_calls, emails, counted.bench.events(TENANT).await.len())
    };
    let mut at_half = grown().await;
    for repeat in 0..2 * REPEATS {
        if repeat == REPEATS {
            at_half = grown().await;
        }
        for (action, extra) in forms {
            browser.post(&format!("{session}/{action}"), &[("token", &token), extra]).await;
            counted.bench.clock.advance(Duration::from_secs(1));
        }
    }
    assert_eq!(grown().await, at_half);
    let minutes = 2 * REPEATS * forms.len() / 60;
    let messages = counted.so_far().messages;
    assert!(messages <= minutes + 1, "{messages} messages in {minutes} minutes");
}
