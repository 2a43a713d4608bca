//! Opening Okta's consent: fetches Okta's own link for the app, checks it and sends the browser there.
//!
//! A GET returns the link. Only if the connection is off and has no link does this prepare one by POST, after the journal
//! has recorded the connection's state. If provisioning is on without an OAuth connection, preparing one pauses it, so the
//! verified person or the operator has to agree first.

use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::authorize_link::{self, AuthorizeLink, InvalidLink};
use crate::domain::cloud::Cloud;
use crate::domain::connection::AuthScheme;
use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantsRead;
use crate::domain::org::OrgProfile;
use crate::domain::permission::permissions_of_link;
use crate::domain::save::{ConfirmedBy, ConnectionReading, NotDone, SaveJournal, SaveOutcome};
use crate::domain::session::{Administrator, AuthorizationSession, ConsentAttempt, SessionState};
use crate::domain::signal::Provisioning;
use crate::domain::tenant::{ClientId, TenantDomain, TenantId};
use crate::okta::{Connection, ConsentLink, OktaOrg, OrgUrl, ProvisioningAdmin};
use crate::queue::SaveApp;
use crate::usecases::Ports;
use crate::usecases::access::graph::read_grants;
use crate::usecases::access::okta::okta_client_for;
use crate::usecases::access::registration::{registration, tenant_by_domain};
use crate::usecases::consent::session::{
    BrowserSession, change_session, session_lost, update_existing_app, update_session,
};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::ending;
use crate::usecases::save::journal::{NewJournal, reading};
use crate::usecases::save::outcome::record_not_done;
use crate::usecases::save::session_queue::{queue_if_due, queue_save};
use crate::vault::{SecretName, SecretVersion, unseal};

/// The most links that one session receives. Each GET of the connection creates a new one.
const MAX_LINKS: u32 = 8;

/// The page that the browser goes to next.
#[derive(Debug)]
pub enum NextPage {
    /// Okta's consent link.
    Consent(Url),
    /// The session's page: no consent is left to give and the save continues automatically, or the next step is not this
    /// person's.
    Progress,
    /// The page that asks the person to agree that provisioning pauses until they finish. Nothing was changed.
    AgreeToPause,
}

/// Whether the person or the operator agreed that provisioning pauses until the consent is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseAgreement {
    /// They were not asked, or did not agree.
    None,
    /// They read what happens, and chose to continue.
    Given,
}

/// Fetches Okta's consent link for a session whose administrator is verified, and queues the save.
pub async fn open_okta_consent(
    ports: &Ports,
    own: &BrowserSession,
    pause: PauseAgreement,
) -> Result<NextPage, ConsentError> {
    match &own.session.state {
        SessionState::Verified { .. } | SessionState::Consenting { .. } => {}
        SessionState::Done | SessionState::Failed { .. } => return Ok(NextPage::Progress),
        SessionState::SigningIn => return Err(session_lost("the administrator of this session has not signed in yet")),
    }
    let ports = &ports.on_behalf_of(own.session.actor());
    // Reserved before Okta is asked, so that parallel clicks receive no more links than one after the other.
    let session = reserve_link(ports, &own.session).await?;
    let api = okta_client_for(ports, &own.org).await?;
    let requester = Requester::Session(&session);
    let (was_on, link) = match checked_link(ports, &own.org, &own.app, requester, pause, &*api).await? {
        Offer::Link { is_on, link } => (is_on, link),
        Offer::NeedsAgreement => return Ok(NextPage::AgreeToPause),
        Offer::NeedsOperator => {
            wait_for_operator(ports, &session).await?;
            return Ok(NextPage::Progress);
        }
    };
    let grants_before = match &link {
        Some(link) if was_on => grants_now(ports, own, &link.client).await,
        _ => None,
    };
    if let Some(link) = &link {
        let kind = EventKind::ConsentLinkOpened { session: session.id.clone(), client: link.client.clone() };
        update_existing_app(ports, &session.org, &session.app, Some(kind), |record| {
            remember_link(record, link);
        })
        .await?;
    }
    let now = ports.clock.now();
    let opened = update_session(ports, &session, |session| {
        let (administrator, mut attempt) = begun(session, was_on)?;
        attempt.grants_before = attempt.grants_before.or_else(|| grants_before.clone());
        attempt.okta_states.extend(link.as_ref().map(|link| link.state.clone()));
        attempt.not_done = None;
        Some(SessionState::Consenting { administrator, attempt: queue_if_due(attempt, now) })
    });
    let Some(opened) = opened.await? else {
        // The attempt has ended meanwhile. Its browser receives no link, and a worker ends its preparation.
        let (org, app, id) = (session.org.clone(), session.app.clone(), session.id.clone());
        ports.queues.saves.send(&[SaveApp::continued(org, app, Some(id))]).await?;
        return Ok(NextPage::Progress);
    };
    queue_save(ports, &opened, now, ConfirmedBy::NoOne).await?;
    Ok(link.map_or(NextPage::Progress, |link| NextPage::Consent(link.url)))
}

