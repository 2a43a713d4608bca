//! An org: its apps, credentials, rate limits and faults.

use crate::fault::Faults;
use crate::seeded_rng::SeededRng;

/// An invented Okta org.
#[derive(Debug, Clone)]
pub struct Org {
    /// The label before `.localhost`.
    pub name: String,
    /// The stable key in `/.well-known/okta-organization`.
    pub id: String,
    /// `idx` (Identity Engine) or `v1` (Classic).
    pub pipeline: String,
    /// Where `_links.organization.href` points, where that is not here. For tests that attack.
    pub organization_href: Option<String>,
    /// `_links.alternate.href`, present for a custom domain.
    pub alternate_href: Option<String>,
    /// The origin of every `next` link, where that is not here. For tests that attack.
    pub next_link_origin: Option<String>,
    /// The rate limit of `/api/v1/apps`, in calls per minute; recorded orgs have 10, 20, 50 or 100.
    pub apps_limit: u32,
    /// The rate limit of `/api/v1/logs`, in calls per minute; Okta documents 20 to 120 ("Management rate limits").
    pub logs_limit: u32,
    /// Whether the role behind its credentials cannot read the System Log: 403 `E0000006`, regardless of their scopes.
    pub refuses_logs: bool,
    /// The nonce that the API requires in `DPoP` proofs, if it requires one (RFC 9449 section 9).
    pub api_nonce: Option<String>,
    /// Increase it to invalidate every System Log cursor issued so far: 400 `E0000029`.
    pub log_cursor_age: u32,
    /// Its apps, in list order.
    pub apps: Vec<App>,
    /// Its API tokens.
    pub tokens: Vec<ApiToken>,
    /// Its OAuth service apps.
    pub service_apps: Vec<ServiceApp>,
    /// The id of the Aerial account whose Aerial org it is.
    pub aerial_account: Option<String>,
    /// The account's orgs: the domain, or what stands for it, and the status of each.
    pub aerial_orgs: Vec<(String, String)>,
    /// Its injected faults.
    pub faults: Faults,
    /// Whether activating a connection without a consent leaves it disabled. The recordings do not show it.
    pub strict_consent: bool,
    /// Whether preparing an OAuth connection needs an administrator's user name and password, as the schema still says.
    pub wants_admin_credentials: bool,
}

impl Org {
    /// An org without apps or credentials, with 50 calls per minute.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: format!("00o{}", SeededRng::new(0, &format!("org {name}"), 0).alphanumeric(17)),
            pipeline: "idx".to_owned(),
            organization_href: None,
            alternate_href: None,
            next_link_origin: None,
            apps_limit: 50,
            logs_limit: 120,
            refuses_logs: false,
            api_nonce: None,
            log_cursor_age: 0,
            apps: Vec::new(),
            tokens: Vec::new(),
            service_apps: Vec::new(),
            aerial_account: None,
            aerial_orgs: Vec::new(),
            faults: Faults::default(),
            strict_consent: true,
            wants_admin_credentials: false,
        }
    }

    /// Adds an API token.
    #[must_use]
    pub fn with_token(mut self, value: &str, power: TokenPower) -> Self {
        self.tokens.push(ApiToken { value: value.to_owned(), power });
        self
    }

    /// Adds an app.
    #[must_use]
    pub fn with_app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// The app with this id.
    pub fn app(&self, id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }

    /// The app with this id, for changes.
    pub fn app_mut(&mut self, id: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.id == id)
    }
}

/// An app of an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name in Okta's catalog: `office365` or another.
    pub name: String,
    /// Its label; may contain any text.
    pub label: String,
    /// Its `signOnMode`.
    pub sign_on_mode: String,
    /// `ACTIVE` or `INACTIVE`.
    pub active: bool,
    /// Its `features`.
    pub features: Vec<String>,
    /// `settings.app.msftTenant`, the short name.
    pub tenant: Option<String>,
    /// `settings.app.domain`.
    pub domain: Option<String>,
    /// `settings.app.tenantType`.
    pub tenant_type: Option<String>,
    /// Its provisioning connection.
    pub connection: Connection,
    /// The features API's answer for it.
    pub provisioning: Provisioning,
    /// How many users are assigned to it.
    pub users: usize,
    /// How many groups are assigned to it.
    pub groups: usize,
    /// The consent URL, where it is not the usual one. For tests that attack.
    pub authorize_href: Option<String>,
    /// Whether Okta has a consent for it.
    pub consented: bool,
    /// The `state` of each issued, unused consent link.
    pub consent_states: Vec<String>,
}

