//! Nothing in Okta changes before a verified sign-in or an operator's own step: for every route and every state of a session,
//! with and without a registration.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use axum::body::Body;
use regrant::domain::cloud::Cloud;
use regrant::usecases::access::tenants::remove_registration;
use regrant::usecases::consent::session::open_cookie;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench};

/// One app of each kind: first consent, always on, stored password, only to be saved.
const TENANTS: [(&str, &str); 4] =
    [("acmelabs", "acme"), ("acme", "acme"), ("contoso", "contoso"), ("contosoemea", "contoso")];

/// The states in which no one is verified.
#[derive(Debug, Clone, Copy)]
enum State {
    NotBegun,
    SigningIn,
    Refused,
    NotAdministrator,
    WithoutFactor,
    BlockedByPolicy,
    OfAnotherTenant,
    Expired,
}

const STATES: [State; 8] = [
    State::NotBegun,
    State::SigningIn,
    State::Refused,
    State::NotAdministrator,
    State::WithoutFactor,
    State::BlockedByPolicy,
    State::OfAnotherTenant,
    State::Expired,
];

/// The routes that a stranger reaches: those that API Gateway passes on without an operator's token.
fn public_routes() -> Vec<(&'static str, &'static str)> {
    let template = include_str!("../../../template.yaml");
    let lines: Vec<&str> = template.lines().map(str::trim).collect();
    let pairs = lines.windows(2).filter(|pair| pair[1] == "AuthorizationType: NONE");
    let routes: Vec<_> = pairs.filter_map(|pair| pair[0].strip_prefix("RouteKey: ")?.split_once(' ')).collect();
    assert!(routes.len() > 20 && routes.contains(&("POST", "/consent/session/{session}/okta")), "{routes:?}");
    routes
}

fn only_read(bench: &ConsentBench, org: &str) -> bool {
    bench.simulation.okta.requests(org).iter().all(|request| request.method == "GET")
}

/// The session that a browser's only cookie belongs to, and its form token.
async fn session_of(bench: &ConsentBench, browser: &Browser) -> Option<(String, String)> {
    let (name, value) = browser.cookies.iter().find(|(name, _)| !name.ends_with("-link"))?;
    let id = name.trim_start_matches("__Host-regrant-").to_owned();
    let pair = format!("v={}", value.replace('+', "%2B"));
    let sealed = url::form_urlencoded::parse(pair.as_bytes()).next()?.1.into_owned();
    let secrets = open_cookie(&bench.ports, &id.parse().ok()?, &sealed).await.ok()??;
    Some((format!("/consent/session/{id}"), secrets.form_token()))
}

/// Requests every route that a stranger reaches, each form with the right token if there is one.
async fn tries_every_route(bench: &ConsentBench, browser: &mut Browser, invitation: &str) {
    let (session, token) = session_of(bench, browser).await.unwrap_or_default();
    let session = if session.is_empty() { "/consent/session/0123456789abcdef" } else { &session };
    let fields = [("pause", "agreed"), ("result", "refused"), ("handover", "code=c&state=s"), ("account", "other")];
    for (method, route) in public_routes() {
        let path = route
            .replace("/consent/session/{session}", session)
            .replace("/consent/{invitation}", invitation)
            .replace("{failure}", "declined")
            .replace("{token}", invitation.trim_start_matches("/consent/"))
            .replace("{proxy+}", "no/such/page");
        if method == "POST" {
            // A form that begins anew changes the cookies.
            let mut sender = browser.clone();
            for field in fields {
                sender.post(&path, &[("token", &token), field]).await;
                bench.work_once().await;
            }
            browser.get(&path).await;
        } else {
            browser.send(method, &format!("{path}?code=c&state=s"), Body::empty()).await;
        }
    }
    bench.work().await;
}

