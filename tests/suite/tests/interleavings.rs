//! Interleavings: two browsers with two tabs each and one operator take steps on one app in any order. In every order,
//! there is at most one effect per invitation and per code, no link is lost, and nothing changes in Okta before a verified
//! sign-in or the operator's own step.
//!
//! Each sequence is drawn from a seed, so a failure names the seed and the steps and can be repeated.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

#[path = "interleavings/steps.rs"]
mod steps;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use regrant::domain::event::EventKind;
use regrant::domain::id::{AppId, OrgId, SessionId};
use regrant::domain::invitation::InvitationState;
use regrant::domain::session::{AuthorizationSession, SessionState};
use regrant::embedded::worker::{drain_saves, drain_scans};
use regrant::ledger::PageRequest;
use regrant::randomness::SeededRandomness;
use regrant::usecases::Ports;
use regrant::usecases::consent::invite::{invite, revoke_invitation};
use regrant::usecases::save::open_consent::{PauseAgreement, link_for_operator};
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::Connection;
use regrant_simulators::microsoft::Decision;
use regrant_tests::concurrent_changes::ConcurrentChange;
use regrant_tests::consent::{Browser, ConsentBench, Seen};
use regrant_tests::crash_point::{CrashPoint, CrashingLedger};
use steps::{Dice, ENABLED, NEEDS_SAVE, PASSWORD, PREPARED, Step, Subject, TABS};
use url::Url;

const ADMIN: &str = "ada.administrator";
const HELPDESK: &str = "hugo.helpdesk";
/// The sequences of each connection in CI, and how many steps one has.
const SEQUENCES: u64 = 60;
const STEPS: usize = 24;
/// The sequences of each connection in the long run.
const MANY_SEQUENCES: u64 = 2_500;

/// What a tab shows and knows. Tabs 0 and 1 belong to one browser, 2 and 3 to the other.
#[derive(Default)]
struct Tab {
    at_microsoft: Option<Url>,
    callback: Option<Url>,
    session: Option<SessionId>,
    links: Vec<Url>,
    texts: Vec<String>,
}

/// One sequence of steps on one app.
struct Sequence {
    bench: ConsentBench,
    writes: Arc<CrashPoint>,
    subject: Subject,
    org: OrgId,
    app: AppId,
    invitation: String,
    browsers: [Browser; 2],
    tabs: [Tab; TABS],
    /// Every session so far, with its latest state.
    sessions: Vec<(SessionId, Option<SessionState>)>,
    operator_stepped: bool,
    /// The seed and the steps so far, for the message of a failure.
    steps: Vec<String>,
}

impl fmt::Debug for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.subject.tenant, self.steps.join(", "))
    }
}

/// How far a session is. It never goes back, and an ended one does not change.
const fn progress(state: &SessionState) -> u8 {
    match state {
        SessionState::SigningIn => 0,
        SessionState::Verified { .. } => 1,
        SessionState::Consenting { .. } => 2,
        SessionState::Done | SessionState::Failed { .. } => 3,
    }
}

impl Sequence {
    async fn start(subject: Subject) -> Self {
        let mut bench = ConsentBench::new().await;
        let writes = CrashPoint::new(None);
        bench.ports.ledger = Arc::new(CrashingLedger(bench.ports.ledger.clone(), writes.clone()));
        let (org, app) = bench.ids(subject.tenant).await;
        let invitation = bench.invite(subject.tenant).await;
        let browsers = [bench.browser(), bench.browser()];
        Self {
            bench,
            writes,
            subject,
            org,
            app,
            invitation,
            browsers,
            tabs: Default::default(),
            sessions: Vec::new(),
            operator_stepped: false,
            steps: Vec::new(),
        }
    }

    fn ports(&self) -> &Ports {
        &self.bench.ports
    }

    fn browser(&mut self, tab: usize) -> &mut Browser {
        &mut self.browsers[tab / 2]
    }

