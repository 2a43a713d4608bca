//! Opening Okta's consent: fetches Okta's own link for the app, checks it and sends the browser there.
//!
//! A GET returns the link. Only if the connection is off and has no link does this prepare one by POST, after the journal
//! has recorded the connection's state.

use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::authorize_link::{self, AuthorizeLink, ExpectedTenant};
use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantsRead;
use crate::domain::id::{AppId, OrgId};
use crate::domain::org::OrgProfile;
use crate::domain::save::ConfirmedBy;
use crate::domain::session::{AuthorizationSession, ConsentAttempt, SessionState};
use crate::domain::tenant::{ClientId, TenantDomain};
use crate::okta::{Connection, ConsentLink, OktaOrg, OrgUrl, ProvisioningAdmin};
use crate::usecases::Ports;
use crate::usecases::access::graph::read_grants;
use crate::usecases::access::okta::okta_client_for;
use crate::usecases::consent::session::{
    BrowserSession, change_session, session_lost, update_existing_app, update_session,
};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::journal::{NewJournal, reading};
use crate::usecases::save::session_queue::{queue_if_due, queue_save};
use crate::vault::{SecretName, SecretVersion, unseal};

/// The most links that one session receives. Each GET of the connection creates a new one.
const MAX_LINKS: u32 = 8;

/// The page that the browser goes to next.
#[derive(Debug)]
pub enum NextPage {
    /// Okta's consent link.
    Consent(Url),
    /// The session's page: no consent is left to give, and the save continues automatically.
    Progress,
}

/// Fetches Okta's consent link for a session whose administrator is verified, and queues the save.
pub async fn open_okta_consent(ports: &Ports, own: &BrowserSession) -> Result<NextPage, ConsentError> {
    match &own.session.state {
        SessionState::Verified { .. } | SessionState::Consenting { .. } => {}
        SessionState::Done | SessionState::Failed { .. } => return Ok(NextPage::Progress),
        SessionState::SigningIn => return Err(session_lost("the administrator of this session has not signed in yet")),
    }
    // Reserved before Okta is asked, so that parallel clicks receive no more links than one after the other.
    let session = reserve_link(ports, &own.session).await?;
    let api = okta_client_for(ports, &own.org).await?;
    let connection = connection_with_link(ports, &own.org, &own.session.app, Some(&session), &*api).await?;
    let link = match consent_link(&connection)? {
        Some(link) => Some(check_link(ports, &own.org, &own.app, Some(&session), link)?),
        // The connection is off and needs no consent; it only has to be saved.
        None => None,
    };
    let was_on = reading(&connection).is_on();
    let grants_before = match &link {
        Some(link) if was_on => grants_now(ports, own, &link.client).await,
        _ => None,
    };
    if let Some(link) = &link {
        let kind = EventKind::ConsentLinkOpened { session: session.id.clone(), client: link.client.clone() };
        let verified = ports.on_behalf_of(session.actor());
        update_existing_app(&verified, &session.org, &session.app, Some(kind), |record| {
            record.consent.client = Some(link.client.clone());
        })
        .await?;
    }
    let now = ports.clock.now();
    let opened = update_session(ports, &session, |session| {
        let (administrator, mut attempt) = match session.state.clone() {
            SessionState::Verified { administrator } => {
                let (okta_states, grants_before) = (Vec::new(), grants_before.clone());
                let attempt = ConsentAttempt {
                    was_on,
                    grants_before,
                    okta_states,
                    finishing_since: None,
                    not_done: None,
                    queued_at: None,
                };
                (administrator, attempt)
            }
            // If the consent is opened again, the state at the first opening counts.
            SessionState::Consenting { administrator, attempt } => (administrator, attempt),
            SessionState::SigningIn | SessionState::Done | SessionState::Failed { .. } => return None,
        };
        attempt.okta_states.extend(link.as_ref().map(|link| link.state.clone()));
        attempt.not_done = None;
        Some(SessionState::Consenting { administrator, attempt: queue_if_due(attempt, now) })
    });
    // The attempt may have ended meanwhile. Its browser then receives no link.
    let Some(opened) = opened.await? else { return Ok(NextPage::Progress) };
    queue_save(ports, &opened, now, ConfirmedBy::NoOne).await?;
    Ok(link.map_or(NextPage::Progress, |link| NextPage::Consent(link.url)))
}

