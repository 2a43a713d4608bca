//! Session cookies, set and read.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::domain::session;

/// `Set-Cookie` for a session: sent back only over TLS, only to this very host, to no script, and by no other site's
/// forms (RFC 6265bis). `Lax` and not `Strict`, since Microsoft's page has to be able to lead back.
pub fn set(name: &str, value: &str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(session::LIFETIME.as_secs()))
        .build();
    let mut header = HeaderValue::from_str(&cookie.encoded().to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// The value of a cookie. `None` where there is none, or two of one name.
pub fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok());
    let mut found = all
        .flat_map(|header| Cookie::split_parse_encoded(header.to_owned()))
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned());
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_bound_to_the_host_and_hidden_from_scripts() {
        let header = set("__Host-regrant-1", "a+b/c=").unwrap();
        let text = header.to_str().unwrap();
        for part in ["__Host-regrant-1=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=3600"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("Domain") && header.is_sensitive());
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(text.split(';').next().unwrap()).unwrap());
        assert_eq!(get(&headers, "__Host-regrant-1").as_deref(), Some("a+b/c="));
    }

    #[test]
    fn a_cookie_that_comes_twice_counts_as_none() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; b=2"));
        headers.append(COOKIE, HeaderValue::from_static("b=3"));
        assert_eq!((get(&headers, "a").as_deref(), get(&headers, "b"), get(&headers, "c")), (Some("1"), None, None));
    }
}