    fn path(&self, tab: usize) -> Option<String> {
        self.tabs[tab].session.as_ref().map(|id| format!("/consent/session/{id}"))
    }

    /// Submits a form of a tab's session. `None` if it has none.
    async fn submit(&mut self, tab: usize, action: &str, form: &[(&str, &str)]) -> Option<Seen> {
        let session = self.path(tab)?;
        let browser = self.browser(tab);
        let token = browser.form_token(&session).await;
        let filled: Vec<(&str, &str)> = [("token", token.as_str())].into_iter().chain(form.iter().copied()).collect();
        Some(browser.post(&format!("{session}/{action}"), &filled).await)
    }

    /// Writes to Okta so far: everything but GET.
    fn writes_to_okta(&self) -> Vec<String> {
        let requests = self.bench.simulation.okta.requests(self.subject.org);
        requests.into_iter().filter(|request| request.method != "GET").map(|request| request.path_and_query).collect()
    }

    fn connection(&self) -> Connection {
        let app = |org: &mut regrant_simulators::Org| org.app(self.app.as_str()).unwrap().connection;
        self.bench.simulation.okta.with_org(self.subject.org, app).unwrap()
    }

    async fn events(&self) -> Vec<EventKind> {
        let events = self.ports().ledger.events(&self.org, &self.app, PageRequest::first(1_000)).await.unwrap();
        events.items.into_iter().map(|event| event.kind).collect()
    }

    async fn session(&self, id: &SessionId) -> Option<AuthorizationSession> {
        self.ports().ledger.session(id).await.unwrap()
    }

    /// What an honest person does next in one of the tabs, so that sequences lead far.
    fn honest_step(&self, dice: &mut Dice) -> Step {
        let at = dice.below(TABS);
        let tab = &self.tabs[at];
        let latest = self.sessions.iter().find(|(id, _)| Some(id) == tab.session.as_ref());
        match latest.and_then(|(_, state)| state.as_ref()) {
            None | Some(SessionState::Done | SessionState::Failed { .. }) => Step::Begin(at),
            Some(SessionState::SigningIn) if tab.at_microsoft.is_some() => Step::SignIn(at),
            Some(_) if !tab.texts.is_empty() => Step::HandOver(at),
            Some(_) if !tab.links.is_empty() => Step::AcceptAtMicrosoft(at),
            Some(SessionState::Verified { .. }) => Step::Open(at),
            Some(SessionState::Consenting { .. }) if dice.below(3) == 0 => Step::Open(at),
            Some(_) => Step::Work,
        }
    }

