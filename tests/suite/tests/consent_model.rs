//! A model of a consent: for every state before and everything that a person can do, the page, the emails, the standing and
//! the invitation agree with what Okta and Microsoft really hold in the simulators.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use regrant::clock::SimulatedClock;
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::Contacts;
use regrant::domain::event::EventKind;
use regrant::domain::invitation::Closing;
use regrant::domain::standing::Standing;
use regrant::embedded::worker::{drain_notifications, drain_saves, drain_scans};
use regrant::ledger::PageRequest;
use regrant::microsoft::MfaEvidence;
use regrant::settings::{MailSettings, Settings};
use regrant::usecases::Ports;
use regrant::usecases::access::orgs;
use regrant::usecases::consent::invite::invite;
use regrant::usecases::notify::contacts::set_contacts;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::microsoft::Decision;
use regrant_simulators::{Connection, Fault, LogEntry, Provisioning, Times, demo_set};
use regrant_tests::bench::{api_token, simulated_clock};
use regrant_tests::consent::{Browser, Simulation, app_of, register, registration, router};
use regrant_tests::mailbox::{Mailbox, request};
use regrant_tests::memory_vault::MemoryVault;
use tempfile::TempDir;

const TENANT: &str = "acmelabs";
const DOMAIN: &str = "acmelabs.onmicrosoft.com";
const ORG: &str = "acme";
const ADMIN: &str = "ada.administrator";

/// The connection in Okta before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    On,
    Prepared,
    /// Consented in the Admin Console and not saved.
    ConsentedNotSaved,
    /// Off, and Okta asks for no consent.
    NeedsSave,
    /// Provisioning runs on a stored password.
    Password,
}

/// The grants at Microsoft before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grants {
    None,
    Partial,
    All,
    Unreadable,
}

/// What the person did on Okta's consent page at Microsoft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtMicrosoft {
    Nothing,
    Cancel,
    Accept,
}

/// What the person then did at Regrant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HandedOver {
    Nothing,
    /// Pressed "I've accepted".
    Word,
    /// The text of Okta's page.
    Code,
    /// The text with a code that Okta rejects.
    RejectedCode,
    /// Nothing; an operator requested a save.
    OperatorsSave,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    before: Before,
    grants: Grants,
    fails: bool,
    at_microsoft: AtMicrosoft,
    handed_over: HandedOver,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for before in [Before::On, Before::Prepared, Before::ConsentedNotSaved, Before::NeedsSave, Before::Password] {
        for grants in [Grants::None, Grants::Partial, Grants::All, Grants::Unreadable] {
            for fails in [false, true] {
                for at_microsoft in [AtMicrosoft::Nothing, AtMicrosoft::Cancel, AtMicrosoft::Accept] {
                    for handed_over in [
                        HandedOver::Nothing,
                        HandedOver::Word,
                        HandedOver::Code,
                        HandedOver::RejectedCode,
                        HandedOver::OperatorsSave,
                    ] {
                        let has_code = matches!(handed_over, HandedOver::Code | HandedOver::RejectedCode);
                        if !has_code || at_microsoft == AtMicrosoft::Accept {
                            cases.push(Case { before, grants, fails, at_microsoft, handed_over });
                        }
                    }
                }
            }
        }
    }
    cases
}

/// Regrant with one org, whose app is in the state of a case.
struct Stage {
    simulation: Simulation,
    ports: Ports,
    clock: SimulatedClock,
    mailbox: Arc<Mailbox>,
    app: String,
    _folder: TempDir,
}

/// What Okta holds in the end.
#[derive(Debug)]
struct Truth {
    on: bool,
    consented: bool,
    code_accepted: bool,
}

