//! Applications that are registered somewhere.

use jiff::Timestamp;

/// A registration.
#[derive(Debug, Clone)]
pub struct EntraApp {
    /// Its client id.
    pub client_id: String,
    /// The tenant it is registered in, by its id.
    pub home: String,
    /// What the consent page calls it.
    pub display_name: String,
    /// Its verified publisher.
    pub publisher: Option<String>,
    /// Where it may be answered to, exactly so.
    pub redirect_uris: Vec<String>,
    /// Whether it is Okta's: then every app of every simulated org has a redirect URI of its own.
    pub is_oktas: bool,
    /// What it proves itself with.
    pub credentials: Vec<AppCredential>,
    /// The permissions on Graph that its consent grants.
    pub permissions: Vec<String>,
    /// How they are granted.
    pub grant_style: GrantStyle,
    /// The application permissions on Graph that a consent through `/.default` grants besides.
    pub application_permissions: Vec<String>,
    /// Whether its ID tokens carry `wids`.
    pub role_claims: bool,
    /// Whether the consent page is shown only where nobody has consented yet.
    pub remembers_consent: bool,
}

/// A secret, a certificate or a federated credential of a registration.
#[derive(Debug, Clone)]
pub struct AppCredential {
    /// Its key.
    pub key_id: String,
    /// What its owner calls it.
    pub display_name: String,
    /// When it ends.
    pub ends_at: Timestamp,
    /// What it is.
    pub auth: ClientAuth,
}

/// What a registration proves itself with.
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
    /// A federated credential.
    Federated {
        /// The other issuer.
        issuer: String,
        /// The subject it has to name.
        subject: String,
        /// The other issuer's RSA public key.
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
