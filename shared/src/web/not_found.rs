//! The 404 and 405 answers: a problem for programs, a page for people.
//!
//! People reach such paths through a link that their mail program cut off, or by reloading a page that a form led to. An
//! empty answer would leave them with a blank tab.

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::pages;
use super::problem::Problem;
use super::reader::Reader;
use crate::domain::text::UntrustedText;
use crate::usecases::Ports;

/// Below this path there are no pages, only the API.
const API_PREFIX: &str = "/v1/";

/// Adds the answers to unknown paths and unsupported methods.
pub(super) fn with_fallbacks(router: Router<Ports>) -> Router<Ports> {
    router.fallback(not_found).method_not_allowed_fallback(method_not_allowed)
}

async fn not_found(State(ports): State<Ports>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    if wants_page(&uri, &headers) {
        return page(&ports, &headers, StatusCode::NOT_FOUND);
    }
    let path = UntrustedText::new(uri.path());
    Problem::not_found(format!("Nothing exists at {path}. The API description lists every path; apps are at /v1/apps."))
        .into_response()
}

/// axum adds the `Allow` header after this handler, so the text can only refer to it.
async fn method_not_allowed(
    method: Method,
    State(ports): State<Ports>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    if wants_page(&uri, &headers) {
        return page(&ports, &headers, StatusCode::METHOD_NOT_ALLOWED);
    }
    // Clients may invent methods (RFC 9110 section 16.1.1).
    let method = UntrustedText::new(method.as_str());
    let detail = format!("{method} is not supported here. The Allow header lists the supported methods.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}

/// The 404 page, which also serves as the 405 page.
fn page(ports: &Ports, headers: &HeaderMap, status: StatusCode) -> Response {
    let presentation = Reader::of(headers).presentation(&ports.settings, None);
    pages::not_found(&presentation).with_status(status).into_response()
}

/// Whether a browser navigates to a page. Browsers then name HTML in `Accept`; programs do not.
fn wants_page(uri: &Uri, headers: &HeaderMap) -> bool {
    let names_html = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/html"));
    !uri.path().starts_with(API_PREFIX) && headers.get_all(ACCEPT).iter().any(names_html)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn only_browsers_outside_the_api_get_pages() {
        let wants = |path: &str, accept: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            wants_page(&path.parse().unwrap(), &headers)
        };
        let browser = Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assert!(wants("/consent/session/cut", browser) && wants("/", browser));
        assert!(!wants("/v1/nothing", browser));
        assert!(!wants("/consent/session/cut", None) && !wants("/elsewhere", Some("*/*")));
        assert!(!wants("/elsewhere", Some("application/json")));
    }
}