impl Stage {
    async fn set(case: &Case, has_registration: bool) -> Self {
        let clock = simulated_clock();
        let simulation = Simulation::new(Arc::new(clock.clone())).await;
        let folder = tempfile::tempdir().unwrap();
        let mut ports = simulation.ports(&folder.path().join("data")).await;
        let mailbox = Mailbox::new();
        let mail = MailSettings { sender: Some("regrant@acme.example".parse().unwrap()), ..MailSettings::default() };
        ports.settings = Arc::new(Settings { mail, ..Settings::clone(&ports.settings) });
        ports.mail = mailbox.clone();
        // In memory: 440 consents would wait for the disk most of their time.
        ports.vault = Arc::new(MemoryVault::default());
        if has_registration {
            register(&ports, &registration(MfaEvidence::default())).await;
        }
        let demo = demo_set().into_iter().find(|demo| demo.name == ORG).unwrap();
        let app = demo.org.apps.iter().find(|app| app.tenant.as_deref() == Some(TENANT)).unwrap().id.clone();
        simulation.okta.with_org(ORG, |org| {
            let app = org.app_mut(&app).unwrap();
            app.provisioning = Provisioning::Enabled;
            (app.connection, app.consented) = match case.before {
                Before::On => (Connection::OAuth2 { enabled: true, authorize: true }, true),
                Before::Prepared => (Connection::OAuth2 { enabled: false, authorize: true }, false),
                Before::ConsentedNotSaved => (Connection::OAuth2 { enabled: false, authorize: true }, true),
                Before::NeedsSave => (Connection::OAuth2 { enabled: false, authorize: false }, true),
                Before::Password => (Connection::Unknown, false),
            };
        });
        if case.grants != Grants::None {
            assert!(simulation.microsoft.consent_again(DOMAIN));
        }
        if case.grants == Grants::Partial {
            assert!(simulation.microsoft.revoke_permission(DOMAIN, "User.ReadWrite.All"));
        }
        if case.fails {
            simulation.okta.log(ORG, LogEntry::profile_push_failed(&app, "ann@acme.example", "AADSTS53003: blocked"));
        }
        clock.advance(Duration::from_mins(1));
        let added = orgs::add(&ports, &simulation.okta.org_url(ORG), Cloud::Global, &api_token(demo.token)).await;
        let people = |name: &str| vec![name.parse().unwrap()];
        let contacts = Contacts {
            administrators: people("ada@acme.example"),
            operators: people("olga@acme.example"),
            ..Contacts::default()
        };
        set_contacts(&ports, &added.unwrap().profile.id, contacts).await.unwrap();
        let stage = Self { simulation, ports, clock, mailbox, app, _folder: folder };
        stage.scan().await;
        stage
    }

    async fn scan(&self) {
        start_scan(&self.ports, &Selection::All).await.unwrap();
        drain_scans(&self.ports, 1, || ()).await.unwrap();
        while drain_notifications(&self.ports).await.unwrap() > 0 {}
    }

    async fn work(&self) {
        for _ in 0..20 {
            drain_saves(&self.ports).await.unwrap();
            self.clock.advance(Duration::from_secs(6));
        }
        while drain_notifications(&self.ports).await.unwrap() > 0 {}
    }

    async fn invite(&self) -> String {
        let (org, app) = app_of(&self.ports, TENANT).await;
        invite(&self.ports, &org, &app).await.unwrap().link.path().to_owned()
    }

    fn truth(&self) -> Truth {
        let (on, consented) = self
            .simulation
            .okta
            .with_org(ORG, |org| {
                let app = org.app(&self.app).unwrap();
                (matches!(app.connection, Connection::OAuth2 { enabled: true, .. }), app.consented)
            })
            .unwrap();
        let requests = self.simulation.okta.requests(ORG);
        let code_accepted = requests.iter().any(|request| {
            request.method == "POST"
                && request.path_and_query.contains("/oauth2/callback")
                && request.status == Some(204)
        });
        Truth { on, consented, code_accepted }
    }

    /// Okta's consent at Microsoft, and the text of Okta's page if it was accepted.
    async fn consent_at_microsoft(&self, browser: &mut Browser, session: &str, case: &Case) -> Option<String> {
        let link = browser.open_consent(session).await?;
        if case.at_microsoft == AtMicrosoft::Nothing {
            return None;
        }
        let decision = match case.at_microsoft {
            AtMicrosoft::Accept => Decision::Accept,
            _ => Decision::Cancel,
        };
        let back = self.simulation.at_microsoft(&link, ADMIN, decision);
        let shown = self.simulation.at_okta(&back).await;
        (decision == Decision::Accept).then_some(shown)
    }

    /// Does at Regrant what the case says.
    async fn hand_over(&self, browser: &mut Browser, session: &str, case: &Case, shown: Option<String>) {
        let token = browser.form_token(session).await;
        match (case.handed_over, shown) {
            (HandedOver::Word, _) => drop(browser.post(&format!("{session}/finish"), &[("token", &token)]).await),
            (HandedOver::Code | HandedOver::RejectedCode, Some(shown)) => {
                let spoiled = case.handed_over == HandedOver::RejectedCode;
                let text = if spoiled { shown.replace("?code=", "?code=x") } else { shown };
                browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &text)]).await;
            }
            (HandedOver::OperatorsSave, _) => {
                let (org, app) = app_of(&self.ports, TENANT).await;
                let sent = browser.send("POST", &format!("/v1/apps/{org}/{app}/save"), Body::empty()).await;
                assert_eq!(sent.status, 202);
            }
            _ => {}
        }
    }
}

