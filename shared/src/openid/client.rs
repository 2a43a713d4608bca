//! Calls to the operators' provider.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, ExtraTokenFields, HttpRequest,
    HttpResponse as OAuthResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use super::{OpenIdError, Provider, SignInSecrets, id_token, untrusted};
use crate::clock::Clock;
use crate::domain::access_policy::Identity;
use crate::http::loopback::{LoopbackPolicy, is_loopback};
use crate::http::retry::{Idempotency, Next, RetryPolicy, RetryingTransport, is_transient};
use crate::http::transport::{HttpResponse, Transport, TransportConfig, TransportError};

/// How long metadata and keys are used without fetching them again.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// The minimum time between two fetches because of an unknown key, so that invented key ids cause no flood of calls.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// The used members of a provider's metadata (`OpenID` Connect Discovery section 3, RP-Initiated Logout section 2.1).
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// A set of keys (RFC 7517 section 5).
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

#[derive(Clone)]
struct Known {
    issuer: Url,
    metadata: Metadata,
    keys: JwkSet,
    fetched_at: Timestamp,
}

/// The client of the operators' provider. Clones share connections, metadata and keys.
#[derive(Clone)]
pub struct OpenIdClient {
    http: RetryingTransport,
    clock: Arc<dyn Clock>,
    loopback: LoopbackPolicy,
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

impl std::fmt::Debug for IdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdToken")
    }
}

type CodeClient = Client<
    BasicErrorResponse,
    StandardTokenResponse<IdToken, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

impl OpenIdClient {
    /// A client. Loopback providers are for simulations only.
    pub fn new(loopback: LoopbackPolicy, clock: Arc<dyn Clock>) -> Result<Self, TransportError> {
        let transport = Transport::new(&TransportConfig {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            max_body: 1 << 20,
            loopback,
        })?;
        let (attempts, longest_wait) = (3, Duration::from_secs(10));
        let http = RetryingTransport { transport, clock: clock.clone(), attempts, longest_wait };
        Ok(Self { http, clock, loopback, known: Arc::default() })
    }

    /// The URL of the provider's sign-in page, for one attempt.
    pub async fn authorize_url(
        &self,
        provider: &Provider,
        redirect_uri: &Url,
        secrets: SignInSecrets<'_>,
    ) -> Result<Url, OpenIdError> {
        let metadata = self.known(provider, None).await?.metadata;
        let client = CodeClient::new(ClientId::new(provider.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint))
            .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
        let verifier = PkceCodeVerifier::new(secrets.code_verifier.expose_secret().to_owned());
        let state = CsrfToken::new(secrets.state.expose_secret().to_owned());
        let scopes = std::iter::once("openid").chain(provider.scopes.iter().map(String::as_str));
        let request = client
            .authorize_url(|| state)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("nonce", secrets.nonce.expose_secret().to_owned());
        Ok(request.url().0)
    }

