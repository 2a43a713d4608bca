//! Application registrations.

use jiff::Timestamp;

/// An application registration.
#[derive(Debug, Clone)]
pub struct EntraApp {
    /// Its client id.
    pub client_id: String,
    /// The id of the tenant it is registered in.
    pub home: String,
    /// Its name on the consent page.
    pub display_name: String,
    /// Its verified publisher.
    pub publisher: Option<String>,
    /// Its redirect URIs, matched exactly.
    pub redirect_uris: Vec<String>,
    /// Whether it is Okta's application, for which every app of every simulated org has its own redirect URI.
    pub is_oktas: bool,
    /// Its credentials.
    pub credentials: Vec<AppCredential>,
    /// The Graph permissions that a consent grants.
    pub permissions: Vec<String>,
    /// How they are granted.
    pub grant_style: GrantStyle,
    /// The Graph application permissions that a consent through `/.default` also grants.
    pub application_permissions: Vec<String>,
    /// Whether its ID tokens carry `wids`.
    pub role_claims: bool,
    /// Whether the consent page is skipped after a first consent.
    pub remembers_consent: bool,
}

/// A secret, a certificate or a federated credential of a registration.
#[derive(Debug, Clone)]
pub struct AppCredential {
    /// Its id.
    pub key_id: String,
    /// Its display name.
    pub display_name: String,
    /// When it expires.
    pub ends_at: Timestamp,
    /// Its kind.
    pub auth: ClientAuth,
}

/// A way for a client to authenticate.
#[derive(Debug, Clone)]
pub enum ClientAuth {
    /// A client secret.
    Secret(String),
    /// A certificate's public key as PEM, and its `x5t#S256`.
    Certificate {
        /// The RSA public key.
        public_key_pem: String,
        /// SHA-256 of the certificate in DER, base64url.
        thumbprint: String,
        /// SHA-1 of the certificate in DER, as Graph shows it.
        key_identifier: String,
    },
    /// A federated identity credential.
    Federated {
        /// The external issuer.
        issuer: String,
        /// The required subject.
        subject: String,
        /// The external issuer's RSA public key.
        public_key_pem: String,
    },
}

/// How permissions are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantStyle {
    /// `appRoleAssignments`.
    Application,
    /// `oauth2PermissionGrants`, `AllPrincipals`.
    DelegatedForAll,
    /// `oauth2PermissionGrants`, `Principal`.
    DelegatedForOne,
}

impl EntraApp {
    pub(super) fn may_be_answered_at(&self, uri: &str) -> bool {
        let of_okta = || {
            let url = url::Url::parse(uri).ok()?;
            let host = url.host_str()?.strip_suffix(".localhost")?;
            let path: Vec<&str> = url.path_segments()?.collect();
            let whole = matches!(path.as_slice(), ["api", "v1", "apps", "office365", _, "oauth2", "callback"]);
            (whole && !host.contains('.') && url.query().is_none()).then_some(())
        };
        self.redirect_uris.iter().any(|known| known == uri) || (self.is_oktas && of_okta().is_some())
    }
}