/// The claims that people see, compared with the truth.
async fn check(stage: &Stage, browser: &mut Browser, session: &str, asked_for: &str, case: &Case) {
    let truth = stage.truth();
    let what = format!("{case:?} {truth:?}");
    let (org, app) = app_of(&stage.ports, TENANT).await;
    let record = stage.ports.ledger.app(&org, &app).await.unwrap().unwrap();
    let heading = browser.get(session).await.heading();
    let page_done = heading.starts_with("Done");
    let events = stage.ports.ledger.events(&org, &app, PageRequest::first(500)).await.unwrap().items;
    let saved = events.iter().any(|event| matches!(event.kind, EventKind::Saved { .. }));
    let invitations = stage.ports.ledger.invitations(&org, &app, PageRequest::first(10)).await.unwrap().items;
    let used_up = invitations.iter().any(|it| it.closed.is_some_and(|closed| closed.why == Closing::UsedUp));
    let closed = record.request.as_ref().is_some_and(|request| request.id.as_str() == asked_for && !request.is_open());
    let done_emails = {
        let mut count = 0;
        for email in stage.mailbox.emails() {
            let id = email.message_id.trim_start_matches('<').split('@').next().unwrap().parse().unwrap();
            let about = stage.ports.ledger.notification(&request(&email).parse().unwrap(), &id).await.unwrap();
            count += usize::from(about.is_some_and(|notification| notification.about.name() == "done"));
        }
        count
    };

    let was_on = case.before == Before::On;
    let accepted = case.at_microsoft == AtMicrosoft::Accept;
    let grants_appeared = accepted && matches!(case.grants, Grants::None | Grants::Partial);
    let given = truth.code_accepted || !case.fails && truth.consented && (!was_on || grants_appeared);
    let operators = case.handed_over == HandedOver::OperatorsSave;

    assert!(!page_done || (truth.on && given), "a consent that no one gave is called done: {what}");
    assert!(!truth.code_accepted || saved && truth.on, "an accepted code is not saved: {what} {heading}");
    assert!(!saved || (truth.on && given), "the audit trail calls it saved: {what}");
    assert!(operators || page_done == saved, "the page and the audit trail differ: {what} {heading}");
    assert!(!used_up || page_done, "the link is used up: {what}");
    assert!(!was_on || truth.on, "a connection that was on is off: {what}");
    if case.fails && !truth.code_accepted {
        assert_ne!(record.standing(), Standing::Consented, "a failing sign-in is forgotten: {what}");
        assert!(!closed && done_emails == 0, "the request is closed: {what}");
    }
    assert!(done_emails == 0 || given, "an email says that it is done: {what}");
    assert_eq!(closed, !asked_for.is_empty() && !record.standing().needs_action(), "the request: {what}");
    if truth.code_accepted {
        assert_eq!(record.standing(), Standing::Consented, "{what} {:?}", record.assessment.reasons);
    }
}

async fn run(case: &Case) {
    let stage = Box::pin(Stage::set(case, true)).await;
    let (org, app) = app_of(&stage.ports, TENANT).await;
    let record = stage.ports.ledger.app(&org, &app).await.unwrap().unwrap();
    let asked_for = record.request.map(|request| request.id.to_string()).unwrap_or_default();
    let mut browser = Browser::new(router(&stage.ports));
    let invitation = stage.invite().await;
    let session = stage.simulation.sign_in(&mut browser, &invitation, ADMIN).await;
    if case.grants == Grants::Unreadable {
        stage.simulation.microsoft.fail("/v1.0/servicePrincipals", Fault::ServerError, Times::Always);
    }
    let shown = stage.consent_at_microsoft(&mut browser, &session, case).await;
    stage.work().await;
    stage.hand_over(&mut browser, &session, case, shown).await;
    stage.work().await;
    check(&stage, &mut browser, &session, &asked_for, case).await;
    // Nothing that a later scan reads changes the conclusion.
    stage.scan().await;
    check(&stage, &mut browser, &session, &asked_for, case).await;
}

async fn run_all(before: Before) {
    for case in cases().iter().filter(|case| case.before == before) {
        run(case).await;
    }
}

#[tokio::test]
async fn consent_for_enabled_connection_agrees_with_vendors() {
    run_all(Before::On).await;
}

#[tokio::test]
async fn consent_for_prepared_connection_agrees_with_vendors() {
    run_all(Before::Prepared).await;
}

#[tokio::test]
async fn save_of_console_consent_agrees_with_vendors() {
    run_all(Before::ConsentedNotSaved).await;
}

#[tokio::test]
async fn plain_save_agrees_with_vendors() {
    run_all(Before::NeedsSave).await;
}

#[tokio::test]
async fn consent_for_password_connection_agrees_with_vendors() {
    run_all(Before::Password).await;
}
