//! An OAuth 2.0 service app: client credentials with `private_key_jwt` (RFC 7523), and DPoP if the app requires it.
//!
//! The form is posted without an OAuth library, because the DPoP nonce is in a header of an error response, which those
//! libraries do not expose.

use std::time::Duration;

use async_trait::async_trait;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::dpop::{BoundRequest, DpopKey};
use super::scope::Scope;
use super::sensitive;
use crate::domain::members::Members;
use crate::http::transport::HttpResponse;
use crate::okta::rate_budget::Bucket;
use crate::okta::retrying_client::{Call, RetryingClient};
use crate::okta::wire::short;
use crate::okta::{OktaError, OrgUrl};
use crate::private_key::{KeyKind, PrivateKey};
use crate::randomness::token;

/// The lifetime of an assertion in seconds. Okta allows an hour; Regrant uses it at once.
const ASSERTION_LIFE: i64 = 300;
/// How long before its expiry an access token is replaced.
const MARGIN: Duration = Duration::from_mins(5);
/// The maximum number of requests for one token: plain, with DPoP, with the nonce, with a newer nonce.
const ROUNDS: usize = 4;

/// A service app and its current tokens.
#[derive(Debug)]
pub(crate) struct ServiceApp {
    client_id: String,
    signer: Signer,
    session: Mutex<TokenSession>,
}

#[derive(Debug, Default)]
struct TokenSession {
    access_tokens: Vec<AccessToken>,
    /// Set once the token endpoint has required DPoP.
    dpop: Option<DpopKey>,
    /// The nonce of the token endpoint.
    nonce: Option<String>,
    /// The nonce of the API, which asks for it separately (RFC 9449 section 9).
    api_nonce: Option<String>,
}

#[derive(Debug)]
struct AccessToken {
    scope: Scope,
    value: SecretString,
    is_dpop: bool,
    expires_at: Timestamp,
}

impl ServiceApp {
    pub(super) fn new(client_id: &str, key_id: Option<&str>, private_key: &SecretString) -> Result<Self, OktaError> {
        let signer = Signer::new(private_key, key_id)?;
        Ok(Self { client_id: client_id.to_owned(), signer, session: Mutex::default() })
    }

    /// Discards the access tokens. Returns whether there were any.
    pub(super) async fn forget_tokens(&self) -> bool {
        let mut session = self.session.lock().await;
        let had_any = !session.access_tokens.is_empty();
        session.access_tokens.clear();
        had_any
    }

    /// Stores the API's nonce. Returns whether it is a new one.
    pub(super) async fn use_nonce(&self, nonce: &str) -> bool {
        let mut session = self.session.lock().await;
        let is_new = session.api_nonce.as_deref() != Some(nonce);
        session.api_nonce = Some(nonce.to_owned());
        is_new
    }

    /// Adds an access token to a request, after requesting one if necessary.
    pub(super) async fn sign(
        &self,
        http: &RetryingClient,
        org: &OrgUrl,
        request: &mut Request,
    ) -> Result<(), OktaError> {
        // Locked during the token request, so that concurrent callers share one.
        let mut session = self.session.lock().await;
        let now = http.clock.now();
        let scope = Scope::of_call(request.method(), request.url());
        session.access_tokens.retain(|token| now < token.expires_at);
        if !session.access_tokens.iter().any(|token| token.scope == scope) {
            let token = self.request_token(http, org, scope, &mut session).await?;
            session.access_tokens.push(token);
        }
        let TokenSession { access_tokens, dpop, api_nonce, .. } = &*session;
        let Some(access_token) = access_tokens.iter().find(|token| token.scope == scope) else { return Ok(()) };
        let token = access_token.value.expose_secret();
        match dpop.as_ref().filter(|_| access_token.is_dpop) {
            None => {
                request.headers_mut().insert(AUTHORIZATION, sensitive(&format!("Bearer {token}"))?);
            }
            Some(key) => {
                let url = request.url().clone();
                let bound = BoundRequest {
                    method: request.method().as_str(),
                    url: &url,
                    nonce: api_nonce.as_deref(),
                    access_token: Some(token),
                };
                let proof = key.proof(&bound, http.clock.now(), &*http.randomness)?;
                request.headers_mut().insert(AUTHORIZATION, sensitive(&format!("DPoP {token}"))?);
                request.headers_mut().insert("dpop", sensitive(&proof)?);
                request.headers_mut().insert("x-okta-user-agent-extended", HeaderValue::from_static("isDPoP:true"));
            }
        }
        Ok(())
    }

    async fn request_token(
        &self,
        http: &RetryingClient,
        org: &OrgUrl,
        scope: Scope,
        session: &mut TokenSession,
    ) -> Result<AccessToken, OktaError> {
        let url = org.at("/oauth2/v1/token");
        let mut rejection = None;
        for _ in 0..ROUNDS {
            let (dpop, nonce) = (session.dpop.as_ref(), session.nonce.as_deref());
            let call = TokenRequest { app: self, http, url: &url, scope, dpop, nonce };
            let response = http.send(org, Bucket::Token, &call).await?;
            if response.status.is_success() {
                return Self::decode_token(http, org, scope, session.dpop.is_some(), &response);
            }
            let error = TokenError::from_response(&response);
            let nonce = response.header("dpop-nonce").map(str::to_owned);
            match error.error.as_str() {
                "invalid_dpop_proof" if session.dpop.is_none() => session.dpop = Some(DpopKey::generate()?),
                "use_dpop_nonce" if nonce.is_some() && nonce != session.nonce => {
                    if session.dpop.is_none() {
                        session.dpop = Some(DpopKey::generate()?);
                    }
                    session.nonce = nonce;
                }
                _ => return Err(error.to_okta(response.status.as_u16())),
            }
            rejection = Some(error.to_okta(response.status.as_u16()));
        }
        Err(rejection.unwrap_or(OktaError::Credential("the token endpoint issued no token".to_owned())))
    }

