//! Session cookies: setting, reading and expiring them.

use axum::extract::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use jiff::SignedDuration;

use crate::domain::session;

/// The start of the name of every cookie of ours.
pub const PREFIX: &str = "__Host-regrant-";
/// The start of the names of an operator's cookies for the console. They are not expired in favour of a consent's.
const OPERATORS: &str = "__Host-regrant-console";
/// How many cookies a browser keeps, and their total length in bytes. API Gateway rejects requests whose headers exceed 10,240
/// bytes, so a browser with too many cookies could not reach any page.
const KEPT: usize = 8;
const KEPT_BYTES: usize = 6_000;

/// `Set-Cookie` for a session (RFC 6265bis). The browser returns the cookie only over TLS and only to this host, hides it
/// from scripts, and does not send it with forms of other sites. `Lax` and not `Strict`: Microsoft's redirect back to us
/// must carry it. `None` if `name` or `value` cannot be a header.
pub fn set(name: &str, value: &str) -> Option<HeaderValue> {
    set_for(name, value, session::LIFETIME)
}

/// Like [`set`], for a cookie that lasts as long as `lifetime`.
pub fn set_for(name: &str, value: &str, lifetime: SignedDuration) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(lifetime.as_secs()))
        .build();
    let mut header = HeaderValue::from_str(&cookie.encoded().to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// `Set-Cookie` that removes a cookie. `None` if `name` cannot be in a header.
pub fn clear(name: &str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, ""))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::ZERO)
        .build();
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}

/// Removes those of the named cookies that a request sent. The first one stays for as long as `grace` says.
pub fn end(response: &mut Response, request: &HeaderMap, names: [&str; 2], grace: Option<SignedDuration>) {
    let sent = own_cookies(request);
    for (name, grace) in names.into_iter().zip([grace, None]) {
        if !sent.iter().any(|(known, _)| known == name) {
            continue;
        }
        let header = match (grace, get(request, name)) {
            (Some(grace), Some(value)) => set_for(name, &value, grace),
            _ => clear(name),
        };
        response.headers_mut().extend(header.map(|header| (SET_COOKIE, header)));
    }
}

/// Removes the browser's oldest session cookies when a response sets a new one, for `axum::middleware::from_fn`.
pub(super) async fn expire_oldest(request: Request, next: Next) -> Response {
    let mut kept = own_cookies(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers().get_all(SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let changed =
        headers.filter(|value| value.starts_with(PREFIX)).filter_map(|value| value.split(';').next()?.split_once('='));
    let (removed, new): (Vec<_>, Vec<_>) =
        changed.map(|(name, value)| (name.to_owned(), value.len())).partition(|(_, value_length)| *value_length == 0);
    if new.is_empty() {
        return response;
    }
    kept.retain(|(name, _)| !removed.iter().any(|(cleared, _)| cleared == name));
    let new: Vec<_> = new.into_iter().map(|(name, value_length)| (name.clone(), name.len() + value_length)).collect();
    for name in surplus(&kept, &new) {
        if let Some(header) = clear(&name) {
            response.headers_mut().append(SET_COOKIE, header);
        }
    }
    response
}

/// Our cookies in a request and their lengths. Browsers send the oldest first (RFC 6265 section 5.4).
fn own_cookies(headers: &HeaderMap) -> Vec<(String, usize)> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok());
    all.flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with(OPERATORS))
        .map(|(name, value)| (name.to_owned(), name.len() + value.len()))
        .collect()
}

/// The names of the oldest cookies in `kept` that do not fit next to the newer ones and the `new` ones.
fn surplus(kept: &[(String, usize)], new: &[(String, usize)]) -> Vec<String> {
    let (mut count, mut bytes) = (new.len(), new.iter().map(|(_, length)| length).sum::<usize>());
    let mut removed = Vec::new();
    for (name, length) in kept.iter().rev() {
        if new.iter().any(|(other, _)| other == name) {
            continue;
        }
        count += 1;
        bytes += length;
        if count > KEPT || bytes > KEPT_BYTES {
            removed.push(name.clone());
        }
    }
    removed
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
    fn oldest_cookies_beyond_the_limits_are_surplus() {
        let cookies = |count: usize, length| (0..count).map(|n| (format!("{PREFIX}{n}"), length)).collect::<Vec<_>>();
        let set = [(format!("{PREFIX}new"), 300)];
        assert_eq!(surplus(&cookies(7, 300), &set), Vec::<String>::new());
        assert_eq!(surplus(&cookies(9, 300), &set), [format!("{PREFIX}1"), format!("{PREFIX}0")]);
        assert_eq!(surplus(&cookies(3, 2_500), &set), [format!("{PREFIX}0")]);
        assert_eq!(surplus(&cookies(9, 300), &[(format!("{PREFIX}0"), 300)]), [format!("{PREFIX}1")]);
    }

    #[test]
    fn cleared_cookie_keeps_the_attributes() {
        let header = clear("__Host-regrant-1").unwrap();
        let text = header.to_str().unwrap();
        for part in ["__Host-regrant-1=;", "Secure", "Path=/", "Max-Age=0"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn duplicate_cookie_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; b=2"));
        headers.append(COOKIE, HeaderValue::from_static("b=3"));
        assert_eq!((get(&headers, "a").as_deref(), get(&headers, "b"), get(&headers, "c")), (Some("1"), None, None));
    }
}
