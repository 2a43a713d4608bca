//! Inviting an administrator to consent for one app: makes, reuses, reads and revokes the signed link.
//!
//! Sending the link is [`notify`](crate::usecases::notify)'s job.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::cloud::Cloud;
use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{AppId, InvitationId, OrgId};
use crate::domain::invitation::{Closed, Closing, Invitation, InvitationState};
use crate::domain::org::{OrgProfile, SignInPolicy};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::keyring::Forged;
use crate::ledger::LedgerError;
use crate::randomness::invitation_id;
use crate::usecases::Ports;
use crate::usecases::access::keys::{KeysError, keys, open_with_keys};
use crate::usecases::access::registration::registration;
use crate::usecases::access::tenant_claims::rival_claim;
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;

use super::session::fail_session;

/// How long one worker may take to make a link, and how long the others wait for it.
const LEASE_DURATION: SignedDuration = SignedDuration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Why no invitation was issued.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The app is not in the ledger.
    #[error("org {org} has no app {app}; scan the org, or find the app with `regrant status`")]
    NoSuchApp {
        /// The org.
        org: OrgId,
        /// The app.
        app: AppId,
    },
    /// The invitation is not in the ledger.
    #[error("no such invitation")]
    NoSuchInvitation,
    /// The app's standing does not allow a consent.
    #[error("this app cannot receive a consent while its standing is {standing}: {}", .standing.next_step().words())]
    NothingToConsentTo {
        /// The app's standing.
        standing: Standing,
    },
    /// The app's settings in Okta do not name a tenant.
    #[error(
        "the app's settings in Okta do not name a Microsoft tenant, so no administrator can be invited; set it and scan \
         again"
    )]
    NoTenant,
    /// The org requires a sign-in at Microsoft, and the cloud has no registration.
    #[error(
        "this org requires administrators to sign in at Microsoft, and no registration is set for the {cloud} cloud; \
         add one with `regrant entra set`, or waive the sign-in with `regrant org sign-in ORG waived`"
    )]
    NoRegistration {
        /// The org's cloud.
        cloud: Cloud,
    },
    /// The org was removed.
    #[error("org {0} is not known; list known orgs with `regrant org list`")]
    NoSuchOrg(OrgId),
    /// The registration could not be read.
    #[error("the app registration could not be read: {0}")]
    Registration(ConsentError),
    /// A session could not be ended.
    #[error("a session could not be ended: {0}")]
    Session(ConsentError),
    /// Another org names the tenant too.
    #[error(
        "org {other} names the Microsoft tenant {tenant} too; check whose tenant it is, and approve it with `regrant org \
         tenant ORG {tenant}`"
    )]
    TenantOfAnotherOrg {
        /// The tenant.
        tenant: String,
        /// The other org.
        other: OrgId,
    },
    /// The tenant in the app's settings is not the one for which an administrator was verified.
    #[error(
        "the app's tenant in Okta changed from {from} to {to}; check who changed it, and approve it with `regrant org tenant \
         ORG {to}`"
    )]
    TenantChanged {
        /// The verified tenant.
        from: String,
        /// The tenant now.
        to: String,
    },
    /// No public URL is set, so a link would have no host.
    #[error("no public URL is set, so no link can be created; set REGRANT_PUBLIC_URL or pass --public-url")]
    NoPublicUrl,
    /// Another worker is making a link for the same app.
    #[error("another worker is creating a link for the same app; try again in half a minute")]
    Busy,
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The signing keys could not be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The link could not be signed.
    #[error("the link could not be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// An invitation and its link.
#[derive(Debug, Clone)]
pub struct IssuedInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// The signed link. A person who has it can begin a consent and do nothing else.
    pub link: Url,
}