/// The administrator and the attempt of a session that may open the consent. If it is opened again, the state at the first
/// opening counts.
fn begun(session: &AuthorizationSession, was_on: bool) -> Option<(Option<Administrator>, ConsentAttempt)> {
    match session.state.clone() {
        SessionState::Verified { administrator } => Some((
            administrator,
            ConsentAttempt {
                was_on,
                grants_before: None,
                okta_states: Vec::new(),
                finishing_since: None,
                not_done: None,
                reported: Vec::new(),
                queued_at: None,
            },
        )),
        SessionState::Consenting { administrator, attempt } => Some((administrator, attempt)),
        SessionState::SigningIn | SessionState::Done | SessionState::Failed { .. } => None,
    }
}

/// Leaves the next step in Okta to an operator, because the org waives the sign-in.
async fn wait_for_operator(ports: &Ports, session: &AuthorizationSession) -> Result<(), ConsentError> {
    let opened = update_session(ports, session, |session| {
        let (administrator, attempt) = begun(session, false)?;
        Some(SessionState::Consenting { administrator, attempt })
    });
    match opened.await? {
        Some(opened) => record_not_done(ports, &opened, NotDone::AwaitsOperator).await,
        None => Ok(()),
    }
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
    match read_grants(ports, &own.org, &attempt.tenant, client).await {
        Ok(grants) => Some(Box::new(grants)),
        Err(error) => {
            tracing::info!(session = %own.session.id, %error, "could not read the grants before the consent");
            None
        }
    }
}

/// Okta's consent link for an operator, with every check that does not need a sign-in. `None` if it cannot be had without
/// pausing provisioning, and the operator has not agreed to that.
pub async fn link_for_operator(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
    pause: PauseAgreement,
) -> Result<Option<AuthorizeLink>, ConsentError> {
    let api = okta_client_for(ports, org).await?;
    let id = &app.identity.app;
    let none = || {
        ConsentError::new(
            ConsentFailure::ByHand,
            "Okta offers no consent link for this app; save it with `regrant save`",
        )
    };
    let link = match checked_link(ports, org, app, Requester::Operator, pause, &*api).await? {
        Offer::Link { link, .. } => link.ok_or_else(none)?,
        Offer::NeedsAgreement | Offer::NeedsOperator => return Ok(None),
    };
    update_existing_app(ports, &org.id, id, None, |record| remember_link(record, &link)).await?;
    Ok(Some(link))
}

/// Who opens the consent.
#[derive(Debug, Clone, Copy)]
enum Requester<'a> {
    Session(&'a AuthorizationSession),
    Operator,
}

impl<'a> Requester<'a> {
    fn session(self) -> Option<&'a AuthorizationSession> {
        match self {
            Self::Session(session) => Some(session),
            Self::Operator => None,
        }
    }
}

/// What Okta offers.
enum Offer {
    /// Whether the connection is on, and its checked link; no link if the connection only has to be saved.
    Link { is_on: bool, link: Option<AuthorizeLink> },
    /// A link can only be prepared by pausing provisioning, and no one agreed to that.
    NeedsAgreement,
    /// The next step changes the connection, and only an operator may do that.
    NeedsOperator,
}

/// The app's connection with its checked consent link, prepared in Okta if that is needed and allowed.
async fn checked_link(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
    requester: Requester<'_>,
    pause: PauseAgreement,
    api: &dyn OktaOrg,
) -> Result<Offer, ConsentError> {
    let id = &app.identity.app;
    let may_change = requester.session().is_none_or(AuthorizationSession::has_sign_in);
    let connection = api.connection(id).await?;
    let before = reading(&connection);
    if let Some(link) = consent_link(&connection)? {
        let link = Some(check_link(ports, org, app, requester.session(), link).await?);
        return Ok(Offer::Link { is_on: before.is_on(), link });
    }
    if before.is_on() {
        let cause = "the connection is on and has no consent link; preparing one would switch it off, so use the Okta Admin Console";
        return Err(ConsentError::new(ConsentFailure::ByHand, cause));
    }
    if !may_change {
        return Ok(Offer::NeedsOperator);
    }
    if before.auth_scheme == AuthScheme::Oauth2 {
        return Ok(Offer::Link { is_on: false, link: None });
    }
    // Checked before anything changes: an app without a tenant would be prepared for nothing.
    expected_domain(app, org.cloud)?;
    // Provisioning on stored credentials counts as on, and so does an app whose features cannot be read.
    let provisioning_is_on =
        !matches!(api.provisioning(id).await, Ok(Provisioning::NotEnabled | Provisioning::NotSupported));
    if provisioning_is_on && pause == PauseAgreement::None {
        return Ok(Offer::NeedsAgreement);
    }
    let admin = provisioning_admin(ports, org).await?;
    let journal = match requester {
        Requester::Session(session) => NewJournal::for_session(session, before.clone()),
        Requester::Operator => NewJournal::for_operator(&org.id, id, before.clone()),
    };
    let journal = if provisioning_is_on { journal.with_provisioning_on() } else { journal };
    let journal = journal.begin(ports).await?;
    let prepared = prepare(ports, org, app, requester, admin.as_ref(), api).await;
    match prepared {
        Ok((prepared, link)) => {
            if provisioning_is_on {
                record_pause(ports, &journal.record).await?;
            }
            Ok(Offer::Link { is_on: prepared.is_on(), link: Some(link) })
        }
        Err(error) => {
            let after = api.connection(id).await;
            if after.is_ok_and(|after| reading(&after) == before) {
                ending::end(ports, journal, SaveOutcome::NoConsent).await?;
            } else {
                let reason = format!("Preparing the consent failed: {}.", error.cause);
                ending::end_unfinished(ports, journal, reason).await?;
            }
            Err(error)
        }
    }
}

