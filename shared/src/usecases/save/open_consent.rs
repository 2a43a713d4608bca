//! Open Okta's consent: the second leg. Okta's own link is fetched for this app, looked at, and given to the browser.
//!
//! The link is taken by GET. Only where the connection is off and has no link is one prepared by POST, after the state
//! before it was written down.

use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::authorize_link::{self, AuthorizeLink, ExpectedTenant};
use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{AppId, OrgId};
use crate::domain::org::OrgProfile;
use crate::domain::save::ConfirmedBy;
use crate::domain::session::{AuthorizationSession, SessionState};
use crate::domain::tenant::TenantDomain;
use crate::okta::{Connection, ConsentLink, OktaOrg, OrgUrl, ProvisioningAdmin};
use crate::queue::SaveApp;
use crate::vault::{SecretName, SecretVersion, unseal};

use crate::usecases::Ports;
use crate::usecases::access::okta::open;
use crate::usecases::consent::session::{OwnSession, advance, change_app, lost};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::journal::{Journal, seen};

/// The most links one session is given: each GET of the connection makes a new one.
const MOST_LINKS: usize = 8;

/// Where the browser goes next.
#[derive(Debug)]
pub enum Next {
    /// To Okta's consent link.
    Consent(Url),
    /// Back to the session's page: nothing is left to consent to, and the save goes on by itself.
    Progress,
}

/// Fetches Okta's consent link for the app of a session that is ready for it.
pub async fn open_okta_consent(ports: &Ports, own: &OwnSession) -> Result<Next, ConsentError> {
    let (administrator, okta_states, was_on_before) = match &own.session.state {
        SessionState::Verified { administrator } => (administrator.clone(), Vec::new(), None),
        SessionState::Consenting { administrator, okta_states, was_on, .. } => {
            (administrator.clone(), okta_states.clone(), Some(*was_on))
        }
        SessionState::Done | SessionState::Failed { .. } => return Ok(Next::Progress),
        SessionState::SigningIn => return Err(lost("nobody has signed in yet in this session")),
    };
    if okta_states.len() >= MOST_LINKS {
        return Err(lost("the consent was opened too often in this session"));
    }
    let api = open(ports, &own.org).await?;
    let connection = with_link(ports, &own.org, &own.session.app, Some(&own.session), &*api).await?;
    // Opened again: what counts is how it was the first time.
    let was_on = was_on_before.unwrap_or_else(|| seen(&connection).is_on());
    let Some(link) = offered(&connection)? else {
        // Off, and Okta asks for no consent: what is left is the console's Save button.
        consenting(
            ports,
            own,
            SessionState::Consenting { administrator, was_on, okta_states, finishing_since: None },
            None,
        )
        .await?;
        return Ok(Next::Progress);
    };
    let link = look_at(ports, &own.org, &own.app, Some(&own.session), link)?;
    let okta_states = okta_states.into_iter().chain([link.state.clone()]).collect();
    consenting(
        ports,
        own,
        SessionState::Consenting { administrator, was_on, okta_states, finishing_since: None },
        Some(&link),
    )
    .await?;
    Ok(Next::Consent(link.url))
}

/// Okta's consent link for an operator, looked at as far as that can be done without a sign-in of ours.
pub async fn link_for_operator(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
) -> Result<AuthorizeLink, ConsentError> {
    let api = open(ports, org).await?;
    let id = &app.identity.app;
    let connection = with_link(ports, org, id, None, &*api).await?;
    let none = || {
        ConsentError::new(ConsentFailure::ByHand, "Okta offers no consent link for this app; `regrant save` saves it")
    };
    let link = offered(&connection)?.ok_or_else(none)?;
    let link = look_at(ports, org, app, None, link)?;
    change_app(ports, &org.id, id, None, |record| record.consent.client = Some(link.client.clone())).await?;
    Ok(link)
}

/// The link of a connection. One that leads elsewhere is not the same as none: it says that a consent is wanted.
fn offered(connection: &Connection) -> Result<Option<&Url>, ConsentError> {
    match &connection.authorize {
        ConsentLink::Absent => Ok(None),
        ConsentLink::Offered(link) => Ok(Some(link)),
        ConsentLink::Elsewhere => {
            let cause = "Okta's consent link does not lead to Microsoft's sign-in page";
            Err(ConsentError::new(ConsentFailure::Untrusted, cause))
        }
    }
}

