//! What an org holds: its apps, its credentials, its limits and how it misbehaves.

use crate::dice::Dice;
use crate::fault::Faults;

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
    /// `_links.alternate.href`, which a custom domain has.
    pub alternate_href: Option<String>,
    /// The origin of every `next` link, where that is not here. For tests that attack.
    pub next_link_origin: Option<String>,
    /// Calls a minute in the bucket `/api/v1/apps`; recorded orgs have 10, 20, 50 or 100.
    pub apps_limit: u32,
    /// Calls a minute in the bucket `/api/v1/logs`; Okta documents 20 to 120 ("Management rate limits").
    pub logs_limit: u32,
    /// Whether the role behind its credentials is too small for the System Log: 403 `E0000006`, whatever scope they have.
    pub refuses_logs: bool,
    /// Metric up, every cursor of the System Log that was given out before is refused: 400 `E0000029`.
    pub log_cursor_age: u32,
    /// Its apps, in the order of the list.
    pub apps: Vec<App>,
    /// Its API tokens.
    pub tokens: Vec<ApiToken>,
    /// Its OAuth service apps.
    pub service_apps: Vec<ServiceApp>,
    /// How it misbehaves.
    pub faults: Faults,
    /// Whether a connection that nobody consented to stays off when it is activated. Recordings do not tell.
    pub strict_consent: bool,
    /// Whether preparing an OAuth connection needs an administrator's name and password, as the schema still says.
    pub wants_admin_credentials: bool,
}

impl Org {
    /// An org without apps and credentials, with 50 calls a minute.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: format!("00o{}", Dice::new(0, &format!("org {name}"), 0).alphanumeric(17)),
            pipeline: "idx".to_owned(),
            organization_href: None,
            alternate_href: None,
            next_link_origin: None,
            apps_limit: 50,
            logs_limit: 120,
            refuses_logs: false,
            log_cursor_age: 0,
            apps: Vec::new(),
            tokens: Vec::new(),
            service_apps: Vec::new(),
            faults: Faults::default(),
            strict_consent: true,
            wants_admin_credentials: false,
        }
    }

    /// The org with one more token.
    #[must_use]
    pub fn with_token(mut self, value: &str, power: TokenPower) -> Self {
        self.tokens.push(ApiToken { value: value.to_owned(), power });
        self
    }

    /// The org with one more app.
    #[must_use]
    pub fn with_app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// The app of that id.
    pub fn app(&self, id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }

    /// The app of that id, to change it.
    pub fn app_mut(&mut self, id: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.id == id)
    }
}

/// An app of an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: String,
    /// The catalogue's name for its kind: `office365` or another.
    pub name: String,
    /// Its label; may hold anything.
    pub label: String,
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
    /// What the features API says of it.
    pub provisioning: Provisioning,
    /// How many users are assigned to it.
    pub users: usize,
    /// How many groups are assigned to it.
    pub groups: usize,
    /// The consent URL, where it is not the usual one. For tests that attack.
    pub authorize_href: Option<String>,
    /// Whether Okta holds a consent for it.
    pub consented: bool,
    /// The `state` of each consent link that was given out and not used.
    pub consent_states: Vec<String>,
}

impl App {
    /// An active Office 365 app on which provisioning was never turned on. Its id follows from its label and tenant.
    pub fn office365(label: &str, tenant: &str) -> Self {
        Self::of_kind("office365", label, tenant)
    }

    /// An active app of any kind.
    pub fn of_kind(name: &str, label: &str, tenant: &str) -> Self {
        let id = format!("0oa{}", Dice::new(0, &format!("app {name} {label} {tenant}"), 0).alphanumeric(17));
        Self {
            id,
            name: name.to_owned(),
            label: label.to_owned(),
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

    /// The app with provisioning on over `connection`.
    #[must_use]
    pub fn provisioned(mut self, connection: Connection) -> Self {
        self.connection = connection;
        // Once it was on, or Okta asks for no consent, somebody has consented.
        self.consented = matches!(
            connection,
            Connection::OAuth2 { enabled: true, .. } | Connection::OAuth2 { authorize: false, .. }
        );
        self.provisioning = Provisioning::Enabled;
        self.features =
            ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION"].map(str::to_owned).to_vec();
        self
    }

    /// The app, switched off.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }
}

/// The states of a provisioning connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// `UNKNOWN`, `UNKNOWN`, no links: no API connection, or the old user name and password.
    Unknown,
    /// `OAUTH2`, what consent makes.
    OAuth2 {
        /// `ENABLED` or `DISABLED`.
        enabled: bool,
        /// Whether `_links.authorize` is there.
        authorize: bool,
    },
    /// `TOKEN`, which other apps have.
    Token {
        /// `ENABLED` or `DISABLED`.
        enabled: bool,
    },
    /// `TOKEN` as it was answered in 2022: without `profile`.
    TokenWithoutProfile {
        /// `ENABLED` or `DISABLED`.
        enabled: bool,
    },
}

impl Connection {
    /// The same connection switched on or off; one without a scheme stays as it is.
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

/// What the features API says of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provisioning {
    /// It lists the features.
    Enabled,
    /// 400, "Provisioning is not enabled for the app instance."
    NotEnabled,
    /// 400, "Provisioning is not supported."
    NotSupported,
}

/// An API token and what it may do.
#[derive(Clone)]
pub struct ApiToken {
    /// What follows `SSWS `.
    pub value: String,
    /// What it may do.
    pub power: TokenPower,
}

impl std::fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiToken").field("power", &self.power).finish_non_exhaustive()
    }
}

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPower {
    /// Everything.
    Full,
    /// Nothing with apps: 403 `E0000006`.
    NoApps,
    /// Its org's licence lacks the feature: 401 `E0000015`.
    FeatureMissing,
    /// Nothing any more: 401 `E0000011`.
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
    /// Whether its tokens are bound to a key.
    pub dpop: DpopRule,
}

/// Whether a service app's token requests need a `DPoP` proof (`dpop_bound_access_tokens`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DpopRule {
    /// A proof is honoured where there is one.
    Optional,
    /// A token request without a proof is refused.
    Required,
}
