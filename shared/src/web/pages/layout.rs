//! The frame of every page, and its security headers.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use super::style::{STYLE, STYLE_SOURCE};

/// A rendered page with its status and policy.
#[derive(Debug, Clone)]
pub struct Page {
    pub(super) status: StatusCode,
    pub(super) html: String,
    pub(super) form_targets: Vec<String>,
}

/// The frame around a page's content.
pub(super) struct Frame<'a> {
    pub(super) status: StatusCode,
    /// The only `h1`, and the title.
    pub(super) heading: &'a str,
    /// Other origins that forms may lead to. Browsers apply `form-action` to redirects too.
    pub(super) form_targets: &'a [Url],
}

impl Frame<'_> {
    pub(super) fn around(self, content: &Markup) -> Page {
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (self.heading) " – Regrant" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header { "Regrant" }
                    main { h1 { (self.heading) } (content) }
                    footer {
                        p { "Regrant moves Okta's provisioning of Microsoft 365 from stored passwords to consent. Regrant never asks for passwords or codes." }
                    }
                }
            }
        };
        let form_targets = self.form_targets.iter().map(|url| url.origin().ascii_serialization()).collect();
        Page { status: self.status, html: html.into_string(), form_targets }
    }
}

impl Page {
    /// The HTML.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    fn policy(&self) -> String {
        let targets: String = self.form_targets.iter().flat_map(|origin| [" ", origin]).collect();
        let style = &*STYLE_SOURCE;
        format!(
            "default-src 'none'; style-src {style}; form-action 'self'{targets}; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

const FIXED: [(HeaderName, &str); 8] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CONTENT_LANGUAGE, "en"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // For browsers that do not support `frame-ancestors`.
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let policy = HeaderValue::try_from(self.policy());
        let mut response = (self.status, self.html).into_response();
        for (name, value) in FIXED {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        // Origins and hashes are always valid header values. A page is never sent without its policy.
        match policy {
            Ok(policy) => {
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
                response
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
