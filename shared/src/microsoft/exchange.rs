//! The token endpoint, through the `oauth2` library: exchanges a code, refreshes tokens, and requests application tokens.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::{
    AuthType, AuthorizationCode, Client, ClientSecret, EndpointNotSet, EndpointSet, ErrorResponse, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

use super::client_assertion::assertion;
use super::endpoints::Endpoints;
use super::error::OAuthRefusal;
use super::graph::claims;
use super::retrying_client::RetryingClient;
use super::{ClientCredential, MicrosoftError, Redemption, Registration, TokenSet};
use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::members::Members;
use crate::domain::tenant::TenantId;
use crate::http::challenge::{challenges, oauth_error};
use crate::http::retry::Idempotency;
use crate::http::transport::shown_host;
use crate::randomness::Randomness;

/// The lifetime of a token if the response has none (RFC 6749 section 5.1).
const ASSUMED_LIFE: std::time::Duration = std::time::Duration::from_mins(5);
/// `client_assertion_type` (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type EntraClient = Client<
    TokenErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;

/// The ID token that `OpenID` Connect adds to a token response.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

impl std::fmt::Debug for IdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdToken")
    }
}

/// An error response in Microsoft's format. `error_description` is not decoded. A mistyped member does not hide `error`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TokenErrorResponse {
    error: String,
    #[serde(default, deserialize_with = "text")]
    suberror: Option<String>,
    #[serde(default, deserialize_with = "numbers")]
    error_codes: Vec<u32>,
    #[serde(default, deserialize_with = "text")]
    correlation_id: Option<String>,
    /// A malformed challenge is ignored; the error itself still counts.
    #[serde(default, deserialize_with = "claims_challenge")]
    claims: Option<ClaimsChallenge>,
}

impl std::fmt::Display for TokenErrorResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.error)
    }
}

impl ErrorResponse for TokenErrorResponse {}

fn claims_challenge<'de, D: serde::Deserializer<'de>>(claims: D) -> Result<Option<ClaimsChallenge>, D::Error> {
    Ok(text(claims)?.and_then(|claims| claims.try_into().ok()))
}

fn text<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(value)?.as_str().map(str::to_owned))
}

fn numbers<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Vec<u32>, D::Error> {
    let value = Value::deserialize(value)?;
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(items.iter().filter_map(|item| u32::try_from(item.as_u64()?).ok()).collect())
}

/// Says which member of a token response could not be read, without its value. The library's own error could contain tokens.
fn odd_member(body: &[u8]) -> String {
    let answer = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut members = Members::of(&answer, "The token response");
    members.required_text("access_token");
    members.required_text("token_type");
    for name in ["scope", "refresh_token", "id_token"] {
        members.text(name);
    }
    if members.value("expires_in").is_some_and(|value| !value.is_u64()) {
        members.has("an expires_in that is not a number");
    }
    members.in_words()
}

/// The tokens for a code.
pub(super) struct Exchanged {
    pub(super) tokens: TokenSet,
    pub(super) id_token: Option<SecretString>,
}

/// The token endpoint of a tenant, for one registration.
pub(super) struct TokenEndpoint<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) http: &'a RetryingClient,
    pub(super) randomness: &'a dyn Randomness,
    pub(super) registration: &'a Registration,
    pub(super) tenant: &'a TenantId,
    pub(super) now: Timestamp,
}

