//! An OAuth 2.0 service app: client credentials with `private_key_jwt` (RFC 7523), DPoP where the app asks for it.
//!
//! The form is posted plainly and not through an OAuth library: the DPoP nonce comes in a header of an error answer,
//! which those do not hand out.

use std::time::Duration;

use async_trait::async_trait;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use super::dpop::{Bound, DpopKey};
use super::scope::Scope;
use super::sensitive;
use crate::http::transport::Answer;
use crate::okta::rate_budget::Bucket;
use crate::okta::retrying_client::{Call, RetryingClient};
use crate::okta::wire::short;
use crate::okta::{OktaError, OrgUrl};
use crate::randomness::token;

/// How long an assertion is good for. Okta allows an hour; it is used at once.
const ASSERTION_LIFE: i64 = 300;
/// How long before its end an access token is not used any more.
const MARGIN: Duration = Duration::from_mins(5);
/// How often the token endpoint is asked for one token: plain, with DPoP, with the nonce, with a newer nonce.
const ROUNDS: usize = 4;

/// A service app and what it holds for the moment.
#[derive(Debug)]
pub(crate) struct ServiceApp {
    client_id: String,
    signer: Signer,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    access: Vec<Access>,
    /// Set once the token endpoint has asked for DPoP.
    dpop: Option<DpopKey>,
    nonce: Option<String>,
}

#[derive(Debug)]
struct Access {
    scope: Scope,
    token: SecretString,
    is_dpop: bool,
    until: Timestamp,
}

impl ServiceApp {
    pub(super) fn new(client_id: &str, key_id: Option<&str>, private_key: &SecretString) -> Result<Self, OktaError> {
        let signer = Signer::from_pem(private_key, key_id)?;
        Ok(Self { client_id: client_id.to_owned(), signer, held: Mutex::default() })
    }

    pub(super) async fn forget_token(&self) -> bool {
        let mut held = self.held.lock().await;
        let held_any = !held.access.is_empty();
        held.access.clear();
        held_any
    }

    pub(super) async fn sign(
        &self,
        http: &RetryingClient,
        org: &OrgUrl,
        request: &mut Request,
    ) -> Result<(), OktaError> {
        // Held while a token is asked for, so that callers at once make one token call.
        let mut held = self.held.lock().await;
        let now = http.clock.now();
        let scope = Scope::of(request.method(), request.url());
        held.access.retain(|access| now < access.until);
        if !held.access.iter().any(|access| access.scope == scope) {
            let access = self.ask(http, org, scope, &mut held).await?;
            held.access.push(access);
        }
        let Held { access, dpop, .. } = &*held;
        let Some(access) = access.iter().find(|access| access.scope == scope) else { return Ok(()) };
        let token = access.token.expose_secret();
        match dpop.as_ref().filter(|_| access.is_dpop) {
            None => {
                request.headers_mut().insert(AUTHORIZATION, sensitive(&format!("Bearer {token}"))?);
            }
            Some(key) => {
                let url = request.url().clone();
                let bound =
                    Bound { method: request.method().as_str(), url: &url, nonce: None, access_token: Some(token) };
                let proof = key.proof(&bound, http.clock.now(), &*http.randomness)?;
                request.headers_mut().insert(AUTHORIZATION, sensitive(&format!("DPoP {token}"))?);
                request.headers_mut().insert("dpop", sensitive(&proof)?);
                request.headers_mut().insert("x-okta-user-agent-extended", HeaderValue::from_static("isDPoP:true"));
            }
        }
        Ok(())
    }

    async fn ask(
        &self,
        http: &RetryingClient,
        org: &OrgUrl,
        scope: Scope,
        held: &mut Held,
    ) -> Result<Access, OktaError> {
        let url = org.at("/oauth2/v1/token");
        let mut refused = None;
        for _ in 0..ROUNDS {
            let (dpop, nonce) = (held.dpop.as_ref(), held.nonce.as_deref());
            let call = TokenRequest { app: self, http, url: &url, scope, dpop, nonce };
            let answer = http.deliver(org, Bucket::Token, &call).await?;
            if answer.status.is_success() {
                return Self::read(http, org, scope, held.dpop.is_some(), &answer);
            }
            let error = TokenError::from_answer(&answer);
            let nonce = answer.header("dpop-nonce").map(str::to_owned);
            match error.error.as_str() {
                "invalid_dpop_proof" if held.dpop.is_none() => held.dpop = Some(DpopKey::generate()?),
                "use_dpop_nonce" if nonce.is_some() && nonce != held.nonce => {
                    if held.dpop.is_none() {
                        held.dpop = Some(DpopKey::generate()?);
                    }
                    held.nonce = nonce;
                }
                _ => return Err(error.to_okta(answer.status.as_u16())),
            }
            refused = Some(error.to_okta(answer.status.as_u16()));
        }
        Err(refused.unwrap_or(OktaError::Credential("the token endpoint gave no token".to_owned())))
    }

