//! Microsoft's identity platform and Microsoft Graph, as far as Regrant needs them.
//!
//! [`Microsoft`] is the port the use cases know; [`client`] is the real one. Nothing here changes anything at Microsoft:
//! the only permission asked for is `Directory.Read.All`, delegated or as an application permission.

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
mod token_failure;
mod tokens;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::administrator::{DirectoryRoles, DirectoryUser, Mfa, Person};
use crate::domain::cloud::Cloud;
use crate::domain::grant::{PermissionGrant, ServicePrincipal};
use crate::domain::registered_credential::RegisteredCredential;
use crate::domain::tenant::{ClientId, ObjectId, TenantDomain, TenantId};
use crate::domain::text::UntrustedText;

pub use error::MicrosoftError;
pub use registration::{ClientCredential, MfaEvidence, Registration, WatchAccess};
pub use token_failure::TokenFailure;
pub use tokens::GraphTokens;

/// A browser about to be sent to Microsoft's sign-in page.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest<'a> {
    /// The only tenant whose people are wanted.
    pub tenant: &'a TenantId,
    /// Where Microsoft answers to; registered exactly so.
    pub redirect_uri: &'a Url,
    /// 256 bits; comes back unchanged.
    pub state: &'a SecretString,
    /// 256 bits; comes back in the ID token.
    pub nonce: &'a SecretString,
    /// The PKCE verifier (RFC 7636); its S256 challenge goes into the URL.
    pub code_verifier: &'a SecretString,
    /// A claims challenge that Graph or the token endpoint asked for, as JSON.
    pub claims: Option<&'a str>,
}

/// An authorization code that came back, and what proves that it came back to the browser that was sent.
#[derive(Debug, Clone)]
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a SecretString,
    /// The tenant the browser was sent to.
    pub tenant: &'a TenantId,
    /// As in the [`AuthorizationRequest`].
    pub redirect_uri: &'a Url,
    /// As in the [`AuthorizationRequest`].
    pub nonce: &'a SecretString,
    /// As in the [`AuthorizationRequest`].
    pub code_verifier: &'a SecretString,
}

/// A sign-in that was verified.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Who signed in: from an ID token whose signature, audience, issuer, tenant, nonce and times hold.
    pub person: Person,
    /// Whether multi-factor authentication was done.
    pub mfa: Mfa,
    /// Tokens for Microsoft Graph.
    pub tokens: TokenSet,
}

/// What a token endpoint issued (RFC 6749 section 5.1).
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// For Microsoft Graph. Opaque to us.
    pub access_token: SecretString,
    /// For the next one.
    pub refresh_token: Option<SecretString>,
    /// When the access token ends, in UTC.
    pub expires_at: jiff::Timestamp,
    /// What was granted, as Microsoft spells it.
    pub scopes: Vec<String>,
}

/// A tenant, as `/organization` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its key.
    pub id: TenantId,
    /// What it calls itself.
    pub display_name: UntrustedText,
    /// `verifiedDomains[].name`, in lower case.
    pub verified_domains: Vec<String>,
}

/// Microsoft's identity platform, as the use cases know it.
#[async_trait]
pub trait Microsoft: Send + Sync {
    /// The origin of a cloud's sign-in page: where browsers are sent, and what a page's `form-action` has to allow.
    fn login_origin(&self, cloud: Cloud) -> Url;
    /// Whether a URL leads to a cloud's sign-in page.
    fn is_login(&self, cloud: Cloud, url: &Url) -> bool;
    /// The key of the tenant that owns a domain, from the tenant's public metadata.
    async fn tenant(&self, cloud: Cloud, domain: &TenantDomain) -> Result<TenantId, MicrosoftError>;
    /// The URL of the sign-in page for one attempt. Sends nothing.
    fn authorize_url(
        &self,
        registration: &Registration,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Url, MicrosoftError>;
    /// Spends a code and verifies who it is of. A code is good once, so it is sent once, whatever becomes of it.
    async fn redeem(&self, registration: &Registration, redemption: &Redemption<'_>) -> Result<SignIn, MicrosoftError>;
    /// New tokens for old ones. Microsoft leaves the old refresh token valid, so this may be repeated.
    async fn refresh(
        &self,
        registration: &Registration,
        tenant: &TenantId,
        refresh_token: &SecretString,
    ) -> Result<TokenSet, MicrosoftError>;
    /// A token of the application itself for Microsoft Graph, with whatever application permissions the tenant consented
    /// to (Microsoft, "OAuth 2.0 client credentials flow"). Multi-factor authentication, sign-in frequency and the roles
    /// of people do not touch it, and there is no refresh token. May be repeated.
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
    /// The directory roles of whoever the token is of, through groups too. A token of the application itself is of nobody.
    async fn my_roles(&self) -> Result<DirectoryRoles, MicrosoftError>;
    /// The directory roles of a person, through groups too. A 404 is an error here: ask for the [user](Self::user) first.
    async fn roles_of(&self, user: &ObjectId) -> Result<DirectoryRoles, MicrosoftError>;
    /// A person; `None` where there is nobody of that key, so whoever it was has been deleted.
    async fn user(&self, user: &ObjectId) -> Result<Option<DirectoryUser>, MicrosoftError>;
    /// The application with this client id in the tenant; `None` where nobody consented to it.
    async fn service_principal(&self, app: &ClientId) -> Result<Option<ServicePrincipal>, MicrosoftError>;
    /// Every grant that a service principal holds on Microsoft Graph, of both kinds.
    async fn grants(&self, principal: &ObjectId) -> Result<Vec<PermissionGrant>, MicrosoftError>;
    /// The secrets and certificates of a registration; `None` where it is registered in another tenant than this one.
    async fn registration_credentials(
        &self,
        app: &ClientId,
    ) -> Result<Option<Vec<RegisteredCredential>>, MicrosoftError>;
}