/// Makes an invitation for an app and revokes the app's older open invitations, so that only one link is valid.
pub async fn invite(ports: &Ports, org: &OrgId, app: &AppId) -> Result<IssuedInvitation, InviteError> {
    let public_url = ports.settings.public_url.as_ref().ok_or(InviteError::NoPublicUrl)?;
    let record = known_app(ports, org, app).await?;
    if matches!(record.standing(), Standing::NotApplicable | Standing::ByHand) {
        return Err(InviteError::NothingToConsentTo { standing: record.standing() });
    }
    let tenant = record.identity.tenant.clone().ok_or(InviteError::NoTenant)?;
    let profile = ports.ledger.org(org).await?.ok_or_else(|| InviteError::NoSuchOrg(org.clone()))?;
    require_sign_in(ports, &profile).await?;
    require_own_tenant(ports, &profile, &record, &tenant).await?;
    let keys = keys(ports).await?;
    let older = open_invitations(ports, org, app).await?;

    let created_at = ports.clock.now();
    let invitation = Invitation {
        id: invitation_id(&*ports.randomness),
        org: org.clone(),
        app: app.clone(),
        sign_in: profile.sign_in,
        created_at,
        expires_at: created_at.saturating_add(ports.settings.invitation_lifetime).unwrap_or(created_at),
        sessions: Vec::new(),
        closed: None,
    };
    let token = keys.sign(&invitation)?;
    ports.ledger.put_invitation(&invitation).await?;
    // The old invitations are revoked last: a crash in between leaves a working link.
    for older in older {
        close_as_revoked(ports, &older).await?;
    }
    let kind = EventKind::Invited { invitation: invitation.id.clone(), expires_at: invitation.expires_at };
    record_event(ports, org, app, kind).await?;
    Ok(IssuedInvitation { link: public_url.at(&format!("/consent/{token}")), invitation })
}

/// Fails if the org's administrators have to sign in and cannot.
async fn require_sign_in(ports: &Ports, org: &OrgProfile) -> Result<(), InviteError> {
    if org.sign_in == SignInPolicy::Waived {
        return Ok(());
    }
    let found = registration(ports, org.cloud).await.map_err(InviteError::Registration)?;
    found.map(drop).ok_or(InviteError::NoRegistration { cloud: org.cloud })
}

/// Holds an invitation back if the tenant is, or may be, someone else's.
async fn require_own_tenant(
    ports: &Ports,
    org: &OrgProfile,
    app: &AppRecord,
    tenant: &TenantName,
) -> Result<(), InviteError> {
    if let Some(verified) = &app.consent.verified_tenant
        && verified != tenant
        && !org.approved_tenants.contains(tenant)
    {
        tracing::warn!(org = %org.id, app = %app.identity.app, "an app's tenant changed; invitations are held");
        let (from, to) = (verified.as_str().to_owned(), tenant.as_str().to_owned());
        return Err(InviteError::TenantChanged { from, to });
    }
    match rival_claim(ports, org, tenant).await? {
        Some(other) => {
            tracing::warn!(org = %org.id, app = %app.identity.app, %other, "two orgs name one tenant; invitations are held");
            Err(InviteError::TenantOfAnotherOrg { tenant: tenant.as_str().to_owned(), other })
        }
        None => Ok(()),
    }
}

/// A link for an email. Reuses the current invitation while at least a quarter of its lifetime is left, so that a reader has
/// time to respond; otherwise makes a new one. All recipients share one link, because a new invitation revokes the older
/// ones.
pub async fn link_for_email(ports: &Ports, org: &OrgId, app: &AppId) -> Result<IssuedInvitation, InviteError> {
    let work = format!("invitation/{org}/{app}");
    let lease = LeaseGuard::acquire(ports, &work, LEASE_DURATION, MAX_WAIT).await?.ok_or(InviteError::Busy)?;
    let link = current_or_new(ports, org, app).await;
    lease.release(ports).await?;
    link
}

async fn current_or_new(ports: &Ports, org: &OrgId, app: &AppId) -> Result<IssuedInvitation, InviteError> {
    let profile = ports.ledger.org(org).await?.ok_or_else(|| InviteError::NoSuchOrg(org.clone()))?;
    require_sign_in(ports, &profile).await?;
    let record = known_app(ports, org, app).await?;
    if let Some(tenant) = &record.identity.tenant {
        require_own_tenant(ports, &profile, &record, tenant).await?;
    }
    let needed_until =
        ports.clock.now().saturating_add(ports.settings.invitation_lifetime / 4).unwrap_or(Timestamp::MAX);
    let current = open_invitations(ports, org, app).await?.into_iter().find(|open| open.expires_at >= needed_until);
    match (current, &ports.settings.public_url) {
        (Some(invitation), Some(public_url)) => {
            let token = keys(ports).await?.sign(&invitation)?;
            Ok(IssuedInvitation { link: public_url.at(&format!("/consent/{token}")), invitation })
        }
        _ => invite(ports, org, app).await,
    }
}

