//! The token endpoint, through the `oauth2` library: a code for tokens, old tokens for new ones, and tokens of the
//! application itself.

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
use url::form_urlencoded;

use super::client_assertion::assertion;
use super::endpoints::Endpoints;
use super::error::OAuthRefusal;
use super::retrying_client::{Repeat, RetryingClient};
use super::{ClientCredential, MicrosoftError, Redemption, Registration, TokenSet};
use crate::domain::tenant::TenantId;
use crate::http::transport::shown_host;
use crate::randomness::Randomness;

/// How long a token lives where the answer does not say (RFC 6749 section 5.1).
const ASSUMED_LIFE: std::time::Duration = std::time::Duration::from_mins(5);
/// `client_assertion_type` (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type EntraClient = Client<
    Refusal,
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

/// What `OpenID` Connect adds to a token answer.
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

/// Microsoft's error shape. `error_description` is left unread.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Refusal {
    error: String,
    #[serde(default)]
    suberror: Option<String>,
    #[serde(default)]
    error_codes: Vec<u32>,
    #[serde(default)]
    correlation_id: Option<String>,
    #[serde(default)]
    claims: Option<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.error)
    }
}

impl ErrorResponse for Refusal {}

/// What a code was exchanged for.
pub(super) struct Exchanged {
    pub(super) tokens: TokenSet,
    pub(super) id_token: Option<SecretString>,
}

/// The token endpoint of one tenant, for one registration.
pub(super) struct TokenEndpoint<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) http: &'a RetryingClient,
    pub(super) randomness: &'a dyn Randomness,
    pub(super) registration: &'a Registration,
    pub(super) tenant: &'a TenantId,
    pub(super) now: Timestamp,
}

impl TokenEndpoint<'_> {
    /// Spends a code, for access to one resource (RFC 6749 section 4.1.3).
    pub(super) async fn exchange(&self, redemption: &Redemption<'_>, scope: &str) -> Result<Exchanged, MicrosoftError> {
        let client = self.client().set_redirect_uri(RedirectUrl::from_url(redemption.redirect_uri.clone()));
        let http = self.http(Repeat::OnlyRefused);
        let request = client
            .exchange_code(AuthorizationCode::new(redemption.code.expose_secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(redemption.code_verifier.expose_secret().to_owned()))
            .add_extra_param("scope", format!("openid profile offline_access {scope}"));
        let answered = request.request_async(&http).await;
        self.read(answered, &http)
    }

    /// New tokens for old ones (RFC 6749 section 6).
    pub(super) async fn refresh(&self, old: &SecretString, scope: &str) -> Result<TokenSet, MicrosoftError> {
        let client = self.client();
        let http = self.http(Repeat::Always);
        let old = RefreshToken::new(old.expose_secret().to_owned());
        let request = client
            .exchange_refresh_token(&old)
            .add_scopes(["openid", "profile", "offline_access", scope].map(|scope| Scope::new(scope.to_owned())));
        let answered = request.request_async(&http).await;
        Ok(self.read(answered, &http)?.tokens)
    }

    /// A token of the application itself (RFC 6749 section 4.4). It is asked for anew instead of refreshed, so a refresh
    /// token, which should not be there, is not kept (section 4.4.3).
    pub(super) async fn application(&self, scope: &str) -> Result<TokenSet, MicrosoftError> {
        let client = self.client();
        let http = self.http(Repeat::Always);
        let request = client.exchange_client_credentials().add_scope(Scope::new(scope.to_owned()));
        let answered = request.request_async(&http).await;
        Ok(TokenSet { refresh_token: None, ..self.read(answered, &http)?.tokens })
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

    fn http(&self, repeat: Repeat) -> Http<'_> {
        Http { endpoint: self, repeat, status: Mutex::new(None) }
    }

    fn read(
        &self,
        answered: Result<Tokens, RequestTokenError<MicrosoftError, Refusal>>,
        http: &Http<'_>,
    ) -> Result<Exchanged, MicrosoftError> {
        let host = shown_host(&self.endpoints.login(self.registration.cloud));
        let unexpected = |what: &str| MicrosoftError::Unexpected { host: host.clone(), what: what.to_owned() };
        let status = http.status.lock().unwrap_or_default();
        let tokens = match answered {
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
            // A front door's page in the place of an answer: an outage, and not a refusal.
            Err(_) if status == 429 || status >= 500 => {
                return Err(MicrosoftError::NoAnswer { host, reason: format!("it answered {status}") });
            }
            // The library's own error could quote the answer.
            Err(_) => return Err(unexpected("a token answer of another shape")),
        };
        if *tokens.token_type() != BasicTokenType::Bearer {
            return Err(unexpected("a token that is no bearer token"));
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

/// Our transport, as the library wants it: redirects off, bodies capped.
struct Http<'a> {
    endpoint: &'a TokenEndpoint<'a>,
    repeat: Repeat,
    /// The last answer's status, which the library does not hand on.
    status: Mutex<Option<u16>>,
}

impl<'c> oauth2::AsyncHttpClient<'c> for Http<'_> {
    type Error = MicrosoftError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, MicrosoftError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let write = || {
                let mut copy = request.clone();
                // Anew for each attempt: an assertion is good once, and the answer to it may be what was lost.
                if let Some(assertion) = self.endpoint.assertion()? {
                    let pairs = form_urlencoded::Serializer::new(String::new())
                        .append_pair("client_assertion_type", JWT_BEARER)
                        .append_pair("client_assertion", assertion.expose_secret())
                        .finish();
                    copy.body_mut().push(b'&');
                    copy.body_mut().extend_from_slice(pairs.as_bytes());
                }
                copy.try_into()
                    .map_err(|_| MicrosoftError::Credential("the token request cannot be written".to_owned()))
            };
            let answer = self.endpoint.http.carry(self.repeat, write).await?;
            *self.status.lock() = Some(answer.status.as_u16());
            let mut response = HttpResponse::new(answer.body.to_vec());
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}
