//! Session cookies: setting and reading them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::domain::session;

/// `Set-Cookie` for a session (RFC 6265bis). The browser returns the cookie only over TLS and only to this host, hides it
/// from scripts, and does not send it with forms of other sites. `Lax` and not `Strict`: Microsoft's redirect back to us
/// must carry it. `None` if `name` or `value` cannot be a header.
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

/// The value of a cookie. `None` if the request has no such cookie, or two with the same name.
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
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn cookie_is_bound_to_host_and_hidden_from_scripts() {
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
    fn duplicate_cookie_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; b=2"));
        headers.append(COOKIE, HeaderValue::from_static("b=3"));
        assert_eq!((get(&headers, "a").as_deref(), get(&headers, "b"), get(&headers, "c")), (Some("1"), None, None));
    }
}
