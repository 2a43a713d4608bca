//! The frame of every page, and its security headers.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, REFRESH,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use super::icons::{Icon, favicon, icon, mark};
use super::style::{STYLE, accent_style, style_sources};
use crate::domain::branding::Branding;
use crate::domain::contact::{Language, MailAddress};
use crate::words::pages::PageWords;
use crate::words::words;

/// How a page presents the installation to its reader.
#[derive(Debug, Clone, Copy)]
pub struct Presentation<'a> {
    /// The reader's language.
    pub language: Language,
    /// The installation's identity.
    pub branding: &'a Branding,
    /// Who answers questions.
    pub support: Option<&'a MailAddress>,
}

impl Presentation<'_> {
    pub(super) const fn words(&self) -> &'static PageWords {
        &words(self.language).pages
    }
}

/// A rendered page with its status and policy.
#[derive(Debug, Clone)]
pub struct Page {
    pub(super) status: StatusCode,
    pub(super) html: String,
    language: &'static str,
    style_sources: String,
    form_targets: Vec<String>,
    refresh: Option<u32>,
}

/// What a page's state looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Done, and read back.
    Good,
    /// Refused or failed.
    Bad,
    /// Not known or not verified.
    Unclear,
    /// No verdict: the page asks for something.
    None,
}

/// The frame around a page's content.
pub(super) struct Frame<'a> {
    pub(super) status: StatusCode,
    /// The only `h1`, and the title.
    pub(super) heading: &'a str,
    pub(super) verdict: Verdict,
    /// Shown above the heading.
    pub(super) before_heading: Markup,
    /// Whether the page reports an error in a form, which its title then says.
    pub(super) has_error: bool,
    /// Other origins that forms may lead to. Browsers apply `form-action` to redirects too.
    pub(super) form_targets: &'a [Url],
    /// After how many seconds the browser loads the page again. The page has to say so.
    pub(super) refresh: Option<u32>,
}

impl Default for Frame<'_> {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            heading: "",
            verdict: Verdict::None,
            before_heading: html! {},
            has_error: false,
            form_targets: &[],
            refresh: None,
        }
    }
}

impl Frame<'_> {
    pub(super) fn around(self, presentation: &Presentation<'_>, content: &Markup) -> Page {
        let (words, branding) = (presentation.words(), presentation.branding);
        let accent = accent_style(branding.accent);
        let error = if self.has_error { words.general.error_prefix } else { "" };
        let html = html! {
            (DOCTYPE)
            html lang=(words.tag) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (error) (self.heading) " – " (branding.name) }
                    link rel="icon" href=(favicon(&branding.accent.on_light().to_string()));
                    style { (PreEscaped(STYLE)) }
                    style { (PreEscaped(&accent)) }
                }
                body {
                    header.bar {
                        div.masthead {
                            @match &branding.logo { Some(logo) => img src=(logo.data_url()) alt="";, None => (mark()) }
                            strong { (branding.name) }
                        }
                    }
                    main {
                        (self.before_heading)
                        (heading(self.heading, self.verdict))
                        (content)
                    }
                    div.foot {
                        footer {
                            p { (words.general.footer) }
                            @if let Some(address) = presentation.support {
                                p { (words.general.support) " " a href=(format!("mailto:{}", address.as_str())) { (address.as_str()) } }
                            }
                        }
                    }
                }
            }
        };
        Page {
            status: self.status,
            html: html.into_string(),
            language: words.tag,
            style_sources: style_sources(&accent),
            form_targets: self.form_targets.iter().map(|url| url.origin().ascii_serialization()).collect(),
            refresh: self.refresh,
        }
    }
}

fn heading(text: &str, verdict: Verdict) -> Markup {
    let (class, sign) = match verdict {
        Verdict::None => return html! { h1 { (text) } },
        Verdict::Good => ("verdict good", Icon::Check),
        Verdict::Bad => ("verdict bad", Icon::Cross),
        Verdict::Unclear => ("verdict wait", Icon::Exclamation),
    };
    html! { div class=(class) { (icon(sign)) h1 { (text) } } }
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

    /// This page with a different status.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    fn policy(&self) -> String {
        let targets: String = self.form_targets.iter().flat_map(|origin| [" ", origin]).collect();
        let style = &self.style_sources;
        format!(
            "default-src 'none'; style-src {style}; img-src data:; form-action 'self'{targets}; base-uri 'none'; \
             frame-ancestors 'none'"
        )
    }
}

const FIXED: [(HeaderName, &str); 7] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
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
        let headers = response.headers_mut();
        for (name, value) in FIXED {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.language));
        if let Some(seconds) = self.refresh {
            // The header needs no script and, unlike the markup, keeps the page's own policy strict.
            headers.insert(REFRESH, HeaderValue::from(seconds));
        }
        // Origins and hashes are always valid header values. A page is never sent without its policy.
        match policy {
            Ok(policy) => {
                headers.insert(CONTENT_SECURITY_POLICY, policy);
                response
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