    /// A change by the operator or the worker in the middle of a step.
    fn change_in_between(&self, dice: &mut Dice) -> (&'static str, ConcurrentChange) {
        let (ports, org, app) = (self.ports().clone(), self.org.clone(), self.app.clone());
        match dice.below(2) {
            0 => ("revoke", Box::pin(async move { revoke_newest(&ports, &org, &app).await })),
            _ => ("work", Box::pin(async move { drop(drain_saves(&ports).await) })),
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Begin(tab) => self.begin(tab).await,
            Step::SignIn(tab) => self.return_from_microsoft(tab, ADMIN, Decision::Accept).await,
            Step::SignInAsHelpdesk(tab) => self.return_from_microsoft(tab, HELPDESK, Decision::Accept).await,
            Step::CancelSignIn(tab) => self.return_from_microsoft(tab, ADMIN, Decision::Cancel).await,
            Step::RepeatCallback(tab) => {
                if let Some(callback) = self.tabs[tab].callback.clone() {
                    self.browser(tab).get_url(&callback).await;
                }
            }
            Step::StealCallback(tab) => {
                if let Some(callback) = self.tabs[tab].callback.clone() {
                    self.browser((tab + 2) % TABS).get_url(&callback).await;
                }
            }
            Step::Reload(tab) => {
                if let Some(path) = self.path(tab) {
                    self.browser(tab).get(&path).await;
                }
            }
            Step::Open(tab) => {
                if let Some(path) = self.path(tab) {
                    let link = self.browser(tab).open_consent(&path).await;
                    self.tabs[tab].links.extend(link);
                }
            }
            Step::AcceptAtMicrosoft(tab) => {
                if let Some(link) = self.tabs[tab].links.pop() {
                    let back = self.bench.at_microsoft(&link, ADMIN, Decision::Accept);
                    let text = self.bench.at_okta(&back).await;
                    self.tabs[tab].texts.push(text);
                }
            }
            Step::CancelAtMicrosoft(tab) => {
                if let Some(link) = self.tabs[tab].links.last() {
                    self.bench.at_microsoft(link, ADMIN, Decision::Cancel);
                }
            }
            Step::HandOver(tab) => self.hand_over(tab).await,
            Step::HandOverOfOtherTab(tab) => {
                if let Some(text) = self.tabs[(tab + 1) % TABS].texts.last().cloned() {
                    self.submit(tab, "handover", &[("handover", &text)]).await;
                }
            }
            Step::Finish(tab) => drop(self.submit(tab, "finish", &[]).await),
            Step::Refuse(tab) => drop(self.submit(tab, "finish", &[("result", "refused")]).await),
            Step::Revoke => revoke_newest(self.ports(), &self.org, &self.app).await,
            Step::Invite => self.invite().await,
            Step::Save => {
                self.operator_stepped = true;
                let path = format!("/v1/apps/{}/{}/save", self.org, self.app);
                self.bench.browser().send("POST", &path, Body::empty()).await;
            }
            Step::Prepare => {
                self.operator_stepped = true;
                let org = self.ports().ledger.org(&self.org).await.unwrap().unwrap();
                let app = self.bench.app(self.subject.tenant).await;
                drop(link_for_operator(self.ports(), &org, &app, PauseAgreement::Given).await);
            }
            Step::Scan => self.scan().await,
            Step::Work => self.bench.work_once().await,
            Step::Wait => {
                self.bench.clock.advance(Duration::from_mins(15));
                self.bench.work_once().await;
            }
        }
    }

    async fn scan(&self) {
        start_scan(self.ports(), &Selection::Orgs(vec![self.org.clone()])).await.unwrap();
        drain_scans(self.ports(), 1, || ()).await.unwrap();
    }

    async fn invite(&mut self) {
        if let Ok(issued) = invite(self.ports(), &self.org, &self.app).await {
            issued.link.path().clone_into(&mut self.invitation);
        }
    }

    async fn begin(&mut self, tab: usize) {
        let invitation = self.invitation.clone();
        let sent = self.browser(tab).post(&invitation, &[]).await;
        let Some(id) = new_session(&sent) else { return };
        self.sessions.push((id.clone(), None));
        self.tabs[tab] = Tab { at_microsoft: Some(sent.location_url()), session: Some(id), ..Tab::default() };
    }

    async fn return_from_microsoft(&mut self, tab: usize, person: &str, decision: Decision) {
        let Some(location) = self.tabs[tab].at_microsoft.take() else { return };
        let callback = self.bench.at_microsoft(&location, person, decision);
        self.browser(tab).get_url(&callback).await;
        self.tabs[tab].callback = Some(callback);
    }

    /// Hands over the text of the tab's own last link. If the session waits for it, every link that it was given counts.
    async fn hand_over(&mut self, tab: usize) {
        let Some(text) = self.tabs[tab].texts.pop() else { return };
        let id = self.tabs[tab].session.clone().unwrap();
        // A browser keeps eight cookies, so many attempts in one browser end its oldest.
        let has_cookie = self.browser(tab).cookies.contains_key(&format!("__Host-regrant-{id}"));
        let waits = has_cookie && self.waits(&id).await;
        let sent = self.submit(tab, "handover", &[("handover", &text)]).await.unwrap();
        let is_accepted = sent.status == 303;
        assert!(is_accepted || !waits, "a link of a waiting session is lost: {self:?}\n{}", sent.heading());
    }