async fn reach(bench: &ConsentBench, browser: &mut Browser, invitation: &str, state: State) {
    if matches!(state, State::NotBegun) {
        return;
    }
    let sent = browser.post(invitation, &[]).await;
    if sent.headers.get("location").is_none_or(|place| !place.to_str().unwrap().contains("oauth2")) {
        return;
    }
    let (person, decision) = match state {
        State::Refused => ("ada.administrator", Decision::Cancel),
        State::NotAdministrator => ("hugo.helpdesk", Decision::Accept),
        State::WithoutFactor => ("mia.mustfactor", Decision::Accept),
        State::BlockedByPolicy => ("carl.conditional", Decision::Accept),
        State::OfAnotherTenant => ("sven.stranger@elsewhere.example", Decision::Accept),
        State::Expired => {
            bench.clock.advance(std::time::Duration::from_mins(11));
            return;
        }
        State::NotBegun | State::SigningIn => return,
    };
    let back = bench.at_microsoft(&sent.location_url(), person, decision);
    browser.get_url(&back).await;
}

#[tokio::test]
async fn nothing_changes_before_a_verified_sign_in() {
    for (tenant, org) in TENANTS {
        let bench = ConsentBench::new().await;
        for state in STATES {
            let invitation = bench.invite(tenant).await;
            let mut browser = bench.browser();
            reach(&bench, &mut browser, &invitation, state).await;
            tries_every_route(&bench, &mut browser, &invitation).await;
            assert!(only_read(&bench, org), "{tenant} {state:?}");
        }
    }
}

#[tokio::test]
async fn nothing_changes_without_registration() {
    for (tenant, org) in TENANTS {
        let bench = ConsentBench::new().await;
        let invitation = bench.invite(tenant).await;
        remove_registration(&bench.ports, Cloud::Global).await.unwrap();
        for state in STATES {
            let mut browser = bench.browser();
            reach(&bench, &mut browser, &invitation, state).await;
            tries_every_route(&bench, &mut browser, &invitation).await;
            assert!(only_read(&bench, org), "{tenant} {state:?}");
        }
    }
}

#[tokio::test]
async fn nothing_changes_while_sign_in_is_waived() {
    for (tenant, org) in TENANTS {
        let bench = ConsentBench::waiving().await;
        let invitation = bench.invite(tenant).await;
        let mut browser = bench.browser();
        browser.post(&invitation, &[]).await.location_url();
        for _ in 0..2 {
            tries_every_route(&bench, &mut browser, &invitation).await;
        }
        if let Some((session, token)) = session_of(&bench, &browser).await
            && let Some(link) = browser.open_consent(&session).await
        {
            let back = bench.at_microsoft(&link, "ada.administrator", Decision::Accept);
            let shown = bench.at_okta(&back).await;
            browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
        }
        bench.work().await;
        regrant::usecases::save::resume::resume_saves(&bench.ports).await.unwrap();
        bench.work().await;
        assert!(only_read(&bench, org), "{tenant}");
    }
}

/// A reload, a bookmark or the address bar requests with GET what a form posted.
#[tokio::test]
async fn address_of_a_form_leads_back_to_its_session() {
    let bench = ConsentBench::new().await;
    let forms = public_routes().into_iter().filter(|(method, route)| *method == "POST" && route.contains("{session}"));
    let forms: Vec<&str> = forms.map(|(_, route)| route).collect();
    assert_eq!(forms.len(), 3, "{forms:?}");
    let functions = [
        regrant_tests::consent::router(&bench.ports),
        // On AWS, the function that serves unknown paths serves the address of a form.
        regrant_callback::router(bench.ports.clone()),
        regrant_consent_url::router(bench.ports.clone()),
        regrant_save::router(bench.ports.clone()),
    ];
    for state in STATES {
        let invitation = bench.invite("acmelabs").await;
        let mut browser = bench.browser();
        reach(&bench, &mut browser, &invitation, state).await;
        let session = session_of(&bench, &browser).await.map(|(session, _)| session);
        let session = session.unwrap_or_else(|| "/consent/session/0123456789abcdef".to_owned());
        for function in &functions {
            for route in &forms {
                let path = route.replace("/consent/session/{session}", &session);
                let seen = Browser::new(function.clone()).get(&path).await;
                assert_eq!(seen.location(), session, "{route} {state:?}");
            }
        }
    }
}
