//! System Log entries for tests, by the documented event types (Okta's event types catalog).

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Where an event carries its app's id. Okta does not document this for Office 365 events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppPlace {
    /// As a target of the type `AppInstance`.
    Target,
    /// In the debug data only.
    DebugData,
    /// In the name of Okta's service account only: `svc_OKTA_sync_{appId}`.
    ServiceAccount,
}

/// An entry of a System Log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// `eventType`.
    pub event_type: String,
    /// `legacyEventType`.
    pub legacy_event_type: Option<String>,
    /// `severity`.
    pub severity: String,
    /// `displayMessage`.
    pub message: String,
    /// The id of its app.
    pub app: Option<String>,
    /// Where the event carries that id.
    pub place: AppPlace,
    /// The login of its user.
    pub user: Option<String>,
    /// `outcome.result`; if `None`, `outcome` is null.
    pub outcome: Option<String>,
    /// `outcome.reason`.
    pub reason: Option<String>,
    /// `debugContext.debugData`.
    pub debug_data: BTreeMap<String, String>,
    /// When it happened; if `None`, when it is written.
    pub published: Option<Timestamp>,
}

impl LogEntry {
    /// An entry of any type, with an optional outcome.
    pub fn new(event_type: &str, outcome: Option<&str>, message: &str) -> Self {
        let severity = if outcome == Some("FAILURE") { "ERROR" } else { "INFO" };
        Self {
            event_type: event_type.to_owned(),
            legacy_event_type: None,
            severity: severity.to_owned(),
            message: message.to_owned(),
            app: None,
            place: AppPlace::Target,
            user: None,
            outcome: outcome.map(str::to_owned),
            reason: None,
            debug_data: BTreeMap::new(),
            published: None,
        }
    }

    fn failure(event_type: &str, app: &str, message: &str) -> Self {
        Self::new(event_type, Some("FAILURE"), message).about(app)
    }

    /// Microsoft rejected Okta's credentials for `app`.
    pub fn credentials_refused(app: &str) -> Self {
        let message = "Could not validate your Office 365 credentials, received error.";
        Self::failure("app.office365.api.error.validate.creds", app, message)
            .because("AADSTS50126: Error validating credentials due to invalid username or password.")
    }

    /// The account behind `app` is no longer a Global Administrator.
    pub fn administrator_lost_role(app: &str) -> Self {
        let message =
            "User does not have the Company Administrator role. Please try again with a user which has this role.";
        Self::failure("app.office365.api.error.validate.admin.creds", app, message)
    }

    /// Microsoft Graph denied Okta access for `app`, as after a consent was revoked.
    pub fn graph_refused(app: &str) -> Self {
        let message = "Failure while trying to create service principal due to a Microsoft Graph authentication issue.";
        Self::failure("app.office365.graph.api.error.service.principal.msgraph.authentication.failure", app, message)
            .because("AADSTS65001: The user or administrator has not consented to use the application.")
    }

    /// Microsoft did not answer.
    pub fn endpoint_unavailable(app: &str) -> Self {
        Self::failure("app.office365.api.error.endpoint.unavailable", app, "Unable to reach the Office 365 endpoint.")
    }

    /// Microsoft Graph throttled Okta.
    pub fn graph_rate_limited(app: &str) -> Self {
        let message = "Rate limit exceeded for Microsoft Graph.";
        Self::failure("app.office365.graph.api.error.rate-limit.exceeded", app, message)
    }

    /// Okta created a dedicated Entra app, `client`, for provisioning `app`.
    pub fn provisioning_app_created(app: &str, client: &str) -> Self {
        Self::new("app.office365.provisioning_app.create", Some("SUCCESS"), "Office 365 provisioning app created.")
            .about(app)
            .with_debug_data("app_registration_client_id", client)
    }

    /// Okta rotated, or failed to rotate, the secret of that Entra app.
    pub fn credential_rotated(app: &str, succeeded: bool) -> Self {
        let outcome = if succeeded { "SUCCESS" } else { "FAILURE" };
        let name = "app.office365.provisioning_app_credential.rotate";
        Self::new(name, Some(outcome), "Office 365 provisioning app credential rotated.").about(app)
    }

    /// Office 365 rejected a user's profile.
    pub fn profile_push_failed(app: &str, user: &str, reason: &str) -> Self {
        let message = "Could not push profile for Office 365 user, received error.";
        Self::failure("app.office365.api.error.push.profile", app, message).about_user(user).because(reason)
    }

    /// An app pushed a user's profile, successfully or not.
    pub fn profile_pushed(app: &str, user: &str, succeeded: bool) -> Self {
        let outcome = if succeeded { "SUCCESS" } else { "FAILURE" };
        let name = "application.provision.user.push_profile";
        Self::new(name, Some(outcome), "Push user's profile to external application").about(app).about_user(user)
    }

    /// An administrator changed the settings of `app`.
    pub fn app_updated(app: &str) -> Self {
        Self::new("application.lifecycle.update", Some("SUCCESS"), "Update application").about(app)
    }

    /// An API token was revoked.
    pub fn api_token_revoked() -> Self {
        Self::new("system.api_token.revoke", Some("SUCCESS"), "Revoke API token")
    }

    /// A service app lost its administrator's role.
    pub fn privilege_revoked(client: &str) -> Self {
        let name = "app.oauth2.client.privilege.revoke";
        Self::new(name, Some("SUCCESS"), "Revoke privilege from client").about(client)
    }

    /// The org's rate limit was reached.
    pub fn rate_limit_violated() -> Self {
        Self::new("system.org.rate_limit.violation", None, "Rate limit violation")
    }

    /// A user signed in: the most frequent kind of event in a log.
    pub fn signed_in(user: &str) -> Self {
        Self::new("user.session.start", Some("SUCCESS"), "User login to Okta").about_user(user)
    }

    /// Microsoft refused the refresh token of `app` (Okta, event type mappings: `app.api.error.oauth.refresh.token`).
    pub fn refresh_token_refused(app: &str, reason: &str) -> Self {
        let name = "application.integration.authentication_failure";
        let mut entry = Self::failure(name, app, "Authentication failed for the application.").because(reason);
        entry.legacy_event_type = Some("app.api.error.oauth.refresh.token".to_owned());
        entry
    }

    /// Sets the app.
    #[must_use]
    pub fn about(mut self, app: &str) -> Self {
        self.app = Some(app.to_owned());
        self
    }

    /// Sets the user.
    #[must_use]
    pub fn about_user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    /// Sets where the event carries the app's id.
    #[must_use]
    pub fn with_app_in(mut self, place: AppPlace) -> Self {
        self.place = place;
        self
    }

    /// Sets the reason.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// Adds a member to the debug data.
    #[must_use]
    pub fn with_debug_data(mut self, name: &str, value: &str) -> Self {
        self.debug_data.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets when it happened, independently of when it is written.
    #[must_use]
    pub fn published_at(mut self, time: Timestamp) -> Self {
        self.published = Some(time);
        self
    }

    /// The ids of its targets.
    pub(super) fn target_ids(&self) -> impl Iterator<Item = String> {
        let app = self.app.clone().filter(|_| self.place == AppPlace::Target);
        app.into_iter().chain(self.user.as_deref().map(super::wire::user_id))
    }
}