    /// Whether a session waits for a hand-over, and its invitation is still open or only expired.
    async fn waits(&self, id: &SessionId) -> bool {
        let Some(session) = self.session(id).await else { return false };
        let now = self.bench.ports.clock.now();
        let invitation = self.ports().ledger.invitation(&session.invitation).await.unwrap().unwrap();
        matches!(session.state, SessionState::Consenting { .. })
            && now < session.ends_at()
            && invitation.closed.is_none()
    }

    /// What must hold after every step.
    async fn check(&mut self, step: Step, before: &[String]) {
        self.check_sessions().await;
        let writes = self.writes_to_okta();
        if writes.len() > before.len() {
            let events = self.events().await;
            let is_verified = events.iter().any(|kind| matches!(kind, EventKind::AdministratorVerified { .. }));
            assert!(is_verified || self.operator_stepped, "Okta changed before a sign-in: {self:?}");
            if let Some(id) = step.tab().and_then(|tab| self.tabs[tab].session.clone()) {
                let own = |kind: &EventKind| matches!(kind, EventKind::AdministratorVerified { session, .. } if *session == id);
                assert!(events.iter().any(own), "a tab without a sign-in changed Okta: {self:?}");
            }
        }
        let codes: Vec<&String> = writes.iter().filter(|path| path.contains("/oauth2/callback")).collect();
        let distinct: BTreeSet<_> = codes.iter().collect();
        assert_eq!(codes.len(), distinct.len(), "a code was sent twice: {self:?}");
        if self.subject == ENABLED {
            assert!(is_on(self.connection()), "a connection that was on is off: {self:?}");
        }
    }

    async fn check_sessions(&mut self) {
        let mut done = BTreeSet::new();
        for at in 0..self.sessions.len() {
            let (id, last) = self.sessions[at].clone();
            let Some(session) = self.session(&id).await else { continue };
            if let Some(last) = &last {
                let went_back = progress(&session.state) < progress(last);
                let left_its_end = progress(last) == 3 && session.state != *last;
                assert!(!went_back && !left_its_end, "{last:?} became {:?}: {self:?}", session.state);
            }
            if session.state == SessionState::Done {
                assert!(done.insert(session.invitation.clone()), "one link completed two consents: {self:?}");
            }
            self.sessions[at].1 = Some(session.state);
        }
        if !done.is_empty() {
            let events = self.events().await;
            let saved = events.iter().filter(|kind| matches!(kind, EventKind::Saved { .. })).count();
            assert!(saved >= done.len() && is_on(self.connection()), "done, and nothing shows it: {self:?}");
            assert!(self.operator_stepped || saved <= done.len(), "more effects than consents: {self:?}");
        }
    }

    /// After an hour, no pause is left without an alert.
    async fn check_abandoned(&mut self) {
        for _ in 0..70 {
            self.bench.work_once().await;
            self.bench.clock.advance(Duration::from_secs(54));
        }
        self.check_sessions().await;
        let is_paused = !is_on(self.connection()) && self.connection() != Connection::Unknown;
        if self.subject.is_running && is_paused {
            let left_off = |kind: &EventKind| matches!(kind, EventKind::SaveFailed { left_off: true, .. });
            assert!(self.events().await.iter().any(left_off), "provisioning is paused, and no one knows: {self:?}");
            assert!(self.bench.app(self.subject.tenant).await.paused_since().is_some(), "{self:?}");
        }
    }

    /// An honest administrator with a new browser can finish after any earlier steps.
    async fn check_next_administrator_can_finish(&mut self) {
        let now = self.bench.ports.clock.now();
        let open = self.ports().ledger.open_invitations(&self.org, &self.app).await.unwrap();
        if !open.iter().any(|invitation| invitation.state(now) == InvitationState::Open) {
            self.invite().await;
        }
        let mut browser = self.bench.browser();
        let session = self.bench.sign_in(&mut browser, &self.invitation, ADMIN).await;
        if let Some(link) = self.bench.simulation.open_okta(&mut browser, &session).await {
            let back = self.bench.at_microsoft(&link, ADMIN, Decision::Accept);
            let shown = self.bench.at_okta(&back).await;
            let token = browser.form_token(&session).await;
            browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
        }
        self.bench.work().await;
        let heading = browser.get(&session).await.heading();
        assert!(heading.starts_with("Done"), "the next administrator cannot finish: {self:?}\n{heading}");
        assert!(is_on(self.connection()), "{self:?}");
    }
}

