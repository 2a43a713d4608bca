//! The frame of every page, and its headers.

use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use regrant::usecases::access::operator_session::OperatorSession;
use url::Url;

use super::style::{POLICY, SCRIPT, STYLE};

/// A page of the console.
pub(crate) struct ConsolePage {
    pub(crate) status: StatusCode,
    html: String,
}

/// The entries of the navigation.
const NAVIGATION: [(&str, &str); 6] = [
    ("/console", "Estate"),
    ("/console/customers", "Customers"),
    ("/console/orgs", "Orgs"),
    ("/console/scans/latest", "Last scan"),
    ("/console/emails", "Emails"),
    ("/console/settings", "Settings"),
];

/// The page of a signed-in operator. `current` is the path of its navigation entry.
pub(crate) fn page(session: &OperatorSession, current: &str, heading: &str, content: &Markup) -> ConsolePage {
    framed(StatusCode::OK, Some((session, current)), heading, content)
}

/// A page with one paragraph.
pub(crate) fn message(status: StatusCode, heading: &str, text: &str, session: Option<&OperatorSession>) -> ConsolePage {
    let content = html! {
        h1 { (heading) }
        p { (text) }
        @if session.is_none() { p { a href="/console" { "Open the console" } } }
    };
    framed(status, session.map(|session| (session, "")), heading, &content)
}

/// A page about something that did not work.
pub(crate) fn problem(status: StatusCode, heading: &str, text: &str) -> ConsolePage {
    message(status, heading, text, None)
}

/// The page that offers the ways to sign in.
pub(crate) fn sign_in_page(issuer: Option<&Url>, has_local: bool) -> ConsolePage {
    let content = html! {
        h1 { "Sign in" }
        @if let Some(issuer) = issuer {
            p { "Your organization's identity provider " strong { (issuer.host_str().unwrap_or_default()) } " signs you in. Regrant never sees your password." }
            p { a.button href="/console/sign-in/begin" { "Continue to " (issuer.host_str().unwrap_or_default()) } }
        }
        @if has_local {
            p { "On this machine, open the one-time URL that Regrant printed in its terminal when it started. It works once; restart Regrant for another one." }
        }
        @if issuer.is_none() && !has_local {
            p { "No identity provider is set up for this console yet. Set one with " code { "regrant console set" } "." }
        }
    };
    framed(StatusCode::OK, None, "Sign in", &content)
}

/// The page after signing out. `elsewhere` also ends the session at the identity provider.
pub(crate) fn signed_out_page(elsewhere: Option<&Url>) -> ConsolePage {
    let content = html! {
        h1 { "Signed out" }
        p { "You have signed out of Regrant on this device." }
        @if let Some(url) = elsewhere {
            p { "You may still be signed in at your identity provider. " a href=(url) { "Sign out there too" } }
        }
        p { a href="/console/sign-in" { "Sign in again" } }
    };
    framed(StatusCode::OK, None, "Signed out", &content)
}

fn framed(
    status: StatusCode,
    session: Option<(&OperatorSession, &str)>,
    heading: &str,
    content: &Markup,
) -> ConsolePage {
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (heading) " – Regrant" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                div.bar {
                    header {
                        a.brand href="/console" { "Regrant" }
                        @if let Some((session, current)) = session {
                            nav aria-label="Main" {
                                ul {
                                    @for (path, name) in NAVIGATION {
                                        li { a href=(path) aria-current=[(path == current).then_some("page")] { (name) } }
                                    }
                                }
                            }
                            div.who {
                                span { (session.actor()) }
                                form method="post" action="/console/sign-out" {
                                    (token(session))
                                    button.quiet type="submit" { "Sign out" }
                                }
                            }
                        }
                    }
                }
                main #content { (content) }
                footer { "Regrant " (env!("CARGO_PKG_VERSION")) ". Times without a zone are yours; without script they are in UTC." }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    ConsolePage { status, html: html.into_string() }
}

/// The hidden field with the session's form token.
pub(crate) fn token(session: &OperatorSession) -> Markup {
    html! { input type="hidden" name="token" value=(session.form_token()); }
}

impl IntoResponse for ConsolePage {
    fn into_response(self) -> Response {
        let Ok(policy) = HeaderValue::from_str(&POLICY) else {
            // A page is never sent without its policy.
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CONTENT_LANGUAGE, HeaderValue::from_static("en")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (CONTENT_SECURITY_POLICY, policy),
            (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
            (HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        ];
        (self.status, headers, self.html).into_response()
    }
}
