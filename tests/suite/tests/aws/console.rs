//! The console as a function: an operator opens every page and presses every button.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use regrant::domain::access_policy::Identity;
use regrant::domain::id::{AppId, OrgId};
use regrant::usecases::access::operator_session::{COOKIE, OperatorSession, SignedIn, seal_session};
use regrant_tests::api_gateway::OPERATOR;
use regrant_tests::consent::Browser;

use crate::installation::Installation;

/// A browser in which the operator of `/v1` has signed in to the console. The provider is outside of the stack, so its answer
/// is left out here.
async fn signed_in(installation: &Installation) -> Browser {
    let mut browser = installation.browser();
    let begun = browser.get("/console").await;
    assert_eq!((begun.status, begun.location().as_str()), (StatusCode::SEE_OTHER, "/console/sign-in"));
    assert!(browser.get("/console/sign-in").await.body.contains("regrant console set"), "no provider is set up");
    let identity = Identity {
        issuer: "https://id.example.com".to_owned(),
        subject: OPERATOR.to_owned(),
        name: None,
        claims: BTreeMap::from([("sub".to_owned(), [OPERATOR.to_owned()].into())]),
    };
    let ports = &installation.operator;
    let rules = ports.ledger.access_rules().await.unwrap();
    let session = OperatorSession::new(ports, SignedIn::Operator { identity }, &rules);
    browser.cookies.insert(COOKIE.to_owned(), seal_session(ports, &session).await.unwrap().unwrap());
    browser
}

/// Opens every page, and presses every button of an app's page and of the estate.
pub(super) async fn every_page_and_button(installation: &Installation, org: &OrgId, app: &AppId) {
    let mut browser = signed_in(installation).await;
    let page = format!("/console/apps/{org}/{app}");
    for path in [
        "/console",
        &page,
        &format!("/console/orgs/{org}"),
        &format!("{page}/evidence?format=json"),
        "/console/tenant?name=acmelabs",
        "/console/report?format=csv",
        "/console/apps?format=json",
        "/console/orgs",
        "/console/customers",
        "/console/scans/latest",
        "/console/emails",
        "/console/settings",
    ] {
        let seen = browser.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
    }
    let token = browser.form_token(&page).await;
    let until = (Timestamp::now() + SignedDuration::from_hours(48)).strftime("%Y-%m-%d").to_string();
    let waive = [("reason", "the tenant is being merged"), ("until", until.as_str())];
    let actions: [(&str, &[(&str, &str)]); 6] =
        [("invite", &[]), ("revoke", &[]), ("save", &[]), ("recheck", &[]), ("waive", &waive), ("end-waiver", &[])];
    for (action, fields) in actions {
        let mut form = vec![("token", token.as_str()), ("action", action)];
        form.extend_from_slice(fields);
        let seen = browser.post(&page, &form).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{action}: {}", seen.body);
    }
    let chosen = format!("{org}.{app}");
    for action in ["recheck", "assign", "unassign"] {
        let form = [
            ("token", token.as_str()),
            ("action", action),
            ("extent", "page"),
            ("apps", &chosen),
            ("contact", "cy@contoso.example"),
            ("audience", "operator"),
        ];
        let seen = browser.post("/console/bulk", &form).await;
        assert!(seen.body.contains("1 of 1 done"), "{action}: {}", seen.body);
    }
    assert_eq!(browser.get("/console/no/such/page").await.status, StatusCode::NOT_FOUND);
    assert!(browser.post("/console/sign-out", &[("token", &token)]).await.body.contains("Signed out"));
    installation.work().await;
}
