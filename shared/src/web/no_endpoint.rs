//! What is answered where no endpoint is: a problem to programs, a page to people.
//!
//! People get to such paths by a link that was cut in their mail, or by loading again what was sent by a form; an empty
//! answer would leave them with a blank tab.

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::consent::failure_page;
use super::problem::Problem;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::text::UntrustedText;

/// Where everything for programs is, and nothing for people.
const FOR_PROGRAMS: &str = "/v1/";

/// Adds to a function's endpoints what it answers to every other path and method. Two routers that both have it cannot be
/// merged, so all but one of them lose it before (`Router::reset_fallback`); what they answer to other methods stays.
pub fn answered<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.fallback(no_such_path).method_not_allowed_fallback(no_such_method)
}

async fn no_such_path(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    if is_for_a_person(&uri, &headers) {
        return page(StatusCode::NOT_FOUND);
    }
    let path = UntrustedText::new(uri.path());
    let detail = format!("There is nothing at {path}; apps are at /v1/apps, and the API description names the rest.");
    Problem::not_found(detail).into_response()
}

async fn no_such_method(method: Method, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    if is_for_a_person(&uri, &headers) {
        return page(StatusCode::METHOD_NOT_ALLOWED);
    }
    // A method is whatever the client wrote, as long as it is made of letters, digits and some signs.
    let method = UntrustedText::new(method.as_str());
    let detail = format!("{method} does nothing here; the API description says what does.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}

/// The page that tells of a link which leads nowhere.
fn page(status: StatusCode) -> Response {
    let mut response = failure_page(ConsentFailure::LinkForged, None, None, None, false).into_response();
    *response.status_mut() = status;
    response
}

/// Whether a browser asks for something to show. Browsers name HTML where a person goes somewhere; programs do not.
fn is_for_a_person(uri: &Uri, headers: &HeaderMap) -> bool {
    let accepts = |value: &axum::http::HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/html"));
    !uri.path().starts_with(FOR_PROGRAMS) && headers.get_all(ACCEPT).iter().any(accepts)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_but_where_only_programs_have_something() {
        let asks = |path: &str, accept: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            is_for_a_person(&path.parse().unwrap(), &headers)
        };
        let browser = Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assert!(asks("/consent/session/cut", browser) && asks("/", browser));
        assert!(!asks("/v1/nothing", browser));
        assert!(!asks("/consent/session/cut", None) && !asks("/elsewhere", Some("*/*")));
        assert!(!asks("/elsewhere", Some("application/json")));
    }

    #[test]
    fn a_page_about_nothing_has_the_status_of_why() {
        for status in [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED] {
            let response = page(status);
            assert_eq!(response.status(), status);
            assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        }
    }
}
