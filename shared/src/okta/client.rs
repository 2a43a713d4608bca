//! The Okta client: implements the [`Okta`] port over HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderValue;
use jiff::Timestamp;
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::domain::app::OFFICE365;
use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::id::AppId;
use crate::domain::signal::Provisioning;
use crate::domain::system_log::LogPosition;
use crate::domain::transcript::Transcript;
use crate::http::loopback::LoopbackPolicy;
use crate::http::retry::Idempotency;
use crate::http::transport::HttpResponse;
use crate::okta::config::OktaConfig;
use crate::randomness::Randomness;

use super::auth::Authenticator;
use super::rate_budget::Bucket;
use super::retrying_client::{Call, RetryingClient};
use super::wire::{self, Listed};
use super::{
    AerialAccount, AppPage, Connection, ListedApp, LogPage, Okta, OktaCredential, OktaError, OktaOrg, OrgUrl,
    ProvisioningAdmin, ResolvedOrg, paging,
};

/// The maximum page size (Management API, `listApplications`).
const PAGE: &str = "200";

/// The Okta client. Clones share connections and rate budgets.
#[derive(Debug, Clone)]
pub struct OktaClient {
    http: RetryingClient,
    config: OktaConfig,
}

impl OktaClient {
    /// Creates a client that shares one connection pool among all orgs.
    pub fn new(config: OktaConfig, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Result<Self, OktaError> {
        Ok(Self { http: RetryingClient::new(&config, clock, randomness)?, config })
    }

    fn open_org(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<OpenOrg, OktaError> {
        if !base_url.takes_credentials() {
            let host = base_url.host();
            return Err(OktaError::LeadsElsewhere { elsewhere: host.clone(), host });
        }
        let authenticator = Authenticator::new(credential)?;
        Ok(OpenOrg { http: self.http.clone(), org: base_url.clone(), authenticator })
    }
}

#[async_trait]
impl Okta for OktaClient {
    async fn resolve(&self, host: &OrgUrl) -> Result<ResolvedOrg, OktaError> {
        let url = host.at("/.well-known/okta-organization");
        let response = self.http.send(host, Bucket::Root, &Get { url: &url, signer: None }).await?;
        let body = success(&host.host(), &response)?;
        let not_okta = |what: &str| OktaError::NotOkta { host: host.host(), what: what.to_owned() };
        let id = body.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| not_okta("a well-known document without an org id"))?;
        let home = body.pointer("/_links/organization/href").and_then(Value::as_str);
        let home = home.ok_or_else(|| not_okta("a well-known document without the org's URL"))?;
        let elsewhere = || OktaError::LeadsElsewhere {
            host: host.host(),
            elsewhere: Url::parse(home)
                .map_or_else(|_| "no host".to_owned(), |url| crate::http::transport::shown_host(&url)),
        };
        // Only a loopback host may point to a loopback host.
        let loopback = if host.is_loopback() { self.config.loopback } else { LoopbackPolicy::Refuse };
        let (base_url, _) = OrgUrl::parse(home, loopback).map_err(|_| elsewhere())?;
        if host.is_loopback() && !base_url.is_loopback() {
            return Err(elsewhere());
        }
        let pipeline = body.get("pipeline").and_then(Value::as_str).map(str::to_owned);
        let date = response.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let answered_at = date.and_then(|date| Timestamp::try_from(date).ok());
        Ok(ResolvedOrg { id, base_url, pipeline, answered_at })
    }

    async fn record_visit(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<Transcript, OktaError> {
        self.open_org(base_url, credential)?.recorded_visit().await
    }

    async fn aerial_orgs(&self, account: &AerialAccount, credential: &OktaCredential) -> Result<Vec<Value>, OktaError> {
        self.open_org(&account.org, credential)?.list_of_account(account).await
    }

    fn open(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<Box<dyn OktaOrg>, OktaError> {
        Ok(Box::new(self.open_org(base_url, credential)?))
    }
}

/// An org and the credential it was opened with.
#[derive(Debug)]
pub(super) struct OpenOrg {
    pub(super) http: RetryingClient,
    pub(super) org: OrgUrl,
    authenticator: Authenticator,
}

/// A signed POST.
struct Post<'a> {
    url: &'a Url,
    body: Option<&'a Value>,
    signer: &'a OpenOrg,
    idempotency: Idempotency,
}

#[async_trait]
impl Call for Post<'_> {
    async fn request(&self) -> Result<Request, OktaError> {
        let mut request = Request::new(Method::POST, self.url.clone());
        request.headers_mut().insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        match self.body {
            Some(body) => {
                request.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                *request.body_mut() = Some(body.to_string().into());
            }
            None => {
                request.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        }
        self.signer.authenticator.sign(&self.signer.http, &self.signer.org, &mut request).await?;
        Ok(request)
    }

    fn idempotency(&self) -> Idempotency {
        self.idempotency
    }
}

/// A GET, signed if it needs a credential.
struct Get<'a> {
    url: &'a Url,
    signer: Option<&'a OpenOrg>,
}

#[async_trait]
impl Call for Get<'_> {
    async fn request(&self) -> Result<Request, OktaError> {
        let mut request = Request::new(Method::GET, self.url.clone());
        request.headers_mut().insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(open) = self.signer {
            open.authenticator.sign(&open.http, &open.org, &mut request).await?;
        }
        Ok(request)
    }
}

impl OpenOrg {
    /// Sends a GET. Repeats it once if a new access token or Okta's nonce may be what it lacks.
    pub(super) async fn get(&self, bucket: Bucket, url: &Url) -> Result<HttpResponse, OktaError> {
        self.get_from(&self.org, bucket, url).await
    }

