//! A browser for the functions' router, with cookies and forms but without scripts.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use url::Url;

use crate::consent::PAUSES;

/// A response as a browser receives it.
#[derive(Debug)]
pub struct Seen {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Seen {
    /// The `Location` header, on this site.
    pub fn location(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }

    /// The `Location` header, to a different site.
    pub fn location_url(&self) -> Url {
        Url::parse(&self.location()).unwrap()
    }

    /// The page's heading.
    pub fn heading(&self) -> String {
        let after = self.body.split("<h1>").nth(1).unwrap_or_default();
        after.split("</h1>").next().unwrap_or_default().to_owned()
    }
}

/// Okta's consent link on a session's page.
pub fn consent_link(body: &str) -> Option<Url> {
    let (before, _) = body.split_once("\" target=\"_blank\"")?;
    let href = before.rsplit("href=\"").next()?;
    Url::parse(&href.replace("&amp;", "&")).ok()
}

/// A browser with cookies and without scripts.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// Its cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// Their names, oldest first.
    cookie_order: Vec<String>,
    /// The `Sec-Fetch-Site` header of its requests.
    pub fetch_site: &'static str,
    /// Every visited path.
    pub visited: Vec<String>,
}

impl Browser {
    /// A browser without cookies.
    pub fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            cookie_order: Vec::new(),
            fetch_site: "same-origin",
            visited: Vec::new(),
        }
    }

    /// Requests a path.
    pub async fn get(&mut self, path: &str) -> Seen {
        self.send("GET", path, Body::empty()).await
    }

    /// Requests a URL of this site, as after a redirect.
    pub async fn get_url(&mut self, url: &Url) -> Seen {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        self.get(&format!("{}{query}", url.path())).await
    }

    /// Opens Okta's consent in a verified session, and agrees that provisioning pauses if the page asks for it. Returns the
    /// link on the session's page.
    pub async fn open_consent(&mut self, session: &str) -> Option<Url> {
        let token = self.form_token(session).await;
        let mut sent = self.post(&format!("{session}/okta"), &[("token", &token)]).await;
        if sent.heading() == PAUSES {
            sent = self.post(&format!("{session}/okta"), &[("token", &token), ("pause", "agreed")]).await;
        }
        if sent.status != StatusCode::SEE_OTHER || sent.location() != session {
            return None;
        }
        consent_link(&self.get(session).await.body)
    }

    /// Submits a form.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Seen {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send("POST", path, Body::from(body)).await
    }

    /// The form token of a session's page.
    pub async fn form_token(&mut self, session: &str) -> String {
        let page = self.get(session).await;
        let after = page.body.split("name=\"token\" value=\"").nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }

    /// The `Cookie` header of its next request: the oldest cookies first, those that a test added last.
    pub fn cookie_header(&self) -> String {
        let known = self.cookie_order.iter().filter(|name| self.cookies.contains_key(*name));
        let added = self.cookies.keys().filter(|name| !self.cookie_order.contains(name));
        let pairs: Vec<String> = known.chain(added).map(|name| format!("{name}={}", self.cookies[name])).collect();
        pairs.join("; ")
    }

    /// Sends any request.
    pub async fn send(&mut self, method: &str, path: &str, body: Body) -> Seen {
        self.visited.push(path.to_owned());
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", self.fetch_site);
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookie_header());
        }
        if method == "POST" {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
                self.cookie_order.retain(|known| known != name);
            } else if self.cookies.insert(name.to_owned(), value.to_owned()).is_none() {
                self.cookie_order.push(name.to_owned());
            }
        }
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Seen { status: head.status, headers: head.headers, body }
    }
}
