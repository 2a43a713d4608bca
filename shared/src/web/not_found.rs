//! The 404 and 405 answers: a problem for programs, a page for people.
//!
//! People reach such paths through a link that their mail program cut off. An empty answer would leave them with a blank tab.
//! The address that a session's form was posted to leads back to the session's page, because people reload it.

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::consent::{see_other, session_path};
use super::pages;
use super::problem::Problem;
use super::reader::Reader;
use crate::domain::id::SessionId;
use crate::domain::text::UntrustedText;
use crate::usecases::Ports;

/// Below this path there are no pages, only the API.
const API_PREFIX: &str = "/v1/";

/// Adds the answers to unknown paths and unsupported methods.
pub(super) fn with_fallbacks(router: Router<Ports>) -> Router<Ports> {
    router.fallback(not_found).method_not_allowed_fallback(method_not_allowed)
}

async fn not_found(
    method: Method,
    State(ports): State<Ports>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    if let Some(answer) = for_people(&ports, &method, &uri, &headers, StatusCode::NOT_FOUND) {
        return answer;
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
    if let Some(answer) = for_people(&ports, &method, &uri, &headers, StatusCode::METHOD_NOT_ALLOWED) {
        return answer;
    }
    // Clients may invent methods (RFC 9110 section 16.1.1).
    let method = UntrustedText::new(method.as_str());
    let detail = format!("{method} is not supported here. The Allow header lists the supported methods.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}

/// The way back to a session, or the 404 page, which also serves as the 405 page. `None` for programs.
fn for_people(ports: &Ports, method: &Method, uri: &Uri, headers: &HeaderMap, status: StatusCode) -> Option<Response> {
    // On AWS, the function that serves unknown paths does not have the session's own routes.
    if let Some(session) = session_of_form(method, uri.path()) {
        return Some(see_other(&session_path(&session)));
    }
    let page = || {
        let presentation = Reader::of(headers).presentation(&ports.settings, None);
        pages::not_found(&presentation).with_status(status).into_response()
    };
    wants_page(uri, headers).then(page)
}

/// The session whose form is posted to `path`, if it is opened instead: by a reload, a bookmark or the address bar.
fn session_of_form(method: &Method, path: &str) -> Option<SessionId> {
    let (session, action) = path.strip_prefix("/consent/session/")?.split_once('/')?;
    let is_form = matches!(*method, Method::GET | Method::HEAD) && !action.contains('/');
    is_form.then(|| session.parse().ok())?
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
    fn address_of_a_sessions_form_names_its_session() {
        let found = |method: Method, path: &str| session_of_form(&method, path).map(|id| id.to_string());
        let id = "0123456789abcdef0123456789abcdef";
        for action in ["okta", "finish", "handover", "of-a-later-version"] {
            let path = format!("/consent/session/{id}/{action}");
            assert_eq!(found(Method::GET, &path).as_deref(), Some(id));
            assert_eq!(found(Method::HEAD, &path).as_deref(), Some(id));
            assert_eq!(found(Method::PUT, &path), None);
        }
        for path in ["/consent/session/", "/consent/session/x/../y", "/consent/session//evil.example", "/consent/a/b"] {
            assert_eq!(found(Method::GET, path), None, "{path}");
        }
    }

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