    /// The same from another host that accepts this org's access tokens.
    pub(super) async fn get_from(&self, host: &OrgUrl, bucket: Bucket, url: &Url) -> Result<HttpResponse, OktaError> {
        self.send(host, bucket, &Get { url, signer: Some(self) }).await
    }

    async fn send(&self, host: &OrgUrl, bucket: Bucket, call: &dyn Call) -> Result<HttpResponse, OktaError> {
        let response = self.http.send(host, bucket, call).await?;
        // Okta did nothing if it rejected the token or its proof, so the call may be repeated.
        if self.authenticator.may_succeed_now(&response).await {
            return self.http.send(host, bucket, call).await;
        }
        Ok(response)
    }

    /// Sends a GET and parses the JSON of a successful response.
    pub(super) async fn get_json(&self, bucket: Bucket, url: &Url) -> Result<(HttpResponse, Value), OktaError> {
        let response = self.get(bucket, url).await?;
        let body = success(&self.org.host(), &response)?;
        Ok((response, body))
    }

    async fn post(&self, url: &Url, body: Option<&Value>, idempotency: Idempotency) -> Result<(), OktaError> {
        let response = self.send(&self.org, Bucket::Apps, &Post { url, body, signer: self, idempotency }).await?;
        if response.status.is_success() { Ok(()) } else { Err(OktaError::Api(Box::new(wire::error(&response)))) }
    }

    pub(super) fn app_url(&self, app: &AppId, rest: &str) -> Url {
        self.org.at(&format!("/api/v1/apps/{app}{rest}"))
    }

    pub(super) fn not_okta(&self, what: &str) -> OktaError {
        OktaError::NotOkta { host: self.org.host(), what: what.to_owned() }
    }
}

/// The JSON of a successful response, or the error that the response reports.
fn success(host: &str, response: &HttpResponse) -> Result<Value, OktaError> {
    if response.status.is_success() {
        wire::json(host, response)
    } else {
        Err(OktaError::Api(Box::new(wire::error(response))))
    }
}

#[async_trait]
impl OktaOrg for OpenOrg {
    async fn apps(&self, next: Option<&Url>) -> Result<AppPage, OktaError> {
        let url = match next {
            Some(next) if self.org.is_origin_of(next) => next.clone(),
            Some(next) => {
                let elsewhere = crate::http::transport::shown_host(next);
                return Err(OktaError::LeadsElsewhere { host: self.org.host(), elsewhere });
            }
            None => {
                let mut url = self.org.at("/api/v1/apps");
                let filter = format!("name eq \"{OFFICE365}\"");
                url.query_pairs_mut().append_pair("filter", &filter).append_pair("limit", PAGE);
                url
            }
        };
        let (response, body) = self.get_json(Bucket::Apps, &url).await?;
        let Value::Array(items) = body else { return Err(self.not_okta("an app list that is not a list")) };
        let mut page =
            AppPage { apps: Vec::new(), next: paging::next_page(&response.headers, &self.org)?, surprises: Vec::new() };
        if page.next.as_ref() == Some(&url) {
            return Err(self.not_okta("a page that links to itself"));
        }
        for item in &items {
            match wire::app(item) {
                Listed::Office365(app) => page.apps.push(app),
                Listed::Another => {}
                Listed::Unreadable(surprise) => page.surprises.push(surprise),
            }
        }
        Ok(page)
    }

    async fn app(&self, app: &AppId) -> Result<ListedApp, OktaError> {
        let (_, body) = self.get_json(Bucket::App, &self.app_url(app, "")).await?;
        match wire::app(&body) {
            Listed::Office365(app) => Ok(app),
            Listed::Another => Err(self.not_okta("an app that is not Office 365")),
            Listed::Unreadable(what) => Err(self.not_okta(&what)),
        }
    }

    async fn connection(&self, app: &AppId) -> Result<Connection, OktaError> {
        let (_, body) = self.get_json(Bucket::Apps, &self.app_url(app, "/connections/default")).await?;
        wire::connection(&self.org.host(), &body, self.org.is_loopback())
    }

    async fn provisioning(&self, app: &AppId) -> Result<Provisioning, OktaError> {
        let response = self.get(Bucket::Apps, &self.app_url(app, "/features")).await?;
        wire::provisioning(&self.org.host(), &response)
    }

    async fn count_assignments(&self, app: &AppId) -> Result<AssignmentCounts, OktaError> {
        self.counted(app).await
    }

    async fn log_events(&self, from: &LogPosition) -> Result<LogPage, OktaError> {
        self.log_page(from).await
    }

    async fn provisioning_worked_after(&self, app: &AppId, since: Timestamp) -> Result<Option<Timestamp>, OktaError> {
        self.first_success(app, since).await
    }

    async fn prepare_connection(&self, app: &AppId, admin: Option<&ProvisioningAdmin>) -> Result<(), OktaError> {
        let body = wire::oauth_connection(admin);
        self.post(&self.app_url(app, "/connections/default"), Some(&body), Idempotency::NotIdempotent).await
    }

    async fn complete_consent(&self, app: &AppId, code: &SecretString, state: &str) -> Result<(), OktaError> {
        let mut url = self.org.at(&format!("/api/v1/apps/{OFFICE365}/{app}/oauth2/callback"));
        url.query_pairs_mut().append_pair("code", code.expose_secret()).append_pair("state", state);
        self.post(&url, None, Idempotency::NotIdempotent).await
    }

    async fn activate(&self, app: &AppId) -> Result<(), OktaError> {
        let url = self.app_url(app, "/connections/default/lifecycle/activate");
        self.post(&url, None, Idempotency::Idempotent).await
    }
}