/// Has Okta prepare a consent link, and checks it.
async fn prepare(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
    requester: Requester<'_>,
    admin: Option<&ProvisioningAdmin>,
    api: &dyn OktaOrg,
) -> Result<(ConnectionReading, AuthorizeLink), ConsentError> {
    let id = &app.identity.app;
    api.prepare_connection(id, admin).await?;
    let prepared = api.connection(id).await?;
    let Some(link) = consent_link(&prepared)? else {
        let cause = format!("Okta did not prepare a consent link; the connection is now {:?}", prepared.auth_scheme);
        return Err(ConsentError::new(ConsentFailure::ByHand, cause));
    };
    let link = check_link(ports, org, app, requester.session(), link).await?;
    Ok((reading(&prepared), link))
}

/// Records that provisioning is paused until the consent is saved, and makes sure that a worker looks at it if no one does.
async fn record_pause(ports: &Ports, journal: &SaveJournal) -> Result<(), ConsentError> {
    let (org, app) = (&journal.org, &journal.app);
    let since = ports.clock.now();
    let kind = EventKind::ProvisioningPaused { save: journal.id.clone() };
    update_existing_app(ports, org, app, Some(kind), |record| record.consent.paused_since = Some(since)).await?;
    if journal.session.is_none() {
        let (org, app) = (org.clone(), app.clone());
        ports.queues.saves.send(&[SaveApp::continued(org, app, None)]).await?;
    }
    Ok(())
}

/// Records which client the link belongs to, and what it asks for.
fn remember_link(record: &mut AppRecord, link: &AuthorizeLink) {
    record.consent.client = Some(link.client.clone());
    record.consent.link_permissions = permissions_of_link(&link.url);
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

/// A Microsoft administrator's username and password, if the operator stored them in the vault for this org.
async fn provisioning_admin(ports: &Ports, org: &OrgProfile) -> Result<Option<ProvisioningAdmin>, ConsentError> {
    if !org.sends_password {
        return Ok(None);
    }
    let name = SecretName::ProvisioningAdmin(org.id.clone());
    let secret = ports.vault.get(&name, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(|secret| unseal("provisioning administrator", secret)).transpose()?)
}

/// The domain of the tenant in the app's settings.
fn expected_domain(app: &AppRecord, cloud: Cloud) -> Result<TenantDomain, ConsentError> {
    let wrong = |cause: String| ConsentError::new(ConsentFailure::WrongTenant, cause);
    let name = app.identity.tenant.as_ref();
    let name = name.ok_or_else(|| wrong("the app's settings in Okta no longer name a tenant".to_owned()))?;
    TenantDomain::of(name, cloud).map_err(|error| wrong(error.to_string()))
}

/// Checks that Okta's link leads to the tenant for which this session was verified, or to the app's tenant if no one has
/// signed in for this.
async fn check_link(
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
    let ours = attempt.map(|attempt| &attempt.client);
    let link = authorize_link::validate(link, ours, |redirect| OrgUrl::is_okta_host(redirect, ports.loopback))
        .map_err(|error| refused(error.to_string()))?;
    let is_right = match attempt {
        Some(attempt) => tenant_of(ports, cloud, &link).await? == attempt.tenant,
        None => is_apps_tenant(ports, org, app, &link).await?,
    };
    if !is_right {
        return Err(refused(InvalidLink::AnotherTenant.to_string()));
    }
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

/// The id of the tenant that a link leads to. A domain may move to a different tenant, so ids are compared and not names.
async fn tenant_of(ports: &Ports, cloud: Cloud, link: &AuthorizeLink) -> Result<TenantId, ConsentError> {
    if let Ok(id) = link.tenant.parse() {
        return Ok(id);
    }
    let another = || ConsentError::new(ConsentFailure::Untrusted, InvalidLink::AnotherTenant.to_string());
    let domain = TenantDomain::try_from(link.tenant.clone()).map_err(|_| another())?;
    tenant_by_domain(ports, cloud, &domain).await
}

/// Whether a link leads to the tenant in the app's settings. Microsoft is asked only if the two are not spelled alike.
async fn is_apps_tenant(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
    link: &AuthorizeLink,
) -> Result<bool, ConsentError> {
    let expected = expected_domain(app, org.cloud)?;
    if link.tenant == expected.as_str() {
        return Ok(true);
    }
    if registration(ports, org.cloud).await?.is_none() {
        return Ok(false);
    }
    Ok(tenant_of(ports, org.cloud, link).await? == tenant_by_domain(ports, org.cloud, &expected).await?)
}