    /// Exchanges a code, and verifies the ID token that comes for it.
    pub async fn redeem(
        &self,
        provider: &Provider,
        redirect_uri: &Url,
        code: &SecretString,
        secrets: SignInSecrets<'_>,
    ) -> Result<Identity, OpenIdError> {
        let metadata = self.known(provider, None).await?.metadata;
        let methods = &metadata.token_endpoint_auth_methods_supported;
        // Section 9 of OpenID Connect Core: `client_secret_basic` is the default.
        let in_body = !methods.is_empty() && !methods.iter().any(|method| method == "client_secret_basic");
        let auth_type =
            if in_body || provider.client_secret.is_none() { AuthType::RequestBody } else { AuthType::BasicAuth };
        let mut client = CodeClient::new(ClientId::new(provider.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(metadata.token_endpoint))
            .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()))
            .set_auth_type(auth_type);
        if let Some(secret) = &provider.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
        }
        let request = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.code_verifier.expose_secret().to_owned()));
        let tokens = request.request_async(&CodeHttp(self)).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => OpenIdError::Refused(refusal.error().to_string()),
            RequestTokenError::Request(error) => error,
            // The library's own error could contain the response.
            _ => untrusted("the token response has a different format"),
        })?;
        let token = tokens.extra_fields().id_token.clone().map(SecretString::from);
        let token = token.ok_or_else(|| untrusted("the token response has no ID token"))?;
        let name = id_token::key_id(&token)?;
        let keys = self.known(provider, name.as_deref()).await?.keys;
        let key = id_token::find(&keys, name.as_deref());
        let key = key.ok_or_else(|| untrusted("the ID token is signed with a key that is not the provider's"))?;
        id_token::identify(provider, &token, key, secrets.nonce, self.clock.now())
    }

    /// The URL that also signs out at the provider (RP-Initiated Logout section 2); `None` if it has none.
    pub async fn end_session_url(&self, provider: &Provider, back_to: &Url) -> Result<Option<Url>, OpenIdError> {
        let Some(mut url) = self.known(provider, None).await?.metadata.end_session_endpoint else { return Ok(None) };
        url.query_pairs_mut()
            .append_pair("client_id", &provider.client_id)
            .append_pair("post_logout_redirect_uri", back_to.as_str());
        Ok(Some(url))
    }

    /// Metadata and keys; fetched again when they are old, or when they lack the key `name`.
    async fn known(&self, provider: &Provider, name: Option<&str>) -> Result<Known, OpenIdError> {
        // Locked during the fetch, so that concurrent callers share one.
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some(current) = known.as_ref().filter(|current| current.issuer == provider.issuer) {
            let age = now.duration_since(current.fetched_at);
            let has_key = name.is_none_or(|name| current.keys.find(name).is_some());
            if age < LIFE && (has_key || age < PAUSE) {
                return Ok(current.clone());
            }
        }
        let fetched = self.fetch(provider, now).await?;
        *known = Some(fetched.clone());
        Ok(fetched)
    }

    async fn fetch(&self, provider: &Provider, now: Timestamp) -> Result<Known, OpenIdError> {
        let mut url = provider.issuer.clone();
        url.set_path(&format!("{}/.well-known/openid-configuration", url.path().trim_end_matches('/')));
        let metadata: Metadata = self.get(&url).await?;
        if metadata.issuer != provider.issuer() {
            return Err(untrusted("the metadata names a different issuer"));
        }
        let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        if !endpoints.into_iter().chain(&metadata.end_session_endpoint).all(|url| self.is_safe(url)) {
            return Err(untrusted("the metadata names an endpoint without TLS"));
        }
        let published: Published = self.get(&metadata.jwks_uri).await?;
        // A key of an unknown kind cannot verify a token, but the others can.
        let keys = published.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(Known { issuer: provider.issuer.clone(), metadata, keys: JwkSet { keys }, fetched_at: now })
    }

    fn is_safe(&self, url: &Url) -> bool {
        let local = self.loopback == LoopbackPolicy::Allow && url.host().is_some_and(|host| is_loopback(&host));
        url.scheme() == "https" || (local && url.scheme() == "http")
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, url: &Url) -> Result<T, OpenIdError> {
        let request = Request::new(Method::GET, url.clone());
        let response = self.http.send(&mut Call { request, idempotency: Idempotency::Idempotent }).await?;
        if !response.status.is_success() {
            return Err(untrusted(format!("{} returned {}", url.path(), response.status.as_u16())));
        }
        serde_json::from_slice(&response.body).map_err(|_| untrusted(format!("{} has a different format", url.path())))
    }
}

struct Call {
    request: Request,
    idempotency: Idempotency,
}

#[async_trait]
impl RetryPolicy for Call {
    type Error = OpenIdError;

    async fn request(&self, _: u32) -> Result<Request, OpenIdError> {
        self.request.try_clone().ok_or_else(|| untrusted("the request cannot be repeated"))
    }

    fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    fn next(&mut self, response: &HttpResponse) -> Next {
        if is_transient(response.status) { Next::Backoff } else { Next::Return }
    }

    fn rate_limited(&self, _: Duration) -> OpenIdError {
        untrusted("too many requests")
    }
}

/// Our transport as the library's HTTP client. A code is sent once.
struct CodeHttp<'a>(&'a OpenIdClient);

impl<'c> oauth2::AsyncHttpClient<'c> for CodeHttp<'_> {
    type Error = OpenIdError;
    type Future = Pin<Box<dyn Future<Output = Result<OAuthResponse, OpenIdError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request: Request = request.try_into().map_err(|_| untrusted("could not build the token request"))?;
            let response = self.0.http.send(&mut Call { request, idempotency: Idempotency::NotIdempotent }).await?;
            let mut converted = OAuthResponse::new(response.body.to_vec());
            *converted.status_mut() = response.status;
            *converted.headers_mut() = response.headers;
            Ok(converted)
        })
    }
}
