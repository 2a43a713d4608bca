//! Which requests this machine's server answers.
//!
//! A malicious web page must reach nothing here: not through a host name that it resolves to this machine (DNS rebinding; `Host`
//! is then that name), not with a cross-origin request (`Origin` or `Sec-Fetch-Site` shows it), and not from a page on a
//! different port of this machine (to a browser, that is the same site). Other users of this machine must not reach the API:
//! it requires a token that only the owner of the data folder can read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::Router;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use regrant::settings::PublicUrl;
use url::Url;

use super::token::ApiToken;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Decides which requests are answered.
#[derive(Debug, Clone)]
pub struct Guard {
    listening: SocketAddr,
    /// The public origin, which a reverse proxy may pass on as `Host`.
    public: Option<Site>,
    /// The token that the API requires; without one, the API's own check of its caller is the only one.
    token: Option<ApiToken>,
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is not exactly one valid `Host`, or it is not a name of this server.
    #[error(
        "this server only answers requests to its own address; a reverse proxy must send the host of --public-url, or this \
         server's address, as Host"
    )]
    Host,
    /// A web page of a different origin sent it.
    #[error("this server does not answer requests from other websites, nor from other ports of this machine")]
    Origin,
    /// The API requires the token.
    #[error(
        "the API requires the token from the file api.token in the data folder: send `Authorization: Bearer TOKEN`"
    )]
    Token,
}

/// The origin that a request addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Site {
    scheme: &'static str,
    host: String,
    port: u16,
}

impl Site {
    /// The site of an authority: a host name or address, and optionally a port. `None` for everything else.
    fn parse(scheme: &'static str, authority: &str) -> Option<Self> {
        let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), port)
        } else {
            let end = authority.find(':').unwrap_or(authority.len());
            let (name, port) = authority.split_at(end);
            let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
            if name.is_empty() || name.ends_with('.') || !name.bytes().all(valid) {
                return None;
            }
            (name.to_ascii_lowercase(), port)
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
            None if port.is_empty() => default_port(scheme),
            _ => return None,
        };
        Some(Self { scheme, host, port })
    }

    /// The site of an `Origin` header.
    fn of_origin(origin: &str) -> Option<Self> {
        let scheme = ["http", "https"]
            .into_iter()
            .find(|scheme| origin.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("://")))?;
        Self::parse(scheme, &origin[scheme.len() + "://".len()..])
    }

    fn of_url(url: &Url) -> Option<Self> {
        let scheme = ["http", "https"].into_iter().find(|scheme| url.scheme() == *scheme)?;
        Some(Self { scheme, host: url.host_str()?.to_ascii_lowercase(), port: url.port_or_known_default()? })
    }

    fn address(&self) -> Option<IpAddr> {
        let inner = self.host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match inner {
            Some(address) => address.parse::<Ipv6Addr>().ok().map(IpAddr::from),
            None => self.host.parse::<Ipv4Addr>().ok().map(IpAddr::from),
        }
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

impl Guard {
    /// A guard for a server at this address, and this public URL if a reverse proxy is in front of it.
    pub fn new(listening: SocketAddr, public: Option<&PublicUrl>, token: Option<ApiToken>) -> Self {
        Self { listening, public: public.and_then(|url| Site::of_url(&url.at("/"))), token }
    }

    /// Checks a request before any handler sees it.
    pub fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Rejection> {
        let site = self.addressed(uri, headers).ok_or(Rejection::Host)?;
        let from = at_most_one(headers, &SEC_FETCH_SITE).map_err(|AmbiguousHeader| Rejection::Origin)?;
        // A person's own step (`none`), or one of our pages. No page can set this header.
        let own = from.is_none_or(|from| from == "same-origin" || from == "none");
        let origin = match at_most_one(headers, &ORIGIN).map_err(|AmbiguousHeader| Rejection::Origin)? {
            None => true,
            // Our pages suppress the referrer, so browsers send `Origin: null` with their forms.
            Some("null") => from == Some("same-origin"),
            Some(origin) => Site::of_origin(origin) == Some(site),
        };
        let api = uri.path() == "/v1" || uri.path().starts_with("/v1/");
        // Links and Microsoft's redirect come from other sites, and only read.
        let reads_page = !api && (method == Method::GET || method == Method::HEAD);
        if !origin || !(own || reads_page) {
            return Err(Rejection::Origin);
        }
        match &self.token {
            Some(token) if api && !token.is_in(at_most_one(headers, &AUTHORIZATION).ok().flatten()) => {
                Err(Rejection::Token)
            }
            _ => Ok(()),
        }
    }

    /// The site that a request addresses, if it is one of this server's.
    fn addressed(&self, uri: &Uri, headers: &HeaderMap) -> Option<Site> {
        let host = at_most_one(headers, &HOST).ok()??;
        // An absolute-form target (RFC 9112 section 3.2.2) must name the same host.
        let same = |authority: &Authority| authority.as_str().eq_ignore_ascii_case(host);
        if !uri.authority().is_none_or(same) || uri.scheme_str().is_some_and(|scheme| scheme != "http") {
            return None;
        }
        let public = |public: &Site| Site::parse(public.scheme, host).as_ref() == Some(public);
        if let Some(public) = self.public.as_ref().filter(|site| public(site)) {
            return Some(public.clone());
        }
        Site::parse("http", host).filter(|site| self.is_own_address(site))
    }

    /// Whether a site is the address that this server listens on. A page cannot make a browser send an address as `Host` that
    /// the browser does not connect to.
    fn is_own_address(&self, site: &Site) -> bool {
        let listening = self.listening.ip();
        let named = match site.address() {
            Some(address) if listening.is_unspecified() => !address.is_unspecified(),
            Some(address) if listening.is_loopback() => address.is_loopback(),
            Some(address) => address == listening,
            None => site.host == "localhost" && (listening.is_loopback() || listening.is_unspecified()),
        };
        named && site.port == self.listening.port()
    }

    /// Puts the guard in front of all routes.
    pub fn protect(self, router: Router) -> Router {
        router.layer(middleware::from_fn(move |request: Request, next: Next| {
            let checked = self.check(request.method(), request.uri(), request.headers());
            async move {
                match checked {
                    Ok(()) => next.run(request).await,
                    Err(rejection) => response(rejection),
                }
            }
        }))
    }
}

/// A header is repeated or is not text.
struct AmbiguousHeader;

/// The value of a header, if there is one.
fn at_most_one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, AmbiguousHeader> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| AmbiguousHeader),
        (Some(_), Some(_)) => Err(AmbiguousHeader),
    }
}