impl TokenEndpoint<'_> {
    /// Exchanges a code for access to one resource (RFC 6749 section 4.1.3).
    pub(super) async fn exchange(&self, redemption: &Redemption<'_>, scope: &str) -> Result<Exchanged, MicrosoftError> {
        let client = self.client().set_redirect_uri(RedirectUrl::from_url(redemption.redirect_uri.clone()));
        let http = self.http(Idempotency::NotIdempotent);
        let request = client
            .exchange_code(AuthorizationCode::new(redemption.code.expose_secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(redemption.code_verifier.expose_secret().to_owned()))
            .add_extra_param("scope", format!("openid profile offline_access {scope}"));
        let response = request.request_async(&http).await;
        self.decode(response, &http)
    }

    /// Refreshes tokens (RFC 6749 section 6).
    pub(super) async fn refresh(&self, old: &SecretString, scope: &str) -> Result<TokenSet, MicrosoftError> {
        let client = self.client();
        let http = self.http(Idempotency::Idempotent);
        let old = RefreshToken::new(old.expose_secret().to_owned());
        let request = client
            .exchange_refresh_token(&old)
            .add_scopes(["openid", "profile", "offline_access", scope].map(|scope| Scope::new(scope.to_owned())));
        let response = request.request_async(&http).await;
        Ok(self.decode(response, &http)?.tokens)
    }

    /// Requests an application token (RFC 6749 section 4.4). It is requested again instead of refreshed, so a refresh token,
    /// which the response should not contain, is dropped (section 4.4.3).
    pub(super) async fn application(&self, scope: &str) -> Result<TokenSet, MicrosoftError> {
        let client = self.client();
        let http = self.http(Idempotency::Idempotent);
        let request = client.exchange_client_credentials().add_scope(Scope::new(scope.to_owned()));
        let response = request.request_async(&http).await;
        Ok(TokenSet { refresh_token: None, ..self.decode(response, &http)?.tokens })
    }

    fn client(&self) -> EntraClient {
        let endpoint = self.endpoints.token(self.registration.cloud, self.tenant);
        let client = Client::new(oauth2::ClientId::new(self.registration.client_id.as_str().to_owned()))
            .set_token_uri(TokenUrl::from_url(endpoint))
            .set_auth_type(AuthType::RequestBody);
        match &self.registration.credential {
            ClientCredential::Secret { value } => {
                client.set_client_secret(ClientSecret::new(value.expose_secret().to_owned()))
            }
            ClientCredential::Certificate { .. } | ClientCredential::Federated { .. } => client,
        }
    }

    fn assertion(&self) -> Result<Option<SecretString>, MicrosoftError> {
        let endpoint = self.endpoints.token(self.registration.cloud, self.tenant);
        assertion(self.registration, &endpoint, self.now, self.randomness)
    }

    fn http(&self, idempotency: Idempotency) -> TokenHttpClient<'_> {
        TokenHttpClient { endpoint: self, idempotency, last: Mutex::default() }
    }

    fn decode(
        &self,
        response: Result<Tokens, RequestTokenError<MicrosoftError, TokenErrorResponse>>,
        http: &TokenHttpClient<'_>,
    ) -> Result<Exchanged, MicrosoftError> {
        let host = shown_host(&self.endpoints.login(self.registration.cloud));
        let unexpected = |what: &str| MicrosoftError::Unexpected { host: host.clone(), what: what.to_owned() };
        let LastResponse { status, odd_member, refusal } = http.last.lock().clone();
        let tokens = match response {
            Ok(tokens) => tokens,
            Err(RequestTokenError::ServerResponse(refusal)) => {
                return Err(MicrosoftError::OAuth(Box::new(OAuthRefusal {
                    status,
                    error: refusal.error,
                    suberror: refusal.suberror,
                    codes: refusal.error_codes,
                    correlation_id: refusal.correlation_id,
                    claims: refusal.claims,
                })));
            }
            Err(RequestTokenError::Request(error)) => return Err(error),
            // A proxy's error page instead of a token response: an outage, not a rejection.
            Err(_) if status == 429 || status >= 500 => {
                return Err(MicrosoftError::NoAnswer { host, reason: format!("the server returned {status}") });
            }
            // Some errors are only in a header.
            Err(_) => {
                return Err(refusal.map_or_else(|| unexpected(&odd_member), |it| MicrosoftError::OAuth(Box::new(it))));
            }
        };
        if *tokens.token_type() != BasicTokenType::Bearer {
            return Err(unexpected("a token that is not a bearer token"));
        }
        let life = tokens.expires_in().unwrap_or(ASSUMED_LIFE);
        let scopes = tokens.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect());
        Ok(Exchanged {
            id_token: tokens.extra_fields().id_token.clone().map(SecretString::from),
            tokens: TokenSet {
                access_token: SecretString::from(tokens.access_token().secret().clone()),
                refresh_token: tokens.refresh_token().map(|token| SecretString::from(token.secret().clone())),
                expires_at: self.now.saturating_add(life).unwrap_or(Timestamp::MAX),
                scopes: scopes.unwrap_or_default(),
            },
        })
    }
}

/// Our transport as the library's HTTP client, with redirects off and bodies limited.
struct TokenHttpClient<'a> {
    endpoint: &'a TokenEndpoint<'a>,
    idempotency: Idempotency,
    /// What the library does not expose of the last response.
    last: Mutex<LastResponse>,
}

/// What the library does not expose of a response.
#[derive(Debug, Clone, Default)]
struct LastResponse {
    status: u16,
    /// Which member could not be read.
    odd_member: String,
    /// The error in `WWW-Authenticate`.
    refusal: Option<OAuthRefusal>,
}

fn last_response(response: &crate::http::transport::HttpResponse) -> LastResponse {
    let status = response.status.as_u16();
    let refusal =
        oauth_error(&response.headers).filter(|_| !response.status.is_success()).map(|challenge| OAuthRefusal {
            status,
            error: challenge.parameter("error").unwrap_or_default().to_ascii_lowercase(),
            suberror: None,
            codes: Vec::new(),
            correlation_id: None,
            claims: claims(&challenges(&response.headers)),
        });
    LastResponse { status, odd_member: odd_member(&response.body), refusal }
}

impl<'c> oauth2::AsyncHttpClient<'c> for TokenHttpClient<'_> {
    type Error = MicrosoftError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, MicrosoftError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let build = || {
                let mut copy = request.clone();
                // Each attempt signs a new assertion: an assertion is single-use, and only the response may have been lost.
                if let Some(assertion) = self.endpoint.assertion()? {
                    let pairs = form_urlencoded::Serializer::new(String::new())
                        .append_pair("client_assertion_type", JWT_BEARER)
                        .append_pair("client_assertion", assertion.expose_secret())
                        .finish();
                    copy.body_mut().push(b'&');
                    copy.body_mut().extend_from_slice(pairs.as_bytes());
                }
                copy.try_into().map_err(|_| MicrosoftError::Credential("could not build the token request".to_owned()))
            };
            let response = self.endpoint.http.send(self.idempotency, build).await?;
            *self.last.lock() = last_response(&response);
            let mut converted = HttpResponse::new(response.body.to_vec());
            *converted.status_mut() = response.status;
            *converted.headers_mut() = response.headers;
            Ok(converted)
        })
    }
}