/// The connection, with a consent link wherever one is to be had without switching anything off.
async fn with_link(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppId,
    session: Option<&AuthorizationSession>,
    api: &dyn OktaOrg,
) -> Result<Connection, ConsentError> {
    let connection = api.connection(app).await?;
    if offered(&connection)?.is_some() {
        return Ok(connection);
    }
    let before = seen(&connection);
    if before.is_on() {
        let cause = "the connection is on and offers no consent link; preparing one would switch it off";
        return Err(ConsentError::new(ConsentFailure::ByHand, cause));
    }
    if before.auth_scheme == crate::domain::connection::AuthScheme::Oauth2 {
        return Ok(connection);
    }
    let admin = provisioning_admin(ports, &org.id).await?;
    let journal = match session {
        Some(session) => Journal::of_session(session, before),
        None => Journal::of_operator(&org.id, app, before),
    };
    journal.begin(ports).await?;
    api.prepare_connection(app, admin.as_ref()).await?;
    let prepared = api.connection(app).await?;
    if offered(&prepared)?.is_none() {
        let cause = format!("Okta prepared no consent link; the connection reads {:?}", prepared.auth_scheme);
        return Err(ConsentError::new(ConsentFailure::ByHand, cause));
    }
    Ok(prepared)
}

/// A Microsoft administrator's name and password, only where the operator put them into the vault for this org.
async fn provisioning_admin(ports: &Ports, org: &OrgId) -> Result<Option<ProvisioningAdmin>, ConsentError> {
    let name = SecretName::ProvisioningAdmin(org.clone());
    let secret = ports.vault.get(&name, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(|secret| unseal("provisioning administrator", secret)).transpose()?)
}

/// Whether Okta's link leads where this session was verified for.
fn look_at(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
    session: Option<&AuthorizationSession>,
    link: &Url,
) -> Result<AuthorizeLink, ConsentError> {
    let refused = |cause: String| ConsentError::new(ConsentFailure::Untrusted, cause);
    let cloud = org.cloud;
    if !ports.microsoft.is_login(cloud, link) {
        return Err(refused(format!("Okta's consent link does not lead to the sign-in page of the {cloud} cloud")));
    }
    let attempt = session.and_then(|session| session.sign_in.as_ref());
    let tenant = attempt.map(|attempt| &attempt.tenant);
    let name = app.identity.tenant.as_ref();
    let domains: Vec<String> =
        name.and_then(|name| TenantDomain::of(name, cloud).ok()).into_iter().map(String::from).collect();
    let ours = attempt.map(|attempt| &attempt.client);
    let expected = ExpectedTenant { id: tenant, domains: &domains };
    let link =
        authorize_link::validate(link, &expected, ours, |redirect| OrgUrl::is_okta_host(redirect, ports.loopback))
            .map_err(|error| refused(error.to_string()))?;
    // The client may change between sessions (Okta replaces it), never within one.
    match (session.map(|session| &session.state), &app.consent.client) {
        (Some(SessionState::Consenting { okta_states, .. }), Some(known))
            if !okta_states.is_empty() && *known != link.client =>
        {
            Err(refused("Okta's consent link names another client than before in this session".to_owned()))
        }
        _ => Ok(link),
    }
}

async fn consenting(
    ports: &Ports,
    own: &OwnSession,
    state: SessionState,
    link: Option<&AuthorizeLink>,
) -> Result<(), ConsentError> {
    let session = &own.session;
    if let Some(link) = link {
        let kind = EventKind::ConsentLinkOpened { session: session.id.clone(), client: link.client.clone() };
        change_app(ports, &session.org, &session.app, Some(kind), |record| {
            record.consent.client = Some(link.client.clone());
        })
        .await?;
    }
    advance(ports, session, |now| {
        matches!(now.state, SessionState::Verified { .. } | SessionState::Consenting { .. }).then(|| state.clone())
    })
    .await?;
    let (org, app, id) = (session.org.clone(), session.app.clone(), Some(session.id.clone()));
    Ok(ports.queues.saves.send(&[SaveApp { org, app, session: id, confirmed_by: ConfirmedBy::NoOne }]).await?)
}