    fn read(
        http: &RetryingClient,
        org: &OrgUrl,
        scope: Scope,
        has_key: bool,
        answer: &Answer,
    ) -> Result<Access, OktaError> {
        let not_a_token =
            || OktaError::NotOkta { host: org.host(), what: "a token answer without an access token".to_owned() };
        // The parser's own error could quote the token.
        let granted: Granted = serde_json::from_slice(&answer.body).map_err(|_| not_a_token())?;
        let is_dpop = granted.token_type.eq_ignore_ascii_case("DPoP");
        if is_dpop && !has_key {
            let what = "a token that is bound to a key nobody sent".to_owned();
            return Err(OktaError::NotOkta { host: org.host(), what });
        }
        // A token shorter than the margin is still used for half its life, or each call would ask for another.
        let whole = Duration::from_secs(granted.expires_in);
        let life = whole.saturating_sub(MARGIN).max(whole / 2);
        Ok(Access {
            scope,
            is_dpop,
            token: granted.access_token,
            until: http.clock.now().saturating_add(life).unwrap_or(Timestamp::MAX),
        })
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    token_type: String,
    /// Seconds; RFC 6749 section 5.1 lets it be missing.
    #[serde(default = "an_hour")]
    expires_in: u64,
}

/// How long Okta's tokens live ("Implement OAuth for Okta with a service app").
const fn an_hour() -> u64 {
    3_600
}

#[derive(Deserialize, Default)]
struct TokenError {
    #[serde(default)]
    error: String,
    error_description: Option<String>,
}

impl TokenError {
    fn from_answer(answer: &Answer) -> Self {
        let mut error: Self = serde_json::from_slice(&answer.body).unwrap_or_default();
        if error.error.is_empty() {
            let okta = crate::okta::wire::error(answer);
            error = Self { error: okta.code.unwrap_or(okta.summary), error_description: None };
        }
        error
    }

    fn to_okta(&self, status: u16) -> OktaError {
        let description = self.error_description.as_deref().map(short);
        OktaError::Token { status, error: short(&self.error), description }
    }
}

/// One attempt at the token endpoint. A `jti` may be used once, so each attempt signs an assertion of its own.
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
    async fn write(&self) -> Result<Request, OktaError> {
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
            let bound = Bound { method: "POST", url: self.url, nonce: self.nonce, access_token: None };
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
    fn from_pem(pem: &SecretString, key_id: Option<&str>) -> Result<Self, OktaError> {
        let text = pem.expose_secret().trim();
        let explain = |what: &str| OktaError::Credential(format!("the service app's private key {what}"));
        if text.starts_with('{') {
            return Err(explain("is a JWK; in the Okta console choose PEM when the key is shown, and use that"));
        }
        let (key, algorithm) = EncodingKey::from_rsa_pem(text.as_bytes())
            .map(|key| (key, Algorithm::RS256))
            .or_else(|_| EncodingKey::from_ec_pem(text.as_bytes()).map(|key| (key, Algorithm::ES256)))
            .map_err(|_| explain("is neither an RSA nor an EC P-256 key as PEM (PKCS #8); was it copied whole?"))?;
        let mut header = Header::new(algorithm);
        header.kid = key_id.map(str::to_owned);
        Ok(Self { key, header })
    }

    fn sign(&self, assertion: &Assertion<'_>) -> Result<String, OktaError> {
        encode(&self.header, assertion, &self.key).map_err(|_| {
            OktaError::Credential("the service app's private key does not sign; use RSA or EC P-256".to_owned())
        })
    }
}