fn response(rejection: Rejection) -> Response {
    tracing::warn!(%rejection, "rejected a request");
    let (status, title) = match rejection {
        Rejection::Token => (StatusCode::UNAUTHORIZED, "Unauthorized"),
        Rejection::Host | Rejection::Origin => (StatusCode::FORBIDDEN, "Forbidden"),
    };
    let problem = serde_json::json!({
        "type": "about:blank", "title": title, "status": status.as_u16(), "detail": rejection.to_string(),
    });
    let mut response = (status, [(CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response();
    if rejection == Rejection::Token {
        response.headers_mut().insert(WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Bearer"));
    }
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use regrant::http::loopback::LoopbackPolicy;

    use super::*;

    fn guard(listening: &str) -> Guard {
        let public = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap();
        Guard::new(listening.parse().unwrap(), Some(&public), None)
    }

    fn check(guard: &Guard, method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<(), Rejection> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        guard.check(&method.parse().unwrap(), &uri.parse().unwrap(), &map)
    }

    #[test]
    fn only_own_hosts_are_answered() {
        let guard = guard("127.0.0.1:8080");
        for host in [
            "127.0.0.1:8080",
            "LOCALHOST:8080",
            "[::1]:8080",
            "127.0.0.2:8080",
            "regrant.example.com",
            "regrant.example.com:443",
        ] {
            assert_eq!(check(&guard, "GET", "/", &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "evil.example:8080",
            "127.0.0.1.evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:8081",
            "localhost.:8080",
            "[::1]evil.example:8080",
            "[::1]:8080:8080",
            "a@127.0.0.1:8080",
            "127.0.0.1:8080@evil.example",
            "127.1:8080",
            "2130706433:8080",
            "10.0.0.5:8080",
            "",
            "[::1",
            "regrant.example.com.",
            "regrant.example.com:8080",
            "127.0.0.1:+8080",
            "127.0.0.1:08080x",
            "0.0.0.0:8080",
        ] {
            assert_eq!(check(&guard, "GET", "/", &[("host", host)]), Err(Rejection::Host), "{host}");
        }
        assert_eq!(check(&guard, "GET", "/", &[]), Err(Rejection::Host));
        let twice = [("host", "127.0.0.1:8080"), ("host", "127.0.0.1:8080")];
        assert_eq!(check(&guard, "GET", "/", &twice), Err(Rejection::Host));
    }

    #[test]
    fn exposed_server_still_checks_host_and_origin() {
        let guard = guard("0.0.0.0:8080");
        for host in ["10.0.0.5:8080", "[fd00::5]:8080", "localhost:8080", "regrant.example.com"] {
            assert_eq!(check(&guard, "GET", "/", &[("host", host)]), Ok(()), "{host}");
        }
        assert_eq!(check(&guard, "GET", "/", &[("host", "evil.example:8080")]), Err(Rejection::Host));
        let other = [("host", "10.0.0.5:8080"), ("origin", "http://10.0.0.5:3000")];
        assert_eq!(check(&guard, "GET", "/", &other), Err(Rejection::Origin));
        let fixed = super::Guard::new("10.0.0.5:8080".parse().unwrap(), None, None);
        assert_eq!(check(&fixed, "GET", "/", &[("host", "10.0.0.6:8080")]), Err(Rejection::Host));
        assert_eq!(check(&fixed, "GET", "/", &[("host", "localhost:8080")]), Err(Rejection::Host));
    }

    #[test]
    fn absolute_target_must_name_the_host() {
        let guard = guard("127.0.0.1:8080");
        let host = [("host", "127.0.0.1:8080")];
        assert_eq!(check(&guard, "GET", "http://127.0.0.1:8080/v1/apps", &host), Ok(()));
        for target in
            ["http://evil.example/v1/apps", "http://a@127.0.0.1:8080/v1/apps", "https://127.0.0.1:8080/v1/apps"]
        {
            assert_eq!(check(&guard, "GET", target, &host), Err(Rejection::Host), "{target}");
        }
    }

    #[test]
    fn origin_must_equal_the_addressed_site() {
        let guard = guard("127.0.0.1:8080");
        let post = |host, origin, site| {
            check(&guard, "POST", "/x", &[("host", host), ("origin", origin), ("sec-fetch-site", site)])
        };
        assert_eq!(post("localhost:8080", "http://localhost:8080", "same-origin"), Ok(()));
        assert_eq!(post("localhost:8080", "null", "same-origin"), Ok(()));
        assert_eq!(post("regrant.example.com", "https://regrant.example.com", "same-origin"), Ok(()));
        for (host, origin, site) in [
            ("localhost:8080", "http://localhost:3000", "same-site"),
            ("localhost:8080", "http://localhost:3000", "same-origin"),
            ("localhost:8080", "http://127.0.0.1:8080", "same-origin"),
            ("localhost:8080", "http://localhost", "same-origin"),
            ("localhost:8080", "https://localhost:8080", "same-origin"),
            ("localhost:8080", "http://localhost:8080", "same-site"),
            ("localhost:8080", "http://localhost:8080", "cross-site"),
            ("localhost:8080", "null", "cross-site"),
            ("localhost:8080", "null", "none"),
            ("localhost:8080", "https://evil.example", "cross-site"),
            ("regrant.example.com", "http://regrant.example.com", "same-origin"),
        ] {
            assert_eq!(post(host, origin, site), Err(Rejection::Origin), "{origin} {site}");
        }
    }

    #[test]
    fn other_sites_may_only_link_to_pages() {
        let guard = guard("127.0.0.1:8080");
        let from_other = [("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")];
        assert_eq!(check(&guard, "GET", "/oauth/microsoft/callback?code=c", &from_other), Ok(()));
        for (method, path) in
            [("POST", "/consent/x"), ("PUT", "/consent/x"), ("DELETE", "/x"), ("GET", "/v1/apps"), ("OPTIONS", "/v1")]
        {
            assert_eq!(check(&guard, method, path, &from_other), Err(Rejection::Origin), "{method} {path}");
        }
        let twice = [("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")];
        assert_eq!(check(&guard, "POST", "/x", &twice), Err(Rejection::Origin));
    }

    #[test]
    fn api_requires_the_token() {
        let token = ApiToken::from_text("correct-token").unwrap();
        let guard = Guard::new("127.0.0.1:8080".parse().unwrap(), None, Some(token));
        let host = ("host", "127.0.0.1:8080");
        let with = |path: &str, value: &str| check(&guard, "GET", path, &[host, ("authorization", value)]);
        assert_eq!(with("/v1/apps", "Bearer correct-token"), Ok(()));
        assert_eq!(with("/v1/apps", "bearer correct-token"), Ok(()));
        assert_eq!(check(&guard, "GET", "/consent/x", &[host]), Ok(()));
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer correct-toke",
            "Bearer correct-token2",
            "Basic correct-token",
            "correct-token",
        ] {
            assert_eq!(with("/v1/apps", value), Err(Rejection::Token), "{value}");
        }
        assert_eq!(check(&guard, "GET", "/v1", &[host]), Err(Rejection::Token));
        let twice = [host, ("authorization", "Bearer correct-token"), ("authorization", "Bearer x")];
        assert_eq!(check(&guard, "GET", "/v1/apps", &twice), Err(Rejection::Token));
    }
}
