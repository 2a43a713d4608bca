//! The Microsoft client: implements the [`Microsoft`] port over HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{Method, Request};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::domain::administrator::Mfa;
use crate::domain::cloud::Cloud;
use crate::domain::tenant::{TenantDomain, TenantId};
use crate::http::transport::shown_host;
use crate::microsoft::config::MicrosoftConfig;
use crate::randomness::Randomness;

use super::endpoints::Endpoints;
use super::exchange::TokenEndpoint;
use super::graph::OpenGraph;
use super::id_token::{Identified, Verifier};
use super::keys::Keys;
use super::retrying_client::RetryingClient;
use super::tenants::Tenants;
use super::{
    AuthorizationRequest, Graph, Microsoft, MicrosoftError, Redemption, Registration, SignIn, TokenSet, authorize,
};

/// The Microsoft client. Clones share connections and signing keys.
#[derive(Clone)]
pub struct MicrosoftClient {
    endpoints: Endpoints,
    http: RetryingClient,
    keys: Keys,
    tenants: Tenants,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl MicrosoftClient {
    /// Creates a client with its own connection pool.
    pub fn new(
        config: MicrosoftConfig,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, MicrosoftError> {
        let http = RetryingClient::new(&config, clock.clone())?;
        let (keys, tenants) = (Keys::default(), Tenants::default());
        Ok(Self { endpoints: Endpoints::new(config.simulator), http, keys, tenants, clock, randomness })
    }

    fn token_endpoint<'a>(&'a self, registration: &'a Registration, tenant: &'a TenantId) -> TokenEndpoint<'a> {
        TokenEndpoint {
            endpoints: &self.endpoints,
            http: &self.http,
            randomness: &*self.randomness,
            registration,
            tenant,
            now: self.clock.now(),
        }
    }

    fn verifier<'a>(&'a self, cloud: Cloud, tenant: &'a TenantId) -> Verifier<'a> {
        Verifier {
            endpoints: &self.endpoints,
            http: &self.http,
            keys: &self.keys,
            cloud,
            tenant,
            now: self.clock.now(),
        }
    }

    /// Whether multi-factor authentication was used: from our own API's access token if there is one, otherwise from the
    /// authentication context. A failed verification yields "not verified" and does not end the sign-in.
    async fn mfa(
        &self,
        registration: &Registration,
        tenant: &TenantId,
        access_token: &SecretString,
        identified: &Identified,
    ) -> Mfa {
        if let Some(scope) = &registration.mfa.api_scope {
            match self.verifier(registration.cloud, tenant).mfa(access_token, scope, &identified.person).await {
                Ok(Mfa::NotVerified) => {}
                Ok(known) => return known,
                Err(error) => tracing::warn!(%tenant, %error, "could not verify the access token for our own API"),
            }
        }
        match &registration.mfa.authentication_context {
            Some(context) if identified.contexts.contains(context) => Mfa::Verified,
            _ => Mfa::NotVerified,
        }
    }
}

#[async_trait]
impl Microsoft for MicrosoftClient {
    fn login_origin(&self, cloud: Cloud) -> Url {
        self.endpoints.login(cloud)
    }

    fn is_login(&self, cloud: Cloud, url: &Url) -> bool {
        self.endpoints.is_login(cloud, url)
    }

    async fn tenant(&self, cloud: Cloud, domain: &TenantDomain) -> Result<TenantId, MicrosoftError> {
        let now = self.clock.now();
        if let Some(tenant) = self.tenants.get(cloud, domain, now) {
            return Ok(tenant);
        }
        let url = self.endpoints.metadata(cloud, domain);
        let metadata = self.http.get(|| Ok(Request::new(Method::GET, url.clone()))).await?;
        let host = shown_host(&url);
        match metadata.response.status.as_u16() {
            200 => {}
            // An error in Microsoft's own format. A proxy's error page does not have it.
            400 | 404 if metadata.body.get("error").is_some_and(Value::is_string) => {
                return Err(MicrosoftError::NoSuchTenant { domain: domain.to_string() });
            }
            status => return Err(MicrosoftError::NoAnswer { host, reason: format!("the server returned {status}") }),
        }
        // Only the tenant id is taken, and only from an issuer that otherwise equals the expected one.
        let issuer = metadata.body.get("issuer").and_then(Value::as_str).unwrap_or_default();
        let tenant = issuer.strip_suffix("/v2.0").and_then(|rest| rest.rsplit('/').next());
        let tenant = tenant.and_then(|tenant| tenant.parse::<TenantId>().ok());
        let tenant = tenant
            .filter(|tenant| self.endpoints.issuers(cloud, tenant).iter().any(|expected| expected == issuer))
            .ok_or_else(|| MicrosoftError::Unexpected { host, what: "a tenant with a foreign issuer".to_owned() })?;
        self.tenants.remember(cloud, domain, &tenant, now);
        Ok(tenant)
    }

    fn authorize_url(
        &self,
        registration: &Registration,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Url, MicrosoftError> {
        Ok(authorize::authorize_url(&self.endpoints, registration, request))
    }

    async fn redeem(&self, registration: &Registration, redemption: &Redemption<'_>) -> Result<SignIn, MicrosoftError> {
        let tenant = redemption.tenant;
        let directory = self.endpoints.directory_scope(registration.cloud);
        let first = registration.mfa.api_scope.as_deref().unwrap_or(&directory);
        let endpoint = self.token_endpoint(registration, tenant);
        let exchanged = endpoint.exchange(redemption, first).await?;
        let id_token = exchanged.id_token.as_ref();
        let id_token = id_token.ok_or_else(|| MicrosoftError::Untrusted("the ID token is missing".to_owned()))?;
        let verifier = self.verifier(registration.cloud, tenant);
        let identified = verifier.identify(id_token, &registration.client_id, redemption.nonce).await?;
        let mfa = self.mfa(registration, tenant, &exchanged.tokens.access_token, &identified).await;
        let tokens = match (&registration.mfa.api_scope, &exchanged.tokens.refresh_token) {
            // An access token is for one resource, so the one for Graph needs a refresh.
            (Some(_), Some(refresh_token)) => endpoint.refresh(refresh_token, &directory).await?,
            (Some(_), None) => {
                return Err(MicrosoftError::Untrusted(
                    "the refresh token that is needed for Graph is missing".to_owned(),
                ));
            }
            (None, _) => exchanged.tokens,
        };
        Ok(SignIn { person: identified.person, mfa, tokens })
    }

    async fn refresh(
        &self,
        registration: &Registration,
        tenant: &TenantId,
        refresh_token: &SecretString,
    ) -> Result<TokenSet, MicrosoftError> {
        let scope = self.endpoints.directory_scope(registration.cloud);
        self.token_endpoint(registration, tenant).refresh(refresh_token, &scope).await
    }

    async fn application_token(
        &self,
        registration: &Registration,
        tenant: &TenantId,
    ) -> Result<TokenSet, MicrosoftError> {
        let scope = self.endpoints.default_scope(registration.cloud);
        self.token_endpoint(registration, tenant).application(&scope).await
    }

    fn graph(&self, cloud: Cloud, access_token: &SecretString) -> Box<dyn Graph> {
        Box::new(OpenGraph {
            http: self.http.clone(),
            origin: self.endpoints.graph(cloud),
            access_token: access_token.clone(),
        })
    }
}
