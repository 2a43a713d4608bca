//! Invite somebody to consent for one app: a signed link, and nothing else yet.

use std::future::ready;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::event::EventKind;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::{AppId, InvitationId, OrgId};
use crate::domain::invitation::{Closed, Closing, Invitation, InvitationState};
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::keyring::Forged;
use crate::ledger::{LedgerError, paging};
use crate::randomness::invitation_id;

use crate::usecases::Ports;
use crate::usecases::access::keys::{KeysError, keys, open_with_keys};
use crate::usecases::records::app::record_event;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;

/// How long one worker may take to make a link, and how long another waits for it.
const HELD_FOR: SignedDuration = SignedDuration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no invitation.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The app is not in the ledger.
    #[error("there is no app {app} in org {org}; scan the org, or look for the app with `regrant status`")]
    NoSuchApp {
        /// The org.
        org: OrgId,
        /// The app.
        app: AppId,
    },
    /// There is no such invitation.
    #[error("there is no such invitation")]
    NoSuchInvitation,
    /// Nobody can consent for the app as it stands.
    #[error("nobody can consent for this app while it is {standing}: {}", .standing.next_step().words())]
    NothingToConsentTo {
        /// Where it stands.
        standing: Standing,
    },
    /// The app's settings in Okta name no tenant.
    #[error(
        "the app's settings in Okta name no Microsoft tenant, so there is nobody to send to; set it and scan again"
    )]
    NoTenant,
    /// No page is served, so a link would lead nowhere.
    #[error("no public URL is set, so a link would lead nowhere; set REGRANT_PUBLIC_URL or pass --public-url")]
    NoPublicUrl,
    /// Another worker is making one for the same app.
    #[error("another worker is making a link for the same app; try again in half a minute")]
    Busy,
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There are no keys to sign with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The link could not be signed.
    #[error("the link could not be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// An invitation and its link.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// Where it leads. Whoever has it can begin, and not more than begin.
    pub link: Url,
}

/// Makes an invitation for an app. Older open ones are taken back, so that one link leads there.
pub async fn invite(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Invited, InviteError> {
    let public_url = ports.settings.public_url.as_ref().ok_or(InviteError::NoPublicUrl)?;
    let record = known_app(ports, org, app).await?;
    if matches!(record.standing(), Standing::NotApplicable | Standing::ByHand) {
        return Err(InviteError::NothingToConsentTo { standing: record.standing() });
    }
    if record.identity.tenant.is_none() {
        return Err(InviteError::NoTenant);
    }
    let keys = keys(ports).await?;
    let older = open_invitations(ports, org, app).await?;

    let created_at = ports.clock.now();
    let invitation = Invitation {
        id: invitation_id(&*ports.randomness),
        org: org.clone(),
        app: app.clone(),
        created_at,
        expires_at: created_at.saturating_add(ports.settings.invitation_lifetime).unwrap_or(created_at),
        closed: None,
    };
    let token = keys.sign(&invitation)?;
    ports.ledger.put_invitation(&invitation).await?;
    // After the new one is there, so that a crash between leaves a link that works.
    for older in older {
        take_back(ports, &older).await?;
    }
    let kind = EventKind::Invited { invitation: invitation.id.clone(), expires_at: invitation.expires_at };
    record_event(ports, org, app, kind).await?;
    Ok(Invited { link: public_url.at(&format!("/consent/{token}")), invitation })
}

/// A link for an email: the one that an earlier email carries, as long as it lives long enough for a reader who takes a
/// while, else a new one. All readers of a matter have one link, since a new one takes the older ones back.
pub async fn link_for_email(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Invited, InviteError> {
    let work = format!("invitation/{org}/{app}");
    let lease = LeaseGuard::acquire(ports, &work, HELD_FOR, PATIENCE).await?.ok_or(InviteError::Busy)?;
    let link = current_or_new(ports, org, app).await;
    lease.release(ports).await?;
    link
}

async fn current_or_new(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Invited, InviteError> {
    let needed = ports.clock.now().saturating_add(ports.settings.invitation_lifetime / 4).unwrap_or(Timestamp::MAX);
    let current = open_invitations(ports, org, app).await?.into_iter().find(|open| open.expires_at >= needed);
    match (current, &ports.settings.public_url) {
        (Some(invitation), Some(public_url)) => {
            let token = keys(ports).await?.sign(&invitation)?;
            Ok(Invited { link: public_url.at(&format!("/consent/{token}")), invitation })
        }
        _ => invite(ports, org, app).await,
    }
}

/// Takes an invitation back. `false` where it was not open any more.
pub async fn revoke(ports: &Ports, id: &InvitationId) -> Result<bool, InviteError> {
    let invitation = ports.ledger.invitation(id).await?.ok_or(InviteError::NoSuchInvitation)?;
    Ok(take_back(ports, &invitation).await?)
}

/// An invitation that is open, and what it is for.
#[derive(Debug, Clone)]
pub struct OpenInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// The app's org.
    pub org: OrgProfile,
    /// The app.
    pub app: AppRecord,
}

/// The open invitation of a link's token. Changes nothing, since mail scanners follow links.
pub async fn open_invitation(ports: &Ports, token: &str) -> Result<OpenInvitation, ConsentError> {
    let signed = open_with_keys(ports, |keys| keys.read(token))
        .await?
        .map_err(|forged: Forged| ConsentError::new(ConsentFailure::LinkForged, forged.to_string()))?;
    let unknown = || ConsentError::new(ConsentFailure::LinkRevoked, "the ledger does not know the invitation any more");
    let invitation = ports.ledger.invitation(&signed.id).await?.ok_or_else(unknown)?;
    if (&invitation.org, &invitation.app) != (&signed.org, &signed.app) {
        return Err(ConsentError::new(ConsentFailure::LinkForged, "the link and the ledger disagree on the app"));
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
    paging::items(100, |page| ports.ledger.invitations(org, app, page))
        .try_filter(|invitation| ready(invitation.state(now) == InvitationState::Open))
        .try_collect()
        .await
}

async fn take_back(ports: &Ports, invitation: &Invitation) -> Result<bool, LedgerError> {
    let closed = Closed { at: ports.clock.now(), why: Closing::Revoked };
    let was_open = ports.ledger.close_invitation(&invitation.id, closed).await?;
    if was_open {
        let kind = EventKind::InvitationRevoked { invitation: invitation.id.clone() };
        record_event(ports, &invitation.org, &invitation.app, kind).await?;
    }
    Ok(was_open)
}