const fn is_on(connection: Connection) -> bool {
    matches!(connection, Connection::OAuth2 { enabled: true, .. })
}

/// The session that a response opened, from its cookie's name.
fn new_session(sent: &Seen) -> Option<SessionId> {
    let cookies = sent.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let mut kept = cookies.filter(|cookie| !cookie.contains("Max-Age=0"));
    let name = kept.next()?.split('=').next()?.trim_start_matches("__Host-regrant-");
    name.parse().ok()
}

async fn revoke_newest(ports: &Ports, org: &OrgId, app: &AppId) {
    let newest = ports.ledger.invitations(org, app, PageRequest::first(1)).await.unwrap().items;
    if let Some(newest) = newest.first() {
        revoke_invitation(ports, &newest.id).await.unwrap();
    }
}

/// How far the steps of a sequence led by themselves.
struct Reached {
    is_done: bool,
    has_link: bool,
}

async fn run(subject: Subject, seed: u64) -> Reached {
    let mut dice = Dice(SeededRandomness::new(seed));
    let mut sequence = Sequence::start(subject).await;
    sequence.steps.push(format!("seed {seed}"));
    for _ in 0..STEPS {
        let step = if dice.below(3) == 0 { Step::draw(&mut dice) } else { sequence.honest_step(&mut dice) };
        sequence.steps.push(format!("{step:?}"));
        let before = sequence.writes_to_okta();
        if dice.below(6) == 0 && !matches!(step, Step::HandOver(_)) {
            let (name, change) = sequence.change_in_between(&mut dice);
            sequence.steps.push(format!("({name} in between)"));
            sequence.writes.before_record_writes(&sequence.app, [change]);
        }
        sequence.take(step).await;
        sequence.writes.before_record_writes(&sequence.app, []);
        sequence.check(step, &before).await;
    }
    let is_done = sequence.sessions.iter().any(|(_, state)| *state == Some(SessionState::Done));
    let has_link = sequence.events().await.iter().any(|kind| matches!(kind, EventKind::ConsentLinkOpened { .. }));
    sequence.check_abandoned().await;
    sequence.check_next_administrator_can_finish().await;
    Reached { is_done, has_link }
}

async fn run_all(subject: Subject, sequences: u64) {
    let (mut done, mut links) = (0, 0);
    for seed in 0..sequences {
        let reached = run(subject, seed).await;
        done += u64::from(reached.is_done);
        links += u64::from(reached.has_link);
    }
    // Otherwise the sequences show little.
    assert!(
        done * 4 >= sequences && (links * 2 >= sequences || subject == NEEDS_SAVE),
        "{done} done and {links} links in {sequences} sequences"
    );
}

#[tokio::test]
async fn enabled_connection_survives_any_order() {
    run_all(ENABLED, SEQUENCES).await;
}

#[tokio::test]
async fn prepared_connection_survives_any_order() {
    run_all(PREPARED, SEQUENCES).await;
}

#[tokio::test]
async fn unsaved_connection_survives_any_order() {
    run_all(NEEDS_SAVE, SEQUENCES).await;
}

#[tokio::test]
async fn running_password_connection_survives_any_order() {
    run_all(PASSWORD, SEQUENCES).await;
}

#[tokio::test]
#[ignore = "ten thousand sequences take many minutes"]
async fn thousands_of_orders_are_survived() {
    for subject in [ENABLED, PREPARED, NEEDS_SAVE, PASSWORD] {
        run_all(subject, MANY_SEQUENCES).await;
    }
}
