//! The parts of Microsoft's identity platform and Microsoft Graph that Regrant uses.
//!
//! [`Microsoft`] is the port of the use cases; [`client`] is the HTTP implementation. Nothing here changes anything at
//! Microsoft: the only permission is `Directory.Read.All`, delegated or as an application permission.

mod authorize;
mod certificate;
pub mod client;
mod client_assertion;
pub mod config;
mod endpoints;
pub mod error;
mod exchange;
mod graph;
mod id_token;
mod keys;
pub mod registration;
mod retrying_client;
mod tenants;
mod token_failure;
mod tokens;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::administrator::{DirectoryRoles, DirectoryUser, Mfa, Person};
use crate::domain::app_management_policy::AppManagementPolicy;
use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::cloud::Cloud;
use crate::domain::grant::{PermissionGrant, ServicePrincipal};
use crate::domain::registered_credential::RegisteredCredential;
use crate::domain::tenant::{ClientId, ObjectId, TenantDomain, TenantId};
use crate::domain::text::UntrustedText;

pub use error::MicrosoftError;
pub use registration::{ClientCredential, MfaEvidence, Registration, WatchAccess};
pub use token_failure::TokenFailure;
pub use tokens::GraphTokens;

/// The parameters of the authorization URL for one attempt.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest<'a> {
    /// The only tenant whose people may sign in.
    pub tenant: &'a TenantId,
    /// Our redirect URI, exactly as registered.
    pub redirect_uri: &'a Url,
    /// 256 random bits. Microsoft returns it unchanged.
    pub state: &'a SecretString,
    /// 256 random bits. Microsoft returns it in the ID token.
    pub nonce: &'a SecretString,
    /// The PKCE verifier (RFC 7636). The URL contains its S256 challenge.
    pub code_verifier: &'a SecretString,
    /// The pending challenge of an earlier attempt, which this sign-in must satisfy.
    pub claims: Option<&'a ClaimsChallenge>,
}

/// An authorization code, and what proves that it was issued to the browser that was sent.
#[derive(Debug, Clone)]
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a SecretString,
    /// The tenant that the browser was sent to.
    pub tenant: &'a TenantId,
    /// As in the [`AuthorizationRequest`].
    pub redirect_uri: &'a Url,
    /// As in the [`AuthorizationRequest`].
    pub nonce: &'a SecretString,
    /// As in the [`AuthorizationRequest`].
    pub code_verifier: &'a SecretString,
}

/// A verified sign-in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The person, from an ID token with valid signature, audience, issuer, tenant, nonce and times.
    pub person: Person,
    /// Whether multi-factor authentication was used.
    pub mfa: Mfa,
    /// Tokens for Microsoft Graph.
    pub tokens: TokenSet,
}

/// The tokens from a token endpoint (RFC 6749 section 5.1).
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// The access token for Microsoft Graph. Opaque to Regrant.
    pub access_token: SecretString,
    /// The refresh token.
    pub refresh_token: Option<SecretString>,
    /// When the access token expires, in UTC.
    pub expires_at: jiff::Timestamp,
    /// The granted scopes, in Microsoft's spelling.
    pub scopes: Vec<String>,
}

/// A tenant, from Graph's `/organization`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: TenantId,
    /// Its display name.
    pub display_name: UntrustedText,
    /// `verifiedDomains[].name`, in lower case.
    pub verified_domains: Vec<String>,
    /// Members that could not be read, in words for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// The grants of a service principal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GrantList {
    /// The grants for Microsoft Graph, sorted.
    pub grants: Vec<PermissionGrant>,
    /// Listed grants that could not be read, in words for people.
    pub unreadable: Vec<String>,
}

/// The secrets and certificates of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisteredCredentials {
    /// Those that could be read.
    pub credentials: Vec<RegisteredCredential>,
    /// Listed ones that could not be read, in words for people.
    pub unreadable: Vec<String>,
}

/// The port to Microsoft's identity platform.
#[async_trait]
pub trait Microsoft: Send + Sync {
    /// The origin of a cloud's sign-in page, which a page's `form-action` must allow.
    fn login_origin(&self, cloud: Cloud) -> Url;
    /// Whether a URL is on a cloud's sign-in page.
    fn is_login(&self, cloud: Cloud, url: &Url) -> bool;
    /// The id of the tenant that owns a domain, from the tenant's public metadata.
    async fn tenant(&self, cloud: Cloud, domain: &TenantDomain) -> Result<TenantId, MicrosoftError>;
    /// Builds the authorization URL for one attempt. Sends nothing.
    fn authorize_url(
        &self,
        registration: &Registration,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Url, MicrosoftError>;
    /// Exchanges a code and verifies the person. Codes are single-use, so it is sent once, regardless of the result.
    async fn redeem(&self, registration: &Registration, redemption: &Redemption<'_>) -> Result<SignIn, MicrosoftError>;
    /// Refreshes tokens. Microsoft keeps the old refresh token valid, so this can be repeated.
    async fn refresh(
        &self,
        registration: &Registration,
        tenant: &TenantId,
        refresh_token: &SecretString,
    ) -> Result<TokenSet, MicrosoftError>;
    /// Requests an application token for Microsoft Graph, with the application permissions that the tenant consented to
    /// (Microsoft, "OAuth 2.0 client credentials flow"). Multi-factor authentication, sign-in frequency and roles of people
    /// do not affect it, and it comes without a refresh token. It can be repeated.
    async fn application_token(
        &self,
        registration: &Registration,
        tenant: &TenantId,
    ) -> Result<TokenSet, MicrosoftError>;
    /// Opens Microsoft Graph with an access token. Sends nothing yet.
    fn graph(&self, cloud: Cloud, access_token: &SecretString) -> Box<dyn Graph>;
}

/// Microsoft Graph in one tenant, opened with an access token.
#[async_trait]
pub trait Graph: Send + Sync {
    /// The tenant.
    async fn organization(&self) -> Result<Organization, MicrosoftError>;
    /// The directory roles of the signed-in person, including roles through groups. An application token has no person.
    async fn my_roles(&self) -> Result<DirectoryRoles, MicrosoftError>;
    /// The directory roles of a person, including roles through groups. A 404 is an error here: read the
    /// [user](Self::user) first.
    async fn roles_of(&self, user: &ObjectId) -> Result<DirectoryRoles, MicrosoftError>;
    /// A person; `None` if the account does not exist or was deleted.
    async fn user(&self, user: &ObjectId) -> Result<Option<DirectoryUser>, MicrosoftError>;
    /// The service principal with this client id in the tenant; `None` if no one consented to it.
    async fn service_principal(&self, app: &ClientId) -> Result<Option<ServicePrincipal>, MicrosoftError>;
    /// Every grant of a service principal for Microsoft Graph, of both kinds.
    async fn grants(&self, principal: &ObjectId) -> Result<GrantList, MicrosoftError>;
    /// The secrets and certificates of a registration; `None` if it is registered in a different tenant.
    async fn registration_credentials(&self, app: &ClientId) -> Result<Option<RegisteredCredentials>, MicrosoftError>;
    /// The tenant's rules for the credentials of applications; needs `Policy.Read.All`, which is optional.
    async fn app_management_policy(&self) -> Result<AppManagementPolicy, MicrosoftError>;
}