    fn decode_token(
        http: &RetryingClient,
        org: &OrgUrl,
        scope: Scope,
        has_key: bool,
        response: &HttpResponse,
    ) -> Result<AccessToken, OktaError> {
        let not_a_token = |what| OktaError::NotOkta { host: org.host(), what };
        let granted = TokenResponse::from_body(&response.body).map_err(not_a_token)?;
        let is_dpop = granted.token_type.eq_ignore_ascii_case("DPoP");
        if is_dpop && !has_key {
            let what = "a token that is bound to a key that Regrant did not send".to_owned();
            return Err(OktaError::NotOkta { host: org.host(), what });
        }
        // A token that lives shorter than the margin is used for half its lifetime; otherwise every call would request one.
        let lifetime = Duration::from_secs(granted.expires_in);
        let usable = lifetime.saturating_sub(MARGIN).max(lifetime / 2);
        Ok(AccessToken {
            scope,
            is_dpop,
            value: granted.access_token,
            expires_at: http.clock.now().saturating_add(usable).unwrap_or(Timestamp::MAX),
        })
    }
}

/// A token response (RFC 6749 section 5.1).
struct TokenResponse {
    access_token: SecretString,
    token_type: String,
    /// Seconds; an hour if absent, which is Okta's fixed lifetime.
    expires_in: u64,
}

impl TokenResponse {
    /// Decodes a body. The error names the member that could not be read, without its value.
    fn from_body(body: &[u8]) -> Result<Self, String> {
        let answer: Value = serde_json::from_slice(body).map_err(|_| "a token response that is not JSON".to_owned())?;
        let mut members = Members::of(&answer, "The token response");
        let (token, kind) = (members.required_text("access_token"), members.required_text("token_type"));
        let expires_in = match members.value("expires_in") {
            None => Some(HOUR),
            // Some servers send the number as text.
            Some(seconds) => seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()),
        };
        if expires_in.is_none() {
            members.has("an expires_in that is not a number");
        }
        match (token, kind, expires_in) {
            (Some(token), Some(kind), Some(expires_in)) if members.problem_count() == 0 => {
                Ok(Self { access_token: SecretString::from(token), token_type: kind.to_owned(), expires_in })
            }
            _ => Err(members.in_words()),
        }
    }
}

/// The lifetime of Okta's access tokens in seconds.
const HOUR: u64 = 3_600;

struct TokenError {
    error: String,
    error_description: Option<String>,
}

impl TokenError {
    /// The error in the body (RFC 6749 section 5.2), or else in the header or in Okta's own format.
    fn from_response(response: &HttpResponse) -> Self {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(error) = text("error").filter(|error| !error.is_empty()) {
            return Self { error, error_description: text("error_description") };
        }
        let okta = crate::okta::wire::error(response);
        let error = okta.oauth_error.or(okta.code).unwrap_or(okta.summary);
        Self { error, error_description: okta.oauth_description }
    }

    fn to_okta(&self, status: u16) -> OktaError {
        let description = self.error_description.as_deref().map(short);
        OktaError::Token { status, error: short(&self.error), description }
    }
}

/// One attempt at the token endpoint. A `jti` is single-use, so each attempt signs its own assertion.
struct TokenRequest<'a> {
    app: &'a ServiceApp,
    http: &'a RetryingClient,
    url: &'a Url,
    scope: Scope,
    dpop: Option<&'a DpopKey>,
    nonce: Option<&'a str>,
}

#[async_trait]
impl Call for TokenRequest<'_> {
    async fn request(&self) -> Result<Request, OktaError> {
        let now = self.http.clock.now();
        let assertion = self.app.signer.sign(&Assertion {
            iss: &self.app.client_id,
            sub: &self.app.client_id,
            aud: self.url.as_str(),
            iat: now.as_second(),
            exp: now.as_second() + ASSERTION_LIFE,
            jti: token(&*self.http.randomness),
        })?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", self.scope.name())
            .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .append_pair("client_assertion", &assertion)
            .finish();
        let mut request = Request::new(Method::POST, self.url.clone());
        *request.body_mut() = Some(form.into());
        let headers = request.headers_mut();
        headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(key) = self.dpop {
            let bound = BoundRequest { method: "POST", url: self.url, nonce: self.nonce, access_token: None };
            headers.insert("dpop", sensitive(&key.proof(&bound, now, &*self.http.randomness)?)?);
        }
        Ok(request)
    }
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

/// The service app's private key.
struct Signer {
    key: EncodingKey,
    header: Header,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    fn new(private_key: &SecretString, key_id: Option<&str>) -> Result<Self, OktaError> {
        let key = PrivateKey::parse(private_key)
            .map_err(|error| OktaError::Credential(format!("the service app's private key {error}")))?;
        let mut header = Header::new(match key.kind {
            KeyKind::Rsa => Algorithm::RS256,
            KeyKind::P256 => Algorithm::ES256,
        });
        header.kid = key_id.map(str::to_owned);
        Ok(Self { key: key.signing, header })
    }

    fn sign(&self, assertion: &Assertion<'_>) -> Result<String, OktaError> {
        encode(&self.header, assertion, &self.key).map_err(|_| {
            OktaError::Credential("the service app's private key cannot sign; use RSA or EC P-256".to_owned())
        })
    }
}