/// What revoking an invitation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Whether it was still open.
    pub was_open: bool,
    /// How many sessions that began with it were ended.
    pub sessions_ended: usize,
}

/// Revokes an invitation and ends the sessions that began with it. A save that has already written to Okta is finished.
pub async fn revoke_invitation(ports: &Ports, id: &InvitationId) -> Result<Revoked, InviteError> {
    let invitation = ports.ledger.invitation(id).await?.ok_or(InviteError::NoSuchInvitation)?;
    let was_open = close_as_revoked(ports, &invitation).await?;
    // Read again: no session is added once it is closed.
    let closed = ports.ledger.invitation(id).await?.unwrap_or(invitation);
    let mut sessions_ended = 0;
    for id in &closed.sessions {
        if let Some(session) = ports.ledger.session(id).await?
            && !session.has_ended()
            && ports.clock.now() < session.ends_at()
        {
            let error = ConsentError::new(ConsentFailure::LinkRevoked, "an operator revoked the invitation");
            fail_session(ports, &session, &error).await.map_err(InviteError::Session)?;
            sessions_ended += 1;
        }
    }
    Ok(Revoked { was_open, sessions_ended })
}

/// An open invitation with its org and app.
#[derive(Debug, Clone)]
pub struct OpenInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// The app's org.
    pub org: OrgProfile,
    /// The app.
    pub app: AppRecord,
}

impl OpenInvitation {
    /// Whether the administrator has to sign in: the stricter of the policies now and when the link was created.
    pub fn sign_in(&self) -> SignInPolicy {
        self.invitation.sign_in.or_stricter(self.org.sign_in)
    }
}

/// Reads the open invitation of a link's `token`. Changes nothing, because mail scanners follow links.
pub async fn open_invitation(ports: &Ports, token: &str) -> Result<OpenInvitation, ConsentError> {
    let signed = open_with_keys(ports, |keys| keys.read(token))
        .await?
        .map_err(|error: Forged| ConsentError::new(ConsentFailure::LinkForged, error.to_string()))?;
    let unknown = || ConsentError::new(ConsentFailure::LinkRevoked, "the ledger no longer knows the invitation");
    let invitation = ports.ledger.invitation(&signed.id).await?.ok_or_else(unknown)?;
    if (&invitation.org, &invitation.app) != (&signed.org, &signed.app) {
        return Err(ConsentError::new(ConsentFailure::LinkForged, "the link and the ledger name different apps"));
    }
    let closed = match invitation.state(ports.clock.now()) {
        InvitationState::Open => None,
        InvitationState::Expired => Some(ConsentFailure::LinkExpired),
        InvitationState::Revoked => Some(ConsentFailure::LinkRevoked),
        InvitationState::UsedUp => Some(ConsentFailure::LinkUsedUp),
    };
    if let Some(failure) = closed {
        return Err(ConsentError::new(failure, format!("invitation {}", invitation.id)));
    }
    let (org, app) = ports.ledger.org_and_app(&invitation.org, &invitation.app).await?;
    Ok(OpenInvitation { invitation, org: org.ok_or_else(unknown)?, app: app.ok_or_else(unknown)? })
}

async fn known_app(ports: &Ports, org: &OrgId, app: &AppId) -> Result<AppRecord, InviteError> {
    let missing = || InviteError::NoSuchApp { org: org.clone(), app: app.clone() };
    ports.ledger.app(org, app).await?.ok_or_else(missing)
}

async fn open_invitations(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Vec<Invitation>, LedgerError> {
    let now = ports.clock.now();
    let mut open = ports.ledger.open_invitations(org, app).await?;
    open.retain(|invitation| invitation.state(now) == InvitationState::Open);
    Ok(open)
}

/// Closes an invitation as revoked. `false` if it was no longer open.
async fn close_as_revoked(ports: &Ports, invitation: &Invitation) -> Result<bool, LedgerError> {
    let closed = Closed { at: ports.clock.now(), why: Closing::Revoked };
    let was_open = ports.ledger.close_invitation(&invitation.id, closed).await?;
    if was_open {
        let kind = EventKind::InvitationRevoked { invitation: invitation.id.clone() };
        record_event(ports, &invitation.org, &invitation.app, kind).await?;
    }
    Ok(was_open)
}
