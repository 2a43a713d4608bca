//! Tests of every page: escaping, headers, and what each one says.

#![expect(clippy::unwrap_used, reason = "a test may panic when its setup fails")]

mod requests;

use std::collections::BTreeSet;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::IntoResponse;
use jiff::Timestamp;
use url::Url;

use super::*;
use crate::domain::administrator::Mfa;
use crate::domain::cloud::Cloud;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::{GrantKind, GrantsRead, PermissionGrant, ServicePrincipal};
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::{ConnectionReading, Verification};
use crate::domain::session::Administrator;
use crate::http::loopback::LoopbackPolicy;
use crate::settings::PublicUrl;

const EVIL: &str = "<img src=x onerror=alert(1)>\u{202e}\u{1b}[31m\"'&</title><script>";

fn subject() -> Subject {
    Subject {
        org_domain: "acme.okta.com".to_owned(),
        org: "00oInvented".parse().unwrap(),
        label: UntrustedText::new(EVIL),
        tenant_domain: "acme.onmicrosoft.com".to_owned(),
    }
}

fn administrator() -> Administrator {
    Administrator { username: UntrustedText::new(EVIL), object: None, mfa: Mfa::NotVerified }
}

fn login() -> Url {
    "https://login.microsoftonline.com".parse().unwrap()
}

fn invitation_page() -> Page {
    let catalogue = PermissionCatalogue::default();
    invitation(&InvitationView {
        subject: &subject(),
        invitation: &"inv1".parse().unwrap(),
        request: Some(&"RG-7K3M2-Q9XDA".parse().unwrap()),
        expires_at: Timestamp::UNIX_EPOCH,
        cloud: Cloud::Dod,
        sign_in: Some(&login()),
        permissions: catalogue.all(),
        public_url: &PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap(),
        action: "/consent/token",
    })
}

fn progress_page(step: Step) -> Page {
    progress(&ProgressView {
        subject: &subject(),
        session: &"s1".parse().unwrap(),
        step,
        administrator: Some(&administrator()),
        has_sign_in: true,
        sends_password: false,
        form_token: "form-token",
        sign_in: &login(),
    })
}

fn done_page(grants: Option<GrantsRead>) -> Page {
    let connection = ConnectionReading { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Enabled };
    let verification = Verification {
        at: Timestamp::UNIX_EPOCH,
        connection,
        grants,
        grants_unread: Some("no administrator has signed in".to_owned()),
        grants_before: None,
    };
    done(&DoneView {
        subject: &subject(),
        session: &"s1".parse().unwrap(),
        administrator: Some(&administrator()),
        verification: &verification,
        permissions: &PermissionCatalogue::default(),
    })
}

fn grants() -> GrantsRead {
    let grant = |name: &str| PermissionGrant { permission: name.to_owned(), grant: GrantKind::DelegatedForAll };
    GrantsRead {
        principal: Some(ServicePrincipal {
            id: "bbbbbbbb-0000-4000-8000-000000000001".parse().unwrap(),
            app_id: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            display_name: UntrustedText::new(EVIL),
            account_enabled: true,
            owner: None,
            verified_publisher: Some(UntrustedText::new(EVIL)),
            verified_publisher_id: Some(UntrustedText::new(EVIL)),
            disabled_by_microsoft: None,
        }),
        grants: PermissionCatalogue::default()
            .all()
            .iter()
            .map(|wanted| grant(&wanted.name))
            .chain([grant(EVIL)])
            .collect(),
    }
}

fn failure_page(failure: ConsentFailure) -> Page {
    super::failure(&FailureView {
        failure,
        code: Some(EVIL),
        request: Some("s1"),
        subject: Some(&subject()),
        okta_changed: false,
    })
}

fn every_page() -> Vec<Page> {
    let steps = [Step::SigningIn, Step::ReadyToConsent, Step::Consenting, Step::Saving];
    let mut pages = vec![invitation_page(), done_page(Some(grants())), done_page(None)];
    pages.extend(steps.map(progress_page));
    pages.extend(ConsentFailure::ALL.map(failure_page));
    pages.extend(requests::every_request());
    pages.extend(requests::every_unavailable());
    pages
}

#[test]
fn no_page_shows_untrusted_markup_or_hidden_characters() {
    for page in every_page() {
        let html = page.html();
        assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("onerror=alert(1)>"), "{html}");
        assert!(!html.contains('\u{202e}') && !html.contains('\u{1b}'), "{html}");
        assert!(!html.contains("javascript:") && !html.contains(" onclick"), "{html}");
    }
}

#[test]
fn every_page_has_one_heading_and_loads_nothing() {
    for page in every_page() {
        let html = page.html();
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(html.contains("lang=\"en\"") && html.contains("<main>") && html.contains("name=\"viewport\""));
        for external in ["src=", "<link", "@import", "url(", "<iframe"] {
            assert!(!html.replace(EVIL, "").contains(external) || html.contains("&lt;img src=x"), "{external}");
        }
    }
}

#[test]
fn every_page_has_a_strict_content_security_policy() {
    for page in every_page() {
        let response = page.into_response();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header(CONTENT_SECURITY_POLICY.as_str());
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(
            policy.contains("frame-ancestors 'none'")
                && policy.contains("base-uri 'none'")
                && !policy.contains("unsafe")
        );
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
    let policy = invitation_page().into_response().headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://login.microsoftonline.com;"), "{policy}");
}

#[test]
fn every_failure_page_is_distinct_and_says_what_to_do() {
    let pages = ConsentFailure::ALL.map(failure_page);
    let headings: BTreeSet<String> = pages
        .iter()
        .map(|page| page.html().split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned())
        .collect();
    assert_eq!(headings.len(), ConsentFailure::ALL.len());
    for page in &pages {
        assert!(page.html().contains("What to do") && page.html().contains("Who can fix this"));
        assert!(page.html().contains("Nothing was changed in Okta."));
        assert!(page.status().is_client_error() || page.status().is_server_error());
    }
}

#[test]
fn progress_marks_the_current_step_and_never_reloads() {
    for (step, at) in [(Step::SigningIn, 0), (Step::ReadyToConsent, 1), (Step::Consenting, 1), (Step::Saving, 2)] {
        let page = progress_page(step);
        let items: Vec<&str> = page.html().split("<ol class=\"steps\">").nth(1).unwrap().split("<li").skip(1).collect();
        let marked: Vec<usize> =
            (0..items.len()).filter(|at| items[*at].starts_with(" aria-current=\"step\"")).collect();
        assert_eq!(marked, [at], "{step:?}");
        assert!(!page.html().contains("http-equiv"), "a page that reloads loses what the reader typed");
        assert_eq!(page.html().contains("Check again"), step == Step::Saving);
    }
}

#[test]
fn done_page_shows_what_was_verified_and_what_was_not() {
    assert!(done_page(Some(grants())).html().contains("Done, and verified on both sides"));
    let not_seen = done_page(None);
    assert!(not_seen.html().contains("Not verified") && not_seen.html().contains("no administrator has signed in"));
    let mut fewer = grants();
    fewer.grants.retain(|grant| grant.permission != "User.ReadWrite.All");
    assert!(done_page(Some(fewer)).html().contains("User.ReadWrite.All"));
}