/// Reserves a place for one more link in the session.
async fn reserve_link(ports: &Ports, session: &AuthorizationSession) -> Result<AuthorizationSession, ConsentError> {
    let reserved = change_session(ports, session, |session| {
        let links = session.links_reserved + 1;
        (links <= MAX_LINKS).then(|| AuthorizationSession { links_reserved: links, ..session.clone() })
    });
    match reserved.await? {
        Some(reserved) => Ok(AuthorizationSession { version: reserved.version + 1, ..reserved }),
        None => Err(session_lost("the consent was opened too often in this session; start again from the invitation")),
    }
}

/// The current grants of Okta's client, for a later comparison; `None` if they cannot be read.
async fn grants_now(ports: &Ports, own: &BrowserSession, client: &ClientId) -> Option<Box<GrantsRead>> {
    let attempt = own.session.sign_in.as_ref()?;
    match read_grants(ports, own.org.cloud, &attempt.tenant, client).await {
        Ok(grants) => Some(Box::new(grants)),
        Err(error) => {
            tracing::info!(session = %own.session.id, %error, "could not read the grants before the consent");
            None
        }
    }
}

/// Okta's consent link for an operator, with every check that does not need a sign-in.
pub async fn link_for_operator(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
) -> Result<AuthorizeLink, ConsentError> {
    let api = okta_client_for(ports, org).await?;
    let id = &app.identity.app;
    let connection = connection_with_link(ports, org, id, None, &*api).await?;
    let none = || {
        ConsentError::new(
            ConsentFailure::ByHand,
            "Okta offers no consent link for this app; save it with `regrant save`",
        )
    };
    let link = consent_link(&connection)?.ok_or_else(none)?;
    let link = check_link(ports, org, app, None, link)?;
    update_existing_app(ports, &org.id, id, None, |record| record.consent.client = Some(link.client.clone())).await?;
    Ok(link)
}

/// The consent link of a connection. A link that does not lead to Microsoft is an error and not the same as no link, because
/// it means that Okta wants a consent.
fn consent_link(connection: &Connection) -> Result<Option<&Url>, ConsentError> {
    match &connection.authorize {
        ConsentLink::Absent => Ok(None),
        ConsentLink::Offered(link) => Ok(Some(link)),
        ConsentLink::Elsewhere => {
            let cause = "Okta's consent link does not lead to Microsoft's sign-in page";
            Err(ConsentError::new(ConsentFailure::Untrusted, cause))
        }
    }
}

/// The app's connection, with a consent link if one can be had without switching the connection off.
async fn connection_with_link(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppId,
    session: Option<&AuthorizationSession>,
    api: &dyn OktaOrg,
) -> Result<Connection, ConsentError> {
    let connection = api.connection(app).await?;
    if consent_link(&connection)?.is_some() {
        return Ok(connection);
    }
    let before = reading(&connection);
    if before.is_on() {
        let cause = "the connection is on and has no consent link; preparing one would switch it off, so use the Okta Admin Console";
        return Err(ConsentError::new(ConsentFailure::ByHand, cause));
    }
    if before.auth_scheme == crate::domain::connection::AuthScheme::Oauth2 {
        return Ok(connection);
    }
    let admin = provisioning_admin(ports, &org.id).await?;
    let journal = match session {
        Some(session) => NewJournal::for_session(session, before),
        None => NewJournal::for_operator(&org.id, app, before),
    };
    journal.begin(&ports.on_behalf_of(session.and_then(AuthorizationSession::actor))).await?;
    api.prepare_connection(app, admin.as_ref()).await?;
    let prepared = api.connection(app).await?;
    if consent_link(&prepared)?.is_none() {
        let cause = format!("Okta did not prepare a consent link; the connection is now {:?}", prepared.auth_scheme);
        return Err(ConsentError::new(ConsentFailure::ByHand, cause));
    }
    Ok(prepared)
}

/// A Microsoft administrator's username and password, if the operator stored them in the vault for this org.
async fn provisioning_admin(ports: &Ports, org: &OrgId) -> Result<Option<ProvisioningAdmin>, ConsentError> {
    let name = SecretName::ProvisioningAdmin(org.clone());
    let secret = ports.vault.get(&name, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(|secret| unseal("provisioning administrator", secret)).transpose()?)
}

/// Checks that Okta's link leads to the tenant for which this session was verified.
fn check_link(
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
    // Okta may replace its client between sessions, but not within one.
    match (session.map(|session| &session.state), &app.consent.client) {
        (Some(SessionState::Consenting { attempt, .. }), Some(known))
            if !attempt.okta_states.is_empty() && *known != link.client =>
        {
            Err(refused("Okta's consent link names a different client than earlier in this session".to_owned()))
        }
        _ => Ok(link),
    }
}