impl App {
    /// An active Office 365 app without provisioning. Its id is derived from its label and tenant.
    pub fn office365(label: &str, tenant: &str) -> Self {
        Self::of_kind("office365", label, tenant)
    }

    /// An active app of any kind.
    pub fn of_kind(name: &str, label: &str, tenant: &str) -> Self {
        let id = format!("0oa{}", SeededRng::new(0, &format!("app {name} {label} {tenant}"), 0).alphanumeric(17));
        Self {
            id,
            name: name.to_owned(),
            label: label.to_owned(),
            sign_on_mode: "BROWSER_PLUGIN".to_owned(),
            active: true,
            features: Vec::new(),
            tenant: Some(tenant.to_owned()),
            domain: Some(format!("{tenant}.example.com")),
            tenant_type: None,
            connection: Connection::Unknown,
            provisioning: Provisioning::NotEnabled,
            users: 12,
            groups: 3,
            authorize_href: None,
            consented: false,
            consent_states: Vec::new(),
        }
    }

    /// Enables provisioning over `connection`.
    #[must_use]
    pub fn provisioned(mut self, connection: Connection) -> Self {
        self.connection = connection;
        // An enabled connection, or one without a consent link, implies an earlier consent.
        self.consented = matches!(
            connection,
            Connection::OAuth2 { enabled: true, .. } | Connection::OAuth2 { authorize: false, .. }
        );
        self.provisioning = Provisioning::Enabled;
        self.features =
            ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION"].map(str::to_owned).to_vec();
        self
    }

    /// Deactivates the app.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }
}

/// The states of a provisioning connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// `UNKNOWN`, `UNKNOWN`, no links: no API connection, or one with user name and password.
    Unknown,
    /// `OAUTH2`: a connection by consent.
    OAuth2 {
        /// `ENABLED` or `DISABLED`.
        enabled: bool,
        /// Whether `_links.authorize` is present.
        authorize: bool,
    },
    /// `TOKEN`, used by other apps.
    Token {
        /// `ENABLED` or `DISABLED`.
        enabled: bool,
    },
    /// `TOKEN` as Okta answered in 2022: without `profile`.
    TokenWithoutProfile {
        /// `ENABLED` or `DISABLED`.
        enabled: bool,
    },
}

impl Connection {
    /// Enables or disables the connection. One without a scheme is unchanged.
    #[must_use]
    pub fn switched(self, enabled: bool) -> Self {
        match self {
            Self::Unknown => Self::Unknown,
            Self::OAuth2 { authorize, .. } => Self::OAuth2 { enabled, authorize },
            Self::Token { .. } => Self::Token { enabled },
            Self::TokenWithoutProfile { .. } => Self::TokenWithoutProfile { enabled },
        }
    }
}

/// The features API's answer for an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provisioning {
    /// It lists the features.
    Enabled,
    /// 400, "Provisioning is not enabled for the app instance."
    NotEnabled,
    /// 400, "Provisioning is not supported."
    NotSupported,
}

/// An API token and its permissions.
#[derive(Clone)]
pub struct ApiToken {
    /// The value after `SSWS `.
    pub value: String,
    /// Its permissions.
    pub power: TokenPower,
}

impl std::fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiToken").field("power", &self.power).finish_non_exhaustive()
    }
}

/// The permissions of an API token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPower {
    /// Full access.
    Full,
    /// No access to apps: 403 `E0000006`.
    NoApps,
    /// The org's license lacks the feature: 401 `E0000015`.
    FeatureMissing,
    /// Revoked: 401 `E0000011`.
    Revoked,
}

/// An OAuth service app (`private_key_jwt`).
#[derive(Debug, Clone)]
pub struct ServiceApp {
    /// Its client id.
    pub client_id: String,
    /// Its registered public key: PEM, RSA (RS256) or P-256 (ES256).
    pub public_key_pem: String,
    /// The scopes granted to it.
    pub scopes: Vec<String>,
    /// Its `DPoP` policy.
    pub dpop: DpopRule,
}

/// The `DPoP` policy of a service app (`dpop_bound_access_tokens`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DpopRule {
    /// A proof is optional.
    Optional,
    /// A token request without a proof is rejected.
    Required,
}
